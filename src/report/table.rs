//! Recorded sessions as a table, as a pure function of what they are, what time it is, and how wide the table may be.

use console::{measure_text_width, truncate_str};
use jiff::Timestamp;

use super::foreign::plain;
use crate::exit::Outcome;
use crate::model::provider::Provider;
use crate::model::summary::Summary;

/// What a table has to go by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Look {
    /// Columns.
    pub(super) width: usize,
    /// Whether more than ASCII can be shown.
    pub(super) unicode: bool,
    /// Whether to colour.
    pub(super) color: bool,
}

/// Between two cells, and before a line that goes on with a session.
const GAP: &str = "  ";

/// Fewer columns than this tell mailboxes apart no more. Then a session takes another line.
const LEAST_MAILBOX: usize = 12;

/// How many lines a session takes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shape {
    /// All of it in one.
    One,
    /// The id in a line of its own.
    Two,
    /// The mailbox as well.
    Three,
}

/// A session cell by cell: when, with whom, in which workspace, what became of it, which mailbox, and its id.
struct Row {
    cells: [String; 6],
    /// Whether the mailbox is in brackets.
    bracketed: bool,
    /// The colour of its outcome.
    color: &'static str,
}

/// The table with its header, the sessions in the order in which they come.
///
/// Nothing is wider than the table may be, save an id that is longer than that: it stands alone from column 0, for the
/// terminal to wrap, since it is what people copy. Where all the ids leave too little room for the mailboxes, each has a
/// line of its own.
pub(super) fn lines(sessions: &[Summary], now: Timestamp, look: Look) -> Vec<String> {
    // Where no session has a profile there is no column for it.
    let profile = if sessions.iter().any(|session| session.record.profile.is_some()) { "PROFILE" } else { "" };
    let names = ["WHEN", "PROVIDER", profile, "OUTCOME", "MAILBOX", "ID"].map(str::to_owned);
    let header = Row { cells: names, bracketed: false, color: "" };
    let rows: Vec<Row> = std::iter::once(header).chain(sessions.iter().map(|session| row(session, now))).collect();
    let widest = |cell: usize| rows.iter().map(|row| measure_text_width(&row.cells[cell])).max().unwrap_or(0);
    let mut widths: [usize; 6] = std::array::from_fn(widest);
    let room =
        look.width.saturating_sub(widths[..4].iter().filter(|&&width| width > 0).map(|width| width + GAP.len()).sum());
    let beside_id = room.saturating_sub(GAP.len() + widths[5]);
    let enough = widths[4].min(LEAST_MAILBOX);
    let (shape, room) = match () {
        () if beside_id >= enough => (Shape::One, beside_id),
        () if room >= enough => (Shape::Two, room),
        () => (Shape::Three, look.width.saturating_sub(GAP.len())),
    };
    widths[4] = widths[4].min(room);
    let mut lines = rows.iter().map(|row| row.lines(shape, &widths, look));
    let header = lines.next().unwrap_or_default().into_iter();
    let header = header.map(|line| if look.color { format!("\u{1b}[1m{line}\u{1b}[0m") } else { line });
    header.chain(lines.flatten()).collect()
}

impl Row {
    fn lines(&self, shape: Shape, widths: &[usize; 6], look: Look) -> Vec<String> {
        let [when, provider, profile, outcome, mailbox, id] = &self.cells;
        let mut outcome = padded(outcome, widths[3]);
        if look.color && !self.color.is_empty() {
            let blank = outcome.len() - outcome.trim_end().len();
            outcome = format!("\u{1b}[{}m{}\u{1b}[0m{}", self.color, outcome.trim_end(), " ".repeat(blank));
        }
        let mut first = vec![padded(when, widths[0]), padded(provider, widths[1]), padded(profile, widths[2]), outcome];
        // Where there is little room it has a line of its own, like the mailbox.
        if shape == Shape::Three {
            first.remove(2);
        }
        first.retain(|cell| !cell.is_empty());
        let first = first.join(GAP);
        let tail = match (look.unicode, self.bracketed) {
            (true, true) => "…)",
            (true, false) => "…",
            (false, true) => "...)",
            (false, false) => "...",
        };
        let mailbox = cut(mailbox, widths[4], tail);
        let indented = |text: &str| {
            let fits = GAP.len() + measure_text_width(text) <= look.width;
            if fits { format!("{GAP}{text}") } else { text.to_owned() }
        };
        let lines = match shape {
            Shape::One => vec![[&first, &padded(&mailbox, widths[4]), id].map(String::as_str).join(GAP)],
            Shape::Two => vec![[first, mailbox].join(GAP), indented(id)],
            Shape::Three if profile.is_empty() => vec![first, indented(&mailbox), indented(id)],
            Shape::Three => vec![first, indented(&mailbox), indented(profile), indented(id)],
        };
        lines.into_iter().map(|line| line.trim_end().to_owned()).collect()
    }
}

fn row(session: &Summary, now: Timestamp) -> Row {
    let record = &session.record;
    let connected = session.account().and_then(|account| account.email.as_deref()).map(plain);
    // In brackets, since nobody has seen it come back.
    let expected = || record.expect.as_deref().map(|mailbox| format!("({})", plain(mailbox)));
    let outcome = session.outcome();
    let (word, color) = if session.waiting { ("waiting", "36") } else { (outcome.name(), color(outcome)) };
    Row {
        bracketed: connected.is_none() && record.expect.is_some(),
        cells: [
            ago(record.began, now),
            record.provider.map_or("-", Provider::id).to_owned(),
            record.profile.as_deref().map(plain).unwrap_or_default(),
            word.to_owned(),
            connected.or_else(expected).unwrap_or_else(|| "-".to_owned()),
            record.id.to_string(),
        ],
        color,
    }
}

/// Green is fine, red has failed, yellow wants a look.
const fn color(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Connected => "32",
        Outcome::SessionError => "31",
        Outcome::WrongAccount | Outcome::OutcomeUnknown => "33",
        _ => "",
    }
}

/// How long ago it was, in one unit: what is recorded is seconds to a month old.
fn ago(then: Timestamp, now: Timestamp) -> String {
    match now.duration_since(then).as_secs() {
        // The clock may have been set back a little since.
        -60..5 => "just now".to_owned(),
        ..-60 => "in future".to_owned(),
        seconds @ ..60 => format!("{seconds} s ago"),
        seconds @ ..3600 => format!("{} min ago", seconds / 60),
        seconds @ ..86_400 => format!("{} h ago", seconds / 3600),
        seconds => format!("{} d ago", seconds / 86_400),
    }
}

fn padded(text: &str, width: usize) -> String {
    format!("{text}{}", " ".repeat(width.saturating_sub(measure_text_width(text))))
}

/// The beginning of a text that fits, with this after it where that is not all.
fn cut(text: &str, width: usize, tail: &str) -> String {
    // What a character adds to a width depends on its neighbours, and the cut reckons without them.
    let mut cuts = (0..=width).rev().map(|width| truncate_str(text, width, tail));
    cuts.find(|cut| measure_text_width(cut) <= width).unwrap_or_default().into_owned()
}

#[cfg(test)]
mod tests;
