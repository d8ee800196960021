mod settle;
mod start;
mod turns;

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use jiff::Timestamp;

use super::*;
use crate::model::event::{Event, Phase, Progress, Sink};
use crate::model::failure::{Failure, NetworkKind};
use crate::model::limits::{Cause, Hold, Place, Turn};
use crate::model::moment::Moment;
use crate::model::poll::{Reply, Suspicion, Terms, Verdict, Why};
use crate::model::session::Account;

const SECOND: Duration = Duration::from_secs(1);

/// A clock that moves a little whenever something waits for it, and that can jump.
#[derive(Default)]
struct Fake {
    now: Cell<Duration>,
    jump: Cell<Option<(Duration, Duration)>>,
}

const TICK: Duration = Duration::from_millis(10);

impl Fake {
    fn pass(&self) {
        let mut now = self.now.get() + TICK;
        // A machine's sleep: nothing ran, and it is much later.
        if let Some((at, by)) = self.jump.get().filter(|(at, _)| now >= *at) {
            now = at + by;
            self.jump.set(None);
        }
        self.now.set(now);
    }
}

struct Nap<'a> {
    clock: &'a Fake,
    left: Duration,
    seen: Duration,
}

impl Future for Nap<'_> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        if self.left.is_zero() {
            return Poll::Ready(());
        }
        // Of all that wait, the first to be asked again lets a little time pass for all of them.
        if self.clock.now.get() == self.seen {
            self.clock.pass();
        }
        // Timers do not notice a jump, just as the machine's do not.
        self.left = self.left.saturating_sub(TICK);
        self.seen = self.clock.now.get();
        context.waker().wake_by_ref();
        Poll::Pending
    }
}

impl Clock for Fake {
    fn moment(&self) -> Moment {
        Moment::from_origin(self.now.get())
    }

    fn time(&self) -> Timestamp {
        Timestamp::UNIX_EPOCH.saturating_add(self.now.get()).unwrap()
    }

    fn jitter(&self) -> f64 {
        0.0
    }

    fn sleep(&self, wait: Duration) -> impl Future<Output = ()> {
        Nap { clock: self, left: wait, seen: self.now.get() }
    }
}

/// A signal that comes at a time, or never.
struct At<'a>(&'a Fake, Option<Duration>);

impl Stop for At<'_> {
    async fn requested(&mut self) -> Signal {
        let (clock, at) = (self.0, self.1);
        std::future::poll_fn(|_| match at {
            Some(at) if clock.now.get() >= at => Poll::Ready(Signal::Interrupt),
            _ => Poll::Pending,
        })
        .await
    }
}

#[derive(Default)]
struct Notes {
    events: RefCell<Vec<String>>,
    drawn: RefCell<Vec<Progress>>,
    deserted: Cell<bool>,
}

impl Sink for Notes {
    fn emit(&self, event: Event) {
        self.events.borrow_mut().push(match event {
            Event::Waiting { why, wait, detail, .. } => format!("waiting {why:?} {} {detail}", wait.as_secs()),
            Event::Resumed => "resumed".into(),
            Event::Stopping(patience) => format!("stopping {}", patience.as_secs()),
            event => format!("{event:?}"),
        });
    }

    fn draw(&self, progress: Progress) {
        self.drawn.borrow_mut().push(progress);
    }

    fn frame(&self) -> Duration {
        SECOND
    }

    fn deserted(&self) -> bool {
        self.deserted.get()
    }

    fn verbosity(&self) -> u8 {
        0
    }
}

struct Case {
    clock: Fake,
    notes: Notes,
    stop: Option<Duration>,
    /// When to give up, in seconds.
    give_up: Option<u32>,
    /// What is answered, and after how long.
    replies: RefCell<VecDeque<(Duration, Reply)>>,
    /// When each request left.
    asked: RefCell<Vec<Duration>>,
}

impl Case {
    fn new<const N: usize>(replies: [(u64, Reply); N]) -> Self {
        let replies = replies.map(|(millis, reply)| (Duration::from_millis(millis), reply)).into();
        Self {
            clock: Fake::default(),
            notes: Notes::default(),
            stop: None,
            give_up: None,
            replies: RefCell::new(replies),
            asked: RefCell::default(),
        }
    }

    /// Watches for up to a minute of session. The last reply goes on for ever.
    fn watch(&self) -> Ended {
        self.watch_with(|_| None)
    }

    /// The same, with requests that may have to wait for so long before they leave.
    fn watch_with(&self, mut held: impl FnMut(Place) -> Option<Duration>) -> Ended {
        let give_up = self.give_up.map(|seconds| Moment::from_origin(SECOND * seconds));
        let terms = Terms { interval: SECOND * 5, end: Moment::from_origin(SECOND * 60), give_up };
        let mut shell = Shell { clock: &self.clock, sink: &self.notes, stop: At(&self.clock, self.stop) };
        block_on(watch(&mut shell, terms, None, async |limit: Duration, place: Place| {
            if let Some(wait) = held(place) {
                let until = self.clock.time().saturating_add(wait).unwrap();
                return Asked::NotYet(Hold { wait, until, cause: Cause::Calls { turn: Some(Turn(7)) } });
            }
            self.asked.borrow_mut().push(self.clock.now.get());
            let next = self.replies.borrow().front().cloned();
            if self.replies.borrow().len() > 1 {
                self.replies.borrow_mut().pop_front();
            }
            let (latency, reply) = next.unwrap();
            self.clock.sleep(latency.min(limit)).await;
            Asked::Reply(if latency > limit { lost() } else { reply })
        }))
    }

