//! The calls that a browser makes: the consent page and the decision taken on it.

use jiff::Timestamp;

use super::call::{Answer, Call};
use super::mailbox;
use super::moment::between;
use super::page::{Ask, Page, Play};
use super::rules::Service;
use super::scenario::Scenario;
use super::session::{Decision, Failure, Session, Verdict};
use crate::model::provider::Provider;

/// The fields of the form on the consent page.
#[derive(Default)]
struct Form {
    state: String,
    mailbox: String,
    name: String,
    decision: String,
}

impl Form {
    fn read(body: &[u8]) -> Self {
        let mut form = Self::default();
        for (name, value) in url::form_urlencoded::parse(body) {
            let field = match &*name {
                "state" => &mut form.state,
                "mailbox" => &mut form.mailbox,
                "name" => &mut form.name,
                "decision" => &mut form.decision,
                _ => continue,
            };
            *field = value.into_owned();
        }
        form
    }

    /// What was decided, or what to tell the person who has not decided yet.
    fn decision(&self) -> Result<Decision, &'static str> {
        match self.decision.as_str() {
            "deny" => Ok(Decision::Deny),
            "allow" => match mailbox::address(&self.mailbox) {
                Some(mailbox) => Ok(Decision::Allow { mailbox, name: mailbox::name(&self.name) }),
                None if self.mailbox.trim().is_empty() => Err("Enter the mailbox to connect."),
                None => Err("Enter a whole address, such as ada@acme.example."),
            },
            _ => Err("Choose Allow or Deny."),
        }
    }
}

impl Service {
    /// Answers a call of a provider's consent page.
    pub(super) fn consent(&mut self, provider: Provider, call: &Call<'_>, now: Timestamp) -> Answer {
        // A foreign name that resolves to this machine (DNS rebinding) would make another site's script same-origin.
        if !call.host.is_some_and(is_loopback) {
            return Answer::page(421, Page::Foreign);
        }
        match call.method {
            "GET" => self.show(provider, call.query.unwrap_or_default(), now),
            "POST" if !comes_from_this_page(call) => Answer::page(403, Page::Foreign),
            "POST" if !call.has_content_type("application/x-www-form-urlencoded") => Answer::page(415, Page::Foreign),
            "POST" => self.submit(provider, Form::read(call.body), now),
            _ => Answer::page(405, Page::Foreign).allow("GET, POST"),
        }
    }

    /// The page of a link that was opened. The whole query must be the one that was issued, byte for byte: the real
    /// `state` is signed, and any edit of the link has been seen to break the callback.
    fn show(&self, provider: Provider, query: &str, now: Timestamp) -> Answer {
        let state = query.split('&').find_map(|pair| pair.strip_prefix("state=")).unwrap_or_default();
        match self.sessions.of_link(state).map(|(_, session)| session) {
            None => Answer::page(404, Page::Unknown),
            Some(session) if session.link.query != query || session.provider != provider => {
                Answer::page(400, Page::Altered)
            }
            Some(session) => self.closed(session, now).unwrap_or_else(|| {
                let mailbox = session.owned.clone().unwrap_or_default();
                Answer::page(200, ask(session, now, Form { mailbox, ..Form::default() }, None))
            }),
        }
    }

    /// The page after the form was sent.
    fn submit(&mut self, provider: Provider, form: Form, now: Timestamp) -> Answer {
        let known = self.sessions.of_link(&form.state);
        let Some((number, session)) = known.filter(|(_, session)| session.provider == provider) else {
            return Answer::page(404, Page::Unknown);
        };
        let decision = form.decision();
        // A double click sends the form twice, and what the browser shows is the answer to the second.
        if let Some(verdict) = decision.as_ref().ok().and_then(|decision| session.answer_to(decision)) {
            return ended(session, verdict.clone());
        }
        if let Some(answer) = self.closed(session, now) {
            return answer;
        }
        let decision = match decision {
            Ok(decision) => decision,
            Err(problem) => return Answer::page(422, ask(session, now, form, Some(problem))),
        };
        let verdict = self.decide(number, decision.clone(), now);
        match (verdict, self.sessions.get_mut(number)) {
            (Some(verdict), Some(session)) => {
                session.answered(decision, verdict.clone());
                ended(session, verdict)
            }
            _ => Answer::page(404, Page::Unknown),
        }
    }

    /// The page of a session on which nobody can decide, or none where it waits for a person.
    fn closed(&self, session: &Session, now: Timestamp) -> Option<Answer> {
        let provider = session.provider;
        if session.is_expired(now) {
            return Some(Answer::page(410, Page::Expired));
        }
        let scenario = self.settings.scenario;
        if scenario != Scenario::Ask {
            let decision = session.played.as_ref().and_then(|played| played.part.decision.clone());
            let play = Play { scenario, provider, decision, acted: !session.is_open(now) };
            return Some(Answer::page(200, Page::Played(play)));
        }
        if !session.is_open(now) {
            return Some(Answer::page(410, Page::Used));
        }
        None
    }
}

/// What a decision came to.
fn ended(session: &Session, verdict: Verdict) -> Answer {
    let (workspace, provider) = (session.workspace.clone(), session.provider);
    let page = match verdict {
        Verdict::Connected { email, name } => Page::Connected { email, name, workspace },
        Verdict::Failed(Failure::DENIED) => Page::Denied { workspace },
        Verdict::Failed(failure) => Page::Refused { failure, provider },
    };
    Answer::page(200, page)
}

fn ask(session: &Session, now: Timestamp, form: Form, problem: Option<&'static str>) -> Page {
    Page::Ask(Ask {
        provider: session.provider,
        workspace: session.workspace.clone(),
        state: session.link.state.clone(),
        mailbox: form.mailbox,
        name: form.name,
        problem,
        left: between(now, session.expires),
    })
}

/// Whether a `Host` is this machine's loopback, on whatever port: one may have been forwarded.
fn is_loopback(host: &str) -> bool {
    let (name, port) = host.split_once(':').unwrap_or((host, "80"));
    let is_port = !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit());
    is_port && (name == "127.0.0.1" || name.eq_ignore_ascii_case("localhost"))
}

/// Whether a form was sent by a page of this sandbox. A browser says so by `Origin`, and newer ones by
/// `Sec-Fetch-Site` too; what is not a browser says neither and is let in, since it can forge both.
fn comes_from_this_page(call: &Call<'_>) -> bool {
    let own = call.host.map(|host| format!("http://{host}"));
    let origin_is_own = call.origin.is_none_or(|origin| own.is_some_and(|own| origin.eq_ignore_ascii_case(&own)));
    origin_is_own && call.fetch_site.is_none_or(|site| site == "same-origin")
}
