//! What came of it, counted.

use std::fmt;
use std::ops::AddAssign;

/// How far the session was when its process was killed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// No request for the result had come in.
    BeforeThePoll,
    /// Not all of the reply was out.
    BeforeTheReply,
    /// It was, and the verdict was not on the disk.
    BeforeTheCommit,
    /// It was, and not on stdout.
    BeforeThePrint,
    /// Everything had been told.
    After,
}

#[derive(Clone, Copy, Debug, Default)]
pub struct Figures {
    pub sessions: usize,
    /// Processes that SIGKILL ended.
    pub kills: usize,
    /// Sessions whose result was given to a process that did not live to tell it, or whose reply was lost.
    pub consumed: usize,
    pub journal: usize,
    pub reconciled: usize,
    /// Outcomes that stayed unknown: of errors, and of successes.
    pub unknown_errors: usize,
    pub unknown_successes: usize,
    pub stages: [usize; 5],
}

impl AddAssign for Figures {
    fn add_assign(&mut self, other: Self) {
        self.sessions += other.sessions;
        self.kills += other.kills;
        self.consumed += other.consumed;
        self.journal += other.journal;
        self.reconciled += other.reconciled;
        self.unknown_errors += other.unknown_errors;
        self.unknown_successes += other.unknown_successes;
        for (mine, theirs) in self.stages.iter_mut().zip(other.stages) {
            *mine += theirs;
        }
    }
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [poll, reply, commit, print, after] = self.stages;
        write!(
            f,
            "{} sessions, {} kills (before the poll {poll}, before the reply {reply}, before the commit {commit}, before \
             the print {print}, after {after}), {} consumed: {} answered from the journal, {} reconciled, {} unknown \
             ({} of them had connected)",
            self.sessions,
            self.kills,
            self.consumed,
            self.journal,
            self.reconciled,
            self.unknown_errors + self.unknown_successes,
            self.unknown_successes,
        )
    }
}
