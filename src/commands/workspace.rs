//! A workspace as a command reaches it: with whose key, under which limits, and where that is written down.

use std::rc::Rc;

use secrecy::ExposeSecret;

use super::desk::Desk;
use super::journal::Store;
use super::limiter::Limiter;
use crate::api::{Client, Config};
use crate::error::Error;
use crate::model::event::Sink;
use crate::model::limits::Limits;
use crate::report::Reporter;

/// A workspace. Clones are of the same.
#[derive(Clone)]
pub(super) struct Workspace {
    pub(super) store: Rc<Store>,
    pub(super) client: Rc<Client>,
    pub(super) limiter: Rc<Limiter>,
    /// What tells it apart. The key cannot be had from it.
    pub(super) fingerprint: Rc<str>,
    /// Its profile, where it was reached by one.
    pub(super) profile: Option<Rc<str>>,
    /// Where many sessions have what they write put together.
    pub(super) desk: Option<Rc<Desk>>,
}

impl Workspace {
    /// The limits of the workspace that this key is of, and what tells it apart.
    pub(super) fn limiter(
        store: &Rc<Store>,
        reporter: &Rc<Reporter>,
        config: &Config,
        limits: Limits,
    ) -> (Rc<Limiter>, Rc<str>) {
        let service = config.base.to_string();
        let fingerprint = store.with(|journal| journal.workspace(&service, config.key.expose_secret()));
        let fingerprint = fingerprint.unwrap_or_default();
        let limiter = Limiter::new(store.clone(), reporter.clone(), config, fingerprint.clone(), limits);
        limiter.trace();
        (limiter.into(), fingerprint.into())
    }

    /// The workspace whose limits these are.
    pub(super) fn reach(
        store: &Rc<Store>,
        reporter: &Rc<Reporter>,
        config: Config,
        profile: Option<Rc<str>>,
        (limiter, fingerprint): (Rc<Limiter>, Rc<str>),
    ) -> Result<Self, Error> {
        let client = Client::new(config, reporter.clone() as Rc<dyn Sink>, jiff::Timestamp::now)?;
        Ok(Self { store: store.clone(), client: client.into(), limiter, fingerprint, profile, desk: None })
    }

    /// Writes something down, and waits until that is done. It may be done more than once, and what comes back is of the
    /// last time.
    pub(super) async fn write<T: 'static>(&self, act: impl Fn() -> T + 'static) -> T {
        match &self.desk {
            Some(desk) => desk.write(act).await,
            None => act(),
        }
    }

    /// Writes something down, sooner or later.
    pub(super) fn note(&self, act: impl Fn() + 'static) {
        match &self.desk {
            Some(desk) => desk.note(act),
            None => act(),
        }
    }
}
