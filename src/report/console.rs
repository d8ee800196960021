//! Standard error: lines that stay, and one below them that is drawn over and over.

use std::cell::Cell;
use std::io::{self, Write};
use std::time::Duration;

use console::Term;

use super::Output;
use super::spinner;
use crate::model::event::Progress;

/// Between two drawings, where something is drawn at all.
const FRAME: Duration = Duration::from_millis(125);

/// Between two looks at the clock, where nothing is drawn.
const STILL: Duration = Duration::from_secs(1);

/// Columns that are not for the words: the mark, a blank, and the last column, in which some terminals wrap; and two for
/// the `^C` that the terminal itself shows when that is typed. Were they not free, it would stand in the next row, and
/// that row would be cleared instead of this one.
const MARGIN: u16 = 5;

/// Standard error. What cannot be written to it is left out: there is nobody left to tell.
pub(super) struct Console {
    /// Where it is drawn, if it is.
    term: Option<Term>,
    output: Output,
    turn: Cell<usize>,
    drawn: Cell<bool>,
}

impl Console {
    pub(super) fn new(output: Output) -> Self {
        let term = output.animate.then(Term::buffered_stderr);
        Self { term, output, turn: Cell::new(0), drawn: Cell::new(false) }
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

    /// Draws the line that does not, in one row and in one piece. The cursor stays to be seen, whatever ends this
    /// process.
    pub(super) fn draw(&self, progress: Progress) {
        let Some(term) = &self.term else { return };
        let turn = self.turn.replace(self.turn.get().wrapping_add(1));
        let mark = spinner::mark(turn, self.output.unicode);
        let words = spinner::words(progress, usize::from(term.size().1.saturating_sub(MARGIN)));
        let mark = if self.output.color { format!("\u{1b}[36m{mark}\u{1b}[0m") } else { mark.to_owned() };
        let _ = term.clear_line().and_then(|()| term.write_str(&format!("{mark} {words}"))).and_then(|()| term.flush());
        self.drawn.set(true);
    }

    /// Takes that line away. It comes back with the next drawing.
    pub(super) fn clear(&self) {
        if let Some(term) = self.term.as_ref().filter(|_| self.drawn.replace(false)) {
            let _ = term.clear_line().and_then(|()| term.flush());
        }
    }

    pub(super) const fn frame(&self) -> Duration {
        if self.term.is_some() { FRAME } else { STILL }
    }
}

impl Drop for Console {
    fn drop(&mut self) {
        self.clear();
    }
}
