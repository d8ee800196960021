//! Where events become output: lines for a person on stderr, a line or JSON for a script on stdout.

mod checks;
mod console;
mod foreign;
mod json;
mod rows;
mod spinner;
mod stdout;
mod table;
mod text;

use std::cell::{Cell, OnceCell};
use std::io::{self, ErrorKind};
use std::time::Duration;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::exit::Outcome;
use crate::model::check::{Check, State};
use crate::model::conclusion::Conclusion;
use crate::model::event::{Event, Progress, Sink};
use crate::model::summary::Summary;

use console::Console;
use table::Look;

/// The columns of a table that no terminal shows.
const WIDTH: usize = 80;

/// How to talk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "independent decisions, made one by one")]
pub struct Output {
    /// Events on stdout instead of a line.
    pub json: bool,
    /// No progress.
    pub quiet: bool,
    /// 0, 1 or 2.
    pub verbosity: u8,
    /// Colour on stderr.
    pub color: bool,
    /// Colour on stdout, where that shows a table.
    pub color_stdout: bool,
    /// A line that is drawn over and over on stderr.
    pub animate: bool,
    /// Whether the terminal can be expected to show more than ASCII.
    pub unicode: bool,
}

impl Output {
    /// A text for stderr in this colour, where there is any.
    fn painted(self, text: &str, color: &str) -> String {
        if self.color { format!("\u{1b}[{color}m{text}\u{1b}[0m") } else { text.to_owned() }
    }
}

/// Reports a command's events and its end.
pub struct Reporter {
    output: Output,
    console: Console,
    broken: Cell<Option<ErrorKind>>,
    finished: Cell<bool>,
    zone: OnceCell<TimeZone>,
}

impl Reporter {
    /// Reports the way that was asked for.
    #[must_use]
    pub fn new(output: Output) -> Self {
        Self {
            output,
            console: Console::new(output),
            broken: Cell::new(None),
            finished: Cell::new(false),
            zone: OnceCell::new(),
        }
    }

    /// The person's time zone, looked up when it is first needed.
    pub fn zone(&self) -> TimeZone {
        self.zone.get_or_init(TimeZone::system).clone()
    }

    /// Tells how it ended, and gives the code to exit with. `lines` are what a script gets on
    /// stdout without `--json`.
    ///
    /// If stdout takes no more, what it was to hold goes to stderr: it may be a result that the API gives out once. That
    /// a command did what it says is no such thing.
    pub fn finish(&self, end: &Conclusion, lines: &[&str]) -> u8 {
        self.console.clear();
        let line = lines.iter().map(|line| foreign::plain(line)).collect::<Vec<_>>().join("\n");
        let written = match self.output.json {
            true => self.put(&json::result(end)).and_then(|()| stdout::heard()),
            false if lines.is_empty() => Ok(()),
            false => self.put(&line).and_then(|()| stdout::heard()),
        };
        let failed = end.outcome.code() != 0;
        if let Err(error) = &written {
            if end.outcome != Outcome::Done && (!failed || !lines.is_empty()) {
                let message = foreign::plain(&end.message);
                self.console.line(if lines.is_empty() { &message } else { &line });
            }
            if error.kind() != ErrorKind::BrokenPipe {
                self.console.line(&text::error(self.output, &format!("stdout cannot be written: {error}")));
            }
        }
        let message = foreign::plain(&end.message);
        match end.outcome {
            // The line on stdout has said it.
            Outcome::Pending if !lines.is_empty() => {}
            Outcome::Interrupted | Outcome::Terminated => self.console.line(&message),
            _ if failed => self.console.line(&text::error(self.output, &message)),
            _ => {}
        }
        if failed {
            end.hints.iter().for_each(|hint| self.console.line(&format!("  {}", foreign::plain(hint))));
        }
        if let Some(next) = end.next.as_ref().filter(|_| end.exit_code != 0 || !self.output.quiet) {
            let when = end.retry_at.map(|at| format!(" (not before {})", text::time_of_day(at, self.zone())));
            self.console.line(&format!("  Next{}: {}", when.unwrap_or_default(), foreign::plain(next)));
        }
        self.finished.set(true);
        match written {
            Err(error) if error.kind() != ErrorKind::BrokenPipe => Outcome::Internal.code(),
            _ => end.exit_code,
        }
    }

