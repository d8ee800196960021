//! What is erased, and what is not.

use std::fs;
use std::path::Path;

use rusqlite::Connection;
use serde_json::json;

use super::{Machine, met, started};
use crate::support::{Act, Live, Scripted, Tool};

/// Whether any file below this directory holds these bytes.
fn holds(directory: &Path, text: &str) -> bool {
    fs::read_dir(directory).unwrap().any(|entry| {
        let path = entry.unwrap().path();
        if path.is_dir() {
            return holds(&path, text);
        }
        fs::read(path).unwrap().windows(text.len()).any(|window| window == text.as_bytes())
    })
}

#[test]
fn what_is_forgotten_is_nowhere_in_the_state_directory() {
    let machine = Machine::new();
    let connect = |id: &str, mailbox: &str| {
        let result = json!({"status": "success", "email": mailbox, "name": "Ada Lovelace"});
        machine.connect("google", id, &["--expect", mailbox], &[Act::json(result.to_string())]).expect(0);
    };
    connect("first-id", "first@acme.example");
    connect("second-id", "second@acme.example");
    assert!(["first-id", "first@acme.example", "Lovelace"].iter().all(|text| holds(machine.path(), text)));

    let run = machine.sessions(&["forget", "first-id"]).run().expect(0);
    assert_eq!((&*run.stdout, &*run.stderr), ("", "Erased 1 session.\n"));
    assert!(["first-id", "first@acme.example"].iter().all(|text| !holds(machine.path(), text)));
    assert_eq!(machine.ids(&[]), ["second-id"]);

    let run = machine.sessions(&["forget", "--all", "--json"]).run().expect(0);
    let result = run.result();
    assert_eq!((&result["outcome"], &result["message"]), (&json!("done"), &json!("erased 1 session")));
    assert_eq!(run.events().len(), 1, "{run:#?}");
    assert!(["second-id", "second@acme.example", "Lovelace", "acme"].iter().all(|text| !holds(machine.path(), text)));
    machine.sessions(&["forget", "--all"]).run().expect(0).says("No sessions are recorded here.");
}

#[test]
fn an_id_that_is_not_there_is_told_and_the_others_go() {
    let machine = Machine::new();
    machine.remember([(9, met("a")), (8, met("b")), (7, met("-c")), (6, met("d"))]);
    let run = machine.sessions(&["forget", "a", "nobody", "a"]).run().expect(6);
    let run = run.says("Erased 1 session.\nerror: no session with the id nobody is recorded here\n");
    assert_eq!(run.says("`instantly-oauth sessions` shows").stdout, "");
    let run = machine.sessions(&["forget", "--json", "x", "b", "y"]).run().expect(6);
    let result = run.result();
    assert_eq!(result["outcome"], "not_found");
    assert_eq!(result["message"], "no sessions with these ids are recorded here: x, y");
    assert_eq!(machine.ids(&[]), ["d", "-c"]);
    machine.sessions(&["forget", "--", "-c", "d"]).run().expect(0).says("Erased 2 sessions.");

    // Without any journal it is the same, and none is made for it.
    let machine = Machine::new();
    machine.sessions(&["forget", "a"]).run().expect(6).says("error: no session with the id a is recorded here");
    assert_eq!(fs::read_dir(machine.path()).unwrap().count(), 0);
}

#[test]
fn an_id_that_several_services_know_goes_with_all_of_them() {
    let machine = Machine::new();
    for mailbox in ["one@acme.com", "two@acme.com"] {
        // Each time another server, with the same id.
        let result = json!({"status": "success", "email": mailbox});
        machine.connect("google", "same", &[], &[Act::json(result.to_string())]).expect(0);
    }
    assert_eq!(machine.ids(&[]), ["same", "same"]);
    machine.sessions(&["forget", "same"]).run().expect(0).says("Erased 2 sessions.");
    assert!(machine.ids(&[]).is_empty() && !holds(machine.path(), "@acme.com"));
}

