//! Events as JSON: the stream that scripts read.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::Serialize;

use super::foreign::is_unsafe;
use crate::model::batch::SKIPPED;
use crate::model::conclusion::Conclusion;
use crate::model::event::{Copied, Event, Row, RowEnd};
use crate::model::poll::Why;
use crate::model::summary::Summary;

#[derive(Serialize)]
#[expect(clippy::struct_field_names, reason = "the names are the contract's")]
struct Session<'a> {
    event: &'static str,
    session_id: &'a str,
    profile: Option<&'a str>,
    provider: &'static str,
    auth_url: &'a str,
    expires_at: String,
    sandbox: bool,
}

#[derive(Serialize)]
struct Browser<'a> {
    event: &'static str,
    opened: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    program: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a str>,
}

#[derive(Serialize)]
struct Copy<'a> {
    event: &'static str,
    how: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    program: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a str>,
}

#[derive(Serialize)]
struct Waiting<'a> {
    event: &'static str,
    reason: &'static str,
    seconds: u64,
    until: String,
    detail: &'a str,
}

/// Something about one row of a list.
#[derive(Serialize)]
struct Of<'a, T> {
    #[serde(flatten)]
    event: T,
    row: usize,
    email_expected: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    attempts: Option<u32>,
}

#[derive(Serialize)]
struct Result<'a> {
    event: &'static str,
    outcome: &'static str,
    exit_code: u8,
    status: Option<&'a str>,
    session_id: Option<&'a str>,
    profile: Option<&'a str>,
    provider: Option<&'static str>,
    email: Option<&'a str>,
    name: Option<&'a str>,
    error: Option<&'a str>,
    error_description: Option<&'a str>,
    message: &'a str,
    hints: &'a [String],
    retryable: bool,
    next: Option<&'a str>,
    retry_at: Option<String>,
    source: &'static str,
    started_at: Option<String>,
    finished_at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    counts: Option<BTreeMap<&'a str, usize>>,
}

#[derive(Serialize)]
struct Record<'a> {
    event: &'static str,
    outcome: &'static str,
    status: Option<&'a str>,
    session_id: &'a str,
    profile: Option<&'a str>,
    provider: Option<&'static str>,
    email: Option<&'a str>,
    name: Option<&'a str>,
    expect: Option<&'a str>,
    error: Option<&'a str>,
    error_description: Option<&'a str>,
    source: Option<&'static str>,
    started_at: String,
    expires_at: String,
    finished_at: Option<String>,
    waiting: bool,
    sandbox: bool,
}

/// The line for an event, if it has one.
pub(super) fn event(event: &Event) -> Option<String> {
    match event {
        Event::Of(row, event) => single(event, Some(row)),
        Event::Row(end) => Some(row(end)),
        event => single(event, None),
    }
}

fn single(event: &Event, row: Option<&Row>) -> Option<String> {
    Some(match event {
        Event::Session { id, profile, provider, auth_url, expires_at, sandbox, .. } => of(
            row,
            Session {
                event: "session",
                session_id: id.as_str(),
                profile: profile.as_deref(),
                provider: provider.id(),
                auth_url: auth_url.as_str(),
                expires_at: format!("{expires_at:.3}"),
                sandbox: *sandbox,
            },
        ),
        Event::Browser(opened) => of(
            row,
            Browser {
                event: "browser",
                opened: opened.is_ok(),
                program: opened.as_ref().ok().map(String::as_str),
                reason: opened.as_ref().err().map(String::as_str),
            },
        ),
        Event::Unopened(reason) => {
            of(row, Browser { event: "browser", opened: false, program: None, reason: Some(reason) })
        }
        Event::Copied(copied) => {
            let (how, program, reason) = match copied {
                Copied::With(program) => ("program", Some(&**program), None),
                Copied::Asked => ("terminal", None, None),
                Copied::Not(reason) => ("none", None, Some(&**reason)),
            };
            of(row, Copy { event: "copy", how, program, reason })
        }
        Event::Waiting { why, wait, until, detail } => of(
            row,
            Waiting {
                event: "waiting",
                reason: match why {
                    Why::RateLimited | Why::Turn => "rate_limited",
                    Why::Unavailable => "unavailable",
                    Why::Network | Why::Interval => "network",
                },
                seconds: wait.as_secs() + u64::from(wait.subsec_nanos() > 0),
                until: format!("{until:.3}"),
                detail,
            },
        ),
        Event::Sandbox(_)
        | Event::Code(_)
        | Event::Watching { .. }
        | Event::Resumed
        | Event::Stopping(_)
        | Event::Warning(_)
        | Event::Of(..)
        | Event::Row(_)
        | Event::Trace(..) => {
            return None;
        }
    })
}

