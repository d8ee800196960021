//! The list that a batch works on, and whether its results file says of each row what is so.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::path::Path;

/// So many wrong rows are named.
const NAMED: usize = 5;

pub(crate) fn email(number: usize) -> String {
    format!("mailbox{number}@customer{}.example", number % 97)
}

/// A list of so many mailboxes.
pub(crate) fn list(rows: usize) -> String {
    let mut list = "email,provider,team\n".to_owned();
    for number in 0..rows {
        let _ = writeln!(list, "{},google,team {}", email(number), number % 7);
    }
    list
}

/// What of the results file is not as it has to be: each row once, connected, with its own mailbox.
pub(crate) fn wrong(file: &Path, rows: usize) -> Vec<String> {
    let mut reader = match csv::Reader::from_path(file) {
        Ok(reader) => reader,
        Err(error) => return vec![format!("the results file cannot be read: {error}")],
    };
    let mut wrong = Vec::new();
    let mut told = HashMap::<String, usize>::new();
    for row in reader.deserialize::<HashMap<String, String>>() {
        match row {
            Err(error) => wrong.push(format!("a line of the results file cannot be read: {error}")),
            Ok(row) => {
                let field = |name| row.get(name).map(String::as_str).unwrap_or_default();
                let (email, outcome, connected) = (field("email"), field("outcome"), field("connected_email"));
                *told.entry(email.to_owned()).or_default() += 1;
                if outcome != "connected" || connected != email {
                    wrong.push(format!("{email} is {outcome} with \"{connected}\""));
                }
            }
        }
    }
    for email in (0..rows).map(email) {
        match told.remove(&email) {
            Some(1) => {}
            times => wrong.push(format!("{email} is there {} times", times.unwrap_or(0))),
        }
    }
    wrong.extend(told.into_keys().map(|email| format!("{email} is not of the list")));
    wrong
}

/// Fails where there is anything.
pub(crate) fn check(wrong: &[String]) -> Result<(), String> {
    if wrong.is_empty() {
        return Ok(());
    }
    let more = if wrong.len() > NAMED { "; ..." } else { "" };
    Err(format!("{} things are wrong: {}{more}", wrong.len(), wrong[..wrong.len().min(NAMED)].join("; ")))
}
