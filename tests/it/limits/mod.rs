//! The service's limits, as those see them who run the command: what is sent, what is waited for, and what is told.
//!
//! A window lasts a minute, which nobody waits for here: what was sent is made older in the file instead.

mod alone;
mod calls;
mod first;
mod gates;
mod line;
mod sandbox;
mod starts;
mod status;
mod told;

use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use rusqlite::Connection;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::live::GUARD;
use crate::support::scripted::Request;
use crate::support::{Act, Run, Scripted, Tool};

const SECOND: Duration = Duration::from_secs(1);

/// The start of a session with the other provider, as the server sees it.
const INIT_MICROSOFT: &str = "POST /api/v2/oauth/microsoft/init";

/// Something that several processes share: the state directory, and the limits that they are told.
struct Machine {
    state: TempDir,
    limits: &'static str,
}

impl Machine {
    /// One with these limits, as `INSTANTLY_OAUTH_LIMITS` has them; the documented ones where it is empty.
    fn new(limits: &'static str) -> Self {
        Self { state: tempfile::tempdir().unwrap(), limits }
    }

    fn state(&self) -> &Path {
        self.state.path()
    }

    /// The same command on this machine.
    fn on(&self, tool: Tool) -> Tool {
        let tool = tool.env("INSTANTLY_OAUTH_STATE_DIR", self.state());
        if self.limits.is_empty() { tool } else { tool.env("INSTANTLY_OAUTH_LIMITS", self.limits) }
    }

    /// A session's start that is not waited for.
    fn start(&self, api: &Scripted, provider: &str, flags: &[&str]) -> Tool {
        let tool = Tool::new(["connect", provider, "--no-browser", "--no-wait"]).args(flags);
        self.on(tool.at(&api.url()))
    }

    /// A question for this session's state.
    fn status(&self, api: &Scripted, session: &str, flags: &[&str]) -> Tool {
        self.on(Tool::status(&api.url(), &[session]).args(flags))
    }

    /// The file that the processes share.
    fn books(&self) -> Connection {
        let connection = Connection::open(self.state().join("journal.db")).unwrap();
        connection.busy_timeout(GUARD).unwrap();
        connection
    }

    /// Makes the oldest starts that count this much older: so many of them.
    fn age(&self, starts: usize, by: Duration) {
        let sql = "UPDATE start SET sent = sent - ?1, done = done - ?1 WHERE number IN \
                   (SELECT number FROM start WHERE sent IS NOT NULL ORDER BY number LIMIT ?2)";
        let changed = self.books().execute(sql, (micros(by), i64::try_from(starts).unwrap())).unwrap();
        assert_eq!(changed, starts);
    }

    /// The places in the line, the first first.
    fn line(&self) -> Vec<i64> {
        let books = self.books();
        let mut line = books.prepare("SELECT number FROM start WHERE sent IS NULL ORDER BY number").unwrap();
        line.query_map([], |row| row.get(0)).unwrap().collect::<Result<_, _>>().unwrap()
    }

    /// Waits until so many are in line.
    #[track_caller]
    fn wait_for_line(&self, length: usize) {
        self.until(|machine| machine.line().len() == length);
    }

    /// Waits until a refusal is written down.
    #[track_caller]
    fn wait_for_gate(&self) {
        let gates = |books: Connection| books.query_row("SELECT count(*) FROM gate", [], |row| row.get::<_, i64>(0));
        // The file may have no form yet.
        self.until(|machine| gates(machine.books()).is_ok_and(|gates| gates > 0));
    }

    #[track_caller]
    fn until(&self, done: impl Fn(&Self) -> bool) {
        let end = Instant::now() + GUARD;
        while !done(self) {
            assert!(Instant::now() < end, "it never came; in line are {:?}", self.line());
            // Between two looks at a file that another process writes; nothing depends on how long this takes.
            thread::sleep(Duration::from_millis(5));
        }
    }
}

/// A machine on which a workspace has started as many sessions as it may: `s1` and so on.
fn full(limits: &'static str, starts: usize) -> (Machine, Scripted) {
    let acts = (1..).take(starts + 9).map(|number| started(&format!("s{number}")));
    let (machine, api) = (Machine::new(limits), Scripted::new(acts));
    for _ in 0..starts {
        machine.start(&api, "google", &[]).run().expect(0);
    }
    (machine, api)
}

/// A session's start under this id.
fn started(id: &str) -> Act {
    let auth_url = "https://accounts.google.com/o/oauth2/auth?state=a%2fb";
    let body = json!({"session_id": id, "auth_url": auth_url, "expires_at": "2026-08-01T12:10:00.000Z"});
    Act::json(body.to_string()).header("date: Sat, 01 Aug 2026 12:00:00 GMT")
}

/// A refusal that names a time in seconds.
fn refused(status: u16, seconds: u64) -> Act {
    Act::error(status, "slow down").header(&format!("retry-after: {seconds}"))
}

fn micros(time: Duration) -> i64 {
    time.as_micros().try_into().unwrap()
}

/// Holds that never more than so many requests arrived within a second.
#[track_caller]
fn never_more_than(limit: usize, requests: &[Request]) {
    let mut at: Vec<_> = requests.iter().map(|request| request.at).collect();
    at.sort_unstable();
    let first = at[0];
    let shown: Vec<_> = at.iter().map(|at| at.duration_since(first)).collect();
    assert!(at.len() > limit, "there are too few to tell: {shown:?}");
    assert!(at.windows(limit + 1).all(|window| window[limit] - window[0] >= SECOND), "{shown:?}");
}

/// The time between each two requests.
fn gaps(api: &Scripted) -> Vec<Duration> {
    api.requests().windows(2).map(|pair| pair[1].at - pair[0].at).collect()
}

/// The events of this name.
fn events(run: &Run, name: &str) -> Vec<Value> {
    run.events().into_iter().filter(|event| event["event"] == name).collect()
}

fn time(event: &Value, key: &str) -> jiff::Timestamp {
    event[key].as_str().unwrap_or_else(|| panic!("no time under {key}: {event}")).parse().unwrap()
}

/// How long after the end of the run it says that it is worth trying again.
fn retry_in(result: &Value) -> f64 {
    time(result, "retry_at").duration_since(time(result, "finished_at")).as_secs_f64()
}
