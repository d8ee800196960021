//! The binary while it runs: what it has printed so far, and signals to it.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use super::{Run, Tool};

/// No test waits this long for anything that comes. It is there to end a test that hangs.
pub const GUARD: Duration = Duration::from_secs(60);

/// A running process whose output is read line by line as it comes.
pub struct Live {
    child: Child,
    pub stdout: Lines,
    pub stderr: Lines,
    _home: TempDir,
}

/// A stream of lines, and those that have been read.
pub struct Lines {
    incoming: Receiver<String>,
    text: String,
}

impl Lines {
    fn of(stream: impl Read + Send + 'static) -> Self {
        let (line, incoming) = channel();
        thread::spawn(move || {
            let mut stream = BufReader::new(stream);
            let mut text = String::new();
            while stream.read_line(&mut text).is_ok_and(|read| read > 0) {
                if line.send(std::mem::take(&mut text)).is_err() {
                    return;
                }
            }
        });
        Self { incoming, text: String::new() }
    }

    /// Reads on until a line has these words, and gives that line.
    #[track_caller]
    pub fn until(&mut self, words: &str) -> String {
        let end = Instant::now() + GUARD;
        while let Ok(line) = self.incoming.recv_timeout(end.saturating_duration_since(Instant::now())) {
            self.text.push_str(&line);
            if line.contains(words) {
                return line.trim_end().to_owned();
            }
        }
        panic!("{words:?} never came, only: {}", self.text);
    }

    /// Reads on to the stream's end, and gives all of it.
    #[track_caller]
    fn rest(&mut self) -> String {
        let end = Instant::now() + GUARD;
        loop {
            match self.incoming.recv_timeout(end.saturating_duration_since(Instant::now())) {
                Ok(line) => self.text.push_str(&line),
                Err(std::sync::mpsc::RecvTimeoutError::Disconnected) => return std::mem::take(&mut self.text),
                Err(std::sync::mpsc::RecvTimeoutError::Timeout) => panic!("no end after: {}", self.text),
            }
        }
    }
}

impl Live {
    pub fn start(tool: Tool) -> Self {
        let (command, home) = tool.into_command();
        Self::of(command, home)
    }

    /// A command of any kind, with both its streams read.
    pub fn of(mut command: Command, home: TempDir) -> Self {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let stdout = Lines::of(child.stdout.take().unwrap());
        let stderr = Lines::of(child.stderr.take().unwrap());
        Self { child, stdout, stderr, _home: home }
    }

    /// Its number.
    pub fn process(&self) -> u32 {
        self.child.id()
    }

    /// Sends a signal, `INT`, `TERM` or `KILL`.
    pub fn signal(&self, name: &str) {
        signal(self.child.id(), name);
    }

    /// Sends a signal again and again, until the process has ended.
    #[track_caller]
    pub fn insist(&mut self, name: &str) {
        let end = Instant::now() + GUARD;
        while self.child.try_wait().unwrap().is_none() {
            assert!(Instant::now() < end, "it does not end");
            signal(self.child.id(), name);
            thread::sleep(Duration::from_millis(5));
        }
    }

    /// Waits for the end, and gives everything that was printed, from the start.
    #[track_caller]
    pub fn end(mut self) -> Run {
        use std::os::unix::process::ExitStatusExt;
        let (stdout, stderr) = (self.stdout.rest(), self.stderr.rest());
        let status = self.child.wait().unwrap();
        Run { code: status.code(), signal: status.signal(), stdout, stderr }
    }
}

impl Drop for Live {
    fn drop(&mut self) {
        // It has ended, unless the test failed half way.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Sends a signal to a process that this test started and has not waited for.
pub fn signal(process: u32, name: &str) {
    let status = Command::new("sh").args(["-c", &format!("kill -{name} {process}")]).status().unwrap();
    assert!(status.success(), "no signal {name} to {process}");
}
