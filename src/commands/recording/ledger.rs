//! What a lost result is settled with: the account list, and the journal.

use std::time::Duration;

use super::{Elsewhere, Recording};
use crate::flow::{Clock, Learned, Ledger, System};
use crate::model::failure::Failure;
use crate::model::poll::{Reply, Verdict};
use crate::model::record::Record;
use crate::model::server_clock::Ahead;
use crate::model::settle::{Cursor, Listed, Page};
use crate::store::Entry;

impl Ledger for Recording {
    async fn page(&self, from: &Cursor) -> Result<Page, Failure> {
        let provider = self.record.borrow().provider;
        self.workspace.limiter.through(self.workspace.client.accounts(provider, from)).await
    }

    async fn account(&self, email: &str) -> Result<Option<Listed>, Failure> {
        self.workspace.limiter.through(self.workspace.client.account(email)).await
    }

    fn clock(&self) -> Option<Ahead> {
        let here = self.workspace.client.is_loopback().then_some(Ahead::NONE);
        self.record.borrow().clock.or(self.workspace.client.clock()).or(here)
    }

    fn neighbours(&self) -> Option<Vec<Record>> {
        let name = self.name.as_ref()?;
        let found = self.workspace.store.with(|journal| {
            let neighbours = journal.neighbours(name, &self.record.borrow())?;
            // Afterwards: reading can be what shows it.
            Ok(journal.is_whole().then_some(neighbours))
        });
        found.flatten()
    }

    async fn ask_after(&self, other: &Record) -> Learned {
        if !self.is_own_workspace_of(other) {
            return Learned::Nothing;
        }
        let looked = self.workspace.store.with(|journal| journal.look_in(other, System.time())).flatten();
        let Some(Entry { mut record, name, .. }) = looked else { return Learned::Nothing };
        if record.is_retrieved() {
            return Learned::Something;
        }
        self.workspace.store.note(&format!(
            "Asking after session {} first: it was cut off here, and may have connected the same mailbox.",
            record.id
        ));
        // A refusal counts as one.
        let asking = async { self.workspace.client.state(&record.id, Duration::MAX).await };
        let reply = self.workspace.limiter.through(asking).await.unwrap_or_else(Reply::Failed);
        record.heard(&reply, System.time());
        let put = self.workspace.store.insist(|journal| journal.put(&name, &record, true));
        if put.is_none() && record.is_retrieved() {
            // Nobody else will be told: it is given out once.
            self.workspace.store.warn_of(&record);
        }
        match reply {
            Reply::Failed(Failure::NotFound { .. }) => Learned::Something,
            Reply::Failed(_) => Learned::Stop,
            _ => Learned::Something,
        }
    }

    fn told(&self) -> Option<Verdict> {
        match self.elsewhere() {
            Some(Elsewhere::Told(verdict)) => Some(verdict),
            _ => None,
        }
    }
}
