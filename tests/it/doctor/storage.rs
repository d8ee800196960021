//! The directory for state, and the journal in it.

use std::os::unix::fs::PermissionsExt;

use rusqlite::Connection;

use super::*;

/// What happens to a journal in this directory.
type Ruin<'a> = &'a dyn Fn(&Path);

/// A directory with a journal in it, as this version writes it.
fn journalled() -> tempfile::TempDir {
    let (state, api) = (tempfile::tempdir().unwrap(), Scripted::new([Act::started()]));
    Tool::connect(&api.url(), &["--no-wait"]).env("INSTANTLY_OAUTH_STATE_DIR", state.path()).run().expect(0);
    state
}

fn at(api: &Scripted, state: &Path) -> Tool {
    doctor(&api.url()).env("INSTANTLY_OAUTH_STATE_DIR", state)
}

#[test]
fn a_directory_that_cannot_be_written_is_named_and_the_rest_is_looked_at() {
    let (api, folder) = (healthy(), tempfile::tempdir().unwrap());
    let taken = file(folder.path(), "taken", "", 0o600);
    let line = "\u{2717} state";
    let case = Case {
        what: "a state directory that cannot be made",
        code: 1,
        line,
        says: "nothing can be written to",
        mends: "--state-dir or INSTANTLY_OAUTH_STATE_DIR",
    };
    let run = case.holds(at(&api, &taken.join("below")));
    for told in
        ["- journal   skipped: it depends on state", "- limits    skipped: it depends on state", "\u{2713} access"]
    {
        assert!(run.stdout.contains(told), "{told}: {run:#?}");
    }
    assert_eq!(api.lines().len(), 1, "the commands go on without it, and so does this");
    // Where even root writes nothing.
    let case = Case { what: "a state directory on a file system that takes no files", ..case };
    case.holds(at(&api, Path::new("/proc/self")));

    let case =
        Case { what: "no home directory", code: 0, line: "! state", says: "HOME is not set", mends: "--state-dir" };
    case.holds(doctor(&api.url()).no_env("HOME"));
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o777)).unwrap();
    let (line, says) = ("! state", "others may write to");
    let mends = "chmod go-w";
    Case { what: "a state directory that others may write to", code: 0, line, says, mends }
        .holds(at(&api, folder.path()));
}

#[test]
fn a_journal_that_is_not_to_be_used_is_named_and_left_as_it_is() {
    let api = healthy();
    let ruined = |state: &Path| {
        let path = state.join("journal.db");
        let mut bytes = fs::read(&path).unwrap();
        bytes[4096..].fill(0xa5);
        fs::write(path, bytes).unwrap();
    };
    let meddled = |state: &Path, sql: &str| {
        Connection::open(state.join("journal.db")).unwrap().execute_batch(sql).unwrap();
    };
    let line = "\u{2717} journal";
    let cases: [(&str, Ruin<'_>, &str, &str); 4] = [
        ("a journal that is damaged", &ruined, "is damaged (", "Run `instantly-oauth sessions`"),
        (
            "a journal that lacks a table",
            &|state| meddled(state, "DROP TABLE gate"),
            "is damaged (its tables are not what they were)",
            "instantly-oauth sessions",
        ),
        (
            "a journal of a newer version",
            &|state| meddled(state, "PRAGMA user_version = 99"),
            "was written by a newer version of instantly-oauth",
            "Update instantly-oauth",
        ),
        (
            "another program's database in its place",
            &|state| meddled(state, "PRAGMA application_id = 7; CREATE TABLE theirs (x)"),
            "is a database of some other program",
            "--state-dir",
        ),
    ];
    for (what, ruin, says, mends) in cases {
        let state = journalled();
        ruin(state.path());
        let before = fs::read(state.path().join("journal.db")).unwrap();
        let run = Case { what, code: 1, line, says, mends }.holds(at(&api, state.path()));
        assert!(run.stdout.contains("- service   skipped: it depends on journal"), "{run:#?}");
        assert_eq!(fs::read(state.path().join("journal.db")).unwrap(), before, "{what}: it was changed");
    }
    assert_eq!(api.lines(), [""; 0], "what was said about limits cannot be known");
}

#[test]
fn a_journal_that_somebody_holds_is_named_and_not_waited_for_long() {
    let (api, state) = (healthy(), journalled());
    let holder = Connection::open(state.path().join("journal.db")).unwrap();
    holder.execute_batch("BEGIN EXCLUSIVE").unwrap();
    let case = Case {
        what: "a journal that another process holds",
        code: 1,
        line: "\u{2717} journal",
        says: "another process has held ",
        mends: "lsof",
    };
    case.holds(at(&api, state.path()));
    assert_eq!(api.lines(), [""; 0], "what was said about limits cannot be known");
}

#[test]
fn a_damaged_journal_that_was_set_aside_is_told_of() {
    let (api, state) = (healthy(), journalled());
    let path = state.path().join("journal.db");
    fs::write(&path, "this is no database, whatever it is\n".repeat(300)).unwrap();
    // What the remedy says mends it.
    Tool::new(["sessions"]).env("INSTANTLY_OAUTH_STATE_DIR", state.path()).run().expect(0);
    let case = Case {
        what: "a damaged journal that was set aside",
        code: 0,
        line: "! journal",
        says: "is sound, with 0 sessions; a damaged one was set aside as journal.db.damaged-",
        mends: "delete it once nothing in it is missed",
    };
    case.holds(at(&api, state.path()));
    assert_eq!(api.lines().len(), 1);
}

#[test]
fn a_journal_that_a_process_was_killed_over_is_no_fault() {
    let (api, state, killed) = (healthy(), journalled(), tempfile::tempdir().unwrap());
    // What is left on the disk in the middle of a transaction that takes more pages than fit into memory.
    let connection = Connection::open(state.path().join("journal.db")).unwrap();
    let many = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000) \
        INSERT INTO session (name, id, service, workspace, began, started_here, ends, unheard, email) \
        SELECT hex(randomblob(16)), 'id-' || i, 'https://api', 'w', began, 0, ends, 0, hex(randomblob(60)) \
        FROM n, session WHERE number = 1";
    connection.execute_batch("PRAGMA journal_mode = TRUNCATE; PRAGMA cache_size = 2; BEGIN IMMEDIATE").unwrap();
    connection.execute_batch(many).unwrap();
    for name in ["journal.db", "journal.db-journal"] {
        fs::copy(state.path().join(name), killed.path().join(name)).unwrap();
    }
    let run = at(&api, killed.path()).run().expect(0);
    assert!(run.stdout.contains("a process was stopped as it wrote, which the next one undoes"), "{run:#?}");
    let run = at(&api, killed.path()).run().expect(0);
    assert!(run.stdout.contains("is sound, with 1 session\n"), "{run:#?}");
}
