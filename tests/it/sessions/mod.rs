//! What this machine remembers of sessions: listed, filtered, for people and scripts, and erased.

mod forgetting;
mod listing;
mod screens;

use std::path::Path;

use instantly_oauth::model::record::Record;
use instantly_oauth::model::session::SessionId;
use instantly_oauth::store::{Journal, Kind};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::{Act, Run, Scripted, Tool};

/// A machine whose memory several runs share: a state directory.
struct Machine(TempDir);

impl Machine {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn here(&self, tool: Tool) -> Tool {
        tool.env("INSTANTLY_OAUTH_STATE_DIR", self.path())
    }

    fn sessions(&self, arguments: &[&str]) -> Tool {
        self.here(Tool::new(["sessions"]).args(arguments))
    }

    /// Connects with this provider and these flags. The session has this id, and then the API does this.
    #[track_caller]
    fn connect(&self, provider: &str, id: &str, flags: &[&str], acts: &[Act]) -> Run {
        let api = Scripted::new([&[started(id)], acts].concat());
        let tool = Tool::new(["connect", provider, "--no-browser", "--interval", "20ms"]).args(flags).at(&api.url());
        self.here(tool).run()
    }

    /// Writes sessions down that began so many seconds ago, without any connecting.
    fn remember(&self, sessions: impl IntoIterator<Item = (i64, Record)>) {
        let (journal, now) = (Journal::open(self.path(), false, Kind::Real).unwrap(), Timestamp::now());
        for (age, mut record) in sessions {
            record.began = now - SignedDuration::from_secs(age);
            journal.begin(&Journal::name().unwrap(), &record, false, None, now).unwrap();
        }
    }

    /// The ids of the sessions that are listed with these flags, in order.
    #[track_caller]
    fn ids(&self, flags: &[&str]) -> Vec<String> {
        let run = self.sessions(flags).args(&["--json"]).run().expect(0);
        records(&run).iter().map(|record| record["session_id"].as_str().unwrap().to_owned()).collect()
    }
}

/// A session's start with this id.
fn started(id: &str) -> Act {
    let body = json!({
        "session_id": id,
        "auth_url": "https://accounts.google.com/o/oauth2/auth?state=a%2fb",
        "expires_at": "2026-08-01T12:10:00.000Z",
    });
    Act::json(body.to_string()).header("date: Sat, 01 Aug 2026 12:00:00 GMT")
}

/// A session of which nothing is known yet.
fn met(id: &str) -> Record {
    let (id, life) = (SessionId::parse(id).unwrap(), SignedDuration::from_secs(600));
    Record::met(id, "https://api.instantly.ai".into(), "w".into(), life, Timestamp::now())
}

/// The records among the events, which are all but the result.
#[track_caller]
fn records(run: &Run) -> Vec<Value> {
    let mut events = run.events();
    let result = run.result();
    assert_eq!((&result["outcome"], events.pop()), (&json!("done"), Some(result.clone())), "{run:#?}");
    assert!(events.iter().all(|event| event["event"] == "record"), "{run:#?}");
    events
}

/// The rows of a table below its header: what comes before the provider, and the other cells.
#[track_caller]
fn rows(table: &str) -> Vec<(String, Vec<String>)> {
    let mut lines = table.lines();
    let header = lines.next().unwrap();
    assert_eq!(header.split_whitespace().collect::<Vec<_>>(), ["WHEN", "PROVIDER", "OUTCOME", "MAILBOX", "ID"]);
    let when = header.find("PROVIDER").unwrap();
    let row = |line: &str| {
        let (when, rest) = line.split_at(when);
        (when.trim_end().to_owned(), rest.split_whitespace().map(str::to_owned).collect())
    };
    lines.map(row).collect()
}
