//! Who waits for a session.

use super::*;

/// The id of a record, as somebody asks for it who knows no more.
fn asked(record: &Record, second: i64) -> Record {
    let mut met = Record::met(
        record.id.clone(),
        record.service.clone(),
        "theirs".into(),
        SignedDuration::from_secs(600),
        at(second),
    );
    met.asking(at(second));
    met
}

fn waiter(journal: &Journal, record: &Record) -> Option<Timestamp> {
    let waiter = found(journal, record).waiter;
    waiter.inspect(|waiter| assert_eq!(waiter.process, std::process::id())).and_then(|waiter| waiter.since)
}

#[test]
fn whoever_waits_keeps_others_from_asking_until_it_is_done() {
    for last in [false, true] {
        let (directory, one) = fresh();
        let two = open(&directory);
        let record = begun("s1", 0);
        let name = begin(&one, &record, true, at(1));
        assert_eq!(waiter(&one, &record), None, "it is no other than itself");
        assert_eq!(waiter(&two, &record), Some(at(1)));
        let before = found(&two, &record).record;
        let busy = two.approach(&asked(&record, 5), false, at(5)).unwrap().unwrap_err();
        assert_eq!((busy.process, busy.since), (std::process::id(), Some(at(1))));
        assert_eq!(found(&two, &record).record, before, "nothing was written of a request that did not leave");
        assert!(two.forget(&name).unwrap().is_some(), "and it is not forgotten meanwhile");
        one.put(&name, &record, last).unwrap();
        if last {
            assert_eq!(waiter(&two, &record), None);
        } else {
            assert_eq!(waiter(&two, &record), Some(at(1)));
            // However its process ends, its claim ends with it.
            drop(one);
            assert_eq!(waiter(&two, &record), None);
        }
        let entry = two.approach(&asked(&record, 5), false, at(5)).unwrap().unwrap();
        assert_eq!((entry.waiter, entry.name.as_str(), entry.record.asked), (None, name.as_str(), Some(at(5))));
        assert_eq!(entry.record.workspace, "w", "it is the one that was begun");
        assert_eq!(waiter(&open(&directory), &record), Some(at(5)));
    }
}

#[test]
fn a_session_that_nobody_waits_for_has_no_waiter() {
    let (directory, one) = fresh();
    let record = begun("s1", 0);
    let name = begin(&one, &record, false, at(1));
    let two = open(&directory);
    assert_eq!(waiter(&two, &record), None);
    assert_eq!(two.forget(&name).unwrap(), None);
    assert_eq!(two.find(&record.service, &record.id).unwrap(), None);
}

#[test]
fn who_asks_over_another_leaves_it_its_claim() {
    let (directory, one) = fresh();
    let record = begun("s1", 0);
    let name = begin(&one, &record, true, at(1));
    let two = open(&directory);
    let entry = two.approach(&asked(&record, 5), true, at(5)).unwrap().unwrap();
    assert_eq!(entry.waiter.and_then(|waiter| waiter.since), Some(at(1)));
    two.put(&name, &entry.record, true).unwrap();
    assert_eq!(waiter(&open(&directory), &record), Some(at(1)), "it lets go of nothing that is another's");
}

#[test]
fn what_a_dead_process_was_told_is_not_known() {
    let (directory, one) = fresh();
    let mut record = begun("s1", 0);
    record.asking(at(1));
    begin(&one, &record, true, at(1));
    drop(one);
    let two = open(&directory);
    let entry = two.approach(&asked(&record, 5), false, at(5)).unwrap().unwrap();
    assert_eq!((entry.record.lost, entry.record.suspicion), (Some(at(1)), Some(Suspicion::CutOff)));
    assert_eq!((entry.record.asked, entry.record.unheard), (Some(at(5)), true));
    assert_eq!(found(&two, &record).record.lost, Some(at(1)), "and that is written down");
}

#[test]
fn a_result_that_is_known_needs_no_asking() {
    let (directory, one) = fresh();
    let record = ended(begun("s1", 0), connected("ada@acme.com"), Source::Api);
    begin(&one, &record, false, at(1));
    let two = open(&directory);
    assert_eq!(two.approach(&asked(&record, 5), false, at(5)).unwrap().unwrap().record, record);
    assert_eq!(waiter(&one, &record), None, "nobody waits for it");
}

