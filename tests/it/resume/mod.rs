//! What a session's result costs to lose: what one process read or was about to read, another one tells.

mod stopped;
mod together;

use std::path::Path;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::run::finish;
use crate::support::{Act, INIT, Live, STATUS, Scripted, Tool};

/// A state directory that several runs share.
fn state() -> TempDir {
    tempfile::tempdir().unwrap()
}

fn connect(api: &Scripted, state: &Path, flags: &[&str]) -> Tool {
    let pace = if flags.contains(&"--no-wait") { &[][..] } else { &["--interval", "20ms"] };
    Tool::connect(&api.url(), pace).args(flags).env("INSTANTLY_OAUTH_STATE_DIR", state)
}

fn status(api: &Scripted, state: &Path, flags: &[&str]) -> Tool {
    Tool::status(&api.url(), &["s1"]).args(flags).env("INSTANTLY_OAUTH_STATE_DIR", state)
}

/// What `status` tells of the session from the journal, without a request.
#[track_caller]
fn told(api: &Scripted, state: &Path, code: i32) -> Value {
    let asked = api.lines().len();
    let run = status(api, state, &["--json"]).run().expect(code);
    assert_eq!(api.lines().len(), asked, "something was asked: {run:#?}");
    assert!(run.stderr.contains("nothing was asked"), "{run:#?}");
    let result = run.result();
    assert_eq!(result["source"], "journal", "{result}");
    result
}

#[test]
fn a_result_that_was_read_is_told_again_without_a_request() {
    let denied = Act::json(r#"{"status":"error","error":"access_denied","error_description":"no"}"#);
    for (act, code, status_word, key, value, line) in [
        (Act::success(), 0, "success", "email", "ada@acme.com", "Connected ada@acme.com (Ada Lovelace)\n"),
        (denied, 3, "error", "error_description", "no", "error access_denied\n"),
        (Act::json(r#"{"status":"expired"}"#), 5, "expired", "provider", "google", "expired\n"),
    ] {
        let (api, state) = (Scripted::new([Act::started(), Act::pending(), act]), state());
        let first = connect(&api, state.path(), &["--json"]).run().expect(code).result();
        assert_eq!(first["source"], "api");
        let again = told(&api, state.path(), code);
        assert_eq!((&again["status"], &again[key]), (&json!(status_word), &json!(value)), "{again}");
        for key in [
            "outcome",
            "email",
            "name",
            "error",
            "error_description",
            "message",
            "provider",
            "session_id",
            "started_at",
            "finished_at",
        ] {
            assert_eq!(again[key], first[key], "{key}");
        }
        for flags in [&[][..], &["--wait"], &["--force"]] {
            let run = status(&api, state.path(), flags).run().expect(code);
            assert_eq!(run.stdout, line, "{flags:?}");
        }
        // It is on this machine, so it takes no key.
        let run = status(&api, state.path(), &[]).no_env("INSTANTLY_API_KEY").run().expect(code);
        assert_eq!(run.stdout, line);
        assert_eq!(api.lines(), [INIT, STATUS, STATUS]);
    }
}

#[test]
fn what_only_seems_to_be_over_is_asked_again() {
    // By our reckoning its time was up, and by the API's own it was not.
    let (api, state) = (Scripted::new([Act::started_briefly(), Act::pending()]), state());
    connect(&api, state.path(), &[]).run().expect(5);
    let asked = api.lines().len();
    status(&api, state.path(), &[]).run().expect(8);
    assert_eq!(api.lines().len(), asked + 1);
    // Nobody knows it: what has no key for it does not tell either.
    let api = Scripted::new([Act::started(), Act::not_found()]);
    connect(&api, state.path(), &[]).run().expect(6);
    status(&api, state.path(), &[]).run().expect(6);
    assert_eq!(api.lines().len(), 3);
    status(&api, state.path(), &[]).no_env("INSTANTLY_API_KEY").run().expect(4).says("no API key");
}

#[test]
fn a_wait_goes_on_with_what_the_start_was_told() {
    let other = Act::json(r#"{"status":"success","email":"bob@acme.com"}"#);
    let (api, state) = (Scripted::new([Act::started(), Act::pending(), other]), state());
    let run = connect(&api, state.path(), &["--no-wait", "--expect", "Ada@acme.com"]).run();
    assert_eq!(run.expect(0).stdout.lines().next(), Some("s1"));
    let run = status(&api, state.path(), &["--wait", "--interval", "20ms", "--json"]).run().expect(12);
    let (events, result) = (run.events(), run.result());
    assert_eq!(events[0]["event"], "session", "the URL is still to be opened: {run:#?}");
    assert_eq!(events[0]["auth_url"], "https://accounts.google.com/o/oauth2/auth?state=a%2fb");
    assert_eq!((&result["provider"], &result["email"]), (&json!("google"), &json!("bob@acme.com")));
    // What is said now outranks what was said then.
    let run = status(&api, state.path(), &["--expect", "bob@acme.com"]).run().expect(0);
    assert_eq!(run.stdout, "Connected bob@acme.com\n");
    status(&api, state.path(), &[]).run().expect(12).says("not Ada@acme.com");
}

#[test]
fn a_wait_that_goes_on_ends_when_the_session_does() {
    let (api, state) = (Scripted::new([Act::started_briefly(), Act::pending()]), state());
    connect(&api, state.path(), &["--no-wait"]).run().expect(0);
    let run = status(&api, state.path(), &["--wait", "--interval", "20ms"]).run().expect(5);
    assert_eq!(run.says("nobody finished signing in").stdout, "expired\n");
    // It is over, and one look is enough to see that.
    let asked = api.lines().len();
    status(&api, state.path(), &["--wait", "--interval", "20ms"]).run().expect(5);
    assert_eq!(api.lines().len(), asked + 1);
}

#[test]
fn what_is_expected_for_once_does_not_replace_what_was_expected_at_the_start() {
    let success = |email| Act::json(format!(r#"{{"status":"success","email":"{email}"}}"#));
    let (api, state) = (Scripted::new([Act::started(), Act::pending(), success("ada@acme.com")]), state());
    connect(&api, state.path(), &["--no-wait", "--expect", "ada@acme.com"]).run().expect(0);
    status(&api, state.path(), &["--expect", "bob@acme.com"]).run().expect(8);
    status(&api, state.path(), &["--wait", "--interval", "20ms"]).run().expect(0);
    status(&api, state.path(), &["--expect", "bob@acme.com"]).run().expect(12);
}
