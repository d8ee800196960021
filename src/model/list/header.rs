//! Which column of a list is what.

use std::borrow::Cow;

use crate::model::problem::{Problem, shown};
use crate::model::results::COLUMNS;
use crate::model::table::{Delimiter, Records};

/// The names of a column, the proper one first. They are compared without regard to case, and to what parts their words.
type Names = &'static [&'static str];

/// The address. A column `address` is more likely a street's, and a `username` may be anything.
const EMAIL: Names =
    &["email", "e_mail", "email_address", "e_mail_address", "email_account", "mail", "mailbox", "mailbox_address"];

/// Who signs the person in.
const PROVIDER: Names = &["provider", "email_provider", "mail_provider", "mailbox_provider"];

/// The workspace. One that names it otherwise is not overlooked: its mailboxes would all go to the same workspace.
const PROFILE: Names = &["profile", "workspace"];

/// The columns of the results that a list may have as well: many have their people's names, and say which workspace.
const SHARED: [&str; 2] = ["name", "profile"];

/// The column by which a results file is known.
const OUTCOME: &str = COLUMNS[0];

/// Where the columns are that have a meaning here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Columns {
    pub(super) email: usize,
    pub(super) provider: Option<usize>,
    pub(super) profile: Option<usize>,
}

/// A list's first row.
#[derive(Debug)]
pub(super) struct Header {
    /// The names as they are.
    pub(super) names: Vec<String>,
    /// Its line.
    pub(super) line: u64,
    /// What is between the cells.
    pub(super) delimiter: Delimiter,
}

/// Finds the header, and what is between its cells: that of `,`, `;` and tab, in this order, with which it has a column for
/// the address, and if none does, the one that there is most of. None where the file is empty.
pub(super) fn find(text: &str) -> Option<Header> {
    let read = |delimiter| {
        let mut records = Records::new(text.as_bytes(), delimiter);
        let record = records.next()?;
        let names = record.cells().map(Cow::into_owned).collect();
        Some(Header { names, line: record.line, delimiter })
    };
    let mut found: Vec<Header> = Delimiter::ALL.into_iter().filter_map(read).collect();
    let with_email = found.iter().position(|header| header.all(EMAIL).next().is_some());
    // Of several that are as long, the last is taken: that is the likeliest when they are turned round.
    let longest = || (0..found.len()).rev().max_by_key(|&index| found[index].names.len());
    let index = with_email.or_else(longest)?;
    Some(found.swap_remove(index))
}

impl Header {
    /// The columns, or what is wrong with the header.
    pub(super) fn columns(&self) -> Result<Columns, Vec<Problem>> {
        let mut problems = Vec::new();
        let mut one = |names: Names| match self.one(names) {
            Ok(index) => index,
            Err(problem) => {
                problems.push(problem);
                None
            }
        };
        let (email, provider, profile) = (one(EMAIL), one(PROVIDER), one(PROFILE));
        problems.extend(self.is_of_results());
        match email {
            Some(email) if problems.is_empty() => Ok(Columns { email, provider, profile }),
            None if problems.is_empty() => Err(vec![self.no_address()]),
            _ => Err(problems),
        }
    }

    /// Where columns with one of these names are.
    fn all(&self, names: Names) -> impl Iterator<Item = usize> {
        let is = move |index: &usize| names.contains(&normal(&self.names[*index]).as_str());
        (0..self.names.len()).filter(is)
    }

    /// Where the one column of this meaning is. The proper name comes before any other.
    fn one(&self, names: Names) -> Result<Option<usize>, Problem> {
        let proper: Vec<usize> = self.all(&names[..1]).collect();
        let all: Vec<usize> = if proper.is_empty() { self.all(names).collect() } else { proper };
        match all[..] {
            [] => Ok(None),
            [index] => Ok(Some(index)),
            [first, second, ..] => {
                let [first, second] = [first, second].map(|index| shown(&self.names[index]));
                let what = format!(
                    "the columns {first} and {second} can both be the {name}: rename the one that is not",
                    name = names[0]
                );
                Err(Problem::at(self.line, what))
            }
        }
    }

