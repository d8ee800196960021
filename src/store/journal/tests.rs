use std::fs;

use tempfile::TempDir;

use super::*;
use crate::model::poll::{Reply, Suspicion, Verdict};
use crate::model::record::{End, Source};
use crate::model::session::Account;

mod claims;
mod owed;
mod remains;
mod rows;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + second).unwrap()
}

fn days(number: i64) -> SignedDuration {
    SignedDuration::from_hours(24 * number)
}

/// A session that was started here at this second and lives ten minutes.
fn begun(id: &str, second: i64) -> Record {
    let id = SessionId::parse(id).unwrap();
    let mut record = Record::met(id, "https://api".into(), "w".into(), SignedDuration::from_secs(600), at(second));
    (record.alive, record.started_here) = (Some(at(second)), true);
    record.auth_url = Some(format!("https://accounts.google.com/{}", record.id));
    record
}

fn open(directory: &TempDir) -> Journal {
    Journal::open(&directory.path().join("state"), true, Kind::Real).unwrap()
}

fn fresh() -> (TempDir, Journal) {
    let directory = tempfile::tempdir().unwrap();
    let journal = open(&directory);
    (directory, journal)
}

fn begin(journal: &Journal, record: &Record, waiting: bool, now: Timestamp) -> String {
    let name = Journal::name().unwrap();
    journal.begin(&name, record, waiting, None, now).unwrap();
    name
}

fn found(journal: &Journal, record: &Record) -> Entry {
    journal.find(&record.service, &record.id).unwrap().expect("a record")
}

fn connected(email: &str) -> Verdict {
    Verdict::Connected(Account { email: Some(email.into()), name: None })
}

fn ended(mut record: Record, verdict: Verdict, source: Source) -> Record {
    record.end = Some(End { verdict, source, at: at(9) });
    record.auth_url = None;
    record
}

#[test]
fn a_session_is_known_by_its_id_and_service_and_the_newest_is_meant() {
    let (_directory, journal) = fresh();
    let mut other = begun("s1", 0);
    other.service = "https://elsewhere".into();
    for record in [begun("s1", 0), begun("s1", 5), begun("s1", 3), begun("s2", 9), other.clone()] {
        begin(&journal, &record, false, at(10));
    }
    assert_eq!(found(&journal, &begun("s1", 0)).record, begun("s1", 5));
    assert_eq!(found(&journal, &other).record, other);
    assert_eq!(journal.find("https://api", &SessionId::parse("s3").unwrap()).unwrap(), None);
    let order: Vec<_> = journal.all(at(10)).unwrap().into_iter().map(|entry| entry.record.began).collect();
    assert_eq!(order, [at(9), at(5), at(3), at(0), at(0)]);
    let names: std::collections::BTreeSet<_> =
        journal.all(at(10)).unwrap().into_iter().map(|entry| entry.name).collect();
    assert_eq!(names.len(), 5);
}

#[test]
fn a_result_is_never_replaced_by_less_and_whoever_has_less_is_given_it() {
    let api = |verdict| ended(begun("s1", 0), verdict, Source::Api);
    let error = || api(Verdict::Error { code: Some("access_denied".into()), description: None });
    let reconciled = ended(begun("s1", 0), connected("bob@acme.com"), Source::Reconciled);
    let less = [
        begun("s1", 0),
        api(Verdict::NotFound),
        api(Verdict::Expired { status: None }),
        ended(begun("s1", 0), Verdict::Expired { status: Some("pending".into()) }, Source::Api),
    ];
    for better in [api(connected("ada@acme.com")), error(), api(Verdict::Expired { status: Some("expired".into()) })] {
        let (_directory, journal) = fresh();
        let name = begin(&journal, &begun("s1", 0), true, at(0));
        for first in less.iter().chain([&reconciled]) {
            assert_eq!(journal.put(&name, first, false).unwrap(), None);
        }
        assert_eq!(journal.put(&name, &better, true).unwrap(), None, "what was reconciled is less than the API's word");
        for worse in less.iter().chain([&reconciled]) {
            assert_eq!(journal.put(&name, worse, true).unwrap().as_ref(), Some(&better));
            assert_eq!(found(&journal, &better).record, better);
        }
    }
    let (_directory, journal) = fresh();
    let name = begin(&journal, &reconciled, false, at(0));
    for worse in &less {
        assert_eq!(journal.put(&name, worse, true).unwrap().as_ref(), Some(&reconciled));
    }
}

#[test]
fn a_workspace_is_told_apart_within_a_journal_and_nowhere_else() {
    let (_directory, journal) = fresh();
    let print = journal.workspace("https://api", "key one").unwrap();
    assert_eq!(journal.workspace("https://api", "key one").unwrap(), print);
    assert_ne!(journal.workspace("https://api", "key two").unwrap(), print);
    let (_directory, other) = fresh();
    assert_ne!(other.workspace("https://api", "key one").unwrap(), print);
}

#[test]
fn the_sandbox_has_a_journal_of_its_own() {
    let (directory, journal) = fresh();
    let state = directory.path().join("state");
    assert!(Journal::open_existing(&state, true, Kind::Sandbox).unwrap().is_none());
    assert!(!state.join("sandbox.db").exists());
    let sandbox = Journal::open(&state, true, Kind::Sandbox).unwrap();
    begin(&sandbox, &begun("s1", 0), false, at(0));
    assert_eq!(journal.find("https://api", &begun("s1", 0).id).unwrap(), None);
    assert!(Journal::open_existing(&state, true, Kind::Sandbox).unwrap().is_some());
    assert_ne!(journal.workspace("s", "k").unwrap(), sandbox.workspace("s", "k").unwrap());
}

#[test]
fn neighbours_are_the_other_sessions_of_the_service_at_about_the_time() {
    let (_directory, journal) = fresh();
    let hours = |hours: i64| hours * 3600;
    let record = begun("s0", 0);
    let name = begin(&journal, &record, false, at(0));
    let mut strange = begun("service", 0);
    strange.service = "https://elsewhere".into();
    let mut near = [begun("early", -hours(2)), begun("s0", 0), begun("another-key", 1), begun("late", hours(2) + 600)];
    near[0].auth_url = None;
    near[2].workspace = "other".into();
    let far = [begun("earlier", -hours(2) - 1), begun("later", hours(2) + 601), strange];
    for other in near.iter().chain(&far) {
        begin(&journal, other, false, at(0));
    }
    let mut found = journal.neighbours(&name, &record).unwrap();
    found.sort_by_key(|other| other.began);
    assert_eq!(found, near);
}

#[test]
fn what_was_heard_is_found_by_whoever_opens_it_next() {
    let (directory, journal) = fresh();
    let mut record = begun("s1", 0);
    record.asking(at(1));
    let name = begin(&journal, &record, true, at(1));
    assert_eq!(found(&open(&directory), &record).record, record);
    record.heard(&Reply::Unknown("odd".into()), at(2));
    journal.put(&name, &record, false).unwrap();
    assert_eq!(found(&open(&directory), &record).record.suspicion, Some(Suspicion::UnknownStatus("odd".into())));
    record.heard(&Reply::Success(Account::default()), at(3));
    journal.put(&name, &record, true).unwrap();
    let entry = found(&open(&directory), &record);
    assert_eq!((entry.record, entry.waiter, entry.name), (record, None, name));
}
