//! A list, its results and the state directory, against a sandbox that goes on whatever becomes of the runs.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::io::{Read, Write as _};
use std::net::TcpStream;
use std::path::PathBuf;

use jiff::Timestamp;
use rusqlite::Connection;
use serde_json::Value;
use tempfile::TempDir;

use super::people::{Act, Came};
use crate::support::{Service, Tool};

/// A row of a list.
#[derive(Clone, Debug)]
pub struct Mailbox {
    pub email: String,
    pub provider: &'static str,
}

impl Mailbox {
    pub fn new(email: impl Into<String>, provider: &'static str) -> Self {
        Self { email: email.into(), provider }
    }
}

pub struct Field {
    pub folder: TempDir,
    pub rows: Vec<Mailbox>,
    pub url: String,
    /// Which workspace, too.
    pub key: String,
    pub flags: Vec<String>,
}

/// A session in the journal.
#[derive(Clone, Debug)]
pub struct Recorded {
    pub expect: String,
    /// The mailbox that it connected.
    pub email: Option<String>,
    pub verdict: Option<String>,
    /// When that was learned.
    pub ended: Option<Timestamp>,
    /// Whether the results file is still to tell of it.
    pub is_owed: bool,
}

/// A sandbox in which people decide, in a hurry.
pub fn sandbox(ttl: &str) -> Service {
    sandbox_with(ttl, &[])
}

/// The same with these further arguments.
pub fn sandbox_with(ttl: &str, more: &[&str]) -> Service {
    let limits = ["--init-limit", "100000", "--call-limit", "100000"];
    Service::start(&[&["--scenario", "ask", "--delay", "0s", "--ttl", ttl][..], &limits, more].concat())
}

impl Field {
    /// A list of these rows, with columns beside those that count, for the workspace of this name.
    pub fn new(url: &str, workspace: &str, rows: Vec<Mailbox>, flags: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut list = "team,Email,provider,note\r\n".to_owned();
        for (number, Mailbox { email, provider }) in rows.iter().enumerate() {
            write!(list, "team {},{email},{provider},\"{number}, a \"\"note\"\"\"\r\n", number % 7).unwrap();
        }
        fs::write(folder.path().join("list.csv"), list).unwrap();
        let flags = flags.iter().map(|&flag| flag.to_owned()).collect();
        Self { folder, rows, url: url.to_owned(), key: format!("sandbox-{workspace}"), flags }
    }

    /// The command, which is always the same.
    pub fn tool(&self) -> Tool {
        let list = self.folder.path().join("list.csv");
        let flags: Vec<_> = self.flags.iter().map(String::as_str).collect();
        let tool = Tool::new(["batch"]).args(&[list.to_str().unwrap()]).args(&flags);
        self.placed(tool.args(&["--no-browser", "--json", "--interval", "20ms"]))
    }

    /// Any command in the same place.
    pub fn placed(&self, tool: Tool) -> Tool {
        tool.env("INSTANTLY_BASE_URL", &self.url)
            .env("INSTANTLY_API_KEY", &self.key)
            .env("INSTANTLY_OAUTH_STATE_DIR", self.state())
            .env("INSTANTLY_OAUTH_LIMITS", "starts=100000,calls=100000")
    }

    /// Whether those that failed are taken again.
    pub fn retries_failed(&self) -> bool {
        self.flags.iter().any(|flag| flag == "--retry-failed")
    }

    fn state(&self) -> PathBuf {
        self.folder.path().join("state")
    }

    /// What is in the results file, torn or not.
    pub fn results(&self) -> String {
        let path = self.folder.path().join("list.csv.results.csv");
        fs::read(path).map(|bytes| String::from_utf8(bytes).unwrap()).unwrap_or_default()
    }

    /// The sessions in the journal, the oldest first.
    pub fn journal(&self) -> Vec<Recorded> {
        // A sandbox's sessions are in a journal of their own.
        let files = fs::read_dir(self.state()).into_iter().flatten().map(|entry| entry.unwrap().path());
        let mut found = Vec::new();
        for path in files.filter(|path| path.extension().is_some_and(|extension| extension == "db")) {
            let connection = Connection::open(path).unwrap();
            let sql = "SELECT expect, email, verdict, ended, batch FROM session ORDER BY number";
            let Ok(mut rows) = connection.prepare(sql) else { continue };
            let recorded = |row: &rusqlite::Row| {
                let ended: Option<i64> = row.get(3)?;
                Ok(Recorded {
                    expect: row.get(0)?,
                    email: row.get(1)?,
                    verdict: row.get(2)?,
                    ended: ended.map(|millis| Timestamp::from_millisecond(millis).unwrap()),
                    is_owed: row.get::<_, Option<String>>(4)?.is_some(),
                })
            };
            found.extend(rows.query_map([], recorded).unwrap().map(Result::unwrap));
        }
        found
    }

    /// The mailboxes that the workspace has.
    pub fn accounts(&self) -> BTreeSet<String> {
        let (mut found, mut after) = (BTreeSet::new(), String::new());
        loop {
            let page = self.get(&format!("/api/v2/accounts?limit=100{after}"));
            let items = page["items"].as_array().unwrap().iter();
            found.extend(items.map(|account| account["email"].as_str().unwrap().to_owned()));
            let Some(next) = page["next_starting_after"].as_str() else { return found };
            let next: String = url::form_urlencoded::byte_serialize(next.as_bytes()).collect();
            after = format!("&starting_after={next}");
        }
    }

    fn get(&self, target: &str) -> Value {
        let host = self.url.strip_prefix("http://").unwrap();
        let mut stream = TcpStream::connect(host).unwrap();
        let key = &self.key;
        let head = format!("GET {target} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n");
        stream.write_all(format!("{head}authorization: Bearer {key}\r\n\r\n").as_bytes()).unwrap();
        let mut reply = String::new();
        stream.read_to_string(&mut reply).unwrap();
        let (head, body) = reply.split_once("\r\n\r\n").unwrap();
        assert!(head.starts_with("HTTP/1.1 200 "), "{reply}");
        serde_json::from_str(body).unwrap()
    }

    /// Connects a mailbox to the workspace, as somebody has before.
    pub fn connect(&self, provider: &str, mailbox: &str) {
        let tool = Tool::new(["connect", provider, "--no-browser", "--no-wait", "--json"]);
        // Not in the list's own journal: it was on another machine.
        let run = self.placed(tool).env("INSTANTLY_OAUTH_STATE_DIR", self.folder.path().join("elsewhere")).run();
        let url = run.events()[0]["auth_url"].as_str().unwrap().to_owned();
        assert_eq!(Act::Allow(mailbox.to_owned()).upon(&url), Came::Connected(mailbox.to_owned()));
    }
}