    /// A results file that was given as a list, or a column that its own results could not be told from.
    fn is_of_results(&self) -> Option<Problem> {
        let is = |index: &usize| {
            let normal = normal(&self.names[*index]);
            COLUMNS.contains(&normal.as_str()) && !SHARED.contains(&normal.as_str())
        };
        let index = (0..self.names.len()).find(is)?;
        let column = shown(&self.names[index]);
        let what = if normal(&self.names[index]) == OUTCOME {
            format!("this looks like a results file, for it has a column {column}: name the list that it is of")
        } else {
            format!("the results have a column {column} of their own: rename the list's")
        };
        Some(Problem::at(self.line, what))
    }

    fn no_address(&self) -> Problem {
        if self.names.iter().any(|name| name.contains('@')) {
            let what = "the first line has to name the columns, and this is a mailbox already: put \"email,provider\" above it";
            return Problem::at(self.line, what);
        }
        let names: Vec<_> = self.names.iter().map(|name| name.trim()).filter(|name| !name.is_empty()).collect();
        let what = match names[..] {
            [one] => format!("no column is called \"email\": the only one is {}", shown(one)),
            _ => format!("no column is called \"email\": there are {}", shown(&names.join(", "))),
        };
        Problem::at(self.line, what)
    }
}

/// A name as it is compared.
fn normal(name: &str) -> String {
    let is_gap = |c: char| c.is_whitespace() || matches!(c, '-' | '_' | '\u{feff}');
    let name = name.to_lowercase();
    name.split(is_gap).filter(|word| !word.is_empty()).collect::<Vec<_>>().join("_")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn columns(text: &str) -> Result<Columns, String> {
        let columns = find(text).unwrap().columns();
        columns.map_err(|problems| problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))
    }

    #[test]
    fn columns_are_found_by_their_usual_names_in_any_order() {
        for (header, email, provider, profile) in [
            ("email", 0, None, None),
            ("email,provider,profile", 0, Some(1), Some(2)),
            ("Profile, PROVIDER ,name,E-Mail", 3, Some(1), Some(0)),
            ("\"Email Address\",Provider", 0, Some(1), None),
            ("email_address", 0, None, None),
            ("\"Email\nAddress\"", 0, None, None),
            ("Mailbox,Workspace", 0, None, Some(1)),
            ("mailbox,Email,workspace,profile", 1, None, Some(3)),
            ("email-provider,e_mail", 1, Some(0), None),
            ("email;first, last;provider", 0, Some(2), None),
            ("first, last;email", 1, None, None),
            ("name\tprovider\tmailbox", 2, Some(1), None),
            ("\n\nid,,,email,", 3, None, None),
            ("email,address,username", 0, None, None),
        ] {
            assert_eq!(columns(header), Ok(Columns { email, provider, profile }), "{header:?}");
        }
    }

    #[test]
    fn what_is_wrong_with_a_header_is_said() {
        let both = |one: &str, other: &str, what: &str| {
            format!("line 1: the columns \"{one}\" and \"{other}\" can both be the {what}: rename the one that is not")
        };
        for (header, problem) in [
            ("Mailbox,E-Mail", both("Mailbox", "E-Mail", "email")),
            ("email,name,EMAIL", both("email", "EMAIL", "email")),
            ("email,provider,Provider", both("provider", "Provider", "provider")),
            ("name,provider", "line 1: no column is called \"email\": there are \"name, provider\"".into()),
            ("a;b\tc;d,e", "line 1: no column is called \"email\": there are \"a, b c, d,e\"".into()),
            ("\naddress\n", "line 2: no column is called \"email\": the only one is \"address\"".into()),
            (
                "ada@acme.com,google",
                "line 1: the first line has to name the columns, and this is a mailbox already: \
                 put \"email,provider\" above it"
                    .into(),
            ),
            (
                "email,Outcome,name",
                "line 1: this looks like a results file, for it has a column \"Outcome\": name the list that it is of"
                    .into(),
            ),
            (
                "email,started at",
                "line 1: the results have a column \"started at\" of their own: rename the list's".into(),
            ),
        ] {
            assert_eq!(columns(header), Err(problem), "{header:?}");
        }
        let two = columns("mail,mailbox,error").unwrap_err();
        assert_eq!(two.lines().count(), 2, "{two}");
        assert!(find("").is_none() && find("\n\n , \n").is_none());
    }
}
