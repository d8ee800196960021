//! Standard error: lines that stay, and one below them that is drawn over and over.

use std::cell::Cell;
use std::io::{self, Write};
use std::time::Duration;

use console::Term;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::Output;
use super::spinner;
use crate::model::event::Progress;

/// Between two drawings, where something is drawn at all.
const FRAME: Duration = Duration::from_millis(200);

/// Between two looks at the clock, where nothing is drawn.
const STILL: Duration = Duration::from_secs(1);

/// Standard error. What cannot be written to it is left out: there is nobody left to tell.
pub(super) struct Console {
    bar: Option<ProgressBar>,
    output: Output,
    turn: Cell<usize>,
}

impl Console {
    pub(super) fn new(output: Output) -> Self {
        Self { bar: output.animate.then(bar), output, turn: Cell::new(0) }
    }

    /// Writes a line that stays.
    pub(super) fn line(&self, line: &str) {
        self.aside(|| {
            let _ = writeln!(io::stderr().lock(), "{line}");
        });
    }

    /// Does something while nothing is drawn.
    pub(super) fn aside<T>(&self, act: impl FnOnce() -> T) -> T {
        match &self.bar {
            Some(bar) => bar.suspend(act),
            None => act(),
        }
    }

    /// Draws the line that does not.
    pub(super) fn draw(&self, progress: Progress) {
        let Some(bar) = &self.bar else { return };
        let turn = self.turn.replace(self.turn.get().wrapping_add(1));
        let mark = spinner::mark(turn, self.output.unicode);
        // The mark, a blank, and the last column, in which some terminals wrap.
        let words = spinner::words(progress, usize::from(Term::stderr().size().1).saturating_sub(3));
        let mark = if self.output.color { format!("\u{1b}[36m{mark}\u{1b}[0m") } else { mark.to_owned() };
        bar.set_message(format!("{mark} {words}"));
    }

    /// Takes that line away. It comes back with the next drawing.
    pub(super) fn clear(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }

    pub(super) const fn frame(&self) -> Duration {
        if self.bar.is_some() { FRAME } else { STILL }
    }
}

impl Drop for Console {
    fn drop(&mut self) {
        self.clear();
    }
}

fn bar() -> ProgressBar {
    let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
    ProgressStyle::with_template("{msg}").map(|style| bar.clone().with_style(style)).unwrap_or(bar)
}
