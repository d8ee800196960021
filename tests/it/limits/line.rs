//! Those who wait for their turn: what they tell, in which order they go, and what becomes of a place.

use serde_json::json;

use super::*;
use crate::support::run::KEY;
use crate::support::{INIT, Live, Terminal, at_once};

/// Waits for as long as it takes.
const PATIENCE: &[&str] = &["--max-wait", "1h"];

/// Longer than any start counts.
const LONG_AGO: Duration = Duration::from_secs(61);

/// So old that the next may be started in a quarter of a minute. Whoever waits that long looks again within two seconds.
const A_WHILE_AGO: Duration = Duration::from_secs(45);

const FULL: &str = "a workspace may start 1 Google sessions a minute";

#[test]
fn whoever_waits_in_line_is_told_for_what_and_how_long() {
    let (machine, api) = full("starts=1", 1);
    machine.age(1, A_WHILE_AGO);
    let mut json = Live::start(machine.start(&api, "google", PATIENCE).args(&["--json"]));
    let event: Value = serde_json::from_str(&json.stdout.until("waiting")).unwrap();
    assert_eq!((&event["event"], &event["reason"]), (&json!("waiting"), &json!("rate_limited")));
    assert_eq!(event["detail"], FULL);
    let seconds = event["seconds"].as_u64().unwrap();
    assert!((1..=16).contains(&seconds), "{event}");
    let left = time(&event, "until").duration_since(jiff::Timestamp::now()).as_secs();
    assert!(left <= i64::try_from(seconds).unwrap(), "{event}");
    let mut text = Live::start(machine.start(&api, "google", PATIENCE));
    let line = text.stderr.until("In line");
    assert!(line.starts_with(&format!("In line to start ({FULL}); its turn is in about ")), "{line}");
    assert!(line.contains(", at ") && line.ends_with('.'), "{line}");
    assert_eq!(api.lines(), [INIT]);

    machine.age(1, LONG_AGO);
    let run = json.end().expect(0);
    assert_eq!((events(&run, "waiting").len(), events(&run, "session").len()), (1, 1), "{run:#?}");
    assert_eq!(run.result()["session_id"], "s2");
    text.signal("TERM");
    text.end();
}

#[test]
fn a_terminal_shows_the_line_in_one_row_at_every_width() {
    at_once([80, 40], |columns| {
        let (machine, api) = full("starts=1", 1);
        machine.age(1, A_WHILE_AGO);
        let terminal = Terminal::run(machine.start(&api, "google", PATIENCE), columns, 30);
        let row = terminal.until("the line", |shown| {
            let rows = shown.rows();
            let mut drawn = rows.iter().filter(|row| row.contains("In line to start, about 0:"));
            let only = drawn.next().cloned();
            assert_eq!(drawn.next(), None, "drawn twice: {rows:#?}");
            only
        });
        assert!(row.chars().count() < usize::from(columns), "{columns}: {row}");
        machine.age(1, LONG_AGO);
        let left = terminal.end();
        left.has_a_cursor();
        assert_eq!(left.code(), Some(0), "{:?}", left.raw);
        assert!(left.rows.iter().all(|row| !row.contains("In line")), "{:#?}", left.rows);
        assert!(left.raw.contains("s2\r\nhttps://accounts.google.com/"), "{:?}", left.raw);
    });
}

#[test]
fn whoever_is_stopped_in_line_gives_the_place_back() {
    let (machine, api) = full("starts=1", 1);
    let mut terminal = Terminal::run(machine.start(&api, "google", PATIENCE), 80, 30);
    terminal.says("In line to start");
    machine.wait_for_line(1);
    terminal.types(b"\x03");
    let left = terminal.end();
    left.has_a_cursor();
    assert_eq!(left.status.signal(), Some("Interrupt"), "{:#?}", left.rows);
    assert!(left.rows.iter().any(|row| row.ends_with("No session was started.")), "{:#?}", left.rows);
    assert!(machine.line().is_empty());

    for (name, number, code) in [("INT", 2, 130), ("TERM", 15, 143)] {
        let live = Live::start(machine.start(&api, "google", PATIENCE).args(&["--json"]));
        machine.wait_for_line(1);
        live.signal(name);
        let run = live.end();
        assert_eq!((run.code, run.signal), (None, Some(number)), "{run:#?}");
        let result = run.result();
        assert_eq!((&result["outcome"], &result["exit_code"]), (&json!("interrupted"), &json!(code)));
        assert!(run.stderr.ends_with("Stopped. No session was started.\n"), "{run:#?}");
        assert!(machine.line().is_empty(), "{name}");
    }
    assert_eq!(api.lines(), [INIT]);
}

#[test]
fn the_place_of_one_that_was_killed_holds_nobody_up() {
    let (machine, api) = full("starts=1", 1);
    let live = Live::start(machine.start(&api, "google", PATIENCE));
    machine.wait_for_line(1);
    live.signal("KILL");
    live.end();
    assert_eq!(machine.line().len(), 1, "it had no time to give it back");
    machine.age(1, LONG_AGO);
    // It would not wait for anybody.
    machine.start(&api, "google", &["--max-wait", "0s"]).run().expect(0);
    assert!(machine.line().is_empty(), "and it is cleared away");
    assert_eq!(api.lines(), [INIT, INIT]);
}

#[test]
fn they_go_in_the_order_in_which_they_came() {
    let (machine, api) = full("starts=3", 3);
    machine.age(3, A_WHILE_AGO);
    let mut line = Vec::new();
    for length in 1..=3 {
        line.push(Live::start(machine.start(&api, "google", PATIENCE)));
        machine.wait_for_line(length);
    }
    // Room for one, each time: what does not count any more is let go of by whoever starts.
    for number in 1..=3 {
        machine.age(1, LONG_AGO);
        api.wait_for(3 + number);
        machine.wait_for_line(3 - number);
    }
    // The server counts those that it starts.
    for (live, id) in line.into_iter().zip(["s4", "s5", "s6"]) {
        let run = live.end().expect(0);
        assert_eq!(run.stdout.lines().next(), Some(id), "{run:#?}");
    }
    assert_eq!(api.lines(), [INIT; 6]);
}

#[test]
fn nobody_takes_the_turn_of_one_that_came_before() {
    let (machine, api) = full("starts=1", 1);
    machine.age(1, A_WHILE_AGO);
    let first = Live::start(machine.start(&api, "google", PATIENCE));
    machine.wait_for_line(1);
    // It lives, and is slow to notice that its turn has come.
    first.signal("STOP");
    machine.age(1, LONG_AGO);
    let run = machine.start(&api, "google", &["--max-wait", "1s"]).run().expect(7);
    run.says("no turn to start a session").says("Another process here was there before.");
    assert_eq!(api.lines(), [INIT]);
    first.signal("CONT");
    assert_eq!(first.end().expect(0).stdout.lines().next(), Some("s2"));
}

#[test]
fn those_who_wait_for_their_own_workspace_hold_up_no_other() {
    let (machine, api) = full("starts=1", 1);
    let waits = Live::start(machine.start(&api, "google", PATIENCE));
    machine.wait_for_line(1);
    let other = || machine.start(&api, "google", &["--max-wait", "1s"]).env("INSTANTLY_API_KEY", "other");
    other().run().expect(0);
    let keys: Vec<_> = api.requests().iter().map(|it| it.header("authorization").unwrap().to_owned()).collect();
    assert_eq!(keys, [format!("Bearer {KEY}"), "Bearer other".into()]);
    waits.signal("TERM");
    waits.end();
}
