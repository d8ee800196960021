//! What became of each mailbox of a list: the lines that are written of it, and what a file of them says.
//!
//! A file is only ever appended to, so that a crash can tear its last line and nothing else. What is torn is told, and what
//! cannot be read otherwise is a problem: a guess could connect a mailbox twice, or leave one out.

mod entry;

use std::borrow::Cow;
use std::collections::hash_map;
use std::collections::{HashMap, HashSet};

pub use self::entry::Entry;
use super::list::{Key, List, Row};
use super::problem::{Problem, shown};
pub use super::table::Delimiter;
use super::table::{self, Ending, Record, Records};

/// The columns behind the list's own.
pub const COLUMNS: [&str; 10] = [
    "outcome",
    "connected_email",
    "name",
    "error",
    "error_description",
    "session_id",
    "profile",
    "attempts",
    "started_at",
    "finished_at",
];

/// What is to be done about a file that is none of this list's results.
const OTHERWISE: &str = "name another file with --results, or move this one away";

/// The first line of a new file, with its end.
#[must_use]
pub fn header(list_header: &[String]) -> String {
    Delimiter::Comma.line(names(list_header).map(Cow::Borrowed))
}

/// The line of a mailbox, with its end. The list's own cells are in it as they were; whatever else came from elsewhere is in
/// one line and safe for a terminal, and no spreadsheet takes it for a formula.
#[must_use]
pub fn line(row: &Row, entry: &Entry, delimiter: Delimiter) -> String {
    delimiter.line(row.cells.iter().map(Cow::Borrowed).chain(entry.cells()))
}

fn names(list_header: &[String]) -> impl Iterator<Item = &str> {
    list_header.iter().map(String::as_str).chain(COLUMNS)
}

/// What a results file says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Past {
    /// What became of each mailbox of the list at last. A person may have sorted the file, so that of several lines the one
    /// that was finished last counts, and of those that were finished at the same time the last.
    pub entries: HashMap<Key, Entry>,
    /// How many rows are of mailboxes that the list does not have.
    pub strangers: usize,
    /// How many bytes are sound. What is behind them is a torn line. Where it is none, the file has no header yet.
    pub sound: usize,
    /// What is between the cells: a spreadsheet may have changed it.
    pub delimiter: Delimiter,
}

/// Reads what a file of this list's results says. A spreadsheet may have saved it: with a byte order mark, other line ends,
/// other quotes, another delimiter, or the rows in another order.
///
/// Only what has its line end counts: a time that lost its last digits would still be one.
pub fn read(bytes: &[u8], list: &List) -> Result<Past, Vec<Problem>> {
    let bare = table::bare(bytes).map_err(|problem| vec![problem])?;
    let delimiter = match delimiter(bare, list) {
        Ok(Some(delimiter)) => delimiter,
        Ok(None) => return Ok(Past::default()),
        Err(problem) => return Err(vec![problem]),
    };
    let keys: HashSet<Key> = list.rows.iter().map(Row::key).collect();
    let mark = bytes.len() - bare.len();
    let mut past = Past { delimiter, ..Past::default() };
    let mut problems = Vec::new();
    let mut records = Records::new(bare, delimiter);
    let mut is_header = true;
    while let Some(record) = records.next() {
        if record.ending != Ending::Line {
            break;
        }
        past.sound = mark + record.end;
        if std::mem::take(&mut is_header) {
            continue;
        }
        match entry(&record, list) {
            Ok(entry) => match list.key(&record, entry.profile.as_deref()).filter(|key| keys.contains(key)) {
                Some(key) => past.take(key, entry),
                None => past.strangers += 1,
            },
            Err(what) => problems.push(Problem::at(record.line, what)),
        }
    }
    if problems.is_empty() { Ok(past) } else { Err(problems) }
}

impl Past {
    fn take(&mut self, key: Key, entry: Entry) {
        match self.entries.entry(key) {
            hash_map::Entry::Vacant(vacant) => drop(vacant.insert(entry)),
            hash_map::Entry::Occupied(mut earlier) if earlier.get().finished_at <= entry.finished_at => {
                earlier.insert(entry);
            }
            hash_map::Entry::Occupied(_) => {}
        }
    }
}

/// What is between the cells: with it, the first line is the header of this list's results. None where there is no header
/// yet, or a torn one.
fn delimiter(bare: &[u8], list: &List) -> Result<Option<Delimiter>, Problem> {
    // A disk that lost its power can give back zeros for what it did not write.
    let written = bare.iter().rposition(|&byte| byte != 0).map_or(0, |last| last + 1);
    let whole = header(&list.header);
    if written < whole.len() && whole.as_bytes().starts_with(&bare[..written]) {
        return Ok(None);
    }
    let mut longest = Vec::new();
    let mut line = 1;
    for delimiter in Delimiter::ALL {
        let mut records = Records::new(bare, delimiter);
        let Some(record) = records.next() else { return Ok(None) };
        // Its last cell is never empty.
        let found: Vec<String> = record.cells().take(record.filled()).map(|name| bared(&name).to_owned()).collect();
        if found.iter().map(String::as_str).eq(names(&list.header).map(bared)) {
            return Ok((record.ending == Ending::Line).then_some(delimiter));
        }
        if found.len() > longest.len() {
            (longest, line) = (found, record.line);
        }
    }
    let lacks = names(&list.header).map(bared).find(|name| !longest.iter().any(|found| found == name));
    let known: HashSet<&str> = names(&list.header).map(bared).collect();
    let odd = longest.iter().find(|found| !known.contains(found.as_str()));
    let how = match (lacks, odd) {
        (Some(name), _) => format!("{} is missing", shown(name)),
        (None, Some(name)) => format!("{} is none of them", shown(name)),
        (None, None) => "they are in another order".into(),
    };
    Err(Problem::at(line, format!("the columns are not those of this list's results, for {how}: {OTHERWISE}")))
}

/// A column's name without what a spreadsheet may add to it or take away.
fn bared(name: &str) -> &str {
    name.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}')
}

/// What a row says, or what is wrong with it.
fn entry(record: &Record<'_>, list: &List) -> Result<Entry, String> {
    let (own, all) = (list.header.len(), list.header.len() + COLUMNS.len());
    if !record.is_utf8() {
        return Err(format!("this is not UTF-8: {}", table::AS_UTF8));
    }
    let cells = record.len().min(record.filled().max(all));
    if cells != all {
        let have = if cells == 1 { "1 cell".into() } else { format!("{cells} cells") };
        return Err(format!("this row has {have}, and the header has {all}: mend it, or take it out"));
    }
    Entry::read(|index| record.cell(own + index))
}

#[cfg(test)]
mod laws;
#[cfg(test)]
mod tests;
