//! The rules behind a socket: HTTP/1.1 on the loopback address, everything else is decided by `rules`.

use std::fmt;
use std::hash::{BuildHasher, RandomState};
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::body::{Body, Bytes, Incoming};
use hyper::header::{self, HeaderName, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use jiff::Timestamp;
use tokio::net::{TcpListener, TcpSocket, TcpStream};

use super::call::{Answer, Call, Content, Reply};
use super::connections::{Connections, Idle, Room};
use super::faults::Faults;
use super::pace::Pace;
use super::page::POLICY;
use super::rules::{Service, Settings};
use super::scenario::Scenario;
use super::shared::{Clock, Log, People, Shared};
use crate::error::Error;

/// The longest body that is read, in bytes. The longest that is needed, a form, is below one kilobyte.
const LONGEST_BODY: u64 = 16 * 1024;
/// How long a body may take to arrive.
const BODY_PATIENCE: Duration = Duration::from_secs(10);
/// How long a connection may take to send a request's head, or lie idle until the next one.
const HEAD_PATIENCE: Duration = Duration::from_secs(30);
/// How many may be knocking until they are let in, as far as the system allows it. The usual 128 are too few for hundreds
/// of clients at one moment: whoever comes on top of them tries again a second later, then three.
const BACKLOG: u32 = 1024;
/// How long to leave a listener alone that could not accept, as when the process has no file descriptor left; and until
/// to look again, where all places are taken, whether a connection has become idle.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// How a sandbox is to behave. Durations are in the service's own time, of which [`Options::speed`] says how fast it is.
pub struct Options {
    /// What happens to each session.
    pub scenario: Scenario,
    /// What the outcomes are drawn from in [`Scenario::Mixed`]; 0 by default. No other scenario looks at it.
    pub seed: u64,
    /// From init until the simulated person acts; 1.5 seconds by default.
    pub delay: Duration,
    /// How long a session lives; ten minutes by default, as in the service. Its end is remembered for as long again.
    pub ttl: Duration,
    /// Sessions a minute for each workspace and provider, and twice as many for each address and provider; 75 by default,
    /// as in the service, and 0 refuses all.
    pub init_limit: u32,
    /// Calls of any kind a second for each workspace, and 60 times as many a minute; 100 by default, as in the service,
    /// and 0 refuses all.
    pub call_limit: u32,
    /// How many times faster than real time everything passes that the service times, from 1 (the default) to 100,000:
    /// limits, blocks, the lives of sessions, the person's delay. What it tells is real: times, and how long to wait.
    pub speed: f64,
    /// What goes wrong besides.
    pub faults: Faults,
    /// The port on 127.0.0.1; 0, the default, takes any free one.
    pub port: u16,
    /// Told of each request.
    pub log: Option<Log>,
    /// The sandbox's clock, which its `Date` headers show too; the system's by default.
    pub clock: Clock,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            scenario: Scenario::default(),
            seed: 0,
            delay: Duration::from_millis(1500),
            ttl: Duration::from_secs(600),
            init_limit: 75,
            call_limit: 100,
            speed: 1.0,
            faults: Faults::default(),
            port: 0,
            log: None,
            clock: Box::new(Timestamp::now),
        }
    }
}

/// A sandbox that listens, and answers once it is served.
pub struct Sandbox {
    listener: TcpListener,
    base_url: String,
    shared: Arc<Shared>,
    pub(super) room: Room,
}

impl Sandbox {
    /// Listens on the loopback address. A port that cannot be had is a usage error if it was asked for.
    #[expect(clippy::unused_async, reason = "it needs a runtime, and whoever can await it has one")]
    pub async fn bind(options: Options) -> Result<Self, Error> {
        let listener = listen(SocketAddr::from((Ipv4Addr::LOCALHOST, options.port)));
        let listener = listener.map_err(|error| cannot_listen(options.port, error))?;
        let address = listener.local_addr().map_err(|error| cannot_listen(options.port, error))?;
        let base_url = format!("http://{address}");
        let settings = Settings {
            base_url: base_url.clone(),
            scenario: options.scenario,
            delay: options.delay,
            ttl: options.ttl,
            init_limit: options.init_limit,
            call_limit: options.call_limit,
            pace: Pace::new(options.speed),
            faults: options.faults,
            seed: options.seed,
            // The standard library's only source of randomness, so that two sandboxes do not share their identifiers.
            first_id: RandomState::new().hash_one(address),
        };
        let shared = Arc::new(Shared::new(Service::new(settings), options.clock, options.log));
        Ok(Self { listener, base_url, shared, room: Room::default() })
    }

    /// `http://127.0.0.1:PORT`.
    #[must_use]
    pub fn base_url(&self) -> String {
        self.base_url.clone()
    }

    /// A key that it takes, of the workspace `acme`.
    #[must_use]
    pub fn api_key(&self) -> &'static str {
        "sandbox-acme"
    }

    /// By which it can be told whom it plays, while it is served too.
    #[must_use]
    pub fn people(&self) -> People {
        People::of(&self.shared)
    }

    /// Serves until the future is dropped, which closes every connection. What fails on one of them ends only that.
    /// Needs the runtime's I/O and time.
    pub async fn serve(self) -> std::convert::Infallible {
        let mut connections = Connections::new(self.room);
        loop {
            tokio::select! {
                accepted = self.listener.accept(), if connections.has_room() => {
                    if let Ok((stream, peer)) = accepted {
                        connections.serve(|idle| converse(Arc::clone(&self.shared), stream, peer, idle));
                    } else {
                        connections.dismiss_one();
                        tokio::time::sleep(ACCEPT_PAUSE).await;
                    }
                }
                () = connections.end_of_one() => {}
                () = tokio::time::sleep(ACCEPT_PAUSE), if connections.is_crowded() => {}
            }
            if connections.is_crowded() {
                connections.dismiss_one();
            }
        }
    }
}

fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = TcpSocket::new_v4()?;
    // A port is free again as soon as its last sandbox is gone. On Windows the option means something else.
    #[cfg(unix)]
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

fn cannot_listen(port: u16, error: io::Error) -> Error {
    let failure = match (port, error.kind()) {
        (0, _) => Error::internal("cannot listen on 127.0.0.1"),
        (_, io::ErrorKind::AddrInUse) => Error::usage(format!("port {port} of 127.0.0.1 is in use")),
        _ => Error::usage(format!("cannot listen on port {port} of 127.0.0.1")),
    };
    let failure = failure.because(error);
    if port == 0 { failure } else { failure.hint("choose another with --port, or leave --port out for any free one") }
}

/// Serves one connection to its end. Its errors are the peer's affair (it went away, or sent no HTTP) or are wanted,
/// as when the rules say to hang up.
async fn converse(shared: Arc<Shared>, stream: TcpStream, peer: SocketAddr, idle: Idle) {
    // A reply is written in one piece; waiting to fill a packet could only delay it. Failing to say so is harmless.
    let _ = stream.set_nodelay(true);
    let service = service_fn(async |request| {
        idle.set(false);
        let reply = answer(&shared, peer, request).await;
        idle.set(true);
        reply
    });
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(HEAD_PATIENCE);
    let _ = http.serve_connection(TokioIo::new(stream), service).await;
}

/// The error that makes hyper drop a connection without a byte of reply.
#[derive(Debug)]
struct HangUp;

impl fmt::Display for HangUp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the reply is lost on purpose")
    }
}

impl std::error::Error for HangUp {}

async fn answer(
    shared: &Shared,
    peer: SocketAddr,
    request: Request<Incoming>,
) -> Result<Response<Full<Bytes>>, HangUp> {
    let (head, body) = request.into_parts();
    let text = |name: HeaderName| head.headers.get(name).and_then(|value| value.to_str().ok());
    let body = read(body).await;
    let (reply, now) = match body {
        Err(refusal) => (Reply::Answer(refusal), shared.time()),
        Ok(body) => {
            let call = Call {
                method: head.method.as_str(),
                path: head.uri.path(),
                query: head.uri.query(),
                authorization: text(header::AUTHORIZATION),
                content_type: text(header::CONTENT_TYPE),
                // A request line that names a host counts for more than the header (RFC 9112, section 3.2.2).
                host: head.uri.authority().map(hyper::http::uri::Authority::as_str).or_else(|| text(header::HOST)),
                origin: text(header::ORIGIN),
                fetch_site: text(HeaderName::from_static("sec-fetch-site")),
                address: peer.ip(),
                body: &body,
            };
            shared.service(|service, now| (service.handle(&call, now), now))
        }
    };
    let reply = match reply {
        Reply::Answer(answer) => Ok(answer),
        Reply::HangUp => Err(HangUp),
    };
    if let Some(log) = &shared.log {
        let outcome = match &reply {
            Ok(Answer { status, reason: Some(reason), .. }) => format!("{status} ({reason})"),
            Ok(answer) => answer.status.to_string(),
            Err(_) => "no reply".to_owned(),
        };
        log(&format!("{} {} {outcome}", head.method, head.uri.path()));
    }
    reply.map(|answer| response(answer, now))
}

/// The whole body, or how a call is refused whose body is not to be had.
async fn read(body: Incoming) -> Result<Bytes, Answer> {
    let too_large = || Answer::problem(413, "Request body is too large");
    if body.size_hint().lower() > LONGEST_BODY {
        return Err(too_large());
    }
    let limit = usize::try_from(LONGEST_BODY).unwrap_or(usize::MAX);
    match tokio::time::timeout(BODY_PATIENCE, Limited::new(body, limit).collect()).await {
        Ok(Ok(body)) => Ok(body.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(too_large()),
        Ok(Err(_)) => Err(Answer::problem(400, "Request body is broken")),
        Err(_) => Err(Answer::problem(408, "Request body did not arrive in time")),
    }
}

fn response(answer: Answer, now: Timestamp) -> Response<Full<Bytes>> {
    let (content_type, is_page, body) = match answer.content {
        Content::Json(value) => ("application/json; charset=utf-8", false, value.to_string()),
        Content::EdgeHtml(html) => ("text/html; charset=UTF-8", false, html.to_owned()),
        Content::Page(page) => ("text/html; charset=utf-8", true, page.html()),
    };
    let mut response = Response::new(Full::new(Bytes::from(body)));
    *response.status_mut() = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    // hyper would write the system's time, which is not the sandbox's where a clock was handed in. A time before 1970
    // has no such form.
    let date = httpdate::fmt_http_date(SystemTime::from(now.max(Timestamp::UNIX_EPOCH)));
    headers.extend(HeaderValue::from_str(&date).map(|date| (header::DATE, date)));
    headers.extend(answer.retry_after.map(|seconds| (header::RETRY_AFTER, HeaderValue::from(seconds))));
    headers.extend(answer.allow.map(|methods| (header::ALLOW, HeaderValue::from_static(methods))));
    if is_page {
        headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
        headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        // Not no-referrer: under it a browser sends `Origin: null` with this page's own form, by which it could not be
        // told from a foreign one. Nothing leads from here to another origin, so this gives away as little.
        headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    }
    response
}
