use std::cell::RefCell;
use std::net::TcpListener;

use httpmock::Method::{GET, POST};
use httpmock::MockServer;
use reqwest::dns::{Name, Resolve, Resolving};

use super::*;
use crate::model::event::{Event, Progress};
use crate::model::failure::NetworkKind;
use crate::model::session::Account;

const KEY: &str = "c2VjcmV0LWtleQ==:dGVzdA/+";
const JSON: &str = "application/json";
const HTML: &str = "text/html; charset=utf-8";
const PAGE: &str = "<!doctype html><title>Attention required</title>";

/// Keeps what is traced.
#[derive(Default)]
struct Notes(RefCell<Vec<String>>);

impl Sink for Notes {
    fn emit(&self, event: Event) {
        if let Event::Trace(_, text) = event {
            self.0.borrow_mut().push(text);
        }
    }

    fn draw(&self, _: Progress) {}

    fn frame(&self) -> Duration {
        Duration::from_secs(1)
    }

    fn deserted(&self) -> bool {
        false
    }

    fn verbosity(&self) -> u8 {
        2
    }
}

fn noon() -> Timestamp {
    "2026-08-01T12:00:00Z".parse().unwrap()
}

fn config(base: &str) -> Config {
    Config {
        base: BaseUrl::parse(base).unwrap(),
        key: SecretString::from(KEY),
        timeout: Duration::from_secs(30),
        roots: Roots::default(),
        proxy: None,
        keep: Duration::ZERO,
    }
}

fn client(base: &str) -> (Client, Rc<Notes>) {
    let notes = Rc::new(Notes::default());
    (Client::new(config(base), Rc::clone(&notes) as Rc<dyn Sink>, noon).unwrap(), notes)
}

fn id() -> SessionId {
    SessionId::parse("s1").unwrap()
}

/// What a status request comes back with where the server answers like this, and what was traced.
async fn status(code: u16, kind: &str, headers: &[(&str, &str)], body: &str) -> (Reply, String) {
    let server = MockServer::start_async().await;
    let mock = server.mock(|when, then| {
        when.method(GET)
            .path("/api/v2/oauth/session/status/s1")
            .header("authorization", format!("Bearer {KEY}"))
            .header("user-agent", concat!("instantly-oauth/", env!("CARGO_PKG_VERSION")));
        let then = then.status(code).header("content-type", kind).body(body);
        headers.iter().fold(then, |then, (name, value)| then.header(*name, *value));
    });
    let (client, notes) = client(&server.base_url());
    let reply = client.status(&id(), Duration::MAX).await;
    mock.assert_calls(1);
    (reply, notes.0.take().join("\n"))
}

/// The same for a session's start.
async fn init(code: u16, kind: &str, headers: &[(&str, &str)], body: &str) -> Result<Started, Failure> {
    let server = MockServer::start_async().await;
    let mock = server.mock(|when, then| {
        when.method(POST)
            .path("/api/v2/oauth/google/init")
            .header("authorization", format!("Bearer {KEY}"))
            .header("content-type", JSON)
            .body("{}");
        let then = then.status(code).header("content-type", kind).body(body);
        headers.iter().fold(then, |then, (name, value)| then.header(*name, *value));
    });
    let reply = client(&server.base_url()).0.init(Provider::Google).await;
    mock.assert_calls(1);
    reply
}

fn refused(refusal: Refusal) -> Failure {
    Failure::Refused { refusal, message: Some("as said".into()) }
}

fn throttled(throttle: Throttle, seconds: Option<u64>) -> Failure {
    Failure::Throttled { throttle, after: seconds.map(Duration::from_secs), message: Some("as said".into()) }
}

fn other(status: u16, message: &str) -> Failure {
    Failure::Status { status, message: Some(message.into()), own: !message.starts_with("an HTML page") }
}

/// How a server answers (status, content type, headers, body), what failure that is, and whether it may have cost a
/// result.
type Case = (u16, &'static str, Vec<(&'static str, &'static str)>, &'static str, Failure, bool);