    fn events(&self) -> Vec<String> {
        self.notes.events.borrow().clone()
    }
}

fn block_on<F: Future>(future: F) -> F::Output {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(future)
}

fn network() -> Reply {
    Reply::Failed(Failure::Network { kind: NetworkKind::Connect, detail: "refused".into(), sent: false })
}

fn account() -> Account {
    Account { email: Some("ada@acme.com".into()), name: None }
}

fn connected() -> Reply {
    Reply::Success(account())
}

fn lost() -> Reply {
    Reply::Failed(Failure::Network { kind: NetworkKind::Timeout, detail: "cut".into(), sent: true })
}

#[test]
fn it_polls_once_an_interval_until_there_is_a_verdict() {
    let case = Case::new([(0, Reply::Pending), (0, Reply::Pending), (0, connected())]);
    assert!(matches!(case.watch(), Ended::Verdict(Verdict::Connected(_))));
    let asked = case.asked.borrow();
    assert_eq!(asked.len(), 3);
    assert!(asked.windows(2).all(|pair| pair[1] >= pair[0] + SECOND * 5), "{asked:?}");
    let drawn = case.notes.drawn.borrow();
    assert!(drawn.iter().all(|progress| progress.phase == Phase::Person(Why::Interval)));
    assert!(drawn.windows(2).all(|pair| pair[1].left <= pair[0].left), "the time left runs down");
}

#[test]
fn a_machine_that_sleeps_through_the_end_asks_once_more_and_ends() {
    let case = Case::new([(0, Reply::Pending)]);
    case.clock.jump.set(Some((SECOND * 12, SECOND * 3600)));
    assert_eq!(case.watch(), Ended::Verdict(Verdict::Expired { status: None }));
    let asked = case.asked.borrow();
    assert!(asked.len() == 4 && asked[3] > SECOND * 3600, "{asked:?}");
    assert!(case.clock.now.get() < SECOND * 3620, "it ended at once: {:?}", case.clock.now.get());
}

#[test]
fn a_change_is_told_once_and_its_end_too() {
    let case = Case::new([(0, Reply::Pending), (0, network()), (0, network()), (0, Reply::Pending), (0, connected())]);
    case.watch();
    assert_eq!(case.events(), ["waiting Network 5 no connection: refused", "resumed"]);
}

#[test]
fn a_stop_while_waiting_ends_at_once_and_asks_nothing_more() {
    let case = Case { stop: Some(SECOND * 7), ..Case::new([(0, Reply::Pending)]) };
    assert_eq!(case.watch(), Ended::Stopped(Signal::Interrupt, Last::Nothing));
    assert_eq!((case.asked.borrow().len(), case.events().len()), (2, 0));
}

#[test]
fn a_reply_in_flight_may_still_bring_the_result_for_two_seconds() {
    for (latency, brings) in [(2000, Last::Verdict(Verdict::Connected(account()))), (9000, Last::Unheard)] {
        let case = Case { stop: Some(SECOND), ..Case::new([(latency, connected())]) };
        assert_eq!(case.watch(), Ended::Stopped(Signal::Interrupt, brings), "{latency}");
        assert_eq!(case.events(), ["stopping 2"]);
    }
}

#[test]
fn a_404_in_flight_after_a_lost_reply_is_not_taken_for_a_session_that_goes_on() {
    let missing = Reply::Failed(Failure::NotFound { message: None });
    let case = Case { stop: Some(SECOND * 6), ..Case::new([(0, lost()), (1500, missing)]) };
    assert!(matches!(case.watch(), Ended::Stopped(_, Last::Lost(Suspicion::LostReply(_)))));
}

#[test]
fn a_reply_that_never_comes_does_not_hold_up_the_end() {
    // Giving up after ten seconds leaves it two more; the session's end leaves room for a last request.
    for (give_up, asked, over) in [(Some(10), 1, 12), (None, 2, 70)] {
        let case = Case { give_up, ..Case::new([(1_000_000, connected())]) };
        let ended = case.watch();
        assert_eq!(case.asked.borrow().len(), asked, "{give_up:?}: {ended:?}");
        assert!(case.clock.now.get() < SECOND * (over + 1), "{give_up:?}: {:?}", case.clock.now.get());
    }
}

#[test]
fn nothing_is_read_for_nobody() {
    let case = Case::new([(0, connected())]);
    case.notes.deserted.set(true);
    assert_eq!(case.watch(), Ended::Deserted);
    assert!(case.asked.borrow().is_empty());
}

#[test]
fn a_lost_result_is_handed_on() {
    let lost = Failure::Unusable { what: "cut".into() };
    let missing = Reply::Failed(Failure::NotFound { message: None });
    let case = Case::new([(0, Reply::Failed(lost.clone())), (0, missing)]);
    assert_eq!(case.watch(), Ended::Lost(Suspicion::LostReply(lost.to_string())));
}
