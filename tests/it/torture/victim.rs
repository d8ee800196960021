//! A process that is going to be killed, by whoever sees the moment come.

use std::io::{BufRead, BufReader, Read};
use std::process::Child;
use std::sync::Mutex;
use std::thread;
use std::time::{Duration, Instant};

use crate::support::live::signal;
use crate::support::{Run, Tool};

/// What ends it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Blow {
    Kill,
    Interrupt,
    Terminate,
}

#[derive(Default)]
pub struct Victim {
    child: Mutex<Option<Child>>,
    struck: Mutex<Option<Instant>>,
}

impl Victim {
    /// Starts it, and waits for its end, however that comes. `meanwhile` is done once it runs, and `told` with every line of
    /// its stdout.
    pub fn run(&self, tool: Tool, meanwhile: impl FnOnce(), told: impl Fn(&str)) -> Run {
        let (mut command, _home) = tool.into_command();
        let (stdout, mut stderr) = {
            // Whoever wants to kill it waits until there is something to kill.
            let mut slot = self.child.lock().unwrap();
            let mut child = command.spawn().unwrap();
            let streams = (child.stdout.take().unwrap(), child.stderr.take().unwrap());
            *slot = Some(child);
            streams
        };
        meanwhile();
        let (mut out, mut err) = (String::new(), String::new());
        // It says little on stderr, so that this can wait until stdout is through.
        let mut stdout = BufReader::new(stdout);
        let mut start = 0;
        while stdout.read_line(&mut out).unwrap() > 0 {
            told(&out[start..]);
            start = out.len();
        }
        stderr.read_to_string(&mut err).unwrap();
        let status = self.child.lock().unwrap().as_mut().unwrap().wait().unwrap();
        Run::of(status, out, err)
    }

    /// Ends it, the first time.
    pub fn strike(&self, blow: Blow) {
        let mut slot = self.child.lock().unwrap();
        let Some(child) = slot.as_mut() else { return };
        let mut struck = self.struck.lock().unwrap();
        // One that has ended by itself was not struck.
        if struck.is_none() && child.try_wait().unwrap().is_none() {
            *struck = Some(Instant::now());
            match blow {
                Blow::Kill => child.kill().unwrap(),
                Blow::Interrupt => signal(child.id(), "INT"),
                Blow::Terminate => signal(child.id(), "TERM"),
            }
        }
    }

    /// When it was struck, if it was.
    pub fn struck(&self) -> Option<Instant> {
        *self.struck.lock().unwrap()
    }
}

/// Lets a short time pass more exactly than the system's timers do.
pub fn pass(time: Duration) {
    let end = Instant::now() + time;
    thread::sleep(time.saturating_sub(Duration::from_millis(1)));
    while Instant::now() < end {
        std::hint::spin_loop();
    }
}
