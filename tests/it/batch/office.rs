//! A service that starts as many sessions as it is asked for, each with an end of its own, and gives a result out once.

use std::collections::VecDeque;
use std::io::Write;
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::thread;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::support::Act;
use crate::support::live::GUARD;
use crate::support::scripted::{self, Request};

/// What a request for a session comes to.
#[derive(Clone, Debug)]
pub enum Plan {
    /// There is none: this is the answer.
    Refused(Act),
    /// There is one, and whoever asks for its state gets these answers one after the other, and then that it is pending.
    Begun(Vec<Act>),
}

impl Plan {
    /// A session that waits until the test says what becomes of it.
    pub fn open() -> Self {
        Self::Begun(Vec::new())
    }

    /// A session that connects this mailbox, some time after the first look.
    pub fn connects(email: &str) -> Self {
        Self::Begun(vec![Act::pending(), connected(email)])
    }

    /// A session that ends in this error.
    pub fn fails(error: &str) -> Self {
        Self::Begun(vec![failed(error)])
    }

    /// A session in which nobody did anything.
    pub fn expires() -> Self {
        Self::Begun(vec![Act::json(r#"{"status":"expired"}"#)])
    }
}

/// The result of a session that connected this mailbox.
pub fn connected(email: &str) -> Act {
    Act::json(json!({"status": "success", "email": email, "name": "Ada Lovelace"}).to_string())
}

/// The result of a session that ended in this error.
pub fn failed(error: &str) -> Act {
    Act::json(json!({"status": "error", "error": error, "error_description": "so it is"}).to_string())
}

/// A mailbox as the account list has it.
pub fn account(email: &str, provider_code: u8, status: i8) -> Value {
    let time = "2026-08-01T12:00:00.000Z";
    json!({"email": email, "provider_code": provider_code, "status": status, "first_name": "A", "last_name": "B",
           "timestamp_created": time, "timestamp_updated": time})
}

struct Session {
    id: String,
    provider: String,
    answers: VecDeque<Act>,
    is_over: bool,
}

#[derive(Default)]
struct State {
    requests: Vec<Request>,
    plans: VecDeque<Plan>,
    sessions: Vec<Session>,
    most_open: usize,
    accounts: Vec<Value>,
    lists: VecDeque<Act>,
}

/// The service. Where it is asked for more sessions than it has plans, it does not know the key any more.
#[derive(Clone)]
pub struct Office {
    address: SocketAddr,
    state: Arc<(Mutex<State>, Condvar)>,
}

impl Office {
    pub fn new(plans: impl IntoIterator<Item = Plan>) -> Self {
        Self::with(plans, [])
    }

    /// One whose workspace has these accounts.
    pub fn with(plans: impl IntoIterator<Item = Plan>, accounts: impl IntoIterator<Item = Value>) -> Self {
        let (plans, accounts) = (plans.into_iter().collect(), accounts.into_iter().collect());
        let state = Arc::new((Mutex::new(State { plans, accounts, ..State::default() }), Condvar::new()));
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let office = Self { address: listener.local_addr().unwrap(), state };
        let shared = office.clone();
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let office = shared.clone();
                thread::spawn(move || while office.serve(&stream) {});
            }
        });
        office
    }

