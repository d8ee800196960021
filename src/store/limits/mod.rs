//! What was sent when, who waits for its turn, and what the service said about limits: shared by every process that uses
//! the file. A reservation is made in one transaction with the decision, before the request leaves, and stays whatever
//! becomes of it.

mod calls;
pub(super) mod carry;
mod clock;
mod gates;
pub(super) mod here;
mod polls;
mod starts;
#[cfg(test)]
mod tests;
mod tidy;

use std::cell::RefCell;
use std::time::Duration;

use jiff::Timestamp;
use rusqlite::Connection;

use super::db;
use super::fault::Fault;
use super::journal::Journal;
use crate::model::failure::Throttle;
use crate::model::limits::{self, Answer, At, Gate, Hold, Limits, Place, State, Uptime};
use crate::model::provider::Provider;
use starts::Waiting;

pub use polls::{Departure, Mark};

/// Who asks, and on which terms.
#[derive(Clone, Debug)]
pub struct Caller {
    /// The base URL of the API.
    pub service: String,
    /// What tells the workspace apart.
    pub workspace: String,
    /// How much may be asked for.
    pub limits: Limits,
    /// The longest that a reply is waited for.
    pub patience: Duration,
    /// How long the machine has been up.
    pub uptime: fn() -> Option<Uptime>,
}

/// A place in the line of those who want to start a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ticket(i64);

/// A reservation: the request may leave now, and is to be told back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pass {
    call: i64,
    start: Option<(i64, Provider)>,
    sent: At,
    /// Where it is the first since a gate closed: until when its reply may come in.
    first: Option<At>,
}

/// What came back of a request, as far as it bears on the limits.
#[derive(Clone, Copy, Debug)]
pub struct Back<'a> {
    /// Who asked.
    pub caller: &'a Caller,
    /// The request.
    pub pass: Pass,
    /// What came back.
    pub answer: &'a Answer,
    /// A random number from 0 to 1.
    pub jitter: f64,
    /// When it was in.
    pub at: Timestamp,
}

/// What somebody is told who wants to start a session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Entry {
    /// To do it now.
    Go(Pass),
    /// To wait.
    Wait {
        /// The place in the line; none where it is longer than was to be waited.
        ticket: Option<Ticket>,
        /// For what, and for how long as far as can be told.
        hold: Hold,
        /// After how long to ask again, at the latest.
        look: Duration,
    },
}

/// What somebody is told who wants to make any other call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Turn {
    /// To do it now.
    Go(Pass),
    /// To ask again at this time, with the turn that is given with it.
    At(At, Option<limits::Turn>),
    /// To ask again in a moment: after this refusal another request goes first, alone. Its reply is in by this time.
    Behind(Throttle, At),
    /// Not to do it: the service said to stay away.
    Held(Hold),
}

/// The limits as they are kept where every process sees them, or in this process's memory alone.
pub struct Budget<'a>(Books<'a>);

enum Books<'a> {
    File(&'a Journal),
    Memory(&'a RefCell<Connection>),
}

/// The limits of this process alone, where there is no file to share them in.
pub struct Memory(RefCell<Connection>);

impl Memory {
    /// Nothing was sent yet.
    pub fn new() -> Result<Self, Fault> {
        db::in_memory().map(RefCell::new).map(Self)
    }

    /// The limits.
    pub fn budget(&self) -> Budget<'_> {
        Budget(Books::Memory(&self.0))
    }
}

impl Journal {
    /// The limits.
    pub fn budget(&self) -> Budget<'_> {
        Budget(Books::File(self))
    }
}

impl Books<'_> {
    fn read<T>(&self, act: impl Fn(&Connection) -> Result<T, Fault>) -> Result<T, Fault> {
        match self {
            Self::File(journal) => journal.file().read(act),
            Self::Memory(connection) => act(&connection.borrow()),
        }
    }

    fn write<T>(&self, act: impl Fn(&Connection) -> Result<T, Fault>) -> Result<T, Fault> {
        match self {
            Self::File(journal) => journal.file().write(act),
            Self::Memory(connection) => {
                let mut connection = connection.borrow_mut();
                let transaction = connection.transaction()?;
                let done = act(&transaction)?;
                transaction.commit()?;
                Ok(done)
            }
        }
    }

    /// Puts the times right where a clock was set, and lets go of what does not count any more: once, where acts are done
    /// together.
    fn tidy(&self, connection: &Connection, caller: &Caller, now: At) -> Result<(), Fault> {
        match self {
            Self::File(journal) => journal.tidy_limits(connection, caller, now),
            Self::Memory(_) => tidy::tidy(connection, caller, now),
        }
    }

    fn is_tidy(&self) -> bool {
        matches!(self, Self::File(journal) if journal.file().is_tidy())
    }

    /// Whether a place in the line is held by nobody any more. Without a file, nobody else is in it.
    fn is_dead(&self, owner: Option<&str>) -> bool {
        match (self, owner) {
            (Self::File(journal), Some(owner)) => !journal.is_alive(owner),
            _ => false,
        }
    }
}

