//! The server over real sockets, byte by byte.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::{Arc, Mutex, mpsc};
use std::thread::JoinHandle;

use tokio::sync::oneshot;

use super::super::connections::Room;
use super::super::{Options, People, Sandbox};
use super::*;
use crate::exit::Outcome;

const START: &str = "2026-08-01T12:00:00Z";

/// A sandbox on a thread of its own, with a clock that only the test moves.
struct Running {
    address: SocketAddr,
    now: Arc<Mutex<Timestamp>>,
    log: Arc<Mutex<Vec<String>>>,
    people: People,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Running {
    fn new(scenario: Scenario) -> Self {
        Self::with(scenario, Room::default())
    }

    fn with(scenario: Scenario, room: Room) -> Self {
        let now = Arc::new(Mutex::new(START.parse().unwrap()));
        let log = Arc::new(Mutex::new(Vec::new()));
        let (clock, lines) = (Arc::clone(&now), Arc::clone(&log));
        let options = Options {
            scenario,
            clock: Box::new(move || *clock.lock().unwrap()),
            log: Some(Box::new(move |line| lines.lock().unwrap().push(line.to_owned()))),
            ..Options::default()
        };
        let (tell, told) = mpsc::channel();
        let (stop, stopped) = oneshot::channel();
        let thread = std::thread::spawn(move || {
            runtime().block_on(async {
                let mut sandbox = Sandbox::bind(options).await.unwrap();
                sandbox.room = room;
                assert_eq!(sandbox.api_key(), "sandbox-acme");
                tell.send((sandbox.base_url(), sandbox.people())).unwrap();
                tokio::select! { _ = sandbox.serve() => {}, _ = stopped => {} }
            });
        });
        let (base_url, people) = told.recv().unwrap();
        let address = base_url.strip_prefix("http://").unwrap().parse().unwrap();
        Self { address, now, log, people, stop: Some(stop), thread: Some(thread) }
    }

    fn pass(&self, time: Duration) {
        let mut now = self.now.lock().unwrap();
        *now = later(*now, time);
    }

    fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        stream
    }

    fn stop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            thread.join().unwrap();
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        drop(self.stop.take());
    }
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
}

fn request(line: &str, headers: &[&str], body: &str) -> String {
    let headers: String = headers.iter().flat_map(|header| [*header, "\r\n"]).collect();
    format!("{line} HTTP/1.1\r\n{headers}Content-Length: {}\r\n\r\n{body}", body.len())
}

fn authorized(line: &str, body: &str) -> String {
    let headers = ["Host: api.instantly.ai", "Authorization: Bearer sandbox-acme", "Content-Type: application/json"];
    request(line, &headers, body)
}

/// One exchange on a connection that stays open: the head of the reply in lower case, and its body.
fn exchange(stream: &mut TcpStream, request: &str) -> (String, String) {
    stream.write_all(request.as_bytes()).unwrap();
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        stream.read_exact(&mut byte).unwrap();
        head.push(byte[0]);
    }
    let head = String::from_utf8(head).unwrap().to_lowercase();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap();
    let mut body = vec![0; length.parse().unwrap()];
    stream.read_exact(&mut body).unwrap();
    (head, String::from_utf8(body).unwrap())
}

fn begin(stream: &mut TcpStream) -> Value {
    let (head, body) = exchange(stream, &authorized("POST /api/v2/oauth/google/init", "{}"));
    assert!(head.starts_with("http/1.1 200 ok\r\n"), "{head}");
    serde_json::from_str(&body).unwrap()
}

