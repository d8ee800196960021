//! The one table of exit codes: every way in which a command can end, its number and its name.
//!
//! Scripts depend on the numbers and on the names, so neither is ever reused for something else.

use std::fmt;

/// How a command ended. The name is what the `result` event carries, the code what the process exits with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Outcome {
    /// The account is connected.
    Connected,
    /// The command did what it says, where there is no account to speak of.
    Done,
    /// A bug, or local input and output failed.
    Internal,
    /// Arguments, configuration or an input file.
    Usage,
    /// The session ended in `error`: refused, denied, already elsewhere.
    SessionError,
    /// No key, or the service answered 401, 402 or 403.
    Auth,
    /// Nobody finished in time, and the API was healthy.
    Expired,
    /// 404, and no reply of ours was lost.
    NotFound,
    /// 429, after what waiting was allowed.
    RateLimited,
    /// Not finished yet.
    Pending,
    /// 5xx, HTML or unusable replies, to the end.
    Unavailable,
    /// DNS, connect, TLS, proxy or timeouts, to the end.
    Network,
    /// The result was consumed by a reply that never arrived, and nothing can settle which it was.
    OutcomeUnknown,
    /// Connected, but not the mailbox that was expected.
    WrongAccount,
    /// A list, of which at least one mailbox did not end connected.
    Incomplete,
    /// Stopped by SIGINT.
    Interrupted,
    /// Stopped by SIGTERM.
    Terminated,
}

impl Outcome {
    /// All of them, in the order of their codes.
    pub const ALL: [Self; 17] = [
        Self::Connected,
        Self::Done,
        Self::Internal,
        Self::Usage,
        Self::SessionError,
        Self::Auth,
        Self::Expired,
        Self::NotFound,
        Self::RateLimited,
        Self::Pending,
        Self::Unavailable,
        Self::Network,
        Self::OutcomeUnknown,
        Self::WrongAccount,
        Self::Incomplete,
        Self::Interrupted,
        Self::Terminated,
    ];

    /// The exit code of the process, 0 to 143.
    #[must_use]
    pub const fn code(self) -> u8 {
        match self {
            Self::Connected | Self::Done => 0,
            Self::Internal => 1,
            Self::Usage => 2,
            Self::SessionError => 3,
            Self::Auth => 4,
            Self::Expired => 5,
            Self::NotFound => 6,
            Self::RateLimited => 7,
            Self::Pending => 8,
            Self::Unavailable => 9,
            Self::Network => 10,
            Self::OutcomeUnknown => 11,
            Self::WrongAccount => 12,
            Self::Incomplete => 13,
            Self::Interrupted => 130,
            Self::Terminated => 143,
        }
    }

    /// The word for it in the `result` event.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Connected => "connected",
            Self::Done => "done",
            Self::Internal => "internal",
            Self::Usage => "usage",
            Self::SessionError => "session_error",
            Self::Auth => "auth",
            Self::Expired => "expired",
            Self::NotFound => "not_found",
            Self::RateLimited => "rate_limited",
            Self::Pending => "pending",
            Self::Unavailable => "unavailable",
            Self::Network => "network",
            Self::OutcomeUnknown => "outcome_unknown",
            Self::WrongAccount => "wrong_account",
            Self::Incomplete => "incomplete",
            Self::Interrupted | Self::Terminated => "interrupted",
        }
    }

    /// When it happens, in the few words that `--help` and the README have room for.
    #[must_use]
    pub const fn when(self) -> &'static str {
        match self {
            Self::Connected => "the account is connected, or the command did what it says",
            Self::Done => "the command did what it says",
            Self::Internal => "a bug, or local I/O failed",
            Self::Usage => "arguments, config or input file",
            Self::SessionError => "the session ended in error: refused, denied, already elsewhere",
            Self::Auth => "no key, 401, 402, 403",
            Self::Expired => "nobody finished in time, and the API was healthy",
            Self::NotFound => "404, and no reply of ours was lost",
            Self::RateLimited => "429, after what waiting was allowed",
            Self::Pending => "not finished yet: one-shot status, or --timeout passed",
            Self::Unavailable => "5xx, HTML or unusable replies, to the end",
            Self::Network => "DNS, connect, TLS, proxy, timeouts, to the end",
            Self::OutcomeUnknown => "the result was consumed by a reply that never arrived",
            Self::WrongAccount => "connected, but not the mailbox of --expect",
            Self::Incomplete => "batch: at least one mailbox did not end connected",
            Self::Interrupted => "SIGINT",
            Self::Terminated => "SIGTERM",
        }
    }

    /// Whether running the same command again, with nothing changed, can end better.
    #[must_use]
    pub const fn retryable(self) -> bool {
        match self {
            Self::Expired
            | Self::RateLimited
            | Self::Pending
            | Self::Unavailable
            | Self::Network
            | Self::WrongAccount
            | Self::Incomplete
            | Self::Interrupted
            | Self::Terminated => true,
            Self::Connected
            | Self::Done
            | Self::Internal
            | Self::Usage
            | Self::SessionError
            | Self::Auth
            | Self::NotFound
            | Self::OutcomeUnknown => false,
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The table as text, a line a code, for `--help`.
#[must_use]
pub fn table() -> String {
    let own: Vec<_> = Outcome::ALL.into_iter().filter(|&outcome| outcome != Outcome::Done).collect();
    table_of(&own)
}

/// The same with these outcomes alone.
#[must_use]
pub fn table_of(outcomes: &[Outcome]) -> String {
    let line = |outcome: &Outcome| format!("  {:>3}  {:<15}  {}", outcome.code(), outcome.name(), outcome.when());
    std::iter::once("Exit codes:".to_owned()).chain(outcomes.iter().map(line)).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_ascend_and_only_success_shares_one() {
        for pair in Outcome::ALL.windows(2) {
            let shares = pair == [Outcome::Connected, Outcome::Done];
            assert!(shares || pair[0].code() < pair[1].code(), "{pair:?}");
        }
    }

    #[test]
    fn the_table_has_a_line_for_every_code() {
        let table = table();
        for outcome in Outcome::ALL {
            let code = format!("{:>5}  ", outcome.code());
            assert_eq!(table.lines().filter(|line| line.starts_with(&code)).count(), 1, "{outcome:?}");
        }
    }
}
