//! Who is waiting for a session: told by a lock that the system takes away when its process ends, however that ends.
//!
//! Each process that waits has one file, of a name that is used once, and holds a lock on it. No process number is
//! trusted: numbers are given out again, and mean something else in a container.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use super::fault::Fault;
use super::{fingerprint, place};

/// How often a new name is tried. One is enough unless somebody clears away at that very moment.
const TRIES: usize = 20;

/// This process's sign of life. It ends with it.
#[derive(Debug)]
pub(super) struct Alive {
    name: String,
    path: PathBuf,
    /// Locked for as long as it is open.
    _file: File,
}

impl Alive {
    /// Gives a sign of life in this directory, and clears away those of the dead.
    pub(super) fn begin(directory: &Path) -> Result<Self, Fault> {
        let fault = |error: &io::Error| Fault::io("no lock can be had in the state directory", error);
        place::make_directory(directory, true)?;
        sweep(directory);
        for _ in 0..TRIES {
            let name = fingerprint::name()?;
            let path = directory.join(&name);
            let file = place::lock_file(&path).map_err(|error| fault(&error))?;
            match file.try_lock() {
                // Between the two, somebody who cleared away can have taken it for dead.
                Ok(()) if path.exists() => return Ok(Self { name, path, _file: file }),
                Ok(()) | Err(TryLockError::WouldBlock) => {}
                Err(TryLockError::Error(error)) => return Err(fault(&error)),
            }
        }
        Err(Fault::Unusable("no lock can be had in the state directory".into()))
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// Whether others can still see it.
    pub(super) fn is_there(&self) -> bool {
        self.path.exists()
    }
}

impl Drop for Alive {
    fn drop(&mut self) {
        // If it stays, it is not locked, and is cleared away another time.
        let _ = fs::remove_file(&self.path);
    }
}

/// Whether the process with this sign of life still runs.
pub(super) fn is_alive(directory: &Path, name: &str) -> bool {
    // Names are ours and plain; one that was meddled with leads nowhere else.
    if !name.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return false;
    }
    is_locked(&directory.join(name))
}

/// Whether somebody holds a lock on it. What cannot be told counts as not: then nobody is refused because of it.
fn is_locked(path: &Path) -> bool {
    File::open(path).is_ok_and(|file| matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock)))
}

fn sweep(directory: &Path) {
    let Ok(entries) = fs::read_dir(directory) else { return };
    for entry in entries.flatten() {
        let path = entry.path();
        // Shared, as everybody looks: a lock that is not is the sign itself, and must not be seen where there is none.
        if File::open(&path).is_ok_and(|file| file.try_lock_shared().is_ok()) {
            let _ = fs::remove_file(&path);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sign_of_life_ends_with_its_holder() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("live");
        let one = Alive::begin(&path).unwrap();
        let two = Alive::begin(&path).unwrap();
        assert!(is_alive(&path, one.name()) && is_alive(&path, two.name()));
        let name = one.name().to_owned();
        drop(one);
        assert!(!is_alive(&path, &name) && is_alive(&path, two.name()));
        assert!(!is_alive(&path, "../live") && !is_alive(&path, "") && !is_alive(&path, "never"));
        // What a killed process leaves behind is a file without a lock, and is cleared away.
        fs::write(path.join("00ff"), "").unwrap();
        assert!(!is_alive(&path, "00ff"));
        // Nor does somebody who looks at the same moment make it one.
        let looking = File::open(path.join("00ff")).unwrap();
        looking.try_lock_shared().unwrap();
        assert!(!is_alive(&path, "00ff"));
        let three = Alive::begin(&path).unwrap();
        assert!(!path.join("00ff").exists() && is_alive(&path, two.name()) && is_alive(&path, three.name()));
    }
}
