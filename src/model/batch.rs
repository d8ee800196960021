//! What becomes of the rows of a list: pure decisions and counts.

use std::collections::BTreeMap;
use std::time::Duration;

use super::failure::Failure;
use super::limits::{LINE_WINDOW, Limits};
use super::poll::{Unsettled, Verdict};
use super::session::Account;
use super::words::same_mailbox;
use crate::exit::Outcome;

/// The word in the results for a mailbox that was connected and healthy before.
pub const SKIPPED: &str = "skipped";

/// The API's code for a failure of its own, after which the flow is to be tried again.
const SERVER_ERROR: &str = "server_error";

/// What the end of a row's session means for the row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It is over.
    Over,
    /// It is tried again, at the end of the list.
    Again,
    /// Nothing is known yet: its session may still have a result, which a later run will read.
    Open,
}

/// What this end of a session means for its row, which expects this mailbox and may be tried again so many times.
#[must_use]
pub fn fate(verdict: &Verdict, expect: &str, left: u32) -> Fate {
    let passes = match verdict {
        Verdict::Connected(account) => is_another(account, expect),
        Verdict::Error { code, .. } => code.as_deref() == Some(SERVER_ERROR),
        // The account list was looked at: it does not have the mailbox.
        Verdict::Expired { .. } | Verdict::NotFound | Verdict::Unknown { unsettled: Unsettled::Nothing, .. } => true,
        // What could not be read now may be later.
        Verdict::Unknown { unsettled: Unsettled::Unreadable(_) | Unsettled::Unread, .. }
        | Verdict::Pending { .. }
        | Verdict::Failed { .. } => return Fate::Open,
        Verdict::Unknown { .. } => false,
    };
    if passes && left > 0 { Fate::Again } else { Fate::Over }
}

/// Whether a mailbox was connected that is certainly not the expected one.
#[must_use]
pub fn is_another(account: &Account, expect: &str) -> bool {
    account.email.as_deref().is_some_and(|email| !same_mailbox(email, expect))
}

/// Whether a failure to start a session concerns the sessions of its provider alone, and those of any other may go on.
#[must_use]
pub const fn is_of_provider(failure: &Failure) -> bool {
    !matches!(failure, Failure::Refused { .. } | Failure::Network { .. })
}

/// Whether a failure to start a session is odd enough that the next request may well work: a reply that makes no sense.
#[must_use]
pub const fn is_odd(failure: &Failure) -> bool {
    matches!(failure, Failure::Unusable { .. } | Failure::Status { .. } | Failure::NotFound { .. })
}

/// How many rows ended how.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    outcomes: BTreeMap<String, usize>,
    reasons: BTreeMap<String, usize>,
}

impl Tally {
    /// Counts a row: its outcome's name, and the API's code for its error.
    pub fn add(&mut self, outcome: &str, error: Option<&str>) {
        *self.outcomes.entry(outcome.to_owned()).or_default() += 1;
        if let Some(reason) = reason(outcome, error) {
            *self.reasons.entry(reason.to_owned()).or_default() += 1;
        }
    }

    /// Counts one less: it turned out otherwise.
    pub fn remove(&mut self, outcome: &str, error: Option<&str>) {
        let less = |counts: &mut BTreeMap<String, usize>, of: &str| {
            if let Some(count) = counts.get_mut(of) {
                *count -= 1;
            }
            counts.retain(|_, count| *count > 0);
        };
        less(&mut self.outcomes, outcome);
        if let Some(reason) = reason(outcome, error) {
            less(&mut self.reasons, reason);
        }
    }

    /// The counts by outcome.
    #[must_use]
    pub fn counts(&self) -> Vec<(String, usize)> {
        self.outcomes.iter().map(|(name, count)| (name.clone(), *count)).collect()
    }

    /// How many ended so.
    #[must_use]
    pub fn of(&self, outcome: &str) -> usize {
        self.outcomes.get(outcome).copied().unwrap_or(0)
    }

    /// How many are connected, now or before.
    #[must_use]
    pub fn connected(&self) -> usize {
        self.of(Outcome::Connected.name()) + self.of(SKIPPED)
    }

    /// How many ended in any other way.
    #[must_use]
    pub fn failed(&self) -> usize {
        self.reasons.values().sum()
    }

