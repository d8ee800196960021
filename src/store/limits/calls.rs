//! Calls of any kind, of one workspace.

use rusqlite::{Connection, OptionalExtension};

use super::gates;
use super::{Caller, Pass, Turn};
use crate::model::limits::{At, CALL_WINDOW, Place, Slot, slot};
use crate::store::fault::Fault;

/// Reserves a call, or says when.
pub(super) fn take(connection: &Connection, caller: &Caller, place: Place, now: At) -> Result<Turn, Fault> {
    let gates = gates::all(connection, caller, None, now)?;
    if let Some(hold) = gates::hold(&gates, now) {
        return Ok(Turn::Held(hold));
    }
    if let Some((throttle, lapses)) = gates::behind(&gates, now) {
        return Ok(Turn::Behind(throttle, lapses));
    }
    match look(connection, caller, place, now)? {
        Slot::Now(next) => {
            let call = reserve(connection, caller, next, now)?;
            let first = gates::pass(connection, caller, &gates, now)?;
            Ok(Turn::Go(Pass { call, start: None, sent: now, first }))
        }
        Slot::Later { at, next } => {
            set_next(connection, caller, next)?;
            Ok(Turn::At(at))
        }
    }
}

/// When a call may leave.
pub(super) fn look(connection: &Connection, caller: &Caller, place: Place, now: At) -> Result<Slot, Fault> {
    let sql = "SELECT next FROM pace WHERE workspace = ?1";
    let next = connection.prepare_cached(sql)?.query_row([&caller.workspace], |row| row.get(0)).optional()?;
    let mut statement = connection.prepare_cached("SELECT done FROM call WHERE workspace = ?1 ORDER BY done")?;
    let done: Vec<At> =
        statement.query_map([&caller.workspace], |row| row.get(0).map(At))?.collect::<Result<_, _>>()?;
    Ok(slot(caller.limits, now, At(next.unwrap_or(0)), &done, place))
}

/// Writes down that a call leaves now.
pub(super) fn reserve(connection: &Connection, caller: &Caller, next: At, now: At) -> Result<i64, Fault> {
    let sql = "DELETE FROM call WHERE done < ?1";
    let window = i64::try_from(CALL_WINDOW.as_micros()).unwrap_or(i64::MAX);
    connection.prepare_cached(sql)?.execute([now.0.saturating_sub(window)])?;
    connection.prepare_cached("DELETE FROM pace WHERE next < ?1")?.execute([now.0])?;
    set_next(connection, caller, next)?;
    let sql = "INSERT INTO call (workspace, sent, done) VALUES (?1, ?2, ?3)";
    connection.prepare_cached(sql)?.execute((&caller.workspace, now.0, (now + caller.patience).0))?;
    Ok(connection.last_insert_rowid())
}

/// Writes down that the reply to a call is in, or is not waited for any more.
pub(super) fn done(connection: &Connection, call: i64, now: At) -> Result<(), Fault> {
    connection.prepare_cached("UPDATE call SET done = ?2 WHERE number = ?1")?.execute((call, now.0))?;
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

fn set_next(connection: &Connection, caller: &Caller, next: At) -> Result<(), Fault> {
    let sql = "INSERT OR REPLACE INTO pace VALUES (?1, ?2)";
    connection.prepare_cached(sql)?.execute((&caller.workspace, next.0))?;
    Ok(())
}
