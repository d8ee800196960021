//! Where many sessions of one process have what they write put together: a transaction costs the same for one as for
//! hundreds, most of it the disk's time.
//!
//! Nobody waits long for others: as soon as there is a lot to write it is written, and otherwise after a moment.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use tokio::sync::{Notify, Semaphore, SemaphorePermit, oneshot};
use tokio::time::Instant;

use super::journal::Store;
use super::limiter::Limiter;
use crate::flow::{Clock, System};
use crate::model::limits::Place;
use crate::model::record::Record;
use crate::store::{Departure, Mark, Turn};

/// How many requests are out at once: enough for the limit of a second with replies that take more than one.
const SLOTS: usize = 128;

/// So much is a lot.
const MANY: usize = SLOTS;

/// How long anybody waits for others, and how long what nobody waits for is left.
const MOMENT: Duration = Duration::from_millis(50);
const WHILE: Duration = Duration::from_millis(250);

/// With fewer sessions than this nobody waits for others: there are none.
const FEW: usize = 8;

/// What a session is told that wants to ask for its state; none where it has to see for itself.
pub(super) type Told = Option<(Turn, Option<Mark>)>;

/// The desk.
pub(super) struct Desk {
    store: Rc<Store>,
    limiter: Rc<Limiter>,
    moment: Duration,
    waiting: RefCell<Waiting>,
    /// Somebody has come.
    called: Notify,
    slots: Semaphore,
}

/// What is to be written, in the order in which it came.
#[derive(Default)]
struct Waiting {
    acts: Vec<Act>,
    departures: Vec<Leaving>,
    /// When the first of those came for which somebody waits, and the first of the others.
    since: Option<Instant>,
    left_since: Option<Instant>,
}

/// Something to be written.
struct Act {
    act: Box<dyn Fn()>,
    done: Option<oneshot::Sender<()>>,
}

/// A request that wants to leave.
struct Leaving {
    name: Rc<str>,
    record: Rc<RefCell<Record>>,
    place: Place,
    told: oneshot::Sender<Told>,
}

impl Desk {
    /// For this many sessions at once.
    pub(super) fn new(store: Rc<Store>, limiter: Rc<Limiter>, sessions: usize) -> Self {
        let moment = if sessions < FEW { Duration::ZERO } else { MOMENT };
        let (waiting, called, slots) = (RefCell::default(), Notify::new(), Semaphore::new(SLOTS));
        Self { store, limiter, moment, waiting, called, slots }
    }

    /// Whether a request is out.
    pub(super) fn is_asking(&self) -> bool {
        self.slots.available_permits() < SLOTS
    }

    /// Waits until one more request may be out.
    pub(super) async fn slot(&self) -> Option<SemaphorePermit<'_>> {
        self.slots.acquire().await.ok()
    }

    /// Writes something down, and waits until that is done.
    pub(super) async fn write<T: 'static>(&self, act: impl Fn() -> T + 'static) -> T {
        let result = Rc::new(RefCell::new(None));
        let (done, is_done) = oneshot::channel();
        let kept = result.clone();
        self.add(Act {
            act: Box::new(move || {
                let result = act();
                *kept.borrow_mut() = Some(result);
            }),
            done: Some(done),
        });
        // Whoever is to write it does so before anything else can end.
        let _ = is_done.await;
        match result.take() {
            Some(result) => result,
            None => std::future::pending().await,
        }
    }

    /// Writes something down, sooner or later.
    pub(super) fn note(&self, act: impl Fn() + 'static) {
        self.add(Act { act: Box::new(act), done: None });
    }

    fn add(&self, act: Act) {
        let mut waiting = self.waiting.borrow_mut();
        let now = Instant::now();
        let since = if act.done.is_some() { &mut waiting.since } else { &mut waiting.left_since };
        since.get_or_insert(now);
        waiting.acts.push(act);
        self.called.notify_one();
    }

    /// Asks to make a request for a session's state, and writes down that it is about to leave.
    pub(super) async fn depart(&self, name: Rc<str>, record: Rc<RefCell<Record>>, place: Place) -> Told {
        let (told, is_told) = oneshot::channel();
        {
            let mut waiting = self.waiting.borrow_mut();
            waiting.since.get_or_insert_with(Instant::now);
            waiting.departures.push(Leaving { name, record, place, told });
        }
        self.called.notify_one();
        is_told.await.ok().flatten()
    }

    /// Writes, for as long as it is polled.
    pub(super) async fn serve(&self) -> std::convert::Infallible {
        loop {
            match self.due() {
                None => self.called.notified().await,
                Some(at) if at <= Instant::now() => self.flush(),
                Some(at) => tokio::select! {
                    () = self.called.notified() => {}
                    () = tokio::time::sleep_until(at) => {}
                },
            }
        }
    }

    /// When what waits is to be written; none where nothing does.
    fn due(&self) -> Option<Instant> {
        let waiting = self.waiting.borrow();
        if waiting.acts.len() + waiting.departures.len() >= MANY {
            return waiting.since.or(waiting.left_since);
        }
        let awaited = waiting.since.map(|since| since + self.moment);
        let left = waiting.left_since.map(|since| since + WHILE);
        awaited.into_iter().chain(left).min()
    }

    /// Writes all that waits.
    pub(super) fn flush(&self) {
        let Waiting { acts, departures, .. } = self.waiting.take();
        if acts.is_empty() && departures.is_empty() {
            return;
        }
        let told = RefCell::default();
        let is_done = self.store.together(|| {
            for act in &acts {
                (act.act)();
            }
            told.replace(self.let_leave(&departures));
        });
        if !is_done {
            // One by one, each of them finds out what is wrong.
            told.take();
            for act in &acts {
                (act.act)();
            }
        }
        for done in acts.into_iter().filter_map(|act| act.done) {
            // Whoever has gone needs not be told.
            let _ = done.send(());
        }
        let mut told = told.into_inner().into_iter();
        for leaving in departures {
            let _ = leaving.told.send(told.next());
        }
    }

    fn let_leave(&self, departures: &[Leaving]) -> Vec<(Turn, Option<Mark>)> {
        if departures.is_empty() {
            return Vec::new();
        }
        let records: Vec<_> = departures.iter().map(|leaving| leaving.record.borrow()).collect();
        let departures = departures.iter().zip(&records);
        let departures: Vec<_> = departures
            .map(|(leaving, record)| Departure { name: &leaving.name, record, place: leaving.place })
            .collect();
        let caller = self.limiter.caller();
        self.store.with(|journal| journal.depart(&departures, caller, || System.time())).unwrap_or_default()
    }
}
