//! The calls of the API.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::accounts::organization;
use super::call::{Answer, Call, Reply};
use super::limits::Refusal;
use super::moment::{iso, whole_seconds};
use super::rules::Service;
use super::session::{Failure, Status, Verdict};
use crate::model::provider::Provider;

/// How long the fault that refuses all calls but init says to wait.
const THROTTLED: Duration = Duration::from_secs(2);

/// What a key must be allowed to do for a call.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Scope {
    Create,
    Read,
    /// Not about accounts; no switch takes it away.
    Other,
}

impl Service {
    /// Answers a call of the API, or of a path that is nothing here.
    pub(super) fn api(&mut self, call: &Call<'_>, now: Timestamp) -> Reply {
        if self.settings.faults.html_errors {
            return Reply::Answer(Answer::bad_gateway());
        }
        let reply = self.workspace(call.authorization).and_then(|workspace| {
            let start = starts(call).map(|provider| (call.address, provider));
            self.limits.call(&workspace, start, now).map_err(Refusal::answer)?;
            self.route(&workspace, call, now)
        });
        reply.unwrap_or_else(Reply::Answer)
    }

    /// The workspace that a key belongs to: `acme` for `sandbox-acme`. The refusals are documented, word for word
    /// where the `OpenAPI` document has an example.
    fn workspace(&self, authorization: Option<&str>) -> Result<String, Answer> {
        let value = authorization.ok_or_else(|| Answer::problem(401, "Missing Authorization header"))?;
        let key = bearer(value).ok_or_else(|| Answer::problem(401, "Invalid Authorization header"))?;
        let is_name = |name: &&str| {
            let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
            !name.is_empty() && name.bytes().all(allowed)
        };
        let workspace = key.strip_prefix("sandbox-").filter(is_name);
        let workspace = workspace.ok_or_else(|| Answer::problem(401, "Invalid API key"))?;
        if self.settings.faults.unauthorized {
            return Err(Answer::problem(401, "API key has been revoked"));
        }
        if self.settings.faults.no_plan {
            return Err(Answer::problem(402, "Workspace does not have an active paid plan"));
        }
        Ok(workspace.to_owned())
    }

    /// Finds the call that is meant. A path with another method is no route either, as in Fastify, whose words for
    /// it these are.
    fn route(&mut self, workspace: &str, call: &Call<'_>, now: Timestamp) -> Result<Reply, Answer> {
        if let Some(provider) = starts(call) {
            self.permit(Scope::Create)?;
            must_be_json(call)?;
            return self.init(workspace, provider, call, now).map(Reply::Answer);
        }
        let parts = parts(call);
        let answer = match (call.method, parts.as_slice()) {
            ("GET", ["oauth", "session", "status", id]) if !id.is_empty() => {
                self.permit(Scope::Read)?;
                return self.status(workspace, id, now);
            }
            ("GET", ["accounts"]) => {
                self.permit(Scope::Read)?;
                let list = self.accounts.list(workspace, call.query.unwrap_or_default());
                Answer::ok(list.map_err(|message| Answer::problem(400, message))?)
            }
            ("GET", ["accounts", email]) if !email.is_empty() => {
                self.permit(Scope::Read)?;
                let account = self.accounts.get(workspace, &decoded(email));
                Answer::ok(account.ok_or_else(|| Answer::problem(404, "Account not found"))?)
            }
            ("GET", ["workspaces", "current"]) => {
                self.permit(Scope::Other)?;
                Answer::ok(workspace_json(workspace))
            }
            (method, _) => Answer::problem(404, format!("Route {method}:{} not found", call.path)),
        };
        Ok(Reply::Answer(answer))
    }

    /// Applies the faults that concern some calls only.
    fn permit(&self, scope: Scope) -> Result<(), Answer> {
        let faults = &self.settings.faults;
        let lacks = |scope: &str| Err(Answer::problem(403, format!("API key is missing the required scope: {scope}")));
        match scope {
            Scope::Create if faults.no_create_scope => lacks("accounts:create"),
            Scope::Read if faults.no_read_scope => lacks("accounts:read"),
            Scope::Read | Scope::Other if faults.throttled => {
                let wait = whole_seconds(self.settings.pace.real(THROTTLED));
                Err(Answer::problem(429, "Rate limit exceeded").retry_after(wait))
            }
            _ => Ok(()),
        }
    }

