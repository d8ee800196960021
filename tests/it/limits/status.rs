//! What the service says in answer to a question for a session's state: that concerns the workspace.

use serde_json::json;

use super::*;
use crate::support::{INIT, STATUS, at_once};

#[test]
fn what_is_said_to_a_status_keeps_the_workspace_from_asking_anything() {
    at_once([(429, 7, "rate_limited"), (503, 9, "unavailable")], |(status, code, outcome)| {
        let acts = [started("s1"), refused(status, 1800), started("s2")];
        let (machine, api) = (Machine::new(""), Scripted::new(acts));
        machine.start(&api, "google", &[]).run().expect(0);
        machine.status(&api, "s1", &[]).run().expect(code);
        assert_eq!(api.lines(), [INIT, STATUS]);

        let run = machine.status(&api, "s1", &["--json"]).run().expect(code);
        let result = run.result();
        assert_eq!((&result["outcome"], &result["retryable"]), (&json!(outcome), &json!(true)), "{run:#?}");
        assert_eq!((&result["session_id"], &result["status"]), (&json!("s1"), &Value::Null), "{run:#?}");
        assert_eq!(result["next"], "instantly-oauth status s1 --wait");
        assert!((1700.0..=1800.0).contains(&retry_in(&result)), "{run:#?}");
        let run = machine.status(&api, "s1", &[]).run().expect(code);
        assert_eq!(run.says(&format!("(HTTP {status}: slow down)")).stdout, "");
        // It was said to the workspace, whoever signs in.
        for provider in ["google", "microsoft"] {
            machine.start(&api, provider, &[]).run().expect(code).says(&format!("(HTTP {status}: slow down)"));
        }
        assert_eq!(api.lines(), [INIT, STATUS], "nothing was sent");

        machine.start(&api, "google", &[]).env("INSTANTLY_API_KEY", "other").run().expect(0);
        assert_eq!(api.lines(), [INIT, STATUS, INIT]);
    });
}

#[test]
fn a_wait_waits_it_out_and_goes_on() {
    at_once([429, 503], |status| {
        let (machine, api) = (Machine::new(""), Scripted::new([refused(status, 1), Act::pending(), Act::success()]));
        machine.status(&api, "s1", &[]).run().expect(if status == 429 { 7 } else { 9 });
        let run = machine.status(&api, "s1", &["--wait", "--interval", "20ms"]).run().expect(0);
        assert_eq!(run.stdout, "Connected ada@acme.com (Ada Lovelace)\n");
        assert_eq!(api.lines(), [STATUS; 3]);
        assert!(gaps(&api)[0] >= SECOND, "{:?}", gaps(&api));
    });
}

#[test]
fn what_lasts_longer_than_the_session_ends_the_wait_at_once() {
    let (machine, api) = (Machine::new(""), Scripted::new([Act::started(), refused(429, 1800)]));
    let connect = machine.on(Tool::connect(&api.url(), &["--interval", "20ms", "--json"]));
    let result = connect.run().expect(7).result();
    assert_eq!((&result["session_id"], &result["outcome"]), (&json!("s1"), &json!("rate_limited")), "{result}");
    let result = machine.status(&api, "s1", &["--wait", "--json"]).run().expect(7).result();
    assert!((1700.0..=1800.0).contains(&retry_in(&result)), "{result}");
    assert_eq!(api.lines(), [INIT, STATUS], "the second sent nothing");
}

#[test]
fn a_start_that_was_refused_keeps_no_session_from_being_waited_for() {
    let (machine, api) = (Machine::new(""), Scripted::new([refused(429, 1800), Act::pending(), Act::success()]));
    machine.start(&api, "google", &[]).run().expect(7);
    machine.status(&api, "s1", &["--wait", "--interval", "20ms"]).run().expect(0);
    assert_eq!(api.lines(), [INIT, STATUS, STATUS]);
}
