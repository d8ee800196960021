//! The journal: what is written of a session and when, who waits for it, and what is remembered afterwards.

mod alive;
mod dead;
mod erase;
mod owed;

use std::cell::{Cell, RefCell};
use std::path::Path;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use rusqlite::Connection;

use super::claims::Alive;
use super::fault::Fault;
use super::file::JournalFile;
use super::fingerprint;
use super::limits::here::Here;
use super::place::Kind;
use super::rows::{self, Found};
use crate::model::record::Record;
use crate::model::session::SessionId;

pub use erase::{Chosen, Erased};

/// How long a record is kept after its session began.
const KEPT: SignedDuration = SignedDuration::from_hours(30 * 24);

/// How long after a session's end its URL is kept: nobody can use it any more.
const URL_KEPT: SignedDuration = SignedDuration::from_mins(1);

/// The longest that a session and whatever belongs to it is believed to take: two are told apart by less.
const NEIGHBOURHOOD: SignedDuration = SignedDuration::from_hours(2);

/// A journal that is open.
pub struct Journal {
    file: JournalFile,
    /// This process's sign of life, once it has waited for anything.
    alive: RefCell<Option<Alive>>,
    /// When the limits were last tidied here.
    tidied: Cell<Option<Here>>,
}

/// A session in the journal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// What is known of it.
    pub record: Record,
    /// The process on this machine that is waiting for it right now.
    pub waiter: Option<Waiter>,
    /// When a process asked for it over the one that waits, whose reply it has not written down yet.
    pub asked_over: Option<Timestamp>,
    /// Where it is in the journal: a name that no other record ever had.
    pub name: String,
}

/// A process that is waiting for a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Waiter {
    /// Its number, for people to look for.
    pub process: u32,
    /// Since when it waits. None where it only asks once, for another session's sake: it is done in a moment.
    pub since: Option<Timestamp>,
}

/// Another process is waiting for the session.
pub type Busy = Waiter;

impl Journal {
    /// Opens the journal in this directory, making both where they are not there. `own` is whether the directory is this
    /// tool's alone.
    ///
    /// A damaged file is set aside, of which [`Self::notices`] tells. Fails with [`Fault::Newer`] and [`Fault::Foreign`]
    /// where the file is not to be touched, else where there is no place for it.
    pub fn open(directory: &Path, own: bool, kind: Kind) -> Result<Self, Fault> {
        let file = JournalFile::open(directory, own, kind.file())?;
        Ok(Self { file, alive: RefCell::default(), tidied: Cell::default() })
    }

    /// The same, where there is a journal already.
    pub fn open_existing(directory: &Path, own: bool, kind: Kind) -> Result<Option<Self>, Fault> {
        let path = directory.join(kind.file());
        // Where nobody may look, there may well be one.
        let is_there = path
            .try_exists()
            .map_err(|error| Fault::io(format_args!("{} cannot be looked for", path.display()), &error))?;
        is_there.then(|| Self::open(directory, own, kind)).transpose()
    }

    /// What a person should know of what happened to the journal since this was last asked.
    pub fn notices(&self) -> Vec<String> {
        self.file.notices()
    }

    /// How long other processes were waited for since this was last asked.
    pub fn waited(&self) -> Duration {
        self.file.waited()
    }

    /// What tells the workspace of this API key apart.
    pub fn workspace(&self, service: &str, key: &str) -> Result<String, Fault> {
        self.file.read(|connection| Ok(fingerprint::fingerprint(&rows::secret(connection)?, service, key)))
    }

    /// A name for a session, under which it can be put into the journal sooner or later.
    pub fn name() -> Result<String, Fault> {
        fingerprint::name()
    }

    /// Writes down a session that has just begun and, where this process is going to wait for it, who does; and which
    /// results file is to tell how it ended, if one is: see [`Self::owed`].
    pub fn begin(
        &self,
        name: &str,
        record: &Record,
        waiting: bool,
        batch: Option<&str>,
        now: Timestamp,
    ) -> Result<(), Fault> {
        if waiting {
            // Not while others wait for the file.
            self.sign_of_life();
        }
        self.file.write(|transaction| {
            tidy(transaction, now)?;
            rows::put(transaction, name, record)?;
            if batch.is_some() {
                rows::set_batch(transaction, name, batch)?;
            }
            if waiting { self.claim(transaction, name, Some(now)) } else { Ok(()) }
        })
    }

