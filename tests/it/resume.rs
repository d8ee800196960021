//! What a session's result costs to lose: what one process read or was about to read, another one tells.

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
fn streams_that_take_nothing_cost_no_result() {
    let denied = Act::json(r#"{"status":"error","error":"access_denied"}"#);
    for (act, code) in [(Act::success(), 0), (denied, 3)] {
        for redirection in
            ["| head -0", ">/dev/full", ">&-", "2>&-", "2>/dev/full", ">&- 2>&-", ">/dev/full 2>/dev/full"]
        {
            for flags in [&[][..], &["--json"]] {
                if redirection.contains("full") && !cfg!(target_os = "linux") {
                    continue;
                }
                let (api, state) = (Scripted::new([Act::started(), act.clone()]), state());
                connect(&api, state.path(), flags).shell(&format!(r#""$@" {redirection}"#)).run();
                // Nobody can have read events, so nothing was asked for them: then the API still has the result.
                let run = status(&api, state.path(), &["--json"]).run().expect(code);
                let source = run.result()["source"].clone();
                let asked = api.lines().len();
                assert_eq!(asked, 2, "{redirection} {flags:?}: {source}");
            }
        }
    }
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
fn a_session_that_somebody_waits_for_is_left_to_them() {
    let held = Act::Hold(Box::new(Act::success()));
    let (api, state) = (Scripted::new([Act::started(), held, Act::pending()]), state());
    let live = Live::start(connect(&api, state.path(), &["--request-timeout", "1h"]));
    api.wait_for(2);
    for flags in [&[][..], &["--wait"]] {
        let run = status(&api, state.path(), flags).args(&["--json"]).run().expect(2);
        let run = run.says(&format!("process {} on this machine is waiting for session s1", live.process()));
        let result = run.says("--force").result();
        assert_eq!((&result["outcome"], &result["session_id"]), (&json!("usage"), &json!("s1")));
    }
    assert_eq!(api.lines().len(), 2, "nothing was asked");
    let run = status(&api, state.path(), &["--force"]).run().expect(8);
    assert_eq!((run.stdout.as_str(), api.lines().len()), ("pending\n", 3));
    api.release();
    assert_eq!(live.end().expect(0).stdout, "Connected ada@acme.com (Ada Lovelace)\n");
    told(&api, state.path(), 0);
}

#[test]
fn a_result_that_another_process_took_is_told_by_both() {
    let missing = Act::Hold(Box::new(Act::not_found()));
    let (api, state) = (Scripted::new([Act::started(), missing, Act::success()]), state());
    let live = Live::start(connect(&api, state.path(), &["--request-timeout", "1h", "--json"]));
    api.wait_for(2);
    status(&api, state.path(), &["--force"]).run().expect(0);
    api.release();
    let run = live.end().expect(0);
    let result = run.result();
    assert_eq!((&result["source"], &result["email"]), (&json!("journal"), &json!("ada@acme.com")), "{run:#?}");
    assert_eq!(api.lines().len(), 3);
}

#[test]
fn the_claim_of_a_process_that_was_killed_does_not_count() {
    let held = Act::Hold(Box::new(Act::success()));
    let (api, state) = (Scripted::new([Act::started(), held, Act::pending(), Act::success()]), state());
    let live = Live::start(connect(&api, state.path(), &["--request-timeout", "1h"]));
    api.wait_for(2);
    live.signal("KILL");
    assert_eq!(live.end().signal, Some(9));
    let run = status(&api, state.path(), &["--wait", "--interval", "20ms", "--json"]).run().expect(0);
    let result = run.result();
    assert_eq!((&result["source"], &result["email"]), (&json!("api"), &json!("ada@acme.com")));
    // It was not suspected of having read the result any longer than the API said otherwise.
    assert_eq!(api.lines(), [INIT, STATUS, STATUS, STATUS]);
}

#[test]
fn a_process_that_is_killed_between_two_requests_has_lost_nothing() {
    let (api, state) = (Scripted::new([Act::started(), Act::pending(), Act::not_found()]), state());
    let tool = Tool::connect(&api.url(), &["--interval", "1h", "-v"]).env("INSTANTLY_OAUTH_STATE_DIR", state.path());
    let mut live = Live::start(tool);
    live.stderr.until("* next request in");
    live.signal("KILL");
    live.end();
    assert_eq!(status(&api, state.path(), &[]).run().expect(6).stdout, "not found\n");
}

#[test]
fn a_result_that_comes_after_a_signal_is_told_by_the_next_command() {
    for name in ["INT", "TERM"] {
        let (api, state) = (Scripted::new([Act::started(), Act::Hold(Box::new(Act::success()))]), state());
        let mut live = Live::start(connect(&api, state.path(), &["--request-timeout", "1h"]));
        api.wait_for(2);
        live.signal(name);
        live.stderr.until("Stopping");
        api.release();
        let run = live.end();
        assert!(run.signal.is_some() && run.stdout.contains("ada@acme.com"), "{run:#?}");
        assert_eq!(told(&api, state.path(), 0)["email"], "ada@acme.com");
    }
}

#[test]
fn a_reply_that_was_not_waited_for_may_have_been_the_result() {
    // Nothing came within the two seconds, or the second signal did.
    for signals in [1, 2] {
        let acts = [Act::started(), Act::Hold(Box::new(Act::success())), Act::not_found(), Act::accounts(&[])];
        let (api, state) = (Scripted::new(acts), state());
        let mut live = Live::start(connect(&api, state.path(), &["--request-timeout", "1h"]));
        api.wait_for(2);
        live.signal("INT");
        live.stderr.until("Stopping");
        if signals == 2 {
            live.signal("INT");
        }
        live.end();
        let run = status(&api, state.path(), &["--wait", "--interval", "20ms"]).run().expect(11);
        assert_eq!(run.says("the command that waited for it was cut off").stdout, "");
    }
}

#[test]
fn a_session_from_elsewhere_is_recorded_once_something_is_known_of_it() {
    let (api, state) = (Scripted::new([Act::success()]), state());
    status(&api, state.path(), &[]).run().expect(0);
    assert_eq!(told(&api, state.path(), 0)["provider"], Value::Null);
    let lost = Scripted::new([Act::Drop, Act::not_found()]);
    status(&lost, state.path(), &[]).run().expect(10);
    status(&lost, state.path(), &[]).run().expect(11).says("--expect EMAIL");
    // One that nobody knows is not worth a record: it would be found again.
    let nobody = Scripted::new([Act::not_found()]);
    for _ in 0..2 {
        status(&nobody, state.path(), &[]).run().expect(6);
    }
}

#[test]
fn a_session_of_another_key_is_not_given_up_for_this_ones_sake() {
    let (api, state) = (Scripted::new([Act::started(), Act::Drop, Act::not_found(), Act::success()]), state());
    connect(&api, state.path(), &["--timeout", "0s"]).run().expect(8);
    let run = status(&api, state.path(), &[]).env("INSTANTLY_API_KEY", "another").run().expect(11);
    run.says("this API key is not the one that started the session");
    assert_eq!(api.lines(), [INIT, STATUS, STATUS], "the account list of another workspace tells nothing");
    let run = status(&api, state.path(), &[]).run().expect(0);
    assert_eq!(run.stdout, "Connected ada@acme.com (Ada Lovelace)\n");
}

#[test]
fn sandbox_sessions_and_real_ones_never_meet() {
    let state = state();
    let run = Tool::new(["connect", "google", "--sandbox=success", "--no-browser", "--interval", "20ms", "--json"]);
    let run = run.env("INSTANTLY_OAUTH_STATE_DIR", state.path()).run().expect(0);
    let id = run.result()["session_id"].as_str().unwrap().to_owned();
    let files = |name: &str| state.path().join(name).exists();
    assert_eq!((files("sandbox.db"), files("journal.db")), (true, false));
    let api = Scripted::new([Act::not_found()]);
    let tool = Tool::status(&api.url(), &[&id]).env("INSTANTLY_OAUTH_STATE_DIR", state.path());
    tool.run().expect(6);
    assert_eq!(api.lines().len(), 1);
}

#[test]
fn whoever_does_not_wait_holds_no_claim() {
    let (api, state) = (Scripted::new([Act::started(), Act::pending()]), state());
    let tool = connect(&api, state.path(), &["--no-wait"]);
    let (child, _home) = tool.start();
    finish(child).expect(0);
    status(&api, state.path(), &[]).run().expect(8);
    status(&api, state.path(), &["--wait", "--timeout", "0s"]).run().expect(8);
    assert_eq!(api.lines(), [INIT, STATUS, STATUS]);
}

#[cfg(target_os = "linux")]
#[test]
fn a_command_that_ends_before_its_first_request_has_lost_nothing() {
    let (api, state) = (Scripted::new([Act::started(), Act::not_found()]), state());
    connect(&api, state.path(), &["--json"]).shell(r#""$@" >/dev/full"#).run().expect(1);
    assert_eq!(api.lines(), [INIT]);
    assert_eq!(status(&api, state.path(), &[]).run().expect(6).stdout, "not found\n");
}

#[test]
fn a_signal_while_the_account_list_is_read_leaves_the_result_to_be_looked_for() {
    let held = Act::Hold(Box::new(Act::accounts(&[])));
    let ada = Act::accounts(&[("ada@acme.com", "2026-08-01T12:00:00.500Z")]);
    let acts = [Act::started(), Act::Drop, Act::not_found(), held, Act::not_found(), ada];
    let (api, state) = (Scripted::new(acts), state());
    let live = Live::start(connect(&api, state.path(), &["--request-timeout", "1h", "--json"]));
    api.wait_for(4);
    live.signal("INT");
    let run = live.end();
    assert_eq!(run.signal, Some(2));
    let result = run.result();
    assert_eq!((&result["outcome"], &result["exit_code"]), (&json!("outcome_unknown"), &json!(130)), "{run:#?}");
    assert_eq!(result["next"], "instantly-oauth status s1 --wait");
    api.release();
    let run = status(&api, state.path(), &[]).run().expect(0);
    assert_eq!(run.stdout, "Connected ada@acme.com (Ada Lovelace)\n");
}
