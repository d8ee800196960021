//! How a command ended: everything that the `result` event and the last words to a person are made of.

use jiff::Timestamp;

use super::provider::Provider;
use super::record::Source;
use super::session::SessionId;
use crate::error::Error;
use crate::exit::Outcome;

/// The end of a command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conclusion {
    /// Which row of the exit-code table.
    pub outcome: Outcome,
    /// What the process exits with: the row's code, save where the command did what it says without an end.
    pub exit_code: u8,
    /// The API's word for the session's state.
    pub status: Option<String>,
    /// The session.
    pub session: Option<SessionId>,
    /// The profile of its workspace, where it has one.
    pub profile: Option<String>,
    /// With whom it signed in, where that is known.
    pub provider: Option<Provider>,
    /// The mailbox that was connected.
    pub email: Option<String>,
    /// Its owner's name.
    pub name: Option<String>,
    /// The API's code for the session's error.
    pub error: Option<String>,
    /// The API's sentence about it.
    pub error_description: Option<String>,
    /// What happened: one sentence.
    pub message: String,
    /// What to do, a line each.
    pub hints: Vec<String>,
    /// Whether the same command can end better.
    pub retryable: bool,
    /// The command to run next.
    pub next: Option<String>,
    /// Not before this, where the service named a time.
    pub retry_at: Option<Timestamp>,
    /// Where it was learned.
    pub source: Source,
    /// When the session was started or first asked for.
    pub started_at: Option<Timestamp>,
    /// When it was over.
    pub finished_at: Timestamp,
    /// How many mailboxes of a list ended how; empty where it was not about a list.
    pub counts: Vec<(String, usize)>,
}

impl Conclusion {
    /// An end of this kind, with nothing known but what happened.
    #[must_use]
    pub fn new(outcome: Outcome, message: impl Into<String>, finished_at: Timestamp) -> Self {
        Self {
            outcome,
            exit_code: outcome.code(),
            status: None,
            session: None,
            profile: None,
            provider: None,
            email: None,
            name: None,
            error: None,
            error_description: None,
            message: message.into(),
            hints: Vec::new(),
            retryable: outcome.retryable(),
            next: None,
            retry_at: None,
            source: Source::Api,
            started_at: None,
            finished_at,
            counts: Vec::new(),
        }
    }

    /// The end that an error is.
    #[must_use]
    pub fn of_error(error: &Error, finished_at: Timestamp) -> Self {
        Self { hints: error.hints.clone(), ..Self::new(error.outcome, error.to_string(), finished_at) }
    }
}
