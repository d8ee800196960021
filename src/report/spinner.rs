//! The line that is drawn while something is waited for, as a pure function of what, how long, and how wide.

use std::time::Duration;

use crate::model::event::{Phase, Progress};
use crate::model::poll::Why;

const DOTS: [&str; 10] = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];
const BARS: [&str; 4] = ["|", "/", "-", "\\"];

/// The mark that turns, a column wide.
pub(super) fn mark(turn: usize, unicode: bool) -> &'static str {
    if unicode { DOTS[turn % DOTS.len()] } else { BARS[turn % BARS.len()] }
}

/// The words beside it: the fullest that fit into this many columns.
pub(super) fn words(progress: Progress, columns: usize) -> String {
    let left = clock(progress.left);
    let forms: [String; 3] = match progress.phase {
        Phase::Starting => ["Starting a session", "Starting a session", "Starting"].map(Into::into),
        Phase::Asking => ["Asking for the session's state", "Asking for the state", "Asking"].map(Into::into),
        Phase::Held(why) => {
            let what = match why {
                Why::RateLimited => "Rate limited by Instantly",
                Why::Unavailable => "Instantly cannot start sessions",
                Why::Network | Why::Interval => "Network trouble",
            };
            [format!("{what}; trying again in {left}"), format!("{}; {left} to go", short(why)), left]
        }
        Phase::Person(Why::Interval) => [
            format!("Waiting for the sign-in to finish in the browser, {left} left (Ctrl-C stops)"),
            format!("Waiting for the sign-in, {left} left"),
            format!("{left} left"),
        ],
        Phase::Person(why) => {
            let what = match why {
                Why::RateLimited => "Rate limited by Instantly, which does not stop the sign-in",
                Why::Unavailable => "Instantly fails to answer, still trying",
                Why::Network | Why::Interval => "Network trouble, still trying",
            };
            [format!("{what}; {left} left"), format!("{}; {left} left", short(why)), format!("{left} left")]
        }
    };
    let [.., last] = &forms;
    forms.iter().find(|form| form.len() <= columns).unwrap_or(last).clone()
}

const fn short(why: Why) -> &'static str {
    match why {
        Why::RateLimited => "Rate limited",
        Why::Unavailable => "Instantly unavailable",
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
        let phases = [Phase::Starting, Phase::Asking]
            .into_iter()
            .chain([Why::RateLimited, Why::Unavailable, Why::Network].map(Phase::Held))
            .chain([Why::Interval, Why::RateLimited, Why::Unavailable, Why::Network].map(Phase::Person));
        for phase in phases {
            for columns in [10, 20, 35, 75, 195] {
                let words = words(Progress { phase, left: Duration::from_millis(581_001) }, columns);
                assert!(words.is_ascii() && words.len() <= columns, "{phase:?} {columns}: {words}");
                assert!(
                    matches!(phase, Phase::Starting | Phase::Asking) || words.contains("9:42"),
                    "{phase:?} {columns}: {words}"
                );
            }
        }
    }

    #[test]
    fn time_rounds_up() {
        for (millis, text) in [(0, "0:00"), (1, "0:01"), (59_000, "0:59"), (59_001, "1:00"), (3_725_000, "1:02:05")] {
            assert_eq!(clock(Duration::from_millis(millis)), text);
        }
    }
}
