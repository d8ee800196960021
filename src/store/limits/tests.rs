mod many;
mod trouble;

use std::cell::Cell;
use std::fs;

use super::*;
use crate::model::limits::{Cause, LINE_WINDOW};
use crate::store::Kind;

const LIMITS: Limits = Limits { starts: 2, address_starts: 3, calls: 10 };
const SECOND: Duration = Duration::from_secs(1);
const LONG: Duration = Duration::from_secs(3600);
const GOOGLE: Provider = Provider::Google;
const MICROSOFT: Provider = Provider::Microsoft;

fn caller(workspace: &str) -> Caller {
    Caller {
        service: "https://api".into(),
        workspace: workspace.into(),
        limits: LIMITS,
        patience: SECOND * 15,
        uptime: || None,
    }
}

/// Some processes with one file between them, and a clock.
struct Machine {
    directory: tempfile::TempDir,
    now: Cell<Timestamp>,
}

impl Machine {
    fn new() -> Self {
        let now = Cell::new("2026-08-01T12:00:00Z".parse().unwrap());
        Self { directory: tempfile::tempdir().unwrap(), now }
    }

    fn process(&self) -> Journal {
        Journal::open(self.directory.path(), true, Kind::Real).unwrap()
    }

    fn pass(&self, time: Duration) {
        self.now.set(self.now.get() + time);
    }

    fn start(&self, journal: &Journal, caller: &Caller, provider: Provider, ticket: Option<Ticket>) -> Entry {
        journal.budget().start(caller, provider, ticket, LONG, || self.now.get()).unwrap()
    }

    /// What somebody is told who does not want to wait.
    fn held(&self, journal: &Journal, caller: &Caller, provider: Provider) -> Hold {
        let entry = journal.budget().start(caller, provider, None, Duration::ZERO, || self.now.get()).unwrap();
        let (ticket, hold) = wait(entry);
        assert_eq!(ticket, None);
        hold
    }

    /// Starts, and has the reply at once.
    fn started(&self, journal: &Journal, caller: &Caller, ticket: Option<Ticket>) -> Pass {
        let pass = go(self.start(journal, caller, GOOGLE, ticket));
        self.back(journal, caller, pass, &Answer::Passed);
        pass
    }

    fn call(&self, journal: &Journal, caller: &Caller) -> Turn {
        journal.budget().call(caller, Place::First, || self.now.get()).unwrap()
    }

    fn back(&self, journal: &Journal, caller: &Caller, pass: Pass, answer: &Answer) {
        journal.budget().back(&Back { caller, pass, answer, jitter: 1.0, at: self.now.get() }).unwrap();
    }
}

fn go(entry: Entry) -> Pass {
    match entry {
        Entry::Go(pass) => pass,
        Entry::Wait { hold, .. } => panic!("{hold:?}"),
    }
}

fn wait(entry: Entry) -> (Option<Ticket>, Hold) {
    match entry {
        Entry::Wait { ticket, hold, .. } => (ticket, hold),
        Entry::Go(_) => panic!("{entry:?}"),
    }
}

fn refused(after: Option<Duration>) -> Answer {
    Answer::Refused { throttle: Throttle::Limit, after, message: Some("slow down".into()) }
}

#[test]
fn processes_share_the_minute_and_come_in_line() {
    let machine = Machine::new();
    let [one, two, three] = [(); 3].map(|()| machine.process());
    let caller = caller("w");
    machine.started(&one, &caller, None);
    machine.pass(SECOND * 10);
    let flying = go(machine.start(&two, &caller, GOOGLE, None));
    let (first, hold) = wait(machine.start(&three, &caller, GOOGLE, None));
    assert_eq!(hold.cause, Cause::Starts { limit: 2, provider: GOOGLE, address: false, ahead: 0 });
    assert_eq!(hold.wait, LINE_WINDOW.saturating_sub(SECOND * 10));
    let (second, hold) = wait(machine.start(&one, &caller, GOOGLE, None));
    assert!(matches!(hold.cause, Cause::Starts { ahead: 1, .. }), "{hold:?}");
    // The other provider has a minute of its own.
    go(machine.start(&one, &caller, MICROSOFT, None));

    // A reservation counts from when its reply was in, and as long as it is not.
    machine.pass(LINE_WINDOW.saturating_sub(SECOND * 10));
    wait(machine.start(&one, &caller, GOOGLE, second));
    machine.started(&three, &caller, first);
    machine.back(&two, &caller, flying, &Answer::Nothing);
    let (_, hold) = wait(machine.start(&one, &caller, GOOGLE, second));
    assert_eq!(hold.wait, LINE_WINDOW);
    machine.pass(LINE_WINDOW);
    machine.started(&one, &caller, second);
    machine.started(&two, &caller, None);
    wait(machine.start(&two, &caller, GOOGLE, None));
}