    /// Prepares to ask for a session's state: takes the claim to it, from the dead if need be, and writes down that a
    /// request is about to leave. `unknown` is what is written where the journal has no such session. With `force`, a
    /// process that is waiting for it is left to wait, its record as it is: see [`Self::ask_over`].
    pub fn approach(&self, unknown: &Record, force: bool, now: Timestamp) -> Result<Result<Entry, Busy>, Fault> {
        self.approach_since(unknown, force, Some(now), now)
    }

    /// The same, to ask once, for another session's sake. None where somebody waits for it, or it was forgotten.
    pub fn look_in(&self, record: &Record, now: Timestamp) -> Result<Option<Entry>, Fault> {
        Ok(self.approach_since(record, false, None, now)?.ok())
    }

    fn approach_since(
        &self,
        unknown: &Record,
        force: bool,
        since: Option<Timestamp>,
        now: Timestamp,
    ) -> Result<Result<Entry, Busy>, Fault> {
        let fresh = fingerprint::name()?;
        self.sign_of_life();
        self.file.write(|transaction| {
            tidy(transaction, now)?;
            let found = find(transaction, &unknown.service, &unknown.id)?;
            let waiter = found.as_ref().and_then(|found| self.waiter(found.claim.as_ref()));
            if let Some(waiter) = waiter.filter(|_| !force) {
                return Ok(Err(waiter));
            }
            let (name, mut record) = match found {
                Some(found) if found.record.is_retrieved() || waiter.is_some() => {
                    return Ok(Ok(self.entry(found)));
                }
                Some(Found { mut record, name, asked_over, .. }) => {
                    if let Some(asked) = asked_over {
                        record.give_up_on_another(asked);
                        set_asked_over(transaction, &name, None)?;
                    }
                    record.give_up_on_reply(now);
                    (name, record)
                }
                // It was forgotten meanwhile, and is nobody's.
                None if since.is_none() => return Ok(Err(Waiter { process: std::process::id(), since })),
                None => (fresh.clone(), unknown.clone()),
            };
            record.asking(now);
            rows::put(transaction, &name, &record)?;
            self.claim(transaction, &name, since)?;
            Ok(Ok(Entry { record, waiter, asked_over: None, name }))
        })
    }

    /// Writes a session down as it is now known, whether it is there already or not, and on the disk when this comes back.
    /// `last` is whether this process is done with it. A result that another process has written meanwhile is kept, and
    /// given back.
    pub fn put(&self, name: &str, record: &Record, last: bool) -> Result<Option<Record>, Fault> {
        self.file.write(|transaction| self.put_in(transaction, name, record, last))
    }

    /// Writes down that a request for a session's state is about to leave. When that is, this clock tells once the file is
    /// had: others may be waited for before. Gives the record as it now is.
    pub fn mark(&self, name: &str, record: &Record, clock: impl Fn() -> Timestamp) -> Result<Record, Fault> {
        self.file.write(|transaction| self.mark_in(transaction, name, record, clock()))
    }

    pub(super) fn mark_in(
        &self,
        transaction: &Connection,
        name: &str,
        record: &Record,
        now: Timestamp,
    ) -> Result<Record, Fault> {
        let mut record = record.clone();
        record.asking(now);
        Ok(self.put_in(transaction, name, &record, false)?.unwrap_or(record))
    }

    pub(super) fn put_in(
        &self,
        transaction: &Connection,
        name: &str,
        record: &Record,
        last: bool,
    ) -> Result<Option<Record>, Fault> {
        let there = rows::named(transaction, name)?.map(|found| found.record);
        let is_new = there.is_none();
        let better = there.filter(|there| there.outranks(record));
        if better.is_none() {
            rows::put(transaction, name, record)?;
        }
        if last {
            self.let_go(transaction, name)?;
        } else if is_new {
            // It could not be written before, or the file is another since. Only whoever waits puts it there early.
            self.claim(transaction, name, Some(record.asked.unwrap_or(record.began)))?;
        }
        Ok(better)
    }

