//! What is written is read again, all of it.

use proptest::option;
use proptest::prelude::*;

use super::*;
use crate::model::poll::Unsettled;
use crate::model::provider::Provider;
use crate::model::server_clock::Ahead;

fn time() -> impl Strategy<Value = Timestamp> {
    (Timestamp::MIN.as_millisecond()..=Timestamp::MAX.as_millisecond())
        .prop_map(|millis| Timestamp::from_millisecond(millis).unwrap())
}

/// Anything, a zero byte included: some of it comes from servers.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![Just(String::new()), Just("a\0b".to_owned()), any::<String>(), "[ -~]{1,200}"]
}

fn suspicion() -> impl Strategy<Value = Suspicion> {
    prop_oneof![
        text().prop_map(Suspicion::LostReply),
        text().prop_map(Suspicion::UnknownStatus),
        Just(Suspicion::CutOff)
    ]
}

fn verdict() -> impl Strategy<Value = Verdict> {
    prop_oneof![
        (option::of(text()), option::of(text())).prop_map(|(email, name)| Verdict::Connected(Account { email, name })),
        (option::of(text()), option::of(text())).prop_map(|(code, description)| Verdict::Error { code, description }),
        option::of(text()).prop_map(|status| Verdict::Expired { status }),
        Just(Verdict::NotFound),
        unsettled().prop_map(|unsettled| Verdict::Unknown { suspicion: Suspicion::CutOff, unsettled }),
    ]
}

/// What a look at the account list can have left for good.
fn unsettled() -> impl Strategy<Value = Unsettled> {
    prop_oneof![
        Just(Unsettled::Unread),
        Just(Unsettled::Nothing),
        prop::collection::vec("[!-~]{1,40}", 1..4).prop_map(Unsettled::Several),
    ]
}

prop_compose! {
    fn record()(
        (id, service, workspace, profile) in ("[!-~]{3,256}", text(), text(), option::of(text())),
        provider in option::of(prop_oneof![Just(Provider::Google), Just(Provider::Microsoft)]),
        (expect, auth_url) in (option::of(text()), option::of(text())),
        (began, ends, started_here) in (time(), time(), any::<bool>()),
        clock in option::of((any::<i64>(), any::<i64>()).prop_map(|(least, most)| Ahead {
            least: SignedDuration::from_millis(least),
            most: SignedDuration::from_millis(most),
        })),
        (quiet, gone, slowest) in (option::of(time()), option::of(time()), option::of(any::<i64>().prop_map(SignedDuration::from_millis))),
        (alive, asked, lost) in (option::of(time()), option::of(time()), option::of(time())),
        (unheard, suspicion) in (any::<bool>(), option::of(suspicion())),
        end in option::of((verdict(), any::<bool>(), time())),
    ) -> Record {
        let end = end.map(|(mut verdict, reconciled, at)| {
            // The journal has one suspicion for both.
            if let Verdict::Unknown { suspicion: of_verdict, .. } = &mut verdict {
                *of_verdict = suspicion.clone().unwrap_or(Suspicion::CutOff);
            }
            End { verdict, source: if reconciled { Source::Reconciled } else { Source::Api }, at }
        });
        let id = SessionId::parse(&id).unwrap();
        Record {
            id, service, workspace, profile: profile.map(Into::into), provider, expect, auth_url, began, started_here, ends, clock, alive, asked,
            unheard, lost, quiet, gone, slowest, suspicion, end,
        }
    }
}

#[test]
fn every_record_is_read_as_it_was_written() {
    let (_directory, journal) = fresh();
    let count = std::cell::Cell::new(0);
    let config = ProptestConfig { failure_persistence: None, cases: 128, ..ProptestConfig::default() };
    proptest!(config, |(first in record(), second in record())| {
        count.set(count.get() + 1);
        let name = format!("name {}", count.get());
        journal.put(&name, &first, false).unwrap();
        prop_assert_eq!(named(&journal, &name), first.clone());
        // What a session is does not change; everything else does, unless a result is there already.
        let Record { id, service, workspace, began, started_here, ends, .. } = first.clone();
        let second = Record { id, service, workspace, began, started_here, ends, ..second };
        let kept = journal.put(&name, &second, true).unwrap();
        let expected = if first.outranks(&second) { first } else { second };
        prop_assert_eq!(kept.as_ref(), kept.is_some().then_some(&expected));
        prop_assert_eq!(named(&journal, &name), expected);
    });
}

fn named(journal: &Journal, name: &str) -> Record {
    journal.file.read(|connection| super::super::rows::named(connection, name)).unwrap().expect("a record").record
}

#[test]
fn what_is_finer_than_a_millisecond_is_left_out() {
    let (_directory, journal) = fresh();
    let mut record = begun("s1", 0);
    let fine = at(1).saturating_add(SignedDuration::new(0, 123_999_999)).unwrap();
    (record.asked, record.slowest) = (Some(fine), Some(SignedDuration::new(1, 1_999_999)));
    begin(&journal, &record, false, at(0));
    let read = found(&journal, &record).record;
    assert_eq!(read.asked.unwrap(), at(1).saturating_add(SignedDuration::from_millis(123)).unwrap());
    assert_eq!(read.slowest, Some(SignedDuration::from_millis(1001)));
}

#[test]
fn a_row_that_makes_no_sense_does_not_hide_the_others() {
    let (directory, journal) = fresh();
    begin(&journal, &begun("s1", 0), false, at(0));
    let name = begin(&journal, &begun("s2", 1), false, at(0));
    let meddle = |sql: &str| {
        let connection = rusqlite::Connection::open(directory.path().join("state/journal.db")).unwrap();
        connection.execute(sql, [&name]).unwrap();
    };
    // A provider, a state or a source that this version does not know leaves the rest of the row.
    meddle("UPDATE session SET provider = 'x', verdict = 'x', source = 'x', suspicion = 'x' WHERE name = ?1");
    let read = found(&journal, &begun("s2", 1)).record;
    assert_eq!((read.provider, read.end, read.suspicion), (None, None, Some(Suspicion::CutOff)));
    for sql in ["UPDATE session SET id = '' WHERE name = ?1", "UPDATE session SET ends = 9e15 WHERE name = ?1"] {
        meddle(sql);
        let all = journal.all(at(2)).unwrap();
        assert_eq!(all.into_iter().map(|entry| entry.record).collect::<Vec<_>>(), [begun("s1", 0)]);
    }
}