#[test]
fn the_address_has_a_minute_for_all_workspaces() {
    let machine = Machine::new();
    let journal = machine.process();
    let [a, b, elsewhere] = ["a", "b", "a"].map(caller);
    let elsewhere = Caller { service: "https://other".into(), ..elsewhere };
    for caller in [&a, &a, &b] {
        machine.started(&journal, caller, None);
    }
    let (ticket, hold) = wait(machine.start(&journal, &b, GOOGLE, None));
    assert!(matches!(hold.cause, Cause::Starts { limit: 3, address: true, .. }), "{hold:?}");
    machine.started(&journal, &elsewhere, None);
    // A place that was given back is nobody's.
    journal.budget().leave(ticket.unwrap()).unwrap();
    let state = journal.budget().state(&b, machine.now.get()).unwrap();
    assert_eq!((state.starts[0].workspace, state.starts[0].address, state.starts[0].waiting), (1, 3, 0));
    assert_eq!(state.calls, 1, "a second's calls are those of the workspace");
}

#[test]
fn the_dead_hold_nobody_up_and_a_wait_that_is_too_long_leaves_no_trace() {
    let machine = Machine::new();
    let caller = caller("w");
    let [one, two] = [(); 2].map(|()| machine.process());
    machine.started(&one, &caller, None);
    machine.started(&one, &caller, None);
    let (ticket, _) = wait(machine.start(&one, &caller, GOOGLE, None));
    assert!(ticket.is_some());
    let before = fs::read(machine.directory.path().join("journal.db")).unwrap();
    let too_long = two.budget().start(&caller, GOOGLE, None, SECOND, || machine.now.get()).unwrap();
    assert!(matches!(too_long, Entry::Wait { ticket: None, .. }));
    assert!(fs::read(machine.directory.path().join("journal.db")).unwrap() == before);
    let (behind, _) = wait(machine.start(&two, &caller, GOOGLE, None));
    machine.pass(LINE_WINDOW);
    // Its process ends, and takes its sign of life with it.
    drop(one);
    machine.started(&two, &caller, behind);
    let state = two.budget().state(&caller, machine.now.get()).unwrap();
    assert_eq!((state.starts[0].workspace, state.starts[0].waiting), (1, 0));
}

#[test]
fn a_refusal_closes_the_gate_for_all_and_for_one_provider_only() {
    let machine = Machine::new();
    let [a, b] = ["a", "b"].map(caller);
    let one = machine.process();
    let pass = go(machine.start(&one, &a, GOOGLE, None));
    machine.back(&one, &a, pass, &refused(Some(SECOND * 1800)));
    drop(one);
    // Another process, later, of another workspace.
    let two = machine.process();
    machine.pass(SECOND * 100);
    let closed = || two.budget().closed(&b, Some(GOOGLE), || machine.now.get()).unwrap();
    let hold = closed().unwrap();
    assert!(hold.wait == SECOND * 1700 && hold.is_block(), "{hold:?}");
    let Cause::Told { provider, message, named, .. } = hold.cause else { panic!("{hold:?}") };
    assert_eq!((provider, message.as_deref(), named), (Some(GOOGLE), Some("slow down"), true));
    go(machine.start(&two, &b, MICROSOFT, None));
    assert!(matches!(machine.call(&two, &a), Turn::Go(_)));
    // The reservation of the one that was refused stays.
    assert_eq!(two.budget().state(&a, machine.now.get()).unwrap().starts[0].workspace, 0);
    machine.pass(SECOND * 1700);
    assert_eq!(closed(), None);
}

