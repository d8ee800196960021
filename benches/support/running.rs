//! A process that is not left behind, whatever becomes of the benchmark that started it.

use std::process::{Child, ExitStatus};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, LazyLock};
use std::thread;
use std::time::Duration;

/// Set by a signal that asks this process to end.
static STOP: LazyLock<Arc<AtomicBool>> = LazyLock::new(|| {
    let stop = Arc::new(AtomicBool::new(false));
    #[cfg(unix)]
    for signal in [signal_hook::consts::SIGINT, signal_hook::consts::SIGTERM, signal_hook::consts::SIGHUP] {
        signal_hook::flag::register(signal, Arc::clone(&stop)).unwrap();
    }
    stop
});

/// Sleeps for a moment. Where a signal has come, it unwinds instead, which ends all processes on the way.
pub(crate) fn nap(moment: Duration) {
    assert!(!STOP.load(Ordering::Relaxed), "stopped by a signal");
    thread::sleep(moment);
}

/// A process that is killed where it is let go of.
pub(crate) struct Running(pub(crate) Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// How a process ended, for a table.
pub(crate) fn word(status: ExitStatus) -> String {
    status.code().map_or_else(|| "a signal".to_owned(), |code| format!("exit {code}"))
}
