//! The journal's file as the journal uses it: whatever happens to it, there is one again for the next act.

use std::cell::{Cell, RefCell};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use rusqlite::{Connection, TransactionBehavior};

use super::aside::{Aside, set_aside};
use super::busy::Patience;
use super::db;
use super::fault::Fault;
use super::place;
use super::queue::Queue;

/// How often an act is tried, if something happens to the file. Twice is enough, unless that goes on.
const TRIES: usize = 3;

/// The file, open.
pub(super) struct JournalFile {
    place: Place,
    queue: Queue,
    connection: RefCell<Connection>,
    /// Whether acts are being done together, and whether one of them failed.
    group: Cell<Group>,
    /// Whether what is done once for all of them has been.
    tidy: Cell<bool>,
    /// Whether acts were undone since that was last asked.
    undone: Cell<bool>,
}

/// Acts that are done together.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Group {
    /// There are none: each act is done by itself.
    None,
    /// They are being done.
    Open,
    /// One of them failed, and so they all have.
    Failed,
}

/// Where it is, and what happened there.
struct Place {
    directory: PathBuf,
    /// Whether the directory is this tool's alone.
    own: bool,
    path: PathBuf,
    notices: RefCell<Vec<String>>,
    is_renewed: Cell<bool>,
    patience: Arc<Patience>,
}

impl JournalFile {
    /// Opens the file of this name in this directory, making both where they are not there.
    pub(super) fn open(directory: &Path, own: bool, name: &str) -> Result<Self, Fault> {
        Self::open_with(directory, own, name, Arc::default())
    }

    fn open_with(directory: &Path, own: bool, name: &str, patience: Arc<Patience>) -> Result<Self, Fault> {
        // With a relative one, a name that looks like a URI would be taken for one.
        let directory = std::path::absolute(directory)
            .map_err(|error| Fault::io(format_args!("the directory \"{}\" is none", directory.display()), &error))?;
        let path = directory.join(name);
        let place = Place { directory, own, path, notices: RefCell::default(), is_renewed: Cell::new(false), patience };
        // A disk that has failed once may not do so again.
        let connection = match place.open() {
            Err(Fault::Unusable(_)) => place.open(),
            connection => connection,
        };
        let connection = connection.map_err(|fault| fault.at(&place.path))?;
        let queue = Queue::new(place.directory.join(format!("{name}.queue")));
        Ok(Self {
            place,
            queue,
            connection: RefCell::new(connection),
            group: Cell::new(Group::None),
            tidy: Cell::default(),
            undone: Cell::default(),
        })
    }

    /// Whether it has become another since it was opened, which may lack what the one before had.
    pub(super) fn is_renewed(&self) -> bool {
        self.place.is_renewed.get()
    }

    /// Whether its directory is this tool's alone.
    pub(super) fn is_own(&self) -> bool {
        self.place.own
    }

    pub(super) fn directory(&self) -> &Path {
        &self.place.directory
    }

    /// What a person should know of what happened to the file since this was last asked.
    pub(super) fn notices(&self) -> Vec<String> {
        self.place.notices.take()
    }

    /// How long other processes were waited for since this was last asked.
    pub(super) fn waited(&self) -> Duration {
        self.place.patience.taken()
    }

    pub(super) fn read<T>(&self, act: impl Fn(&Connection) -> Result<T, Fault>) -> Result<T, Fault> {
        match self.group.get() {
            Group::None => self.mended(|connection| act(connection)),
            _ => self.grouped(act),
        }
    }

    /// Changes something, all of it or nothing. The disk has it when this comes back, save where it is done together with
    /// other acts.
    pub(super) fn write<T>(&self, act: impl Fn(&Connection) -> Result<T, Fault>) -> Result<T, Fault> {
        if self.group.get() != Group::None {
            return self.grouped(act);
        }
        self.mended(|connection| {
            let _turn = self.queue.turn(&self.place.patience)?;
            // The lock is taken at once: one that reads first and writes then can meet another that does the same.
            let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let done = act(&transaction).and_then(|result| {
                transaction.commit()?;
                Ok(result)
            });
            if done.is_err() {
                self.undone.set(true);
            }
            done
        })
    }

