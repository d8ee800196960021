//! The opening itself: one program after the other is started and watched for a moment, until one takes the URL, or
//! whatever else it is handed.

use std::collections::VecDeque;
use std::io;
use std::process::{ChildStdin, Command, ExitStatus};
use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::call::Call;
use super::launcher::Launcher;

/// How long a program is watched. Launchers that cannot do it say so within milliseconds; one that is still there by
/// then is a browser itself, or waits for one.
const PATIENCE: Duration = Duration::from_secs(2);

/// Between two looks at a program: at first, and at most. Each pause is twice the one before.
const PAUSES: (Duration, Duration) = (Duration::from_millis(5), Duration::from_millis(100));

/// How the opening ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Opened {
    /// A program took the URL: it ended well, or it is still running.
    Yes {
        /// The program.
        program: String,
    },
    /// None did.
    No {
        /// Every program that was tried and why it did not: "xdg-open: not found; gio: exit 4".
        reason: String,
    },
}

/// An opening under way.
///
/// Programs are started without a shell, in a session of their own (Ctrl-C is not for them), with null streams, and
/// none is ever ended from here, not even when this is dropped.
#[derive(Debug)]
pub struct Opening {
    untried: VecDeque<Call>,
    failures: Vec<Failure>,
    state: State,
    patience: Duration,
}

#[derive(Debug)]
enum State {
    Idle,
    Running(Running),
    Opened { program: String },
}

#[derive(Debug)]
struct Running {
    program: String,
    child: Child,
    since: Instant,
    pause: Duration,
}

#[derive(Debug)]
struct Failure {
    program: String,
    why: String,
}

impl Opening {
    /// An opening that has not begun: the first program is started by the first poll of [`Opening::opened`].
    #[must_use]
    pub fn new(launchers: &[Launcher], url: &str) -> Self {
        Self::of(launchers.iter().map(|launcher| launcher.call(url)))
    }

    /// The same of programs that have been told everything.
    #[must_use]
    pub fn of(calls: impl IntoIterator<Item = Call>) -> Self {
        Self { untried: calls.into_iter().collect(), failures: Vec::new(), state: State::Idle, patience: PATIENCE }
    }

    /// The same, with these environment variables kept from the programs: others that hold keys.
    #[must_use]
    pub fn without(mut self, variables: &[String]) -> Self {
        self.untried.iter_mut().for_each(|call| call.without = variables.to_vec());
        self
    }

    /// Goes on until a program took the URL or none is left: at most two seconds for each. May be dropped at any await
    /// and called again, and then goes on from there.
    pub async fn opened(&mut self) -> Opened {
        while let Some(pause) = self.advance(Instant::now()) {
            sleep(pause).await;
        }
        self.so_far()
    }

    /// What can be said without waiting any longer: a program that is still running counts as one that took the URL.
    /// For a caller that is done before the opening is.
    pub fn so_far(&mut self) -> Opened {
        self.look();
        match &self.state {
            State::Opened { program } | State::Running(Running { program, .. }) => {
                Opened::Yes { program: program.clone() }
            }
            State::Idle => Opened::No { reason: reason(&self.failures) },
        }
    }

    /// Goes as far as it can without waiting. How long to wait before the next look, or none once it is settled.
    fn advance(&mut self, now: Instant) -> Option<Duration> {
        loop {
            self.look();
            match &mut self.state {
                State::Opened { .. } => return None,
                State::Running(running) => {
                    let left = self.patience.saturating_sub(now.duration_since(running.since));
                    if left.is_zero() {
                        self.state = State::Opened { program: std::mem::take(&mut running.program) };
                        return None;
                    }
                    let pause = running.pause.min(left);
                    running.pause = (running.pause * 2).min(PAUSES.1);
                    return Some(pause);
                }
                State::Idle => {
                    let next = self.untried.pop_front()?;
                    self.start(&next, now);
                }
            }
        }
    }

    fn start(&mut self, call: &Call, now: Instant) {
        let spawned = spawn(call.command());
        let program = call.program.clone();
        match spawned {
            Ok(mut child) => {
                call.feed(stdin(&mut child));
                self.state = State::Running(Running { program, child, since: now, pause: PAUSES.0 });
            }
            Err(error) => self.failures.push(Failure { program, why: why_not_started(&error) }),
        }
    }

    /// Looks at the running program, if there is one.
    fn look(&mut self) {
        let State::Running(running) = &mut self.state else { return };
        let mut program = || std::mem::take(&mut running.program);
        match running.child.try_wait() {
            Ok(None) => {}
            Ok(Some(status)) if !status.success() => {
                self.failures.push(Failure { program: program(), why: why_ended(status) });
                self.state = State::Idle;
            }
            // It did start; that its end cannot be seen is no reason to open the URL a second time.
            Ok(Some(_)) | Err(_) => self.state = State::Opened { program: program() },
        }
    }
}

#[cfg(unix)]
type Child = Box<dyn process_wrap::std::ChildWrapper>;

/// A session of its own: signals from the terminal do not reach it, and it outlives the terminal.
#[cfg(unix)]
fn spawn(command: Command) -> io::Result<Child> {
    process_wrap::std::CommandWrap::from(command).wrap(process_wrap::std::ProcessSession).spawn()
}

#[cfg(unix)]
fn stdin(child: &mut Child) -> Option<ChildStdin> {
    child.stdin().take()
}

#[cfg(not(unix))]
type Child = std::process::Child;

#[cfg(not(unix))]
fn spawn(mut command: Command) -> io::Result<Child> {
    command.spawn()
}

#[cfg(not(unix))]
fn stdin(child: &mut Child) -> Option<ChildStdin> {
    child.stdin.take()
}

fn why_not_started(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "not found".to_owned(),
        io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        _ => error.to_string(),
    }
}

fn why_ended(status: ExitStatus) -> String {
    // Without a code it was a signal, which the status describes.
    status.code().map_or_else(|| status.to_string(), |code| format!("exit {code}"))
}

/// Programs in a row that failed for the same reason share it: half a dozen launchers may not be installed.
fn reason(failures: &[Failure]) -> String {
    if failures.is_empty() {
        return "nothing was started".to_owned();
    }
    let group = |group: &[Failure]| {
        let programs: Vec<_> = group.iter().map(|failure| failure.program.as_str()).collect();
        format!("{}: {}", programs.join(", "), group[0].why)
    };
    failures.chunk_by(|one, next| one.why == next.why).map(group).collect::<Vec<_>>().join("; ")
}

#[cfg(test)]
#[cfg(unix)]
mod tests;