impl Budget<'_> {
    /// Asks to start a session, in the place that was given before. With a wait of up to `patience` a place is given; a
    /// longer one, or one for which none is needed any more, leaves no trace. `clock` is read once the file is had.
    pub fn start(
        &self,
        caller: &Caller,
        provider: Provider,
        ticket: Option<Ticket>,
        patience: Duration,
        clock: impl Fn() -> Timestamp,
    ) -> Result<Entry, Fault> {
        let place = ticket.map(|Ticket(number)| number);
        self.straighten(caller, &clock)?;
        let found = self.0.read(|connection| starts::look(connection, caller, provider, place, clock().into()))?;
        let is_dead = |waiting: &&Waiting| self.0.is_dead(waiting.owner.as_deref());
        // Those whose turn is yet to come matter where their places make the wait too long.
        let is_long = found.hold.as_ref().is_some_and(|(hold, _)| hold.wait > patience);
        let those = if is_long { &found.ahead } else { &found.before };
        let dead: Vec<i64> = those.iter().filter(is_dead).map(|waiting| waiting.number).collect();
        let now = clock().into();
        let waits = found.hold.is_some();
        if let Some((hold, look)) = found.hold
            && dead.is_empty()
            && (hold.wait > patience || found.is_in_line && !found.before.iter().any(|before| before.is_of_note(now)))
        {
            // There is nothing to write.
            return Ok(Entry::Wait { ticket: ticket.filter(|_| found.is_in_line), hold, look });
        }
        // Not while others wait for the file.
        let owner = if waits { self.owner() } else { None };
        self.0.write(|transaction| {
            let now = clock().into();
            self.0.tidy(transaction, caller, now)?;
            dead.iter().try_for_each(|number| starts::leave(transaction, *number))?;
            let found = starts::look(transaction, caller, provider, place, now)?;
            let place = place.filter(|_| found.is_in_line);
            let Some((hold, look)) = found.hold else {
                return starts::take(transaction, caller, provider, place, &found.gates, now).map(Entry::Go);
            };
            starts::note(transaction, &found.before, now)?;
            let ticket = match place {
                Some(place) => Some(place),
                None if hold.wait > patience => None,
                None => {
                    let owner = owner.clone().or_else(|| self.owner());
                    Some(starts::queue(transaction, caller, provider, owner.as_deref())?)
                }
            };
            Ok(Entry::Wait { ticket: ticket.map(Ticket), hold, look })
        })
    }

    /// What keeps sessions of this provider from being started until a time that the service named; without one, what keeps
    /// any other call from being made.
    pub fn closed(
        &self,
        caller: &Caller,
        provider: Option<Provider>,
        clock: impl Fn() -> Timestamp,
    ) -> Result<Option<Hold>, Fault> {
        // Where nothing can be written, what can be read still counts.
        let _ = self.straighten(caller, &clock);
        self.0.read(|connection| gates::closed(connection, caller, provider, clock().into()))
    }

    /// Puts right what a clock that was set back has made of the times, before they are only looked at.
    fn straighten(&self, caller: &Caller, clock: &impl Fn() -> Timestamp) -> Result<(), Fault> {
        if self.0.is_tidy() || self.0.read(|connection| clock::is_straight(connection, clock().into()))? {
            return Ok(());
        }
        self.0.write(|transaction| clock::mend(transaction, caller, clock().into()))
    }

    /// Gives a place in the line back.
    pub fn leave(&self, Ticket(number): Ticket) -> Result<(), Fault> {
        self.0.write(|transaction| starts::leave(transaction, number))
    }

    /// Asks to make another call.
    pub fn call(&self, caller: &Caller, place: Place, clock: impl Fn() -> Timestamp) -> Result<Turn, Fault> {
        self.0.write(|transaction| {
            let now = clock().into();
            self.0.tidy(transaction, caller, now)?;
            let mut desk = calls::Desk::open(transaction, caller, 1, now)?;
            let turn = desk.take(transaction, place)?;
            desk.close(transaction)?;
            Ok(turn)
        })
    }

    /// Writes down what came back.
    pub fn back(&self, back: &Back<'_>) -> Result<(), Fault> {
        self.0.write(|transaction| self::back(transaction, back))
    }

    /// Learns from what came back of a request that was written down elsewhere.
    pub fn learn(&self, back: &Back<'_>) -> Result<(), Fault> {
        self.0.write(|transaction| gates::learn(transaction, back))
    }

    /// How much of each limit is used, and which gates are closed.
    pub fn state(&self, caller: &Caller, now: Timestamp) -> Result<State, Fault> {
        let now = now.into();
        self.0.read(|connection| {
            Ok(State {
                limits: caller.limits,
                starts: Provider::ALL
                    .map(|provider| starts::used(connection, caller, provider, now))
                    .into_iter()
                    .collect::<Result<_, _>>()?,
                calls: calls::used(connection, caller, now)?,
                workspace: gates::find(connection, caller, None, now)?,
            })
        })
    }

    /// What tells that this process still runs.
    fn owner(&self) -> Option<String> {
        match self.0 {
            Books::File(journal) => journal.sign_of_life(),
            Books::Memory(_) => None,
        }
    }
}

/// Writes down what came back.
fn back(connection: &Connection, back: &Back<'_>) -> Result<(), Fault> {
    let Back { pass, at, .. } = back;
    calls::done(connection, *pass, (*at).into())?;
    starts::done(connection, *pass, (*at).into())?;
    gates::learn(connection, back)
}

/// The gates that a request has to pass.
type Gates = Vec<(Option<Provider>, Gate)>;
