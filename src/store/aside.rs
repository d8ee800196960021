//! Setting a damaged file aside: under another name, and never deleted.

use std::ffi::OsString;
use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::fault::Fault;
use super::{busy, db, place};

/// What `SQLite` keeps beside a file. It belongs to the damaged one, and would be taken for the new one's.
const HELPERS: [&str; 3] = ["-journal", "-wal", "-shm"];

/// How many can be set aside at one moment.
const NAMES: usize = 100;

/// Sets a damaged file aside with its helpers, and tells its new name. None where there is nothing to set aside: another
/// process has done it before, or the file is sound after all.
pub(super) fn set_aside(path: &Path, now: Timestamp) -> Result<Option<PathBuf>, Fault> {
    // Only one process at a time may look and then act on it.
    let _alone = alone(path)?;
    if !path.exists() || db::is_sound(path)? {
        return Ok(None);
    }
    let fault = |error: &io::Error| Fault::io("it is damaged and cannot be set aside", error);
    let _still = still(path).map_err(|error| fault(&error))?;
    let stamp = now.strftime("%Y%m%dT%H%M%S%.3fZ");
    let names = (0..NAMES).map(|number| match number {
        0 => with(path, &format!(".damaged-{stamp}")),
        _ => with(path, &format!(".damaged-{stamp}-{number}")),
    });
    let free = |name: &PathBuf| !name.exists() && HELPERS.iter().all(|helper| !with(name, helper).exists());
    let too_many = || Fault::Unusable("it is damaged and cannot be set aside: too many are".into());
    let aside = names.into_iter().find(free).ok_or_else(too_many)?;
    // The helpers go first: at no moment may there be another file beside them.
    for helper in HELPERS {
        match fs::rename(with(path, helper), with(&aside, helper)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(fault(&error)),
            _ => {}
        }
    }
    fs::rename(path, &aside).map_err(|error| fault(&error))?;
    Ok(Some(aside))
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
    if locked { Ok(file) } else { Err(Fault::busy()) }
}

/// Keeps other processes from being in the middle of a transaction on it, until it is dropped: what they began on this
/// file must not be ended beside another.
#[cfg(unix)]
fn still(path: &Path) -> io::Result<File> {
    use rustix::fs::{FlockOperation, fcntl_lock};
    // This process has no transaction open: its own locks, which this takes and then drops, are not in use.
    let file = File::options().read(true).write(true).open(path)?;
    let locked = busy::until(busy::LONGEST, || match fcntl_lock(&file, FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => Ok(true),
        Err(error) if [io::ErrorKind::WouldBlock, io::ErrorKind::PermissionDenied].contains(&error.kind()) => Ok(false),
        Err(error) => Err(io::Error::from(error)),
    })?;
    if locked { Ok(file) } else { Err(io::Error::other("another process has held it for too long")) }
}

#[cfg(not(unix))]
fn still(_path: &Path) -> io::Result<()> {
    Ok(())
}
