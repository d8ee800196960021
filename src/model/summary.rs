//! A recorded session as a list shows it: what is known of it, and whether somebody is waiting for more.

use super::poll::{Suspicion, Verdict};
use super::record::{End, Record, Source};
use super::session::Account;
use crate::exit::Outcome;

/// A session in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Summary {
    /// What is known of it.
    pub record: Record,
    /// Whether a process on this machine is waiting for it right now.
    pub waiting: bool,
    /// Whether it is a sandbox's.
    pub sandbox: bool,
}

impl Summary {
    /// Sums a record up. `awaited` is whether a process is waiting for its session.
    #[must_use]
    pub fn new(mut record: Record, awaited: bool, sandbox: bool) -> Self {
        // Whoever was told to ask over another's head may have read the result that the other still waits for.
        let waiting = awaited && !record.is_retrieved();
        if waiting {
            // How it seemed to end is what it is asked for again.
            record.end = None;
        }
        Self { record, waiting, sandbox }
    }

    /// What became of it. What is waited for is pending.
    #[must_use]
    pub fn outcome(&self) -> Outcome {
        self.record.outcome()
    }

    /// How it ended, if it has.
    #[must_use]
    pub const fn end(&self) -> Option<&End> {
        self.record.end.as_ref()
    }

    /// The API's word for its end, where it had one.
    #[must_use]
    pub fn status(&self) -> Option<&str> {
        match &self.end()?.verdict {
            // What the account list shows, the API never said.
            Verdict::Connected(_) if self.end()?.source == Source::Reconciled => None,
            Verdict::Connected(_) => Some("success"),
            Verdict::Error { .. } => Some("error"),
            Verdict::Expired { status } => status.as_deref(),
            Verdict::Unknown { suspicion: Suspicion::UnknownStatus(word), .. } => Some(word),
            _ => None,
        }
    }

    /// The mailbox that it connected.
    #[must_use]
    pub fn account(&self) -> Option<&Account> {
        match &self.end()?.verdict {
            Verdict::Connected(account) => Some(account),
            _ => None,
        }
    }

    /// The API's code for its error, and its sentence about it.
    #[must_use]
    pub fn error(&self) -> (Option<&str>, Option<&str>) {
        match self.end().map(|end| &end.verdict) {
            Some(Verdict::Error { code, description }) => (code.as_deref(), description.as_deref()),
            _ => (None, None),
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::{SignedDuration, Timestamp};

    use super::*;
    use crate::model::poll::Unsettled;
    use crate::model::record::Source;
    use crate::model::session::SessionId;

    fn ended(verdict: Verdict) -> Record {
        let (id, now) = (SessionId::parse("s1").unwrap(), Timestamp::UNIX_EPOCH);
        let mut record = Record::met(id, "https://api".into(), "w".into(), SignedDuration::from_secs(600), now);
        record.end = Some(End { verdict, source: Source::Api, at: now });
        record
    }

    #[test]
    fn what_is_waited_for_has_not_ended_unless_its_result_was_read() {
        let connected = Verdict::Connected(Account { email: Some("ada@acme.com".into()), name: None });
        for (verdict, awaited, waiting, outcome) in [
            (Verdict::Expired { status: None }, false, false, Outcome::Expired),
            (Verdict::Expired { status: None }, true, true, Outcome::Pending),
            (Verdict::NotFound, true, true, Outcome::Pending),
            (connected.clone(), true, false, Outcome::Connected),
            (connected, false, false, Outcome::Connected),
        ] {
            let summary = Summary::new(ended(verdict), awaited, false);
            assert_eq!((summary.waiting, summary.outcome()), (waiting, outcome), "{summary:?}");
            assert_eq!(summary.end().is_none(), waiting);
        }
    }

    #[test]
    fn its_status_is_the_apis_word() {
        let unknown = |suspicion| Verdict::Unknown { suspicion, unsettled: Unsettled::Unread };
        for (verdict, status) in [
            (Verdict::Connected(Account::default()), Some("success")),
            (Verdict::Error { code: Some("x".into()), description: None }, Some("error")),
            (Verdict::Expired { status: Some("expired".into()) }, Some("expired")),
            (Verdict::Expired { status: None }, None),
            (Verdict::NotFound, None),
            (unknown(Suspicion::UnknownStatus("completed".into())), Some("completed")),
            (unknown(Suspicion::CutOff), None),
        ] {
            let summary = Summary::new(ended(verdict), false, false);
            assert_eq!(summary.status(), status, "{summary:?}");
            assert_eq!(summary.account().is_some(), status == Some("success"));
            assert_eq!(summary.error().0.is_some(), status == Some("error"));
        }
    }
}
