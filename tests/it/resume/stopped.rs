//! Ends in the middle, and streams that take nothing.

use super::*;

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
        assert_eq!(run.says("a command that asked for it was cut off").stdout, "");
    }
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
