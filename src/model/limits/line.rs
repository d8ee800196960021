//! Whose turn it is to start a session: windows of a minute, for each workspace and for this machine's address.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::time::Duration;

use super::{At, Limits};

/// For how long a start counts after its reply. The service's minute, and a little more, since its clock need not run as
/// ours does.
pub const LINE_WINDOW: Duration = Duration::from_millis(60_100);

/// A start that was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Taken<W> {
    /// In which workspace.
    pub workspace: W,
    /// When its reply was in; or, where it is not, when it will be given up at the latest.
    pub done: At,
}

/// When somebody may go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Due {
    /// At about this time, if those before go when they can; now, where that is not later.
    pub at: At,
    /// Whether it is the window of the address that is waited for, and not the workspace's.
    pub address: bool,
    /// Those in the line before whose turn is now.
    pub before: Vec<usize>,
}

/// When it is the turn of the last in this line, whose members are told by their workspaces, the first who came first. A
/// provider has a line of its own.
///
/// Whoever came before has what room there is. Those who are held by the window of their own workspace hold nobody else.
#[must_use]
pub fn turn<W: Copy + Eq>(limits: Limits, now: At, taken: &[Taken<W>], line: &[W]) -> Due {
    let mut room = Room::new(limits, now, taken);
    let mut turn = Due { at: now, address: false, before: Vec::new() };
    let mut line: Vec<(usize, W)> = line.iter().copied().enumerate().collect();
    let Some((_, last)) = line.pop() else { return turn };
    loop {
        let at = turn.at;
        let mut soonest: Option<At> = None;
        line.retain(|&(index, workspace)| {
            let Some(full) = room.full(workspace, at) else {
                room.take(workspace, at);
                if at == now {
                    turn.before.push(index);
                }
                return false;
            };
            soonest = Some(soonest.map_or(full.until, |soonest| soonest.min(full.until)));
            true
        });
        let Some(full) = room.full(last, at) else { return turn };
        turn.address = full.address;
        turn.at = soonest.map_or(full.until, |soonest| soonest.min(full.until));
    }
}

/// A window without room.
struct Full {
    /// Until when.
    until: At,
    /// Whether it is the address's, and not the workspace's.
    address: bool,
}

/// The windows.
struct Room<W> {
    limits: Limits,
    workspaces: Vec<(W, Window)>,
    address: Window,
}

impl<W: Copy + Eq> Room<W> {
    fn new(limits: Limits, now: At, taken: &[Taken<W>]) -> Self {
        let mut room = Self { limits, workspaces: Vec::new(), address: Window::default() };
        for start in taken {
            // One that is on its way will hardly take as long as it may.
            room.take(start.workspace, start.done.min(now));
        }
        room
    }

    fn workspace(&mut self, workspace: W) -> &mut Window {
        let known = self.workspaces.iter().position(|(name, _)| *name == workspace);
        let index = known.unwrap_or_else(|| {
            self.workspaces.push((workspace, Window::default()));
            self.workspaces.len() - 1
        });
        &mut self.workspaces[index].1
    }

    /// Counts a start whose reply is in at this time.
    fn take(&mut self, workspace: W, done: At) {
        self.workspace(workspace).0.push(Reverse(done + LINE_WINDOW));
        self.address.0.push(Reverse(done + LINE_WINDOW));
    }

    /// Which of the two windows has no room, and has none for longer.
    fn full(&mut self, workspace: W, at: At) -> Option<Full> {
        let Limits { starts, address_starts, .. } = self.limits;
        let of_workspace = self.workspace(workspace).full(starts, at).map(|until| Full { until, address: false });
        let of_address = self.address.full(address_starts, at).map(|until| Full { until, address: true });
        of_workspace.into_iter().chain(of_address).max_by_key(|full| full.until)
    }
}

/// When those that count will not any more.
#[derive(Default)]
struct Window(BinaryHeap<Reverse<At>>);

impl Window {
    /// Until when there is no room; none where there is.
    fn full(&mut self, limit: usize, at: At) -> Option<At> {
        while self.0.peek().is_some_and(|Reverse(until)| *until <= at) {
            self.0.pop();
        }
        let excess = self.0.len().checked_sub(limit)?;
        if excess == 0 {
            return self.0.peek().map(|Reverse(until)| *until);
        }
        // More count than may: a process with other limits is about.
        let mut all: Vec<At> = self.0.iter().map(|Reverse(until)| *until).collect();
        all.sort_unstable();
        all.get(excess).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: Limits = Limits { starts: 2, address_starts: 3, calls: 100 };

    fn at(seconds: i64) -> At {
        At(seconds * 1_000_000)
    }

    /// When it is the turn of the last in line, in seconds and with whose window is full.
    fn turns(now: i64, taken: &[(char, i64)], line: &str) -> Option<(f64, bool)> {
        let taken: Vec<_> = taken.iter().map(|&(workspace, done)| Taken { workspace, done: at(done) }).collect();
        let line: Vec<char> = line.chars().collect();
        let turn = turn(LIMITS, at(now), &taken, &line);
        (turn.at > at(now)).then(|| (turn.at.left(At(0)).as_secs_f64(), turn.address))
    }

    #[test]
    fn a_start_waits_for_the_window_that_is_full_and_for_those_before_it() {
        for (now, taken, line, expected) in [
            (100, &[][..], "a", None),
            (100, &[('a', 99)], "a", None),
            // A full window of the workspace, and of the address.
            (100, &[('a', 50), ('a', 60)], "a", Some((110.1, false))),
            (100, &[('a', 50), ('b', 60), ('b', 70)], "a", Some((110.1, true))),
            (100, &[('a', 50), ('b', 60), ('b', 70)], "b", Some((120.1, false))),
            // What has left it does not count.
            (111, &[('a', 50), ('a', 60)], "a", None),
            // Those before have the room there is.
            (100, &[('a', 50)], "aa", Some((110.1, false))),
            (100, &[('a', 50), ('a', 60)], "aaa", Some((170.2, false))),
            (100, &[], "aaaaa", Some((220.2, false))),
            // Unless they are held by a window of their own.
            (100, &[('a', 50), ('a', 60)], "aaaab", None),
            (100, &[], "aabb", Some((160.1, true))),
            // What is on its way counts, and is reckoned to be answered now.
            (100, &[('a', 115), ('a', 114)], "a", Some((160.1, false))),
            // More than there may be.
            (100, &[('a', 50), ('a', 55), ('a', 60), ('a', 65)], "a", Some((120.1, false))),
        ] {
            let found = turns(now, taken, line);
            assert_eq!(found, expected, "{now} {taken:?} {line}");
        }
    }

    #[test]
    fn those_before_whose_turn_is_now_are_told() {
        let before = |taken: &[(char, i64)], line: &str| {
            let taken: Vec<_> = taken.iter().map(|&(workspace, done)| Taken { workspace, done: at(done) }).collect();
            turn(LIMITS, at(100), &taken, &line.chars().collect::<Vec<_>>()).before
        };
        assert_eq!(before(&[], "ab"), [0]);
        assert_eq!(before(&[], "aaab"), [0, 1]);
        assert_eq!(before(&[('a', 50)], "aabc"), [0, 2]);
        assert_eq!(before(&[('a', 50), ('a', 50), ('b', 50)], "aab"), [0; 0]);
        assert_eq!(before(&[], "a"), [0; 0]);
    }
}
