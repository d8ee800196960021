//! What all connections of a sandbox have in common, and whoever runs one with them.

use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;

use super::rules::Service;

/// What the time is.
pub type Clock = Box<dyn Fn() -> Timestamp + Send + Sync>;
/// Told of each request in a line without its end: `POST /api/v2/oauth/google/init 200`. What a limit refused has the
/// reason behind it: `POST /api/v2/oauth/google/init 429 (workspace limit)`.
pub type Log = Box<dyn Fn(&str) + Send + Sync>;

pub(super) struct Shared {
    service: Mutex<Service>,
    clock: Clock,
    pub(super) log: Option<Log>,
}

impl Shared {
    pub(super) fn new(service: Service, clock: Clock, log: Option<Log>) -> Self {
        Self { service: Mutex::new(service), clock, log }
    }

    pub(super) fn time(&self) -> Timestamp {
        (self.clock)()
    }

    /// Does something with the service: one after the other, each at a time that is no earlier than that of the one
    /// before it.
    pub(super) fn service<T>(&self, work: impl FnOnce(&mut Service, Timestamp) -> T) -> T {
        let mut service = self.service.lock().unwrap_or_else(PoisonError::into_inner);
        let now = self.time();
        work(&mut service, now)
    }
}

/// The people whom a sandbox plays, for whoever runs it and knows better who they are. A clone is the same sandbox's.
#[derive(Clone)]
pub struct People(Arc<Shared>);

impl People {
    pub(super) fn of(shared: &Arc<Shared>) -> Self {
        Self(Arc::clone(shared))
    }

    /// Says which mailbox the person of a session owns. From now on they do what the scenario has its owner do; where a
    /// person decides on the consent page, it is proposed to them.
    ///
    /// It is taken in lower case, whether or not it could receive mail. A session that is decided or over is left as it
    /// is, and an id that is no session's is ignored.
    pub fn owns(&self, session_id: &str, mailbox: &str) {
        self.0.service(|service, now| service.owns(session_id, mailbox, now));
    }
}
