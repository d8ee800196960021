//! A look at the directory for state and the journal in it, which changes nothing in the journal.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

use super::fault::Fault;
use super::place::Kind;
use super::{db, place};
use crate::model::check::storage::{Directory, Found, Journal};

/// Looks at both. Where there is no directory yet, it is made, as every command does; `own` is whether it is this tool's
/// alone.
#[must_use]
pub fn examine(directory: &Path, own: bool, kind: Kind) -> (Directory, Option<Journal>) {
    // Before anything is done about it.
    let mode = mode(directory);
    let trouble = match place::make_directory(directory, own) {
        Err(fault) => Some(fault.to_string()),
        Ok(()) => write(directory).err().map(|error| error.to_string()),
    };
    let found = Directory { path: directory.display().to_string(), trouble, mode, room: room(directory) };
    let journal = found.trouble.is_none().then(|| journal(directory, kind));
    (found, journal)
}

/// Writes a file and takes it away again, which is what shows that it can be done.
fn write(directory: &Path) -> io::Result<()> {
    let path = directory.join(format!(".doctor-{}", std::process::id()));
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&path)?;
    let written = file.write_all(&[0; 4096]).and_then(|()| file.sync_all());
    drop(file);
    let removed = fs::remove_file(&path);
    written.and(removed)
}

fn journal(directory: &Path, kind: Kind) -> Journal {
    let path = directory.join(kind.file());
    let found = match path.metadata() {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Found::Nothing,
        Err(error) => Found::Unusable(error.to_string()),
        Ok(_) => match OpenOptions::new().append(true).open(&path).map(drop) {
            Err(error) => Found::Unusable(format!("it cannot be written ({error})")),
            Ok(()) => found(&path),
        },
    };
    Journal { path: path.display().to_string(), found, aside: aside(directory, kind) }
}

fn found(path: &Path) -> Found {
    match db::look(path) {
        Ok((0, _)) => Found::Nothing,
        Ok((version, sessions)) => Found::Sound { version, sessions },
        Err(Fault::Damaged(why)) => Found::Damaged(why),
        Err(fault @ Fault::Newer { .. }) => Found::Alien { why: fault.to_string(), newer: true },
        Err(fault @ Fault::Foreign { .. }) => Found::Alien { why: fault.to_string(), newer: false },
        Err(Fault::Taken { .. }) => Found::Taken,
        // What is left to be undone can only be undone by whoever may write.
        Err(Fault::Unusable(_) | Fault::Moved) if is_unfinished(path) => Found::Unfinished,
        Err(fault) => Found::Unusable(fault.to_string()),
    }
}

/// Whether the helper file holds what a process was stopped in the middle of.
fn is_unfinished(path: &Path) -> bool {
    let mut helper = path.as_os_str().to_owned();
    helper.push("-journal");
    fs::metadata(helper).is_ok_and(|helper| helper.len() > 0)
}

/// The names of the damaged files that were set aside, in the order of their time, which is in them.
fn aside(directory: &Path, kind: Kind) -> Vec<String> {
    let Ok(entries) = fs::read_dir(directory) else { return Vec::new() };
    let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    let begins = format!("{}.damaged-", kind.file());
    // Each may have helpers beside it, which go with it.
    let helper = |name: &str| ["-journal", "-wal", "-shm"].iter().any(|ending| name.ends_with(ending));
    let mut names: Vec<String> = names.filter(|name| name.starts_with(&begins) && !helper(name)).collect();
    names.sort();
    names
}

#[cfg(unix)]
fn mode(path: &Path) -> Option<u32> {
    use std::os::unix::fs::PermissionsExt;
    Some(fs::metadata(path).ok()?.permissions().mode() & 0o7777)
}

#[cfg(not(unix))]
fn mode(_: &Path) -> Option<u32> {
    None
}

/// How much room there is on the disk.
#[cfg(unix)]
fn room(path: &Path) -> Option<u64> {
    let disk = rustix::fs::statvfs(path).ok()?;
    Some(disk.f_bavail.saturating_mul(disk.f_frsize))
}

#[cfg(not(unix))]
fn room(_: &Path) -> Option<u64> {
    None
}
