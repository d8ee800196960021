//! A run of `batch` with somebody who reads its events, as a driver does that has browsers to hand the sessions to.

use std::io::{BufRead, BufReader, Read};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

use super::people::People;
use crate::support::live::{GUARD, signal};
use crate::support::{Run, Tool};

/// A run that goes on.
pub struct Driven {
    child: std::process::Child,
    _home: TempDir,
    events: Receiver<Value>,
    stdout: JoinHandle<String>,
    stderr: JoinHandle<String>,
}

impl Driven {
    /// Starts it. Whoever is to sign in is told as soon as their link is there.
    pub fn start(tool: Tool, people: &Arc<People>) -> Self {
        let (mut child, home) = tool.start();
        let (told, events) = channel();
        let (stdout, stderr) = (child.stdout.take().unwrap(), child.stderr.take().unwrap());
        let people = people.clone();
        let stdout = thread::spawn(move || {
            let (mut stdout, mut text) = (BufReader::new(stdout), String::new());
            let mut start = 0;
            while stdout.read_line(&mut text).unwrap() > 0 {
                // Each is written at once, so that even of a process that was killed all lines are whole.
                let event: Value =
                    serde_json::from_str(&text[start..]).unwrap_or_else(|error| panic!("{error}: {text}"));
                start = text.len();
                if event["event"] == "session" {
                    people.hand(&event);
                }
                // Nobody may be waiting for it any more.
                let _ = told.send(event);
            }
            text
        });
        let stderr = thread::spawn(move || {
            let mut text = String::new();
            BufReader::new(stderr).read_to_string(&mut text).unwrap();
            text
        });
        Self { child, _home: home, events, stdout, stderr }
    }

    /// Sends it a signal.
    pub fn signal(&self, name: &str) {
        signal(self.child.id(), name);
    }

    /// Waits until there were so many events of each kind.
    #[track_caller]
    pub fn until<const N: usize>(&self, mut missing: [(&str, usize); N]) {
        let end = Instant::now() + GUARD;
        while missing.iter().any(|(_, count)| *count > 0) {
            let event = self.events.recv_timeout(end.saturating_duration_since(Instant::now()));
            let event = event.unwrap_or_else(|error| panic!("{error}: {missing:?} never came"));
            if let Some((_, count)) = missing.iter_mut().find(|(kind, _)| event["event"] == *kind) {
                *count = count.saturating_sub(1);
            }
        }
    }

    /// Sends it a signal when this time is over, if it still runs then, and waits for its end. Whether the signal ended it.
    #[track_caller]
    pub fn struck_after(self, time: Duration, name: &str) -> (Run, bool) {
        if !self.ends_within(time) {
            self.signal(name);
        }
        let run = self.end();
        let is_struck = run.signal.is_some();
        (run, is_struck)
    }

    /// Waits for its end.
    #[track_caller]
    pub fn end(mut self) -> Run {
        if !self.ends_within(GUARD) {
            self.child.kill().unwrap();
            panic!("it does not end: {:#?}", self.gather());
        }
        self.gather()
    }

    fn ends_within(&self, time: Duration) -> bool {
        let end = Instant::now() + time;
        loop {
            match self.events.recv_timeout(end.saturating_duration_since(Instant::now())) {
                Ok(_) => {}
                Err(RecvTimeoutError::Disconnected) => return true,
                Err(RecvTimeoutError::Timeout) => return false,
            }
        }
    }

    fn gather(mut self) -> Run {
        let (stdout, stderr) = (self.stdout.join().unwrap(), self.stderr.join().unwrap());
        Run::of(self.child.wait().unwrap(), stdout, stderr)
    }
}
