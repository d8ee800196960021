//! What becomes of the times where the clock is set.

use std::time::Duration;

use rusqlite::{Connection, OptionalExtension};

use super::{Caller, gates};
use crate::model::limits::{At, Uptime};
use crate::store::fault::Fault;

/// How far ahead of this process's clock another's may seem: one that read it just before.
const TOLERANCE: Duration = Duration::from_secs(1);

/// The longest that a reply is waited for.
const LONGEST_FLIGHT: Duration = Duration::from_secs(60);

/// By how much the clock may be off the one that nobody sets before it is taken for set, in microseconds: it is kept
/// right all the time, a little.
const SET: i64 = 250_000;

/// Puts right what a clock that was set has made of the times. Where it was set back, what seems yet to come was sent by
/// now. Where it was set forward, what was sent counts as long as it would have.
pub(super) fn mend(connection: &Connection, caller: &Caller, now: At) -> Result<(), Fault> {
    if let Some(uptime) = (caller.uptime)() {
        follow(connection, &uptime, now)?;
    }
    let latest = now + TOLERANCE;
    for table in ["start", "call"] {
        let sql = format!("UPDATE {table} SET sent = ?1, done = ?1 WHERE sent > ?2 OR done > ?3");
        connection.prepare_cached(&sql)?.execute((now.0, latest.0, (latest + LONGEST_FLIGHT).0))?;
    }
    connection.prepare_cached("UPDATE start SET able = NULL WHERE able > ?1")?.execute([latest.0])?;
    gates::mend(connection, now, latest)
}

/// Whether nothing was sent, and no gate closed, at a time that is yet to come: what a clock that was set back makes of it.
pub(super) fn is_straight(connection: &Connection, now: At) -> Result<bool, Fault> {
    let sql = "SELECT NOT EXISTS (SELECT 1 FROM gate WHERE since > ?1) \
               AND NOT EXISTS (SELECT 1 FROM start WHERE sent > ?1) AND NOT EXISTS (SELECT 1 FROM call WHERE sent > ?1)";
    Ok(connection.prepare_cached(sql)?.query_row([(now + TOLERANCE).0], |row| row.get(0))?)
}

/// Has the times follow a clock that was set forward. A gate's stay: where the machine stood still meanwhile, it has passed
/// for the service, and if not, one request goes first.
fn follow(connection: &Connection, Uptime { boot, up }: &Uptime, now: At) -> Result<(), Fault> {
    // When the machine started, as the clock has it now.
    let since = now.0.saturating_sub(up.as_micros().try_into().unwrap_or(i64::MAX));
    let sql = "SELECT since FROM clock WHERE boot = ?1";
    let known: Option<i64> = connection.prepare_cached(sql)?.query_row([boot], |row| row.get(0)).optional()?;
    let set = known.map_or(i64::MAX, |known| since.saturating_sub(known));
    if set.saturating_abs() < SET {
        return Ok(());
    }
    if known.is_some() && set > 0 {
        for table in ["start", "call"] {
            let sql = format!("UPDATE {table} SET sent = sent + ?1, done = done + ?1 WHERE sent IS NOT NULL");
            connection.execute(&sql, [set])?;
        }
    }
    connection.execute("DELETE FROM clock", [])?;
    connection.execute("INSERT INTO clock VALUES (?1, ?2)", (boot, since))?;
    Ok(())
}
