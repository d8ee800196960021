//! What is forgotten, and when; and that it is gone then.

use std::path::Path;

use super::*;

/// Every byte of every file in the directory and what is in it.
fn bytes(directory: &Path) -> Vec<u8> {
    let mut all = Vec::new();
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        all.extend(if path.is_dir() { bytes(&path) } else { fs::read(&path).unwrap() });
    }
    all
}

fn holds(directory: &TempDir, text: &str) -> bool {
    bytes(directory.path()).windows(text.len()).any(|window| window == text.as_bytes())
}

#[test]
fn records_go_after_thirty_days() {
    let (directory, journal) = fresh();
    let (old, kept) = (begun("old-session", 0), begun("kept-session", 1));
    for record in [&old, &kept] {
        begin(&journal, record, false, at(0));
    }
    let now = at(0).saturating_add(days(30)).unwrap();
    let ids = |now| -> Vec<String> {
        journal.all(now).unwrap().into_iter().map(|entry| entry.record.id.as_str().to_owned()).collect()
    };
    assert_eq!(ids(now), ["kept-session", "old-session"]);
    let later = now.saturating_add(SignedDuration::from_millis(1)).unwrap();
    assert_eq!(ids(later), ["kept-session"]);
    assert!(!holds(&directory, "old-session") && holds(&directory, "kept-session"));
    // Whoever begins a session or asks for one clears away too.
    begin(&journal, &begun("new", 0), false, later.saturating_add(days(1)).unwrap());
    assert!(!holds(&directory, "kept-session"));
}

#[test]
fn a_url_goes_with_its_session_or_by_itself() {
    let (directory, journal) = fresh();
    let record = begun("s1", 0);
    let url = record.auth_url.clone().unwrap();
    let name = begin(&journal, &record, false, at(0));
    assert!(holds(&directory, &url));
    let mut over = record.clone();
    over.finish(Verdict::NotFound, Source::Api, at(5));
    journal.put(&name, &over, true).unwrap();
    assert!(!holds(&directory, &url));

    // Where nobody saw its end.
    journal.put("another", &record, false).unwrap();
    begin(&journal, &begun("s2", 600), false, at(660));
    assert!(holds(&directory, &url), "somebody may still be at it");
    begin(&journal, &begun("s3", 600), false, at(661));
    assert!(!holds(&directory, &url) && holds(&directory, "google.com/s2"));
}

#[test]
fn what_is_erased_is_nowhere_any_more() {
    let (directory, journal) = fresh();
    // Long enough for pages of their own, and many enough for the tree to be rebuilt over and over.
    let mailbox = |number: usize| format!("{}-mailbox-{number:04}@acme.com", "x".repeat(number * 37 % 3000));
    let secret = |number: usize| format!("-mailbox-{number:04}@");
    let mut names = Vec::new();
    for number in 0..120 {
        let record = ended(begun(&format!("s{number}"), 0), connected(&mailbox(number)), Source::Api);
        names.push(begin(&journal, &record, false, at(0)));
    }
    // Some change what they hold, in all sizes.
    for (number, name) in names.iter().enumerate().filter(|(number, _)| number % 3 == 0) {
        let record = ended(begun(&format!("s{number}"), 0), connected(&mailbox(number + 1000)), Source::Api);
        journal.put(name, &record, false).unwrap();
    }
    for (number, name) in names.iter().enumerate().filter(|(number, _)| number % 2 == 0) {
        assert_eq!(journal.forget(name).unwrap(), None);
        assert!(!holds(&directory, &secret(number)), "{number} was erased");
    }
    for number in 0..120 {
        let (kept, changed) = (number % 2 == 1 && number % 3 != 0, number % 2 == 1 && number % 3 == 0);
        assert_eq!(holds(&directory, &secret(number)), kept, "{number}");
        assert_eq!(holds(&directory, &secret(number + 1000)), changed, "{number}");
    }
    drop(journal);
    let helper = directory.path().join("state/journal.db-journal");
    assert!(fs::metadata(helper).is_ok_and(|file| file.len() == 0), "the helper file is emptied");
}
