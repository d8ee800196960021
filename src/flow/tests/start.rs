use jiff::Timestamp;

use super::*;
use crate::model::failure::Throttle;
use crate::model::provider::Provider;
use crate::model::session::{SessionId, Started};
use crate::model::starting::Starting;

/// What is said to each that asks for leave, and to each request. The last goes on for ever.
struct Script<'a> {
    clock: &'a Fake,
    entries: RefCell<VecDeque<Entry>>,
    replies: RefCell<VecDeque<Result<Started, Failure>>>,
    /// When leave was asked for, and how long one would have waited, in seconds.
    entered: RefCell<Vec<(u64, u64)>>,
    sent: Cell<u32>,
    left: Cell<u32>,
}

impl<'a> Script<'a> {
    fn new<const N: usize, const M: usize>(
        clock: &'a Fake,
        entries: [Entry; N],
        replies: [Result<Started, Failure>; M],
    ) -> Self {
        let (entries, replies) = (RefCell::new(entries.into()), RefCell::new(replies.into()));
        Self { clock, entries, replies, entered: RefCell::default(), sent: Cell::default(), left: Cell::default() }
    }

    /// Starts with a minute's patience.
    fn start(&self, notes: &Notes, stop: Option<Duration>) -> Result<(Started, Moment), NotStarted> {
        let mut shell = Shell { clock: self.clock, sink: notes, stop: At(self.clock, stop) };
        block_on(start(&mut shell, Starting::begin(SECOND * 60), self))
    }
}

fn next<T: Clone>(queue: &RefCell<VecDeque<T>>) -> T {
    let mut queue = queue.borrow_mut();
    if queue.len() > 1 { queue.pop_front().unwrap() } else { queue[0].clone() }
}

impl Starter for Script<'_> {
    async fn enter(&self, patience: Duration) -> Entry {
        self.entered.borrow_mut().push((self.clock.now.get().as_secs(), patience.as_secs()));
        next(&self.entries)
    }

    fn leave(&self) {
        self.left.set(self.left.get() + 1);
    }

    async fn init(&self) -> Result<Started, Failure> {
        self.sent.set(self.sent.get() + 1);
        next(&self.replies)
    }
}

fn wait(seconds: u32, look: u32, cause: Cause) -> Entry {
    let hold = Hold { wait: SECOND * seconds, until: Timestamp::UNIX_EPOCH, cause };
    Entry::Wait { hold, look: SECOND * look }
}

fn told(throttle: Throttle) -> Cause {
    Cause::Told { throttle, since: Timestamp::UNIX_EPOCH, provider: None, message: None, named: true }
}

fn line() -> Cause {
    Cause::Starts { limit: 75, provider: Provider::Google, address: false, ahead: 3 }
}

fn limited() -> Failure {
    Failure::Throttled { throttle: Throttle::Limit, after: Some(SECOND * 42), message: None }
}

fn started() -> Started {
    Started { id: SessionId::parse("s1").unwrap(), auth_url: String::new(), expires_at: None, server_now: None }
}

#[test]
fn a_start_waits_as_told_and_counts_down() {
    let (clock, notes) = (Fake::default(), Notes::default());
    let script = Script::new(
        &clock,
        [Entry::Go, wait(42, 50, told(Throttle::Limit)), Entry::Go],
        [Err(limited()), Ok(started())],
    );
    let (_, at) = script.start(&notes, None).unwrap();
    assert!(at >= Moment::from_origin(SECOND * 42) && at < Moment::from_origin(SECOND * 43), "{at:?}");
    assert_eq!(notes.events.borrow().as_slice(), ["waiting RateLimited 42 HTTP 429"]);
    let held = notes.drawn.borrow().iter().filter(|progress| progress.phase == Phase::Held(Why::RateLimited)).count();
    assert!(held >= 42, "a countdown of {held} steps");
    assert_eq!((script.sent.get(), script.left.get()), (2, 0));
}

#[test]
fn in_line_it_looks_again_as_often_as_it_is_told_to_and_says_only_what_is_new() {
    let (clock, notes) = (Fake::default(), Notes::default());
    let entries = [
        wait(30, 10, line()),
        wait(20, 10, line()),
        // Somebody was slower than foreseen, and then the service closed.
        wait(21, 5, line()),
        wait(25, 5, told(Throttle::Outage)),
        wait(1, 1, Cause::First { throttle: Throttle::Outage }),
        Entry::Go,
    ];
    let script = Script::new(&clock, entries, [Ok(started())]);
    script.start(&notes, None).unwrap();
    assert_eq!(
        notes.events.borrow().as_slice(),
        [
            "waiting Turn 30 a workspace may start 75 Google sessions a minute",
            "waiting Turn 21 a workspace may start 75 Google sessions a minute",
            "waiting Unavailable 25 HTTP 503"
        ]
    );
    let entered: Vec<_> = script.entered.borrow().iter().map(|(at, _)| *at).collect();
    assert_eq!(entered, [0, 10, 20, 25, 30, 31]);
    // What was waited is not waited again.
    let patience: Vec<_> = script.entered.borrow().iter().map(|(at, patience)| at + patience).collect();
    assert!(patience.iter().all(|sum| (59..=60).contains(sum)), "{patience:?}");
}

#[test]
fn a_wait_that_is_longer_than_patience_ends_at_once_and_the_place_is_given_back() {
    let (clock, notes) = (Fake::default(), Notes::default());
    let script = Script::new(&clock, [wait(50, 40, line()), wait(21, 1, line())], [Ok(started())]);
    let Err(NotStarted::Failed(Failure::Held(hold))) = script.start(&notes, None) else { panic!("it started") };
    assert_eq!((hold.wait, hold.cause), (SECOND * 21, line()));
    assert_eq!((script.sent.get(), script.left.get()), (0, 1));
    assert!(clock.now.get() < SECOND * 41);
}

#[test]
fn a_start_can_be_stopped_while_it_waits_and_gives_its_place_back() {
    let (clock, notes) = (Fake::default(), Notes::default());
    let script = Script::new(&clock, [wait(42, 42, told(Throttle::Outage))], [Ok(started())]);
    let result = script.start(&notes, Some(SECOND));
    assert!(matches!(result, Err(NotStarted::Stopped(Signal::Interrupt))));
    assert!(clock.now.get() < SECOND * 3);
    assert_eq!((script.sent.get(), script.left.get()), (0, 1));
}
