//! What the journal has of a batch, and what becomes of one without a journal.

use std::fs;

use super::{Folder, Office, Plan, THREE, events};
use crate::support::Tool;

#[test]
fn its_sessions_are_listed_with_all_others() {
    let plans = [Plan::connects("ada@acme.com"), Plan::fails("access_denied"), Plan::connects("zoe@else.com")];
    let (folder, api) = (Folder::new(THREE), Office::new(plans));
    folder.batch(&api.url(), &["--retries", "0"]).run().expect(13);
    let state = folder.path().join("state");
    let run = Tool::new(["sessions", "--json"]).env("INSTANTLY_OAUTH_STATE_DIR", &state).run().expect(0);
    let mut records: Vec<_> = events(&run, "record")
        .iter()
        .map(|record| {
            let word = |key: &str| record[key].as_str().unwrap_or("-").to_owned();
            [word("session_id"), word("expect"), word("outcome"), word("email")].join(" ")
        })
        .collect();
    records.sort();
    let expected = [
        "s1 ada@acme.com connected ada@acme.com",
        "s2 bob@acme.com session_error -",
        "s3 cy@acme.com wrong_account zoe@else.com",
    ];
    assert_eq!(records, expected);
}

#[test]
fn without_a_journal_the_results_are_right_all_the_same() {
    for parallel in ["1", "3"] {
        let folder = Folder::new(THREE);
        // Where a directory should be is a file.
        fs::write(folder.path().join("state"), "").unwrap();
        let api = Office::new((0..3).map(|_| Plan::fails("access_denied")));
        let run = folder.batch(&api.url(), &["--parallel", parallel]).run().expect(13);
        assert!(run.stderr.contains("warning: "), "{run:#?}");
        let mut ends = folder.ends();
        ends.sort();
        assert_eq!(ends, ["ada", "bob", "cy"].map(|name| format!("{name}@acme.com session_error")));
        let api = Office::new([Plan::connects("ada@acme.com")]);
        let run = folder.batch(&api.url(), &[]).run().expect(13);
        assert_eq!(api.asked(""), Vec::<String>::new(), "{run:#?}");
    }
}