    fn init(&mut self, workspace: &str, provider: Provider, call: &Call<'_>, now: Timestamp) -> Result<Answer, Answer> {
        self.limits.start(workspace, (call.address, provider), now).map_err(Refusal::answer)?;
        let bare = self.settings.faults.bare_replies;
        let base_url = self.settings.base_url.clone();
        let session = self.begin(workspace, provider, now);
        let mut reply = json!({
            "session_id": session.id,
            "auth_url": format!("{base_url}/consent/{provider}?{}", session.link.query),
        });
        if !bare {
            reply["expires_at"] = json!(iso(session.expires));
        }
        Ok(Answer::ok(reply))
    }

    /// What became of a session. The wrong id, another workspace's and a result that was already retrieved are one
    /// and the same 404.
    fn status(&mut self, workspace: &str, id: &str, now: Timestamp) -> Result<Reply, Answer> {
        let unknown = || Answer::problem(404, "Session not found");
        let session = self.sessions.of_id(id).filter(|session| session.workspace == workspace);
        let session = session.ok_or_else(unknown)?;
        let status = session.retrieve(now).ok_or_else(unknown)?;
        if matches!(status, Status::Ended(_)) && session.loses_reply() {
            return Ok(Reply::HangUp);
        }
        Ok(Reply::Answer(Answer::ok(status_json(status, self.settings.faults.bare_replies))))
    }
}

/// What follows on the path of the API.
fn parts<'a>(call: &Call<'a>) -> Vec<&'a str> {
    call.path.strip_prefix("/api/v2/").unwrap_or_default().split('/').collect()
}

/// The provider with whom a call starts a session, if that is what it does.
fn starts(call: &Call<'_>) -> Option<Provider> {
    match (call.method, parts(call).as_slice()) {
        ("POST", ["oauth", provider, "init"]) => provider.parse().ok(),
        _ => None,
    }
}

/// The token of a `Bearer` authorization; the scheme is read without regard to case (RFC 9110, section 11.1).
fn bearer(value: &str) -> Option<&str> {
    let (scheme, token) = value.trim().split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// Refuses a body that Fastify would not read as JSON, in its words. No content type at all is refused too: the only
/// body known to work is a JSON one, and a stand-in that takes more would hide a mistake.
fn must_be_json(call: &Call<'_>) -> Result<(), Answer> {
    if !call.has_content_type("application/json") {
        return Err(Answer::problem(415, "Unsupported Media Type"));
    }
    if call.body.is_empty() {
        let message = "Body cannot be empty when content-type is set to 'application/json'";
        return Err(Answer::problem(400, message));
    }
    match serde_json::from_slice::<Value>(call.body) {
        Ok(_) => Ok(()),
        Err(_) => Err(Answer::problem(400, "Body is not valid JSON but content-type is set to 'application/json'")),
    }
}

fn status_json(status: Status, bare: bool) -> Value {
    match status {
        Status::Pending => json!({"status": "pending"}),
        Status::Expired => json!({"status": "expired"}),
        Status::Ended(Verdict::Connected { .. }) if bare => json!({"status": "success"}),
        Status::Ended(Verdict::Failed(_)) if bare => json!({"status": "error"}),
        Status::Ended(Verdict::Connected { email, name }) => {
            json!({"status": "success", "email": email, "name": name})
        }
        Status::Ended(Verdict::Failed(Failure { error, description })) => {
            json!({"status": "error", "error": error, "error_description": description})
        }
    }
}

/// Every field that the schema requires of a workspace.
fn workspace_json(workspace: &str) -> Value {
    json!({
        "id": organization(workspace),
        "timestamp_created": iso(Timestamp::UNIX_EPOCH),
        "timestamp_updated": iso(Timestamp::UNIX_EPOCH),
        "owner": organization(&format!("owner of {workspace}")),
        "name": workspace,
    })
}

/// A segment of a path with its percent-encodings undone. A form's rules differ only in `+` and in what separates
/// its pairs.
fn decoded(segment: &str) -> String {
    let value = format!("={}", segment.replace('+', "%2B").replace('&', "%26"));
    url::form_urlencoded::parse(value.as_bytes()).map(|(_, value)| value.into_owned()).collect()
}
