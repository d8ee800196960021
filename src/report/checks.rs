//! Checks as lines for a person: what was found, and below it how to mend it. And as events, for support tickets.

use std::collections::BTreeMap;

use console::measure_text_width;
use serde::Serialize;

use super::foreign::plain;
use super::{Output, Reporter, json, stdout};
use crate::model::check::{Check, Fact, State, words};

/// What the lines have to go by.
#[derive(Clone, Copy, Debug)]
struct Look {
    /// Columns, where it is a terminal. Anything else gets a line a check, however long.
    width: Option<usize>,
    /// Whether more than ASCII can be shown.
    unicode: bool,
    /// Whether to colour.
    color: bool,
}

impl Reporter {
    /// Tells a check on stdout, in lines or as an event. Where it is to be quiet, only what is wrong is told. What fails
    /// here is told with the end.
    pub fn check(&self, check: &Check) {
        let is_wrong = matches!(check.state, State::Warning | State::Failed(_));
        if self.output.json {
            let _ = self.put(&event(check));
        } else if is_wrong || !self.output.quiet {
            let Output { unicode, color_stdout: color, .. } = self.output;
            let look = Look { width: stdout::columns(), unicode, color };
            let _ = self.put(&lines(check, look).join("\n"));
        }
    }

    /// How events and lines are written.
    #[must_use]
    pub const fn output(&self) -> Output {
        self.output
    }

    /// How wide the terminal is, where stderr is one.
    #[must_use]
    pub fn columns(&self) -> Option<usize> {
        self.console.columns()
    }
}

/// The longest name of a check has so many columns.
const NAME: usize = 8;

/// With fewer columns than this, names have no column of their own.
const NARROW: usize = 60;

/// The lines for a check.
fn lines(check: &Check, look: Look) -> Vec<String> {
    let (signs, color) = match check.state {
        State::Ok => (["\u{2713}", "+"], "32"),
        State::Warning => (["!", "!"], "33"),
        State::Failed(_) => (["\u{2717}", "x"], "31"),
        State::Skipped(_) => (["-", "-"], "2"),
    };
    let sign = signs[usize::from(!look.unicode)];
    let name = words(check.name);
    let narrow = look.width.is_some_and(|width| width < NARROW);
    let (head, indent) = if narrow { (format!("{name}: "), 2) } else { (format!("{name:NAME$}  "), NAME + 4) };
    let text = format!("{sign} {head}{}", plain(&check.detail));
    let mut lines = wrapped(&text, look.width, indent, 0);
    if look.color {
        // The sign is the first character of the first line.
        let rest = lines[0].split_off(sign.len());
        lines[0] = format!("\u{1b}[{color}m{sign}\u{1b}[0m{rest}");
    }
    let remedy = check.remedy.iter().flat_map(|line| wrapped(&plain(line), look.width, indent + 2, indent));
    lines.extend(remedy);
    lines
}

/// A check as an event.
#[derive(Serialize)]
struct Line<'a> {
    event: &'static str,
    name: &'static str,
    state: &'static str,
    exit_code: u8,
    needs: Option<&'static str>,
    detail: &'a str,
    remedy: &'a [String],
    facts: BTreeMap<&'static str, Figure<'a>>,
}

/// A fact as JSON has it.
#[derive(Serialize)]
#[serde(untagged)]
enum Figure<'a> {
    Text(&'a str),
    Number(i64),
    Truth(bool),
    List(&'a [String]),
}

fn figure(fact: &Fact) -> Figure<'_> {
    match fact {
        Fact::Text(text) => Figure::Text(text),
        Fact::Number(number) => Figure::Number(*number),
        Fact::Truth(truth) => Figure::Truth(*truth),
        Fact::List(list) => Figure::List(list),
    }
}

/// The event for a check, as a line.
fn event(check: &Check) -> String {
    json::line(&Line {
        event: "check",
        name: check.name.id(),
        state: check.state.name(),
        exit_code: if let State::Failed(outcome) = check.state { outcome.code() } else { 0 },
        needs: if let State::Skipped(first) = check.state { Some(first.id()) } else { None },
        detail: &check.detail,
        remedy: &check.remedy,
        facts: check.facts.iter().map(|(name, fact)| (*name, figure(fact))).collect(),
    })
}

/// A text in lines of so many columns: the first begins after `first` blanks, the others after `indent`. A word that is too
/// long for any line, such as a path, is left for the terminal to break, so that it can be copied.
fn wrapped(text: &str, width: Option<usize>, indent: usize, first: usize) -> Vec<String> {
    let blanks = " ".repeat(first);
    let Some(width) = width else { return vec![format!("{blanks}{text}")] };
    let mut lines = Vec::new();
    let (mut line, mut is_empty) = (blanks, true);
    for word in text.split_inclusive(' ') {
        let fits = measure_text_width(&line) + measure_text_width(word.trim_end()) <= width;
        if !fits && !is_empty {
            lines.push(line.trim_end().to_owned());
            line = " ".repeat(indent);
        }
        line.push_str(word);
        is_empty = false;
    }
    lines.push(line.trim_end().to_owned());
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exit::Outcome;
    use crate::model::check::Name;

    fn check() -> Check {
        Check::failed(Name::BaseUrl, Outcome::Usage, "it is \u{1b}[2Jodd, very odd, and told at length")
            .mend("Give another one, which is not as odd as this one is.")
            .mend("https://api.instantly.ai/a/path/that/is/longer/than/that")
    }

    #[test]
    fn a_check_is_a_line_with_its_remedy_below() {
        let look = Look { width: None, unicode: true, color: false };
        let told = lines(&check(), look);
        assert_eq!(told[0], "\u{2717} base url  it is [2Jodd, very odd, and told at length");
        assert_eq!(told[1], "            Give another one, which is not as odd as this one is.");
        assert_eq!(told.len(), 3);
        let ascii = lines(&check(), Look { unicode: false, color: true, ..look });
        assert!(ascii[0].starts_with("\u{1b}[31mx\u{1b}[0m base url  it is"), "{ascii:?}");
        let fine = lines(&Check::ok(Name::Key, "found"), look);
        assert_eq!(fine, ["\u{2713} key       found"]);
    }

    #[test]
    fn lines_are_as_wide_as_the_terminal_at_the_most() {
        for width in [24, 40, 59, 60, 80] {
            let told = lines(&check(), Look { width: Some(width), unicode: true, color: false });
            let (url, rest): (Vec<_>, Vec<_>) = told.iter().partition(|line| line.contains("https://"));
            assert_eq!(url.len(), 1, "it stays in one piece: {told:#?}");
            assert!(rest.iter().all(|line| measure_text_width(line) <= width), "{width}: {told:#?}");
            assert!(told[1..].iter().all(|line| line.starts_with("  ")), "{told:#?}");
            let words = |lines: &[String]| lines.join(" ").split_whitespace().collect::<Vec<_>>().join(" ");
            assert!(words(&told).contains("which is not as odd as this one is."), "{told:#?}");
        }
    }
}
