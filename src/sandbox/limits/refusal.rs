//! Why a call is refused by a limit, and what it is told.

use std::time::Duration;

use super::super::call::Answer;
use super::super::moment::whole_seconds;

/// A call that is refused, and how long until it need not be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) struct Refusal {
    pub(in super::super) reason: Reason,
    pub(in super::super) wait: Duration,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Reason {
    /// The workspace has used up its calls of any kind.
    Calls,
    /// The workspace has used up its session starts with this provider.
    Workspace,
    /// The address has used up its session starts with this provider.
    Address,
    /// The address pushed on, and is blocked for this provider.
    Blocked,
    /// The provider failed a moment ago, and was not asked.
    BreakerOpen,
    /// The provider was asked, and failed.
    UpstreamFailed,
}

impl Refusal {
    /// The answer to the call. The texts are the examples of the service's `OpenAPI` document, save that of the block.
    pub(in super::super) fn answer(self) -> Answer {
        let (status, message, reason) = match self.reason {
            Reason::Calls => (429, "Rate limit exceeded", "call limit"),
            Reason::Workspace => (429, STARTS, "workspace limit"),
            Reason::Address => (429, STARTS, "address limit"),
            Reason::Blocked => {
                (429, "This IP address is temporarily blocked from creating OAuth sessions", "address blocked")
            }
            Reason::BreakerOpen => (503, UNAVAILABLE, "breaker open"),
            Reason::UpstreamFailed => (503, UNAVAILABLE, "upstream failed"),
        };
        Answer::problem(status, message).retry_after(whole_seconds(self.wait)).because(reason)
    }
}

const STARTS: &str = "Rate limit exceeded for OAuth session creation";
const UNAVAILABLE: &str = "OAuth is temporarily unavailable, please retry shortly";
