//! Asking for a session's state, with the journal knowing of it before the request leaves, and of the reply before
//! anybody else does.
//!
//! Each of the two is one transaction with what it means for the limits: with many processes at once it is the journal
//! that they wait for.

use std::time::Duration;

use jiff::Timestamp;

use super::Recording;
use crate::commands::ending::Learned;
use crate::commands::limiter::{Permit, answer};
use crate::commands::workspace::Workspace;
use crate::flow::{Asked, Clock, System};
use crate::model::failure::Failure;
use crate::model::limits::{Answer, Cause, Hold, Place};
use crate::model::poll::Reply;
use crate::store::{Back, Departure, Journal, Mark};

/// How often a request is written down as about to leave, where it did not leave in time.
const MARKS: usize = 5;

impl Recording {
    /// Asks, if that may be done now.
    pub(super) async fn ask(&self, limit: Duration, place: Place) -> Asked {
        let _slot = match &self.workspace.desk {
            Some(desk) => desk.slot().await,
            None => None,
        };
        let permit = match self.depart(place).await {
            Ok(permit) => permit,
            Err(hold) => {
                if self.marked.take() {
                    // It did not leave after all.
                    self.record.borrow_mut().unheard = false;
                    self.write().await;
                }
                return match hold.cause {
                    Cause::Told { .. } => Asked::Reply(Reply::Failed(Failure::Held(hold))),
                    _ => Asked::NotYet(hold),
                };
            }
        };
        // Only what is out takes the room of a request.
        let reply = Box::pin(self.workspace.client.status(&self.id, limit)).await;
        let at = System.time();
        self.hear(&reply);
        self.arrive(permit, answer(&reply), at).await;
        Asked::Reply(reply)
    }

    /// Writes down that a request leaves now, if it may, and again where that took so long that it does not.
    async fn depart(&self, place: Place) -> Result<Permit, Hold> {
        let Workspace { store, limiter, desk, .. } = &self.workspace;
        if let Some(hold) = limiter.barred(None) {
            return Err(hold);
        }
        let departed = match (self.name.as_ref().filter(|_| !self.over), desk) {
            (None, _) => None,
            (Some(name), Some(desk)) => desk.depart(name.clone(), self.record.clone(), place).await,
            (Some(name), None) => {
                let record = &*self.record.borrow();
                let departure = [Departure { name, record, place }];
                let told = store.with(|journal| journal.depart(&departure, limiter.caller(), || System.time()));
                told.and_then(|mut told| told.pop())
            }
        };
        let mut is_written = departed.is_some();
        let permit = match departed {
            Some((turn, marked)) => {
                let permit = limiter.shared(turn)?;
                match marked {
                    Some(Mark::At(at)) => self.record.borrow_mut().asking(at),
                    Some(Mark::Better(better)) => *self.record.borrow_mut() = *better,
                    None => {}
                }
                permit
            }
            None => limiter.call(place)?,
        };
        self.marked.take();
        for _ in 0..MARKS {
            let mut record = self.record.borrow_mut();
            if record.is_retrieved() || is_written && record.is_leaving(System.time()) {
                break;
            }
            is_written = true;
            let mark = |journal: &Journal, name: &str| journal.mark(name, &record, || System.time());
            let marked = match &self.name {
                // What the waiting process has written is its own.
                Some(name) if self.over => {
                    store.with(|journal| journal.ask_over(name, Some(System.time())));
                    None
                }
                Some(name) => store.with(|journal| mark(journal, name)),
                None => None,
            };
            match marked {
                Some(marked) => *record = marked,
                None => record.asking(System.time()),
            }
        }
        Ok(permit)
    }

    fn hear(&self, reply: &Reply) {
        let mut record = self.record.borrow_mut();
        let (gone, auth_url) = (record.gone, record.auth_url.clone());
        record.heard(reply, System.time());
        record.clock = match (record.clock, self.workspace.client.clock()) {
            (Some(before), Some(seen)) => Some(before.and(seen)),
            (before, seen) => seen.or(before),
        };
        if !self.is_own_workspace_of(&record) && matches!(reply, Reply::Failed(Failure::NotFound { .. })) {
            // For another workspace a session does not exist, which says nothing of it.
            (record.gone, record.auth_url) = (gone, auth_url);
        }
        if record.is_retrieved() {
            self.learned.set(Learned { at: record.end.as_ref().map(|end| end.at), ..Learned::default() });
        }
    }

    /// Writes down what came back at this time. Whatever it was: should this process end here, its next request is then
    /// known not to have left.
    ///
    /// One of many sessions leaves what is no end to its next request, with which it is written: until then a result may
    /// seem to be lost that is not, should this process end, and whoever goes on will see.
    async fn arrive(&self, permit: Permit, answer: Answer, at: Timestamp) {
        let last = self.record.borrow().is_retrieved();
        let (limiter, record) = (self.workspace.limiter.clone(), self.record.clone());
        if self.workspace.desk.is_some() && !last {
            return self.workspace.note(move || limiter.back(permit, &answer, at));
        }
        let name = self.name.clone().filter(|_| !self.over && !self.done.get());
        if let Some((name, pass)) = name.zip(permit.shared()) {
            let (limiter, answer, jitter) = (limiter.clone(), answer.clone(), System.jitter());
            let arrive = move |journal: &Journal| {
                let back = Back { caller: limiter.caller(), pass, answer: &answer, jitter, at };
                journal.arrive(&name, &record.borrow(), last, &back)
            };
            if self.put_by(last, arrive).await {
                return;
            }
        }
        self.workspace.note(move || limiter.back(permit, &answer, at));
        if last { self.put(true).await } else { self.write().await }
    }
}
