//! The list of mailboxes to connect, as a spreadsheet gives it: read, and checked as a whole before anything is sent.
//!
//! Nothing in it is guessed. What cannot be meant is a problem with its line, and all problems are told at once.

mod address;
mod cells;
mod header;

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::rc::Rc;

pub use cells::Cells;

use self::header::{Columns, Header};
use super::config::no_profile;
use super::problem::{Problem, shown};
use super::provider::Provider;
use super::table::{self, Delimiter, Ending, Record, Records};

/// The list, checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct List {
    /// The names of its columns, as they are in it.
    pub header: Vec<String>,
    /// The mailboxes, in its order.
    pub rows: Vec<Row>,
    columns: Columns,
    /// The provider of a row that names none.
    provider: Option<Provider>,
}

/// A mailbox to connect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Which one it is: 1 is the first after the header. Empty lines do not count.
    pub number: usize,
    /// The line of the file that it begins on, from 1.
    pub line: u64,
    /// Its address, in the case in which it was written.
    pub email: String,
    /// Who signs its owner in.
    pub provider: Provider,
    /// The profile of the workspace that it is for: what the list says, or what goes for all that it says nothing of.
    pub profile: Option<Rc<str>>,
    /// Every cell as it was, one for each column: they are carried into the results.
    pub cells: Cells,
}

/// What tells one mailbox of a list from every other.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    /// Who signs its owner in.
    pub provider: Provider,
    /// Its address, in lower case.
    pub email: String,
    /// The profile of the workspace that it is for, where it has one.
    pub profile: Option<Rc<str>>,
}

impl Key {
    /// That of the mailbox of this address, in whatever case it is written.
    #[must_use]
    pub fn new(provider: Provider, email: &str, profile: Option<&str>) -> Self {
        Self { provider, email: email.to_lowercase(), profile: profile.map(Rc::from) }
    }
}

impl Row {
    /// What tells it from every other row.
    #[must_use]
    pub fn key(&self) -> Key {
        Key { provider: self.provider, email: self.email.to_lowercase(), profile: self.profile.clone() }
    }
}

/// What is known apart from the list.
#[derive(Clone, Copy, Debug, Default)]
pub struct Terms<'a> {
    /// The provider of a row that names none.
    pub provider: Option<Provider>,
    /// The profile of a row that names none.
    pub profile: Option<&'a str>,
    /// The profiles that there are.
    pub profiles: &'a [&'a str],
}

impl List {
    /// What tells a row of these cells from every other, which begins with the list's own columns, and was of the workspace
    /// of this profile. None where it is no row that a list can have.
    pub(super) fn key(&self, row: &Record<'_>, profile: Option<&str>) -> Option<Key> {
        let cell = |index: usize| row.cell(index);
        let named = self.columns.provider.map(cell).unwrap_or_default();
        let provider = if named.trim().is_empty() { self.provider } else { provider(&named) };
        Some(Key::new(provider?, cell(self.columns.email).trim(), profile))
    }
}

/// Reads a list and checks all of it.
///
/// It is UTF-8, with a byte order mark or without; lines end as on any system, and cells may be quoted. What is between the
/// cells is that of `,`, `;` and tab, in this order, with which the header has a column for the address. The cells that are
/// missing at the end of a row are empty: a spreadsheet leaves them out where a column is mostly empty. More cells than the
/// header has are only allowed where they are empty.
pub fn read(bytes: &[u8], terms: &Terms<'_>) -> Result<List, Vec<Problem>> {
    let text = text(bytes).map_err(|problem| vec![problem])?;
    let Some(header) = header::find(text) else {
        return Err(vec![Problem::whole("the list is empty")]);
    };
    let columns = header.columns()?;
    let profiles = terms.profiles.iter().chain(&terms.profile).map(|&name| Rc::from(name)).collect();
    let mut reading =
        Reading { columns, terms, profiles, seen: HashMap::new(), rows: Vec::new(), problems: Vec::new() };
    if columns.provider.is_none() && terms.provider.is_none() {
        let what = "no column is called \"provider\": add one, with google or microsoft for each mailbox, or name the \
                    provider of all of them with --provider";
        reading.problems.push(Problem::at(header.line, what));
    }
    let Header { names, delimiter, .. } = header;
    let found = reading.rows(text, delimiter, &names);
    if found == 0 {
        reading.problems.push(Problem::whole("the list has a header and no mailbox"));
    }
    let Reading { mut rows, problems, .. } = reading;
    rows.shrink_to_fit();
    if problems.is_empty() {
        Ok(List { header: names, rows, columns, provider: terms.provider })
    } else {
        Err(problems)
    }
}

