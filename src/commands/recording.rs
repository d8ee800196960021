//! What a command writes down of its session while it asks for it, and what it finds out where a result was lost.

mod asking;
mod ledger;

use std::cell::{Cell, RefCell};
use std::time::Duration;

use super::ending::Learned;
use super::journal::Store;
use super::limiter::Limiter;
use crate::api::Client;
use crate::flow::{Clock, Ended, LOOKS, Last, Looks, Settled, Shell, Stop, System, once, settle, watch};
use crate::model::moment::Moment;
use crate::model::poll::{LAST_POLL_GRACE, Suspicion, Terms, Unsettled, Verdict};
use crate::model::record::{Record, Source};
use crate::model::session::SessionId;
use crate::store::{Fault, Journal};

/// The longest between two looks at the account list.
const LOOK_EVERY: Duration = Duration::from_secs(5);

/// A session that is being recorded. Without a journal it is known to this process alone.
pub(super) struct Recording<'a> {
    store: &'a Store,
    client: &'a Client,
    limiter: &'a Limiter<'a>,
    id: SessionId,
    /// The fingerprint of the key in use.
    workspace: String,
    /// The mailbox that must come back.
    expect: Option<String>,
    record: RefCell<Record>,
    /// Its name in the journal, if it is there.
    name: Option<String>,
    /// Whether another process is waiting for it, so that its record is not ours to write.
    over: bool,
    /// Whether the journal says already that a request is about to leave.
    marked: Cell<bool>,
    /// How and when the verdict was learned, once it was.
    learned: Cell<Learned>,
    /// Whether the journal has its last word.
    done: Cell<bool>,
}

/// A session as a command found it in the journal or put it there.
pub(super) struct Found {
    /// What is known of it.
    pub(super) record: Record,
    /// Its name in the journal, if it is there.
    pub(super) name: Option<String>,
    /// Whether the journal says that a request is about to leave.
    pub(super) marked: bool,
    /// Whether another process is waiting for it, and is asked over.
    pub(super) over: bool,
}

impl<'a> Recording<'a> {
    /// Goes on with what was found.
    pub(super) fn new(
        store: &'a Store,
        client: &'a Client,
        limiter: &'a Limiter<'a>,
        workspace: String,
        expect: Option<String>,
        found: Found,
    ) -> Self {
        let Found { record, name, marked, over } = found;
        Self {
            store,
            client,
            limiter,
            id: record.id.clone(),
            workspace,
            expect,
            record: RefCell::new(record),
            name,
            over,
            marked: Cell::new(marked),
            learned: Cell::default(),
            done: Cell::new(false),
        }
    }

    /// How the verdict was learned, and when.
    pub(super) fn learned(&self) -> Learned {
        self.learned.get()
    }

    /// Waits for the session on these terms.
    pub(super) async fn follow<S: Stop>(&self, shell: &mut Shell<'_, System, S>, terms: Terms) -> Ended {
        let ended = watch(shell, terms, self.suspicion(), async |limit, place| self.ask(limit, place).await).await;
        let until = terms.give_up.unwrap_or(terms.end + LAST_POLL_GRACE);
        self.close(shell, ended, LOOKS, terms.interval.min(LOOK_EVERY), Some(until)).await
    }

    /// Asks for the session's state once.
    pub(super) async fn once<S: Stop>(&self, shell: &mut Shell<'_, System, S>) -> Ended {
        let ended = once(shell, self.suspicion(), async |place| self.ask(Duration::MAX, place).await).await;
        self.close(shell, ended, 1, Duration::ZERO, None).await
    }

    /// Lets go of a session that was not asked for.
    pub(super) fn leave(&self) {
        self.record.borrow_mut().unheard = false;
        self.put(true);
    }

    fn suspicion(&self) -> Option<Suspicion> {
        self.record.borrow().suspicion.clone()
    }

    /// Finds out what a lost result was, as far as that can be, and writes down how it ended.
    async fn close<S: Stop>(
        &self,
        shell: &mut Shell<'_, System, S>,
        ended: Ended,
        looks: u32,
        every: Duration,
        until: Option<Moment>,
    ) -> Ended {
        if self.marked.get() {
            // It ended before the request left that was written down.
            self.record.borrow_mut().unheard = false;
        }
        // Whatever is still on its way is not waited for any longer.
        self.record.borrow_mut().give_up_on_reply(System.time());
        let ended = match ended {
            Ended::Lost(suspicion) => self.settle(shell, suspicion, Looks { most: looks, every, until }).await,
            Ended::Verdict(Verdict::NotFound) => match self.elsewhere() {
                None => ended,
                Some(Elsewhere::Told(verdict)) => Ended::Verdict(verdict),
                // Its reply may have been the result, and may still come.
                Some(Elsewhere::Asking) => {
                    self.settle(shell, Suspicion::CutOff, Looks { most: LOOKS, every: every.max(LOOK_EVERY), until })
                        .await
                }
            },
            Ended::Stopped(signal, Last::Lost(_) | Last::Verdict(Verdict::NotFound)) => match self.elsewhere() {
                Some(Elsewhere::Told(verdict)) => Ended::Stopped(signal, Last::Verdict(verdict)),
                _ => ended,
            },
            ended => ended,
        };
        if let Ended::Verdict(verdict) | Ended::Stopped(_, Last::Verdict(verdict)) = &ended {
            self.finish(verdict);
        }
        if self.is_worth_keeping() {
            self.put(true);
        } else if let Some(name) = &self.name {
            self.store.with(|journal| journal.forget(name));
        }
        ended
    }

