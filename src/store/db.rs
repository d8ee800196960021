//! The file: opened, brought up to date, and looked over where something is wrong with it.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, OpenFlags, TransactionBehavior};

use super::busy::{self, Patience};
use super::fault::Fault;
use super::{fingerprint, place, rows};

/// Marks the file as this tool's: four letters of its name.
const APPLICATION: i64 = 0x494f_4175;

/// How long another process is waited for by somebody who only looks.
const LOOKING: Duration = Duration::from_secs(2);

/// How many statements are kept ready: more than there are, since each that is not is read anew every time.
const STATEMENTS: usize = 128;

/// What brings the file from each version of its form to the next. Published steps are never changed.
const STEPS: &[&str] = &[
    "
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
        clock_least INTEGER,
        clock_most INTEGER,
        alive INTEGER,
        asked INTEGER,
        unheard INTEGER NOT NULL,
        lost INTEGER,
        quiet INTEGER,
        gone INTEGER,
        slowest INTEGER,
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
        claimed INTEGER,
        asked_over INTEGER
    ) STRICT;
    CREATE INDEX session_id ON session (id);
    CREATE INDEX session_began ON session (began);
    CREATE INDEX session_claim ON session (claim) WHERE claim IS NOT NULL;
    CREATE INDEX session_url ON session (ends) WHERE auth_url IS NOT NULL;
    CREATE TABLE secret (fingerprints BLOB NOT NULL) STRICT;
",
    "
    CREATE TABLE start (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        service TEXT NOT NULL,
        workspace TEXT NOT NULL,
        provider TEXT NOT NULL,
        owner TEXT,
        able INTEGER,
        sent INTEGER,
        done INTEGER
    ) STRICT;
    CREATE TABLE call (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        workspace TEXT NOT NULL,
        sent INTEGER NOT NULL,
        done INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE clock (boot TEXT PRIMARY KEY, since INTEGER NOT NULL) STRICT;
    CREATE TABLE pace (
        workspace TEXT PRIMARY KEY,
        next INTEGER NOT NULL,
        stood INTEGER NOT NULL,
        seen INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE gate (
        service TEXT NOT NULL,
        workspace TEXT NOT NULL,
        provider TEXT NOT NULL,
        throttle TEXT NOT NULL,
        since INTEGER NOT NULL,
        until INTEGER NOT NULL,
        strikes INTEGER NOT NULL,
        named INTEGER NOT NULL,
        message TEXT,
        first INTEGER,
        PRIMARY KEY (service, workspace, provider)
    ) STRICT;
",
    "
    ALTER TABLE session ADD COLUMN batch TEXT;
    CREATE INDEX session_batch ON session (batch) WHERE batch IS NOT NULL;
    CREATE INDEX start_line ON start (number) WHERE sent IS NULL;
",
    "ALTER TABLE session ADD COLUMN profile TEXT;",
];

/// Opens the file, making it where there is none, and brings it up to date.
pub(super) fn open(path: &Path, patience: &Arc<Patience>) -> Result<Connection, Fault> {
    place::make_file(path);
    let mut connection = connect(path, OpenFlags::SQLITE_OPEN_CREATE, patience)?;
    // FULL is synchronised through to the disk, on macOS past the drive's own cache. What is forgotten is overwritten, and
    // nothing is written anywhere else.
    connection.execute_batch(
        "PRAGMA synchronous = FULL; PRAGMA fullfsync = ON; PRAGMA secure_delete = ON; PRAGMA temp_store = MEMORY; \
         PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON; PRAGMA cache_size = -1024; PRAGMA cache_spill = OFF;",
    )?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    update(&mut connection, path, STEPS)?;
    // Now that it is known to be ours.
    place::close(path);
    // Not before the form is known to be ours, since this can write. The helper file is emptied, not kept: it holds what
    // was there before.
    connection.query_row("PRAGMA journal_mode = TRUNCATE", [], |_| Ok(()))?;
    Ok(connection)
}

fn connect(path: &Path, further: OpenFlags, patience: &Arc<Patience>) -> Result<Connection, Fault> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX | further;
    let mut connection = Connection::open_with_flags(path, flags).map_err(|error| refused(path, error))?;
    connection.busy_handler(Some(busy::handler(Arc::clone(patience))))?;
    Ok(connection)
}

