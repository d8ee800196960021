use std::collections::BTreeSet;

use super::*;
use crate::model::failure::{Failure, NetworkKind};
use crate::model::poll::Unsettled;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + second).unwrap()
}

fn begun() -> Record {
    let id = SessionId::parse("s1").unwrap();
    let mut record = Record::met(id, "https://api".into(), "w".into(), SignedDuration::from_secs(600), at(0));
    (record.alive, record.started_here, record.auth_url) = (Some(at(0)), true, Some("https://x".into()));
    record
}

fn broken() -> Reply {
    Reply::Failed(Failure::Network { kind: NetworkKind::Broken, detail: "gone".into(), sent: true })
}

fn connected() -> Reply {
    Reply::Success(Account { email: Some("ada@acme.com".into()), name: None })
}

/// Asks at each second and hears this.
fn after(replies: &[Reply]) -> Record {
    let mut record = begun();
    for (reply, second) in replies.iter().zip(1..) {
        record.asking(at(second));
        record.heard(reply, at(second));
    }
    record
}

#[test]
fn what_is_known_follows_from_what_was_heard() {
    let refused = Reply::Failed(Failure::Network { kind: NetworkKind::Connect, detail: String::new(), sent: false });
    let missing = Reply::Failed(Failure::NotFound { message: None });
    let odd = Reply::Unknown("odd".into());
    // The replies, when it was last alive, when a reply was last lost, and whether that is still suspected.
    for (replies, alive, lost, suspected) in [
        (vec![], 0, None, false),
        (vec![Reply::Pending], 1, None, false),
        (vec![Reply::Pending, refused.clone()], 1, None, false),
        (vec![Reply::Pending, broken()], 1, Some(2), true),
        (vec![broken(), broken()], 0, Some(2), true),
        (vec![broken(), refused], 0, Some(1), true),
        (vec![broken(), Reply::Pending], 2, None, false),
        (vec![broken(), missing.clone()], 0, Some(1), true),
        // It was gone before that.
        (vec![broken(), missing.clone(), broken()], 0, Some(1), true),
        (vec![missing.clone()], 0, None, false),
        (vec![odd], 0, Some(1), true),
    ] {
        let record = after(&replies);
        assert_eq!((record.alive, record.lost), (Some(at(alive)), lost.map(at)), "{replies:?}");
        assert_eq!((record.suspicion.is_some(), record.unheard), (suspected, false), "{replies:?}");
        let gone = replies.contains(&missing);
        assert_eq!((record.end, record.gone.is_some(), record.auth_url.is_none()), (None, gone, gone), "{replies:?}");
    }
}

#[test]
fn an_end_forgets_the_url_and_is_never_replaced_by_less() {
    let denied = Reply::Error { code: Some("access_denied".into()), description: None };
    for (reply, retrieved) in [(connected(), true), (denied, true), (Reply::Expired, true)] {
        let mut record = after(&[Reply::Pending, reply.clone()]);
        assert_eq!((record.is_retrieved(), record.auth_url.as_ref()), (retrieved, None), "{reply:?}");
        let end = record.end.clone();
        record.finish(Verdict::NotFound, Source::Api, at(9));
        assert_eq!(record.end, end);
    }
    let mut record = begun();
    record.finish(Verdict::Pending { status: None, last: None, lost: false }, Source::Api, at(1));
    assert_eq!((&record.end, record.auth_url.is_some()), (&None, true));
    // Nobody read these: another look may find more.
    for verdict in [Verdict::NotFound, Verdict::Expired { status: None }] {
        record.finish(verdict, Source::Api, at(1));
        assert!(record.end.is_some() && !record.is_retrieved());
    }
    record.asking(at(2));
    record.heard(&Reply::Pending, at(2));
    assert_eq!(record.end, None, "it was given up too early");
    record.finish(Verdict::at_once(connected()), Source::Reconciled, at(2));
    record.asking(at(3));
    record.heard(&Reply::Pending, at(3));
    assert!(record.is_retrieved());
}

#[test]
fn a_request_that_nobody_tells_of_may_have_cost_the_result() {
    let mut record = after(&[Reply::Pending]);
    record.give_up_on_reply(at(7));
    assert_eq!(record.suspicion, None, "it was heard");
    record.asking(at(5));
    record.give_up_on_reply(at(7));
    assert_eq!((&record.suspicion, record.lost, record.unheard), (&Some(Suspicion::CutOff), Some(at(5)), false));
    // An earlier reason says more.
    let mut record = after(&[broken()]);
    let before = record.suspicion.clone();
    record.asking(at(5));
    record.give_up_on_reply(at(7));
    assert_eq!((record.suspicion, record.lost), (before, Some(at(5))));
}

#[test]
fn what_became_of_a_session_is_its_verdict_and_whether_that_was_the_mailbox_expected() {
    let account = |email: Option<&str>| Account { email: email.map(str::to_owned), name: Some("Ada".into()) };
    let error = Verdict::Error { code: None, description: None };
    let unknown = Verdict::Unknown { suspicion: Suspicion::CutOff, unsettled: Unsettled::Nothing };
    let mut met = BTreeSet::new();
    for (expect, verdict, outcome) in [
        (None, None, Outcome::Pending),
        (None, Some(Verdict::Connected(account(Some("ada@acme.com")))), Outcome::Connected),
        (None, Some(Verdict::Connected(account(None))), Outcome::Connected),
        (Some("Ada@Acme.com "), Some(Verdict::Connected(account(Some("ada@acme.com")))), Outcome::Connected),
        (Some("bob@acme.com"), Some(Verdict::Connected(account(Some("ada@acme.com")))), Outcome::WrongAccount),
        (Some("ada@acme.com"), Some(Verdict::Connected(account(None))), Outcome::WrongAccount),
        (None, Some(error.clone()), Outcome::SessionError),
        (Some("bob@acme.com"), Some(error), Outcome::SessionError),
        (None, Some(Verdict::Expired { status: None }), Outcome::Expired),
        (None, Some(Verdict::NotFound), Outcome::NotFound),
        (None, Some(unknown), Outcome::OutcomeUnknown),
    ] {
        let mut record = begun();
        record.expect = expect.map(str::to_owned);
        record.end = verdict.map(|verdict| End { verdict, source: Source::Api, at: at(1) });
        assert_eq!(record.outcome(), outcome, "{record:?}");
        met.insert(outcome);
    }
    assert_eq!(met, Record::OUTCOMES.into_iter().collect(), "the list of those that there are");
}

#[test]
fn how_long_requests_take_is_known_from_those_that_were_answered_in_time_or_given_up() {
    let missing = Reply::Failed(Failure::NotFound { message: None });
    let late = Reply::Failed(Failure::Network { kind: NetworkKind::Timeout, detail: String::new(), sent: true });
    let asked = |record: &mut Record, reply: &Reply, seconds| {
        record.asking(at(0));
        record.heard(reply, at(seconds));
        record.slowest.map(|slowest| slowest.as_secs())
    };
    let mut record = begun();
    assert_eq!(asked(&mut record, &broken(), 9), None);
    assert_eq!(asked(&mut record, &Reply::Pending, 2), Some(2));
    assert_eq!(asked(&mut record, &Reply::Pending, 1), Some(2));
    assert_eq!(asked(&mut record, &late, 15), Some(15));
    // Whoever was killed did not see how long it took, and the 404 that follows does not tell.
    record.asking(at(0));
    record.give_up_on_reply(at(1));
    assert_eq!((record.slowest, asked(&mut record, &missing, 1)), (None, None));
}
