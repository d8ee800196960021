//! What a request comes back with, and how a session can end for us.

use crate::model::failure::Failure;
use crate::model::session::Account;

/// What a status request came back with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    /// Nobody has finished yet.
    Pending,
    /// The mailbox is connected. The service has forgotten the session.
    Success(Account),
    /// The session ended in an error. The service has forgotten the session.
    Error {
        /// The API's code for it, an open set.
        code: Option<String>,
        /// The API's sentence about it.
        description: Option<String>,
    },
    /// Nobody finished in time.
    Expired,
    /// A status that the API's documentation does not have.
    Unknown(String),
    /// No usable answer.
    Failed(Failure),
}

/// How the session ended for us.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The mailbox is connected.
    Connected(Account),
    /// The session ended in an error.
    Error {
        /// The API's code for it, an open set.
        code: Option<String>,
        /// The API's sentence about it.
        description: Option<String>,
    },
    /// The session's time is up, and the API was healthy.
    Expired {
        /// The API's last word on it, if it was not `pending`.
        status: Option<String>,
    },
    /// 404, and no reply of ours was lost.
    NotFound,
    /// Nothing usable to the end, or a refusal.
    Failed {
        /// The last failure.
        failure: Failure,
        /// Whether a reply that was lost on the way may have carried the result.
        lost: bool,
    },
    /// Not finished, and no longer waited for.
    Pending {
        /// The API's last word on it, where it gave one.
        status: Option<String>,
        /// The failure of the last poll, if it failed.
        last: Option<Failure>,
        /// Whether a reply that was lost on the way may have carried the result.
        lost: bool,
    },
    /// The result is gone: a reply that was lost, or not understood, was followed by a 404.
    Unknown {
        /// What makes it so.
        suspicion: Suspicion,
        /// What the account list could say about it.
        unsettled: Unsettled,
    },
}

/// Why a 404 may not mean what it says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Suspicion {
    /// A reply was lost that may have carried the result: how.
    LostReply(String),
    /// The API answered a status that is not in its documentation, and may have counted that as the result.
    UnknownStatus(String),
    /// Whoever asked was stopped before it could tell what came back.
    CutOff,
}

/// Why the account list does not tell what a lost result was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unsettled {
    /// It was not looked at.
    Unread,
    /// Nothing is known of the session that an account could be held against: neither a time nor a mailbox.
    NoClue,
    /// The key in use is not the one that started the session, and may be another workspace's.
    OtherKey,
    /// The journal does not tell which other sessions there were.
    NoJournal,
    /// It could not be read: why.
    Unreadable(String),
    /// No account appeared that this session could have connected.
    Nothing,
    /// These appeared, and nothing tells which of them is this session's, if any.
    Several(Vec<String>),
}

impl Suspicion {
    /// What is suspected after this reply, where this was suspected before it.
    #[must_use]
    pub fn after(before: Option<Self>, reply: &Reply) -> Option<Self> {
        match reply {
            Reply::Pending => None,
            Reply::Unknown(status) => Some(Self::UnknownStatus(status.clone())),
            Reply::Failed(failure) if failure.may_have_cost_a_result() => Some(Self::LostReply(failure.to_string())),
            _ => before,
        }
    }
}

impl Verdict {
    /// What a single reply says, where nothing came before it and nothing will follow.
    #[must_use]
    pub fn at_once(reply: Reply) -> Self {
        match reply {
            Reply::Pending => Self::Pending { status: Some("pending".into()), last: None, lost: false },
            Reply::Success(account) => Self::Connected(account),
            Reply::Error { code, description } => Self::Error { code, description },
            Reply::Expired => Self::Expired { status: Some("expired".into()) },
            Reply::Unknown(status) => Self::Pending { status: Some(status), last: None, lost: false },
            Reply::Failed(Failure::NotFound { .. }) => Self::NotFound,
            Reply::Failed(failure) => {
                let lost = failure.may_have_cost_a_result();
                Self::Failed { failure, lost }
            }
        }
    }
}