/// Why the file could not be opened. `SQLite` keeps the system's word for it to itself, so it is asked for again.
fn refused(path: &Path, error: rusqlite::Error) -> Fault {
    let cannot = error.sqlite_error_code() == Some(ErrorCode::CannotOpen);
    let system = cannot.then(|| place::lock_file(path));
    match system {
        Some(Err(system)) => Fault::io("it cannot be opened", &system),
        _ => error.into(),
    }
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
        let form = form(connection)?;
        if number("PRAGMA application_id")? == APPLICATION {
            // Another process has made it between the two looks.
            return version(connection, path, known);
        }
        return match () {
            () if form.is_empty() && found == 0 => Ok(0),
            () if form == form_after(STEPS)? => Err(Fault::Damaged("its header is not what it was".into())),
            () => Err(Fault::Foreign { path: path.to_owned() }),
        };
    }
    match found {
        _ if found > known => Err(Fault::Newer { path: path.to_owned(), found, known }),
        1.. => Ok(found),
        // It is marked as ours when it gets its first form.
        _ => Err(Fault::Damaged("its header is not what it was".into())),
    }
}

/// Whether the file has one of the forms that are known here, as far as its header says.
pub(super) fn is_ours(connection: &Connection) -> Result<bool, Fault> {
    let number = |pragma| connection.query_row(pragma, [], |row| row.get::<_, i64>(0));
    let known = 1..=i64::try_from(STEPS.len()).unwrap_or(i64::MAX);
    Ok(number("PRAGMA application_id")? == APPLICATION && known.contains(&number("PRAGMA user_version")?))
}

/// A file of this form that is kept in memory, and is gone with this process.
pub(super) fn in_memory() -> Result<Connection, Fault> {
    let connection = Connection::open_in_memory()?;
    STEPS.iter().try_for_each(|step| connection.execute_batch(step))?;
    Ok(connection)
}

/// Whether nothing is wrong with a file, as far as can be told. Fails where it is not ours to judge.
pub(super) fn is_sound(path: &Path) -> Result<bool, Fault> {
    let look = || {
        let connection = connect(path, OpenFlags::empty(), &Arc::default())?;
        let version = version(&connection, path, i64::try_from(STEPS.len()).unwrap_or(i64::MAX))?;
        if version == 0 {
            // There is nothing in it that could be wrong.
            return Ok(true);
        }
        let steps = &STEPS[..usize::try_from(version).unwrap_or(0)];
        let intact = connection.query_row("PRAGMA integrity_check(1)", [], |row| row.get::<_, String>(0))? == "ok";
        Ok(intact && form(&connection)? == form_after(steps)? && rows::secret(&connection).is_ok())
    };
    match look() {
        Err(Fault::Damaged(_)) => Ok(false),
        sound => sound,
    }
}

/// The version of a file's form and how many sessions are in it, without changing anything. A new one has version 0.
///
/// It is looked over less closely than by [`is_sound`], so that a large one takes no longer than people wait.
pub(super) fn look(path: &Path) -> Result<(i64, u64), Fault> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags).map_err(|error| refused(path, error))?;
    connection.busy_timeout(LOOKING)?;
    connection.execute_batch("PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON")?;
    let version = version(&connection, path, i64::try_from(STEPS.len()).unwrap_or(i64::MAX))?;
    if version == 0 {
        return Ok((0, 0));
    }
    let found = connection.query_row("PRAGMA quick_check(1)", [], |row| row.get::<_, String>(0))?;
    if found != "ok" {
        // Which of its databases it is goes without saying.
        return Err(Fault::Damaged(found.replace("*** in database main ***", "").trim().to_owned()));
    }
    if form(&connection)? != form_after(&STEPS[..usize::try_from(version).unwrap_or(0)])? {
        return Err(Fault::Damaged("its tables are not what they were".into()));
    }
    rows::secret(&connection)?;
    let sessions = connection.query_row("SELECT count(*) FROM session", [], |row| row.get::<_, i64>(0))?;
    Ok((version, sessions.unsigned_abs()))
}

/// A file in which a transaction has been begun, so that nobody else begins one, and nothing was done.
pub(super) fn begun(path: &Path) -> Result<Connection, Fault> {
    let connection = connect(path, OpenFlags::empty(), &Arc::default())?;
    connection.execute_batch("PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON; BEGIN IMMEDIATE")?;
    Ok(connection)
}

/// What is declared in a file, but for what `SQLite` adds by itself.
fn form(connection: &Connection) -> rusqlite::Result<Vec<String>> {
    let sql = "SELECT type || ' ' || sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY 1";
    connection.prepare(sql)?.query_map([], |row| row.get(0))?.collect()
}

/// What is declared in a file that has taken these steps.
fn form_after(steps: &[&str]) -> rusqlite::Result<Vec<String>> {
    let connection = Connection::open_in_memory()?;
    steps.iter().try_for_each(|step| connection.execute_batch(step))?;
    form(&connection)
}

#[cfg(test)]
mod tests;
