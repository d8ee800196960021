//! Being asked to stop.

use std::io;
#[cfg(unix)]
use std::time::{Duration, Instant};

/// A signal that asks for an end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signal {
    /// SIGINT: somebody pressed Ctrl-C.
    Interrupt,
    /// SIGTERM: a supervisor asks.
    Terminate,
}

/// Where a request to stop comes from.
pub trait Stop {
    /// Comes back when a stop is asked for. May be dropped and called again.
    fn requested(&mut self) -> impl Future<Output = Signal>;
}

/// A signal that comes as soon as this after the first is the same one once more: whoever runs this tool for somebody may pass
/// on a Ctrl-C that the terminal has sent to both.
#[cfg(unix)]
const SAME: Duration = Duration::from_millis(250);

/// The process's own signals. From the second one on they do what they do by default: end it at once.
#[cfg(unix)]
#[derive(Debug)]
pub struct Signals {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    /// Begins to listen. Fails where the system refuses a handler.
    pub fn listen() -> io::Result<Self> {
        use signal_hook::consts::{SIGINT, SIGTERM};
        use signal_hook::iterator;
        use signal_hook::low_level::emulate_default_handler;
        use tokio::signal::unix::{SignalKind, signal};

        // A thread of its own ends the process even while this one is stuck in a write.
        let mut all = iterator::Signals::new([SIGINT, SIGTERM])?;
        std::thread::Builder::new().spawn(move || {
            let mut first: Option<Instant> = None;
            for number in all.forever() {
                if first.get_or_insert_with(Instant::now).elapsed() >= SAME {
                    let _ = emulate_default_handler(number);
                }
            }
        })?;
        Ok(Self { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())? })
    }
}

#[cfg(unix)]
impl Stop for Signals {
    async fn requested(&mut self) -> Signal {
        tokio::select! {
            _ = self.interrupt.recv() => Signal::Interrupt,
            _ = self.terminate.recv() => Signal::Terminate,
        }
    }
}

/// Ctrl-C on the console, which is heard from the beginning on, and not only while it is waited for.
#[cfg(not(unix))]
#[derive(Debug)]
pub struct Signals {
    interrupt: tokio::signal::windows::CtrlC,
}

#[cfg(not(unix))]
impl Signals {
    /// Begins to listen. Fails where the system refuses a handler.
    pub fn listen() -> io::Result<Self> {
        Ok(Self { interrupt: tokio::signal::windows::ctrl_c()? })
    }
}

#[cfg(not(unix))]
impl Stop for Signals {
    async fn requested(&mut self) -> Signal {
        if self.interrupt.recv().await.is_none() {
            std::future::pending::<()>().await;
        }
        Signal::Interrupt
    }
}

impl Signal {
    /// Ends this process the way the signal would have, so that whoever started it sees that.
    pub fn die(self) {
        #[cfg(unix)]
        {
            use signal_hook::consts::{SIGINT, SIGTERM};
            let number = match self {
                Self::Interrupt => SIGINT,
                Self::Terminate => SIGTERM,
            };
            // It does not come back, save where the system refuses: then the exit code says the same.
            let _ = signal_hook::low_level::emulate_default_handler(number);
        }
    }
}