    /// Writes down that a session is asked for over a process that waits for it, at this time, or that the reply was read.
    pub fn ask_over(&self, name: &str, asking: Option<Timestamp>) -> Result<(), Fault> {
        self.file.write(|transaction| set_asked_over(transaction, name, asking))
    }

    /// The session of this id, the newest where there are more, as it was last written.
    pub fn find(&self, service: &str, id: &SessionId) -> Result<Option<Entry>, Fault> {
        let found = self.file.read(|connection| find(connection, service, id))?;
        Ok(found.map(|found| self.entry(found)))
    }

    /// Every session, the newest first.
    pub fn all(&self, now: Timestamp) -> Result<Vec<Entry>, Fault> {
        // Where nothing can be written, what is too old is still not shown.
        let _ = self.file.write(|transaction| tidy(transaction, now));
        let all = self.file.read(|connection| rows::select(connection, "began >= ?1", [oldest(now)]))?;
        Ok(all.into_iter().map(|found| self.entry(found)).collect())
    }

    /// Whether all that was ever written down is there, as far as this process can tell.
    pub fn is_whole(&self) -> bool {
        !self.file.is_renewed()
    }

    /// The other sessions of its service that ran at about its time. Of which workspace they are is not asked: one workspace
    /// can have many keys.
    pub fn neighbours(&self, name: &str, record: &Record) -> Result<Vec<Record>, Fault> {
        let last = record.ends;
        let from = record.began.saturating_sub(NEIGHBOURHOOD).unwrap_or(record.began).as_millisecond();
        let to = last.saturating_add(NEIGHBOURHOOD).unwrap_or(last).as_millisecond();
        let condition = "service = ?1 AND name <> ?2 AND began BETWEEN ?3 AND ?4";
        let found = self.file.read(|connection| {
            let parameters = (&record.service, name, from, to);
            rows::select(connection, condition, parameters)
        })?;
        Ok(found.into_iter().map(|found| found.record).collect())
    }

    /// Erases the record of this name, unless somebody waits for the session: then that is who.
    pub fn forget(&self, name: &str) -> Result<Option<Waiter>, Fault> {
        self.file.write(|transaction| {
            let found = rows::named(transaction, name)?;
            let waiter = found.and_then(|found| self.waiter(found.claim.as_ref()));
            if waiter.is_none() {
                transaction.execute("DELETE FROM session WHERE name = ?1", [name])?;
            }
            Ok(waiter)
        })
    }

    fn entry(&self, found: Found) -> Entry {
        let waiter = self.waiter(found.claim.as_ref());
        Entry { record: found.record, waiter, asked_over: found.asked_over, name: found.name }
    }
}

fn find(connection: &Connection, service: &str, id: &SessionId) -> Result<Option<Found>, Fault> {
    Ok(rows::select(connection, "id = ?1 AND service = ?2", (id.as_str(), service))?.into_iter().next())
}

fn set_asked_over(transaction: &Connection, name: &str, asking: Option<Timestamp>) -> Result<(), Fault> {
    let asking = asking.map(Timestamp::as_millisecond);
    transaction.execute("UPDATE session SET asked_over = ?2 WHERE name = ?1", (name, asking))?;
    Ok(())
}

/// Lets go of what is not needed any more.
fn tidy(transaction: &Connection, now: Timestamp) -> Result<(), Fault> {
    let ended = now.saturating_sub(URL_KEPT).unwrap_or(now).as_millisecond();
    transaction.prepare_cached("DELETE FROM session WHERE began < ?1")?.execute([oldest(now)])?;
    let sql = "UPDATE session SET auth_url = NULL WHERE auth_url IS NOT NULL AND ends < ?1";
    transaction.prepare_cached(sql)?.execute([ended])?;
    Ok(())
}

/// When the oldest session began that is kept.
fn oldest(now: Timestamp) -> i64 {
    now.saturating_sub(KEPT).unwrap_or(Timestamp::MIN).as_millisecond()
}

#[cfg(test)]
mod tests;
