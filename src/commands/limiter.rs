//! The limits as a command minds them: with every process here, or where the journal cannot be used, by itself.

use std::cell::{Cell, OnceCell, RefCell};
use std::time::Duration;

use jiff::Timestamp;

use super::journal::Store;
use crate::api::{Client, Config};
use crate::flow::{Clock, Entry, Starter, System};
use crate::model::event::trace;
use crate::model::failure::Failure;
use crate::model::limits::{Answer, At, Cause, Hold, Limits, Place};
use crate::model::poll::Reply;
use crate::model::provider::Provider;
use crate::model::session::Started;
use crate::report::Reporter;
use crate::store::{Admission, Back, Budget, Caller, Fault, Memory, Pass, Ticket, Turn};

/// The longest that a request whose process was killed is believed to be on its way, whatever it was given.
const LONGEST_FLIGHT: Duration = Duration::from_secs(60);

/// How long to wait where another request goes first, alone, before looking whether it is back.
const A_MOMENT: Duration = Duration::from_millis(250);

/// How long to wait where even memory fails.
const A_WHILE: Duration = Duration::from_secs(1);

/// The limits, as they concern one workspace.
pub(super) struct Limiter<'a> {
    store: &'a Store,
    reporter: &'a Reporter,
    caller: Caller,
    memory: OnceCell<Memory>,
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

/// Where something is written down.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Books {
    Shared,
    Own,
}

impl<'a> Limiter<'a> {
    /// Those of the workspace that this key is of.
    pub(super) fn new(
        store: &'a Store,
        reporter: &'a Reporter,
        config: &Config,
        workspace: String,
        limits: Limits,
    ) -> Self {
        let service = config.base.to_string();
        let patience = config.timeout.min(LONGEST_FLIGHT);
        let caller = Caller { service, workspace, limits, patience, uptime: System::uptime };
        Self { store, reporter, caller, memory: OnceCell::new(), known: RefCell::default(), owed: RefCell::default() }
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
            // A turn is of those that gave it.
            None => match self.alone(|budget| call(budget, if place == Place::First { place } else { Place::New })) {
                Some(turn) => self.permit(turn, Books::Own),
                None => Err(hold(A_WHILE, Cause::Calls { turn: None })),
            },
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
        owed.retain(|Owed { pass, answer, jitter, at }| {
            let back = Back { caller: &self.caller, pass: *pass, answer, jitter: *jitter, at: *at };
            self.store.with(|journal| journal.budget().learn(&back)).is_none()
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

    /// Explains how things stand, where somebody wants to know.
    pub(super) fn trace(&self) {
        trace(self.reporter, 1, || {
            let state = self.with(|budget| budget.state(&self.caller, System.time()));
            state.map_or_else(|| "* limits: unknown".to_owned(), |(state, _)| format!("* limits: {state}"))
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

/// The start of one session.
pub(super) struct Start<'a> {
    limiter: &'a Limiter<'a>,
    client: &'a Client,
    provider: Provider,
    ticket: Cell<Option<(Ticket, Books)>>,
    permit: Cell<Option<Permit>>,
    /// When it was asked for.
    asked: Cell<Timestamp>,
}

impl<'a> Start<'a> {
    pub(super) fn new(limiter: &'a Limiter<'a>, client: &'a Client, provider: Provider) -> Self {
        let asked = Cell::new(System.time());
        Self { limiter, client, provider, ticket: Cell::default(), permit: Cell::default(), asked }
    }

    /// When the session was asked for.
    pub(super) fn asked(&self) -> Timestamp {
        self.asked.get()
    }
}

impl Starter for Start<'_> {
    fn enter(&self, patience: Duration) -> Entry {
        if let Some(hold) = self.limiter.barred(Some(self.provider)) {
            return Entry::Wait { look: hold.wait.min(A_WHILE), hold };
        }
        let Limiter { caller, .. } = self.limiter;
        let ticket = self.ticket.get();
        let enter = |books: Books| {
            let ticket = ticket.filter(|(_, given)| *given == books).map(|(ticket, _)| ticket);
            move |budget: &Budget<'_>| budget.start(caller, self.provider, ticket, patience, || System.time())
        };
        let entered = match self.limiter.store.with(|journal| enter(Books::Shared)(&journal.budget())) {
            Some(entered) => Some((entered, Books::Shared)),
            None => match self.limiter.closed(Some(self.provider)) {
                Some(hold) => return Entry::Wait { look: hold.wait.min(A_WHILE), hold },
                None => self.limiter.alone(enter(Books::Own)).map(|entered| (entered, Books::Own)),
            },
        };
        match entered {
            Some((Admission::Go(pass), books)) => {
                self.ticket.take();
                self.permit.set(Some(Permit { pass, books }));
                Entry::Go
            }
            Some((Admission::Wait { ticket, hold, look }, books)) => {
                self.limiter.remember(&hold);
                self.ticket.set(ticket.map(|ticket| (ticket, books)));
                Entry::Wait { hold, look }
            }
            None => Entry::Wait { hold: hold(A_WHILE, Cause::Calls { turn: None }), look: A_WHILE },
        }
    }

    fn leave(&self) {
        if let Some((ticket, Books::Shared)) = self.ticket.take() {
            self.limiter.store.with(|journal| journal.budget().leave(ticket));
        }
    }

    async fn init(&self) -> Result<Started, Failure> {
        self.asked.set(System.time());
        let result = self.client.init(self.provider).await;
        if let Some(permit) = self.permit.take() {
            self.limiter.back(permit, &result.as_ref().map_or_else(Answer::of, |_| Answer::Passed), System.time());
        }
        result
    }
}
