//! Session starts: those that count, and the line of those who wait.

use std::time::Duration;

use rusqlite::Connection;

use super::{Caller, Gates, Pass, calls, gates};
use crate::model::limits::{At, Cause, Gate, Hold, LINE_WINDOW, Starts, Taken, turn};
use crate::model::provider::Provider;
use crate::store::fault::Fault;

/// How soon to look again where a request has gone first, alone: its reply takes a moment.
const A_MOMENT: Duration = Duration::from_millis(250);

/// How soon to look again in a line: those before may have left it, the service may have said something.
const SOON: Duration = Duration::from_secs(1);
const LATE: Duration = Duration::from_secs(10);

/// How long after it was noticed that it is somebody's turn they are missed, and how long that is believed. In between
/// everybody in the line has looked, and has waited for the file.
const MISSING: Duration = Duration::from_secs(25);
const STALE: Duration = Duration::from_secs(80);

/// For how long others are left to go first after a gate has opened.
const PATIENCE: Duration = Duration::from_secs(2);

/// What somebody finds who wants to start a session.
pub(super) struct Found {
    /// Why that has to wait, and after how long to look again; none where it can be done.
    pub(super) hold: Option<(Hold, Duration)>,
    /// Whether the place in the line that was given before is still there.
    pub(super) is_in_line: bool,
    /// The places of those before whose turn is now.
    pub(super) before: Vec<Waiting>,
    /// All who are before.
    pub(super) ahead: Vec<Waiting>,
    /// The gates on the way.
    pub(super) gates: Gates,
}

/// Somebody in the line.
#[derive(Clone)]
pub(super) struct Waiting {
    pub(super) number: i64,
    workspace: String,
    pub(super) owner: Option<String>,
    /// Since when it is their turn, as far as others have noticed.
    able: Option<At>,
}

impl Waiting {
    /// Whether it is to be written down that it is their turn now.
    fn is_new(&self, now: At) -> bool {
        self.able.is_none_or(|able| able + STALE <= now)
    }

    /// Whether they do not come although it has been their turn for long.
    fn is_missing(&self, now: At) -> bool {
        !self.is_new(now) && self.able.is_some_and(|able| able + MISSING <= now)
    }

    /// Whether there is something to be written of them.
    pub(super) fn is_of_note(&self, now: At) -> bool {
        self.is_new(now) || self.is_missing(now)
    }
}

/// Looks whether a session can be started, from this place in the line or from its end.
pub(super) fn look(
    connection: &Connection,
    caller: &Caller,
    provider: Provider,
    place: Option<i64>,
    now: At,
) -> Result<Found, Fault> {
    let gates = gates::all(connection, caller, Some(provider), now)?;
    let mut ahead = line(connection, caller, provider)?;
    let index = ahead.iter().position(|waiting| Some(waiting.number) == place);
    ahead.truncate(index.unwrap_or(ahead.len()));
    let mut found = Found { hold: None, is_in_line: index.is_some(), before: Vec::new(), ahead, gates };
    let ahead = &found.ahead;
    let soon = |wait: Duration| wait.min((wait / 10).clamp(SOON, LATE));
    if let Some(hold) = gates::hold(&found.gates, now) {
        let look = soon(hold.wait);
        found.hold = Some((hold, look));
        return Ok(found);
    }
    // Where there are so few that all have room, nobody's turn depends on when they were sent.
    let few = rows(connection)? < caller.limits.starts.min(caller.limits.address_starts);
    let taken = if few { Vec::new() } else { taken(connection, caller, provider, now)? };
    let taken: Vec<_> =
        taken.iter().map(|(workspace, done)| Taken { workspace: workspace.as_str(), done: *done }).collect();
    let mut workspaces: Vec<&str> = ahead.iter().map(|waiting| waiting.workspace.as_str()).collect();
    workspaces.push(&caller.workspace);
    let turn = turn(caller.limits, now, &taken, &workspaces);
    found.before = turn.before.iter().map(|&index| ahead[index].clone()).collect();
    let until = |until: At, cause: Cause| Hold { wait: until.left(now), until: until.time(), cause };
    let limits = caller.limits;
    // Only one goes first, and that is whoever came first, unless they are stopped.
    let is_behind = |gate: &Gate| !found.before.is_empty() && gate.until + PATIENCE > now;
    found.hold = if let Some((throttle, lapses)) = gates::behind(&found.gates, now) {
        // Its reply may well be in before.
        Some((until(lapses.min(now + A_MOMENT), Cause::First { throttle }), A_MOMENT))
    } else if turn.at > now {
        let limit = if turn.address { limits.address_starts } else { limits.starts };
        let hold = until(turn.at, Cause::Starts { limit, provider, address: turn.address, ahead: ahead.len() });
        let look = soon(hold.wait);
        Some((hold, look))
    } else if let Some((_, gate)) = found.gates.iter().find(|(_, gate)| is_behind(gate)) {
        Some((until(now + A_MOMENT, Cause::First { throttle: gate.throttle }), A_MOMENT))
    } else if let Some(at) = calls::full(connection, caller, now)? {
        let hold = until(at, Cause::Calls { turn: None });
        let look = hold.wait;
        Some((hold, look))
    } else {
        None
    };
    Ok(found)
}

