//! `batch`, as its users run it: a list, a service, and what is in the results file in the end.

mod driver;
mod input;
mod kills;
pub mod office;
mod person;
mod plan;
mod recorded;
mod results;
mod sandbox;
mod skip;
mod stop;
mod wrong;

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use tempfile::TempDir;

use crate::support::{Run, Tool};

pub use office::{Office, Plan};

/// Three mailboxes with Google.
const THREE: &str = "email,provider\nada@acme.com,google\nbob@acme.com,google\ncy@acme.com,google\n";

/// The columns of the results behind the list's own.
const COLUMNS: &str =
    "outcome,connected_email,name,error,error_description,session_id,profile,attempts,started_at,finished_at";

/// A folder with a list, its results and the state directory: what outlives the runs on one machine.
struct Folder(TempDir);

impl Folder {
    fn new(list: impl AsRef<[u8]>) -> Self {
        let folder = Self(tempfile::tempdir().unwrap());
        fs::write(folder.list(), list).unwrap();
        folder
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn list(&self) -> PathBuf {
        self.path().join("list.csv")
    }

    fn results(&self) -> PathBuf {
        self.path().join("list.csv.results.csv")
    }

    /// `batch` with this list and nothing that opens URLs.
    fn batch(&self, url: &str, flags: &[&str]) -> Tool {
        self.command(url, &["--no-browser"]).args(flags)
    }

    /// `batch` with this list.
    fn command(&self, url: &str, flags: &[&str]) -> Tool {
        let tool = Tool::new(["batch"]).args(&[self.list().to_str().unwrap(), "--interval", "20ms"]).args(flags);
        tool.at(url).env("INSTANTLY_OAUTH_STATE_DIR", self.path().join("state"))
    }

    /// The text of the results file.
    #[track_caller]
    fn text(&self) -> String {
        fs::read_to_string(self.results()).unwrap()
    }

    /// The rows of the results file.
    #[track_caller]
    fn rows(&self) -> Vec<Cells> {
        let mut lines = table(&self.text()).into_iter();
        let header = lines.next().expect("a header");
        let named = |line: Vec<String>| {
            assert_eq!(line.len(), header.len(), "{line:?}");
            Cells(header.iter().cloned().zip(line).collect())
        };
        lines.map(named).collect()
    }

    /// How each mailbox ended, in the order of the results file.
    #[track_caller]
    fn ends(&self) -> Vec<String> {
        self.rows().iter().map(|row| format!("{} {}", row.get("email"), row.get("outcome"))).collect()
    }
}

/// A row of the results.
#[derive(Clone, Debug, PartialEq)]
struct Cells(Vec<(String, String)>);

impl Cells {
    /// The last cell of this name: the list may have columns of the same.
    #[track_caller]
    fn get(&self, name: &str) -> &str {
        let found = self.0.iter().rev().find(|(known, _)| known == name);
        &found.unwrap_or_else(|| panic!("no {name} in {self:?}")).1
    }
}

/// The cells of a text with commas between them. The text is whole.
fn table(text: &str) -> Vec<Vec<String>> {
    assert!(text.ends_with('\n'), "{text:?}");
    let (mut lines, mut line, mut cell, mut quoted) = (Vec::new(), Vec::new(), String::new(), false);
    for c in text.chars() {
        match c {
            '"' => {
                quoted = !quoted;
                cell.push('"');
            }
            ',' | '\n' if !quoted => {
                let bare = cell.strip_prefix('"').and_then(|cell| cell.strip_suffix('"'));
                line.push(bare.map_or_else(|| cell.clone(), |bare| bare.replace("\"\"", "\"")));
                cell.clear();
                if c == '\n' {
                    lines.push(std::mem::take(&mut line));
                }
            }
            c => cell.push(c),
        }
    }
    assert!(!quoted, "{text:?}");
    lines
}

/// The events of this name.
fn events(run: &Run, name: &str) -> Vec<Value> {
    run.events().into_iter().filter(|event| event["event"] == name).collect()
}
