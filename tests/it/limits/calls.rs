//! Calls of any kind: never more than a workspace may make in a second, by one process or by many.

use super::*;
use crate::support::Live;
use crate::support::{INIT, STATUS};

/// How many calls a second these tests allow.
const CALLS: usize = 10;

const FAST: &[&str] = &["--interval", "20ms"];

/// A session whose state is asked for so often until it is over, and each one after it once.
fn pending(times: usize) -> Scripted {
    Scripted::new([Act::started()].into_iter().chain(vec![Act::pending(); times]).chain([Act::success()]))
}

#[test]
fn one_session_is_asked_for_no_more_often_than_may_be() {
    let (machine, api) = (Machine::new("calls=10"), pending(24));
    machine.on(Tool::connect(&api.url(), FAST)).run().expect(0);
    assert_eq!(api.lines().len(), 26);
    never_more_than(CALLS, &api.requests());
}

#[test]
fn several_processes_together_ask_no_more_often_than_may_be() {
    let (machine, api) = (Machine::new("calls=10"), pending(20));
    machine.start(&api, "google", &[]).run().expect(0);
    let sessions = ["s1", "s2", "s3", "s4", "s5"];
    let waiting = sessions.map(|session| Live::start(machine.status(&api, session, &["--wait"]).args(FAST)));
    for live in waiting {
        live.end().expect(0);
    }
    let requests = api.requests();
    never_more_than(CALLS, &requests);
    for session in sessions {
        let asked = requests.iter().filter(|request| request.line.ends_with(session)).count();
        assert!(asked > 1, "{session} was asked for {asked} times: {:?}", api.lines());
    }
}

#[test]
fn another_workspace_has_calls_of_its_own() {
    let machine = Machine::new("calls=1");
    let held = Act::Hold(Box::new(Act::pending()));
    let api = Scripted::new([held, Act::success()]);
    // What is on its way counts, for as long as it is.
    let first = Live::start(machine.status(&api, "s1", &[]));
    api.wait_for(1);
    let mut second = Live::start(machine.status(&api, "s2", &["-v"]));
    second.stderr.until("a workspace may make so many calls a second");
    machine.status(&api, "s3", &[]).env("INSTANTLY_API_KEY", "other").run().expect(0);
    assert_eq!(api.lines().len(), 2);
    api.release();
    first.end().expect(8);
    second.end().expect(0);
    let ids: Vec<_> = api.lines().iter().map(|line| line.rsplit('/').next().unwrap().to_owned()).collect();
    assert_eq!(ids, ["s1", "s3", "s2"]);
}

/// A machine on which so many ask that the next turn is in five minutes, and as many calls are on their way as are made
/// in turn.
fn crowded(api: &Scripted) -> Machine {
    let machine = Machine::new("calls=10");
    machine.start(api, "google", &[]).run().expect(0);
    let books = machine.books();
    let next = "UPDATE pace SET next = next + ?1";
    assert_eq!(books.execute(next, [micros(Duration::from_secs(300))]).unwrap(), 1);
    let call = "INSERT INTO call (workspace, sent, done) SELECT workspace, max(sent), max(sent) + ?1 FROM call";
    for _ in 1..CALLS {
        books.execute(call, [micros(Duration::from_secs(60))]).unwrap();
    }
    machine
}

#[test]
fn the_last_poll_of_a_session_goes_before_all_others() {
    let api = Scripted::new([Act::started(), Act::started_briefly(), Act::success()]);
    let machine = crowded(&api);
    let run = machine.on(Tool::connect(&api.url(), FAST)).run().expect(0);
    assert_eq!(run.stdout, "Connected ada@acme.com (Ada Lovelace)\n");
    // Its turn would have come long after its end, so there was no other poll.
    assert_eq!(api.lines(), [INIT, INIT, STATUS]);
}

#[test]
fn whoever_gives_up_before_its_turn_has_asked_nothing() {
    let api = Scripted::new([Act::started(), Act::success()]);
    let machine = crowded(&api);
    let run = machine.status(&api, "s1", &["--wait", "--timeout", "300ms", "--json"]).run().expect(8);
    assert_eq!(run.result()["outcome"], "pending", "{run:#?}");
    assert_eq!(api.lines(), [INIT]);
    // It can be read as before.
    machine.books().execute_batch("DELETE FROM pace; DELETE FROM call").unwrap();
    machine.status(&api, "s1", &[]).run().expect(0);
}
