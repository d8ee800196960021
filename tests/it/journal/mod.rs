//! The journal: where it is and who may read it, what becomes of it in every kind of trouble, and that a result which
//! was told is in it.

mod absent;
mod damage;
mod faults;
mod key;
mod many;
mod place;
mod power;

use std::path::{Path, PathBuf};

use rusqlite::Connection;

use crate::support::{Act, Run};

const CONNECTED: &str = "Connected ada@acme.com (Ada Lovelace)\n";

/// What a session's server says: its start, one `pending`, the result, and then that it knows nothing of it.
fn acts() -> [Act; 4] {
    [Act::started(), Act::pending(), Act::success(), Act::not_found()]
}

/// Where state is kept in this home.
fn state(home: &Path) -> PathBuf {
    home.join(".local/state/instantly-oauth")
}

/// What the journal says of each session, the oldest first. It must be readable and whole.
#[track_caller]
fn rows(directory: &Path) -> Vec<Row> {
    let connection = Connection::open(directory.join("journal.db")).unwrap();
    let whole: String = connection.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
    assert_eq!(whole, "ok");
    let tables: i64 = connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0)).unwrap();
    if tables == 0 {
        return Vec::new();
    }
    let mut rows = connection.prepare("SELECT id, verdict, email, workspace FROM session ORDER BY number").unwrap();
    let row = |row: &rusqlite::Row| {
        Ok(Row { id: row.get(0)?, verdict: row.get(1)?, email: row.get(2)?, workspace: row.get(3)? })
    };
    rows.query_map([], row).unwrap().collect::<Result<_, _>>().unwrap()
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Row {
    id: String,
    verdict: Option<String>,
    email: Option<String>,
    workspace: String,
}

impl Row {
    fn is_connected(&self) -> bool {
        self.verdict.as_deref() == Some("connected") && self.email.as_deref() == Some("ada@acme.com")
    }
}

/// The warnings on stderr.
fn warnings(run: &Run) -> Vec<&str> {
    run.stderr.lines().filter_map(|line| line.strip_prefix("warning: ")).collect()
}

/// Holds that a `connect` did all that it should, with so many warnings.
#[track_caller]
fn works(run: &Run, warned: usize, case: &str) {
    assert_eq!((run.code, run.stdout.as_str()), (Some(0), CONNECTED), "{case}: {run:#?}");
    assert_eq!(warnings(run).len(), warned, "{case}: {run:#?}");
}
