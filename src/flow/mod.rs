//! The async shell around the pure core: it sends, waits and draws, and decides nothing.

mod attend;
mod clock;
mod settle;
mod signals;
mod start;
#[cfg(test)]
mod tests;
mod watch;

pub use attend::Shell;
pub use clock::{Clock, System};
pub use settle::{LOOKS, Learned, Ledger, Looks, Settled, settle};
pub use signals::{Signal, Signals, Stop};
pub use start::{Entry, NotStarted, Starter, start};
pub use watch::{Asked, Ended, Last, once, watch};
