use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::sync::{Barrier, mpsc};
use std::thread;
use std::time::Duration;

use rusqlite::Connection;
use tempfile::TempDir;

use super::*;

/// The version of a file's form as this version leaves it.
const KNOWN: i64 = 4;

fn place() -> (TempDir, PathBuf) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("journal.db");
    (directory, path)
}

fn opened(path: &Path) -> Result<Connection, Fault> {
    open(path, &Arc::default())
}

fn number(connection: &Connection, sql: &str) -> i64 {
    connection.query_row(sql, [], |row| row.get(0)).unwrap()
}

/// Every file in the directory, byte for byte.
fn bytes(directory: &TempDir) -> BTreeMap<PathBuf, Vec<u8>> {
    let entries = fs::read_dir(directory.path()).unwrap().map(|entry| entry.unwrap().path());
    entries.map(|path| (path.clone(), fs::read(path).unwrap())).collect()
}

/// A file of ours after these changes by somebody else.
fn meddled(sql: &str) -> (TempDir, PathBuf) {
    let (directory, path) = place();
    drop(opened(&path).unwrap());
    Connection::open(&path).unwrap().execute_batch(sql).unwrap();
    (directory, path)
}

#[test]
fn a_new_file_has_the_form_of_this_version_and_loses_nothing_lightly() {
    let (_directory, path) = place();
    let connection = opened(&path).unwrap();
    let (application, version) = ("PRAGMA application_id", "PRAGMA user_version");
    assert_eq!((number(&connection, application), number(&connection, version)), (APPLICATION, KNOWN));
    assert_eq!(form(&connection).unwrap(), form_after(STEPS).unwrap());
    assert_eq!(rows::secret(&connection).unwrap().len(), fingerprint::SECRET);
    for (pragma, value) in [("synchronous", 2), ("secure_delete", 1), ("fullfsync", 1), ("temp_store", 2)] {
        assert_eq!(number(&connection, &format!("PRAGMA {pragma}")), value, "{pragma}");
    }
    let mode: String = connection.query_row("PRAGMA journal_mode", [], |row| row.get(0)).unwrap();
    assert_eq!(mode, "truncate");
    // Opened again, it is the same file with the same secret; and an empty one is a new one.
    let secret = rows::secret(&connection).unwrap();
    assert_eq!(rows::secret(&opened(&path).unwrap()).unwrap(), secret);
    let (_other, path) = place();
    fs::write(&path, "").unwrap();
    assert_ne!(rows::secret(&opened(&path).unwrap()).unwrap(), secret);
}

/// Forms of some other file, of which the last cannot be taken.
const FORMS: [&str; 4] = [
    "CREATE TABLE a (x); CREATE TABLE secret (fingerprints BLOB)",
    "ALTER TABLE a ADD COLUMN y; INSERT INTO a VALUES (0, 0)",
    "CREATE TABLE b (z); UPDATE a SET y = x",
    "CREATE TABLE c (z); DELETE FROM a; CREATE TABLE c (z)",
];

#[test]
fn an_older_file_takes_the_steps_that_it_lacks_and_each_once() {
    for from in 1..3 {
        let (_directory, path) = place();
        let mut connection = Connection::open(&path).unwrap();
        update(&mut connection, &path, &FORMS[..from]).unwrap();
        connection.execute("INSERT INTO a (x) VALUES (7)", []).unwrap();
        let secret: Vec<u8> = connection.query_row("SELECT fingerprints FROM secret", [], |row| row.get(0)).unwrap();
        for _ in 0..2 {
            update(&mut connection, &path, &FORMS[..3]).unwrap();
            assert_eq!(number(&connection, "PRAGMA user_version"), 3);
            assert_eq!(number(&connection, "SELECT count(*) FROM a"), 2, "from {from}");
            assert_eq!(number(&connection, "SELECT y FROM a WHERE x = 7"), 7, "from {from}");
            let kept: Vec<u8> = connection.query_row("SELECT fingerprints FROM secret", [], |row| row.get(0)).unwrap();
            assert_eq!(kept, secret);
        }
    }
}

#[test]
fn a_step_that_fails_leaves_the_older_file_as_it_was() {
    for from in 0..4 {
        let (directory, path) = place();
        fs::write(&path, "").unwrap();
        let mut connection = Connection::open(&path).unwrap();
        if from > 0 {
            update(&mut connection, &path, &FORMS[..from]).unwrap();
        }
        let before = bytes(&directory);
        let fault = update(&mut connection, &path, &FORMS).unwrap_err();
        assert!(matches!(fault, Fault::Damaged(_)), "from {from}: {fault}");
        assert_eq!(number(&connection, "PRAGMA user_version"), i64::try_from(from).unwrap());
        assert!(connection.is_autocommit());
        drop(connection);
        assert_eq!(bytes(&directory), before, "from {from}");
    }
}

#[test]
fn all_who_open_it_at_once_find_one_and_the_same_file() {
    let (_directory, path) = place();
    let together = Barrier::new(8);
    let secrets = thread::scope(|scope| {
        let open = || {
            together.wait();
            rows::secret(&opened(&path).unwrap()).unwrap()
        };
        let threads: Vec<_> = (0..8).map(|_| scope.spawn(open)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect::<Vec<_>>()
    });
    assert!(secrets.iter().all(|secret| *secret == secrets[0]));
    assert_eq!(number(&opened(&path).unwrap(), "SELECT count(*) FROM secret"), 1);
}

#[test]
fn all_who_bring_it_up_to_date_at_once_take_each_step_once() {
    let (_directory, path) = place();
    update(&mut Connection::open(&path).unwrap(), &path, &FORMS[..1]).unwrap();
    let together = Barrier::new(8);
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                let mut connection = connect(&path, OpenFlags::empty(), &Arc::default()).unwrap();
                together.wait();
                update(&mut connection, &path, &FORMS[..3]).unwrap();
            });
        }
    });
    assert_eq!(number(&Connection::open(&path).unwrap(), "SELECT count(*) FROM a"), 1);
}

