//! Being asked to stop.

use std::io;

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
        use signal_hook::flag;
        use std::sync::Arc;
        use std::sync::atomic::AtomicBool;
        use tokio::signal::unix::{SignalKind, signal};

        // The handlers run in this order, so the first signal sets the flag only after it was looked at. A second one
        // ends the process even while it is stuck in a write.
        let seen = Arc::new(AtomicBool::new(false));
        for number in [SIGINT, SIGTERM] {
            flag::register_conditional_default(number, Arc::clone(&seen))?;
        }
        for number in [SIGINT, SIGTERM] {
            flag::register(number, Arc::clone(&seen))?;
        }
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
