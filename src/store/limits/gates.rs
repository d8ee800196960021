//! The gates: one for each provider that sessions are started with, one for each workspace.

use std::time::Duration;

use rusqlite::{Connection, Row};

use super::{Back, Caller, Gates};
use crate::model::failure::Throttle;
use crate::model::limits::{Answer, At, Cause, Gate, Hold, Passage, Refusal};
use crate::model::provider::Provider;
use crate::store::fault::Fault;

/// The longest that any gate is closed.
const LONGEST: Duration = Duration::from_secs(24 * 3600);

/// How long after its time a gate is remembered through which nobody has gone since.
const FORGOTTEN: Duration = Duration::from_secs(24 * 3600);

/// The gate of this provider, or of the caller's workspace, if it is not known to be open.
pub(super) fn find(
    connection: &Connection,
    caller: &Caller,
    provider: Option<Provider>,
    now: At,
) -> Result<Option<Gate>, Fault> {
    let sql = "SELECT * FROM gate WHERE service = ?1 AND workspace = ?2 AND provider = ?3";
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query_map(key(caller, provider), read)?;
    Ok(rows.next().transpose()?.map(|gate| gate.mended(now)))
}

/// Those that a request has to pass: the workspace's and, to start a session, the provider's.
pub(super) fn all(
    connection: &Connection,
    caller: &Caller,
    provider: Option<Provider>,
    now: At,
) -> Result<Gates, Fault> {
    let mut gates = Vec::new();
    for scope in [None, provider].into_iter().take(1 + usize::from(provider.is_some())) {
        gates.extend(find(connection, caller, scope, now)?.map(|gate| (scope, gate)));
    }
    Ok(gates)
}

/// What holds a request back until a time that the service named, if anything does.
pub(super) fn closed(
    connection: &Connection,
    caller: &Caller,
    provider: Option<Provider>,
    now: At,
) -> Result<Option<Hold>, Fault> {
    Ok(hold(&all(connection, caller, provider, now)?, now))
}

/// The same of gates that were read.
pub(super) fn hold(gates: &Gates, now: At) -> Option<Hold> {
    let closed = gates.iter().filter(|(_, gate)| matches!(gate.passage(now), Passage::Closed(_)));
    let (provider, gate) = closed.max_by_key(|(_, gate)| gate.until)?;
    Some(Hold {
        wait: gate.until.left(now),
        until: gate.until.time(),
        cause: Cause::Told {
            throttle: gate.throttle,
            since: gate.since.time(),
            provider: *provider,
            message: gate.message.clone(),
            named: gate.named,
        },
    })
}

/// Whom a request is behind that goes alone, and until when at the latest.
pub(super) fn behind(gates: &Gates, now: At) -> Option<(Throttle, At)> {
    gates.iter().find_map(|(_, gate)| match gate.passage(now) {
        Passage::Behind(lapses) => Some((gate.throttle, lapses)),
        _ => None,
    })
}

/// Lets a request through gates that have been closed, as the first: until when its reply may come in. None where all
/// were open.
pub(super) fn pass(connection: &Connection, caller: &Caller, gates: &Gates, now: At) -> Result<Option<At>, Fault> {
    let first = now + caller.patience;
    for (scope, gate) in gates {
        put(connection, caller, *scope, &Gate { first: Some(first), ..gate.clone() })?;
    }
    Ok((!gates.is_empty()).then_some(first))
}

/// Learns from what came back.
pub(super) fn learn(connection: &Connection, back: &Back<'_>) -> Result<(), Fault> {
    let Back { caller, pass, answer, jitter, at } = back;
    let now = (*at).into();
    let provider = pass.start.map(|(_, provider)| provider);
    for (scope, gate) in all(connection, caller, provider, now)? {
        let is_ours = pass.first.is_some() && gate.first == pass.first;
        if **answer == Answer::Passed && gate.until <= pass.sent {
            let sql = "DELETE FROM gate WHERE service = ?1 AND workspace = ?2 AND provider = ?3";
            connection.prepare_cached(sql)?.execute(key(caller, scope))?;
        } else if is_ours {
            // Another may try.
            put(connection, caller, scope, &Gate { first: None, ..gate })?;
        }
    }
    if let Answer::Refused { throttle, after, message } = answer {
        let before = find(connection, caller, provider, now)?;
        let refusal = Refusal { throttle: *throttle, after: *after, message: message.clone(), sent: pass.sent };
        put(connection, caller, provider, &Gate::closed(before, refusal, now, *jitter))?;
    }
    Ok(())
}

/// Puts right what a clock that was set back has made of the times, and forgets what is long over.
pub(super) fn mend(connection: &Connection, now: At, latest: At) -> Result<(), Fault> {
    let sql = "UPDATE gate SET since = ?1, until = ?1 + (until - since), first = NULL WHERE since > ?2";
    connection.prepare_cached(sql)?.execute((now.0, latest.0))?;
    let longest = i64::try_from(LONGEST.as_micros()).unwrap_or(i64::MAX);
    let sql = "UPDATE gate SET since = ?1, until = ?1 + ?2 WHERE until > ?3 + ?2";
    connection.prepare_cached(sql)?.execute((now.0, longest, latest.0))?;
    // Whoever comes so much later need not be careful any more.
    let forgotten = i64::try_from(FORGOTTEN.as_micros()).unwrap_or(i64::MAX);
    connection.prepare_cached("DELETE FROM gate WHERE until < ?1")?.execute([now.0.saturating_sub(forgotten)])?;
    Ok(())
}

fn key(caller: &Caller, provider: Option<Provider>) -> (&str, &str, &str) {
    match provider {
        Some(provider) => (&caller.service, "", provider.id()),
        None => (&caller.service, &caller.workspace, ""),
    }
}

fn put(connection: &Connection, caller: &Caller, scope: Option<Provider>, gate: &Gate) -> Result<(), Fault> {
    let (service, workspace, provider) = key(caller, scope);
    let throttle = match gate.throttle {
        Throttle::Limit => "limit",
        Throttle::Outage => "outage",
    };
    let sql = "INSERT OR REPLACE INTO gate VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";
    connection.prepare_cached(sql)?.execute((
        service,
        workspace,
        provider,
        throttle,
        gate.since.0,
        gate.until.0,
        gate.strikes,
        gate.named,
        &gate.message,
        gate.first.map(|first| first.0),
    ))?;
    Ok(())
}

fn read(row: &Row<'_>) -> rusqlite::Result<Gate> {
    let throttle: String = row.get("throttle")?;
    Ok(Gate {
        throttle: if throttle == "outage" { Throttle::Outage } else { Throttle::Limit },
        since: At(row.get("since")?),
        until: At(row.get("until")?),
        strikes: row.get("strikes")?,
        named: row.get("named")?,
        message: row.get("message")?,
        first: row.get::<_, Option<i64>>("first")?.map(At),
    })
}
