//! The results file of a batch: opened by one process at a time, and only ever appended to.

use std::fmt;
use std::fs::{self, File, Metadata, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use super::place::sync_parent;

/// A results file, which is this process's for as long as it is open.
#[derive(Debug)]
pub struct Results {
    path: PathBuf,
    tail: Tail<File>,
}

/// Why a results file cannot be used.
#[derive(Debug)]
pub enum Unopened {
    /// Another batch is using it.
    Taken,
    /// It is something else: what.
    NoFile(&'static str),
    /// The directory that it is to be in is not there.
    NoDirectory(PathBuf),
    /// It was moved or deleted while it was opened.
    Moved,
    /// It cannot be opened, made, locked or looked at: the first word is what.
    Failed(&'static str, io::Error),
}

impl fmt::Display for Unopened {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Taken => f.write_str("another batch is using it"),
            Self::NoFile(what) => write!(f, "it is {what} and not a file"),
            Self::NoDirectory(directory) => write!(f, "there is no directory {}", directory.display()),
            Self::Moved => f.write_str(MOVED),
            Self::Failed(what, error) => write!(f, "it cannot be {what}: {error}"),
        }
    }
}

impl std::error::Error for Unopened {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Failed(_, error) => Some(error),
            _ => None,
        }
    }
}

const MOVED: &str = "it was moved, replaced or deleted while it was in use";
const CHANGED: &str = "another program changed it while it was in use";

impl Results {
    /// Opens the file, or makes it so that only its owner may read it, and keeps every other batch from it until this
    /// process ends. A symbolic link is followed.
    pub fn open(path: &Path) -> Result<Self, Unopened> {
        let path = &std::path::absolute(path).map_err(|error| Unopened::Failed("opened", error))?;
        let is_new = match fs::metadata(path) {
            // A pipe must not be opened: that may wait for whoever reads it.
            Ok(metadata) => check(&metadata).map(|()| false)?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => true,
            Err(error) => return Err(Unopened::Failed("opened", error)),
        };
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(path).map_err(|error| match path.parent() {
            Some(parent) if error.kind() == io::ErrorKind::NotFound && !parent.is_dir() => {
                Unopened::NoDirectory(parent.to_owned())
            }
            _ => Unopened::Failed(if is_new { "made" } else { "opened" }, error),
        })?;
        let look = |error| Unopened::Failed("looked at", error);
        check(&file.metadata().map_err(look)?)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(Unopened::Taken),
            Err(TryLockError::Error(error)) => return Err(Unopened::Failed("locked", error)),
        }
        if !is_at(&file, path) {
            return Err(Unopened::Moved);
        }
        if is_new {
            // A link may lead to another directory.
            sync_parent(&fs::canonicalize(path).unwrap_or_else(|_| path.clone()));
        }
        let length = file.length().map_err(look)?;
        Ok(Self { path: path.clone(), tail: Tail { disk: file, length, is_torn: false } })
    }

    /// What is in it.
    pub fn bytes(&mut self) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        self.tail.disk.rewind()?;
        self.tail.disk.read_to_end(&mut bytes)?;
        // Whoever reads it sees to what is torn in it.
        (self.tail.length, self.tail.is_torn) = (bytes.len() as u64, false);
        Ok(bytes)
    }

    /// Leaves this much of it: what is behind is a torn line.
    pub fn cut(&mut self, length: u64) -> io::Result<()> {
        self.find()?;
        self.tail.cut(length)
    }

    /// Appends whole lines. Once this is done they are on the disk; if it fails, none of them is in the file, or what is of
    /// them is taken out before the next are appended.
    pub fn append(&mut self, text: &str) -> io::Result<()> {
        self.find()?;
        self.tail.append(text.as_bytes())
    }

    /// Fails where what is written would be seen by nobody.
    fn find(&self) -> io::Result<()> {
        if is_at(&self.tail.disk, &self.path) { Ok(()) } else { Err(io::Error::other(MOVED)) }
    }
}

/// Whether it is something that lines can be appended to and read again.
fn check(metadata: &Metadata) -> Result<(), Unopened> {
    let kind = metadata.file_type();
    if kind.is_file() {
        return Ok(());
    }
    #[cfg(unix)]
    if std::os::unix::fs::FileTypeExt::is_fifo(&kind) {
        return Err(Unopened::NoFile("a pipe"));
    }
    Err(Unopened::NoFile(if kind.is_dir() { "a directory" } else { "a device" }))
}

/// Whether the path still leads to this file.
fn is_at(file: &File, path: &Path) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        let place = |metadata: &Metadata| (metadata.dev(), metadata.ino());
        matches!((file.metadata(), fs::metadata(path)), (Ok(own), Ok(found)) if place(&own) == place(&found))
    }
    // Elsewhere an open file is not moved away.
    #[cfg(not(unix))]
    {
        let _ = file;
        path.exists()
    }
}

/// What a file is appended to by.
trait Disk {
    /// How long it is.
    fn length(&self) -> io::Result<u64>;
    /// Writes at its end, through to the disk.
    fn write(&mut self, bytes: &[u8]) -> io::Result<()>;
    /// Leaves this much of it, through to the disk.
    fn cut(&mut self, length: u64) -> io::Result<()>;
}

impl Disk for File {
    fn length(&self) -> io::Result<u64> {
        Ok(self.metadata()?.len())
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.seek(SeekFrom::End(0))?;
        self.write_all(bytes)?;
        self.sync_data()
    }

    fn cut(&mut self, length: u64) -> io::Result<()> {
        self.set_len(length)?;
        self.sync_data()
    }
}

/// The end of a file, where whole lines are put.
#[derive(Debug)]
struct Tail<D> {
    disk: D,
    /// How much of it is whole lines.
    length: u64,
    /// Whether there may be a part of others behind that, which could not be taken out.
    is_torn: bool,
}

impl<D: Disk> Tail<D> {
    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        let length = self.disk.length()?;
        if length < self.length || (length > self.length && !self.is_torn) {
            return Err(io::Error::other(CHANGED));
        }
        if self.is_torn {
            self.cut(self.length)?;
        }
        self.is_torn = true;
        let done = self.disk.write(bytes);
        if done.is_ok() {
            (self.length, self.is_torn) = (self.length + bytes.len() as u64, false);
        } else {
            // If that fails as well, it is done first thing the next time.
            let _ = self.cut(self.length);
        }
        done
    }

    fn cut(&mut self, length: u64) -> io::Result<()> {
        self.disk.cut(length)?;
        (self.length, self.is_torn) = (length, false);
        Ok(())
    }
}

#[cfg(test)]
mod tests;