#[test]
fn a_newer_file_is_refused_and_not_touched() {
    for found in [KNOWN + 1, 1000] {
        let (directory, path) =
            meddled(&format!("PRAGMA user_version = {found}; ALTER TABLE session ADD COLUMN more TEXT"));
        let before = bytes(&directory);
        let fault = opened(&path).unwrap_err();
        assert!(matches!(fault, Fault::Newer { known: KNOWN, found: told, .. } if told == found), "{fault}");
        assert!(fault.to_string().contains("newer version of instantly-oauth"), "{fault}");
        assert!(matches!(is_sound(&path), Err(Fault::Newer { .. })));
        assert_eq!(bytes(&directory), before);
    }
}

#[test]
fn a_database_of_something_else_is_refused_and_not_touched() {
    for sql in [
        "CREATE TABLE session (id)",
        "CREATE TABLE t (x); PRAGMA user_version = 1",
        "PRAGMA user_version = 1",
        "PRAGMA application_id = 7; CREATE TABLE t (x)",
        "PRAGMA journal_mode = WAL; CREATE TABLE t (x)",
    ] {
        let (directory, path) = place();
        Connection::open(&path).unwrap().execute_batch(sql).unwrap();
        let before = bytes(&directory);
        let fault = opened(&path).unwrap_err();
        assert!(matches!(fault, Fault::Foreign { .. }), "{sql}: {fault}");
        assert!(matches!(is_sound(&path), Err(Fault::Foreign { .. })), "{sql}");
        assert_eq!(bytes(&directory), before, "{sql}");
    }
}

#[test]
fn a_file_of_ours_whose_mark_is_gone_is_a_damaged_one_and_no_other_programs() {
    for sql in ["PRAGMA application_id = 0", "PRAGMA application_id = 9; PRAGMA user_version = 77"] {
        let (_directory, path) = meddled(sql);
        assert!(matches!(opened(&path), Err(Fault::Damaged(_))), "{sql}");
        assert!(!is_sound(&path).unwrap(), "{sql}");
    }
    for sql in ["PRAGMA user_version = 0", "PRAGMA user_version = -1"] {
        let (_directory, path) = meddled(sql);
        assert!(matches!(opened(&path), Err(Fault::Damaged(_))), "{sql}");
        assert!(!is_sound(&path).unwrap(), "{sql}");
    }
}

#[test]
fn a_file_is_sound_as_long_as_it_has_its_own_form_and_its_secret() {
    let long = "x".repeat(9000);
    let full = format!(
        "INSERT INTO session (name, id, service, workspace, began, started_here, ends, unheard, email) \
         VALUES ('n', 'i', 's', 'w', 1, 1, 1, 0, '{long}')"
    );
    for (sql, sound) in [
        ("", true),
        (full.as_str(), true),
        ("ANALYZE", true),
        ("VACUUM", true),
        ("DELETE FROM secret", false),
        ("UPDATE secret SET fingerprints = x'00'", false),
        ("DROP TABLE secret", false),
        ("DROP TABLE session", false),
        ("DROP INDEX session_id", false),
        ("ALTER TABLE session DROP COLUMN lost", false),
        ("ALTER TABLE session ADD COLUMN more TEXT NOT NULL DEFAULT ''", false),
        ("CREATE TRIGGER t BEFORE INSERT ON session BEGIN SELECT RAISE(ABORT, 'no'); END", false),
    ] {
        let (_directory, path) = meddled(sql);
        assert_eq!(is_sound(&path).unwrap(), sound, "{sql:.80}");
    }
    let (_directory, path) = place();
    fs::write(&path, "").unwrap();
    assert!(is_sound(&path).unwrap(), "nothing is wrong with an empty one");
    fs::write(&path, "no database").unwrap();
    assert!(!is_sound(&path).unwrap());
}

#[test]
fn another_connection_that_has_the_file_is_waited_for_until_it_lets_go() {
    let (_directory, path) = place();
    drop(opened(&path).unwrap());
    for begin in ["BEGIN IMMEDIATE", "BEGIN EXCLUSIVE"] {
        let holder = Connection::open(&path).unwrap();
        holder.execute_batch(begin).unwrap();
        let (found_taken, is_taken) = mpsc::channel();
        thread::scope(|scope| {
            scope.spawn(|| {
                let waited = Arc::new(Patience::default());
                let mut connection = connect(&path, OpenFlags::empty(), &waited).unwrap();
                let mut wait = busy::handler(Arc::clone(&waited));
                let told = move |times| found_taken.send(()).is_ok() | wait(times);
                connection.busy_handler(Some(told)).unwrap();
                connection.execute_batch("BEGIN IMMEDIATE; DELETE FROM session; COMMIT").unwrap();
                assert!(!waited.taken().is_zero());
            });
            // Only when it is known to have looked once.
            is_taken.recv().unwrap();
            holder.execute_batch("COMMIT").unwrap();
        });
    }
}

#[test]
fn another_connection_that_never_lets_go_is_not_waited_for_without_end() {
    let (_directory, path) = place();
    let mut connection = opened(&path).unwrap();
    let holder = Connection::open(&path).unwrap();
    holder.execute_batch("BEGIN IMMEDIATE").unwrap();
    connection.busy_handler(Some(busy::handler(Arc::new(Patience::of(Duration::ZERO))))).unwrap();
    let fault = Fault::from(connection.execute_batch("BEGIN IMMEDIATE").unwrap_err());
    assert!(matches!(fault, Fault::Taken { .. }), "{fault}");
}
