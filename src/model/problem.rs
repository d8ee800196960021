//! What keeps a list, or its results, from being used.

use std::fmt;

use super::check::key::has_key;

/// The most of a foreign text that is shown, in characters.
const LONGEST: usize = 64;

/// Something that keeps a file from being used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The line of the file, from 1; none where it is about all of it.
    pub line: Option<u64>,
    /// What it is, and what to do about it.
    pub what: String,
}

impl Problem {
    pub(in crate::model) fn at(line: u64, what: impl Into<String>) -> Self {
        Self { line: Some(line), what: what.into() }
    }

    pub(in crate::model) fn whole(what: impl Into<String>) -> Self {
        Self { line: None, what: what.into() }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(line) = self.line {
            write!(f, "line {line}: ")?;
        }
        f.write_str(&self.what)
    }
}

/// A text out of the file in quotes: in one line, safe for a terminal, and not too long.
pub(in crate::model) fn shown(text: &str) -> String {
    if has_key(text) {
        return "[an API key]".to_owned();
    }
    let plain = plain(text);
    let mut characters = plain.chars();
    let mut shown: String = characters.by_ref().take(LONGEST).collect();
    if characters.next().is_some() {
        shown.push_str("...");
    }
    format!("\"{shown}\"")
}

/// How alike two names have to be for one to be meant by the other: 1 is the same.
const ALIKE: f64 = 0.75;

/// The name that may have been meant by this one.
pub(in crate::model) fn near<'a>(name: &str, names: &[&'a str]) -> Option<&'a str> {
    let alike = |other: &str| strsim::jaro(&name.to_lowercase(), &other.to_lowercase());
    let alike = names.iter().map(|other| (alike(other), *other)).filter(|(alike, _)| *alike > ALIKE);
    alike.max_by(|one, other| one.0.total_cmp(&other.0)).map(|(_, name)| name)
}

/// Foreign text in one line, without what a terminal obeys or what makes it read in another order than it stands. White
/// space becomes a blank, so that words stay apart.
pub(in crate::model) fn plain(text: &str) -> String {
    let blank = |c: char| if matches!(c, '\n' | '\r' | '\t' | '\u{2028}' | '\u{2029}') { ' ' } else { c };
    text.chars().map(blank).filter(|&c| !c.is_control() && !is_invisible(c)).collect()
}

/// Whether a character has no shape of its own, or changes the order of others.
pub(in crate::model) const fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{61c}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_is_told_with_its_line() {
        assert_eq!(Problem::at(12, "no").to_string(), "line 12: no");
        assert_eq!(Problem::whole("no").to_string(), "no");
    }

    #[test]
    fn the_name_that_was_meant_is_found() {
        let names = ["api_key_file", "api_key_env", "base_url", "interval"];
        for (name, meant) in [
            ("api_key_fil", Some("api_key_file")),
            ("API_KEY_ENV", Some("api_key_env")),
            ("baseurl", Some("base_url")),
            ("intervall", Some("interval")),
            ("colour", None),
            ("", None),
        ] {
            assert_eq!(near(name, &names), meant, "{name}");
        }
        assert_eq!(near("acme", &[]), None);
    }

    #[test]
    fn what_is_shown_of_the_file_is_short_and_safe() {
        for (text, is) in [
            ("Zoë 王 👩‍💻", "\"Zoë 王 👩‍💻\""),
            ("\u{1b}[31mred\nblue\u{202e}\u{200b}\0", "\"[31mred blue\""),
            (&"é".repeat(64), &format!("\"{}\"", "é".repeat(64))),
            (&"é".repeat(65), &format!("\"{}...\"", "é".repeat(64))),
        ] {
            assert_eq!(shown(text), is);
        }
    }
}