#[test]
fn a_session_that_is_waited_for_stays() {
    let machine = Machine::new();
    machine.remember([(9, met("free")), (8, met("other"))]);
    let api = Scripted::new([started("held"), Act::Hold(Box::new(Act::success()))]);
    let live = Live::start(machine.here(Tool::connect(&api.url(), &["--interval", "20ms"])));
    api.wait_for(2);

    let waits = format!("error: process {} on this machine is waiting for session held, since ", live.process());
    let run = machine.sessions(&["forget", "nobody", "held", "free"]).run().expect(2).says(&waits);
    let run = run.says("Erased 1 session and kept 1, which is being waited for.\n");
    assert_eq!(run.says("  Also: no session with the id nobody is recorded here.\n").stdout, "");
    let run = machine.sessions(&["forget", "held", "--json"]).run().expect(2);
    assert_eq!(run.result()["outcome"], "usage");
    let words = "Erased 1 session and kept 1, which is being waited for.\n";
    assert_eq!(machine.sessions(&["forget", "--all"]).run().expect(0).stderr, words);
    assert_eq!(machine.ids(&[]), ["held"]);

    api.release();
    assert_eq!(live.end().expect(0).stdout, "Connected ada@acme.com (Ada Lovelace)\n");
    assert_eq!(machine.ids(&["--outcome", "connected"]), ["held"]);
    machine.sessions(&["forget", "held"]).run().expect(0).says("Erased 1 session.");
}

#[test]
fn a_command_line_that_could_mean_more_than_was_meant_is_refused() {
    let machine = Machine::new();
    machine.remember([(9, met("a"))]);
    for flags in [
        &["forget"][..],
        &["forget", "a", "--all"],
        &["forget", "a b"],
        &["--outcome", "expired", "forget", "--all"],
        &["--provider", "google", "forget", "--all"],
        &["--limit", "1", "forget", "--all"],
        &["forget", "--all", "--outcome", "expired"],
        &["a"],
    ] {
        let run = machine.sessions(flags).run().expect(2).says("error: ");
        assert_eq!(run.stdout, "", "{flags:?}");
    }
    assert_eq!(machine.ids(&[]), ["a"]);
}

#[test]
fn a_journal_that_cannot_be_used_is_a_failure_here() {
    let file = Machine::new();
    let place = file.path().join("file");
    fs::write(&place, "").unwrap();
    let newer = Machine::new();
    newer.remember([(9, met("a"))]);
    Connection::open(newer.path().join("journal.db")).unwrap().pragma_update(None, "user_version", 99).unwrap();
    let foreign = Machine::new();
    let other = Connection::open(foreign.path().join("journal.db")).unwrap();
    other.execute_batch("CREATE TABLE theirs (x); INSERT INTO theirs VALUES (1)").unwrap();
    for (place, words, hint) in [
        (&*place, "error: the journal of sessions cannot be used: ", "--state-dir names another"),
        (newer.path(), "was written by a newer version of instantly-oauth", "Update instantly-oauth"),
        (foreign.path(), "is a database of some other program", "--state-dir"),
    ] {
        for arguments in [&["sessions"][..], &["sessions", "forget", "--all"], &["sessions", "forget", "a", "--json"]] {
            let tool = Tool::new(arguments).env("INSTANTLY_OAUTH_STATE_DIR", place);
            let run = tool.run().expect(1).says(words).says(hint);
            assert_eq!(run.stdout.is_empty(), !arguments.contains(&"--json"));
        }
    }
    let theirs: i64 = other.query_row("SELECT x FROM theirs", [], |row| row.get(0)).unwrap();
    assert_eq!(theirs, 1);
    Tool::new(["sessions"]).no_env("HOME").run().expect(1).says("error: HOME is not set").says("--state-dir");
}

#[test]
fn a_damaged_journal_is_set_aside_and_empty() {
    let machine = Machine::new();
    fs::write(machine.path().join("journal.db"), "no database at all").unwrap();
    let run = machine.sessions(&["--json"]).run().expect(0).says("was damaged");
    assert_eq!(run.events().len(), 1);
    assert!(holds(machine.path(), "no database at all"), "it is never deleted");
    assert_eq!(machine.sessions(&[]).run().expect(0).says("No sessions are recorded here.").stdout, "");
}
