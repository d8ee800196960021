//! The rules as tables, and the server over real sockets. No test waits: time is handed in.

mod accounts;
mod api;
mod consent;
mod limits;
mod owners;
mod refusals;
mod sessions;
mod speed;
mod wire;

use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use jiff::Timestamp;
use serde_json::Value;

use super::call::{Call, Content, Reply};
use super::faults::Faults;
use super::moment::later;
use super::pace::Pace;
use super::rules::{Service, Settings};
use super::scenario::Scenario;

const KEY: &str = "Bearer sandbox-acme";
const FORM: &str = "application/x-www-form-urlencoded";
const TTL: Duration = Duration::from_secs(600);
const DELAY: Duration = Duration::from_millis(1500);
const BASE: &str = "http://127.0.0.1:7070";

/// A service and the time it is told.
struct Lab {
    service: Service,
    now: Timestamp,
}

/// A reply, or none where the connection was dropped.
#[derive(Debug)]
struct Got {
    status: u16,
    json: Value,
    html: String,
    retry_after: Option<u64>,
    reason: Option<&'static str>,
}

impl Lab {
    fn new(scenario: Scenario) -> Self {
        Self::with(scenario, |_| {})
    }

    fn with(scenario: Scenario, adjust: impl FnOnce(&mut Settings)) -> Self {
        let (base_url, faults) = (BASE.to_owned(), Faults::default());
        let (init_limit, call_limit, pace) = (75, 100, Pace::new(1.0));
        let (delay, ttl, seed, first_id) = (DELAY, TTL, 0, 1);
        let mut settings =
            Settings { base_url, scenario, delay, ttl, init_limit, call_limit, pace, faults, seed, first_id };
        adjust(&mut settings);
        Self { service: Service::new(settings), now: "2026-08-01T12:00:00Z".parse().unwrap() }
    }

    fn pass(&mut self, time: Duration) {
        self.now = later(self.now, time);
    }

    fn send(&mut self, call: &Call<'_>) -> Option<Got> {
        match self.service.handle(call, self.now) {
            Reply::HangUp => None,
            Reply::Answer(answer) => {
                let (json, html) = match answer.content {
                    Content::Json(json) => (json, String::new()),
                    Content::EdgeHtml(html) => (Value::Null, html.to_owned()),
                    Content::Page(page) => (Value::Null, page.html()),
                };
                let (status, retry_after, reason) = (answer.status, answer.retry_after, answer.reason);
                Some(Got { status, json, html, retry_after, reason })
            }
        }
    }

    fn get_as(&mut self, key: &str, path: &str) -> Got {
        self.send(&Call { authorization: Some(key), ..call("GET", path) }).unwrap()
    }

    fn get(&mut self, path: &str) -> Got {
        self.get_as(KEY, path)
    }

    fn status(&mut self, id: &str) -> Got {
        self.get(&format!("/api/v2/oauth/session/status/{id}"))
    }

    fn init_as(&mut self, key: &str, provider: &str) -> Got {
        let path = format!("/api/v2/oauth/{provider}/init");
        let call = call("POST", &path);
        let content_type = Some("application/json");
        self.send(&Call { authorization: Some(key), content_type, body: b"{}", ..call }).unwrap()
    }

    /// Begins a session of acme's; its id and link.
    fn begin(&mut self, provider: &str) -> (String, String) {
        let got = self.init_as(KEY, provider);
        assert_eq!(got.status, 200, "{got:?}");
        (text(&got.json["session_id"]), text(&got.json["auth_url"]))
    }

    /// Connects a mailbox through the page, as a person of this workspace would, and returns what the page says.
    fn connect(&mut self, key: &str, provider: &str, mailbox: &str) -> (String, Got) {
        let got = self.init_as(key, provider);
        let page = self.decide(&text(&got.json["auth_url"]), &[("decision", "allow"), ("mailbox", mailbox)]);
        (text(&got.json["session_id"]), page)
    }

    fn open(&mut self, link: &str) -> Got {
        self.send(&call("GET", link.strip_prefix(BASE).unwrap())).unwrap()
    }

    /// Sends the form of the page of this link.
    fn decide(&mut self, link: &str, fields: &[(&str, &str)]) -> Got {
        let body = form(link, fields);
        let path = link.strip_prefix(BASE).unwrap().split('?').next().unwrap();
        let call = call("POST", path);
        self.send(&Call { content_type: Some(FORM), body: body.as_bytes(), ..call }).unwrap()
    }
}

/// A call without a key, to a path that may have a query.
fn call<'a>(method: &'a str, path: &'a str) -> Call<'a> {
    let (path, query) = path.split_once('?').map_or((path, None), |(path, query)| (path, Some(query)));
    Call {
        method,
        path,
        query,
        authorization: None,
        content_type: None,
        host: Some("127.0.0.1:7070"),
        origin: None,
        fetch_site: None,
        address: IpAddr::V4(Ipv4Addr::LOCALHOST),
        body: b"",
    }
}

fn state(link: &str) -> &str {
    link.split(['?', '&']).find_map(|pair| pair.strip_prefix("state=")).unwrap()
}

fn form(link: &str, fields: &[(&str, &str)]) -> String {
    let mut form = url::form_urlencoded::Serializer::new(String::new());
    form.append_pair("state", state(link)).extend_pairs(fields).finish()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}
