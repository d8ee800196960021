//! Calls of any kind, of one workspace.

use rusqlite::{Connection, OptionalExtension, Row};

use super::gates;
use super::{Caller, Gates, Pass, Turn};
use crate::model::limits::{At, CALL_WINDOW, Pace, Place, Slot, room, slot};
use crate::store::fault::Fault;

/// How long after it was last asked for turns a workspace's are forgotten, in microseconds: longer than any is waited for.
const FORGOTTEN: i64 = 3_600_000_000;

/// What the calls of a moment are decided by: read once, however many there are.
pub(super) struct Desk<'a> {
    caller: &'a Caller,
    now: At,
    gates: Gates,
    before: Pace,
    pace: Pace,
    /// When the replies were in to the calls that count, or may be, the earliest first.
    done: Vec<At>,
}

impl<'a> Desk<'a> {
    /// For this many calls at the most.
    pub(super) fn open(connection: &Connection, caller: &'a Caller, calls: usize, now: At) -> Result<Self, Fault> {
        let gates = gates::all(connection, caller, None, now)?;
        let pace = pace(connection, caller)?;
        Ok(Self { caller, now, gates, before: pace, pace, done: counted(connection, caller, calls)? })
    }

    /// Reserves a call, or says when.
    pub(super) fn take(&mut self, connection: &Connection, place: Place) -> Result<Turn, Fault> {
        let Self { caller, now, .. } = *self;
        if let Some(hold) = gates::hold(&self.gates, now) {
            return Ok(Turn::Held(hold));
        }
        if let Some((throttle, lapses)) = gates::behind(&self.gates, now) {
            return Ok(Turn::Behind(throttle, lapses));
        }
        let (slot, after) = slot(caller.limits, now, self.pace, &self.done, place);
        self.pace = after;
        match slot {
            Slot::Now => {
                let call = reserve(connection, caller, now)?;
                let done = now + caller.patience;
                self.done.insert(self.done.partition_point(|other| *other <= done), done);
                let first = gates::pass(connection, caller, &self.gates, now)?;
                if first.is_some() {
                    // The rest come after it.
                    self.gates = gates::all(connection, caller, None, now)?;
                }
                Ok(Turn::Go(Pass { call, start: None, sent: now, first }))
            }
            Slot::Later { at, turn } => Ok(Turn::At(at, turn)),
        }
    }

    /// Writes down what has changed. Whoever asks too early changes nothing, and has nothing written.
    pub(super) fn close(self, connection: &Connection) -> Result<(), Fault> {
        if (self.pace.next, self.pace.stood) == (self.before.next, self.before.stood) {
            return Ok(());
        }
        set_pace(connection, self.caller, self.pace)
    }
}

/// Reserves a call that starts a session, which has waited for its turn elsewhere.
pub(super) fn take_first(connection: &Connection, caller: &Caller, now: At) -> Result<i64, Fault> {
    let (_, after) = look(connection, caller, pace(connection, caller)?, Place::First, now)?;
    set_pace(connection, caller, after)?;
    reserve(connection, caller, now)
}

/// Until when a start has no room among the calls; none where it has.
pub(super) fn full(connection: &Connection, caller: &Caller, now: At) -> Result<Option<At>, Fault> {
    let (slot, _) = look(connection, caller, pace(connection, caller)?, Place::First, now)?;
    Ok(match slot {
        Slot::Now => None,
        Slot::Later { at, .. } => Some(at),
    })
}

fn look(connection: &Connection, caller: &Caller, before: Pace, place: Place, now: At) -> Result<(Slot, Pace), Fault> {
    Ok(slot(caller.limits, now, before, &counted(connection, caller, 1)?, place))
}

/// When the replies were in to the calls that count, or may be, the earliest first. None are read where there are so few
/// that this many more have room in any case.
fn counted(connection: &Connection, caller: &Caller, more: usize) -> Result<Vec<At>, Fault> {
    // They are numbered as they come, and the oldest are let go of first. Of both in one, all rows would be read.
    let sql = "SELECT coalesce((SELECT max(number) FROM call) - (SELECT min(number) FROM call) + 1, 0)";
    let most: i64 = connection.prepare_cached(sql)?.query_row([], |row| row.get(0))?;
    if usize::try_from(most).is_ok_and(|most| most.saturating_add(more) < room(caller.limits)) {
        return Ok(Vec::new());
    }
    let mut statement = connection.prepare_cached("SELECT done FROM call WHERE workspace = ?1 ORDER BY done")?;
    Ok(statement.query_map([&caller.workspace], |row| row.get(0).map(At))?.collect::<Result<_, _>>()?)
}

/// Lets go of what does not count any more.
pub(super) fn tidy(connection: &Connection, now: At) -> Result<(), Fault> {
    let window = i64::try_from(CALL_WINDOW.as_micros()).unwrap_or(i64::MAX);
    connection.prepare_cached("DELETE FROM call WHERE done < ?1")?.execute([now.0.saturating_sub(window)])?;
    let forgotten = now.0.saturating_sub(FORGOTTEN);
    connection.prepare_cached("DELETE FROM pace WHERE seen < ?1")?.execute([forgotten])?;
    Ok(())
}

/// Writes down that a call leaves now.
fn reserve(connection: &Connection, caller: &Caller, now: At) -> Result<i64, Fault> {
    let sql = "INSERT INTO call (workspace, sent, done) VALUES (?1, ?2, ?3)";
    connection.prepare_cached(sql)?.execute((&caller.workspace, now.0, (now + caller.patience).0))?;
    Ok(connection.last_insert_rowid())
}

/// Writes down that the reply to a call is in, or is not waited for any more.
pub(super) fn done(connection: &Connection, pass: Pass, now: At) -> Result<(), Fault> {
    // In another file the number is another call's.
    let sql = "UPDATE call SET done = ?3 WHERE number = ?1 AND sent = ?2";
    connection.prepare_cached(sql)?.execute((pass.call, pass.sent.0, now.0))?;
    Ok(())
}

/// How many count right now.
pub(super) fn used(connection: &Connection, caller: &Caller, now: At) -> Result<usize, Fault> {
    let window = i64::try_from(CALL_WINDOW.as_micros()).unwrap_or(i64::MAX);
    let sql = "SELECT count(*) FROM call WHERE workspace = ?1 AND done > ?2";
    let parameters = (&caller.workspace, now.0.saturating_sub(window));
    let count: i64 = connection.prepare_cached(sql)?.query_row(parameters, |row| row.get(0))?;
    Ok(usize::try_from(count).unwrap_or(0))
}

fn pace(connection: &Connection, caller: &Caller) -> Result<Pace, Fault> {
    let mut statement = connection.prepare_cached("SELECT next, stood, seen FROM pace WHERE workspace = ?1")?;
    let read = |row: &Row<'_>| Ok(Pace { next: row.get(0)?, stood: row.get(1)?, seen: At(row.get(2)?) });
    Ok(statement.query_row([&caller.workspace], read).optional()?.unwrap_or(Pace::NEW))
}

fn set_pace(connection: &Connection, caller: &Caller, pace: Pace) -> Result<(), Fault> {
    let sql = "INSERT OR REPLACE INTO pace VALUES (?1, ?2, ?3, ?4)";
    connection.prepare_cached(sql)?.execute((&caller.workspace, pace.next, pace.stood, pace.seen.0))?;
    Ok(())
}
