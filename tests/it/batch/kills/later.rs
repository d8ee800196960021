//! Lists that are gone on with on another day: what was in flight is over by then, and what failed is taken again.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use super::books::{End, Figures, hold, lines};
use super::driver::Driven;
use super::field::{Field, Mailbox, sandbox, sandbox_with};
use super::people::{Act, People};
use crate::support::Tool;
use crate::support::service::browse;
use crate::torture::chance::Chance;

#[test]
fn sessions_that_the_service_has_forgotten_are_looked_for_in_the_account_list() {
    // A minute a second: the links are good for four seconds, and forgotten after four more.
    let service = sandbox_with("240s", &["--speed", "60"]);
    let rows = (0..5).map(|row| Mailbox::new(format!("person{row}@day.example"), "google")).collect();
    let field = Field::new(&service.url, "day", rows, &["--parallel", "5"]);
    let gate = Arc::new(Mutex::new(()));
    let waits = gate.clone();
    let people = People::new(move |guest| {
        // The first finishes while the run goes on, and the others when nobody is there any more.
        if !guest.email.starts_with("person0") {
            drop(waits.lock());
        }
        let act = match guest.email.as_bytes()[6] {
            b'1' => Act::Deny,
            b'2' if guest.before == 0 => Act::Nothing,
            _ => Act::Allow(guest.email.clone()),
        };
        (act, Duration::ZERO)
    });
    let closed = gate.lock().unwrap();
    let driven = Driven::start(field.tool(), &people);
    driven.until([("row", 1), ("session", 5)]);
    driven.signal("KILL");
    let run = driven.end();
    drop(closed);
    hold(&field, "", &run);
    people.sessions();
    for event in run.events().iter().filter(|event| event["event"] == "session") {
        let url = event["auth_url"].as_str().unwrap();
        while browse("GET", url, None).0 != 404 {
            // Between two looks at what somebody else forgets.
            thread::sleep(Duration::from_millis(50));
        }
    }
    let earlier = field.results();
    let run = Driven::start(field.tool(), &people).end().expect(13);
    hold(&field, &earlier, &run);
    End { field: &field, sessions: &people.sessions(), before: &[], retries: 1 }.hold(&mut Figures::default());
    let found: Vec<_> = run.events().into_iter().filter(|event| event["source"] == "reconciled").collect();
    assert!(found.len() == 2 && found.iter().all(|event| event["outcome"] == "connected"), "{run:#?}");
    // Whoever denied it and whoever did nothing are asked once more, and nobody else.
    assert_eq!(people.count(), 5 + 2, "{run:#?}");
}

#[test]
fn what_failed_is_taken_again_and_connected_once_however_often_that_is_killed() {
    const ROWS: usize = 60;
    let service = sandbox("10m");
    let rows: Vec<_> = (0..ROWS).map(|row| Mailbox::new(format!("person{row}@again.example"), "microsoft")).collect();
    let mut field = Field::new(&service.url, "again", rows, &["--parallel", "10"]);
    let is_willing = Arc::new(AtomicBool::new(false));
    let (willing, mut chance) = (is_willing.clone(), Chance::new(1));
    let people = People::new(move |guest| {
        let row: usize = guest.email[6..].split('@').next().unwrap().parse().unwrap();
        let is_one = row.is_multiple_of(3) || willing.load(Ordering::Relaxed);
        let act = if is_one { Act::Allow(guest.email.clone()) } else { Act::Deny };
        (act, Duration::from_millis(u64::try_from(row % 7).unwrap() * 10))
    });
    let run = Driven::start(field.tool(), &people).end().expect(13);
    assert_eq!(run.result()["counts"]["connected"], 20, "{run:#?}");
    hold(&field, "", &run);
    is_willing.store(true, Ordering::Relaxed);
    field.flags.push("--retry-failed".into());
    for _ in 0..6 {
        let earlier = field.results();
        let time = Duration::from_millis(100) + chance.up_to(Duration::from_millis(250));
        let (run, _) = Driven::start(field.tool(), &people).struck_after(time, "KILL");
        hold(&field, &earlier, &run);
    }
    let earlier = field.results();
    let run = Driven::start(field.tool(), &people).end().expect(0);
    hold(&field, &earlier, &run);
    let (ended, sessions) = (lines(&field).0, people.sessions());
    End { field: &field, sessions: &sessions, before: &[], retries: 1 }.hold(&mut Figures::default());
    for line in &ended {
        // It was there before somebody could tell that a session had done it.
        assert_eq!(line.outcome, "connected", "{line:?}");
        let own = sessions.values().filter(|session| session.email == line.email).count();
        assert_eq!(line.attempts, own, "{line:?}");
    }
}

#[test]
fn a_session_that_somebody_asked_for_by_hand_is_told_of_from_the_journal() {
    let service = sandbox("10m");
    let rows = vec![Mailbox::new("person0@hand.example", "google")];
    let field = Field::new(&service.url, "hand", rows, &[]);
    let gate = Arc::new(Mutex::new(()));
    let waits = gate.clone();
    let people = People::new(move |guest| {
        drop(waits.lock());
        (Act::Allow(guest.email.clone()), Duration::ZERO)
    });
    let closed = gate.lock().unwrap();
    let driven = Driven::start(field.tool(), &people);
    driven.until([("session", 1)]);
    driven.signal("KILL");
    driven.end();
    drop(closed);
    let id = people.sessions().into_keys().next().unwrap();
    field.placed(Tool::new(["status", &id])).run().expect(0);
    let run = Driven::start(field.tool(), &people).end().expect(0);
    hold(&field, "", &run);
    End { field: &field, sessions: &people.sessions(), before: &[], retries: 1 }.hold(&mut Figures::default());
    let events = run.events();
    assert!(events.len() == 2 && events[0]["source"] == "journal", "{run:#?}");
    assert_eq!(people.count(), 1);
}

#[test]
fn a_workspace_whose_last_page_of_accounts_is_full_is_like_any_other() {
    let service = sandbox("10m");
    let people = People::new(|guest| (Act::Allow(guest.email.clone()), Duration::ZERO));
    let rows = |from: usize, to: usize| {
        (from..to).map(|row| Mailbox::new(format!("person{row}@full.example"), "google")).collect()
    };
    for (from, to, skipped) in [(0, 100, None), (99, 101, Some(1))] {
        let field = Field::new(&service.url, "full", rows(from, to), &["--parallel", "20"]);
        let run = Driven::start(field.tool(), &people).end().expect(0);
        hold(&field, "", &run);
        assert_eq!(run.result()["counts"]["skipped"].as_u64(), skipped, "{run:#?}");
        assert_eq!(field.accounts().len(), to);
    }
    assert_eq!(people.count(), 101);
}
