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
use crate::flow::{Asked, Clock, System};
use crate::model::failure::Failure;
use crate::model::limits::{Answer, Cause, Hold, Place};
use crate::model::poll::Reply;
use crate::store::{Back, Journal};

/// How often a request is written down as about to leave, where it did not leave in time.
const MARKS: usize = 5;

impl Recording<'_> {
    /// Asks, if that may be done now.
    pub(super) async fn ask(&self, limit: Duration, place: Place) -> Asked {
        let permit = match self.depart(place) {
            Ok(permit) => permit,
            Err(hold) => {
                if self.marked.take() {
                    // It did not leave after all.
                    self.record.borrow_mut().unheard = false;
                    self.write();
                }
                return match hold.cause {
                    Cause::Told { .. } => Asked::Reply(Reply::Failed(Failure::Held(hold))),
                    _ => Asked::NotYet(hold),
                };
            }
        };
        let reply = self.client.status(&self.id, limit).await;
        let at = System.time();
        self.hear(&reply);
        self.arrive(permit, &answer(&reply), at);
        Asked::Reply(reply)
    }

    /// Writes down that a request leaves now, if it may, and again where that took so long that it does not.
    fn depart(&self, place: Place) -> Result<Permit, Hold> {
        if let Some(hold) = self.limiter.barred(None) {
            return Err(hold);
        }
        let name = self.name.as_ref().filter(|_| !self.over);
        let departed = name.and_then(|name| {
            let record = self.record.borrow();
            let caller = self.limiter.caller();
            self.store.with(|journal| journal.depart(name, &record, caller, place, || System.time()))
        });
        let mut is_written = departed.is_some();
        let permit = match departed {
            Some((turn, marked)) => {
                let permit = self.limiter.shared(turn)?;
                if let Some(marked) = marked {
                    *self.record.borrow_mut() = marked;
                }
                permit
            }
            None => self.limiter.call(place)?,
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
                    self.store.with(|journal| journal.ask_over(name, Some(System.time())));
                    None
                }
                Some(name) => self.store.with(|journal| mark(journal, name)),
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
        record.clock = match (record.clock, self.client.clock()) {
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
    fn arrive(&self, permit: Permit, answer: &Answer, at: Timestamp) {
        let last = self.record.borrow().is_retrieved();
        let name = self.name.as_ref().filter(|_| !self.over && !self.done.get());
        let is_told = name.zip(permit.shared()).is_some_and(|(name, pass)| {
            let back = Back { caller: self.limiter.caller(), pass, answer, jitter: System.jitter(), at };
            self.put_by(last, |journal| journal.arrive(name, &self.record.borrow(), last, &back))
        });
        if is_told {
            return;
        }
        self.limiter.back(permit, answer, at);
        if last { self.put(true) } else { self.write() }
    }
}
