//! What a lost result is settled with: the account list, and the journal.

use std::time::Duration;

use super::{Elsewhere, Recording};
use crate::flow::{Clock, Ledger, System};
use crate::model::failure::Failure;
use crate::model::poll::{Reply, Verdict};
use crate::model::record::Record;
use crate::model::server_clock::Ahead;
use crate::model::settle::{Cursor, Listed, Page};
use crate::store::Entry;

impl Ledger for Recording<'_> {
    async fn page(&self, from: &Cursor) -> Result<Page, Failure> {
        let provider = self.record.borrow().provider;
        self.client.accounts(provider, from).await
    }

    async fn account(&self, email: &str) -> Result<Option<Listed>, Failure> {
        self.client.account(email).await
    }

    fn clock(&self) -> Option<Ahead> {
        let here = self.client.is_loopback().then_some(Ahead::NONE);
        self.record.borrow().clock.or(self.client.clock()).or(here)
    }

    fn neighbours(&self) -> Vec<Record> {
        let Some(name) = &self.name else { return Vec::new() };
        self.store.with(|journal| journal.neighbours(name, &self.record.borrow())).unwrap_or_default()
    }

    async fn ask_after(&self, other: &Record) -> bool {
        let approached = self.store.with(|journal| journal.look_in(other, System.time()));
        let Some(Ok(Entry { mut record, name, .. })) = approached else { return false };
        if record.is_retrieved() {
            return true;
        }
        let reply = self.client.status(&record.id, Duration::MAX).await;
        record.heard(&reply, System.time());
        self.store.with(|journal| journal.put(&name, &record, true));
        !matches!(&reply, Reply::Failed(failure) if !matches!(failure, Failure::NotFound { .. }))
    }

    fn told(&self) -> Option<Verdict> {
        match self.elsewhere() {
            Some(Elsewhere::Told(verdict)) => Some(verdict),
            _ => None,
        }
    }
}
