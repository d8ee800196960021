//! Sessions whose end a results file is to tell, and does not yet.

use super::{Entry, Journal};
use crate::store::fault::Fault;
use crate::store::rows;

impl Journal {
    /// The sessions that this results file does not tell of yet, the oldest first.
    pub fn owed(&self, batch: &str) -> Result<Vec<Entry>, Fault> {
        let found = self.file().read(|connection| rows::select(connection, "batch = ?1", [batch]))?;
        Ok(found.into_iter().rev().map(|found| self.entry(found)).collect())
    }

    /// The results file tells of these by now, and has it on the disk.
    pub fn paid<T: AsRef<str>>(&self, names: &[T]) -> Result<(), Fault> {
        self.file()
            .write(|connection| names.iter().try_for_each(|name| rows::set_batch(connection, name.as_ref(), None)))
    }

    /// Does all that these acts do in one transaction: what costs time is to have it on the disk. Where it fails nothing was
    /// changed, whatever the acts were told, and they are to be done again one by one.
    pub fn together<T>(&self, acts: impl FnOnce() -> T) -> Result<T, Fault> {
        self.file().together(acts)
    }
}
