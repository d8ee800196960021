//! The calls.

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use jiff::Timestamp;
use reqwest::header::{
    AUTHORIZATION, CONTENT_ENCODING, CONTENT_TYPE, DATE, HeaderMap, HeaderValue, LOCATION, RETRY_AFTER,
};
use reqwest::{Method, StatusCode, redirect, retry};
use secrecy::{ExposeSecret, SecretString};

use super::patience::Patience;
use super::proxy::ProxyChoice;
use super::tls::{self, Roots};
use super::{network, wire};
use crate::error::Error;
use crate::model::base_url::BaseUrl;
use crate::model::event::{Event, Sink, trace};
use crate::model::failure::{Failure, Refusal, Throttle};
use crate::model::poll::Reply;
use crate::model::provider::Provider;
use crate::model::retry::retry_after;
use crate::model::server_clock::Ahead;
use crate::model::session::{Account, SessionId, Started};

/// The largest body that is read, in bytes. Those about sessions are under a kilobyte.
const LARGEST_BODY: usize = 1 << 20;

/// The longest wait for a connection. It is kept below the whole request's limit, so that a host that does not
/// answer at all is known for one that nothing was sent to.
pub(super) const LONGEST_CONNECT: Duration = Duration::from_secs(10);

/// The shortest key that is looked for in what a server says, in bytes.
const SHORTEST_SECRET: usize = 6;

/// What a client needs to know.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where the API is.
    pub base: BaseUrl,
    /// The workspace's API key: visible ASCII.
    pub key: SecretString,
    /// For one request, from connecting to the last byte of its reply.
    pub timeout: Duration,
    /// The certificate authorities to trust.
    pub roots: Roots,
    /// The proxy to go through.
    pub proxy: Option<ProxyChoice>,
    /// For how long after a reply its connection may be used again. A request on a connection that its server is just
    /// closing is lost without anyone knowing how far it came, which is likely only where it has been idle for long.
    pub keep: Duration,
}

/// A client for one workspace.
pub struct Client {
    http: reqwest::Client,
    config: Config,
    sink: Rc<dyn Sink>,
    now: fn() -> Timestamp,
    clock: Cell<Option<Ahead>>,
    documented: Cell<bool>,
}

/// What came back: its status, the headers that matter, and as much of its body as arrived.
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) server_now: Option<Timestamp>,
    retry_after: Option<Duration>,
    /// Where a redirect leads: the host alone, as the rest may be a secret.
    elsewhere: Option<String>,
    pub(super) body: String,
    pub(super) cut: Option<Failure>,
}

impl Client {
    /// Builds the client. Fails where the key cannot be a header, or a certificate or proxy cannot be used.
    pub fn new(config: Config, sink: Rc<dyn Sink>, now: fn() -> Timestamp) -> Result<Self, Error> {
        let bearer = format!("Bearer {}", config.key.expose_secret());
        let mut bearer =
            HeaderValue::from_str(&bearer).map_err(|_| Error::usage("the API key has a character that no key has"))?;
        bearer.set_sensitive(true);
        let https = config.base.is_https();
        let warn = |text| sink.emit(Event::Warning(text));
        let tls = tls::config(https.then_some(&config.roots), warn)?;
        let mut builder = reqwest::Client::builder()
            .user_agent(concat!("instantly-oauth/", env!("CARGO_PKG_VERSION")))
            .default_headers(HeaderMap::from_iter([(AUTHORIZATION, bearer)]))
            .connect_timeout(LONGEST_CONNECT.min(config.timeout * 2 / 3))
            .pool_max_idle_per_host(if config.keep.is_zero() { 0 } else { usize::MAX })
            .pool_idle_timeout(config.keep)
            .redirect(redirect::Policy::none())
            .retry(retry::never())
            .http1_only()
            .tls_backend_preconfigured(tls);
        builder = match &config.proxy {
            Some(proxy) if proxy.is_used() => builder.proxy(proxy.proxy()?),
            // Nothing but what the desktop's settings say, where there are such: no variable is read a second time.
            None if https && !config.base.is_loopback() => builder,
            _ => builder.no_proxy(),
        };
        // The name means this machine and nothing else, whatever a resolver may say (RFC 6761, 6.3).
        if config.base.is_loopback() && config.base.host().starts_with(|first: char| first.is_ascii_alphabetic()) {
            let here = [([127, 0, 0, 1], 0).into(), ([0, 0, 0, 0, 0, 0, 0, 1], 0).into()];
            builder = builder.resolve_to_addrs(config.base.host(), &here);
        }
        let http = builder.build().map_err(|error| Error::internal("no HTTP client").because(error.without_url()))?;
        Ok(Self { http, config, sink, now, clock: Cell::new(None), documented: Cell::new(false) })
    }

