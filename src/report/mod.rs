//! Where events become output: lines for a person on stderr, a line or JSON for a script on stdout.

mod abilities;
mod checks;
mod console;
mod foreign;
mod json;
mod offer;
mod qr;
mod rows;
mod sequences;
mod spinner;
mod stdout;
mod table;
mod taskbar;
mod text;

use std::cell::{Cell, OnceCell, RefCell};
use std::io::{self, ErrorKind};
use std::time::Duration;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::exit::Outcome;
use crate::model::auth_url::AuthUrl;
use crate::model::conclusion::Conclusion;
use crate::model::event::{Event, Progress, Sink};
use crate::model::summary::Summary;

pub use abilities::{Abilities, Between, Call, Screen};
use console::Console;
use table::Look;

pub use offer::{Candidate, offer};

/// The columns of a table that no terminal shows: whatever it takes, so that each session is one line for `grep`.
const WIDTH: usize = 4096;

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
    /// What else the terminal can do.
    pub abilities: Abilities,
}

impl Output {
    /// A text for stderr in this colour, where there is any.
    fn painted(self, text: &str, color: &str) -> String {
        if self.color { format!("\u{1b}[{color}m{text}\u{1b}[0m") } else { text.to_owned() }
    }

    /// A URL for stderr: the whole of it and nothing else to be seen, and where there are links, one to itself.
    fn linked(self, url: &AuthUrl) -> String {
        if self.abilities.links { sequences::link(url.as_str()) } else { url.as_str().to_owned() }
    }
}

/// An end in two lines, for whoever does not look at the terminal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// Whose it is, and how it ended.
    pub title: String,
    /// What happened, with nothing in it that a terminal obeys.
    pub body: String,
}

/// Reports a command's events and its end.
pub struct Reporter {
    output: Output,
    console: Console,
    broken: Cell<Option<ErrorKind>>,
    finished: Cell<bool>,
    notice: RefCell<Option<Notice>>,
    zone: OnceCell<TimeZone>,
}

impl Reporter {
    /// Reports the way that was asked for.
    #[must_use]
    pub fn new(output: Output) -> Self {
        let output = console::obeyed(output);
        Self {
            output,
            console: Console::new(output),
            broken: Cell::new(None),
            finished: Cell::new(false),
            notice: RefCell::default(),
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
        self.console.still();
        self.notice.replace(Some(Notice {
            title: format!("instantly-oauth: {}", end.outcome.name().replace('_', " ")),
            body: foreign::plain(&end.message),
        }));
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

    /// The end that has been told, if one has been.
    #[must_use]
    pub fn notice(&self) -> Option<Notice> {
        self.notice.borrow().clone()
    }

    /// How the terminal can call for attention.
    #[must_use]
    pub const fn call(&self) -> Call {
        self.output.abilities.call
    }

    /// Has it do so.
    pub fn notify(&self, Notice { title, body }: &Notice) {
        self.console.call(title, body);
    }

    /// What is between us and the terminal, where that may be asked to fill the clipboard.
    #[must_use]
    pub const fn clipboard(&self) -> Option<Between> {
        self.output.abilities.clipboard
    }

    /// Asks the terminal to put this on the clipboard, if it may be asked.
    pub fn ask_to_copy(&self, text: &str) -> bool {
        let asked = self.clipboard().map(|between| console::send(&sequences::clipboard(text, between)));
        asked.is_some()
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
        if let Some(url) = event.code() {
            self.console.code(url.as_str());
        }
        let lines = text::lines(&event, self.output, || self.zone());
        if !lines.is_empty() {
            self.console.line(&lines.join("\n"));
        }
    }

    fn draw(&self, progress: Progress) {
        self.console.draw(progress);
    }

    fn still(&self) {
        self.console.still();
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
