//! Sessions' polls: what they mean for the limits is written down together with what they mean for the sessions.

use jiff::Timestamp;
use rusqlite::Connection;

use super::{Back, Caller, Turn, calls};
use crate::model::limits::{At, Place};
use crate::model::record::Record;
use crate::store::fault::Fault;
use crate::store::journal::Journal;
use crate::store::rows;

/// A request for a session's state that somebody wants to make.
#[derive(Clone, Copy, Debug)]
pub struct Departure<'a> {
    /// The session's name in the journal.
    pub name: &'a str,
    /// What is known of it.
    pub record: &'a Record,
    /// How the request comes among others.
    pub place: Place,
}

/// What was written down of a session whose request is about to leave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mark {
    /// When that is.
    At(Timestamp),
    /// What another process had written of it meanwhile, which counts for more.
    Better(Box<Record>),
}

impl Journal {
    /// Asks to make requests for sessions' states and, where one may leave, writes down that it is about to. When that is,
    /// this clock tells once the file is had: others may be waited for before. Gives what each is told, in their order.
    pub fn depart(
        &self,
        departures: &[Departure<'_>],
        caller: &Caller,
        clock: impl Fn() -> Timestamp,
    ) -> Result<Vec<(Turn, Option<Mark>)>, Fault> {
        self.file().write(|connection| {
            let now = clock();
            self.tidy_limits(connection, caller, now.into())?;
            let mut desk = calls::Desk::open(connection, caller, departures.len(), At::from(now))?;
            let told = departures.iter().map(|departure| {
                let turn = desk.take(connection, departure.place)?;
                let marked = match turn {
                    Turn::Go(_) => Some(self.leave(connection, departure, now)?),
                    _ => None,
                };
                Ok((turn, marked))
            });
            let told = told.collect::<Result<_, Fault>>()?;
            desk.close(connection)?;
            Ok(told)
        })
    }

    fn leave(&self, connection: &Connection, departure: &Departure<'_>, now: Timestamp) -> Result<Mark, Fault> {
        let Departure { name, record, .. } = departure;
        let mut record = (*record).clone();
        record.asking(now);
        if rows::mark(connection, name, &record)? {
            return Ok(Mark::At(now));
        }
        let better = self.put_in(connection, name, &record, false)?;
        Ok(better.map_or(Mark::At(now), |better| Mark::Better(Box::new(better))))
    }

    /// Lets go of a session that goes on, with what the replies before have changed.
    pub fn leave_off(&self, name: &str, record: &Record) -> Result<Option<Record>, Fault> {
        self.file().write(|connection| {
            if !rows::mark(connection, name, record)? {
                return self.put_in(connection, name, record, true);
            }
            self.let_go(connection, name)?;
            Ok(None)
        })
    }

    /// Writes down what came back, and the session as it is now known: see [`Self::put`].
    pub fn arrive(&self, name: &str, record: &Record, last: bool, back: &Back<'_>) -> Result<Option<Record>, Fault> {
        self.file().write(|connection| {
            super::back(connection, back)?;
            self.put_in(connection, name, record, last)
        })
    }
}
