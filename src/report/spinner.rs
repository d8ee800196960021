//! The line that is drawn while something is waited for, as a pure function of what, how long, and how wide.

use std::time::Duration;

use crate::model::event::{Phase, Progress, Standing};
use crate::model::poll::Why;

const DOTS: [&str; 10] = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];
const BARS: [&str; 4] = ["|", "/", "-", "\\"];

/// The mark that turns, a column wide.
pub(super) fn mark(turn: usize, unicode: bool) -> &'static str {
    if unicode { DOTS[turn % DOTS.len()] } else { BARS[turn % BARS.len()] }
}

/// Columns that the time alone may use beyond those for the words, where it has to.
const MORE: usize = 2;

/// The words beside it, or where they do not fit into this many columns, the time alone, or nothing.
///
/// They fit into 40 columns on purpose: a line that is wider than a terminal which has just been made narrower wraps, and
/// what it wrapped into cannot be taken away again on every terminal.
pub(super) fn words(progress: Progress, columns: usize) -> String {
    let left = clock(progress.left);
    let list = progress.list.unwrap_or_default();
    let (words, short) = match progress.phase {
        Phase::Starting => ("Starting a session".to_owned(), "Starting".to_owned()),
        Phase::Asking => ("Asking for the session's state".to_owned(), "Asking".to_owned()),
        Phase::Settling => ("Looking at the account list".to_owned(), "Looking".to_owned()),
        Phase::Held(Why::Turn) => (format!("In line to start, about {left}"), left),
        Phase::Held(why) => (format!("{}; retry in {left}", trouble(why)), left),
        Phase::People => (format!("{} open; {}", list.open, standing(list)), format!("{} left", list.left)),
        Phase::Person(Why::Interval) if progress.list.is_some() => (format!("{left}; {}", standing(list)), left),
        Phase::Person(Why::Interval) => (format!("Waiting for the sign-in, {left} left"), left),
        Phase::Person(why) => (format!("{}; {left} left", trouble(why)), left),
    };
    match columns {
        _ if words.len() <= columns => words,
        _ if short.len() <= columns + MORE => short,
        _ => String::new(),
    }
}

/// How far a list is.
fn standing(Standing { connected, failed, left, .. }: Standing) -> String {
    format!("{connected} done, {failed} failed, {left} left")
}

const fn trouble(why: Why) -> &'static str {
    match why {
        Why::RateLimited | Why::Turn => "Rate limited",
        Why::Unavailable => "Instantly fails",
        Why::Network | Why::Interval => "Network trouble",
    }
}

/// A time that runs down: `9:05`, or `1:02:05`. It rounds up, so that zero is the end.
fn clock(left: Duration) -> String {
    let seconds = left.as_secs() + u64::from(left.subsec_nanos() > 0);
    match (seconds / 3600, seconds / 60 % 60, seconds % 60) {
        (0, minutes, seconds) => format!("{minutes}:{seconds:02}"),
        (hours, minutes, seconds) => format!("{hours}:{minutes:02}:{seconds:02}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_fit_the_terminal() {
        let phases = [Phase::Starting, Phase::Asking, Phase::Settling]
            .into_iter()
            .chain([Why::RateLimited, Why::Turn, Why::Unavailable, Why::Network].map(Phase::Held))
            .chain([Why::Interval, Why::RateLimited, Why::Unavailable, Why::Network].map(Phase::Person));
        for phase in phases {
            for columns in [8, 37, 197] {
                let words = words(Progress { phase, left: Duration::from_secs(3725), list: None }, columns);
                assert!(words.is_ascii() && words.len() <= columns.min(37), "{phase:?} {columns}: {words}");
                let timeless = matches!(phase, Phase::Starting | Phase::Asking | Phase::Settling);
                assert!(timeless || words.contains("1:02:05"), "{phase:?} {columns}: {words}");
                assert_eq!(words.contains(' '), columns >= 37, "{phase:?} {columns}: {words}");
            }
        }
    }

    #[test]
    fn a_list_tells_how_far_it_is_in_as_many_columns() {
        let list = Standing { connected: 1100, failed: 10, left: 1188, open: 1, held: false };
        let words =
            |phase, list, columns| words(Progress { phase, left: Duration::from_secs(581), list: Some(list) }, columns);
        let person = Phase::Person(Why::Interval);
        assert_eq!(words(person, list, 37), "9:41; 1100 done, 10 failed, 1188 left");
        assert_eq!(words(person, list, 36), "9:41");
        assert_eq!((words(person, list, 2), words(person, list, 1)), ("9:41".into(), String::new()));
        let crowd = Standing { connected: 40, open: 9, ..list };
        assert_eq!(words(Phase::People, crowd, 37), "9 open; 40 done, 10 failed, 1188 left");
        assert_eq!(words(Phase::People, crowd, 20), "1188 left");
    }

    #[test]
    fn time_rounds_up() {
        for (millis, text) in [(0, "0:00"), (1, "0:01"), (59_000, "0:59"), (59_001, "1:00"), (3_725_000, "1:02:05")] {
            assert_eq!(clock(Duration::from_millis(millis)), text);
        }
    }
}