    /// Writes what a command was asked to print to stdout, as it is. A reader that has gone is no error.
    pub fn print(&self, text: &str) -> io::Result<()> {
        match stdout::line(text.trim_end_matches('\n')) {
            Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
            result => result,
        }
    }

    /// Tells a person something that is neither progress nor an end, unless it is to be quiet.
    pub fn note(&self, text: &str) {
        if !self.output.quiet {
            self.console.line(&foreign::plain(text));
        }
    }

    /// Writes an event of a command's own to stdout, as a line of JSON.
    pub fn event(&self, event: &impl serde::Serialize) {
        if self.output.json {
            let _ = self.put(&json::line(event));
        }
    }

    /// Lists recorded sessions on stdout, as a table or as events. A reader that has gone is no error.
    pub fn sessions(&self, sessions: &[Summary], now: Timestamp) -> io::Result<()> {
        if self.output.json {
            // What fails here is told with the end.
            let _ = sessions.iter().try_for_each(|session| self.put(&json::record(session)));
            return Ok(());
        }
        if sessions.is_empty() {
            return Ok(());
        }
        let Output { unicode, color_stdout: color, .. } = self.output;
        let width = stdout::columns().unwrap_or(WIDTH);
        self.print(&table::lines(sessions, now, Look { width, unicode, color }).join("\n"))
    }

    /// Tells a check on stdout, in lines or as an event. Where it is to be quiet, only what is wrong is told. What fails
    /// here is told with the end.
    pub fn check(&self, check: &Check) {
        let is_wrong = matches!(check.state, State::Warning | State::Failed(_));
        if self.output.json {
            let _ = self.put(&checks::event(check));
        } else if is_wrong || !self.output.quiet {
            let Output { unicode, color_stdout: color, .. } = self.output;
            let look = checks::Look { width: stdout::columns(), unicode, color };
            let _ = self.put(&checks::lines(check, look).join("\n"));
        }
    }

    /// How events and lines are written.
    #[must_use]
    pub const fn output(&self) -> Output {
        self.output
    }

    /// How wide the terminal is, where stderr is one.
    #[must_use]
    pub fn columns(&self) -> Option<usize> {
        self.console.columns()
    }

    /// Whether the end has been told.
    #[must_use]
    pub const fn is_finished(&self) -> bool {
        self.finished.get()
    }

    /// Whether stdout is for events.
    #[must_use]
    pub const fn is_json(&self) -> bool {
        self.output.json
    }

    /// Whether stdout failed for another reason than that its reader has gone.
    #[must_use]
    pub fn is_broken(&self) -> bool {
        self.broken.get().is_some_and(|kind| kind != ErrorKind::BrokenPipe)
    }

    /// Writes a line to stdout, with nothing drawn beside it. Once that has failed, it is not tried again.
    fn put(&self, line: &str) -> io::Result<()> {
        if let Some(kind) = self.broken.get() {
            return Err(kind.into());
        }
        let written = self.console.aside(|| stdout::line(line));
        self.broken.set(written.as_ref().err().map(io::Error::kind));
        written
    }
}

impl Sink for Reporter {
    fn emit(&self, event: Event) {
        if let Some(line) = self.output.json.then(|| json::event(&event)).flatten() {
            let _ = self.put(&line);
        }
        if matches!(event, Event::Stopping(_)) {
            // The next signal ends the process where it stands, and what is drawn then would stay on the screen.
            self.console.clear();
        }
        let lines = text::lines(&event, self.output, || self.zone());
        if !lines.is_empty() {
            self.console.line(&lines.join("\n"));
        }
    }

    fn draw(&self, progress: Progress) {
        self.console.draw(progress);
    }

    fn frame(&self) -> Duration {
        self.console.frame()
    }

    fn deserted(&self) -> bool {
        self.broken.get().is_some()
    }

    fn verbosity(&self) -> u8 {
        self.output.verbosity
    }
}
