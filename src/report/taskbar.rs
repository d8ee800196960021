//! How far it is, for the terminal's tab and the taskbar, as a pure function of what is being waited for.

use crate::model::event::{Phase, Progress, Standing};
use crate::model::poll::Why;

/// What is shown there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Taskbar {
    /// That something goes on.
    Busy,
    /// How much of it is done, in percent.
    Share(u8),
    /// The same, some of it having failed.
    Failed(u8),
    /// That it is held up, with how much of it is done.
    Held(u8),
}

/// Takes it away.
pub(super) const NOTHING: &str = "\u{1b}]9;4;0;\u{1b}\\";

impl Taskbar {
    /// What this wait looks like there.
    pub(super) fn of(progress: Progress) -> Self {
        let share = progress.list.map(share);
        let held = match progress.phase {
            // To wait for one's turn is how it goes, and no trouble.
            Phase::Held(why) | Phase::Person(why) => !matches!(why, Why::Interval | Why::Turn),
            Phase::People => progress.list.is_some_and(|list| list.held),
            Phase::Starting | Phase::Asking | Phase::Settling => false,
        };
        match share {
            _ if held => Self::Held(share.unwrap_or(100).max(1)),
            Some(share) if progress.list.is_some_and(|list| list.failed > 0) => Self::Failed(share.max(1)),
            Some(share) => Self::Share(share),
            None => Self::Busy,
        }
    }

    /// What the terminal is told.
    pub(super) fn sequence(self) -> String {
        let (state, share) = match self {
            Self::Share(share) => (1, share),
            Self::Failed(share) => (2, share),
            Self::Busy => (3, 0),
            Self::Held(share) => (4, share),
        };
        format!("\u{1b}]9;4;{state};{share}\u{1b}\\")
    }
}

/// How much of a list is over, in percent.
fn share(Standing { connected, failed, left, .. }: Standing) -> u8 {
    let done = connected + failed;
    let share = (done * 100).checked_div(done + left).unwrap_or(100);
    u8::try_from(share).unwrap_or(100)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn what_is_waited_for_has_its_state_and_a_list_its_share() {
        let list = |connected, failed, left| Some(Standing { connected, failed, left, ..Standing::default() });
        let held = Some(Standing { held: true, ..list(1, 1, 2).unwrap() });
        for (phase, list, expected) in [
            (Phase::Starting, None, "3;0"),
            (Phase::Asking, None, "3;0"),
            (Phase::Settling, None, "3;0"),
            (Phase::Person(Why::Interval), None, "3;0"),
            (Phase::Held(Why::Turn), None, "3;0"),
            (Phase::Held(Why::RateLimited), None, "4;100"),
            (Phase::Person(Why::Unavailable), None, "4;100"),
            (Phase::Person(Why::Network), list(0, 0, 9), "4;1"),
            (Phase::People, list(0, 0, 9), "1;0"),
            (Phase::People, list(1, 0, 2), "1;33"),
            (Phase::Person(Why::Interval), list(199, 0, 1), "1;99"),
            (Phase::People, list(0, 1, 199), "2;1"),
            (Phase::People, list(1, 1, 2), "2;50"),
            (Phase::People, held, "4;50"),
            (Phase::Held(Why::Turn), list(2, 0, 2), "1;50"),
            (Phase::People, list(0, 0, 0), "1;100"),
        ] {
            let progress = Progress { phase, left: Duration::ZERO, list };
            assert_eq!(Taskbar::of(progress).sequence(), format!("\u{1b}]9;4;{expected}\u{1b}\\"), "{progress:?}");
        }
    }
}
