//! Candidates for a shell's completion.

use std::io;

use super::foreign::plain;
use super::stdout;

/// What can be typed, and what it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// The word.
    pub value: String,
    /// What it is, in a few words.
    pub about: Option<String>,
}

/// Writes candidates to stdout, a line each, with what they are behind a tab.
pub fn offer(candidates: &[Candidate]) -> io::Result<()> {
    let line = |candidate: &Candidate| {
        let about = candidate.about.as_deref().map(|about| format!("\t{}", plain(about)));
        plain(&candidate.value) + &about.unwrap_or_default()
    };
    match candidates {
        [] => Ok(()),
        _ => stdout::line(&candidates.iter().map(line).collect::<Vec<_>>().join("\n")),
    }
}