#[test]
fn a_session_from_init_to_its_end_on_one_connection() {
    let sandbox = Running::new(Scenario::Success);
    let mut stream = sandbox.connect();
    let session = begin(&mut stream);
    assert_eq!(session["expires_at"], "2026-08-01T12:10:00.000Z");
    let link = text(&session["auth_url"]);
    assert!(link.starts_with(&format!("http://{}/consent/google?", sandbox.address)), "{link}");

    let poll = authorized(&format!("GET /api/v2/oauth/session/status/{}", text(&session["session_id"])), "");
    let (head, body) = exchange(&mut stream, &poll);
    assert!(head.contains("\r\ndate: sat, 01 aug 2026 12:00:00 gmt\r\n"), "{head}");
    assert!(head.contains("\r\ncontent-type: application/json"), "{head}");
    assert_eq!(body, r#"{"status":"pending"}"#);
    sandbox.pass(DELAY);
    let (_, body) = exchange(&mut stream, &poll);
    assert_eq!(body, r#"{"email":"ada@acme.example","name":"Ada Lovelace","status":"success"}"#);
    let (head, _) = exchange(&mut stream, &poll);
    assert!(head.starts_with("http/1.1 404 "), "{head}");
    let log = sandbox.log.lock().unwrap();
    let statuses: Vec<&str> = log.iter().filter_map(|line| line.rsplit(' ').next()).collect();
    assert_eq!((log[0].as_str(), statuses), ("POST /api/v2/oauth/google/init 200", vec!["200", "200", "200", "404"]));
}

#[test]
fn whoever_runs_it_says_whose_mailbox_it_is_about() {
    let sandbox = Running::new(Scenario::Success);
    let mut stream = sandbox.connect();
    let id = text(&begin(&mut stream)["session_id"]);
    sandbox.people.clone().owns(&id, "Kay@Other.example");
    sandbox.pass(DELAY);
    let poll = authorized(&format!("GET /api/v2/oauth/session/status/{id}"), "");
    let (_, body) = exchange(&mut stream, &poll);
    assert_eq!(body, r#"{"email":"kay@other.example","name":"Kay","status":"success"}"#);
}

#[test]
fn a_lost_reply_has_not_a_byte() {
    let sandbox = Running::new(Scenario::LostReply);
    let mut stream = sandbox.connect();
    let id = text(&begin(&mut stream)["session_id"]);
    sandbox.pass(DELAY);
    let poll = authorized(&format!("GET /api/v2/oauth/session/status/{id}"), "");
    stream.write_all(poll.as_bytes()).unwrap();
    let mut reply = Vec::new();
    stream.read_to_end(&mut reply).unwrap();
    assert_eq!(reply, b"");
    let (head, _) = exchange(&mut sandbox.connect(), &poll);
    assert!(head.starts_with("http/1.1 404 "), "{head}");
    assert_eq!(sandbox.log.lock().unwrap()[1], format!("GET /api/v2/oauth/session/status/{id} no reply"));
}

#[test]
fn a_person_decides_on_the_page() {
    let sandbox = Running::new(Scenario::Ask);
    let mut stream = sandbox.connect();
    let session = begin(&mut stream);
    let link = text(&session["auth_url"]);
    let (base, path) = link.split_at(link.find("/consent").unwrap());
    let host = format!("Host: {}", sandbox.address);

    let (head, body) = exchange(&mut stream, &request(&format!("GET {path}"), &[&host], ""));
    assert!(head.starts_with("http/1.1 200 ok\r\n") && body.contains("Connect a Google mailbox"), "{head}");
    let headers = [
        "content-type: text/html; charset=utf-8",
        "content-security-policy: default-src 'none'; style-src 'sha256-",
        "form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
        "x-content-type-options: nosniff",
        "referrer-policy: same-origin",
        "cache-control: no-store",
    ];
    for header in headers {
        assert!(head.contains(header), "{header}: {head}");
    }
    let (head, _) = exchange(&mut stream, &request(&format!("GET {path}"), &["Host: evil.example"], ""));
    assert!(head.starts_with("http/1.1 421 "), "{head}");

    let origin = format!("Origin: {base}");
    let headers =
        [host.as_str(), &origin, "Sec-Fetch-Site: same-origin", "Content-Type: application/x-www-form-urlencoded"];
    let sent = form(&link, &[("mailbox", "ada@acme.example"), ("name", ""), ("decision", "allow")]);
    let (_, body) = exchange(&mut stream, &request("POST /consent/google", &headers, &sent));
    assert!(body.contains("Mailbox connected"), "{body}");
    let id = text(&session["session_id"]);
    let (_, body) = exchange(&mut stream, &authorized(&format!("GET /api/v2/oauth/session/status/{id}"), ""));
    assert!(body.contains(r#""status":"success""#), "{body}");
}

#[test]
fn refusals_carry_their_headers() {
    let sandbox = Running::new(Scenario::IpBlocked);
    let mut stream = sandbox.connect();
    let (head, _) = exchange(&mut stream, &authorized("POST /api/v2/oauth/google/init", "{}"));
    assert!(head.starts_with("http/1.1 429 ") && head.contains("\r\nretry-after: 1800\r\n"), "{head}");
    assert_eq!(sandbox.log.lock().unwrap()[0], "POST /api/v2/oauth/google/init 429 (address blocked)");
    let host = format!("Host: {}", sandbox.address);
    let (head, _) = exchange(&mut stream, &request("DELETE /consent/google", &[&host], ""));
    assert!(head.starts_with("http/1.1 405 ") && head.contains("\r\nallow: get, post\r\n"), "{head}");
}

#[test]
fn nonsense_ends_one_connection_and_no_more() {
    let sandbox = Running::new(Scenario::Ask);
    let mut kept = sandbox.connect();
    begin(&mut kept);
    let mut rude = sandbox.connect();
    rude.write_all(b"\x16\x03\x01 this is no HTTP\r\n\r\n").unwrap();
    let mut reply = Vec::new();
    rude.read_to_end(&mut reply).unwrap();
    assert!(reply.starts_with(b"HTTP/1.1 400 "), "{reply:?}");
    drop(sandbox.connect());
    // The announcement is enough to be refused; a client that waits for it need not send the rest.
    let announced = "POST /api/v2/oauth/google/init HTTP/1.1\r\nHost: x\r\nContent-Length: 16385\r\n\r\n";
    let (head, body) = exchange(&mut sandbox.connect(), announced);
    assert!(head.starts_with("http/1.1 413 ") && body.contains(r#""statusCode":413"#), "{head}");
    begin(&mut kept);
}

/// Whether the other side has closed this connection, once it has said all that it will.
fn is_closed(stream: &mut TcpStream) -> bool {
    matches!(stream.read(&mut [0]), Ok(0))
}

#[test]
fn where_all_places_are_taken_the_connection_leaves_that_has_been_idle_for_longest() {
    let sandbox = Running::with(Scenario::Ask, Room { most: 2, idle: Duration::ZERO });
    // Nobody is kept waiting, whoever came before and is silent.
    let served = |_| {
        let mut stream = sandbox.connect();
        begin(&mut stream);
        stream
    };
    let mut streams: Vec<TcpStream> = (0..5).map(served).collect();
    for gone in &mut streams[..3] {
        assert!(is_closed(gone));
    }
    for kept in &mut streams[3..] {
        begin(kept);
    }
}

#[test]
fn a_connection_with_a_request_on_it_leaves_for_nobody() {
    let sandbox = Running::with(Scenario::Ask, Room { most: 1, idle: Duration::ZERO });
    let mut busy = sandbox.connect();
    let request = authorized("POST /api/v2/oauth/google/init", "{}");
    let (head, body) = request.split_at(request.len() - 2);
    busy.write_all(head.replace("\r\n\r\n", "\r\nExpect: 100-continue\r\n\r\n").as_bytes()).unwrap();
    let mut asked = [0; 25];
    busy.read_exact(&mut asked).unwrap();
    assert_eq!(&asked, b"HTTP/1.1 100 Continue\r\n\r\n", "by which its body is being waited for");
    // There is one place, and of two connections only the later one is idle.
    assert!(is_closed(&mut sandbox.connect()));
    let (head, _) = exchange(&mut busy, body);
    assert!(head.starts_with("http/1.1 200 "), "{head}");
}

#[test]
fn a_port_in_use_is_told_with_the_flag_to_change_it() {
    let sandbox = Running::new(Scenario::Ask);
    let options = Options { port: sandbox.address.port(), ..Options::default() };
    let error = runtime().block_on(Sandbox::bind(options)).err().unwrap();
    assert_eq!(error.outcome, Outcome::Usage);
    assert!(error.to_string().contains(&sandbox.address.port().to_string()), "{error}");
    assert!(error.hints.iter().any(|hint| hint.contains("--port")), "{:?}", error.hints);
}

#[test]
fn dropping_it_closes_every_connection() {
    let mut sandbox = Running::new(Scenario::Ask);
    let mut stream = sandbox.connect();
    begin(&mut stream);
    sandbox.stop();
    assert_eq!(stream.read(&mut [0]).unwrap(), 0);
    assert!(TcpStream::connect(sandbox.address).is_err());
}
