//! After a refusal one request goes first, alone; the rest follow once it has succeeded.

use super::*;
use crate::support::{INIT, Live};

/// Keys of as many workspaces, which an address's gate has in common. They tell who asked.
const KEYS: [&str; 4] = ["ann", "bob", "cid", "dee"];

fn who(api: &Scripted, request: usize) -> String {
    let header = api.requests()[request].header("authorization").unwrap().to_owned();
    header.trim_start_matches("Bearer ").to_owned()
}

/// One process a key, of which the first is refused before the others come.
fn crowd(machine: &Machine, api: &Scripted) -> Vec<(&'static str, Live)> {
    let start = |key| {
        let tool = machine.start(api, "google", &["-v", "--max-wait", "1h"]);
        Live::start(tool.env("INSTANTLY_API_KEY", key))
    };
    let first = start(KEYS[0]);
    machine.wait_for_gate();
    let rest = KEYS[1..].iter().map(|key| (*key, start(key)));
    [(KEYS[0], first)].into_iter().chain(rest).collect()
}

#[test]
fn the_first_goes_alone_and_the_rest_follow() {
    let held = Act::Hold(Box::new(Act::started()));
    let (machine, api) = (Machine::new(""), Scripted::new([refused(429, 1), held, Act::started()]));
    let mut crowd = crowd(&machine, &api);
    api.wait_for(2);
    assert!(gaps(&api)[0] >= SECOND, "{:?}", gaps(&api));
    let first = who(&api, 1);
    for (_, live) in crowd.iter_mut().filter(|(key, _)| *key != first) {
        // They look, and look again.
        live.stderr.until("the first request since HTTP 429 goes alone");
        live.stderr.until("the first request since HTTP 429 goes alone");
    }
    assert_eq!(api.lines(), [INIT, INIT], "nobody else goes while its reply is awaited");
    api.release();
    for (key, live) in crowd {
        let run = live.end().expect(0);
        assert!(run.stdout.starts_with("s1\n"), "{key}: {run:#?}");
    }
    assert_eq!(api.lines(), [INIT; 5]);
}

#[test]
fn if_the_first_is_refused_again_all_wait_again() {
    let held = Act::Hold(Box::new(Act::started()));
    let acts = [refused(429, 1), refused(429, 1), held, Act::started()];
    let (machine, api) = (Machine::new(""), Scripted::new(acts));
    let crowd = crowd(&machine, &api);
    api.wait_for(3);
    // Whoever would not wait is told what it is.
    let run = machine.start(&api, "google", &["--max-wait", "0s"]).run().expect(7);
    run.says("error: rate limited by Instantly a moment ago (HTTP 429)").says("Another process here is trying");
    assert_eq!(api.lines().len(), 3);
    assert!(gaps(&api).iter().all(|gap| *gap >= SECOND), "{:?}", gaps(&api));
    api.release();
    for (_, live) in crowd {
        live.end().expect(0);
    }
    assert_eq!(api.lines(), [INIT; 6], "two of them were refused once, or one twice");
}

#[test]
fn a_first_that_is_killed_is_waited_for_as_long_as_its_reply_could_have_taken() {
    let held = Act::Hold(Box::new(Act::started()));
    let (machine, api) = (Machine::new(""), Scripted::new([refused(429, 1), held, Act::started()]));
    let start = || machine.start(&api, "google", &["--request-timeout", "2s"]);
    let first = Live::start(start());
    api.wait_for(2);
    first.signal("KILL");
    first.end();
    start().run().expect(0);
    assert_eq!(api.lines(), [INIT; 3]);
    // A second from the refusal to the one that was killed, and from when that left two more.
    assert!(gaps(&api).iter().sum::<Duration>() >= SECOND * 3, "{:?}", gaps(&api));
}

#[test]
fn polls_wait_for_the_first_poll_as_starts_do_for_the_first_start() {
    let held = Act::Hold(Box::new(Act::pending()));
    let (machine, api) = (Machine::new(""), Scripted::new([refused(429, 1), held, Act::success()]));
    let wait = |session| Live::start(machine.status(&api, session, &["--wait", "--interval", "20ms", "-v"]));
    let first = wait("s1");
    machine.wait_for_gate();
    let mut both = [first, wait("s2")];
    api.wait_for(2);
    let other = usize::from(api.lines()[1].ends_with("/s1"));
    both[other].stderr.until("the first request since HTTP 429 goes alone");
    both[other].stderr.until("the first request since HTTP 429 goes alone");
    assert_eq!(api.lines().len(), 2);
    assert!(gaps(&api)[0] >= SECOND, "{:?}", gaps(&api));
    api.release();
    for live in both {
        live.end().expect(0);
    }
    assert_eq!(api.lines().len(), 4);
}
