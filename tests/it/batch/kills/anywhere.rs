//! Lists whose process is killed at any moment, and run again: every row ends once, as the service says.
//!
//! `TORTURE_KILLS=200 cargo test --test it -- batch::kills::killed_anywhere --nocapture` does it at length and prints what
//! came of it. `TORTURE_SEED=2` does it in another way.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::books::{End, Figures, hold};
use super::driver::Driven;
use super::field::{Field, Mailbox, sandbox};
use super::people::{Act, Guest, People};
use crate::support::live::GUARD;
use crate::support::{Run, Service};
use crate::torture::chance::Chance;

/// How many kills there are, where nobody asks for more, and how many of them one list suffers at most.
const KILLS: usize = 20;
const KILLS_A_LIST: usize = 10;

const ROWS: usize = 200;
const RETRIES: usize = 3;

/// When a run is killed at the earliest, and how much later.
const EARLIEST: Duration = Duration::from_millis(50);
const LATER: Duration = Duration::from_millis(450);

fn number(name: &str) -> Option<usize> {
    std::env::var(name).ok().map(|text| text.parse().expect("a number"))
}

/// What becomes of a mailbox whatever its owner does.
const ELSEWHERE: [usize; 3] = [11, 77, 140];
const BEFORE: [usize; 3] = [23, 99, 180];

fn mailbox(list: usize, row: usize) -> String {
    // Whoever types a list does not care for case.
    let name = if row.is_multiple_of(5) { "Person" } else { "person" };
    format!("{name}{row}@list{list}.example")
}

fn rows(list: usize) -> Vec<Mailbox> {
    let provider = |row: usize| if row.is_multiple_of(3) { "microsoft" } else { "google" };
    (0..ROWS).map(|row| Mailbox::new(mailbox(list, row), provider(row))).collect()
}

/// What people do in the session of this list for that guest, and how long they take. It follows from the seed, the mailbox
/// and how many sessions there were for it.
fn decide(seed: usize, list: usize, guest: &Guest) -> (Act, Duration) {
    let row: usize = guest.email[6..].split('@').next().unwrap().parse().unwrap();
    let chance = |session: usize| Chance::new(((seed * 1000 + list) * ROWS + row) * 100 + session);
    let right = Act::Allow(guest.email.clone());
    let first = |chance: &mut Chance| match chance.below(100) {
        0..62 => right.clone(),
        62..67 => Act::AllowAtLast(guest.email.to_uppercase()),
        67..75 => Act::Deny,
        75..82 => Act::Allow(format!("other{row}.{}@list{list}.example", guest.before)),
        // One of another row with the same provider.
        82..88 => Act::Allow(mailbox(list, row % 3 + 3 * chance.below(ROWS / 3))),
        88..91 => Act::Allow(format!("person{row}.list{list}@gmail.com")),
        _ => Act::Nothing,
    };
    let mut act = first(&mut chance(0));
    for session in 1..=guest.before {
        let is_over = [&right, &Act::Deny].contains(&&act);
        if !is_over && chance(session).percent(70) {
            act = right.clone();
        }
    }
    let mut haste = chance(99 - guest.before);
    let longest = if haste.percent(5) { Duration::from_millis(1500) } else { Duration::from_millis(80) };
    (act, haste.up_to(longest))
}

/// Runs a list until it is over, killed so many times at the most.
fn list(service: &Service, seed: usize, list: usize, kills: usize) -> Figures {
    let mut chance = Chance::new(seed * 1_000_003 + list);
    let retries = RETRIES.to_string();
    let flags = ["--parallel", "20", "--retries", &retries];
    let field = Field::new(&service.url, &format!("list{list}"), rows(list), &flags);
    let other = Field::new(&service.url, &format!("other{list}"), rows(list), &flags);
    let before = BEFORE.map(|row| mailbox(list, row).to_lowercase());
    for row in 0..ROWS {
        let place = if ELSEWHERE.contains(&row) { &other } else { &field };
        if ELSEWHERE.contains(&row) || BEFORE.contains(&row) {
            place.connect(field.rows[row].provider, &mailbox(list, row).to_lowercase());
        }
    }
    let people = People::new(move |guest| decide(seed, list, guest));
    let mut figures = Figures::default();
    let mut once = |time: Duration, signal: &str| {
        let earlier = field.results();
        let (run, is_struck) = Driven::start(field.tool(), &people).struck_after(time, signal);
        hold(&field, &earlier, &run);
        figures.torn += usize::from(!field.results().is_empty() && !field.results().ends_with('\n'));
        figures.count(&run);
        is_quiet(&run);
        (run, is_struck)
    };
    let mut struck = 0;
    let run = loop {
        let time = if struck < kills { EARLIEST + chance.up_to(LATER) } else { GUARD };
        // Now and then by somebody who is less in a hurry.
        let signal = if chance.percent(90) { "KILL" } else { "TERM" };
        let (run, is_struck) = once(time, signal);
        if !is_struck {
            break run;
        }
        assert!(struck < kills, "it does not end: {run:#?}");
        struck += usize::from(run.signal == Some(9));
    };
    is_over(&run);
    End { field: &field, sessions: &people.sessions(), before: &before, retries: RETRIES }.hold(&mut figures);
    nothing_is_left(&field, &people);
    figures
}

/// Nothing but progress is told, and the end.
#[track_caller]
fn is_quiet(run: &Run) {
    let is_odd = |line: &&str| line.contains("warning") || line.contains("panicked") || line.contains("internal");
    let odd: Vec<_> = run.stderr.lines().filter(is_odd).collect();
    assert!(odd.is_empty(), "{odd:#?}");
}

/// The list came to its end, with its counts.
#[track_caller]
fn is_over(run: &Run) {
    let result = run.result();
    assert_eq!((run.code, &result["outcome"]), (Some(13), &"incomplete".into()), "{result}");
    let counts = result["counts"].as_object().unwrap();
    let total: u64 = counts.values().map(|count| count.as_u64().unwrap()).sum();
    assert!(total == ROWS as u64 && !counts.contains_key("pending"), "{result}");
}

/// One more run has nothing to do.
#[track_caller]
fn nothing_is_left(field: &Field, people: &Arc<People>) {
    let (results, sessions) = (field.results(), people.count());
    let run = Driven::start(field.tool(), people).end();
    assert_eq!((field.results(), people.count()), (results, sessions), "{run:#?}");
    let kinds: Vec<_> = run.events().iter().map(|event| event["event"].clone()).collect();
    assert_eq!(kinds, ["result"], "{run:#?}");
    is_over(&run);
}

#[test]
fn killed_anywhere_and_run_again() {
    let (kills, seed) = (number("TORTURE_KILLS").unwrap_or(KILLS), number("TORTURE_SEED").unwrap_or(1));
    println!("TORTURE_SEED={seed}");
    let (begun, service) = (Instant::now(), sandbox("2s"));
    let (mut figures, mut lists) = (Figures::default(), 0);
    while figures.kills < kills {
        figures += list(&service, seed, lists, KILLS_A_LIST.min(kills - figures.kills));
        lists += 1;
        println!("{:.1} s: {figures}", begun.elapsed().as_secs_f64());
    }
    let log = service.stop("TERM").expect(0).stderr;
    let started = log.lines().filter(|line| line.contains("/init 200")).count();
    assert!(started > 0 && !log.contains(" 429"), "a limit was in the way");
    println!("{started} sessions were started in all.");
}
