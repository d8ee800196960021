use std::path::Path;
use std::thread;

use jiff::SignedDuration;

use super::*;

#[test]
fn a_clock_that_is_set_back_holds_nobody_longer_than_a_window() {
    let machine = Machine::new();
    let caller = caller("w");
    let journal = machine.process();
    machine.started(&journal, &caller, None);
    machine.started(&journal, &caller, None);
    let pass = go(machine.start(&journal, &caller, MICROSOFT, None));
    machine.back(&journal, &caller, pass, &refused(Some(SECOND * 600)));
    machine.now.set(machine.now.get() - SignedDuration::from_hours(10));
    let held = |provider| machine.held(&journal, &caller, provider).wait;
    assert_eq!(held(MICROSOFT), SECOND * 600);
    assert_eq!(held(GOOGLE), LINE_WINDOW);
    machine.pass(LINE_WINDOW);
    assert_eq!(held(MICROSOFT), (SECOND * 600).saturating_sub(LINE_WINDOW), "it runs down");
    machine.pass(SECOND * 600);
    go(machine.start(&journal, &caller, MICROSOFT, None));
}

#[test]
fn without_a_file_a_process_keeps_the_limits_by_itself() {
    let machine = Machine::new();
    let caller = caller("");
    let memory = Memory::new().unwrap();
    let start = |ticket| memory.budget().start(&caller, GOOGLE, ticket, LONG, || machine.now.get()).unwrap();
    go(start(None));
    go(start(None));
    let (ticket, hold) = wait(start(None));
    assert_eq!(hold.wait, LINE_WINDOW, "as if they were answered now");
    machine.pass(SECOND * 15 + LINE_WINDOW);
    go(start(ticket));
}

