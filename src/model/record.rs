//! What the journal holds of a session, and how each exchange with the API changes it.
//!
//! A record is written before a request that may destroy a result leaves, and again once its reply is read. Whoever
//! finds one whose last request was never answered knows that the result may be gone.

use std::rc::Rc;

use jiff::{SignedDuration, Timestamp};

use super::failure::{Failure, NetworkKind};
use super::poll::{Reply, Suspicion, Verdict};
use super::provider::Provider;
use super::server_clock::Ahead;
use super::session::{Account, SessionId};
use super::words::same_mailbox;
use crate::exit::Outcome;

/// How long after it was written down that it is about to leave a request leaves at the most. Where more time goes by, it is
/// written down anew: a disk or a terminal can hold it up.
pub const LEAVES_WITHIN: SignedDuration = SignedDuration::from_millis(100);

/// Where a result was learned.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Source {
    /// From the API's reply.
    #[default]
    Api,
    /// From this machine's journal: it had been retrieved before.
    Journal,
    /// From the account list, since the reply was lost.
    Reconciled,
}

/// A session as this machine knows it. Times are this machine's own, to the millisecond.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// The session.
    pub id: SessionId,
    /// The API's root: ids of different services have nothing to do with each other.
    pub service: String,
    /// What tells the workspace apart. The API key cannot be had from it.
    pub workspace: String,
    /// The profile of that workspace, where it was reached by one.
    pub profile: Option<Rc<str>>,
    /// With whom it signs in, where that is known: it is not for a session that was started elsewhere.
    pub provider: Option<Provider>,
    /// The mailbox that must come back.
    pub expect: Option<String>,
    /// Where the person consents, as long as anybody still can.
    pub auth_url: Option<String>,
    /// When its start was asked for, or, where it was started elsewhere, when it was first asked after.
    pub began: Timestamp,
    /// Whether it was started here.
    pub started_here: bool,
    /// When it ends.
    pub ends: Timestamp,
    /// How far the server's clock is from ours, as its replies told.
    pub clock: Option<Ahead>,
    /// When it was last known to have no result yet: its start, or the last request that was answered so. None where it was
    /// started elsewhere and that was never seen.
    pub alive: Option<Timestamp>,
    /// When the last request was about to leave: it left within [`LEAVES_WITHIN`].
    pub asked: Option<Timestamp>,
    /// Whether what came back to that request is unknown.
    pub unheard: bool,
    /// When it was last noticed that a reply was lost which may have been the result; where nobody was there to notice, when
    /// its request was about to leave.
    pub lost: Option<Timestamp>,
    /// A time by which that request had left for certain, and after which no other was sent: its reply was given up, or its
    /// process was seen to have ended.
    pub quiet: Option<Timestamp>,
    /// When the API was first heard not to know it any more.
    pub gone: Option<Timestamp>,
    /// The longest that a reply to a request of its was waited for.
    pub slowest: Option<SignedDuration>,
    /// Why a 404 would not mean what it says.
    pub suspicion: Option<Suspicion>,
    /// How it ended, once that is known.
    pub end: Option<End>,
}

/// How a session ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct End {
    /// How: anything but a failure or a state that goes on.
    pub verdict: Verdict,
    /// How that was learned.
    pub source: Source,
    /// When that was learned.
    pub at: Timestamp,
}

impl Source {
    /// The word in events and in the journal.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Api => "api",
            Self::Journal => "journal",
            Self::Reconciled => "reconciled",
        }
    }
}

impl Record {
    /// Every outcome that a record can have, in the order of the exit codes.
    pub const OUTCOMES: [Outcome; 7] = [
        Outcome::Connected,
        Outcome::SessionError,
        Outcome::Expired,
        Outcome::NotFound,
        Outcome::Pending,
        Outcome::OutcomeUnknown,
        Outcome::WrongAccount,
    ];

    /// A session that was asked for and not started here. It is younger than `life`, the longest that one lives.
    #[must_use]
    pub fn met(id: SessionId, service: String, workspace: String, life: SignedDuration, now: Timestamp) -> Self {
        Self {
            id,
            service,
            workspace,
            profile: None,
            provider: None,
            expect: None,
            auth_url: None,
            began: now,
            started_here: false,
            ends: now.saturating_add(life).unwrap_or(now),
            clock: None,
            alive: None,
            asked: None,
            unheard: false,
            lost: None,
            quiet: None,
            gone: None,
            slowest: None,
            suspicion: None,
            end: None,
        }
    }

    /// A request for its state is about to leave.
    pub fn asking(&mut self, now: Timestamp) {
        self.asked = Some(now);
        self.unheard = true;
    }

