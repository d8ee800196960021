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

/// Writes candidates to stdout, a line each, with what they are behind a tab. What cannot be written as it is (a line end, a
/// control character, what is not text) is left out: another word would be typed instead.
pub fn offer(candidates: &[Candidate]) -> io::Result<()> {
    let line = |candidate: &Candidate| {
        let about = candidate.about.as_deref().map(|about| format!("\t{}", plain(about)));
        candidate.value.clone() + &about.unwrap_or_default()
    };
    let is_sound = |candidate: &&Candidate| {
        plain(&candidate.value) == candidate.value && !candidate.value.contains(char::REPLACEMENT_CHARACTER)
    };
    let lines: Vec<String> = candidates.iter().filter(is_sound).map(line).collect();
    if lines.is_empty() { Ok(()) } else { stdout::line(&lines.join("\n")) }
}