#[test]
fn an_unknown_session_is_written_down_when_it_is_asked_for() {
    let (directory, one) = fresh();
    let record = asked(&begun("s1", 0), 5);
    let entry = one.approach(&record, false, at(5)).unwrap().unwrap();
    assert_eq!((entry.record.lost, entry.record.suspicion, entry.record.asked), (None, None, Some(at(5))));
    assert_eq!(waiter(&open(&directory), &record), Some(at(5)));
    assert_eq!(one.forget(&entry.name).unwrap(), None, "it may forget what it waits for itself");
}

#[test]
fn a_claim_of_another_process_number_counts_by_its_lock_alone() {
    let (directory, one) = fresh();
    let record = begun("s1", 0);
    begin(&one, &record, true, at(1));
    let two = open(&directory);
    let path = directory.path().join("state/journal.db");
    // The number of a process that certainly runs, and one that certainly does not, with a lock and without.
    for process in [1, i64::from(u32::MAX)] {
        let connection = rusqlite::Connection::open(&path).unwrap();
        connection.execute("UPDATE session SET claim_process = ?1", [process]).unwrap();
        assert!(found(&two, &record).waiter.is_some(), "{process}");
    }
    drop(one);
    let lock = directory.path().join("state/journal.live");
    assert_eq!(fs::read_dir(&lock).unwrap().count(), 0);
    let connection = rusqlite::Connection::open(&path).unwrap();
    let name: String = connection.query_row("SELECT claim FROM session", [], |row| row.get(0)).unwrap();
    fs::write(lock.join(name), "").unwrap();
    connection.execute("UPDATE session SET claim_process = 1", []).unwrap();
    assert_eq!(found(&two, &record).waiter, None, "what a killed process leaves is not locked");
}

#[test]
fn who_asks_once_for_anothers_sake_does_not_say_since_when() {
    let (directory, one) = fresh();
    let record = begun("s1", 0);
    begin(&one, &record, false, at(0));
    let entry = one.look_in(&record, at(5)).unwrap().unwrap();
    let two = open(&directory);
    assert_eq!(two.approach(&record, false, at(6)).unwrap().unwrap_err().since, None);
    one.put(&entry.name, &entry.record, true).unwrap();
    assert_eq!(two.approach(&record, false, at(7)).unwrap().unwrap().waiter, None);
    assert_eq!(one.look_in(&record, at(8)).unwrap(), None, "nobody is asked over");
    assert_eq!(one.look_in(&begun("forgotten", 0), at(8)).unwrap(), None);
    assert_eq!(one.all(at(8)).unwrap().len(), 1, "and nothing is made of what is not there");
}

#[test]
fn whoever_waits_still_does_when_the_file_is_another() {
    let state = |directory: &TempDir| directory.path().join("state");
    let harms: [fn(&std::path::Path); 4] = [
        |state| fs::remove_dir_all(state).unwrap(),
        |state| fs::remove_file(state.join("journal.db")).unwrap(),
        |state| fs::write(state.join("journal.db"), "garbage").unwrap(),
        |state| {
            let connection = rusqlite::Connection::open(state.join("journal.db")).unwrap();
            connection.execute_batch("ALTER TABLE session DROP COLUMN lost").unwrap();
        },
    ];
    for (number, harm) in harms.into_iter().enumerate() {
        let (directory, one) = fresh();
        let mut record = begun("s1", 0);
        record.asking(at(3));
        let name = begin(&one, &record, true, at(1));
        harm(&state(&directory));
        record.asking(at(4));
        one.put(&name, &record, false).unwrap();
        // Of the last, everything that matters could be carried over.
        let since = if number == 3 { at(1) } else { at(4) };
        assert_eq!(one.notices().len(), usize::from(number > 1), "{number}");
        assert_eq!(waiter(&open(&directory), &record), Some(since), "{number}");
        one.put(&name, &record, true).unwrap();
        assert_eq!(waiter(&open(&directory), &record), None, "{number}");
    }
}
