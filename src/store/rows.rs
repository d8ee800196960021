//! A record as a row.

use std::borrow::Cow;
use std::rc::Rc;

use jiff::{SignedDuration, Timestamp};
use rusqlite::{Connection, OptionalExtension, Row, named_params};

use super::fault::Fault;
use super::fingerprint;
use crate::model::poll::{Suspicion, Unsettled, Verdict};
use crate::model::record::{End, Record, Source};
use crate::model::server_clock::Ahead;
use crate::model::session::{Account, SessionId};

/// A row as it was found: under its own name, with whoever says to be waiting.
pub(super) struct Found {
    pub(super) name: String,
    pub(super) record: Record,
    pub(super) claim: Option<Claim>,
    pub(super) asked_over: Option<Timestamp>,
    /// The results file that is to tell how it ended, and does not yet.
    pub(super) batch: Option<String>,
}

/// Who says to be waiting.
pub(super) struct Claim {
    pub(super) name: String,
    pub(super) process: u32,
    pub(super) since: Option<Timestamp>,
}

/// Every row that this condition is true of, the newest first.
pub(super) fn select(
    connection: &Connection,
    condition: &str,
    parameters: impl rusqlite::Params,
) -> Result<Vec<Found>, Fault> {
    let mut statement = connection
        .prepare_cached(&format!("SELECT * FROM session WHERE {condition} ORDER BY began DESC, number DESC"))?;
    let rows = statement.query_map(parameters, |row| Ok(read(row)))?;
    // A row whose contents make no sense is as good as none: it must not keep the others from being read.
    Ok(rows.collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect())
}

/// The row of this name.
pub(super) fn named(connection: &Connection, name: &str) -> Result<Option<Found>, Fault> {
    Ok(select(connection, "name = ?1", [name])?.pop())
}

/// Writes a row whole, whether it is there or not. Its claim is left as it is.
pub(super) fn put(connection: &Connection, name: &str, record: &Record) -> Result<(), Fault> {
    let end = record.end.as_ref();
    let verdict = end.map(|end| Columns::of(&end.verdict)).unwrap_or_default();
    let (suspicion, suspicion_detail) = suspicion_columns(record.suspicion.as_ref());
    let mut statement = connection.prepare_cached(
        "INSERT INTO session (name, id, service, workspace, profile, provider, expect, auth_url, began, started_here, ends, \
             clock_least, clock_most, alive, asked, unheard, lost, quiet, gone, slowest, suspicion, suspicion_detail, \
             verdict, \
             verdict_detail, email, owner, error, error_description, source, ended) \
         VALUES (:name, :id, :service, :workspace, :profile, :provider, :expect, :auth_url, :began, :started_here, :ends, \
             :clock_least, :clock_most, :alive, :asked, :unheard, :lost, :quiet, :gone, :slowest, :suspicion, \
             :suspicion_detail, :verdict, :verdict_detail, :email, :owner, :error, :error_description, :source, :ended) \
         ON CONFLICT (name) DO UPDATE SET \
             profile = :profile, provider = :provider, expect = :expect, auth_url = :auth_url, alive = :alive, asked = :asked, \
             unheard = :unheard, lost = :lost, quiet = :quiet, gone = :gone, slowest = :slowest, clock_least = :clock_least, \
             clock_most = :clock_most, suspicion = :suspicion, suspicion_detail = :suspicion_detail, \
             verdict = :verdict, verdict_detail = :verdict_detail, email = :email, owner = :owner, error = :error, \
             error_description = :error_description, source = :source, ended = :ended",
    )?;
    statement.execute(named_params! {
        ":name": name,
        ":id": record.id.as_str(),
        ":service": record.service,
        ":workspace": record.workspace,
        ":profile": record.profile.as_deref(),
        ":provider": record.provider.map(crate::model::provider::Provider::id),
        ":expect": record.expect,
        ":auth_url": record.auth_url,
        ":began": record.began.as_millisecond(),
        ":started_here": record.started_here,
        ":ends": record.ends.as_millisecond(),
        ":clock_least": record.clock.map(|clock| millis(clock.least)),
        ":clock_most": record.clock.map(|clock| millis(clock.most)),
        ":alive": record.alive.map(Timestamp::as_millisecond),
        ":asked": record.asked.map(Timestamp::as_millisecond),
        ":unheard": record.unheard,
        ":lost": record.lost.map(Timestamp::as_millisecond),
        ":quiet": record.quiet.map(Timestamp::as_millisecond),
        ":gone": record.gone.map(Timestamp::as_millisecond),
        ":slowest": record.slowest.map(millis),
        ":suspicion": suspicion,
        ":suspicion_detail": suspicion_detail,
        ":verdict": verdict.verdict,
        ":verdict_detail": verdict.detail,
        ":email": verdict.email,
        ":owner": verdict.owner,
        ":error": verdict.error,
        ":error_description": verdict.error_description,
        ":source": end.map(|end| end.source.name()),
        ":ended": end.map(|end| end.at.as_millisecond()),
    })?;
    Ok(())
}

