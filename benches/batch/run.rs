//! One batch, from its list to its end.

use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::Stdio;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

use serde::Deserialize;
use tempfile::TempDir;

use crate::figures::processor;
use crate::process::Observed;
use crate::results::{list, wrong};
use crate::running::{Running, nap, word};
use crate::service::Service;
use crate::support::command;

/// How often the process is looked at.
const LOOK: Duration = Duration::from_millis(100);

/// How long after its last word it may take to be gone.
const LAST: Duration = Duration::from_secs(10);

/// So many lines of what it said are told.
const LAST_LINES: usize = 3;

/// A session as the batch told of it.
pub(crate) struct Session {
    pub(crate) id: String,
    pub(crate) email: String,
    pub(crate) at: Instant,
}

/// A line on stdout, as far as it is of use here.
#[derive(Deserialize)]
struct Line {
    event: String,
    session_id: Option<String>,
    email_expected: Option<String>,
}

/// A batch that runs.
pub(crate) struct Batch {
    // It is gone before the directory that it uses.
    running: Running,
    lines: Receiver<(Instant, String)>,
    directory: TempDir,
    rows: usize,
    looked: Instant,
    /// The processor's time of our processes before it.
    before: Option<[f64; 2]>,
    pub(crate) observed: Observed,
    pub(crate) begun: Instant,
}

/// How it ended.
pub(crate) struct End {
    pub(crate) observed: Observed,
    /// The time on the processor, for itself and in the kernel, in seconds.
    pub(crate) processor: Option<[f64; 2]>,
    /// What is wrong: in the results file, or with the end itself.
    pub(crate) wrong: Vec<String>,
}

impl Batch {
    /// Starts one for a list of so many rows, so many at once.
    pub(crate) fn start(service: &Service, rows: usize, parallel: usize, limits: Option<&str>) -> Self {
        nap(Duration::ZERO);
        // Where others keep their files, and not in memory: what a sync costs belongs to it.
        let directory = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
        let file = |name| directory.path().join(name);
        fs::write(file("list.csv"), list(rows)).unwrap();
        let (list, parallel) = (file("list.csv"), parallel.to_string());
        let arguments =
            ["batch", list.to_str().unwrap(), "--parallel", &*parallel, "--interval", "5s", "--retries", "0"];
        let mut command = command(&service.url, &file("state"), &arguments);
        command.args(["--no-browser", "--no-skip-connected", "--json", "-q"]);
        command.envs(limits.map(|limits| ("INSTANTLY_OAUTH_LIMITS", limits)));
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(File::create(file("err")).unwrap());
        let before = processor();
        let begun = Instant::now();
        let mut running = Running(command.spawn().unwrap());
        let stdout = BufReader::new(running.0.stdout.take().unwrap());
        let (told, lines) = channel();
        thread::spawn(move || {
            stdout.lines().map_while(Result::ok).try_for_each(|line| told.send((Instant::now(), line)).ok())
        });
        let observed = Observed::new(running.0.id());
        Self { running, lines, directory, rows, looked: begun, before, observed, begun }
    }

    /// What it tells of until this instant: the next session, or its end. How a row ended is seen in the results file.
    pub(crate) fn hear(&mut self, until: Instant) -> Result<Heard, String> {
        loop {
            nap(Duration::ZERO);
            if self.looked.elapsed() >= LOOK {
                self.observed.look();
                self.looked = Instant::now();
            }
            let wait = until.saturating_duration_since(Instant::now()).min(LOOK);
            let (at, line) = match self.lines.recv_timeout(wait) {
                Ok(line) => line,
                Err(RecvTimeoutError::Disconnected) => return Ok(Heard::End),
                Err(RecvTimeoutError::Timeout) if Instant::now() >= until => return Ok(Heard::Nothing),
                Err(RecvTimeoutError::Timeout) => continue,
            };
            let read: Line = serde_json::from_str(&line).map_err(|error| format!("{error} in its line {line}"))?;
            match (&*read.event, read.session_id, read.email_expected) {
                ("session", Some(id), Some(email)) => return Ok(Heard::Session(Session { id, email, at })),
                ("browser" | "waiting" | "row" | "retry" | "result", ..) => {}
                _ => return Err(format!("it told of something unexpected: {line}")),
            }
        }
    }

    /// Waits for its end, and looks through what it has left.
    pub(crate) fn end(mut self, until: Instant) -> Result<End, String> {
        match self.hear(until)? {
            Heard::End => {}
            Heard::Nothing => return Err(format!("it did not end in time{}", self.said())),
            Heard::Session(session) => return Err(format!("it started one more session, for {}", session.email)),
        }
        // All that is left to do is to be gone.
        self.observed.look();
        let closed = Instant::now();
        let status = loop {
            match self.running.0.try_wait().unwrap() {
                None if closed.elapsed() < LAST => nap(Duration::from_millis(1)),
                status => break status.ok_or("it closed stdout and did not end")?,
            }
        };
        let mut wrong = wrong(&self.file("list.csv.results.csv"), self.rows);
        if !status.success() {
            wrong.insert(0, format!("it ended with {}{}", word(status), self.said()));
        }
        let ended = self.before.zip(processor());
        let processor = ended.map(|(before, now)| [now[0] - before[0], now[1] - before[1]]);
        Ok(End { observed: self.observed, processor, wrong })
    }

    /// What it has said last on stderr.
    pub(crate) fn said(&self) -> String {
        let text = fs::read_to_string(self.file("err")).unwrap_or_default();
        let lines: Vec<_> = text.lines().collect();
        let last = lines[lines.len().saturating_sub(LAST_LINES)..].join(" | ");
        if last.is_empty() { last } else { format!("; it said: {last}") }
    }

    fn file(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }
}

/// What was heard.
pub(crate) enum Heard {
    Session(Session),
    /// Nothing until that instant.
    Nothing,
    /// It has closed stdout.
    End,
}
