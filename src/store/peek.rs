//! A look at the journal in passing, for whoever may neither wait nor change anything: what a shell offers after TAB.

use std::path::Path;

use rusqlite::{Connection, OpenFlags};
use url::Url;

use super::fault::Fault;
use super::place::Kind;
use super::{db, rows};
use crate::model::record::Record;

/// The newest sessions in this directory's journal, as many as these; none where there is no journal, or none that can be
/// read as it stands.
///
/// Nothing is made, mended, brought up to date or locked. Whoever writes at this very moment is not waited for: what is
/// read may then be half of a change, which is good enough for a hint, and what makes no sense is left out.
#[must_use]
pub fn peek(directory: &Path, kind: Kind, most: usize) -> Vec<Record> {
    look(&directory.join(kind.file()), most).unwrap_or_default()
}

fn look(path: &Path, most: usize) -> Option<Vec<Record>> {
    // Opening something else, a pipe for one, might wait for somebody.
    let path = std::path::absolute(path).ok().filter(|path| path.is_file())?;
    let mut address = Url::from_file_path(path).ok()?;
    // So that no lock is taken, and no helper file of a killed process is looked at.
    address.set_query(Some("immutable=1"));
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(address.as_str(), flags).ok()?;
    newest(&connection, most).ok()
}

fn newest(connection: &Connection, most: usize) -> Result<Vec<Record>, Fault> {
    connection.execute_batch("PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON;")?;
    if !db::is_ours(connection)? {
        return Ok(Vec::new());
    }
    let most = i64::try_from(most).unwrap_or(i64::MAX);
    let newest = "number IN (SELECT number FROM session ORDER BY began DESC, number DESC LIMIT ?1)";
    Ok(rows::select(connection, newest, [most])?.into_iter().map(|found| found.record).collect())
}

#[cfg(test)]
mod tests {
    use jiff::{SignedDuration, Timestamp};

    use super::*;
    use crate::model::session::SessionId;
    use crate::store::Journal;

    const WHEN: Timestamp = Timestamp::UNIX_EPOCH;

    fn record(id: &str, second: i64) -> Record {
        let (id, began) = (SessionId::parse(id).unwrap(), WHEN + SignedDuration::from_secs(second));
        Record::met(id, "https://api".into(), "w".into(), SignedDuration::from_secs(600), began)
    }

    fn ids(directory: &Path, most: usize) -> Vec<String> {
        peek(directory, Kind::Real, most).iter().map(|record| record.id.to_string()).collect()
    }

    #[test]
    fn the_newest_come_first_and_nothing_is_made() {
        let directory = tempfile::tempdir().unwrap();
        // Signs that mean something in the address of a file.
        let place = directory.path().join("state #1 100%?");
        assert_eq!(ids(&place, 9), [""; 0]);
        assert!(!place.exists());
        let journal = Journal::open(&place, false, Kind::Real).unwrap();
        for (id, second) in [("b", 2), ("c", 3), ("a", 1)] {
            journal.begin(&Journal::name().unwrap(), &record(id, second), false, None, WHEN).unwrap();
        }
        let files = || {
            let mut files: Vec<_> = std::fs::read_dir(&place).unwrap().map(|file| file.unwrap().file_name()).collect();
            files.sort();
            files
        };
        let before = files();
        assert_eq!(
            (ids(&place, 9), ids(&place, 2)),
            (vec!["c".into(), "b".into(), "a".into()], vec!["c".into(), "b".into()])
        );
        assert_eq!((peek(&place, Kind::Sandbox, 9).len(), files()), (0, before));
    }

    #[test]
    fn nobody_is_waited_for_and_nobody_is_held_up() {
        let directory = tempfile::tempdir().unwrap();
        let journal = Journal::open(directory.path(), false, Kind::Real).unwrap();
        journal.begin(&Journal::name().unwrap(), &record("a", 1), false, None, WHEN).unwrap();
        let other = Connection::open(directory.path().join("journal.db")).unwrap();
        other.execute_batch("BEGIN EXCLUSIVE; UPDATE session SET id = 'b'").unwrap();
        assert_eq!(ids(directory.path(), 9), ["a"]);
        other.execute_batch("COMMIT").unwrap();
        assert_eq!(ids(directory.path(), 9), ["b"]);
    }

    #[test]
    fn what_is_no_journal_of_this_form_tells_nothing_and_stays_as_it_is() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("journal.db");
        for contents in [&b""[..], b"no database", &[0; 4096]] {
            std::fs::write(&path, contents).unwrap();
            assert_eq!((ids(directory.path(), 9), std::fs::read(&path).unwrap()), (vec![], contents.to_vec()));
        }
        std::fs::remove_file(&path).unwrap();
        let journal = Journal::open(directory.path(), false, Kind::Real).unwrap();
        journal.begin(&Journal::name().unwrap(), &record("a", 1), false, None, WHEN).unwrap();
        drop(journal);
        let newer = Connection::open(&path).unwrap();
        newer.pragma_update(None, "user_version", 1000).unwrap();
        assert_eq!(ids(directory.path(), 9), [""; 0]);
        newer.pragma_update(None, "user_version", 1).unwrap();
        newer.pragma_update(None, "application_id", 1).unwrap();
        assert_eq!(ids(directory.path(), 9), [""; 0]);
        newer.close().unwrap();
        std::fs::remove_file(&path).unwrap();
        std::fs::create_dir(&path).unwrap();
        assert_eq!(ids(directory.path(), 9), [""; 0]);
    }
}
