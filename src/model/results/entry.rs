//! What became of a mailbox, as cells.

use std::borrow::Cow;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use crate::exit::Outcome;
use crate::model::problem::{plain, shown};

/// The outcome of a mailbox that was in the workspace already, and in order.
const SKIPPED: &str = "skipped";

/// What a spreadsheet takes a text for a formula by, if it begins with it.
const FORMULA: [char; 4] = ['=', '+', '-', '@'];

/// What became of a mailbox.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// A name out of the table of outcomes, or `skipped`.
    pub outcome: String,
    /// The mailbox that was connected.
    pub connected_email: Option<String>,
    /// The name of the person whose it is.
    pub name: Option<String>,
    /// The service's word for what went wrong.
    pub error: Option<String>,
    /// Its sentence about that.
    pub error_description: Option<String>,
    /// The session that this is from.
    pub session_id: Option<String>,
    /// The profile of the workspace, where it had one.
    pub profile: Option<String>,
    /// How many sessions were started for it.
    pub attempts: u32,
    /// When the first of them was.
    pub started_at: Option<Timestamp>,
    /// When it was over.
    pub finished_at: Timestamp,
}

impl Entry {
    /// Its cells, in the order of the columns.
    pub(super) fn cells(&self) -> [Cow<'_, str>; 10] {
        let own = |text: &Option<String>| Cow::Owned(text.as_deref().map(guarded).unwrap_or_default());
        let time = |at: Timestamp| Cow::Owned(format!("{at:.3}"));
        [
            Cow::Owned(plain(&self.outcome)),
            own(&self.connected_email),
            own(&self.name),
            own(&self.error),
            own(&self.error_description),
            own(&self.session_id),
            own(&self.profile),
            Cow::Owned(self.attempts.to_string()),
            self.started_at.map(time).unwrap_or_default(),
            time(self.finished_at),
        ]
    }

    /// What cells say, each by the index of its column; or what is wrong with them.
    pub(super) fn read<'a>(cell: impl Fn(usize) -> Cow<'a, str>) -> Result<Self, String> {
        let wrong = |index: usize, be: &str| {
            let (name, cell) = (super::COLUMNS[index], cell(index));
            Err(format!("{name} is {} and should be {be}: mend it, or take the row out", shown(&cell)))
        };
        let text = |index: usize| Some(unguarded(cell(index).trim()).to_owned()).filter(|text| !text.is_empty());
        let outcome = cell(0).trim().to_owned();
        if outcome != SKIPPED && !Outcome::ALL.iter().any(|known| known.name() == outcome) {
            return wrong(0, "an outcome, like connected");
        }
        let Ok(attempts) = cell(7).trim().parse() else { return wrong(7, "a whole number") };
        let started_at = match cell(8).trim() {
            "" => None,
            started => match time(started) {
                None => return wrong(8, "a time, like 2026-11-23T10:00:00.000Z"),
                some => some,
            },
        };
        let Some(finished_at) = time(cell(9).trim()) else {
            return wrong(9, "a time, like 2026-11-23T10:00:00.000Z");
        };
        Ok(Self {
            outcome,
            connected_email: text(1),
            name: text(2),
            error: text(3),
            error_description: text(4),
            session_id: text(5),
            profile: text(6),
            attempts,
            started_at,
            finished_at,
        })
    }
}

/// A time, which a spreadsheet may have taken for one and written in its own way. It is in UTC all the same.
fn time(text: &str) -> Option<Timestamp> {
    let local = || text.parse::<DateTime>().ok()?.to_zoned(TimeZone::UTC).ok();
    text.parse().ok().or_else(|| Some(local()?.timestamp()))
}

/// Foreign text as it is written. What would be a formula begins with an apostrophe, as it does where a person types it.
fn guarded(text: &str) -> String {
    let plain = plain(text);
    let plain = plain.trim();
    if is_formula(plain) { format!("'{plain}") } else { plain.to_owned() }
}

/// The text of which this was written.
fn unguarded(cell: &str) -> &str {
    cell.strip_prefix('\'').filter(|text| is_formula(text)).unwrap_or(cell)
}

/// Whether this is a formula, or one that was kept from being so: what begins with an apostrophe by itself gets another.
fn is_formula(text: &str) -> bool {
    text.trim_start_matches('\'').starts_with(FORMULA)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_formula_is_written_and_what_was_meant_is_read() {
        for (text, cell) in [
            ("=HYPERLINK(\"x\")", "'=HYPERLINK(\"x\")"),
            ("+1 555", "'+1 555"),
            ("-", "'-"),
            (" \t@SUM(1)", "'@SUM(1)"),
            ("\u{200b}\u{1b}=1", "'=1"),
            ("'=1", "''=1"),
            ("'t Hooft", "'t Hooft"),
            ("a=b", "a=b"),
            ("", ""),
        ] {
            assert_eq!(guarded(text), cell, "{text:?}");
            assert_eq!(unguarded(cell), plain(text).trim(), "{text:?}");
        }
    }

    #[test]
    fn a_time_is_read_as_a_spreadsheet_may_write_it() {
        let is = Some("2026-11-23T10:00:00.5Z".parse().unwrap());
        for text in ["2026-11-23T10:00:00.500Z", "2026-11-23 10:00:00.5", "2026-11-23T12:00:00.5+02:00"] {
            assert_eq!(time(text), is, "{text}");
        }
        for text in ["", "yesterday", "23.11.2026 10:00", "46349.4"] {
            assert_eq!(time(text), None, "{text}");
        }
    }
}
