//! The start of one session, under the limits.

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::limiter::{InLine, Permit};
use super::workspace::Workspace;
use crate::flow::{Clock, Entry, NotStarted, Shell, Starter, Stop, System, start};
use crate::model::auth_url::AuthUrl;
use crate::model::deadline::{Expiry, expiry};
use crate::model::event::trace;
use crate::model::failure::Failure;
use crate::model::limits::Answer;
use crate::model::moment::Moment;
use crate::model::provider::Provider;
use crate::model::record::Record;
use crate::model::session::Started;
use crate::model::starting::Starting;

/// A session that was started, and what its reply is worth.
pub(super) struct Session {
    pub(super) started: Started,
    pub(super) auth_url: AuthUrl,
    /// When it was asked for.
    pub(super) asked: Timestamp,
    /// When its reply came in.
    pub(super) begun: Moment,
    pub(super) expiry: Expiry,
}

/// Starts a session and judges its reply.
pub(super) async fn begin<S: Stop>(
    shell: &mut Shell<'_, System, S>,
    workspace: &Workspace,
    provider: Provider,
    terms: Starting,
) -> Result<Session, NotStarted> {
    let request = Start::new(workspace, provider);
    let (started, begun) = start(shell, terms, &request).await?;
    let auth_url = AuthUrl::check(&started.auth_url, workspace.client.is_loopback()).map_err(|why| {
        NotStarted::Failed(Failure::Unusable { what: format!("its auth_url will not be opened or shown: {why}") })
    })?;
    let expiry = expiry(started.expires_at, started.server_now, System.time());
    trace(shell.sink, 1, || {
        let said = |time: Option<Timestamp>| time.map_or_else(|| "nothing".to_owned(), |time| time.to_string());
        format!(
            "* session {} ends in {:.0?} (expires_at says {}, the server's clock {})",
            started.id,
            expiry.life,
            said(started.expires_at),
            said(started.server_now)
        )
    });
    Ok(Session { started, auth_url, asked: request.asked(), begun, expiry })
}

impl Session {
    /// What is known of it at its start.
    pub(super) fn record(&self, workspace: &Workspace, provider: Provider, expect: Option<&str>) -> Record {
        let now = System.time();
        let life = SignedDuration::try_from(self.expiry.life).unwrap_or(SignedDuration::MAX);
        let (service, fingerprint) = (workspace.client.service(), workspace.fingerprint.to_string());
        let mut record = Record::met(self.started.id.clone(), service, fingerprint, life, now);
        record.started_here = true;
        // Nothing can have come of it before.
        (record.began, record.alive) = (self.asked, Some(self.asked));
        record.slowest = Some(now.duration_since(self.asked));
        record.profile.clone_from(&workspace.profile);
        record.provider = Some(provider);
        record.expect = expect.map(str::to_owned);
        record.auth_url = Some(self.auth_url.as_str().to_owned());
        record.clock = workspace.client.clock();
        record
    }
}

/// The start of one session.
struct Start<'a> {
    workspace: &'a Workspace,
    provider: Provider,
    place: Cell<Option<InLine>>,
    permit: Cell<Option<Permit>>,
    /// Whoever asks for leave together with others, and has been stopped since, is not to be given any.
    waits: Rc<()>,
    /// When it was asked for.
    asked: Cell<Timestamp>,
}

impl<'a> Start<'a> {
    fn new(workspace: &'a Workspace, provider: Provider) -> Self {
        Self {
            workspace,
            provider,
            place: Cell::default(),
            permit: Cell::default(),
            waits: Rc::default(),
            asked: Cell::new(System.time()),
        }
    }

    /// When the session was asked for.
    fn asked(&self) -> Timestamp {
        self.asked.get()
    }
}

impl Starter for Start<'_> {
    async fn enter(&self, patience: Duration) -> Entry {
        let (limiter, provider, place) = (self.workspace.limiter.clone(), self.provider, self.place.get());
        let waits = Rc::downgrade(&self.waits);
        let enter = move || waits.upgrade().map(|_| limiter.enter(provider, place, patience));
        let Some(entered) = self.workspace.write(enter).await else { return std::future::pending().await };
        self.place.set(entered.place);
        self.permit.set(entered.permit);
        entered.entry
    }

    fn leave(&self) {
        if let Some(place) = self.place.take() {
            self.workspace.limiter.leave(place);
        }
    }

    async fn init(&self) -> Result<Started, Failure> {
        self.asked.set(System.time());
        let result = Box::pin(self.workspace.client.init(self.provider)).await;
        if let Some(permit) = self.permit.take() {
            let (limiter, at) = (self.workspace.limiter.clone(), System.time());
            let answer = result.as_ref().map_or_else(Answer::of, |_| Answer::Passed);
            self.workspace.note(move || limiter.back(permit, &answer, at));
        }
        result
    }
}