    /// Does all that these acts do in one transaction: what costs time is to have it on the disk. Where that fails nothing
    /// was changed, whatever the acts were told, and they are to be done again one by one, which also mends the file.
    pub(super) fn together<T>(&self, acts: impl FnOnce() -> T) -> Result<T, Fault> {
        let _turn = self.queue.turn(&self.place.patience)?;
        self.connection.borrow().execute_batch("BEGIN IMMEDIATE")?;
        self.group.set(Group::Open);
        let open = Open(self);
        let done = acts();
        open.close()?;
        self.place.patience.restore();
        Ok(done)
    }

    /// Whether what needs to be done only once was done already by an act of those that are done together.
    pub(super) fn is_tidy(&self) -> bool {
        self.tidy.get()
    }

    /// Whether what was done before may have been undone, since this was last asked.
    pub(super) fn was_undone(&self) -> bool {
        self.undone.take()
    }

    /// It was.
    pub(super) fn set_tidy(&self) {
        self.tidy.set(self.group.get() != Group::None);
    }

    fn grouped<T>(&self, act: impl Fn(&Connection) -> Result<T, Fault>) -> Result<T, Fault> {
        let done = act(&self.connection.borrow());
        if done.is_err() {
            self.group.set(Group::Failed);
        }
        done
    }

    /// Does something; where the file turns out to be damaged or gone, does it again with a new one, and where it cannot be
    /// read or written, once more from the start.
    fn mended<T>(&self, act: impl Fn(&mut Connection) -> Result<T, Fault>) -> Result<T, Fault> {
        let mut connection = self.connection.borrow_mut();
        let mut act = || {
            let mut done = act(&mut connection);
            let mut failed = false;
            for _ in 1..TRIES {
                match done {
                    Err(Fault::Damaged(why)) => *connection = self.place.replace(&why)?,
                    Err(Fault::Moved) => {
                        self.place.is_renewed.set(true);
                        *connection = self.place.open()?;
                    }
                    Err(Fault::Unusable(_)) if !std::mem::replace(&mut failed, true) => {
                        *connection = self.place.open()?;
                    }
                    _ => break,
                }
                done = act(&mut connection);
            }
            done
        };
        let done = act();
        if done.is_ok() {
            self.place.patience.restore();
        }
        done.map_err(|fault| fault.at(&self.place.path))
    }
}

/// A transaction for more than one act. Unless it is closed, nothing of it was done.
struct Open<'a>(&'a JournalFile);

impl Open<'_> {
    fn close(self) -> Result<(), Fault> {
        if self.0.group.get() == Group::Failed {
            return Err(Fault::Unusable("one of the acts failed that were to be done together".into()));
        }
        Ok(self.0.connection.borrow().execute_batch("COMMIT")?)
    }
}

impl Drop for Open<'_> {
    fn drop(&mut self) {
        self.0.group.set(Group::None);
        self.0.tidy.set(false);
        let connection = self.0.connection.borrow();
        if !connection.is_autocommit() {
            self.0.undone.set(true);
            // Should that fail, whatever is done next fails as well, and the file is opened anew.
            let _ = connection.execute_batch("ROLLBACK");
        }
    }
}

impl Place {
    fn open(&self) -> Result<Connection, Fault> {
        place::make_directory(&self.directory, self.own)?;
        match db::open(&self.path, &self.patience) {
            Err(Fault::Damaged(why)) => self.replace(&why),
            connection => connection,
        }
    }

    /// A new file in a damaged one's place.
    fn replace(&self, why: &str) -> Result<Connection, Fault> {
        if let Some(Aside { path: aside, carried }) = set_aside(&self.path, Timestamp::now())? {
            self.is_renewed.set(true);
            let (path, aside) = (self.path.display(), aside.display());
            let carried = match carried {
                0 => "no session could be read from it".to_owned(),
                1 => "1 session could be read from it and is in the new one".to_owned(),
                _ => format!("{carried} sessions could be read from it and are in the new one"),
            };
            let notice = format!("the journal {path} was damaged ({why}); it is kept as {aside}, and {carried}");
            self.notices.borrow_mut().push(notice);
        }
        db::open(&self.path, &self.patience)
    }
}

#[cfg(test)]
mod tests;
