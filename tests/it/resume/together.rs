//! Several processes and one session.

use super::*;

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
    run.says("This API key is not the one that started the session.");
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

#[test]
fn a_result_that_was_asked_for_over_a_waiting_process_is_not_called_unknown_to_the_api() {
    // The one that asks over the other has the result on its way, and does not live to tell.
    let held = |act| Act::Hold(Box::new(act));
    let ada = Act::accounts(&[("ada@acme.com", "2026-08-01T12:00:00.500Z")]);
    let acts = [Act::started(), held(Act::not_found()), Act::Stall(Vec::new()), ada];
    let (api, state) = (Scripted::new(acts), state());
    let waits = Live::start(connect(&api, state.path(), &["--request-timeout", "1h", "--json"]));
    api.wait_for(2);
    let asks = Live::start(status(&api, state.path(), &["--force", "--request-timeout", "1h"]));
    api.wait_for(3);
    asks.signal("KILL");
    asks.end();
    api.release();
    let run = waits.end().expect(0);
    let result = run.result();
    assert_eq!((&result["source"], &result["email"]), (&json!("reconciled"), &json!("ada@acme.com")), "{run:#?}");
}

#[test]
fn other_files_in_a_directory_that_was_named_are_left_alone() {
    let (api, state) = (Scripted::new([Act::started(), Act::success()]), state());
    let live = state.path().join("journal.live");
    std::fs::create_dir(&live).unwrap();
    let files = [state.path().join("thesis.txt"), live.join("thesis.txt")];
    for file in &files {
        std::fs::write(file, "mine").unwrap();
    }
    connect(&api, state.path(), &[]).run().expect(0);
    assert!(files.iter().all(|file| std::fs::read(file).is_ok_and(|text| text == b"mine")));
}

#[test]
fn what_a_sandbox_told_needs_no_key_either() {
    let service = crate::support::Service::start(&["--scenario", "success", "--delay", "0s"]);
    let state = state();
    let tool = |arguments: &[&str]| service.tool(arguments).env("INSTANTLY_OAUTH_STATE_DIR", state.path());
    let run = tool(&["connect", "google", "--no-browser", "--interval", "20ms", "--json"]).run().expect(0);
    let id = run.result()["session_id"].as_str().unwrap().to_owned();
    let run = tool(&["status", &id]).no_env("INSTANTLY_API_KEY").run().expect(0);
    assert_eq!(run.stdout, "Connected ada@acme.example (Ada Lovelace)\n");
    tool(&["status", "nobody"]).no_env("INSTANTLY_API_KEY").run().expect(4).says("no API key");
}
