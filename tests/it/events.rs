//! The JSON stream: its events, their keys and order, the one result, and nothing that a terminal would obey.

use serde_json::{Value, json};

use crate::support::{Act, INIT, Run, STATUS, Scripted, Tool, at_once};

const URL: &str = "https://accounts.google.com/o/oauth2/auth?state=a%2fb";

const SESSION: [&str; 7] = ["event", "session_id", "profile", "provider", "auth_url", "expires_at", "sandbox"];
const BROWSER: [&str; 3] = ["event", "opened", "reason"];
const WAITING: [&str; 4] = ["event", "reason", "seconds", "until"];
const RESULT: [&str; 17] = [
    "event",
    "outcome",
    "exit_code",
    "status",
    "session_id",
    "profile",
    "provider",
    "email",
    "name",
    "error",
    "error_description",
    "message",
    "retryable",
    "next",
    "source",
    "started_at",
    "finished_at",
];

/// The names of the events, in order, each of which has at least the keys that are promised.
fn names(run: &Run) -> Vec<String> {
    let mut names = Vec::new();
    for event in run.events() {
        let name = event["event"].as_str().unwrap().to_owned();
        let keys: &[&str] = match name.as_str() {
            "session" => &SESSION,
            "browser" => &BROWSER,
            "waiting" => &WAITING,
            "result" => &RESULT,
            _ => panic!("an event that is not in the contract: {event}"),
        };
        for key in keys {
            assert!(event.get(key).is_some(), "{key} is missing: {event}");
        }
        names.push(name);
    }
    names
}

/// Whether a time is RFC 3339 in UTC.
fn is_utc(time: &Value) -> bool {
    time.as_str().is_some_and(|text| text.ends_with('Z') && text.parse::<jiff::Timestamp>().is_ok())
}

#[test]
fn a_success_is_a_stream_of_events_that_ends_in_its_result() {
    let api = Scripted::new([Act::started(), Act::error(500, "oops"), Act::pending(), Act::success()]);
    let run = Tool::connect(&api.url(), &["--json", "--interval", "20ms"]).run().expect(0);
    assert_eq!(names(&run), ["session", "browser", "waiting", "result"]);
    let events = run.events();
    let [session, browser, waiting, result] = &events[..] else { panic!("{events:#?}") };
    assert_eq!(
        session,
        &json!({"event": "session", "session_id": "s1", "profile": null, "provider": "google", "auth_url": URL,
                "expires_at": "2026-08-01T12:10:00.000Z", "sandbox": false})
    );
    assert_eq!(browser["opened"], false);
    assert!(browser["reason"].as_str().unwrap().contains("--no-browser"), "{browser}");
    assert_eq!((&waiting["reason"], &waiting["seconds"]), (&json!("unavailable"), &json!(1)));
    assert!(is_utc(&waiting["until"]), "{waiting}");
    for (key, value) in [
        ("outcome", json!("connected")),
        ("exit_code", json!(0)),
        ("status", json!("success")),
        ("session_id", json!("s1")),
        ("provider", json!("google")),
        ("email", json!("ada@acme.com")),
        ("name", json!("Ada Lovelace")),
        ("error", Value::Null),
        ("error_description", Value::Null),
        ("message", json!("Connected ada@acme.com (Ada Lovelace)")),
        ("retryable", json!(false)),
        ("next", Value::Null),
        ("source", json!("api")),
    ] {
        assert_eq!(result[key], value, "{key}");
    }
    assert!(is_utc(&result["started_at"]) && is_utc(&result["finished_at"]), "{result}");
    run.result();
}

#[test]
fn the_url_is_on_stderr_alone_on_its_line_whatever_stdout_is_for() {
    for flags in [&[][..], &["--json"], &["--quiet"], &["--json", "--quiet"], &["--color", "always"]] {
        let api = Scripted::new([Act::started(), Act::success()]);
        let run = Tool::connect(&api.url(), flags).run().expect(0);
        assert_eq!(run.stderr.lines().filter(|line| *line == URL).count(), 1, "{run:#?}");
        assert_eq!(run.stderr.matches("https://").count(), 1, "{run:#?}");
    }
}

