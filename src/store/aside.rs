//! Setting a damaged file aside: under another name, never deleted, with whatever can still be read of it carried over
//! into the new one.

use std::ffi::OsString;
use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::Timestamp;
use rusqlite::Connection;

use super::fault::Fault;
use super::limits::carry;
use super::{busy, db, place, rows};

/// What `SQLite` keeps beside a file. It belongs to the damaged one, and would be taken for the new one's.
const HELPERS: [&str; 3] = ["-journal", "-wal", "-shm"];

/// How many can be set aside at one moment.
const NAMES: usize = 100;

/// A damaged file that was set aside.
pub(super) struct Aside {
    /// Its new name.
    pub(super) path: PathBuf,
    /// How many sessions the new file has from it.
    pub(super) carried: usize,
}

/// Sets a damaged file aside with its helpers and puts a new one in its place. None where there is nothing to set aside:
/// another process has done it before, or the file is sound after all.
pub(super) fn set_aside(path: &Path, now: Timestamp) -> Result<Option<Aside>, Fault> {
    // Only one process at a time may look and then act on it.
    let _alone = alone(path)?;
    if !path.exists() || db::is_sound(path)? {
        return Ok(None);
    }
    let fault = |error: &io::Error| Fault::io("it is damaged and cannot be set aside", error);
    // Nobody writes to it from here on. One in which nothing can be begun is written to by nobody anyway.
    let damaged = db::begun(path);
    if let Err(Fault::Taken { .. }) = damaged {
        // Whoever has it is about to write to it, and can be waited for another time.
        return Err(Fault::taken());
    }
    let fresh = with(path, ".new");
    let carried = renewed(&fresh, damaged.as_ref().ok())?;
    let aside = name(path, now)?;
    // The helpers go first: at no moment may there be another file beside them.
    for helper in HELPERS {
        match fs::rename(with(path, helper), with(&aside, helper)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(fault(&error)),
            _ => {}
        }
    }
    // With two names there is always a file in its place. Where a file can have only one, there is none for a moment.
    if fs::hard_link(path, &aside).is_err() {
        fs::rename(path, &aside).map_err(|error| fault(&error))?;
    }
    fs::rename(&fresh, path).map_err(|error| fault(&error))?;
    place::sync_parent(path);
    Ok(Some(Aside { path: aside, carried }))
}

/// Makes a new file under this name, with what can be read of a damaged one. How many sessions that is.
fn renewed(fresh: &Path, damaged: Option<&Connection>) -> Result<usize, Fault> {
    for name in HELPERS.iter().map(|helper| with(fresh, helper)).chain([fresh.to_owned()]) {
        // Somebody may have been stopped at this before.
        let _ = fs::remove_file(name);
    }
    let mut connection = db::open(fresh, &Arc::default())?;
    let transaction = connection.transaction()?;
    let carried = damaged.map_or(Ok(0), |damaged| rows::carry_over(damaged, &transaction))?;
    damaged.inspect(|damaged| carry::carry_over(damaged, &transaction));
    transaction.commit()?;
    // It leaves no helper under this name.
    connection.query_row("PRAGMA journal_mode = DELETE", [], |_| Ok(()))?;
    Ok(carried)
}

/// A name that nothing has yet.
fn name(path: &Path, now: Timestamp) -> Result<PathBuf, Fault> {
    let stamp = now.strftime("%Y%m%dT%H%M%S%.3fZ");
    let mut names = (0..NAMES).map(|number| match number {
        0 => with(path, &format!(".damaged-{stamp}")),
        _ => with(path, &format!(".damaged-{stamp}-{number}")),
    });
    let free = names.find(|name| !name.exists() && HELPERS.iter().all(|helper| !with(name, helper).exists()));
    free.ok_or_else(|| Fault::Unusable("it is damaged and cannot be set aside: too many are".into()))
}

fn with(path: &Path, ending: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(ending);
    PathBuf::from(name)
}

/// Keeps other processes from setting the same file aside, until it is dropped.
fn alone(path: &Path) -> Result<File, Fault> {
    let fault = |error: &io::Error| Fault::io("it is damaged and cannot be locked", error);
    let file = place::lock_file(&with(path, ".lock")).map_err(|error| fault(&error))?;
    let locked = busy::until(busy::LONGEST, || match file.try_lock() {
        Ok(()) => Ok(true),
        Err(TryLockError::WouldBlock) => Ok(false),
        Err(TryLockError::Error(error)) => Err(fault(&error)),
    })?;
    if locked { Ok(file) } else { Err(Fault::taken()) }
}

#[cfg(test)]
mod tests;