    /// The counts of those that failed, by reason: the API's code for a session's error, else the outcome. The most
    /// frequent first.
    #[must_use]
    pub fn reasons(&self) -> Vec<(&str, usize)> {
        let mut reasons: Vec<_> = self.reasons.iter().map(|(reason, count)| (reason.as_str(), *count)).collect();
        reasons.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        reasons
    }
}

/// Why a row failed, if it has: the API's code for a session's error, else the outcome.
fn reason<'a>(outcome: &'a str, error: Option<&'a str>) -> Option<&'a str> {
    let has_failed = outcome != Outcome::Connected.name() && outcome != SKIPPED;
    has_failed.then(|| error.filter(|_| outcome == Outcome::SessionError.name()).unwrap_or(outcome))
}

/// How long it takes at the least to start so many sessions with one provider.
#[must_use]
pub fn shortest(sessions: usize, limits: Limits) -> Duration {
    let windows = sessions.saturating_sub(1) / limits.starts.max(1);
    LINE_WINDOW.saturating_mul(windows.try_into().unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::poll::Suspicion;

    #[test]
    fn what_passes_is_tried_again_and_what_is_not_known_is_left_open() {
        let account = |email: Option<&str>| Verdict::Connected(Account { email: email.map(str::to_owned), name: None });
        let error = |code: &str| Verdict::Error { code: Some(code.into()), description: None };
        let unknown = |unsettled| Verdict::Unknown { suspicion: Suspicion::CutOff, unsettled };
        let failed = Verdict::Failed { failure: Failure::NotFound { message: None }, lost: true };
        for (verdict, fate_with_one_left) in [
            (account(Some("ADA@acme.com")), Fate::Over),
            (account(Some("bob@acme.com")), Fate::Again),
            // It may be any, and another session would be told the same.
            (account(None), Fate::Over),
            (error("server_error"), Fate::Again),
            (error("access_denied"), Fate::Over),
            (Verdict::Error { code: None, description: None }, Fate::Over),
            (Verdict::Expired { status: None }, Fate::Again),
            (Verdict::NotFound, Fate::Again),
            (unknown(Unsettled::Nothing), Fate::Again),
            (unknown(Unsettled::Several(Vec::new())), Fate::Over),
            (unknown(Unsettled::Unreadable(String::new())), Fate::Open),
            (Verdict::Pending { status: None, last: None, lost: false }, Fate::Open),
            (failed, Fate::Open),
        ] {
            assert_eq!(fate(&verdict, "ada@acme.com", 1), fate_with_one_left, "{verdict:?}");
            let none_left = if fate_with_one_left == Fate::Open { Fate::Open } else { Fate::Over };
            assert_eq!(fate(&verdict, "ada@acme.com", 0), none_left, "{verdict:?}");
        }
    }

    #[test]
    fn rows_are_counted_by_outcome_and_by_reason() {
        let mut tally = Tally::default();
        for (outcome, error) in [
            ("connected", None),
            ("connected", None),
            ("skipped", None),
            ("expired", Some("expired")),
            ("session_error", Some("access_denied")),
            ("session_error", Some("access_denied")),
            ("session_error", None),
        ] {
            tally.add(outcome, error);
        }
        assert_eq!((tally.connected(), tally.failed(), tally.of("session_error")), (3, 4, 3));
        assert_eq!(tally.reasons(), [("access_denied", 2), ("expired", 1), ("session_error", 1)]);
        // What turned out otherwise is counted anew.
        tally.add("expired", None);
        tally.remove("expired", None);
        tally.add("session_error", Some("account_exists"));
        tally.remove("session_error", Some("account_exists"));
        assert_eq!(tally.reasons(), [("access_denied", 2), ("expired", 1), ("session_error", 1)]);
        let counts: Vec<_> = tally.counts().into_iter().map(|(name, count)| format!("{name} {count}")).collect();
        assert_eq!(counts, ["connected 2", "expired 1", "session_error 3", "skipped 1"]);
    }

    #[test]
    fn starts_take_a_window_for_as_many_as_it_holds() {
        let limits = Limits { starts: 75, ..Limits::DOCUMENTED };
        for (sessions, windows) in [(0, 0), (1, 0), (75, 0), (76, 1), (150, 1), (1000, 13)] {
            assert_eq!(shortest(sessions, limits), LINE_WINDOW * windows, "{sessions}");
        }
    }
}
