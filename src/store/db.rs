//! The file: opened, brought up to date, and set aside where it is damaged.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use jiff::Timestamp;
use rusqlite::{Connection, OpenFlags, TransactionBehavior};

use super::fault::Fault;
use super::{fingerprint, place};

/// Marks the file as this tool's: four letters of its name.
const APPLICATION: i64 = 0x494f_4175;

/// What brings the file from each version of its form to the next. Published steps are never changed.
const STEPS: &[&str] = &["
    CREATE TABLE session (
        number INTEGER PRIMARY KEY,
        name TEXT NOT NULL UNIQUE,
        id TEXT NOT NULL,
        service TEXT NOT NULL,
        workspace TEXT NOT NULL,
        provider TEXT,
        expect TEXT,
        auth_url TEXT,
        began INTEGER NOT NULL,
        started_here INTEGER NOT NULL,
        ends INTEGER NOT NULL,
        clock_ahead INTEGER,
        alive INTEGER,
        asked INTEGER,
        unheard INTEGER NOT NULL,
        lost INTEGER,
        suspicion TEXT,
        suspicion_detail TEXT,
        verdict TEXT,
        verdict_detail TEXT,
        email TEXT,
        owner TEXT,
        error TEXT,
        error_description TEXT,
        source TEXT,
        ended INTEGER,
        claim TEXT,
        claim_process INTEGER,
        claimed INTEGER
    ) STRICT;
    CREATE INDEX session_id ON session (id);
    CREATE INDEX session_began ON session (began);
    CREATE INDEX session_url ON session (ends) WHERE auth_url IS NOT NULL;
    CREATE TABLE secret (fingerprints BLOB NOT NULL) STRICT;
"];

/// How long another process is waited for that has the file, in all; and between two looks. A transaction takes a few
/// milliseconds, most of them the disk's.
const LONGEST_WAIT: Duration = Duration::from_secs(5);
const LOOK_EVERY: Duration = Duration::from_millis(2);

/// Opens the file, making it where there is none, and brings it up to date.
pub(super) fn open(path: &Path) -> Result<Connection, Fault> {
    place::make_file(path);
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut connection = Connection::open_with_flags(path, flags)?;
    connection.busy_handler(Some(wait))?;
    // FULL is synchronised through to the disk, on macOS past the drive's own cache. What is forgotten is overwritten.
    connection.execute_batch(
        "PRAGMA synchronous = FULL; PRAGMA fullfsync = ON; PRAGMA secure_delete = ON; PRAGMA trusted_schema = OFF; \
         PRAGMA cell_size_check = ON; PRAGMA cache_size = -256;",
    )?;
    update(&mut connection, path, STEPS)?;
    // Not before the form is known to be ours, since this can write. The helper file is emptied, not kept: it holds what
    // was there before.
    connection.query_row("PRAGMA journal_mode = TRUNCATE", [], |_| Ok(()))?;
    Ok(connection)
}

/// Waits a little for whoever has the file.
fn wait(times: i32) -> bool {
    let waited = LOOK_EVERY.saturating_mul(u32::try_from(times).unwrap_or(0));
    if waited > LONGEST_WAIT {
        return false;
    }
    thread::sleep(LOOK_EVERY);
    true
}

/// Takes the steps that this file has not taken yet, all or none of them.
fn update(connection: &mut Connection, path: &Path, steps: &[&str]) -> Result<(), Fault> {
    let known = i64::try_from(steps.len()).unwrap_or(i64::MAX);
    if version(connection, path, known)? == known {
        return Ok(());
    }
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    // Another process may have been faster.
    let found = version(&transaction, path, known)?;
    for step in &steps[usize::try_from(found).unwrap_or(0)..] {
        transaction.execute_batch(step)?;
    }
    if found == 0 {
        transaction.execute("INSERT INTO secret VALUES (?1)", [fingerprint::secret()?])?;
        transaction.pragma_update(None, "application_id", APPLICATION)?;
    }
    transaction.pragma_update(None, "user_version", known)?;
    Ok(transaction.commit()?)
}

/// The version of the file's form: 0 for a new one.
fn version(connection: &Connection, path: &Path, known: i64) -> Result<i64, Fault> {
    let number = |pragma| connection.query_row(pragma, [], |row| row.get::<_, i64>(0));
    let (application, found) = (number("PRAGMA application_id")?, number("PRAGMA user_version")?);
    if application != APPLICATION {
        let empty = number("SELECT count(*) FROM sqlite_schema")? == 0;
        return if empty && found == 0 { Ok(0) } else { Err(Fault::Foreign { path: path.to_owned() }) };
    }
    if found > known {
        return Err(Fault::Newer { path: path.to_owned(), found, known });
    }
    Ok(found.max(0))
}

/// Sets a damaged file aside under another name, with its helper, and tells that name. None where it turns out to be sound
/// after all: another process has set the damaged one aside before.
pub(super) fn set_aside(path: &Path, now: Timestamp) -> Result<Option<PathBuf>, Fault> {
    let with = |ending: &str| {
        let mut name = OsString::from(path);
        name.push(ending);
        PathBuf::from(name)
    };
    let lock = place::lock_file(&with(".lock")).map_err(|error| Fault::io("the journal cannot be locked", &error))?;
    lock.lock().map_err(|error| Fault::io("the journal cannot be locked", &error))?;
    if is_sound(path) {
        return Ok(None);
    }
    let stamp = now.strftime("%Y%m%dT%H%M%S%.fZ");
    let aside = (0..100)
        .map(|number| {
            with(&if number == 0 { format!(".damaged-{stamp}") } else { format!(".damaged-{stamp}-{number}") })
        })
        .find(|aside| !aside.exists())
        .ok_or_else(|| Fault::Unusable("the damaged journal cannot be set aside: too many are".into()))?;
    fs::rename(path, &aside).map_err(|error| Fault::io("the damaged journal cannot be set aside", &error))?;
    let mut helper = OsString::from(&aside);
    helper.push("-journal");
    // It belongs to the damaged file, and would be taken for the new one's.
    match fs::rename(with("-journal"), helper) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(Fault::io("the damaged journal cannot be set aside", &error))
        }
        _ => Ok(Some(aside)),
    }
}

fn is_sound(path: &Path) -> bool {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let check = |mut connection: Connection| -> rusqlite::Result<bool> {
        connection.busy_handler(Some(wait))?;
        let intact = connection.query_row("PRAGMA quick_check(1)", [], |row| row.get::<_, String>(0))? == "ok";
        // Its tables can be there and its contents not, which the check does not know.
        Ok(intact && connection.query_row("SELECT count(*) FROM secret", [], |row| row.get::<_, i64>(0))? > 0)
    };
    Connection::open_with_flags(path, flags).and_then(check).unwrap_or(false)
}

#[cfg(test)]
mod tests;
