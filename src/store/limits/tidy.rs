//! What is to be done before anything is decided, and need not be done again a moment later.

use rusqlite::Connection;

use super::here::Here;
use super::{Caller, calls, clock, starts};
use crate::model::limits::At;
use crate::store::fault::Fault;
use crate::store::journal::Journal;

/// Puts the times right where a clock was set, and lets go of what does not count any more.
pub(super) fn tidy(connection: &Connection, caller: &Caller, now: At) -> Result<(), Fault> {
    clock::mend(connection, caller, now)?;
    starts::tidy(connection, now)?;
    calls::tidy(connection, now)
}

impl Journal {
    /// The same, unless this process has just done it.
    pub(super) fn tidy_limits(&self, connection: &Connection, caller: &Caller, now: At) -> Result<(), Fault> {
        if self.file().is_tidy() {
            return Ok(());
        }
        let here = Here::new(now, (caller.uptime)().map(|uptime| uptime.up));
        let is_undone = self.file().was_undone();
        if is_undone || !self.tidied().is_some_and(|before| before.was_just_now(here)) {
            tidy(connection, caller, now)?;
            self.set_tidied(here);
        }
        self.file().set_tidy();
        Ok(())
    }
}
