//! A session's polls: what they mean for the limits is written down together with what they mean for the session.

use jiff::Timestamp;

use super::{Back, Caller, Turn};
use crate::model::limits::Place;
use crate::model::record::Record;
use crate::store::fault::Fault;
use crate::store::journal::Journal;

impl Journal {
    /// Asks to make a request for a session's state and, if it may leave, writes down that it is about to. When that is,
    /// this clock tells once the file is had: others may be waited for before. Gives the record as it then is.
    pub fn depart(
        &self,
        name: &str,
        record: &Record,
        caller: &Caller,
        place: Place,
        clock: impl Fn() -> Timestamp,
    ) -> Result<(Turn, Option<Record>), Fault> {
        self.file().write(|transaction| {
            let now = clock();
            let turn = super::call(transaction, caller, place, now.into())?;
            let marked = match turn {
                Turn::Go(_) => Some(self.mark_in(transaction, name, record, now)?),
                _ => None,
            };
            Ok((turn, marked))
        })
    }

    /// Writes down what came back, and the session as it is now known: see [`Self::put`].
    pub fn arrive(&self, name: &str, record: &Record, last: bool, back: &Back<'_>) -> Result<Option<Record>, Fault> {
        self.file().write(|transaction| {
            super::back(transaction, back)?;
            self.put_in(transaction, name, record, last)
        })
    }
}
