//! Room for everyone who connects, however many connections lie idle.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::task::{AbortHandle, Id, JoinSet};

/// How many connections are served at once. More than enough for hundreds of clients, and within the file descriptors
/// (1,024) that a process commonly has; what one of them takes is some tens of kilobytes at the most.
const MOST: usize = 960;
/// How long a connection has to be idle before it may be closed for another one's sake. Whoever has just been answered
/// may be about to ask again, and a request that meets the closing is lost.
const IDLE: Duration = Duration::from_secs(1);

/// How many are let in, and when they may be asked to leave.
#[derive(Clone, Copy, Debug)]
pub(super) struct Room {
    pub(super) most: usize,
    pub(super) idle: Duration,
}

impl Default for Room {
    fn default() -> Self {
        Self { most: MOST, idle: IDLE }
    }
}

/// Since when a connection has been idle, or none while a request on it is being answered.
#[derive(Clone, Debug)]
pub(super) struct Idle(Arc<Mutex<Option<Instant>>>);

impl Idle {
    fn now() -> Self {
        Self(Arc::new(Mutex::new(Some(Instant::now()))))
    }

    /// A request is being answered, or has been.
    pub(super) fn set(&self, idle: bool) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = idle.then(Instant::now);
    }

    fn since(&self) -> Option<Instant> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The connections that are being served. When this is dropped, all of them are closed.
pub(super) struct Connections {
    room: Room,
    tasks: JoinSet<()>,
    open: HashMap<Id, (AbortHandle, Idle)>,
}

impl Connections {
    pub(super) fn new(room: Room) -> Self {
        Self { room, tasks: JoinSet::new(), open: HashMap::new() }
    }

    /// Whether one more can be let in: one above the most, so that it is known that somebody is at the door.
    pub(super) fn has_room(&self) -> bool {
        self.open.len() <= self.room.most
    }

    /// Whether somebody has to leave.
    pub(super) fn is_crowded(&self) -> bool {
        self.open.len() > self.room.most
    }

    /// Serves one more to its end. It tells when it is idle, which it is to begin with.
    pub(super) fn serve<F>(&mut self, serve: impl FnOnce(Idle) -> F)
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let idle = Idle::now();
        let task = self.tasks.spawn(serve(idle.clone()));
        self.open.insert(task.id(), (task, idle));
    }

    /// Closes the connection that has been idle for longest, if that is long enough.
    pub(super) fn dismiss_one(&self) {
        let idle = self.open.values().filter_map(|(task, idle)| Some((idle.since()?, task)));
        if let Some((since, task)) = idle.min_by_key(|(since, _)| *since)
            && since.elapsed() >= self.room.idle
        {
            task.abort();
        }
    }

    /// Waits until one has ended, however it did. Never ready while there is none.
    pub(super) async fn end_of_one(&mut self) {
        let id = match self.tasks.join_next_with_id().await {
            Some(Ok((id, ()))) => id,
            Some(Err(error)) => error.id(),
            None => return std::future::pending().await,
        };
        self.open.remove(&id);
    }
}