/// Every kind of failure that an answer can be.
fn failures() -> Vec<Case> {
    let body = r#"{"statusCode":0,"error":"X","message":"as said"}"#;
    let page = "an HTML page, \"Attention required\"";
    let unusable = |what: &str| Failure::Unusable { what: what.into() };
    let date = ("date", "Sat, 01 Aug 2026 11:00:00 GMT");
    vec![
        (401, JSON, vec![], body, refused(Refusal::Key), false),
        (402, JSON, vec![], body, refused(Refusal::Plan), false),
        (403, JSON, vec![], body, refused(Refusal::Scope), false),
        (403, "text/plain", vec![], "{\"message\":\"as said\"}", refused(Refusal::Scope), false),
        (401, HTML, vec![], PAGE, other(401, page), false),
        (402, HTML, vec![], PAGE, other(402, page), false),
        (403, HTML, vec![], PAGE, other(403, page), false),
        // A page in front of the API knows nothing of sessions.
        (404, HTML, vec![], PAGE, other(404, page), false),
        // What the header calls it does not count.
        (403, JSON, vec![], PAGE, other(403, page), false),
        (403, HTML, vec![], body, refused(Refusal::Scope), false),
        (429, JSON, vec![], body, throttled(Throttle::Limit, None), false),
        (429, JSON, vec![("retry-after", "42")], body, throttled(Throttle::Limit, Some(42)), false),
        (429, JSON, vec![("retry-after", "soon")], body, throttled(Throttle::Limit, None), false),
        // Measured against the server's clock where there is one, else against ours.
        (
            429,
            JSON,
            vec![date, ("retry-after", "Sat, 01 Aug 2026 11:01:00 GMT")],
            body,
            throttled(Throttle::Limit, Some(60)),
            false,
        ),
        (503, JSON, vec![("retry-after", "7")], body, throttled(Throttle::Outage, Some(7)), true),
        (503, "text/plain", vec![], "as said", throttled(Throttle::Outage, None), true),
        (500, JSON, vec![], body, other(500, "as said"), true),
        (500, JSON, vec![], r#"{"statusCode":500,"error":"X"}"#, other(500, "X"), true),
        (502, HTML, vec![], PAGE, other(502, page), true),
        (504, HTML, vec![], "<html>", other(504, "an HTML page"), true),
        (500, JSON, vec![], "", Failure::Status { status: 500, message: None, own: false }, true),
        (408, JSON, vec![], body, other(408, "as said"), true),
        (301, JSON, vec![("location", "/elsewhere")], body, other(301, "as said"), false),
        (400, JSON, vec![], body, other(400, "as said"), false),
        (200, HTML, vec![], PAGE, unusable("it is an HTML page, \"Attention required\""), true),
        (200, JSON, vec![], "", unusable("it is empty"), true),
        (204, JSON, vec![], "", unusable("it is empty"), true),
        (200, JSON, vec![], "[1]", unusable("it is not a complete JSON object"), true),
        (200, "text/plain", vec![], "ok", unusable("it is not a complete JSON object"), true),
    ]
}

#[tokio::test]
async fn every_answer_that_is_not_a_success_has_its_type() {
    for (code, kind, headers, body, failure, costs) in failures() {
        assert!(failure.reached(), "{failure:?}");
        assert_eq!(failure.may_have_cost_a_result(), costs, "{failure:?}");
        let (reply, _) = status(code, kind, &headers, body).await;
        assert_eq!(reply, Reply::Failed(failure.clone()), "{code} {kind} {headers:?} {body}");
        assert_eq!(init(code, kind, &headers, body).await, Err(failure), "{code} {kind} {headers:?} {body}");
    }
}

#[tokio::test]
async fn a_refusal_in_plain_text_counts_save_where_a_session_is_waited_for() {
    let text = "text/plain";
    let elsewhere = |status, message: &str| Failure::Status { status, message: Some(message.into()), own: false };
    for (code, refusal) in [(401, Refusal::Key), (402, Refusal::Plan), (403, Refusal::Scope)] {
        let polled = if code == 403 { elsewhere(403, "as said") } else { refused(refusal) };
        assert_eq!(status(code, text, &[], "as said").await.0, Reply::Failed(polled), "{code}");
        assert_eq!(init(code, text, &[], "as said").await, Err(refused(refusal)), "{code}");
    }
    let lost = elsewhere(404, "default backend");
    assert_eq!(status(404, text, &[], "default backend").await.0, Reply::Failed(lost));
}

#[tokio::test]
async fn a_404_is_about_the_session_only_where_one_was_asked_for() {
    for (body, message) in [(r#"{"message":"as said"}"#, Some("as said".to_owned())), ("", None)] {
        let failure = Failure::NotFound { message: message.clone() };
        assert!(failure.reached() && !failure.may_have_cost_a_result());
        assert_eq!(status(404, JSON, &[], body).await.0, Reply::Failed(failure));
        assert_eq!(
            init(404, JSON, &[], body).await,
            Err(Failure::Status { status: 404, message, own: !body.is_empty() })
        );
    }
}

#[tokio::test]
async fn every_success_is_read() {
    let account = Account { email: Some("ada@acme.com".into()), name: None };
    for (code, kind, body, reply) in [
        (200, JSON, r#"{"status":"pending"}"#, Reply::Pending),
        (200, HTML, r#"{"status":"expired"}"#, Reply::Expired),
        (201, "text/plain", r#"{"status":"success","email":"ada@acme.com"}"#, Reply::Success(account)),
        (200, JSON, r#"{"status":"error","error":"x"}"#, Reply::Error { code: Some("x".into()), description: None }),
        (200, JSON, r#"{"status":"odd"}"#, Reply::Unknown("odd".into())),
        (200, JSON, r#"{"x":1}"#, Reply::Failed(Failure::Unusable { what: "it has no status".into() })),
    ] {
        assert_eq!(status(code, kind, &[], body).await.0, reply, "{body}");
    }
    let body = r#"{"session_id":"s1","auth_url":"https://x/?a=%2f","expires_at":"2026-08-01T12:10:00.000Z"}"#;
    let reply = init(200, JSON, &[("date", "Sat, 01 Aug 2026 12:00:00 GMT")], body).await.unwrap();
    assert_eq!((reply.id, reply.auth_url.as_str()), (id(), "https://x/?a=%2f"));
    assert_eq!((reply.server_now, reply.expires_at), (Some(noon()), "2026-08-01T12:10:00Z".parse().ok()));
}

#[tokio::test]
async fn a_key_that_a_server_repeats_is_passed_on_to_nobody() {
    let long = |before: usize| format!("{}{KEY} is unknown", "x".repeat(before));
    let hidden = |text: &str| (0..=KEY.len() - 8).all(|from| !text.contains(&KEY[from..from + 8]));
    let json = |text: &str| serde_json::json!({ "message": text }).to_string();
    for body in [
        json(&format!("the key {KEY} is unknown")),
        json(&format!("Bearer {KEY}{KEY}")),
        // The cut at 300 characters falls into the key.
        json(&long(285)),
        json(&long(299)),
        format!("unknown: {KEY}"),
        long(290),
        format!("<title>{}</title>", long(0)),
        format!("<title>{}</title>", long(270)),
    ] {
        for code in [401, 403, 404, 429, 500, 503, 200] {
            let (reply, trace) = status(code, JSON, &[("server", KEY), ("x-request-id", KEY)], &body).await;
            let Reply::Failed(failure) = reply else { panic!("{reply:?}") };
            assert!(hidden(&format!("{failure:?} {failure}")), "{code} {body}: {failure:?}");
            assert!(hidden(&trace) && trace.contains("server: [API key]"), "{code}: {trace}");
            let failure = init(code, JSON, &[], &body).await.unwrap_err();
            assert!(hidden(&format!("{failure:?} {failure}")), "{code} {body}: {failure:?}");
        }
    }
}

#[test]
fn the_key_is_marked_as_a_secret() {
    let (client, _) = client("http://127.0.0.1:1");
    let shown = format!("{:?} {:?}", client.http, client.config);
    assert!(shown.contains("Sensitive") && !shown.contains(KEY), "{shown}");
}

#[test]
fn a_key_that_cannot_be_a_header_is_refused_without_its_value() {
    let config = Config { key: SecretString::from("se\ncret"), ..config("http://127.0.0.1:1") };
    let error = Client::new(config, Rc::new(Notes::default()), noon).err().unwrap();
    assert_eq!(error.outcome.code(), 2);
    assert!(!error.to_string().contains("cret"), "{error}");
}

#[tokio::test]
async fn where_nobody_listens_nothing_was_sent() {
    let socket = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None).unwrap();
    socket.bind(&std::net::SocketAddr::from(([127, 0, 0, 1], 0)).into()).unwrap();
    let address = socket.local_addr().unwrap().as_socket().unwrap();
    let (client, notes) = client(&format!("http://{address}"));
    let Reply::Failed(failure) = client.status(&id(), Duration::MAX).await else { panic!() };
    assert!(matches!(failure, Failure::Network { kind: NetworkKind::Connect, sent: false, .. }), "{failure:?}");
    assert!(!failure.reached() && !failure.may_have_cost_a_result());
    assert!(notes.0.take().join("\n").contains("nothing was sent"));
}

#[tokio::test]
async fn where_nobody_answers_the_request_may_have_arrived() {
    // The system accepts the connection and takes the request; nobody ever reads it.
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let config = Config { timeout: Duration::from_millis(300), ..config(&base) };
    let notes = Rc::new(Notes::default());
    let client = Client::new(config, Rc::clone(&notes) as Rc<dyn Sink>, noon).unwrap();
    let Reply::Failed(failure) = client.status(&id(), Duration::MAX).await else { panic!() };
    assert!(matches!(failure, Failure::Network { kind: NetworkKind::Timeout, sent: true, .. }), "{failure:?}");
    assert!(failure.reached() && failure.may_have_cost_a_result());
    assert!(notes.0.take().join("\n").contains("may have reached the server"));
}

#[tokio::test]
async fn a_name_that_does_not_resolve_is_told_apart() {
    struct Nowhere;

    impl Resolve for Nowhere {
        fn resolve(&self, _: Name) -> Resolving {
            Box::pin(async { Err("no such host".into()) })
        }
    }

    let tls = tls::config(None, |_| ()).unwrap();
    let http = reqwest::Client::builder().tls_backend_preconfigured(tls).no_proxy().dns_resolver(Nowhere);
    let error = http.build().unwrap().get("http://api.example/").send().await.unwrap_err();
    let failure = network::failure(error);
    assert!(matches!(failure, Failure::Network { kind: NetworkKind::Dns, sent: false, .. }), "{failure:?}");
    assert!(failure.to_string().contains("no such host"), "{failure}");
}

#[tokio::test]
async fn what_is_sent_and_received_is_traced() {
    let headers = [("date", "Sat, 01 Aug 2026 12:00:00 GMT"), ("set-cookie", "a=b"), ("cf-ray", "8f")];
    let (_, trace) = status(200, JSON, &headers, r#"{"status":"pending"}"#).await;
    let lines: Vec<_> = trace.lines().collect();
    assert!(lines[0].starts_with("> GET http://127.0.0.1:") && lines[0].ends_with("/status/s1"), "{trace}");
    assert!(lines.contains(&"<   cf-ray: 8f") && lines.contains(&"<   content-length: 20"), "{trace}");
    assert!(lines.last().is_some_and(|line| line.starts_with("< 200 OK, 20 bytes, ")), "{trace}");
    assert!(!trace.contains("a=b") && !trace.contains("Bearer"), "{trace}");
}