/// The secret that this journal's fingerprints are keyed with.
pub(super) fn secret(connection: &Connection) -> Result<Vec<u8>, Fault> {
    let secret: Option<Vec<u8>> =
        connection.query_row("SELECT fingerprints FROM secret", [], |row| row.get(0)).optional()?;
    secret
        .filter(|secret| secret.len() == fingerprint::SECRET)
        .ok_or_else(|| Fault::Damaged("it has lost its secret".into()))
}

/// Copies what can be read of a damaged file into a new one. How many sessions that is.
pub(super) fn carry_over(damaged: &Connection, fresh: &Connection) -> Result<usize, Fault> {
    let mut carried = 0;
    // From both ends: what is between is where it cannot be read.
    for order in ["ASC", "DESC"] {
        let Ok(mut statement) = damaged.prepare(&format!("SELECT * FROM session ORDER BY number {order}")) else {
            continue;
        };
        let Ok(rows) = statement.query_map([], |row| Ok(read(row))) else { continue };
        for found in rows.map_while(Result::ok).flatten() {
            if named(fresh, &found.name)?.is_none() {
                put(fresh, &found.name, &found.record)?;
                if let Some(claim) = &found.claim {
                    set_claim(fresh, &found.name, claim)?;
                }
                set_batch(fresh, &found.name, found.batch.as_deref())?;
                carried += 1;
            }
        }
    }
    // With the same secret, the workspaces are still told apart.
    if let Ok(secret) = secret(damaged) {
        fresh.execute("UPDATE secret SET fingerprints = ?1", [secret])?;
    }
    Ok(carried)
}

/// Writes down who waits for a session.
pub(super) fn set_claim(connection: &Connection, name: &str, claim: &Claim) -> Result<(), Fault> {
    connection.execute(
        "UPDATE session SET claim = ?2, claim_process = ?3, claimed = ?4 WHERE name = ?1",
        (name, &claim.name, claim.process, claim.since.map(Timestamp::as_millisecond)),
    )?;
    Ok(())
}

/// Writes down which results file is to tell how a session ended; none once it does.
pub(super) fn set_batch(connection: &Connection, name: &str, batch: Option<&str>) -> Result<(), Fault> {
    let sql = "UPDATE session SET batch = ?2 WHERE name = ?1";
    connection.prepare_cached(sql)?.execute((name, batch))?;
    Ok(())
}

/// Writes down that a request is about to leave, together with what the replies before it have changed, where those were
/// no ends. False where there is no such row, or one whose end is known.
pub(super) fn mark(connection: &Connection, name: &str, record: &Record) -> Result<bool, Fault> {
    let (suspicion, suspicion_detail) = suspicion_columns(record.suspicion.as_ref());
    let mut statement = connection.prepare_cached(
        "UPDATE session SET alive = :alive, asked = :asked, unheard = :unheard, lost = :lost, quiet = :quiet, \
             slowest = :slowest, clock_least = :clock_least, clock_most = :clock_most, suspicion = :suspicion, \
             suspicion_detail = :suspicion_detail \
         WHERE name = :name AND verdict IS NULL",
    )?;
    let changed = statement.execute(named_params! {
        ":name": name,
        ":alive": record.alive.map(Timestamp::as_millisecond),
        ":asked": record.asked.map(Timestamp::as_millisecond),
        ":unheard": record.unheard,
        ":lost": record.lost.map(Timestamp::as_millisecond),
        ":quiet": record.quiet.map(Timestamp::as_millisecond),
        ":slowest": record.slowest.map(millis),
        ":clock_least": record.clock.map(|clock| millis(clock.least)),
        ":clock_most": record.clock.map(|clock| millis(clock.most)),
        ":suspicion": suspicion,
        ":suspicion_detail": suspicion_detail,
    })?;
    Ok(changed == 1)
}

/// Takes this claim from a session, if that is the one it has.
pub(super) fn release(connection: &Connection, name: &str, claim: &str) -> Result<(), Fault> {
    let sql = "UPDATE session SET claim = NULL, claim_process = NULL, claimed = NULL WHERE name = ?1 AND claim = ?2";
    connection.execute(sql, (name, claim))?;
    Ok(())
}

/// A verdict, column by column.
#[derive(Default)]
struct Columns<'a> {
    verdict: Option<&'static str>,
    detail: Option<Cow<'a, str>>,
    email: Option<&'a str>,
    owner: Option<&'a str>,
    error: Option<&'a str>,
    error_description: Option<&'a str>,
}

