//! Session starts: so many a minute for a workspace, twice as many for an address, and what was sent counts.

use serde_json::json;

use super::*;
use crate::support::{INIT, Live, at_once};

/// Ends at once rather than wait for a window.
const HASTE: &[&str] = &["--max-wait", "1s"];

#[test]
fn one_more_than_a_workspace_may_start_is_not_sent() {
    let (machine, api) = (Machine::new("starts=2"), Scripted::new([Act::started()]));
    for _ in 0..2 {
        machine.start(&api, "google", &[]).run().expect(0);
    }
    let run = machine.start(&api, "google", HASTE).run().expect(7);
    assert_eq!(run.stdout, "");
    let run = run.says("error: no turn to start a session before ");
    let run = run.says(": this workspace has used up its 2 Google sessions a minute\n");
    run.says("past that it answers 429, and blocks the address of those who push on").says("--max-wait waits longer");

    let result = machine.start(&api, "google", HASTE).args(&["--json"]).run().expect(7).result();
    assert_eq!((&result["outcome"], &result["retryable"]), (&json!("rate_limited"), &json!(true)));
    assert_eq!(result["next"], "instantly-oauth connect google");
    assert!((1.0..=60.2).contains(&retry_in(&result)), "{result}");
    assert_eq!(api.lines(), [INIT, INIT]);
    assert!(machine.line().is_empty(), "whoever does not wait is not in line");

    // The other provider has a window of its own.
    machine.start(&api, "microsoft", HASTE).run().expect(0);
    assert_eq!(api.lines(), [INIT, INIT, INIT_MICROSOFT]);
    // And one that has gone by holds nobody up.
    machine.age(1, Duration::from_secs(61));
    machine.start(&api, "google", HASTE).run().expect(0);
    machine.start(&api, "google", HASTE).run().expect(7);
}

#[test]
fn workspaces_are_kept_apart_until_the_address_has_used_up_its_own() {
    let (machine, api) = (Machine::new("starts=2"), Scripted::new([Act::started()]));
    let start = |key: &str, provider: &str| machine.start(&api, provider, HASTE).env("INSTANTLY_API_KEY", key).run();
    for key in ["ann", "ann", "bob", "bob"] {
        start(key, "google").expect(0);
    }
    start("ann", "google").expect(7).says("this machine has used up its 4 Google sessions a minute");
    let run = start("cid", "google").expect(7);
    run.says("this machine has used up its 4 Google sessions a minute").says("lets an IP address start so many");
    start("cid", "microsoft").expect(0);
    assert_eq!(api.lines(), [INIT, INIT, INIT, INIT, INIT_MICROSOFT]);
}

#[test]
fn a_start_that_failed_has_used_up_its_place() {
    let held = Act::Hold(Box::new(Act::started()));
    let html = Act::Reply { status: 502, headers: "content-type: text/html\r\n".into(), body: "<html>".into() };
    at_once(
        [
            (Act::error(400, "no"), 9),
            (Act::error(401, "no"), 4),
            (Act::json("{}"), 9),
            // It would try again by itself, and finds no place to.
            (Act::error(500, "oops"), 7),
            (html, 7),
            (Act::Drop, 7),
            (Act::Reset, 7),
            (held, 7),
        ],
        |(act, code)| {
            let (machine, api) = (Machine::new("starts=1"), Scripted::new([act.clone(), Act::started()]));
            let flags = [HASTE, &["--request-timeout", "500ms"]].concat();
            let run = machine.start(&api, "google", &flags).run().expect(code);
            assert_eq!(api.lines(), [INIT], "{act:?}: {run:#?}");
            let run = machine.start(&api, "google", HASTE).run().expect(7);
            assert_eq!(api.lines(), [INIT], "{act:?}: {run:#?}");
            machine.start(&api, "microsoft", HASTE).run().expect(0);
        },
    );
}

#[test]
fn the_place_of_one_that_is_killed_in_the_middle_of_it_is_used_up() {
    let api = Scripted::new([Act::Hold(Box::new(Act::started())), Act::started()]);
    let machine = Machine::new("starts=1");
    let live = Live::start(machine.start(&api, "google", &[]));
    api.wait_for(1);
    live.signal("KILL");
    live.end();
    machine.start(&api, "google", HASTE).run().expect(7).says("this workspace has used up its 1 Google sessions");
    assert_eq!(api.lines(), [INIT]);
}