    /// How far the server's clock is from ours, as far as the replies told that came in so far.
    pub fn clock(&self) -> Option<Ahead> {
        self.clock.get()
    }

    /// Whether the last reply was in the words of the API, so that nothing in front of it has answered instead.
    pub fn is_documented(&self) -> bool {
        self.documented.get()
    }

    /// The base URL of the API.
    pub fn service(&self) -> String {
        self.config.base.to_string()
    }

    /// Whether the API is on this machine.
    pub fn is_loopback(&self) -> bool {
        self.config.base.is_loopback()
    }

    /// `POST /api/v2/oauth/{provider}/init`: starts a session. The body is `{}`, since the API documents none and an
    /// empty one is refused for a JSON content type.
    pub async fn init(&self, provider: Provider) -> Result<Started, Failure> {
        let request = self.request(Method::POST, self.config.base.init(provider));
        let request = request.header(CONTENT_TYPE, "application/json").body("{}");
        let answer = self.exchange(request, Duration::MAX, LARGEST_BODY).await?;
        if !answer.status.is_success() {
            return Err(self.refused(&answer, wire::is_html));
        }
        self.usable(wire::started(&answer.body, answer.server_now), answer.cut)
    }

    /// `GET /api/v2/oauth/session/status/{id}`: the session's state. `limit` cuts this request short where it is less
    /// than the configured one.
    ///
    /// The first such request that finds a result destroys it, so this one is not idempotent: whoever repeats it
    /// must know that its reply may have been the result.
    pub async fn status(&self, id: &SessionId, limit: Duration) -> Reply {
        self.state(id, limit).await.unwrap_or_else(Reply::Failed)
    }

    /// The same, with no usable answer as a failure.
    pub async fn state(&self, id: &SessionId, limit: Duration) -> Result<Reply, Failure> {
        let answer = self.exchange(self.request(Method::GET, self.config.base.status(id)), limit, LARGEST_BODY).await?;
        if answer.status == StatusCode::NOT_FOUND && !wire::is_foreign(&answer.body) {
            return Err(Failure::NotFound { message: self.message(&answer.body) });
        }
        if !answer.status.is_success() {
            return Err(self.refused(&answer, wire::is_foreign));
        }
        self.usable(wire::state(&answer.body), answer.cut).map(|reply| self.redacted_reply(reply))
    }

    pub(super) const fn base(&self) -> &BaseUrl {
        &self.config.base
    }

    pub(super) fn request(&self, method: Method, url: url::Url) -> reqwest::RequestBuilder {
        self.http.request(method, url)
    }

    /// Sends one request and reads what comes back, however much that is.
    pub(super) async fn exchange(
        &self,
        request: reqwest::RequestBuilder,
        limit: Duration,
        largest: usize,
    ) -> Result<Answer, Failure> {
        let request = request.build().map_err(network::failure)?;
        trace(&*self.sink, 1, || format!("> {} {}", request.method(), request.url()));
        let sent = (self.now)();
        let result = self.read(request, sent, Patience::new(self.config.timeout.min(limit)), largest).await;
        trace(&*self.sink, 1, || {
            let took = (self.now)().duration_since(sent).as_millis();
            match &result {
                Ok(Answer { status, body, cut: None, .. }) => format!("< {status}, {} bytes, {took} ms", body.len()),
                Ok(Answer { status, body, cut: Some(cut), .. }) => {
                    format!("< {status}, {} bytes and then nothing ({cut}), {took} ms", body.len())
                }
                Err(failure) => format!("< {failure}, {took} ms; {}", network::reach(failure)),
            }
        });
        result
    }

    async fn read(
        &self,
        request: reqwest::Request,
        sent: Timestamp,
        mut patience: Patience,
        largest: usize,
    ) -> Result<Answer, Failure> {
        let response = patience.wait(self.http.execute(request)).await?;
        let mut response = response.map_err(|error| self.redacted(network::failure(error)))?;
        self.trace_headers(response.headers());
        let server_now = wire::header(response.headers(), &DATE).and_then(|date| httpdate::parse_http_date(date).ok());
        let server_now = server_now.and_then(|date| Timestamp::try_from(date).ok());
        if let Some(date) = server_now {
            let seen = Ahead::seen(date, sent, (self.now)());
            self.clock.set(Some(self.clock.get().map_or(seen, |clock| clock.and(seen))));
        }
        let now = server_now.unwrap_or_else(self.now);
        let named = response.headers().get_all(RETRY_AFTER).iter().filter_map(|value| value.to_str().ok());
        // Whatever stands between the service and us may have added its own: all of them are to be spared.
        let retry_after = named.filter_map(|value| retry_after(value, now)).max();
        let elsewhere = wire::header(response.headers(), &LOCATION).filter(|_| response.status().is_redirection());
        let elsewhere = elsewhere.and_then(|to| Some(response.url().join(to).ok()?.origin().ascii_serialization()));
        let mut body = Vec::new();
        let encoding =
            wire::header(response.headers(), &CONTENT_ENCODING).filter(|name| *name != "identity").map(wire::clip);
        let cut = loop {
            if let Some(encoding) = &encoding {
                break Some(Failure::Unusable { what: format!("it is encoded ({encoding}), which was not asked for") });
            }
            match patience.wait(response.chunk()).await {
                Err(failure) => break Some(failure),
                Ok(Ok(Some(chunk))) if body.len() + chunk.len() <= largest => body.extend_from_slice(&chunk),
                Ok(Ok(Some(_))) => {
                    break Some(Failure::Unusable { what: format!("it is larger than {} MiB", largest >> 20) });
                }
                Ok(Ok(None)) => break None,
                Ok(Err(error)) => break Some(self.redacted(network::failure(error))),
            }
        };
        let body = String::from_utf8_lossy(&body).into_owned();
        self.documented.set(wire::is_documented(&body));
        Ok(Answer { status: response.status(), server_now, retry_after, elsewhere, body, cut })
    }

