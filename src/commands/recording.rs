//! What a command writes down of its session while it asks for it, and what it finds out where a result was lost.

use std::cell::{Cell, RefCell};
use std::time::Duration;

use jiff::Timestamp;

use super::journal::Store;
use crate::api::Client;
use crate::flow::{Clock, Ended, LOOKS, Last, Ledger, Shell, Stop, System, once, settle, watch};
use crate::model::failure::Failure;
use crate::model::poll::{Reply, Suspicion, Terms, Unsettled, Verdict};
use crate::model::record::{Record, Source};
use crate::model::session::SessionId;
use crate::model::settle::Page;

/// A session that is being recorded. Without a journal it is known to this process alone.
pub(super) struct Recording<'a> {
    store: &'a Store,
    client: &'a Client,
    id: SessionId,
    /// The fingerprint of the key in use.
    workspace: String,
    record: RefCell<Record>,
    /// Its name in the journal, if it is there.
    name: Option<String>,
    /// Whether the journal says already that a request is about to leave.
    marked: Cell<bool>,
    source: Cell<Source>,
    /// Whether the journal has its last word.
    done: Cell<bool>,
}

impl<'a> Recording<'a> {
    /// Goes on with a record that is in the journal under this name. `marked` is whether it says there that a request is
    /// about to leave.
    pub(super) fn new(
        store: &'a Store,
        client: &'a Client,
        workspace: String,
        record: Record,
        name: Option<String>,
        marked: bool,
    ) -> Self {
        let (id, record) = (record.id.clone(), RefCell::new(record));
        let (marked, source, done) = (Cell::new(marked), Cell::new(Source::Api), Cell::new(false));
        Self { store, client, id, workspace, record, name, marked, source, done }
    }

    /// How the verdict was learned, and when.
    pub(super) fn learned(&self) -> (Source, Option<Timestamp>) {
        (self.source.get(), self.record.borrow().end.as_ref().map(|end| end.at))
    }

    /// Waits for the session on these terms.
    pub(super) async fn follow<S: Stop>(&self, shell: &mut Shell<'_, System, S>, terms: Terms) -> Ended {
        let ended = watch(shell, terms, self.suspicion(), async |limit| self.ask(limit).await).await;
        self.close(shell, ended, LOOKS, terms.interval).await
    }

    /// Asks for the session's state once.
    pub(super) async fn once<S: Stop>(&self, shell: &mut Shell<'_, System, S>) -> Ended {
        let ended = once(shell, self.suspicion(), self.ask(Duration::MAX)).await;
        self.close(shell, ended, 1, Duration::ZERO).await
    }

    /// Lets go of a session that was not asked for.
    pub(super) fn leave(&self) {
        self.record.borrow_mut().unheard = false;
        self.put(true);
    }

    fn suspicion(&self) -> Option<Suspicion> {
        self.record.borrow().suspicion.clone()
    }

    /// Asks, with the journal knowing of it before the request leaves and of the reply before anybody else does.
    async fn ask(&self, limit: Duration) -> Reply {
        if !self.marked.take() {
            self.record.borrow_mut().asking(System.time());
            self.put(false);
        }
        let reply = self.client.status(&self.id, limit).await;
        self.record.borrow_mut().heard(&reply, System.time());
        // Whatever it was: should this process end here, its next request is then known not to have left.
        let last = self.record.borrow().is_retrieved();
        self.put(last);
        reply
    }

    /// Finds out what a lost result was, as far as that can be, and writes down how it ended.
    async fn close<S: Stop>(
        &self,
        shell: &mut Shell<'_, System, S>,
        ended: Ended,
        looks: u32,
        every: Duration,
    ) -> Ended {
        if self.marked.get() {
            // It ended before the request left that was written down.
            self.record.borrow_mut().unheard = false;
        }
        let missing = matches!(ended, Ended::Lost(_) | Ended::Verdict(Verdict::NotFound));
        if let Some(told) = missing.then(|| self.told_elsewhere()).flatten() {
            return told;
        }
        let ended = match ended {
            Ended::Lost(suspicion) => self.settle(shell, suspicion, looks, every).await,
            ended => ended,
        };
        if let Ended::Verdict(verdict) | Ended::Stopped(_, Last::Verdict(verdict)) = &ended {
            // Another key may belong to another workspace, for which the session does not exist.
            if self.is_own_workspace() || !matches!(verdict, Verdict::NotFound | Verdict::Unknown { .. }) {
                self.record.borrow_mut().finish(verdict.clone(), self.source.get(), System.time());
            }
        }
        if self.is_worth_keeping() {
            self.put(true);
        } else if let Some(name) = &self.name {
            self.store.with(|journal| journal.forget(name));
        }
        ended
    }

    /// Whether anything is known of the session. An id that was mistyped, or never asked for, is not worth a record.
    fn is_worth_keeping(&self) -> bool {
        let record = self.record.borrow();
        let nothing_said = matches!(record.end.as_ref().map(|end| &end.verdict), None | Some(Verdict::NotFound));
        let seen = record.alive.is_some() || record.lost.is_some() || record.unheard;
        record.started_here || seen || !nothing_said
    }

    /// What another process here has read meanwhile.
    fn told_elsewhere(&self) -> Option<Ended> {
        let entry = self.store.with(|journal| journal.find(&self.record.borrow().service, &self.id))??;
        let end = entry.record.end.clone().filter(|_| entry.record.is_retrieved())?;
        *self.record.borrow_mut() = entry.record;
        self.source.set(Source::Journal);
        self.put(true);
        Some(Ended::Verdict(end.verdict))
    }

    async fn settle<S: Stop>(
        &self,
        shell: &mut Shell<'_, System, S>,
        suspicion: Suspicion,
        looks: u32,
        every: Duration,
    ) -> Ended {
        let unknown = |unsettled| Ended::Verdict(Verdict::Unknown { suspicion: suspicion.clone(), unsettled });
        if !self.is_own_workspace() {
            let why = "this API key is not the one that started the session, and may be another workspace's";
            return unknown(Unsettled::Unreadable(why.into()));
        }
        let record = self.record.borrow().clone();
        match settle(shell, looks, every, &record, self).await {
            Err(signal) => Ended::Stopped(signal, Last::Lost(suspicion)),
            Ok(Err(unsettled)) => unknown(unsettled),
            Ok(Ok(account)) => {
                self.source.set(Source::Reconciled);
                Ended::Verdict(Verdict::Connected(account))
            }
        }
    }

    fn is_own_workspace(&self) -> bool {
        self.record.borrow().workspace == self.workspace
    }

    /// Writes the record down. What another process has read meanwhile outranks it.
    fn put(&self, last: bool) {
        let Some(name) = self.name.as_ref().filter(|_| !self.done.get()) else { return };
        self.done.set(last);
        let better = self.store.with(|journal| journal.put(name, &self.record.borrow(), last));
        if let Some(better) = better.flatten() {
            *self.record.borrow_mut() = better;
        }
    }
}

impl Ledger for Recording<'_> {
    async fn page(&self, after: Option<&str>) -> Result<Page, Failure> {
        let provider = self.record.borrow().provider;
        self.client.accounts(provider, after).await
    }

    async fn account(&self, email: &str) -> Result<Page, Failure> {
        self.client.account(email).await
    }

    fn neighbours(&self) -> Vec<Record> {
        let Some(name) = &self.name else { return Vec::new() };
        self.store.with(|journal| journal.neighbours(name, &self.record.borrow())).unwrap_or_default()
    }
}
