//! A small stand-in for the API, strict about its limits, that notes every request.

use std::collections::HashMap;
use std::net::{IpAddr, TcpListener};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use jiff::{SignedDuration, Timestamp};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader, Take};
use tokio::net::TcpStream;
use tokio::sync::oneshot::{Sender, channel};
use tokio::time::timeout;

use crate::limits::{Caller, Limits, Over};

/// How this service is to be.
#[derive(Default)]
#[expect(clippy::struct_excessive_bools, reason = "independent switches")]
pub(crate) struct Plan {
    /// How long a session is pending after its start.
    pub(crate) delay: Duration,
    /// So many sessions are known from the beginning, `s0` and on, and are pending for ever.
    pub(crate) known: usize,
    /// The first start with Google is answered with a block of half an hour.
    pub(crate) blocks: bool,
    /// There are no limits.
    pub(crate) is_unlimited: bool,
    /// A session is pending until it is told here who finishes it, and when.
    pub(crate) is_driven: bool,
    /// A client may ask again on the same connection.
    pub(crate) keeps: bool,
}

/// About as much follows in a URL's `state` as the service's own has, and in the rest of its URL.
const SIGNED: usize = 600;

const BLOCK: Duration = Duration::from_secs(1800);
const PROVIDERS: [&str; 2] = ["google", "microsoft"];

/// The longest that one client may take, and the most that it may send.
const PATIENCE: Duration = Duration::from_secs(10);
const LARGEST_REQUEST: u64 = 1 << 14;

/// A request as the service saw it.
#[derive(Clone)]
pub(crate) struct Seen {
    /// When its head had been read.
    pub(crate) at: Instant,
    pub(crate) call: Call,
    /// The limit that it was over.
    pub(crate) refused: Option<&'static str>,
}

#[derive(Clone, PartialEq)]
pub(crate) enum Call {
    /// A session's start, and the session that came of it.
    Start(&'static str, Option<String>),
    /// For a session's state.
    Poll(String),
    /// For anything else.
    Other,
}

pub(crate) struct Service {
    pub(crate) url: String,
    state: Arc<Mutex<State>>,
    /// It serves for as long as this is there.
    _serves: Sender<()>,
}

struct State {
    url: String,
    plan: Plan,
    limits: Limits,
    sessions: HashMap<String, Session>,
    /// How many there have been, for no name is given out twice.
    named: usize,
    blocked: Option<Instant>,
    seen: Vec<Seen>,
    latest: Duration,
}

/// A session whose result was not told yet.
#[derive(Default)]
struct Session {
    /// When it is over; none is never.
    ready: Option<Instant>,
    /// The mailbox that is signed in with, where that was said.
    email: Option<String>,
}

impl Service {
    /// Serves from now on, on a thread of its own.
    pub(crate) fn start(plan: Plan) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let sessions = (0..plan.known).map(|number| (format!("s{number}"), Session::default())).collect();
        let state = Arc::new(Mutex::new(State {
            url: url.clone(),
            limits: Limits::default(),
            sessions,
            named: plan.known,
            blocked: None,
            seen: Vec::new(),
            latest: Duration::ZERO,
            plan,
        }));
        let shared = Arc::clone(&state);
        let (serves, gone) = channel();
        thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                tokio::select! {
                    () = serve(listener, &shared) => {}
                    _ = gone => {}
                }
            });
        });
        Self { url, state, _serves: serves }
    }

    /// From this instant on a session is finished, with this mailbox.
    pub(crate) fn finish(&self, id: &str, email: &str, at: Instant) {
        let mut state = self.state.lock().unwrap();
        if let Some(session) = state.sessions.get_mut(id) {
            *session = Session { ready: Some(at), email: Some(email.to_owned()) };
        }
    }

    /// How often anybody asked for a session's state.
    pub(crate) fn polls(&self) -> usize {
        let state = self.state.lock().unwrap();
        state.seen.iter().filter(|seen| matches!(seen.call, Call::Poll(_))).count()
    }

    /// Everything that has arrived, in order.
    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.state.lock().unwrap().seen.clone()
    }

    /// When the first session was started.
    pub(crate) fn first_start(&self) -> Option<Instant> {
        let state = self.state.lock().unwrap();
        state.seen.iter().find(|seen| matches!(seen.call, Call::Start(_, Some(_)))).map(|seen| seen.at)
    }

    /// By how much the service itself was late at most. Arrivals are noted no more exactly than that.
    pub(crate) fn latest(&self) -> Duration {
        self.state.lock().unwrap().latest
    }
}

async fn serve(listener: TcpListener, state: &Arc<Mutex<State>>) {
    let listener = tokio::net::TcpListener::from_std(listener).unwrap();
    tokio::spawn(watch(Arc::clone(state)));
    loop {
        let Ok((stream, from)) = listener.accept().await else { continue };
        let state = Arc::clone(state);
        tokio::spawn(async move {
            let _ = stream.set_nodelay(true);
            let mut reader = BufReader::new(stream.take(0));
            while let Ok(Ok(true)) = timeout(PATIENCE, answer(&mut reader, from.ip(), &state)).await {}
        });
    }
}

/// Measures how late this thread comes to its work.
async fn watch(state: Arc<Mutex<State>>) {
    const NAP: Duration = Duration::from_millis(5);
    loop {
        let start = Instant::now();
        tokio::time::sleep(NAP).await;
        let mut state = state.lock().unwrap();
        state.latest = state.latest.max(start.elapsed().saturating_sub(NAP));
    }
}

