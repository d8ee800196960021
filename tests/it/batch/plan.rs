//! `--dry-run`: what would be done, and nothing done.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use super::office::account;
use super::{Folder, Office, Plan, THREE};

/// Every file below a folder, by its path and what is in it.
fn files(folder: &Path) -> BTreeSet<(String, Vec<u8>)> {
    let mut found = BTreeSet::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.insert((path.display().to_string(), fs::read(&path).unwrap()));
        }
    }
    found
}

/// The counts that a dry run gives.
#[track_caller]
fn counts(folder: &Folder, url: &str, flags: &[&str]) -> Value {
    let run = folder.batch(url, &["--dry-run", "--json"]).args(flags).run().expect(0);
    let result = run.result();
    assert_eq!(run.events().len(), 1, "{run:#?}");
    assert_eq!(result["outcome"], "done", "{run:#?}");
    result["counts"].clone()
}

#[test]
fn without_a_key_it_says_so_and_sends_nothing() {
    let (folder, api) = (Folder::new(THREE), Office::new([]));
    let before = files(folder.path());
    let run = folder.batch(&api.url(), &["--dry-run"]).no_env("INSTANTLY_API_KEY").run().expect(0);
    assert!(run.stderr.contains("key") && run.stdout.contains("3 mailboxes"), "{run:#?}");
    assert_eq!((api.asked("").len(), files(folder.path())), (0, before));
    // What needs no key is not excused by that.
    let wrong = Folder::new("email,provider\nada,google\n");
    wrong.batch(&api.url(), &["--dry-run"]).no_env("INSTANTLY_API_KEY").run().expect(2).says("line 2");
}

#[test]
fn with_a_key_it_looks_at_the_account_list_and_at_nothing_else() {
    let list = format!("{THREE}dee@acme.com,microsoft\n");
    let (folder, api) = (Folder::new(list), Office::with([], [account("bob@acme.com", 2, 1)]));
    let run = folder.batch(&api.url(), &["--dry-run"]).run().expect(0);
    assert!(api.asked("").iter().all(|line| line.starts_with("GET /api/v2/accounts?")), "{:?}", api.asked(""));
    assert_eq!(api.asked("").len(), 1);
    assert!(!folder.results().exists());
    for words in ["4 mailboxes", folder.results().to_str().unwrap(), "Google", "Microsoft"] {
        assert!(run.stdout.contains(words), "{words}: {run:#?}");
    }
    let expected = json!({
        "done": 0, "skipped": 1, "taken_up": 0, "to_connect": 3, "sessions_google": 2, "sessions_microsoft": 1,
    });
    assert_eq!(counts(&folder, &api.url(), &[]), expected);
    assert_eq!(counts(&folder, &api.url(), &["--no-skip-connected"])["to_connect"], 4);
}

#[test]
fn what_an_earlier_run_did_is_counted_and_left_as_it_is() {
    let folder = Folder::new(THREE);
    // Ada is connected, bob is not, and cy's session is never begun.
    let api = Office::new([Plan::connects("ada@acme.com"), Plan::fails("access_denied")]);
    folder.batch(&api.url(), &[]).run().expect(4);
    let before = folder.text();
    let (api, counted) = (Office::new([]), |done: u64, left: u64| json!({"done": done, "to_connect": left}));
    for (flags, expected) in [(&[][..], counted(2, 1)), (&["--retry-failed"], counted(1, 2))] {
        let counts = counts(&folder, &api.url(), flags);
        assert_eq!(json!({"done": counts["done"], "to_connect": counts["to_connect"]}), expected, "{flags:?}");
    }
    assert_eq!((folder.text(), api.starts()), (before.clone(), 0));
    // A torn end is not put right by looking at it.
    let torn = before.trim_end();
    fs::write(folder.results(), torn).unwrap();
    assert_eq!(counts(&folder, &api.url(), &[])["done"], 1);
    assert_eq!(folder.text(), torn);
}

#[test]
fn it_tells_how_long_it_takes_at_the_limits() {
    let row = |number| format!("person{number}@acme.com,google\n");
    let list = format!("email,provider\n{}", (0..151).map(row).collect::<String>());
    let (folder, api) = (Folder::new(list), Office::new([]));
    let run = folder.batch(&api.url(), &["--dry-run"]).run().expect(0);
    assert!(run.stdout.contains("2 min") && run.stdout.contains("75 a minute"), "{run:#?}");
}

#[test]
fn a_results_file_of_something_else_is_found_out() {
    let (folder, api) = (Folder::new(THREE), Office::new([]));
    fs::write(folder.results(), "name,outcome\nx,y\n").unwrap();
    for keyless in [true, false] {
        let mut tool = folder.batch(&api.url(), &["--dry-run"]);
        if keyless {
            tool = tool.no_env("INSTANTLY_API_KEY");
        }
        tool.run().expect(2).says("list.csv.results.csv");
    }
    assert!(api.asked("").is_empty());
}
