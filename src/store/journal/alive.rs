//! Who waits, and whether they still do.

use std::path::PathBuf;

use jiff::Timestamp;
use rusqlite::Connection;

use super::{Journal, Waiter};
use crate::store::claims::{Alive, is_alive};
use crate::store::fault::Fault;
use crate::store::file::JournalFile;
use crate::store::limits::here::Here;
use crate::store::rows::{self, Claim};

impl Journal {
    pub(in crate::store) fn file(&self) -> &JournalFile {
        &self.file
    }

    pub(in crate::store) fn tidied(&self) -> Option<Here> {
        self.tidied.get()
    }

    pub(in crate::store) fn set_tidied(&self, here: Here) {
        self.tidied.set(Some(here));
    }

    /// Who waits, other than this process: a claim counts as long as its process lives.
    pub(super) fn waiter(&self, claim: Option<&Claim>) -> Option<Waiter> {
        let claim = claim?;
        let waits = !self.is_ours(&claim.name) && self.is_alive(&claim.name);
        waits.then_some(Waiter { process: claim.process, since: claim.since })
    }

    /// Whether this sign of life is this process's.
    fn is_ours(&self, sign: &str) -> bool {
        self.alive.borrow().as_ref().is_some_and(|alive| alive.name() == sign)
    }

    /// Whether the process with this sign of life still runs.
    pub(in crate::store) fn is_alive(&self, sign: &str) -> bool {
        self.is_ours(sign) || is_alive(&self.locks(), sign)
    }

    fn locks(&self) -> PathBuf {
        // Beside whatever else is in a directory that somebody named.
        self.file.directory().join("journal.live")
    }

    /// This process's sign of life. None where no lock can be had.
    pub(in crate::store) fn sign_of_life(&self) -> Option<String> {
        let mut alive = self.alive.borrow_mut();
        // Somebody may have deleted it, with all the rest.
        if alive.as_ref().is_none_or(|alive| !alive.is_there()) {
            *alive = Alive::begin(&self.locks(), self.file.is_own()).ok();
        }
        alive.as_ref().map(|alive| alive.name().to_owned())
    }

    /// Writes down that this process waits. Where no lock can be had, nobody is told.
    pub(super) fn claim(&self, transaction: &Connection, name: &str, since: Option<Timestamp>) -> Result<(), Fault> {
        let Some(sign) = self.sign_of_life() else { return Ok(()) };
        rows::set_claim(transaction, name, &Claim { name: sign, process: std::process::id(), since })
    }

    pub(in crate::store) fn let_go(&self, transaction: &Connection, name: &str) -> Result<(), Fault> {
        self.alive.borrow().as_ref().map_or(Ok(()), |alive| rows::release(transaction, name, alive.name()))
    }
}
