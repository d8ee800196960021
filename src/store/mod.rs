//! What this machine remembers: the journal of sessions, and what was sent under which limits, in one `SQLite` file that
//! every process here shares.
//!
//! A result can be read from the API once, so it is on disk before anybody is told it: each change is one transaction,
//! synchronised through to the disk. Where there is no place for the file, or it fails, a command says so once and goes on
//! without, with limits of its own.

mod aside;
mod busy;
mod claims;
mod db;
mod examine;
mod fault;
mod file;
mod fingerprint;
mod journal;
mod limits;
mod peek;
mod place;
mod queue;
mod results;
mod rows;

pub use examine::examine;
pub use fault::Fault;
pub use journal::{Busy, Chosen, Entry, Erased, Journal, Waiter};
pub use limits::{Back, Budget, Caller, Departure, Entry as Admission, Mark, Memory, Pass, Ticket, Turn};
pub use peek::peek;
pub use place::{Kind, default_directory};
pub use results::{Results, Unopened};
