//! Standard error: lines that stay, and one below them that is drawn over and over.

use std::cell::{Cell, RefCell};
use std::io::{self, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::Duration;

use console::Term;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle, TermLike};

use super::Output;
use super::abilities::Screen;
use super::sequences::call;
use super::taskbar::{self, Taskbar};
use super::{qr, spinner};
use crate::model::event::Progress;

/// Between two drawings, where something is drawn at all.
const FRAME: Duration = Duration::from_millis(200);

/// Drawings a second at the most, well above that.
const MOST_FRAMES: u8 = 20;

/// Between two looks at the clock, where nothing is drawn.
const STILL: Duration = Duration::from_secs(1);

/// The rows and columns of a terminal that does not tell.
const UNKNOWN: (u16, u16) = (24, 80);

/// Columns that are not for the words: the mark, a blank, and the last column, in which some terminals wrap; and two for
/// the `^C` that the terminal itself shows when that is typed. Were they not free, it would stand in the next row, and
/// that row would be cleared instead of this one.
const MARGIN: u16 = 5;

/// Drawings after which the terminal's tab is told again what it shows. Some take it away when they have long not been told.
const AGAIN: usize = 25;

/// Standard error. What cannot be written to it is left out: there is nobody left to tell.
pub(super) struct Console {
    output: Output,
    term: Term,
    /// What is drawn, while something is.
    row: RefCell<Option<(ProgressBar, Arc<AtomicU16>)>>,
    turn: Cell<usize>,
    /// What the terminal's tab shows, and since which drawing.
    taskbar: Cell<Option<(Taskbar, usize)>>,
    /// Whether nothing is to be drawn any more.
    still: Cell<bool>,
}

impl Console {
    pub(super) fn new(output: Output) -> Self {
        Self {
            output,
            term: Term::buffered_stderr(),
            row: RefCell::default(),
            turn: Cell::new(0),
            taskbar: Cell::default(),
            still: Cell::default(),
        }
    }

    /// Writes a line, or some at once, that stay.
    pub(super) fn line(&self, line: &str) {
        // In one piece, since nothing is buffered here and what others write must not come between.
        let _ = self.aside(|| io::stderr().lock().write_all(format!("{line}\n").as_bytes()));
    }

    /// Does something while nothing is drawn.
    pub(super) fn aside<T>(&self, act: impl FnOnce() -> T) -> T {
        self.clear();
        act()
    }

    /// Draws the line that does not stay, in one row. The cursor stays to be seen, whatever ends this process.
    pub(super) fn draw(&self, progress: Progress) {
        if !self.output.animate || self.still.get() {
            return;
        }
        let turn = self.turn.replace(self.turn.get().wrapping_add(1));
        if self.output.abilities.progress {
            let taskbar = Taskbar::of(progress);
            let shown =
                self.taskbar.get().filter(|&(shown, since)| shown == taskbar && turn.wrapping_sub(since) < AGAIN);
            if shown.is_none() {
                self.taskbar.set(Some((taskbar, turn)));
                send(&taskbar.sequence());
            }
        }
        let mark = spinner::mark(turn, self.output.unicode);
        let words = spinner::words(progress, usize::from(self.term.size().1.saturating_sub(MARGIN)));
        let mut row = self.row.borrow_mut();
        let (bar, columns) = row.get_or_insert_with(|| bar(&self.term));
        let words = if words.is_empty() { words } else { format!(" {words}") };
        // The mark is one column wide, and the words are ASCII.
        columns.store(u16::try_from(words.len() + 1).unwrap_or(u16::MAX), Ordering::Relaxed);
        let mark = if self.output.color { format!("\u{1b}[36m{mark}\u{1b}[0m") } else { mark.to_owned() };
        bar.set_message(format!("{mark}{words}"));
    }

    /// Takes that line away. It comes back with the next drawing.
    pub(super) fn clear(&self) {
        if let Some((bar, _)) = self.row.take() {
            bar.finish_and_clear();
        }
    }