/// Reserves a start, which leaves now.
pub(super) fn take(
    connection: &Connection,
    caller: &Caller,
    provider: Provider,
    place: Option<i64>,
    gates: &Gates,
    now: At,
) -> Result<Pass, Fault> {
    let call = calls::take_first(connection, caller, now)?;
    let number = match place {
        Some(place) => place,
        None => queue(connection, caller, provider, None)?,
    };
    let sql = "UPDATE start SET owner = NULL, sent = ?2, done = ?3 WHERE number = ?1";
    connection.prepare_cached(sql)?.execute((number, now.0, (now + caller.patience).0))?;
    let first = gates::pass(connection, caller, gates, now)?;
    Ok(Pass { call, start: Some((number, provider)), sent: now, first })
}

/// Goes to the end of the line.
pub(super) fn queue(
    connection: &Connection,
    caller: &Caller,
    provider: Provider,
    owner: Option<&str>,
) -> Result<i64, Fault> {
    let sql = "INSERT INTO start (service, workspace, provider, owner) VALUES (?1, ?2, ?3, ?4)";
    connection.prepare_cached(sql)?.execute((&caller.service, &caller.workspace, provider.id(), owner))?;
    Ok(connection.last_insert_rowid())
}

/// Leaves the line.
pub(super) fn leave(connection: &Connection, number: i64) -> Result<(), Fault> {
    connection.execute("DELETE FROM start WHERE number = ?1 AND sent IS NULL", [number])?;
    Ok(())
}

/// Writes down that the reply to a start is in, or is not waited for any more.
pub(super) fn done(connection: &Connection, pass: Pass, now: At) -> Result<(), Fault> {
    if let Some((start, _)) = pass.start {
        // In another file the number is another start's.
        let sql = "UPDATE start SET done = ?3 WHERE number = ?1 AND sent = ?2";
        connection.prepare_cached(sql)?.execute((start, pass.sent.0, now.0))?;
    }
    Ok(())
}

/// Lets go of what does not count any more.
pub(super) fn tidy(connection: &Connection, now: At) -> Result<(), Fault> {
    connection.prepare_cached("DELETE FROM start WHERE done < ?1")?.execute([counts_since(now)])?;
    Ok(())
}

/// Takes note of those whose turn it is, and lets go of the places of those who do not come: they are stopped, or there is
/// no telling whether they are alive. Should they come after all, they go to the end of the line.
pub(super) fn note(connection: &Connection, before: &[Waiting], now: At) -> Result<(), Fault> {
    for waiting in before {
        if waiting.is_missing(now) {
            leave(connection, waiting.number)?;
        } else if waiting.is_new(now) {
            let sql = "UPDATE start SET able = ?2 WHERE number = ?1";
            connection.prepare_cached(sql)?.execute((waiting.number, now.0))?;
        }
    }
    Ok(())
}

/// How much of the limits is used.
pub(super) fn used(connection: &Connection, caller: &Caller, provider: Provider, now: At) -> Result<Starts, Fault> {
    let taken = taken(connection, caller, provider, now)?;
    Ok(Starts {
        provider,
        workspace: taken.iter().filter(|(workspace, _)| *workspace == caller.workspace).count(),
        address: taken.len(),
        waiting: line(connection, caller, provider)?.len(),
        gate: gates::find(connection, caller, Some(provider), now)?,
    })
}

/// How many there are at the most: they are numbered as they come, and the oldest are let go of first.
fn rows(connection: &Connection) -> Result<usize, Fault> {
    let sql = "SELECT coalesce((SELECT max(number) FROM start) - (SELECT min(number) FROM start) + 1, 0)";
    let most: i64 = connection.prepare_cached(sql)?.query_row([], |row| row.get(0))?;
    Ok(usize::try_from(most).unwrap_or(usize::MAX))
}

/// Those that were sent and count.
fn taken(connection: &Connection, caller: &Caller, provider: Provider, now: At) -> Result<Vec<(String, At)>, Fault> {
    let sql = "SELECT workspace, done FROM start WHERE service = ?1 AND provider = ?2 AND done > ?3";
    let mut statement = connection.prepare_cached(sql)?;
    let parameters = (&caller.service, provider.id(), counts_since(now));
    let rows = statement.query_map(parameters, |row| Ok((row.get(0)?, At(row.get(1)?))))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn line(connection: &Connection, caller: &Caller, provider: Provider) -> Result<Vec<Waiting>, Fault> {
    let sql = "SELECT number, workspace, owner, able FROM start \
               WHERE service = ?1 AND provider = ?2 AND sent IS NULL ORDER BY number";
    let mut statement = connection.prepare_cached(sql)?;
    let waiting = statement.query_map((&caller.service, provider.id()), |row| {
        Ok(Waiting {
            number: row.get(0)?,
            workspace: row.get(1)?,
            owner: row.get(2)?,
            able: row.get::<_, Option<i64>>(3)?.map(At),
        })
    })?;
    Ok(waiting.collect::<Result<_, _>>()?)
}

/// What was done before this does not count any more.
fn counts_since(now: At) -> i64 {
    now.0.saturating_sub(LINE_WINDOW.as_micros().try_into().unwrap_or(i64::MAX))
}
