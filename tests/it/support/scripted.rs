//! A server that does exactly what a script says, byte for byte, and remembers what it was asked.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex};
use std::thread;
use std::time::{Duration, Instant};

/// What to do with one request.
#[derive(Clone, Debug)]
pub enum Act {
    /// Answer with this status, these headers (each with its line end) and this body.
    Reply { status: u16, headers: String, body: String },
    /// Send these bytes and close.
    Raw(Vec<u8>),
    /// Read the request and close without a byte.
    Drop,
    /// Read the request and reset the connection.
    Reset,
    /// Read the request and stay silent until the test says [`Scripted::release`], then do this.
    Hold(Box<Act>),
    /// Send these bytes and leave the connection open and silent until the test says [`Scripted::release`].
    Stall(Vec<u8>),
    /// Send these bytes one by one, each in a write of its own, and close.
    Trickle(Vec<u8>),
}

impl Act {
    /// 200 with a JSON body.
    pub fn json(body: impl Into<String>) -> Self {
        Self::status(200, body)
    }

    /// This status with a JSON body.
    pub fn status(status: u16, body: impl Into<String>) -> Self {
        Self::Reply { status, headers: "content-type: application/json\r\n".into(), body: body.into() }
    }

    /// The documented body of an error.
    pub fn error(status: u16, message: &str) -> Self {
        Self::status(status, format!(r#"{{"statusCode":{status},"error":"x","message":"{message}"}}"#))
    }

    /// The same reply with one more header.
    pub fn header(self, header: &str) -> Self {
        match self {
            Self::Reply { status, headers, body } => {
                Self::Reply { status, headers: format!("{headers}{header}\r\n"), body }
            }
            act => act,
        }
    }

    /// A session's start: id `s1`, ten minutes of life by a `Date` in the same reply.
    pub fn started() -> Self {
        Self::started_for(600)
    }

    /// A session's start that lives this long.
    pub fn started_for(seconds: u64) -> Self {
        let expires =
            format!("2026-08-01T{:02}:{:02}:{:02}.000Z", 12 + seconds / 3600, seconds / 60 % 60, seconds % 60);
        Self::json(started_body("https://accounts.google.com/o/oauth2/auth?state=a%2fb", &expires))
            .header("date: Sat, 01 Aug 2026 12:00:00 GMT")
    }

    /// A session's start that lives a few tenths of a second.
    pub fn started_briefly() -> Self {
        Self::json(started_body("https://accounts.google.com/o/oauth2/auth?state=a%2fb", "2026-08-01T12:00:00.400Z"))
            .header("date: Sat, 01 Aug 2026 12:00:00 GMT")
    }

    pub fn pending() -> Self {
        Self::json(r#"{"status":"pending"}"#)
    }

    pub fn success() -> Self {
        Self::json(r#"{"status":"success","email":"ada@acme.com","name":"Ada Lovelace"}"#)
    }

    /// A page of the account list: addresses, each with when it was added.
    pub fn accounts(accounts: &[(&str, &str)]) -> Self {
        let item = |(email, created): &(&str, &str)| {
            serde_json::json!({
                "email": email, "first_name": "Ada", "last_name": "Lovelace", "provider_code": 2, "status": 1,
                "timestamp_created": created, "timestamp_updated": created,
            })
        };
        let items: Vec<_> = accounts.iter().map(item).collect();
        Self::json(serde_json::json!({"items": items}).to_string())
    }

    pub fn not_found() -> Self {
        Self::error(404, "Session not found")
    }
}

/// The body of a session's start.
pub fn started_body(auth_url: &str, expires_at: &str) -> String {
    serde_json::json!({"session_id": "s1", "auth_url": auth_url, "expires_at": expires_at}).to_string()
}

/// One request as it came in.
#[derive(Clone, Debug)]
pub struct Request {
    /// `GET /path`
    pub line: String,
    /// Every header, names in lower case.
    pub headers: Vec<(String, String)>,
    pub body: String,
    /// When its first line was read.
    pub at: Instant,
}

impl Request {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

#[derive(Default)]
struct State {
    acts: Vec<Act>,
    requests: Vec<Request>,
    in_flight: usize,
    most_in_flight: usize,
    released: bool,
}

/// The server. Each request takes the next act; the last act goes on for all further ones.
pub struct Scripted {
    address: SocketAddr,
    state: Arc<(Mutex<State>, Condvar)>,
}

impl Scripted {
    pub fn new(acts: impl IntoIterator<Item = Act>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let state = State { acts: acts.into_iter().collect(), ..State::default() };
        assert!(!state.acts.is_empty(), "a script needs an act");
        let state = Arc::new((Mutex::new(state), Condvar::new()));
        let shared = Arc::clone(&state);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let state = Arc::clone(&shared);
                thread::spawn(move || while serve(&stream, &state) {});
            }
        });
        Self { address, state }
    }

    /// `http://127.0.0.1:PORT`
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    pub fn requests(&self) -> Vec<Request> {
        self.state.0.lock().unwrap().requests.clone()
    }

    /// The requests as `GET /path` lines.
    pub fn lines(&self) -> Vec<String> {
        self.requests().into_iter().map(|request| request.line).collect()
    }

    /// The most requests that were being answered at once.
    pub fn most_in_flight(&self) -> usize {
        self.state.0.lock().unwrap().most_in_flight
    }

    /// Waits until this many requests have come in.
    pub fn wait_for(&self, requests: usize) {
        let (state, changed) = &*self.state;
        let guard = state.lock().unwrap();
        let (guard, waited) = changed
            .wait_timeout_while(guard, Duration::from_secs(60), |state| state.requests.len() < requests)
            .unwrap();
        drop(guard);
        assert!(!waited.timed_out(), "only {:?} came in", self.lines());
    }

    /// Lets every held reply go.
    pub fn release(&self) {
        let (state, changed) = &*self.state;
        state.lock().unwrap().released = true;
        changed.notify_all();
    }
}

/// Answers one request; whether another may follow on the same connection.
fn serve(stream: &TcpStream, state: &(Mutex<State>, Condvar)) -> bool {
    let Some(request) = read(stream) else { return false };
    let act = {
        let mut state = state.0.lock().unwrap();
        state.requests.push(request);
        state.in_flight += 1;
        state.most_in_flight = state.most_in_flight.max(state.in_flight);
        if state.acts.len() > 1 { state.acts.remove(0) } else { state.acts[0].clone() }
    };
    state.1.notify_all();
    let act = match act {
        Act::Hold(act) => {
            wait_for_release(state);
            *act
        }
        act => act,
    };
    // Before the reply, and not after it: whoever has it may ask again before this thread runs on.
    state.0.lock().unwrap().in_flight -= 1;
    perform(act, stream, state)
}

fn wait_for_release(state: &(Mutex<State>, Condvar)) {
    let guard = state.0.lock().unwrap();
    drop(state.1.wait_while(guard, |state| !state.released).unwrap());
}

fn perform(act: Act, mut stream: &TcpStream, state: &(Mutex<State>, Condvar)) -> bool {
    match act {
        Act::Reply { status, headers, body } => {
            let length = body.len();
            let reply = format!("HTTP/1.1 {status} Whatever\r\n{headers}content-length: {length}\r\n\r\n{body}");
            stream.write_all(reply.as_bytes()).is_ok()
        }
        Act::Raw(bytes) => {
            let _ = stream.write_all(&bytes);
            let _ = stream.shutdown(Shutdown::Both);
            false
        }
        Act::Drop => {
            let _ = stream.shutdown(Shutdown::Both);
            false
        }
        Act::Reset => {
            // With no time to linger, closing sends a reset.
            let _ = socket2::SockRef::from(stream).set_linger(Some(Duration::ZERO));
            false
        }
        Act::Hold(_) => unreachable!("a hold is not held twice"),
        Act::Stall(bytes) => {
            let _ = stream.write_all(&bytes);
            wait_for_release(state);
            false
        }
        Act::Trickle(bytes) => {
            let _ = stream.set_nodelay(true);
            for byte in bytes {
                let _ = stream.write_all(&[byte]);
            }
            let _ = stream.shutdown(Shutdown::Both);
            false
        }
    }
}

pub fn read(stream: &TcpStream) -> Option<Request> {
    let mut reader = BufReader::new(stream);
    let mut first = String::new();
    reader.read_line(&mut first).ok().filter(|&read| read > 0)?;
    let at = Instant::now();
    let mut headers = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
    }
    let length = headers.iter().find(|(name, _)| name == "content-length").and_then(|(_, value)| value.parse().ok());
    let mut body = vec![0; length.unwrap_or(0)];
    reader.read_exact(&mut body).ok()?;
    let line = first.trim_end().trim_end_matches(" HTTP/1.1").to_owned();
    Some(Request { line, headers, body: String::from_utf8(body).ok()?, at })
}