#[test]
fn after_a_refusal_one_goes_first_and_the_rest_once_it_has_succeeded() {
    let machine = Machine::new();
    let caller = Caller { limits: Limits::DOCUMENTED, ..caller("w") };
    let [one, two, three] = [(); 3].map(|()| machine.process());
    let pass = go(machine.start(&one, &caller, GOOGLE, None));
    machine.back(&one, &caller, pass, &refused(Some(SECOND * 30)));
    let (ahead, _) = wait(machine.start(&one, &caller, GOOGLE, None));
    let (next, _) = wait(machine.start(&two, &caller, GOOGLE, None));
    machine.pass(SECOND * 30);
    // Whoever came first goes first.
    let (_, hold) = wait(machine.start(&two, &caller, GOOGLE, next));
    assert!(matches!(hold.cause, Cause::First { .. }), "{hold:?}");
    let first = go(machine.start(&one, &caller, GOOGLE, ahead));
    wait(machine.start(&two, &caller, GOOGLE, next));
    // It fails for another reason: the next may try.
    machine.back(&one, &caller, first, &Answer::Nothing);
    let first = go(machine.start(&two, &caller, GOOGLE, next));
    machine.held(&three, &caller, GOOGLE);
    // It is refused again.
    machine.back(&two, &caller, first, &refused(None));
    let (ticket, hold) = wait(machine.start(&three, &caller, GOOGLE, None));
    assert_eq!(hold.wait, SECOND * 2, "the second in a row");
    machine.pass(SECOND * 2);
    let first = go(machine.start(&three, &caller, GOOGLE, ticket));
    // It does not come back: it is believed to be on its way for as long as its reply may take.
    for time in [SECOND, SECOND * 13] {
        machine.pass(time);
        let hold = machine.held(&two, &caller, GOOGLE);
        assert!(matches!(hold.cause, Cause::First { .. }) && hold.wait < SECOND, "{hold:?}");
    }
    machine.back(&three, &caller, first, &Answer::Passed);
    for journal in [&one, &two, &three] {
        machine.started(journal, &caller, None);
    }
}

#[test]
fn a_refused_poll_holds_its_workspace() {
    let machine = Machine::new();
    let [a, b] = ["a", "b"].map(caller);
    let journal = machine.process();
    let Turn::Go(pass) = machine.call(&journal, &a) else { panic!() };
    machine.back(&journal, &a, pass, &refused(Some(SECOND * 5)));
    assert!(matches!(machine.call(&journal, &a), Turn::Held(hold) if hold.wait == SECOND * 5));
    assert!(matches!(machine.call(&journal, &b), Turn::Go(_)));
    machine.held(&journal, &a, GOOGLE);
    go(machine.start(&journal, &b, GOOGLE, None));
    machine.pass(SECOND * 5);
    let Turn::Go(pass) = machine.call(&journal, &a) else { panic!() };
    assert!(matches!(machine.call(&journal, &a), Turn::Behind(Throttle::Limit, _)));
    machine.back(&journal, &a, pass, &Answer::Passed);
    assert!(matches!(machine.call(&journal, &a), Turn::Go(_)));
}

#[test]
fn calls_of_every_kind_share_the_second() {
    let machine = Machine::new();
    let caller = caller("w");
    let journal = machine.process();
    let mut passes: Vec<Pass> = (0..9)
        .map(|_| match machine.call(&journal, &caller) {
            Turn::Go(pass) => pass,
            turn => panic!("{turn:?}"),
        })
        .collect();
    passes.push(go(machine.start(&journal, &caller, GOOGLE, None)));
    let (_, hold) = wait(machine.start(&journal, &caller, GOOGLE, None));
    assert_eq!(hold.cause, Cause::Calls { turn: None });
    assert!(matches!(machine.call(&journal, &caller), Turn::At(..)));
    for pass in passes {
        machine.back(&journal, &caller, pass, &Answer::Passed);
    }
    machine.pass(SECOND);
    assert!(matches!(machine.call(&journal, &caller), Turn::At(..)));
    machine.pass(Duration::from_millis(10));
    assert!(matches!(machine.call(&journal, &caller), Turn::Go(_)));
}
