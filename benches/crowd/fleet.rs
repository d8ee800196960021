//! Processes of the tool, many at once or one to its end. None of them outlives what holds it here.

use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::mpsc::channel;
use std::thread;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::running::{Running, nap, word};
use crate::support::command;

/// How long after a SIGTERM a process may still take for a request in flight.
const LAST_REQUEST: Duration = Duration::from_secs(5);

/// The longest that a process may take that is waited for.
const LONGEST_RUN: Duration = Duration::from_secs(30);

/// Many processes, with one state directory on a real disk.
pub(crate) struct Fleet {
    url: String,
    // They are gone before the directories that they use.
    running: Vec<(usize, Running)>,
    state: TempDir,
    output: TempDir,
    /// When each was started, by its number.
    pub(crate) spawned: Vec<Instant>,
    /// Those that ended by themselves, and how.
    pub(crate) ended: Vec<(usize, String)>,
}

impl Fleet {
    pub(crate) fn new(url: &str) -> Self {
        nap(Duration::ZERO);
        let (state, output) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        Self { url: url.to_owned(), state, output, running: Vec::new(), spawned: Vec::new(), ended: Vec::new() }
    }

    pub(crate) fn spawn(&mut self, arguments: &[&str]) {
        let number = self.spawned.len();
        let file = |stream| File::create(self.file(number, stream)).unwrap();
        let mut command = command(&self.url, self.state.path(), arguments);
        command.stdin(Stdio::null()).stdout(file("out")).stderr(file("err"));
        self.spawned.push(Instant::now());
        self.running.push((number, Running(command.spawn().unwrap())));
    }

    /// How many run, after those that have ended were taken out.
    pub(crate) fn running(&mut self) -> usize {
        let ended = &mut self.ended;
        self.running.retain_mut(|(number, running)| {
            let status = running.0.try_wait().unwrap();
            ended.extend(status.map(|status| (*number, word(status))));
            status.is_none()
        });
        self.running.len()
    }

    /// Ends all that run, with a SIGTERM first; how each of them ended.
    pub(crate) fn stop(&mut self) -> Vec<String> {
        self.running();
        let before = self.ended.len();
        #[cfg(unix)]
        terminate(&self.running);
        let asked = Instant::now();
        while self.running() > 0 && asked.elapsed() < LAST_REQUEST {
            thread::sleep(Duration::from_millis(20));
        }
        let killed = self.running.drain(..).map(|_| "killed".to_owned());
        let stopped = self.ended.drain(before..).map(|(_, how)| how);
        stopped.chain(killed).collect()
    }

    /// What a process wrote to stdout, so far.
    pub(crate) fn stdout(&self, number: usize) -> String {
        fs::read_to_string(self.file(number, "out")).unwrap()
    }

    pub(crate) fn stderr(&self, number: usize) -> String {
        fs::read_to_string(self.file(number, "err")).unwrap()
    }

    fn file(&self, number: usize, stream: &str) -> PathBuf {
        self.output.path().join(format!("{number}.{stream}"))
    }
}

/// Asks them all to end. Their numbers are theirs until they were waited for, so nothing else can be hit.
#[cfg(unix)]
fn terminate(running: &[(usize, Running)]) {
    let ids: Vec<_> = running.iter().map(|(_, running)| running.0.id().to_string()).collect();
    if !ids.is_empty() {
        let kill = format!("kill -TERM {}", ids.join(" "));
        // Where it fails, those that are left are killed.
        let _ = std::process::Command::new("sh").args(["-c", &kill]).stderr(Stdio::null()).status();
    }
}

/// A process that has run to its end.
pub(crate) struct Run {
    pub(crate) how: String,
    pub(crate) stderr: String,
    pub(crate) took: Duration,
}

/// Runs the tool to its end, which is that it closes stderr and is gone.
pub(crate) fn run(url: &str, state: &Path, arguments: &[&str]) -> Run {
    nap(Duration::ZERO);
    let mut command = command(url, state, arguments);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
    let start = Instant::now();
    let mut running = Running(command.spawn().unwrap());
    let mut pipe = running.0.stderr.take().unwrap();
    let (text, read) = channel();
    thread::spawn(move || {
        let mut stderr = String::new();
        let _ = pipe.read_to_string(&mut stderr);
        let _ = text.send(stderr);
    });
    let stderr = read.recv_timeout(LONGEST_RUN);
    let status = loop {
        match running.0.try_wait().unwrap() {
            None if start.elapsed() < LONGEST_RUN => thread::sleep(Duration::from_micros(50)),
            status => break status,
        }
    };
    let took = start.elapsed();
    let how = status.map_or_else(|| "killed".to_owned(), word);
    Run { how, stderr: stderr.unwrap_or_default(), took }
}
