//! When a session ends: by the server's clock, after ten minutes where it says nothing sensible, with one last poll.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use crate::support::{Act, INIT, STATUS, Scripted, Tool, at_once};

const URL: &str = "https://accounts.google.com/o/oauth2/auth";

/// A session's start with this `expires_at`, or none, and this `Date`, or none.
fn started(expires_at: Option<&str>, date: Option<&str>) -> Act {
    let mut body = json!({"session_id": "s1", "auth_url": URL});
    if let Some(expires_at) = expires_at {
        body["expires_at"] = serde_json::from_str(expires_at).unwrap_or_else(|_| expires_at.into());
    }
    let act = Act::json(body.to_string());
    date.map_or(act.clone(), |date| act.header(&format!("date: {date}")))
}

#[test]
fn a_servers_clock_may_be_years_off() {
    at_once(
        [
            ("1999-12-31T23:59:59.300Z", "Fri, 31 Dec 1999 23:59:59 GMT"),
            ("2093-05-01T00:00:00.300Z", "Fri, 01 May 2093 00:00:00 GMT"),
            ("2093-05-01T02:00:00.300+02:00", "Fri, 01 May 2093 00:00:00 GMT"),
        ],
        |(expires_at, date)| {
            let api = Scripted::new([started(Some(expires_at), Some(date)), Act::pending()]);
            let run = Tool::connect(&api.url(), &["--interval", "20ms"]).run().expect(5);
            assert_eq!(run.stdout, "", "{date}");
        },
    );
}

#[test]
fn a_time_that_is_missing_or_absurd_makes_it_ten_minutes() {
    let date = "Sat, 01 Aug 2026 12:00:00 GMT";
    for (expires_at, date, life) in [
        (Some("2026-08-01T12:05:00.000Z"), Some(date), "300s"),
        (Some("2026-08-01T13:00:00Z"), Some(date), "3600s"),
        (Some("2026-08-01T13:00:01Z"), Some(date), "600s"),
        (Some("2026-08-01T12:00:00Z"), Some(date), "600s"),
        (Some("1970-01-01T00:00:00Z"), Some(date), "600s"),
        (Some("9999-12-31T23:59:59Z"), Some(date), "600s"),
        (Some("tomorrow"), Some(date), "600s"),
        (Some("1785585600"), Some(date), "600s"),
        (Some("null"), Some(date), "600s"),
        (None, Some(date), "600s"),
        (Some("2026-08-01T12:05:00.000Z"), None, "600s"),
        (Some("2026-08-01T12:05:00.000Z"), Some("yesterday"), "600s"),
        (None, None, "600s"),
    ] {
        let api = Scripted::new([started(expires_at, date)]);
        let run = Tool::connect(&api.url(), &["--no-wait", "-v"]).run().expect(0);
        let line = format!("* session s1 ends in {life} (");
        assert!(run.stderr.lines().any(|known| known.starts_with(&line)), "{expires_at:?} {date:?}: {run:#?}");
    }
}

#[test]
fn an_end_that_the_server_does_not_tell_is_reckoned_for_the_event() {
    let api = Scripted::new([started(None, None)]);
    let life = SignedDuration::from_mins(10);
    let before = Timestamp::now();
    let run = Tool::connect(&api.url(), &["--no-wait", "--json"]).run().expect(0);
    let end: Timestamp = run.events()[0]["expires_at"].as_str().unwrap().parse().unwrap();
    // It is written in milliseconds.
    assert!(end >= before + life - SignedDuration::from_millis(1) && end <= Timestamp::now() + life, "{run:#?}");
}

#[test]
fn the_last_question_is_asked_after_the_end_and_once() {
    let life = Duration::from_secs(2);
    at_once([(Act::pending(), 5), (Act::success(), 0), (Act::not_found(), 6), (Act::Drop, 10)], |(last, code)| {
        let api = Scripted::new([Act::started_for(life.as_secs()), Act::pending(), last, Act::success()]);
        Tool::connect(&api.url(), &["--interval", "1h", "--timeout", "60s"]).run().expect(code);
        assert_eq!(api.lines(), [INIT, STATUS, STATUS]);
        let requests = api.requests();
        assert!(requests[2].at - requests[0].at >= life, "{requests:#?}");
    });
}

#[test]
fn no_questions_follow_the_last_one() {
    let api = Scripted::new([Act::started_briefly(), Act::pending()]);
    Tool::connect(&api.url(), &["--interval", "20ms"]).run().expect(5);
    let status: Vec<_> = api.requests().into_iter().skip(1).map(|request| request.at).collect();
    // The session began before the first of them. One that was read after its end may have been sent before; what
    // followed that one was sent after.
    let end = status[0] + Duration::from_millis(400);
    assert!(status.iter().filter(|&&at| at > end).count() <= 2, "{status:?}");
}
