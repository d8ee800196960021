//! A queue before the file, for those who write. `SQLite` has whoever finds the file taken look again and again: of many
//! who do, some wait for long, and all of them keep the machine busy. The system wakes those who wait for a lock one after
//! the other, as they came.
//!
//! It spares time and guards nothing: where there is no queue, the file's own locks are waited for.

use std::cell::RefCell;
use std::fs::{File, TryLockError};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, sync_channel};
use std::thread;
use std::time::Instant;

use super::busy::Patience;
use super::fault::Fault;
use super::place;

/// The way to the file.
pub(super) struct Queue {
    path: PathBuf,
    file: RefCell<Option<Arc<File>>>,
}

/// A turn in the queue, until it is dropped.
#[must_use]
pub(super) struct Turn(Option<Arc<File>>);

impl Drop for Turn {
    fn drop(&mut self) {
        if let Some(file) = &self.0 {
            // Should that fail, it ends with this process.
            let _ = file.unlock();
        }
    }
}

impl Queue {
    /// The queue that this file stands for.
    pub(super) const fn new(path: PathBuf) -> Self {
        Self { path, file: RefCell::new(None) }
    }

    /// Waits for its turn. Fails where that takes longer than is waited.
    pub(super) fn turn(&self, patience: &Patience) -> Result<Turn, Fault> {
        let mut place = self.file.borrow_mut();
        let file = match &*place {
            Some(file) => Arc::clone(file),
            None => match place::lock_file(&self.path) {
                Ok(file) => Arc::clone(place.insert(Arc::new(file))),
                Err(_) => return Ok(Turn(None)),
            },
        };
        match file.try_lock() {
            Ok(()) => return Ok(Turn(Some(file))),
            Err(TryLockError::WouldBlock) => {}
            Err(TryLockError::Error(_)) => return Ok(Turn(None)),
        }
        let since = Instant::now();
        let waiting = Arc::clone(&file);
        let (woken, wake) = sync_channel(1);
        // A lock cannot be waited for with an end, but whoever waits for it can be left behind.
        let waiter = thread::Builder::new().stack_size(64 << 10).spawn(move || {
            let locked = waiting.lock();
            let _ = woken.send(locked.is_ok());
        });
        if waiter.is_err() {
            return Ok(Turn(None));
        }
        let got = wake.recv_timeout(patience.left());
        patience.waited(since.elapsed());
        match got {
            Ok(true) => Ok(Turn(Some(file))),
            Ok(false) | Err(RecvTimeoutError::Disconnected) => Ok(Turn(None)),
            Err(RecvTimeoutError::Timeout) => {
                // It goes once the one that was left behind has it and lets go of it.
                place.take();
                patience.give_up();
                Err(Fault::taken())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn one_at_a_time_has_its_turn_and_nobody_waits_for_ever() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("queue");
        let [one, two] = [(); 2].map(|()| Queue::new(path.clone()));
        let (long, short) = (Patience::default(), Patience::of(Duration::from_millis(1)));
        let turn = one.turn(&long).unwrap();
        assert!(matches!(two.turn(&short), Err(Fault::Taken { .. })));
        assert!(matches!(two.turn(&short), Err(Fault::Taken { .. })));
        thread::scope(|scope| {
            let other = scope.spawn(|| Queue::new(path.clone()).turn(&long).map(|turn| turn.0.is_some()).unwrap());
            drop(turn);
            assert!(other.join().unwrap());
        });
        // What was left behind holds nobody up.
        assert!(two.turn(&long).unwrap().0.is_some());
        assert!(one.turn(&long).unwrap().0.is_some());
    }

    #[test]
    fn where_there_is_no_place_for_it_there_is_no_queue() {
        let queue = Queue::new("/dev/null/queue".into());
        assert!(queue.turn(&Patience::default()).unwrap().0.is_none());
    }
}