    /// A reading that succeeded counts even if the connection broke behind it: the object was complete.
    pub(super) fn usable<T>(&self, reading: Result<T, String>, cut: Option<Failure>) -> Result<T, Failure> {
        reading.map_err(|what| cut.unwrap_or_else(|| Failure::Unusable { what: self.told(&what) }))
    }

    /// Types an answer that is not a success. `elsewhere` tells a body that came from something in front of the API, whose
    /// 403 says nothing about the key: for a start, which is not repeated, a page; for a session that is being waited
    /// for, all that the API would not write.
    pub(super) fn refused(&self, answer: &Answer, elsewhere: fn(&str) -> bool) -> Failure {
        // Where a portal sends people says more than its page.
        let to = answer.elsewhere.as_ref().filter(|_| !wire::is_json(&answer.body));
        let message = to.map(|to| self.told(&format!("a redirect to {to}"))).or_else(|| self.message(&answer.body));
        let refusal = match answer.status.as_u16() {
            401 | 402 if wire::is_html(&answer.body) => None,
            403 if elsewhere(&answer.body) => None,
            401 => Some(Refusal::Key),
            402 => Some(Refusal::Plan),
            403 => Some(Refusal::Scope),
            _ => None,
        };
        match (refusal, answer.status.as_u16()) {
            (Some(refusal), _) => Failure::Refused { refusal, message },
            (None, 429) => Failure::Throttled { throttle: Throttle::Limit, after: answer.retry_after, message },
            (None, 503) => Failure::Throttled { throttle: Throttle::Outage, after: answer.retry_after, message },
            (None, status) => Failure::Status { status, message, own: wire::is_json(&answer.body) },
        }
    }

    fn message(&self, body: &str) -> Option<String> {
        wire::message(body).map(|message| self.told(&message))
    }

    /// A foreign text as it is passed on. It is cut last: half a key would be known by nobody, and is still a secret.
    fn told(&self, text: &str) -> String {
        wire::clip(&self.redact(text))
    }

    /// Takes the key out of a text, should a server repeat what it was sent.
    fn redact(&self, text: &str) -> String {
        let key = self.config.key.expose_secret();
        // What is shorter is no key, and would blot out words that merely hold it.
        if key.len() < SHORTEST_SECRET { text.to_owned() } else { text.replace(key, "[API key]") }
    }

    /// A foreign field as it is passed on.
    pub(super) fn field(&self, text: &str) -> String {
        self.redact(text).chars().take(wire::LONGEST_FIELD).collect()
    }

    fn redacted_reply(&self, reply: Reply) -> Reply {
        let text = |text: Option<String>| text.map(|text| self.field(&text));
        match reply {
            Reply::Success(Account { email, name }) => Reply::Success(Account { email: text(email), name: text(name) }),
            Reply::Error { code, description } => Reply::Error { code: text(code), description: text(description) },
            Reply::Unknown(status) => Reply::Unknown(self.told(&status)),
            reply => reply,
        }
    }

    fn redacted(&self, failure: Failure) -> Failure {
        match failure {
            Failure::Network { kind, detail, sent } => Failure::Network { kind, detail: self.redact(&detail), sent },
            failure => failure,
        }
    }

    /// The headers that explain a reply: whose clock, which edge, how long to wait. No other is shown.
    fn trace_headers(&self, headers: &HeaderMap) {
        for name in ["date", "server", "content-type", "content-length", "retry-after", "cf-ray", "x-request-id"] {
            if let Some(value) = headers.get(name).and_then(|value| value.to_str().ok()) {
                trace(&*self.sink, 2, || format!("<   {name}: {}", self.redact(value)));
            }
        }
    }
}

#[cfg(test)]
mod tests;
