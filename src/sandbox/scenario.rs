//! What happens to every session of a sandbox.

use std::fmt;
use std::time::Duration;

use crate::model::deadline::DOCUMENTED_LIFE;

/// Who plays the mailbox's owner, and what goes wrong.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Scenario {
    /// A person decides on the consent page.
    #[default]
    Ask,
    /// A simulated person allows access.
    Success,
    /// A simulated person denies it.
    Denied,
    /// The mailbox is connected to another workspace.
    AccountExists,
    /// The mailbox is a personal one, which Google's side refuses.
    PersonalGmail,
    /// The service fails while it connects the mailbox.
    ServerError,
    /// Nobody ever acts.
    Expire,
    /// A workspace's minute is used up when it is first asked for a session, for 3 seconds more.
    RateLimited,
    /// The address is blocked for half an hour when it first asks for a session.
    IpBlocked,
    /// Each provider fails for the first 5 seconds, and a circuit breaker keeps it from being asked.
    Unavailable,
    /// The reply that carries the result never arrives.
    LostReply,
    /// Any of that, drawn for each mailbox from a seed; most people allow access.
    Mixed,
}

/// How long a session lives where the point is to see one expire.
const SHORT_LIFE: Duration = Duration::from_secs(8);

impl Scenario {
    /// All of them, in the order in which they are offered.
    pub const ALL: [Self; 12] = [
        Self::Ask,
        Self::Success,
        Self::Denied,
        Self::AccountExists,
        Self::PersonalGmail,
        Self::ServerError,
        Self::Expire,
        Self::RateLimited,
        Self::IpBlocked,
        Self::Unavailable,
        Self::LostReply,
        Self::Mixed,
    ];

    /// The word for it on the command line.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ask => "ask",
            Self::Success => "success",
            Self::Denied => "denied",
            Self::AccountExists => "account_exists",
            Self::PersonalGmail => "personal_gmail",
            Self::ServerError => "server_error",
            Self::Expire => "expire",
            Self::RateLimited => "rate_limited",
            Self::IpBlocked => "ip_blocked",
            Self::Unavailable => "unavailable",
            Self::LostReply => "lost_reply",
            Self::Mixed => "mixed",
        }
    }

    /// How long a session should live for whoever waits for its end: as long as the service's, unless the point is to
    /// see one expire.
    #[must_use]
    pub const fn life(self) -> Duration {
        match self {
            Self::Expire | Self::Mixed => SHORT_LIFE,
            _ => DOCUMENTED_LIFE,
        }
    }

    /// What happens, in one line without a full stop.
    #[must_use]
    pub const fn about(self) -> &'static str {
        match self {
            Self::Ask => "you decide, on a consent page in the browser",
            Self::Success => "a simulated person allows access",
            Self::Denied => "a simulated person denies access",
            Self::AccountExists => "the mailbox is already connected to another workspace",
            Self::PersonalGmail => "the mailbox is a personal @gmail.com, which is refused for Google",
            Self::ServerError => "the service fails while it connects the mailbox",
            Self::Expire => "nobody ever acts, and the session expires",
            Self::RateLimited => "starts with each provider answer 429 for the first 3 seconds, then as success",
            Self::IpBlocked => {
                "starts with each provider answer 429 for 30 minutes, longer if pushed: this address is blocked"
            }
            Self::Unavailable => {
                "each provider fails for 5 seconds from the first start on, which answers 503, then as success"
            }
            Self::LostReply => "as success, but the connection drops instead of answering with the result",
            Self::Mixed => "a seed decides for each mailbox: most allow access, others do not, or something goes wrong",
        }
    }
}

impl fmt::Display for Scenario {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_scenario_has_a_name_of_its_own_and_a_line() {
        for scenario in Scenario::ALL {
            assert_eq!(Scenario::ALL.into_iter().filter(|other| other.name() == scenario.name()).count(), 1);
            assert!(!scenario.about().is_empty() && !scenario.about().ends_with('.'), "{scenario}");
        }
        assert_eq!(Scenario::default(), Scenario::Ask);
        assert_eq!(Scenario::Success.life(), DOCUMENTED_LIFE);
    }
}