    /// Takes note of a verdict that was not read from a reply.
    fn finish(&self, verdict: &Verdict) {
        let mut record = self.record.borrow_mut();
        let says_nothing = matches!(verdict, Verdict::NotFound | Verdict::Unknown { .. });
        // Another key may belong to another workspace, for which the session does not exist.
        if says_nothing && !self.is_own_workspace_of(&record) {
            return;
        }
        let Learned { source, inferred, at } = self.learned.get();
        record.finish(verdict.clone(), source, at.unwrap_or_else(|| System.time()));
        let at = record.end.as_ref().filter(|end| end.verdict == *verdict).map(|end| end.at);
        self.learned.set(Learned { source, inferred, at });
    }

    /// Whether anything is known of the session. An id that was mistyped, or never asked for, is not worth a record.
    fn is_worth_keeping(&self) -> bool {
        let record = self.record.borrow();
        let nothing_said = matches!(record.end.as_ref().map(|end| &end.verdict), None | Some(Verdict::NotFound));
        let seen = record.alive.is_some() || record.lost.is_some() || record.unheard;
        record.started_here || seen || !nothing_said || self.over
    }

    /// What another process here has read meanwhile, or is asking for.
    fn elsewhere(&self) -> Option<Elsewhere> {
        let entry = self.store.with(|journal| journal.find(&self.record.borrow().service, &self.id))??;
        let Some(end) = entry.record.end.clone().filter(|_| entry.record.is_retrieved()) else {
            return (entry.asked_over.is_some() && !self.over).then_some(Elsewhere::Asking);
        };
        self.learned.set(Learned::journal(&end));
        *self.record.borrow_mut() = entry.record;
        Some(Elsewhere::Told(end.verdict))
    }

    async fn settle<S: Stop>(&self, shell: &mut Shell<'_, System, S>, suspicion: Suspicion, looks: Looks) -> Ended {
        let record = Record { expect: self.expect.clone(), ..self.record.borrow().clone() };
        let settled = if record.expect.is_none() && !self.is_own_workspace_of(&record) {
            Ok(Settled::Not(Unsettled::OtherKey))
        } else {
            settle(shell, looks, &record, self).await
        };
        match settled {
            Err(signal) => Ended::Stopped(signal, Last::Lost(suspicion)),
            Ok(Settled::Not(unsettled)) => Ended::Verdict(Verdict::Unknown { suspicion, unsettled }),
            Ok(Settled::Told(verdict)) => Ended::Verdict(verdict),
            Ok(Settled::Connected(account)) => {
                self.learned.set(Learned { source: Source::Reconciled, inferred: true, at: None });
                Ended::Verdict(Verdict::Connected(account))
            }
        }
    }

    fn is_own_workspace_of(&self, record: &Record) -> bool {
        record.workspace == self.workspace
    }

    /// Writes down that a reply was read which is no end.
    fn write(&self) {
        match &self.name {
            Some(name) if self.over => {
                self.store.with(|journal| journal.ask_over(name, None));
            }
            _ => self.put(false),
        }
    }

    /// Writes the record down. What another process has read meanwhile outranks it.
    fn put(&self, last: bool) {
        let Some(name) = self.name.as_ref().filter(|_| !self.done.get()) else { return };
        if self.over && !self.record.borrow().is_retrieved() {
            return self.write();
        }
        self.put_by(last, |journal| journal.put(name, &self.record.borrow(), last));
    }

    /// The same by this act, which gives what outranks it. Whether it was done.
    fn put_by(&self, last: bool, act: impl Fn(&Journal) -> Result<Option<Record>, Fault>) -> bool {
        let is_result = self.record.borrow().is_retrieved();
        let put = if is_result { self.store.insist(act) } else { self.store.with(act) };
        let Some(better) = put else { return false };
        // Where it failed, it is tried again with the next.
        self.done.set(last);
        if let Some(better) = better {
            *self.record.borrow_mut() = better;
        }
        true
    }
}

/// What another process here knows of the session.
enum Elsewhere {
    /// How it ended.
    Told(Verdict),
    /// That it has asked, and not yet what came back.
    Asking,
}
