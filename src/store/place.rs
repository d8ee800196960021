//! Where the journal is, and who may read it there.

#[cfg(unix)]
use std::fs;
use std::fs::{DirBuilder, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

use super::fault::Fault;
use crate::model::environment::Environment;

/// Whose sessions a journal holds. The two never meet: each has a file of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The service's.
    Real,
    /// A sandbox's.
    Sandbox,
}

impl Kind {
    /// The name of its file.
    pub(super) const fn file(self) -> &'static str {
        match self {
            Self::Real => "journal.db",
            Self::Sandbox => "sandbox.db",
        }
    }
}

const NAME: &str = "instantly-oauth";

/// Where state is kept if nobody says otherwise: `$XDG_STATE_HOME` or `~/.local/state`, on macOS `~/Library/Application
/// Support`, on Windows `%LOCALAPPDATA%`. None where there is no home.
#[must_use]
pub fn default_directory(environment: &Environment, system: &str) -> Option<PathBuf> {
    let absolute = |name| environment.path(name).filter(|path| path.is_absolute() || system == "windows");
    // A relative one is to be ignored (XDG Base Directory Specification).
    if let Some(state) = absolute("XDG_STATE_HOME") {
        return Some(state.join(NAME));
    }
    Some(match system {
        "windows" => absolute("LOCALAPPDATA")?.join(NAME),
        "macos" => absolute("HOME")?.join("Library/Application Support").join(NAME),
        _ => absolute("HOME")?.join(".local/state").join(NAME),
    })
}

/// Makes a directory that only its owner may look into, and those that it is in. `own` is whether an existing one is this
/// tool's alone, so that it may be closed to others as well.
pub(super) fn make_directory(path: &Path, own: bool) -> Result<(), Fault> {
    if path.is_dir() {
        if own {
            close(path);
        }
        return Ok(());
    }
    make_directories(path)
        .map_err(|error| Fault::io(format_args!("its directory {} cannot be made", path.display()), &error))
}

#[cfg(unix)]
fn builder() -> DirBuilder {
    let mut builder = DirBuilder::new();
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder
}

/// Elsewhere what is in a person's own folder is that person's alone.
#[cfg(not(unix))]
fn builder() -> DirBuilder {
    DirBuilder::new()
}

fn make_directories(path: &Path) -> io::Result<()> {
    let builder = builder();
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    let made = match (builder.create(path), parent) {
        (Err(error), Some(parent)) if error.kind() == io::ErrorKind::NotFound && !parent.is_dir() => {
            make_directories(parent)?;
            builder.create(path)
        }
        (made, _) => made,
    };
    match made {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            // Another process was faster; or it is something else, or leads nowhere.
            return if path.is_dir() { Ok(()) } else { Err(io::Error::other("there is something else of that name")) };
        }
        made => made?,
    }
    // A umask may have taken from it what the owner needs.
    set_mode(path, |_| 0o700);
    // On the disk before anything in it is.
    sync_parent(path);
    Ok(())
}

/// Has the disk know what names there are beside this one.
pub(super) fn sync_parent(path: &Path) {
    // Elsewhere a directory cannot be opened.
    #[cfg(unix)]
    if let Some(parent) = path.parent() {
        let _ = File::open(parent).and_then(|parent| parent.sync_all());
    }
    #[cfg(not(unix))]
    let _ = path;
}

/// Makes a file that only its owner may read, where there is none yet.
///
/// `SQLite` gives its own helper files the mode of this one. It must not have the file open in this process yet: closing
/// any other handle would drop its locks.
pub(super) fn make_file(path: &Path) {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    // It may be there and readable all the same; if not, whoever opens it says why.
    if options.open(path).is_ok() {
        set_mode(path, |_| 0o600);
    }
}

/// Opens or makes a file of the owner's, to be locked.
pub(super) fn lock_file(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(path)?;
    set_mode(path, |_| 0o600);
    Ok(file)
}

/// Takes away what others may do with it.
pub(super) fn close(path: &Path) {
    set_mode(path, |mode| mode & 0o700);
}

/// Gives it another mode, if that is another. Somebody else's file keeps its own: it is not for us to close.
fn set_mode(path: &Path, change: impl Fn(u32) -> u32) {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let Ok(metadata) = fs::metadata(path) else { return };
        let is = metadata.permissions().mode() & 0o777;
        if change(is) != is {
            let _ = fs::set_permissions(path, fs::Permissions::from_mode(change(is)));
        }
    }
    #[cfg(not(unix))]
    let _ = (path, change);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn state_is_kept_where_the_system_keeps_it() {
        let home = ("HOME", "/home/ada");
        for (system, pairs, directory) in [
            ("linux", &[home][..], Some("/home/ada/.local/state/instantly-oauth")),
            ("linux", &[home, ("XDG_STATE_HOME", "/state")], Some("/state/instantly-oauth")),
            ("linux", &[home, ("XDG_STATE_HOME", "state")], Some("/home/ada/.local/state/instantly-oauth")),
            ("linux", &[("HOME", "relative")], None),
            ("linux", &[], None),
            ("macos", &[home], Some("/home/ada/Library/Application Support/instantly-oauth")),
            ("macos", &[home, ("XDG_STATE_HOME", "/state")], Some("/state/instantly-oauth")),
            (
                "windows",
                &[("LOCALAPPDATA", "C:/Users/ada/AppData/Local")],
                Some("C:/Users/ada/AppData/Local/instantly-oauth"),
            ),
            ("windows", &[home], None),
        ] {
            let environment = pairs.iter().copied().collect();
            assert_eq!(default_directory(&environment, system), directory.map(PathBuf::from), "{system} {pairs:?}");
        }
    }
}
