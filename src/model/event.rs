//! What is reported while a command runs, and to whom.

use std::rc::Rc;
use std::time::Duration;

use jiff::Timestamp;

use super::auth_url::AuthUrl;
use super::conclusion::Conclusion;
use super::poll::Why;
use super::provider::Provider;
use super::session::SessionId;

/// Something that happened. Some are events of the JSON stream; a person reads words for each.
#[derive(Clone, Debug)]
pub enum Event {
    /// The API is the sandbox; what it plays, where that is known.
    Sandbox(Option<String>),
    /// A session was started, and this is where the person goes.
    Session {
        /// The session.
        id: SessionId,
        /// The profile of its workspace, where it has one.
        profile: Option<Rc<str>>,
        /// With whom it signs in.
        provider: Provider,
        /// The URL to open.
        auth_url: AuthUrl,
        /// When it ends: the API's word, or our reckoning.
        expires_at: Timestamp,
        /// The mailbox that must come back.
        expect: Option<String>,
        /// Whether the API is the sandbox.
        sandbox: bool,
    },
    /// A browser was opened, or not.
    Browser(Result<String, String>),
    /// A browser was not opened, for a reason that a person was told before.
    Unopened(String),
    /// The session's URL is to be drawn for a phone.
    Code(AuthUrl),
    /// What became of the wish to have the URL on the clipboard.
    Copied(Copied),
    /// A session is waited for.
    Watching {
        /// The session.
        id: SessionId,
        /// When it ends.
        expires_at: Timestamp,
    },
    /// Something keeps us from going on for a while.
    Waiting {
        /// What it is: never [`Why::Interval`].
        why: Why,
        /// For how long from now.
        wait: Duration,
        /// The same as a time of day.
        until: Timestamp,
        /// What happened, in words.
        detail: String,
    },
    /// What kept us is over.
    Resumed,
    /// A signal asked us to stop, and a request is in flight: its reply is given this long.
    Stopping(Duration),
    /// Something a person should know. Not an error.
    Warning(String),
    /// The same of one row of a list.
    Of(Row, Box<Event>),
    /// A row of a list is over, or one attempt at it.
    Row(Box<RowEnd>),
    /// What is sent, received and decided, for `-v` (1) and `-vv` (2).
    Trace(u8, String),
}

impl Event {
    /// The URL that is to be drawn for a phone, if that is what this is about.
    #[must_use]
    pub fn code(&self) -> Option<&AuthUrl> {
        match self {
            Self::Code(url) => Some(url),
            Self::Of(_, event) => event.code(),
            _ => None,
        }
    }
}

/// What became of the wish to have something on the clipboard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Copied {
    /// This program took it.
    With(String),
    /// The terminal was asked to, which never says whether it does.
    Asked,
    /// It is not there, for this reason.
    Not(String),
}

/// The row of a list that something is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Which one it is: 1 is the first after the header.
    pub number: usize,
    /// The mailbox that it expects.
    pub email: Rc<str>,
    /// How many rows there are.
    pub of: usize,
}

/// How a row of a list ended.
#[derive(Clone, Debug)]
pub struct RowEnd {
    /// The row.
    pub row: Row,
    /// How.
    pub end: Conclusion,
    /// How many sessions were started for it so far.
    pub attempts: u32,
    /// Whether it is tried again at the end of the list, so that this is not its end.
    pub again: bool,
    /// Whether nothing was done, since the workspace has the mailbox.
    pub skipped: bool,
}

/// How far a list is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// Connected, now or before.
    pub connected: usize,
    /// Ended in any other way.
    pub failed: usize,
    /// Not over yet.
    pub left: usize,
    /// How many sessions wait for a person.
    pub open: usize,
    /// Whether something keeps them all from going on.
    pub held: bool,
}

/// What is being waited for right now, for a line that is drawn over and over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// What the wait is for.
    pub phase: Phase,
    /// How much of it is left.
    pub left: Duration,
    /// How far the list is of which this is a part.
    pub list: Option<Standing>,
}

/// What a wait is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// The API's answer to a session's start.
    Starting,
    /// The API's answer about a session.
    Asking,
    /// A limit or an outage, before a session can start.
    Held(Why),
    /// The account list, which may tell what a lost result was.
    Settling,
    /// People in browsers, each with a session of a list.
    People,
    /// A person in a browser. With the trouble that the last poll had, if any.
    Person(Why),
}

/// Where events go.
pub trait Sink {
    /// Takes note of an event.
    fn emit(&self, event: Event);

    /// Draws what is being waited for, if anything is drawn. Called a few times a second.
    fn draw(&self, progress: Progress);

    /// Takes away all that is drawn, for good: somebody asked for an end, and the next signal ends the process where it
    /// stands.
    fn still(&self) {}

    /// How often [`Sink::draw`] wants to be called.
    fn frame(&self) -> Duration;

    /// Whether whoever read the events has gone, so that there is nobody left to go on for.
    fn deserted(&self) -> bool;

    /// How much tracing is wanted: 0, 1 or 2.
    fn verbosity(&self) -> u8;
}

/// Emits a trace line, composed only where somebody reads it.
pub fn trace(sink: &dyn Sink, level: u8, text: impl FnOnce() -> String) {
    if sink.verbosity() >= level {
        sink.emit(Event::Trace(level, text()));
    }
}
