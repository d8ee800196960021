//! The limits as a command minds them: with every process here, or where the journal cannot be used, by itself.

use std::cell::{OnceCell, RefCell};
use std::collections::HashSet;
use std::rc::Rc;
use std::time::Duration;

use jiff::Timestamp;

use super::journal::Store;
use crate::api::Config;
use crate::flow::{Clock, Entry, System};
use crate::model::event::trace;
use crate::model::failure::Failure;
use crate::model::limits::{Answer, At, Cause, Hold, Limits, Place, State};
use crate::model::poll::Reply;
use crate::model::provider::Provider;
use crate::report::Reporter;
use crate::store::{Admission, Back, Budget, Caller, Fault, Memory, Pass, Ticket, Turn};

/// The longest that a request whose process was killed is believed to be on its way, whatever it was given.
const LONGEST_FLIGHT: Duration = Duration::from_secs(60);

/// How long to wait where another request goes first, alone, before looking whether it is back.
const A_MOMENT: Duration = Duration::from_millis(250);

/// How long to wait where even memory fails.
const A_WHILE: Duration = Duration::from_secs(1);

/// The limits, as they concern one workspace.
pub(super) struct Limiter {
    store: Rc<Store>,
    reporter: Rc<Reporter>,
    caller: Caller,
    memory: OnceCell<Memory>,
    /// The turns that were given from memory and not taken yet.
    own_turns: RefCell<HashSet<i64>>,
    /// What the service has said, as far as this process has read it.
    known: RefCell<Vec<Hold>>,
    /// What it has said to this process and could not be written down for the others yet.
    owed: RefCell<Vec<Owed>>,
}

/// A refusal that is yet to be written down: of which request, when, and as what.
struct Owed {
    pass: Pass,
    answer: Answer,
    jitter: f64,
    at: Timestamp,
}

/// A request that may leave, and where that is written down.
#[derive(Clone, Copy)]
pub(super) struct Permit {
    pass: Pass,
    books: Books,
}

/// A place in the line of those who want to start a session.
#[derive(Clone, Copy)]
pub(super) struct InLine {
    ticket: Ticket,
    books: Books,
}

/// What somebody is told who wants to start a session, and what there is to be kept of it.
pub(super) struct Entered {
    pub(super) entry: Entry,
    pub(super) place: Option<InLine>,
    pub(super) permit: Option<Permit>,
}

/// Where something is written down.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Books {
    Shared,
    Own,
}

impl Limiter {
    /// Those of the workspace that this key is of.
    pub(super) fn new(
        store: Rc<Store>,
        reporter: Rc<Reporter>,
        config: &Config,
        workspace: String,
        limits: Limits,
    ) -> Self {
        let service = config.base.to_string();
        let patience = config.timeout.min(LONGEST_FLIGHT);
        let caller = Caller { service, workspace, limits, patience, uptime: System::uptime };
        let (memory, own_turns) = (OnceCell::new(), RefCell::default());
        Self { store, reporter, caller, memory, own_turns, known: RefCell::default(), owed: RefCell::default() }
    }

