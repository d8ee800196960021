//! One OAuth session: waiting, decided, retrieved, expired.

use jiff::Timestamp;

use crate::model::provider::Provider;

/// What the mailbox's owner does, or what the service makes of it by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Decision {
    /// Access to this mailbox (lower case) is allowed, under this name if one was given.
    Allow { mailbox: String, name: Option<String> },
    /// Access is denied.
    Deny,
    /// The session ends with this error, whatever the owner did.
    Fail(Failure),
}

/// An `error` and its `error_description`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Failure {
    pub(super) error: &'static str,
    pub(super) description: &'static str,
}

impl Failure {
    /// The word for it is OAuth's own (RFC 6749, section 4.1.2.1).
    pub(super) const DENIED: Self = Self { error: "access_denied", description: "The user denied access" };
    pub(super) const ELSEWHERE: Self =
        Self { error: "account_exists", description: "This account is already connected to another workspace" };
    /// The text is the service's, the word a guess: `error` is an open set.
    pub(super) const PERSONAL: Self =
        Self { error: "non_gsuite_account", description: "Non GSuite accounts are not allowed" };
    pub(super) const SERVER: Self =
        Self { error: "server_error", description: "Something went wrong while connecting the account" };
    /// The word is the one that Google uses on its own pages.
    pub(super) const ADMIN: Self =
        Self { error: "admin_policy_enforced", description: "Access to this app is blocked by an admin" };
    pub(super) const CONTENT: Self =
        Self { error: "prohibited_content", description: "The account contains prohibited content" };
}

/// How a session ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    Connected { email: String, name: String },
    Failed(Failure),
}

/// What the status call finds.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Status {
    Pending,
    Expired,
    Ended(Verdict),
}

/// What a person does whom the sandbox plays, and what comes of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Part {
    /// None where they never act.
    pub(super) decision: Option<Decision>,
    /// Whether the connection drops instead of answering with the result.
    pub(super) loses_reply: bool,
}

impl Part {
    pub(super) const NOTHING: Self = Self { decision: None, loses_reply: false };
    pub(super) const DENIAL: Self = Self { decision: Some(Decision::Deny), loses_reply: false };
}

impl From<Decision> for Part {
    fn from(decision: Decision) -> Self {
        Self { decision: Some(decision), loses_reply: false }
    }
}

impl From<Failure> for Part {
    fn from(failure: Failure) -> Self {
        Decision::Fail(failure).into()
    }
}

/// A person whom the sandbox plays: what they do, and when.
#[derive(Debug)]
pub(super) struct Played {
    pub(super) at: Timestamp,
    pub(super) part: Part,
}

#[derive(Debug, PartialEq, Eq)]
enum Stage {
    Waiting,
    Ended(Verdict),
    /// The result was read, and to the API the session is gone. The consent page still knows it as used.
    Retrieved,
}

/// What the consent page is called with, byte for byte.
#[derive(Debug)]
pub(super) struct Link {
    pub(super) state: String,
    /// The whole query, in which the `state` is one parameter.
    pub(super) query: String,
}

#[derive(Debug)]
pub(super) struct Session {
    pub(super) id: String,
    pub(super) workspace: String,
    pub(super) provider: Provider,
    pub(super) link: Link,
    pub(super) expires: Timestamp,
    pub(super) played: Option<Played>,
    /// How many sessions the workspace began before.
    pub(super) turn: usize,
    /// The mailbox that its person owns, where somebody has said so.
    pub(super) owned: Option<String>,
    /// What was decided on the page, and what it was answered there.
    answered: Option<(Decision, Verdict)>,
    stage: Stage,
}

impl Session {
    /// A session that waits, with nobody to decide but whoever opens its link.
    pub(super) fn new(id: String, workspace: &str, provider: Provider, link: Link, expires: Timestamp) -> Self {
        let workspace = workspace.to_owned();
        let (played, owned, answered, stage) = (None, None, None, Stage::Waiting);
        Self { id, workspace, provider, link, expires, played, turn: 0, owned, answered, stage }
    }

    /// Whether the reply with its result never arrives.
    pub(super) fn loses_reply(&self) -> bool {
        self.played.as_ref().is_some_and(|played| played.part.loses_reply)
    }

    /// Whether a decision can still be taken.
    pub(super) fn is_open(&self, now: Timestamp) -> bool {
        self.stage == Stage::Waiting && now < self.expires
    }

    /// Whether it ran out before anyone decided.
    pub(super) fn is_expired(&self, now: Timestamp) -> bool {
        self.stage == Stage::Waiting && now >= self.expires
    }

    /// Keeps what the page answered, for whoever sends the same once more.
    pub(super) fn answered(&mut self, decision: Decision, verdict: Verdict) {
        self.answered = Some((decision, verdict));
    }

    /// What this decision was answered, if it is the one that was taken on the page.
    pub(super) fn answer_to(&self, decision: &Decision) -> Option<&Verdict> {
        self.answered.as_ref().filter(|(taken, _)| taken == decision).map(|(_, verdict)| verdict)
    }

    pub(super) fn end(&mut self, verdict: Verdict) {
        self.stage = Stage::Ended(verdict);
    }

    /// What the status call answers, or none where the result was already retrieved. A result is handed out once.
    pub(super) fn retrieve(&mut self, now: Timestamp) -> Option<Status> {
        if self.is_expired(now) {
            return Some(Status::Expired);
        }
        match std::mem::replace(&mut self.stage, Stage::Retrieved) {
            Stage::Waiting => {
                self.stage = Stage::Waiting;
                Some(Status::Pending)
            }
            Stage::Ended(verdict) => Some(Status::Ended(verdict)),
            Stage::Retrieved => None,
        }
    }
}