#[test]
fn every_failure_ends_the_stream_with_a_result_that_has_the_processs_code() {
    let error = |code: &str| Act::json(json!({"status": "error", "error": code}).to_string());
    let expired = Act::json(r#"{"status":"expired"}"#);
    let far = Act::error(429, "slow down").header("retry-after: 1800");
    let resume = json!("instantly-oauth status s1 --wait");
    let again = json!("instantly-oauth connect google");
    let none = Act::accounts(&[]);
    for (acts, code, outcome, status, retryable, next) in [
        (vec![Act::started(), error("access_denied")], 3, "session_error", json!("error"), false, Value::Null),
        (vec![Act::started(), error("server_error")], 3, "session_error", json!("error"), true, again.clone()),
        (vec![Act::error(401, "no")], 4, "auth", Value::Null, false, Value::Null),
        (vec![Act::started(), Act::error(403, "no")], 4, "auth", Value::Null, false, resume.clone()),
        (vec![Act::started(), expired], 5, "expired", json!("expired"), true, again.clone()),
        (vec![Act::started(), Act::not_found()], 6, "not_found", Value::Null, false, Value::Null),
        (vec![far.clone()], 7, "rate_limited", Value::Null, true, again.clone()),
        (vec![Act::started(), far], 7, "rate_limited", Value::Null, true, resume.clone()),
        (vec![Act::json("{}")], 9, "unavailable", Value::Null, true, again.clone()),
        (vec![Act::started_briefly(), Act::error(500, "x")], 9, "unavailable", Value::Null, true, resume.clone()),
        (vec![Act::started_briefly(), Act::Drop], 10, "network", Value::Null, true, resume),
        (
            vec![Act::started(), Act::Drop, Act::not_found(), none],
            11,
            "outcome_unknown",
            Value::Null,
            false,
            Value::Null,
        ),
    ] {
        let started = acts.len() > 1;
        let api = Scripted::new(acts);
        let run = Tool::connect(&api.url(), &["--json", "--interval", "20ms"]).run().expect(code).says("error: ");
        let names = names(&run);
        let before = if started { &["session", "browser"][..] } else { &[] };
        assert_eq!(names[..before.len()], *before, "{run:#?}");
        let result = run.result();
        assert_eq!((&result["outcome"], &result["status"]), (&json!(outcome), &status), "{result}");
        assert_eq!((&result["retryable"], &result["next"]), (&json!(retryable), &next), "{result}");
        assert_eq!(result["session_id"], if started { json!("s1") } else { Value::Null }, "{result}");
        assert!(run.stderr.contains(&format!("error: {}", result["message"].as_str().unwrap())), "{run:#?}");
    }
}

#[test]
fn what_ends_before_any_request_has_a_result_too() {
    let api = Scripted::new([Act::started()]);
    let tool = |arguments: &[&str]| Tool::connect(&api.url(), &["--json"]).args(arguments);
    for (tool, code, outcome) in [
        (tool(&[]).no_env("INSTANTLY_API_KEY"), 4, "auth"),
        (tool(&["--base-url", "http://api.instantly.ai"]), 2, "usage"),
        (tool(&["--interval", "1ms"]), 2, "usage"),
        (tool(&["--profile", "acme"]), 2, "usage"),
        (tool(&["--api-key-file", "/nonexistent"]), 2, "usage"),
    ] {
        let run = tool.run().expect(code).says("error: ");
        assert_eq!(names(&run), ["result"]);
        let result = run.result();
        assert_eq!(result["outcome"], outcome);
        assert_eq!((&result["session_id"], &result["started_at"]), (&Value::Null, &Value::Null));
    }
    // The one exception: a command line that cannot be read says nothing about how to answer.
    let run = tool(&["--bogus"]).run().expect(2).says("--bogus");
    assert_eq!(run.stdout, "");
    assert_eq!(api.lines(), [""; 0]);
}

#[test]
fn not_finished_is_a_result_and_a_success_only_where_nobody_was_to_wait() {
    let api = Scripted::new([Act::started()]);
    let run = Tool::connect(&api.url(), &["--json", "--no-wait"]).run().expect(0);
    assert_eq!(names(&run), ["session", "browser", "result"]);
    let result = run.result();
    assert_eq!((&result["outcome"], &result["exit_code"]), (&json!("pending"), &json!(0)));
    assert_eq!(result["next"], "instantly-oauth status s1 --wait");
    assert_eq!(api.lines(), [INIT]);

    let api = Scripted::new([Act::pending()]);
    for flags in [&["s1", "--json"][..], &["s1", "--json", "--wait", "--interval", "20ms", "--timeout", "50ms"]] {
        let run = Tool::status(&api.url(), flags).run().expect(8);
        assert_eq!(names(&run), ["result"]);
        let result = run.result();
        assert_eq!((&result["outcome"], &result["status"]), (&json!("pending"), &json!("pending")));
        assert_eq!((&result["provider"], &result["source"]), (&Value::Null, &json!("api")));
    }
    assert_eq!(api.lines()[..2], [STATUS, STATUS]);
}

#[test]
fn a_wrong_mailbox_is_in_the_result() {
    let api = Scripted::new([Act::started(), Act::success()]);
    let run = Tool::connect(&api.url(), &["--json", "--expect", "bob@acme.com"]).run().expect(12);
    let result = run.result();
    assert_eq!((&result["outcome"], &result["email"]), (&json!("wrong_account"), &json!("ada@acme.com")));
    assert_eq!((&result["status"], &result["retryable"]), (&json!("success"), &json!(true)));
    assert_eq!(result["next"], "instantly-oauth connect google --expect bob@acme.com");
}

/// What a terminal, or a reader of text, would obey: cursor movements, titles, lines, the order of letters.
const NASTY: &str = "a\u{1b}[2J\u{1b}]0;x\u{7}b\u{9b}31m\u{85}c\r\n\t\0d\u{7f}\u{8}e\u{202e}f\u{2066}\u{2069}\u{200f}\
                     \u{61c}\u{feff}\u{2028}\u{2029}g\"\\";

/// Holds that nothing of that kind is on either stream.
fn assert_tame(run: &Run) {
    let bidi = ['\u{61c}', '\u{200e}', '\u{200f}', '\u{2028}', '\u{2029}', '\u{feff}'];
    let nasty = |c: char| {
        (c.is_control() && c != '\n')
            || bidi.contains(&c)
            || ('\u{202a}'..='\u{202e}').contains(&c)
            || ('\u{2066}'..='\u{2069}').contains(&c)
    };
    assert!(!run.stdout.contains(nasty), "{:?}", run.stdout);
    assert!(!run.stderr.contains(nasty), "{:?}", run.stderr);
}

#[test]
fn foreign_text_comes_back_whole_from_json_and_tame_everywhere() {
    let account = json!({"status": "success", "email": format!("{NASTY}@x"), "name": NASTY});
    let error = json!({"status": "error", "error": NASTY, "error_description": format!("{NASTY}!")});
    let odd = json!({"status": NASTY});
    for (body, code, keys) in [
        (account, 0, &[("email", format!("{NASTY}@x")), ("name", NASTY.into())][..]),
        (error, 3, &[("error", NASTY.into()), ("error_description", format!("{NASTY}!"))]),
        (odd, 8, &[]),
    ] {
        let api = Scripted::new([Act::json(body.to_string())]);
        let run = Tool::status(&api.url(), &["s1", "--json", "-vv"]).run().expect(code);
        assert_tame(&run);
        for (key, value) in keys {
            assert_eq!(run.result()[key], *value);
        }
        let run = Tool::status(&api.url(), &["s1", "--color", "never"]).run().expect(code);
        assert_tame(&run);
        assert_eq!(run.stdout.lines().count(), 1, "{run:#?}");
    }
    let acts = [
        Act::status(500, json!({"message": NASTY}).to_string()),
        Act::status(500, format!("<title>{NASTY}</title>")),
        Act::json(format!("<title>{NASTY}</title>")),
        Act::status(500, NASTY),
        Act::status(500, "{}").header("server: a\u{9b}2J\u{202e}b"),
    ];
    at_once(acts, |act| {
        let api = Scripted::new([Act::started_briefly(), act]);
        let run = Tool::connect(&api.url(), &["--json", "-vv", "--interval", "20ms"]).run().expect(9);
        assert_tame(&run);
        assert_eq!(names(&run)[..2], ["session", "browser"]);
    });
}