    /// Takes away all that is drawn, for good: what comes now may end this process where it stands.
    pub(super) fn still(&self) {
        self.still.set(true);
        self.clear();
        if self.taskbar.take().is_some() {
            send(taskbar::NOTHING);
        }
    }

    /// Calls for attention, in as many ways as the terminal has.
    pub(super) fn call(&self, title: &str, body: &str) {
        send(&call(self.output.abilities.call, title, body));
    }

    /// Draws a URL as a QR code that stays, or says why not.
    pub(super) fn code(&self, url: &str) {
        let Output { abilities, unicode, color, quiet, .. } = self.output;
        let (rows, columns) = self.term.size_checked().unwrap_or(UNKNOWN);
        let canvas = qr::Canvas { columns: columns.into(), rows: rows.into(), unicode, color, light: abilities.light };
        let lines = match abilities.screen {
            Screen::None => Err("stderr is not a terminal".to_owned()),
            Screen::Dumb => Err("this terminal is a dumb one".to_owned()),
            Screen::Full => qr::lines(url, canvas),
        };
        match lines {
            Ok(lines) => self.line(&lines.join("\n")),
            Err(_) if quiet => {}
            Err(why) => self.line(&format!("No QR code: {why}.")),
        }
    }

    /// How wide it is, where it is a terminal.
    pub(super) fn columns(&self) -> Option<usize> {
        self.term.size_checked().map(|(_, columns)| usize::from(columns))
    }

    pub(super) const fn frame(&self) -> Duration {
        if self.output.animate { FRAME } else { STILL }
    }
}

/// Colours only where they come out as such. A console of Windows has to be told first that they are meant, which asking
/// does.
pub(super) fn obeyed(output: Output) -> Output {
    let obeys = |term: Term| !cfg!(windows) || !term.is_term() || term.features().colors_supported();
    Output {
        color: output.color && obeys(Term::stderr()),
        color_stdout: output.color_stdout && obeys(Term::stdout()),
        ..output
    }
}

impl Drop for Console {
    fn drop(&mut self) {
        self.still();
    }
}

/// Has the terminal obey something that takes no room on it.
pub(super) fn send(sequence: &str) {
    let _ = io::stderr().lock().write_all(sequence.as_bytes());
}

fn bar(term: &Term) -> (ProgressBar, Arc<AtomicU16>) {
    let columns = Arc::new(AtomicU16::new(1));
    let row = Row { term: term.clone(), columns: Arc::clone(&columns) };
    let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::term_like_with_hz(Box::new(row), MOST_FRAMES));
    let style = ProgressStyle::with_template("{msg}");
    (style.map(|style| bar.clone().with_style(style)).unwrap_or(bar), columns)
}

/// The terminal, said to be just as wide as what is drawn on it. What draws fills its row to the end with blanks, and a
/// full row would wrap, and leave its half behind, when the terminal is made narrower.
#[derive(Debug)]
struct Row {
    term: Term,
    columns: Arc<AtomicU16>,
}

impl TermLike for Row {
    fn width(&self) -> u16 {
        self.columns.load(Ordering::Relaxed)
    }

    fn move_cursor_up(&self, n: usize) -> io::Result<()> {
        self.term.move_cursor_up(n)
    }

    fn move_cursor_down(&self, n: usize) -> io::Result<()> {
        self.term.move_cursor_down(n)
    }

    fn move_cursor_right(&self, n: usize) -> io::Result<()> {
        self.term.move_cursor_right(n)
    }

    fn move_cursor_left(&self, n: usize) -> io::Result<()> {
        self.term.move_cursor_left(n)
    }

    fn write_line(&self, text: &str) -> io::Result<()> {
        self.term.write_line(text)
    }

    fn write_str(&self, text: &str) -> io::Result<()> {
        self.term.write_str(text)
    }

    fn clear_line(&self) -> io::Result<()> {
        self.term.clear_line()
    }

    fn flush(&self) -> io::Result<()> {
        self.term.flush()
    }
}
