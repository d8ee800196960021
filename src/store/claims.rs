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

/// More signs than this are very many.
const MANY: usize = 64;

/// This process's sign of life. It ends with it.
#[derive(Debug)]
pub(super) struct Alive {
    name: String,
    path: PathBuf,
    /// Locked for as long as it is open.
    _file: File,
}

impl Alive {
    /// Gives a sign of life in this directory, and clears away those of the dead. `own` is whether the directory is this
    /// tool's alone.
    pub(super) fn begin(directory: &Path, own: bool) -> Result<Self, Fault> {
        let fault = |error: &io::Error| Fault::io("no lock can be had in the state directory", error);
        place::make_directory(directory, own)?;
        for attempt in 0..TRIES {
            let name = fingerprint::name()?;
            if attempt == 0 {
                sweep(directory, &name);
            }
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
    is_ours(name) && is_locked(&directory.join(name))
}

/// Whether this is a name as they are made here. Any other is somebody else's, or leads somewhere else.
fn is_ours(name: &str) -> bool {
    name.len() == fingerprint::NAME && name.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// Whether somebody holds a lock on it. What cannot be told counts as not: then nobody is refused because of it.
fn is_locked(path: &Path) -> bool {
    File::open(path).is_ok_and(|file| matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock)))
}

/// Clears away the signs of the dead. Of very many, those are looked at that begin like the sign that is about to be given,
/// so that processes which all begin at once do not each look at all of the others.
fn sweep(directory: &Path, name: &str) {
    let Ok(entries) = fs::read_dir(directory) else { return };
    let names = entries.flatten().filter_map(|entry| entry.file_name().into_string().ok());
    let mut signs: Vec<String> = names.filter(|name| is_ours(name)).collect();
    if signs.len() > MANY {
        signs.retain(|sign| sign[..1] == name[..1]);
    }
    for sign in signs {
        let path = directory.join(sign);
        let Ok(file) = File::open(&path) else { continue };
        // Shared, as everybody looks: a lock that is not is the sign itself, and must not be seen where there is none. It is
        // held until the file is gone, so that nobody can give a sign in between.
        if file.try_lock_shared().is_ok() {
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
        let one = Alive::begin(&path, true).unwrap();
        let two = Alive::begin(&path, true).unwrap();
        assert!(is_alive(&path, one.name()) && is_alive(&path, two.name()));
        let name = one.name().to_owned();
        drop(one);
        assert!(!is_alive(&path, &name) && is_alive(&path, two.name()));
        assert!(!is_alive(&path, "../live") && !is_alive(&path, "") && !is_alive(&path, "never"));
        // What a killed process leaves behind is a file without a lock, and is cleared away.
        let dead = "0123456789abcdef".repeat(2);
        let others = ["thesis.txt", &dead[1..], "0123456789ABCDEF0123456789ABCDEF"];
        others.iter().chain([&dead.as_str()]).for_each(|name| fs::write(path.join(name), "").unwrap());
        assert!(!is_alive(&path, &dead));
        // Nor does somebody who looks at the same moment make it one.
        let looking = File::open(path.join(&dead)).unwrap();
        looking.try_lock_shared().unwrap();
        assert!(!is_alive(&path, &dead));
        let three = Alive::begin(&path, true).unwrap();
        assert!(others.iter().all(|name| path.join(name).exists()), "what is not ours is left alone");
        assert!(!path.join(dead).exists() && is_alive(&path, two.name()) && is_alive(&path, three.name()));
    }

    #[test]
    fn of_very_many_some_are_cleared_away_each_time() {
        let directory = tempfile::tempdir().unwrap();
        let names = (0..=MANY).map(|number| format!("{:x}{number:031x}", number % 16));
        names.for_each(|name| fs::write(directory.path().join(name), "").unwrap());
        let count = || fs::read_dir(directory.path()).unwrap().count();
        drop(Alive::begin(directory.path(), true).unwrap());
        assert!((1..=MANY).contains(&count()), "{}", count());
        drop(Alive::begin(directory.path(), true).unwrap());
        assert_eq!(count(), 0, "the rest are not many any more");
    }
}
