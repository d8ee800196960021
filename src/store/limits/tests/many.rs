use super::*;
use crate::model::record::Record;
use crate::model::session::SessionId;
use jiff::SignedDuration;

fn record(number: usize, now: Timestamp) -> Record {
    let id = SessionId::parse(&format!("s{number}")).unwrap();
    Record::met(id, "https://api".into(), "w".into(), SignedDuration::from_secs(600), now)
}

/// So many sessions that ask at once: how many go, and what the journal has of them.
fn ask(machine: &Machine, journal: &Journal, caller: &Caller, sessions: usize) -> (usize, usize) {
    let now = machine.now.get();
    let records: Vec<_> = (0..sessions).map(|number| (Journal::name().unwrap(), record(number, now))).collect();
    for (name, record) in &records {
        journal.begin(name, record, true, None, now).unwrap();
    }
    let departures: Vec<_> =
        records.iter().map(|(name, record)| Departure { name, record, place: Place::New }).collect();
    let told = journal.depart(&departures, caller, || now).unwrap();
    assert_eq!(told.len(), sessions);
    let go = told.iter().filter(|(turn, mark)| {
        assert_eq!(matches!(turn, Turn::Go(_)), *mark == Some(Mark::At(now)), "{turn:?} {mark:?}");
        mark.is_some()
    });
    let go = go.count();
    let unheard = |(name, _): &&(String, Record)| {
        let all = journal.all(now).unwrap();
        all.iter().any(|entry| entry.name == *name && entry.record.unheard && entry.record.asked == Some(now))
    };
    (go, records.iter().filter(unheard).count())
}

#[test]
fn many_that_ask_at_once_are_told_what_one_after_the_other_would_be() {
    for calls in [10, 100, 1000] {
        let limits = Limits { calls, ..LIMITS };
        let caller = Caller { limits, ..caller("w") };
        let (machine, other) = (Machine::new(), Machine::new());
        let (journal, alone) = (machine.process(), other.process());
        let (go, marked) = ask(&machine, &journal, &caller, 90);
        let call = |_| alone.budget().call(&caller, Place::New, || other.now.get()).unwrap();
        let one_by_one = (0..90).map(call).filter(|turn| matches!(turn, Turn::Go(_))).count();
        assert_eq!((go, marked), (one_by_one, one_by_one), "{calls}");
        assert!((5..=50).contains(&go), "{calls}: {go}");
        // A moment later there is no more room than one by one would find.
        machine.pass(SECOND / 2);
        other.pass(SECOND / 2);
        let (more, _) = ask(&machine, &journal, &caller, 90);
        let one_by_one = (0..90).map(call).filter(|turn| matches!(turn, Turn::Go(_))).count();
        assert_eq!(more, one_by_one, "{calls}");
    }
}

#[test]
fn many_starts_fill_the_minute_and_no_more() {
    // Below the limit nothing is read of those that were sent; at it, everything.
    for starts in [1, 2, 7, 50] {
        let limits = Limits { starts, address_starts: 2 * starts, calls: 1000 };
        let caller = Caller { limits, ..caller("w") };
        let machine = Machine::new();
        let journal = machine.process();
        let mut most = Vec::new();
        for _ in 0..3 {
            let begun = machine.now.get();
            let mut sent = 0;
            while let Entry::Go(pass) =
                journal.budget().start(&caller, GOOGLE, None, Duration::ZERO, || machine.now.get()).unwrap()
            {
                sent += 1;
                let back = Back { caller: &caller, pass, answer: &Answer::Passed, jitter: 0.0, at: machine.now.get() };
                journal.budget().back(&back).unwrap();
                machine.pass(SECOND / 100);
            }
            most.push(sent);
            machine.now.set(begun);
            machine.pass(LINE_WINDOW + SECOND);
        }
        assert_eq!(most, [starts; 3]);
    }
}

#[test]
fn what_was_tidy_a_moment_ago_is_unless_a_clock_was_set() {
    let here = |now: i64, up: Option<u64>| here::Here::new(At(now * 1000), up.map(Duration::from_millis));
    let before = here(10_000, Some(500));
    for (now, up, is_tidy) in [
        (10_000, Some(500), true),
        (10_900, Some(1400), true),
        (10_900, Some(1440), true),
        // A second later it is done again.
        (11_000, Some(1500), false),
        // Set back, set forward, and on a machine that cannot tell.
        (9_999, Some(600), false),
        (10_900, Some(600), false),
        (10_100, Some(1400), false),
        (10_100, None, false),
    ] {
        assert_eq!(before.was_just_now(here(now, up)), is_tidy, "{now} {up:?}");
    }
}