    /// Does something with the limits: those that all share, or else this process's own.
    fn with<T>(&self, act: impl Fn(&Budget<'_>) -> Result<T, Fault>) -> Option<(T, Books)> {
        if let Some(done) = self.store.with(|journal| act(&journal.budget())) {
            return Some((done, Books::Shared));
        }
        self.alone(act).map(|done| (done, Books::Own))
    }

    fn alone<T>(&self, act: impl Fn(&Budget<'_>) -> Result<T, Fault>) -> Option<T> {
        if self.memory.get().is_none() {
            let _ = self.memory.set(Memory::new().ok()?);
        }
        act(&self.memory.get()?.budget()).ok()
    }

    /// What keeps sessions of this provider from being started until a time that the service named; without one, what keeps
    /// any other call from being made. What was read before counts where nothing can be read any more.
    pub(super) fn closed(&self, provider: Option<Provider>) -> Option<Hold> {
        match self.store.with(|journal| journal.budget().closed(&self.caller, provider, || System.time())) {
            Some(hold) => hold.inspect(|hold| self.remember(hold)),
            None => self.known.borrow().iter().filter(|hold| hold.is_of(provider)).find_map(|hold| {
                let wait = Duration::try_from(hold.until.duration_since(System.time())).ok()?;
                Some(Hold { wait, ..hold.clone() }).filter(|hold| !hold.wait.is_zero())
            }),
        }
    }

    /// Keeps what the service was told to have said.
    fn remember(&self, hold: &Hold) {
        if matches!(hold.cause, Cause::Told { .. }) {
            let mut known = self.known.borrow_mut();
            known.retain(|known| !known.is_like(hold));
            known.push(hold.clone());
        }
    }

    /// Who asks.
    pub(super) const fn caller(&self) -> &Caller {
        &self.caller
    }

    /// Asks for leave to make a call that starts no session.
    pub(super) fn call(&self, place: Place) -> Result<Permit, Hold> {
        if let Some(hold) = self.barred(None) {
            return Err(hold);
        }
        let call = |budget: &Budget<'_>, place| budget.call(&self.caller, place, || System.time());
        if let Some(turn) = self.store.with(|journal| call(&journal.budget(), place)) {
            return self.permit(turn, Books::Shared);
        }
        match self.closed(None) {
            Some(hold) => Err(hold),
            None => match self.alone(|budget| call(budget, self.own(place))) {
                Some(turn) => {
                    if let Turn::At(_, Some(turn)) = &turn {
                        self.own_turns.borrow_mut().insert(turn.0);
                    }
                    self.permit(turn, Books::Own)
                }
                None => Err(hold(A_WHILE, Cause::Calls { turn: None })),
            },
        }
    }

    /// The same place, as it counts in memory: a turn is of those that gave it.
    fn own(&self, place: Place) -> Place {
        match place {
            Place::Given(turn) if !self.own_turns.borrow_mut().remove(&turn.0) => Place::New,
            place => place,
        }
    }

    /// Asks for leave to start a session, from this place in the line, or from its end. One who is to wait for up to
    /// `patience` keeps a place in the line for that.
    pub(super) fn enter(&self, provider: Provider, place: Option<InLine>, patience: Duration) -> Entered {
        if let Some(hold) = self.barred(Some(provider)) {
            return Entered { entry: Entry::Wait { look: hold.wait.min(A_WHILE), hold }, place, permit: None };
        }
        let wait = |hold: Hold| Entry::Wait { look: hold.wait.min(A_WHILE), hold };
        let enter = |books: Books| {
            let ticket = place.filter(|place| place.books == books).map(|place| place.ticket);
            move |budget: &Budget<'_>| budget.start(&self.caller, provider, ticket, patience, || System.time())
        };
        let entered = match self.store.with(|journal| enter(Books::Shared)(&journal.budget())) {
            Some(entered) => Some((entered, Books::Shared)),
            None => match self.closed(Some(provider)) {
                Some(hold) => return Entered { entry: wait(hold), place, permit: None },
                None => self.alone(enter(Books::Own)).map(|entered| (entered, Books::Own)),
            },
        };
        match entered {
            Some((Admission::Go(pass), books)) => {
                Entered { entry: Entry::Go, place: None, permit: Some(Permit { pass, books }) }
            }
            Some((Admission::Wait { ticket, hold, look }, books)) => {
                self.remember(&hold);
                let place = ticket.map(|ticket| InLine { ticket, books });
                Entered { entry: Entry::Wait { hold, look }, place, permit: None }
            }
            None => Entered { entry: wait(hold(A_WHILE, Cause::Calls { turn: None })), place, permit: None },
        }
    }

    /// Gives a place in the line back.
    pub(super) fn leave(&self, place: InLine) {
        if place.books == Books::Shared {
            self.store.with(|journal| journal.budget().leave(place.ticket));
        }
    }

    /// What somebody has been told who asked for leave together with something else.
    pub(super) fn shared(&self, turn: Turn) -> Result<Permit, Hold> {
        self.permit(turn, Books::Shared)
    }

    fn permit(&self, turn: Turn, books: Books) -> Result<Permit, Hold> {
        let left = |at: At| at.left(System.time().into());
        match turn {
            Turn::Go(pass) => Ok(Permit { pass, books }),
            Turn::Held(hold) => {
                self.remember(&hold);
                Err(hold)
            }
            Turn::At(at, turn) => Err(hold(left(at), Cause::Calls { turn })),
            Turn::Behind(throttle, at) => Err(hold(left(at).min(A_MOMENT), Cause::First { throttle })),
        }
    }

    /// Writes down what came back at this time.
    pub(super) fn back(&self, Permit { pass, books }: Permit, answer: &Answer, at: Timestamp) {
        let back = Back { caller: &self.caller, pass, answer, jitter: System.jitter(), at };
        let done = match books {
            Books::Shared => self.store.with(|journal| journal.budget().back(&back)),
            Books::Own => self.alone(|budget| budget.back(&back)),
        };
        if done.is_none() && self.store.is_grouped() {
            // It is done again, by itself.
            return;
        }
        if done.is_none() && matches!(answer, Answer::Refused { .. }) {
            // At least this process stays away, and the others as soon as they can be told.
            self.alone(|budget| budget.learn(&back));
        }
        if (done.is_none() || books == Books::Own) && matches!(answer, Answer::Refused { .. }) {
            self.owed.borrow_mut().push(Owed { pass, answer: answer.clone(), jitter: back.jitter, at });
        }
    }

    /// What this process alone knows to keep a request back. What the others do not know yet is written down for them, if
    /// that can be done by now.
    pub(super) fn barred(&self, provider: Option<Provider>) -> Option<Hold> {
        let mut owed = self.owed.borrow_mut();
        // Together with other acts it could be undone again.
        let may_tell = !self.store.is_grouped();
        owed.retain(|Owed { pass, answer, jitter, at }| {
            let back = Back { caller: &self.caller, pass: *pass, answer, jitter: *jitter, at: *at };
            !may_tell || self.store.with(|journal| journal.budget().learn(&back)).is_none()
        });
        let memory = self.memory.get()?;
        memory.budget().closed(&self.caller, provider, || System.time()).ok()?
    }

    /// Makes a call once it may be made. Fails where the service said to stay away.
    pub(super) async fn through<T>(&self, call: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
        let mut place = Place::New;
        let permit = loop {
            match self.call(place) {
                Ok(permit) => break permit,
                Err(hold) if matches!(hold.cause, Cause::Told { .. }) => return Err(Failure::Held(hold)),
                Err(hold) => {
                    System.sleep(hold.wait).await;
                    place = hold.cause.place();
                }
            }
        };
        let result = call.await;
        self.back(permit, &result.as_ref().map_or_else(Answer::of, |_| Answer::Passed), System.time());
        result
    }

    /// How things stand, as far as that can be read.
    pub(super) fn state(&self) -> Option<State> {
        self.with(|budget| budget.state(&self.caller, System.time())).map(|(state, _)| state)
    }

    /// Explains how things stand, where somebody wants to know.
    pub(super) fn trace(&self) {
        trace(&*self.reporter, 1, || {
            self.state().map_or_else(|| "* limits: unknown".to_owned(), |state| format!("* limits: {state}"))
        });
    }
}

impl Permit {
    /// The reservation, where every process sees it.
    pub(super) fn shared(self) -> Option<Pass> {
        (self.books == Books::Shared).then_some(self.pass)
    }
}

fn hold(wait: Duration, cause: Cause) -> Hold {
    Hold { wait, until: System.time().saturating_add(wait).unwrap_or_default(), cause }
}

/// What a reply says about limits.
pub(super) fn answer(reply: &Reply) -> Answer {
    match reply {
        Reply::Failed(failure) => Answer::of(failure),
        _ => Answer::Passed,
    }
}