    /// A reply to that request was read.
    pub fn heard(&mut self, reply: &Reply, now: Timestamp) {
        self.unheard = false;
        let took = self.asked.map(|asked| now.duration_since(asked));
        let is_measured = match reply {
            Reply::Pending | Reply::Unknown(_) => true,
            // It took at least that long. Any other failure, and a 404 above all, tells nothing of the request before it.
            Reply::Failed(Failure::Network { kind, .. }) => *kind == NetworkKind::Timeout,
            _ => false,
        };
        if is_measured {
            self.slowest = self.slowest.max(took);
        }
        if matches!(reply, Reply::Pending | Reply::Unknown(_)) && !self.is_retrieved() {
            // It was given up too early.
            (self.end, self.gone) = (None, None);
        }
        match reply {
            Reply::Pending => (self.alive, self.lost, self.quiet) = (self.asked, None, None),
            // It may be the service's new word for a result, which it would then have given out.
            Reply::Unknown(_) => (self.lost, self.quiet) = (Some(now), Some(now)),
            Reply::Success(_) | Reply::Error { .. } | Reply::Expired => {
                self.finish(Verdict::at_once(reply.clone()), Source::Api, now);
            }
            Reply::Failed(Failure::NotFound { .. }) => {
                self.gone.get_or_insert(now);
                self.auth_url = None;
            }
            Reply::Failed(failure) if failure.may_have_cost_a_result() => self.lose(now, Some(now)),
            Reply::Failed(_) => {}
        }
        self.suspicion = Suspicion::after(self.suspicion.take(), reply);
    }

    /// A result that was gone before was not lost now.
    fn lose(&mut self, lost: Timestamp, quiet: Option<Timestamp>) {
        if self.gone.is_none() {
            (self.lost, self.quiet) = (Some(lost), quiet);
        }
    }

    /// Whether a request that leaves now is the one that was written down as about to leave.
    #[must_use]
    pub fn is_leaving(&self, now: Timestamp) -> bool {
        self.unheard && self.asked.is_some_and(|asked| now.duration_since(asked).abs() <= LEAVES_WITHIN)
    }

    /// How it ended is known. What is no end is not kept, and a result that was read is never replaced by less.
    pub fn finish(&mut self, verdict: Verdict, source: Source, now: Timestamp) {
        let ends = !matches!(verdict, Verdict::Failed { .. } | Verdict::Pending { .. });
        if ends && !self.is_retrieved() {
            self.end = Some(End { verdict, source, at: now });
            self.auth_url = None;
        }
    }

    /// Takes note that whoever sent the last request is gone by now, without having told what came back.
    pub fn give_up_on_reply(&mut self, now: Timestamp) {
        if std::mem::take(&mut self.unheard) {
            self.lose(self.asked.unwrap_or(self.began), Some(now));
            self.suspicion.get_or_insert(Suspicion::CutOff);
            // Nobody was there to see how long it took.
            self.slowest = None;
        }
    }

    /// What became of it, as far as that is known.
    #[must_use]
    pub fn outcome(&self) -> Outcome {
        match self.end.as_ref().map(|end| &end.verdict) {
            Some(Verdict::Connected(account)) if self.is_expected(account) => Outcome::Connected,
            Some(Verdict::Connected(_)) => Outcome::WrongAccount,
            Some(Verdict::Error { .. }) => Outcome::SessionError,
            Some(Verdict::Expired { .. }) => Outcome::Expired,
            Some(Verdict::NotFound) => Outcome::NotFound,
            Some(Verdict::Unknown { .. }) => Outcome::OutcomeUnknown,
            // The last two are no ends.
            None | Some(Verdict::Pending { .. } | Verdict::Failed { .. }) => Outcome::Pending,
        }
    }

    /// Whether this is the mailbox that had to come back. One that the API does not name may be any.
    fn is_expected(&self, account: &Account) -> bool {
        let Some(expect) = &self.expect else { return true };
        account.email.as_ref().is_some_and(|email| same_mailbox(email, expect))
    }

    /// Whether this is to be kept, and the other, of the same session, is not: a result that was read stands against
    /// anything less, and the API's own word against what the account list was taken to say.
    #[must_use]
    pub fn outranks(&self, other: &Self) -> bool {
        let rank = |record: &Self| match &record.end {
            Some(end) if record.is_retrieved() => 1 + u8::from(end.source != Source::Reconciled),
            _ => 0,
        };
        rank(self) > rank(other)
    }

    /// Takes note that a process which asked over another one never told what came back.
    pub fn give_up_on_another(&mut self, asked: Timestamp) {
        self.lose(asked, None);
        self.suspicion.get_or_insert(Suspicion::CutOff);
    }

    /// Whether its result has been read, so that the API has nothing more to say about it.
    #[must_use]
    pub fn is_retrieved(&self) -> bool {
        self.end.as_ref().is_some_and(|end| match &end.verdict {
            Verdict::Connected(_) | Verdict::Error { .. } => true,
            // Only the API's own word: by our reckoning alone, a last-moment result may still be there.
            Verdict::Expired { status } => status.as_deref() == Some("expired"),
            _ => false,
        })
    }
}

#[cfg(test)]
mod tests;