    /// Has the next looks at the account list answered with these.
    pub fn lists(self, answers: impl IntoIterator<Item = Act>) -> Self {
        self.lock().lists.extend(answers);
        self
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The requests as `GET /path` lines that have these words.
    pub fn asked(&self, words: &str) -> Vec<String> {
        let state = self.lock();
        let lines = state.requests.iter().map(|request| request.line.clone());
        lines.filter(|line| line.contains(words)).collect()
    }

    /// The keys that came with requests, each once.
    pub fn keys(&self) -> Vec<String> {
        let state = self.lock();
        let keys = state.requests.iter().filter_map(|request| request.header("authorization"));
        let mut keys: Vec<_> = keys.map(|key| key.trim_start_matches("Bearer ").to_owned()).collect();
        keys.dedup();
        keys
    }

    /// How often a session was asked for.
    pub fn starts(&self) -> usize {
        self.asked("/init").len()
    }

    /// How many sessions there were at once of which nobody had the result.
    pub fn most_open(&self) -> usize {
        self.lock().most_open
    }

    /// Waits until this many sessions have been asked for.
    #[track_caller]
    pub fn wait_for_starts(&self, starts: usize) {
        let count = |state: &State| state.requests.iter().filter(|request| request.line.contains("/init")).count();
        let (state, waited) =
            self.state.1.wait_timeout_while(self.lock(), GUARD, |state| count(state) < starts).unwrap();
        drop(state);
        assert!(!waited.timed_out(), "only {} sessions were asked for", self.starts());
    }

    /// Says what becomes of a session, which waits until now.
    pub fn tell(&self, id: &str, answer: Act) {
        let mut state = self.lock();
        state.sessions.iter_mut().find(|session| session.id == id).unwrap().answers.push_back(answer);
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.0.lock().unwrap()
    }

    /// Answers one request; whether another may follow.
    fn serve(&self, mut stream: &TcpStream) -> bool {
        let Some(request) = scripted::read(stream) else { return false };
        let act = {
            let mut state = self.lock();
            let line = request.line.clone();
            state.requests.push(request);
            state.answer(&line)
        };
        self.state.1.notify_all();
        let Act::Reply { status, headers, body } = act else {
            let _ = stream.shutdown(Shutdown::Both);
            return false;
        };
        let now = Timestamp::now();
        let date = jiff::fmt::rfc2822::DateTimePrinter::new().timestamp_to_rfc9110_string(&now).unwrap();
        let head = format!("HTTP/1.1 {status} Whatever\r\ndate: {date}\r\n{headers}");
        stream.write_all(format!("{head}content-length: {}\r\n\r\n{body}", body.len()).as_bytes()).is_ok()
    }
}

impl State {
    fn answer(&mut self, line: &str) -> Act {
        let (method, target) = line.split_once(' ').unwrap();
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let parts: Vec<_> = path.trim_start_matches("/api/v2/").split('/').collect();
        match (method, &parts[..]) {
            ("POST", ["oauth", provider, "init"]) => self.begin(provider),
            ("GET", ["oauth", "session", "status", id]) => self.tell(id),
            ("GET", ["accounts"]) => self.lists.pop_front().unwrap_or_else(|| self.list(query)),
            ("GET", ["accounts", email]) => {
                let email = percent_encoding::percent_decode_str(email).decode_utf8().unwrap();
                let found = self.accounts.iter().find(|account| account["email"] == *email);
                found.map_or_else(Act::not_found, |account| Act::json(account.to_string()))
            }
            other => panic!("nobody asks for {other:?}"),
        }
    }

    fn begin(&mut self, provider: &str) -> Act {
        let answers = match self.plans.pop_front() {
            Some(Plan::Refused(act)) => return act,
            Some(Plan::Begun(answers)) => answers.into(),
            None => return Act::error(401, "nobody planned for this session"),
        };
        let id = format!("s{}", self.sessions.len() + 1);
        let url = url_of(provider, &id);
        self.sessions.push(Session { id: id.clone(), provider: provider.to_owned(), answers, is_over: false });
        self.most_open = self.most_open.max(self.sessions.iter().filter(|session| !session.is_over).count());
        let expires_at = Timestamp::now() + SignedDuration::from_mins(10);
        Act::json(json!({"session_id": id, "auth_url": url, "expires_at": format!("{expires_at:.3}")}).to_string())
    }

    fn tell(&mut self, id: &str) -> Act {
        let Some(session) = self.sessions.iter_mut().find(|session| session.id == id) else { return Act::not_found() };
        if session.is_over {
            return Act::not_found();
        }
        let answer = session.answers.pop_front().unwrap_or_else(Act::pending);
        session.is_over = match &answer {
            Act::Reply { status: 200, body, .. } => !body.contains("pending"),
            Act::Drop => true,
            _ => false,
        };
        if let Act::Reply { body, .. } = &answer
            && let Ok(body) = serde_json::from_str::<Value>(body)
            && let (Some("success"), Some(email)) = (body["status"].as_str(), body["email"].as_str())
        {
            self.accounts.push(account(email, if session.provider == "google" { 2 } else { 3 }, 1));
        }
        answer
    }

    /// A page of the account list, of the form of the real one.
    fn list(&self, query: &str) -> Act {
        let query: Vec<(String, String)> = url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        let find = |name: &str| query.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
        let is_wanted = |account: &&Value| {
            find("provider_code").is_none_or(|code| account["provider_code"] == json!(code.parse::<u8>().unwrap()))
        };
        let limit = find("limit").map_or(10, |limit| limit.parse().unwrap());
        let skipped = find("starting_after").map_or(0, |cursor| cursor.parse().unwrap());
        let all: Vec<_> = self.accounts.iter().filter(is_wanted).collect();
        let items: Vec<_> = all.iter().skip(skipped).take(limit).collect();
        let next = skipped + items.len();
        let mut page = json!({"items": items});
        if next < all.len() {
            page["next_starting_after"] = json!(next.to_string());
        }
        Act::json(page.to_string())
    }
}

/// Where the person of a session goes.
pub fn url_of(provider: &str, id: &str) -> String {
    match provider {
        "google" => format!("https://accounts.google.com/o/oauth2/auth?state={id}%2f"),
        _ => format!("https://login.microsoftonline.com/common/oauth2/v2.0/authorize?state={id}%2f"),
    }
}