#[test]
fn side_by_side_no_more_start_than_may() {
    const PROCESSES: usize = 8;
    let machine = Machine::new();
    let (directory, now) = (machine.directory.path(), machine.now.get());
    let caller = caller("w");
    let race = |directory: &Path| {
        let journal = Journal::open(directory, true, Kind::Real).unwrap();
        let entry = journal.budget().start(&caller, GOOGLE, None, LONG, || now).unwrap();
        // It lives until all have tried.
        (matches!(entry, Entry::Go(_)), journal)
    };
    let entered: Vec<_> = thread::scope(|scope| {
        let threads: Vec<_> = (0..PROCESSES).map(|_| scope.spawn(|| race(directory).0)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert_eq!(entered.iter().filter(|went| **went).count(), LIMITS.starts);
}

#[test]
fn a_damaged_file_takes_no_block_with_it() {
    let machine = Machine::new();
    let caller = caller("w");
    let journal = machine.process();
    let pass = go(machine.start(&journal, &caller, GOOGLE, None));
    machine.back(&journal, &caller, pass, &refused(Some(SECOND * 1800)));
    journal.file().read(|connection| Ok(connection.execute_batch("DROP TABLE secret")?)).unwrap();
    drop(journal);
    let journal = machine.process();
    journal.workspace("https://api", "k").unwrap();
    assert_eq!(journal.notices().len(), 1, "it was set aside");
    assert!(journal.budget().closed(&caller, Some(GOOGLE), || machine.now.get()).unwrap().is_some());
    assert_eq!(journal.budget().state(&caller, machine.now.get()).unwrap().starts[0].workspace, 1);
}

#[test]
fn a_clock_that_is_set_forward_makes_no_minute_shorter() {
    thread_local! {
        static UP: Cell<(u64, Duration)> = const { Cell::new((1, SECOND)) };
    }
    let machine = Machine::new();
    let uptime = || {
        let (boot, up) = UP.get();
        Some(Uptime { boot: boot.to_string(), up })
    };
    let caller = Caller { uptime, ..caller("w") };
    let journal = machine.process();
    let up = |by| UP.set((UP.get().0, UP.get().1 + by));
    let left = || machine.held(&journal, &caller, GOOGLE).wait;
    machine.started(&journal, &caller, None);
    machine.started(&journal, &caller, None);
    let (ticket, _) = wait(machine.start(&journal, &caller, GOOGLE, None));
    // Ten seconds pass, in which the clock is set forward by an hour.
    machine.pass(SECOND * 3610);
    up(SECOND * 10);
    let (place, foreseen) = wait(machine.start(&journal, &caller, GOOGLE, ticket));
    assert_eq!(foreseen.wait, LINE_WINDOW.saturating_sub(SECOND * 10));
    machine.pass(SECOND * 20);
    up(SECOND * 20);
    journal.budget().leave(place.unwrap()).unwrap();
    assert_eq!(left(), LINE_WINDOW.saturating_sub(SECOND * 30));
    // The machine starts anew: how long that took only the clock knows.
    machine.pass(SECOND * 20);
    UP.set((2, SECOND * 5));
    assert_eq!(left(), LINE_WINDOW.saturating_sub(SECOND * 50));
    machine.pass(SECOND * 20);
    up(SECOND * 20);
    machine.started(&journal, &caller, None);
}

#[test]
fn those_who_do_not_come_when_it_is_their_turn_lose_it() {
    let machine = Machine::new();
    let caller = caller("w");
    // One is stopped, and of the other nobody can tell whether it is alive.
    let [stopped, journal] = [(); 2].map(|()| machine.process());
    machine.started(&journal, &caller, None);
    machine.started(&journal, &caller, None);
    let (place, _) = wait(machine.start(&stopped, &caller, GOOGLE, None));
    let (unknown, _) = wait(machine.start(&stopped, &caller, GOOGLE, None));
    let nobody = "UPDATE start SET owner = NULL WHERE number = (SELECT max(number) FROM start)";
    journal.file().read(|connection| Ok(connection.execute_batch(nobody)?)).unwrap();
    let (mut ticket, _) = wait(machine.start(&journal, &caller, GOOGLE, None));
    machine.pass(LINE_WINDOW);
    let mut looks = 0;
    let pass = loop {
        match machine.start(&journal, &caller, GOOGLE, ticket) {
            Entry::Go(pass) => break pass,
            Entry::Wait { ticket: still, look, .. } => {
                (ticket, looks) = (still, looks + 1);
                machine.pass(look);
            }
        }
    };
    machine.back(&journal, &caller, pass, &Answer::Passed);
    assert!(looks < 8, "{looks}");
    // Should they come after all, they have not been forgotten for good.
    assert!(place.is_some() && unknown.is_some());
    machine.started(&stopped, &caller, place);
    let (late, _) = wait(machine.start(&stopped, &caller, GOOGLE, unknown));
    assert!(late.is_some() && late != unknown);
}

#[test]
fn the_dead_in_line_make_no_wait_too_long() {
    let machine = Machine::new();
    let caller = caller("w");
    let [one, two] = [(); 2].map(|()| machine.process());
    machine.started(&two, &caller, None);
    machine.started(&two, &caller, None);
    for _ in 0..2 {
        wait(machine.start(&one, &caller, GOOGLE, None));
    }
    let start = || two.budget().start(&caller, GOOGLE, None, SECOND * 90, || machine.now.get()).unwrap();
    assert!(matches!(start(), Entry::Wait { ticket: None, .. }));
    drop(one);
    assert!(matches!(start(), Entry::Wait { ticket: Some(_), .. }));
}

#[test]
fn times_that_make_no_sense_hold_nobody_for_long() {
    let machine = Machine::new();
    let caller = caller("w");
    let journal = machine.process();
    machine.started(&journal, &caller, None);
    machine.started(&journal, &caller, None);
    let pass = go(machine.start(&journal, &caller, MICROSOFT, None));
    machine.back(&journal, &caller, pass, &refused(Some(SECOND * 600)));
    let nonsense = "UPDATE start SET done = 9000000000000000000; UPDATE call SET done = 9000000000000000000; \
                    UPDATE gate SET until = 9000000000000000000";
    journal.file().read(|connection| Ok(connection.execute_batch(nonsense)?)).unwrap();
    machine.call(&journal, &caller);
    assert_eq!(machine.held(&journal, &caller, GOOGLE).wait, LINE_WINDOW);
    assert_eq!(machine.held(&journal, &caller, MICROSOFT).wait, SECOND * 24 * 3600);
}