/// One request and its reply. Gives whether there may be another one.
async fn answer(reader: &mut BufReader<Take<TcpStream>>, from: IpAddr, state: &Mutex<State>) -> std::io::Result<bool> {
    reader.get_mut().set_limit(LARGEST_REQUEST);
    let mut lines = Vec::new();
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).await? == 0 {
            // It went away, and has asked for nothing.
            return Ok(false);
        }
        if line.trim_end().is_empty() {
            break;
        }
        lines.push(line.trim_end().to_owned());
    }
    // Nothing is awaited between the two, so that requests are counted in the order of their arrival.
    let (mut reply, keeps) = {
        let mut state = state.lock().unwrap();
        (state.reply(Instant::now(), from, &lines), state.plan.keeps)
    };
    let length = header(&lines, "content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
    tokio::io::copy(&mut (&mut *reader).take(length), &mut tokio::io::sink()).await?;
    let stream = reader.get_mut().get_mut();
    if !keeps {
        reply = reply.replacen("\r\n", "\r\nconnection: close\r\n", 1);
    }
    stream.write_all(reply.as_bytes()).await?;
    if !keeps {
        stream.shutdown().await?;
    }
    Ok(keeps)
}

fn header<'a>(lines: &'a [String], name: &str) -> Option<&'a str> {
    let mut headers = lines.iter().filter_map(|line| line.split_once(':'));
    headers.find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim())
}

impl State {
    fn reply(&mut self, at: Instant, ip: IpAddr, lines: &[String]) -> String {
        let target = lines.first().map(String::as_str).unwrap_or_default();
        let mut words = target.split([' ', '?']);
        let (method, path) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        let path = path.strip_prefix("/api/v2/").unwrap_or_default();
        let provider = path.strip_prefix("oauth/").and_then(|path| path.strip_suffix("/init"));
        let provider = PROVIDERS.into_iter().find(|known| method == "POST" && Some(*known) == provider);
        let polled = path.strip_prefix("oauth/session/status/").filter(|_| method == "GET");
        let key = header(lines, "authorization").unwrap_or_default();

        let over =
            if self.plan.is_unlimited { None } else { self.limits.arrive(at, &Caller { ip, key, starts: provider }) };
        let over = self.block(at, provider).or(over);
        let refused = over.as_ref().map(|over| over.limit);
        let (call, reply) = match (provider, polled) {
            (Some(provider), _) if refused.is_none() => {
                let (id, reply) = self.begin(at, provider);
                (Call::Start(provider, Some(id)), reply)
            }
            (Some(provider), _) => (Call::Start(provider, None), String::new()),
            (None, Some(id)) if refused.is_none() => (Call::Poll(id.to_owned()), self.tell(at, id)),
            (None, Some(id)) => (Call::Poll(id.to_owned()), String::new()),
            (None, None) if path.starts_with("accounts") => (Call::Other, ok(r#"{"items":[]}"#)),
            (None, None) => (Call::Other, not_found()),
        };
        self.seen.push(Seen { at, call, refused });
        over.map_or(reply, |over| too_many(&over))
    }

    /// The block that the first start with Google brings upon itself and all that follow.
    fn block(&mut self, at: Instant, provider: Option<&str>) -> Option<Over> {
        if !self.plan.blocks || provider != Some("google") {
            return None;
        }
        let until = *self.blocked.get_or_insert(at + BLOCK);
        Some(Over { limit: "the block", wait: until.duration_since(at) })
    }

    fn begin(&mut self, at: Instant, provider: &str) -> (String, String) {
        let id = format!("s{}", self.named);
        self.named += 1;
        let ready = (!self.plan.is_driven).then_some(at + self.plan.delay);
        self.sessions.insert(id.clone(), Session { ready, email: None });
        let expires = Timestamp::now() + SignedDuration::from_mins(10);
        let url = &self.url;
        let signed = "%2B".repeat(SIGNED / 3);
        let reply = ok(&format!(
            r#"{{"session_id":"{id}","auth_url":"{url}/consent/{provider}?state={id}.{signed}","expires_at":"{expires:.3}"}}"#
        ));
        (id, reply)
    }

    /// A session's state. Its success is told once.
    fn tell(&mut self, at: Instant, id: &str) -> String {
        match self.sessions.get(id) {
            None => return not_found(),
            Some(Session { ready: Some(ready), .. }) if *ready <= at => {}
            Some(_) => return ok(r#"{"status":"pending"}"#),
        }
        let email = self.sessions.remove(id).and_then(|session| session.email);
        let email = email.unwrap_or_else(|| format!("{id}@acme.com"));
        ok(&format!(r#"{{"status":"success","email":"{email}","name":"Ada {id}"}}"#))
    }
}

fn ok(body: &str) -> String {
    reply("200 OK", "", body)
}

fn not_found() -> String {
    reply("404 Not Found", "", r#"{"statusCode":404,"error":"Not Found","message":"Session not found"}"#)
}

fn too_many(over: &Over) -> String {
    // In whole seconds, of which the last one that has begun counts.
    let seconds = over.wait.as_secs() + u64::from(over.wait.subsec_nanos() > 0);
    let body = format!(r#"{{"statusCode":429,"error":"Too Many Requests","message":"Too many: {}"}}"#, over.limit);
    reply("429 Too Many Requests", &format!("retry-after: {seconds}\r\n"), &body)
}

fn reply(status: &str, headers: &str, body: &str) -> String {
    let date = httpdate::fmt_http_date(SystemTime::now());
    let length = body.len();
    format!(
        "HTTP/1.1 {status}\r\ndate: {date}\r\ncontent-type: application/json\r\n{headers}content-length: {length}\r\n\r\n{body}"
    )
}