impl<'a> Columns<'a> {
    fn of(verdict: &'a Verdict) -> Self {
        let named = |verdict| Self { verdict: Some(verdict), ..Self::default() };
        match verdict {
            Verdict::Connected(Account { email, name }) => {
                Self { email: email.as_deref(), owner: name.as_deref(), ..named("connected") }
            }
            Verdict::Error { code, description } => {
                Self { error: code.as_deref(), error_description: description.as_deref(), ..named("error") }
            }
            Verdict::Expired { status } => Self { detail: status.as_deref().map(Cow::from), ..named("expired") },
            Verdict::NotFound => named("not_found"),
            Verdict::Unknown { unsettled, .. } => Self { detail: unsettled_column(unsettled), ..named("unknown") },
            // A record keeps neither.
            Verdict::Failed { .. } | Verdict::Pending { .. } => Self::default(),
        }
    }
}

/// What a look at the account list left open, as far as that says something of the session for good: that there was nothing,
/// or these addresses, a line each.
fn unsettled_column(unsettled: &Unsettled) -> Option<Cow<'_, str>> {
    match unsettled {
        Unsettled::Nothing => Some("".into()),
        Unsettled::Several(emails) => Some(emails.join("\n").into()),
        Unsettled::Unread
        | Unsettled::NoClue
        | Unsettled::NoJournal
        | Unsettled::OtherKey
        | Unsettled::Unreadable(_) => None,
    }
}

fn unsettled(detail: Option<&str>) -> Unsettled {
    match detail {
        None => Unsettled::Unread,
        Some("") => Unsettled::Nothing,
        Some(emails) => Unsettled::Several(emails.lines().map(str::to_owned).collect()),
    }
}

fn millis(length: SignedDuration) -> i64 {
    i64::try_from(length.as_millis()).unwrap_or(0)
}

fn suspicion_columns(suspicion: Option<&Suspicion>) -> (Option<&'static str>, Option<&str>) {
    match suspicion {
        None => (None, None),
        Some(Suspicion::LostReply(how)) => (Some("lost_reply"), Some(how)),
        Some(Suspicion::UnknownStatus(word)) => (Some("unknown_status"), Some(word)),
        Some(Suspicion::CutOff) => (Some("cut_off"), None),
    }
}

/// Reads a row; none where it makes no sense.
fn read(row: &Row<'_>) -> Option<Found> {
    let text = |column: &str| row.get::<_, Option<String>>(column).ok().flatten();
    let time = |column: &str| {
        let millis = row.get::<_, Option<i64>>(column).ok().flatten()?;
        Timestamp::from_millisecond(millis).ok()
    };
    let length = |column: &str| {
        let millis = row.get::<_, Option<i64>>(column).ok().flatten()?;
        Some(SignedDuration::from_millis(millis))
    };
    let flag = |column: &str| row.get::<_, bool>(column).unwrap_or(false);
    let suspicion = text("suspicion").map(|kind| match (kind.as_str(), text("suspicion_detail")) {
        ("lost_reply", Some(how)) => Suspicion::LostReply(how),
        ("unknown_status", Some(word)) => Suspicion::UnknownStatus(word),
        _ => Suspicion::CutOff,
    });
    let verdict = match text("verdict").as_deref() {
        Some("connected") => Some(Verdict::Connected(Account { email: text("email"), name: text("owner") })),
        Some("error") => Some(Verdict::Error { code: text("error"), description: text("error_description") }),
        Some("expired") => Some(Verdict::Expired { status: text("verdict_detail") }),
        Some("not_found") => Some(Verdict::NotFound),
        Some("unknown") => Some(Verdict::Unknown {
            suspicion: suspicion.clone().unwrap_or(Suspicion::CutOff),
            unsettled: unsettled(text("verdict_detail").as_deref()),
        }),
        _ => None,
    };
    let began = time("began")?;
    let source =
        if text("source").as_deref() == Some(Source::Reconciled.name()) { Source::Reconciled } else { Source::Api };
    let record = Record {
        id: SessionId::parse(&text("id")?).ok()?,
        service: text("service")?,
        workspace: text("workspace")?,
        profile: text("profile").map(Rc::from),
        provider: text("provider").and_then(|name| name.parse().ok()),
        expect: text("expect"),
        auth_url: text("auth_url"),
        began,
        started_here: flag("started_here"),
        ends: time("ends")?,
        clock: length("clock_least").zip(length("clock_most")).map(|(least, most)| Ahead { least, most }),
        alive: time("alive"),
        asked: time("asked"),
        unheard: flag("unheard"),
        lost: time("lost"),
        quiet: time("quiet"),
        gone: time("gone"),
        slowest: length("slowest"),
        suspicion,
        end: verdict.map(|verdict| End { verdict, source, at: time("ended").unwrap_or(began) }),
    };
    let claim = text("claim").map(|name| Claim {
        name,
        process: row.get("claim_process").unwrap_or(0),
        since: time("claimed"),
    });
    let (asked_over, batch) = (time("asked_over"), text("batch"));
    Some(Found { name: text("name")?, record, claim, asked_over, batch })
}