/// An event as a line, with the row that it is about, if it is about one.
fn of(row: Option<&Row>, event: impl Serialize) -> String {
    match row {
        Some(row) => line(&Of { event, row: row.number, email_expected: &row.email, attempts: None }),
        None => line(&event),
    }
}

/// The line for a row that is over, or that will be tried again.
fn row(RowEnd { row, end, attempts, again, skipped }: &RowEnd) -> String {
    let mut event = Result::of(if *again { "retry" } else { "row" }, end);
    if *skipped {
        event.outcome = SKIPPED;
    }
    line(&Of { event, row: row.number, email_expected: &row.email, attempts: Some(*attempts) })
}

/// The line for a recorded session. Its URL is nobody's business any more.
pub(super) fn record(session: &Summary) -> String {
    let (record, account, end) = (&session.record, session.account(), session.end());
    let (error, error_description) = session.error();
    line(&Record {
        event: "record",
        outcome: session.outcome().name(),
        status: session.status(),
        session_id: record.id.as_str(),
        profile: record.profile.as_deref(),
        provider: record.provider.map(crate::model::provider::Provider::id),
        email: account.and_then(|account| account.email.as_deref()),
        name: account.and_then(|account| account.name.as_deref()),
        expect: record.expect.as_deref(),
        error,
        error_description,
        source: end.map(|end| end.source.name()),
        started_at: format!("{:.3}", record.began),
        expires_at: format!("{:.3}", record.ends),
        finished_at: end.map(|end| format!("{:.3}", end.at)),
        waiting: session.waiting,
        sandbox: session.sandbox,
    })
}

/// The line that ends the stream.
pub(super) fn result(end: &Conclusion) -> String {
    line(&Result::of("result", end))
}

impl<'a> Result<'a> {
    fn of(event: &'static str, end: &'a Conclusion) -> Self {
        Self {
            event,
            outcome: end.outcome.name(),
            exit_code: end.exit_code,
            status: end.status.as_deref(),
            session_id: end.session.as_ref().map(crate::model::session::SessionId::as_str),
            profile: end.profile.as_deref(),
            provider: end.provider.map(crate::model::provider::Provider::id),
            email: end.email.as_deref(),
            name: end.name.as_deref(),
            error: end.error.as_deref(),
            error_description: end.error_description.as_deref(),
            message: &end.message,
            hints: &end.hints,
            retryable: end.retryable,
            next: end.next.as_deref(),
            retry_at: end.retry_at.map(|time| format!("{time:.3}")),
            source: end.source.name(),
            started_at: end.started_at.map(|time| format!("{time:.3}")),
            finished_at: format!("{:.3}", end.finished_at),
            counts: (!end.counts.is_empty())
                .then(|| end.counts.iter().map(|(name, count)| (&**name, *count)).collect()),
        }
    }
}

/// One object as one line. What a terminal would obey is escaped, which JSON reads back as it was.
pub(super) fn line(event: &impl Serialize) -> String {
    // Nothing here can fail: no map with odd keys, no number that JSON lacks.
    let text = serde_json::to_string(event).unwrap_or_default();
    if !text.contains(is_unsafe) {
        return text;
    }
    let mut safe = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        if is_unsafe(c) {
            let _ = write!(safe, "\\u{:04x}", u32::from(c));
        } else {
            safe.push(c);
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exit::Outcome;

    #[test]
    fn a_result_has_every_key_and_survives_a_terminal() {
        let time = "2026-08-01T12:05:00.5Z".parse().unwrap();
        let mut end = Conclusion::new(Outcome::Connected, "done", time);
        end.name = Some("A\u{1b}[2J\u{9b}\u{202e}\"\n".into());
        let text = result(&end);
        assert!(!text.contains(is_unsafe), "{text}");
        let read: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(read["name"], "A\u{1b}[2J\u{9b}\u{202e}\"\n");
        assert_eq!((&read["exit_code"], &read["outcome"]), (&0.into(), &"connected".into()));
        assert_eq!(
            (&read["finished_at"], &read["started_at"]),
            (&"2026-08-01T12:05:00.500Z".into(), &serde_json::Value::Null)
        );
        for key in [
            "status",
            "session_id",
            "provider",
            "email",
            "error",
            "error_description",
            "message",
            "retryable",
            "next",
            "source",
        ] {
            assert!(read.get(key).is_some(), "{key}");
        }
        assert!(text.starts_with(r#"{"event":"result","#));
    }
}