/// The list as text.
fn text(bytes: &[u8]) -> Result<&str, Problem> {
    let bare = table::bare(bytes)?;
    let end = match str::from_utf8(bare) {
        Err(error) => error.valid_up_to(),
        // So it looks in UTF-16 without its mark.
        Ok(text) => match text.find('\0') {
            Some(end) => end,
            None => return Ok(text),
        },
    };
    Err(Problem::at(1 + table::line_ends(bare, 0..end), format!("this is not UTF-8: {}", table::AS_UTF8)))
}

/// A list of which a part is read.
struct Reading<'a> {
    columns: Columns,
    terms: &'a Terms<'a>,
    /// The names of the profiles, each once for all rows.
    profiles: Vec<Rc<str>>,
    /// The line of each mailbox.
    seen: HashMap<Key, u64>,
    rows: Vec<Row>,
    problems: Vec<Problem>,
}

impl Reading<'_> {
    /// Reads the rows behind the header, and says how many there are.
    fn rows(&mut self, text: &str, delimiter: Delimiter, names: &[String]) -> usize {
        let mut records = Records::new(text.as_bytes(), delimiter);
        let mut number = 0;
        records.next();
        while let Some(record) = records.next() {
            number += 1;
            match check_form(&record, names.len()) {
                Ok(()) => self.row(&record, number, names),
                Err(what) => self.problems.push(Problem::at(record.line, what)),
            }
        }
        number
    }

    /// Checks a row and keeps it, if it is right.
    fn row(&mut self, record: &Record<'_>, number: usize, names: &[String]) {
        let line = record.line;
        let cell = |index: Option<usize>| index.map(|index| record.cell(index)).unwrap_or_default();
        let email = cell(Some(self.columns.email));
        let (written, profile) = (cell(self.columns.provider), cell(self.columns.profile));
        let (email, written, profile) = (email.trim(), written.trim(), profile.trim());
        let mut problems = Vec::new();
        let provider = self.provider(written).unwrap_or_else(|what| {
            problems.push(what);
            None
        });
        if email.is_empty() {
            problems.push(format!("there is nothing in the column {}", shown(&names[self.columns.email])));
        } else if let Err(what) = address::check(email, provider) {
            problems.push(what);
        }
        let profile = Some(profile).filter(|profile| !profile.is_empty());
        if let Some(profile) = profile.filter(|profile| !self.terms.profiles.contains(profile)) {
            problems.push(no_profile(profile, self.terms.profiles));
        }
        if problems.is_empty()
            && let Some(provider) = provider
        {
            let cells = (0..names.len()).map(|index| record.cell(index)).collect();
            let profile = profile.or(self.terms.profile);
            let profile = self.profiles.iter().find(|known| Some(&***known) == profile).cloned();
            let email = email.to_owned();
            let row = Row { number, line, email, provider, profile, cells };
            match self.seen.entry(row.key()) {
                Entry::Vacant(vacant) => {
                    vacant.insert(line);
                    self.rows.push(row);
                }
                Entry::Occupied(first) => {
                    let email = shown(&row.email);
                    problems.push(format!("{email} is in line {} already: take one of the two out", first.get()));
                }
            }
        }
        self.problems.extend(problems.into_iter().map(|what| Problem::at(line, what)));
    }

    /// The provider that a cell names, or the one of all. None where there is a problem with all of them.
    fn provider(&self, written: &str) -> Result<Option<Provider>, String> {
        if !written.is_empty() {
            let unknown = || format!("{} is no provider that is known: write google or microsoft", shown(written));
            return provider(written).map(Some).ok_or_else(unknown);
        }
        if self.terms.provider.is_none() && self.columns.provider.is_some() {
            let what =
                "no provider is named: write google or microsoft, or name one for all that have none with --provider";
            return Err(what.into());
        }
        Ok(self.terms.provider)
    }
}

/// Whether a row has the cells that it should have.
fn check_form(record: &Record<'_>, columns: usize) -> Result<(), String> {
    if record.ending == Ending::Quote {
        return Err("a quote begins in this row and nowhere ends: put another at the end of its cell".into());
    }
    let cells = record.filled();
    if cells <= columns {
        return Ok(());
    }
    let have = if cells == 1 { "1 cell".into() } else { format!("{cells} cells") };
    let lines = if record.line == record.last_line {
        "quote a cell that has a delimiter in it".to_owned()
    } else {
        format!("it goes on to line {}, so that a quote may be missing", record.last_line)
    };
    Err(format!("this row has {have}, and the header has {columns}: {lines}"))
}

/// The provider of this name.
fn provider(name: &str) -> Option<Provider> {
    let name: String = name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
    Some(match name.as_str() {
        "google" | "googleworkspace" | "gsuite" | "gmail" => Provider::Google,
        "microsoft" | "microsoft365" | "m365" | "ms365" | "office" | "office365" | "o365" | "outlook"
        | "outlook365" | "exchange" | "exchangeonline" => Provider::Microsoft,
        _ => return None,
    })
}

#[cfg(test)]
mod tests;
