//! The rules of the service as a state machine: a call and the time in, a reply out. No I/O, no clock, no randomness.

use std::collections::HashMap;
use std::time::Duration;

use jiff::Timestamp;

use super::accounts::Accounts;
use super::call::{Call, Reply};
use super::faults::Faults;
use super::limits::{Limits, Terms};
use super::mailbox;
use super::moment::{later, whole_millis};
use super::opaque::Opaque;
use super::pace::Pace;
use super::people::Person;
use super::scenario::Scenario;
use super::session::{Decision, Failure, Link, Played, Session, Verdict};
use super::sessions::{Number, Sessions};
use crate::model::provider::Provider;

/// How long the end of a session is remembered at the least: even a slow client comes to ask.
const LEAST_MEMORY: Duration = Duration::from_secs(60);

/// How the service is to behave. All durations are in its own time.
pub(super) struct Settings {
    /// `http://127.0.0.1:PORT`, where the consent page is.
    pub(super) base_url: String,
    pub(super) scenario: Scenario,
    /// From init until a simulated person acts.
    pub(super) delay: Duration,
    /// How long a session can be decided, and how much longer its end is remembered.
    pub(super) ttl: Duration,
    /// Sessions a minute for each workspace and provider.
    pub(super) init_limit: u32,
    /// Calls of any kind a second for each workspace.
    pub(super) call_limit: u32,
    pub(super) pace: Pace,
    pub(super) faults: Faults,
    /// Where the identifiers start from.
    pub(super) seed: u64,
}

/// The service: everything it remembers.
pub(super) struct Service {
    pub(super) settings: Settings,
    pub(super) sessions: Sessions,
    pub(super) accounts: Accounts,
    pub(super) limits: Limits,
    opaque: Opaque,
    /// How many sessions each workspace has begun, which says who plays in the next.
    turns: HashMap<String, usize>,
}

impl Service {
    pub(super) fn new(settings: Settings) -> Self {
        let Settings { init_limit, call_limit, pace, scenario, seed, .. } = settings;
        let limits = Limits::new(Terms { init_limit, call_limit, pace, scenario });
        let (sessions, accounts) = (Sessions::default(), Accounts::default());
        Self { settings, sessions, accounts, limits, opaque: Opaque::new(seed), turns: HashMap::new() }
    }

    /// Answers a call made now. Whatever simulated people should have done since the last call is done first.
    pub(super) fn handle(&mut self, call: &Call<'_>, now: Timestamp) -> Reply {
        self.advance(now);
        match consent_provider(call.path) {
            Some(provider) => Reply::Answer(self.consent(provider, call, now)),
            None => self.api(call, now),
        }
    }

    /// Lets the simulated people act whose time has come, and forgets old sessions. People act in the order in which
    /// their sessions began, since all take the same time to decide.
    fn advance(&mut self, now: Timestamp) {
        while let Some((number, played)) = self.sessions.next_act(now) {
            self.decide(number, played.decision, played.at);
        }
        self.sessions.forget(now);
    }

    /// Begins a session.
    pub(super) fn begin(&mut self, workspace: &str, provider: Provider, now: Timestamp) -> &Session {
        let Settings { pace, ttl, delay, scenario, .. } = self.settings;
        // As it is told, so that a client which waits until then has waited long enough.
        let expires = whole_millis(later(now, pace.real(ttl)));
        let forgotten = later(expires, pace.real(ttl.max(LEAST_MEMORY)));
        let turns = self.turns.entry(workspace.to_owned()).or_default();
        let person = Person::of_turn(*turns);
        *turns += 1;
        let state = self.opaque.state();
        let query = consent_query(workspace, provider, &state);
        let mut session = Session::new(self.opaque.id(), workspace, provider, Link { state, query }, expires);
        let at = later(now, pace.real(delay));
        session.played = scenario.decision(workspace, &person).map(|decision| Played { at, decision });
        self.sessions.add(session, forgotten)
    }

    /// Ends a session with what its decision comes to; none where there is no such session.
    pub(super) fn decide(&mut self, number: Number, decision: Decision, now: Timestamp) -> Option<Verdict> {
        let session = self.sessions.get_mut(number)?;
        let verdict = match decision {
            Decision::Deny => Verdict::Failed(Failure::DENIED),
            Decision::Fail(failure) => Verdict::Failed(failure),
            Decision::Allow { mailbox, name } => {
                let refusal = refusal(&self.settings.faults, session.provider, &mailbox);
                refusal.map_or_else(
                    || match self.accounts.connect(
                        &session.workspace,
                        (session.provider, &mailbox),
                        name,
                        whole_millis(now),
                    ) {
                        Ok(name) => Verdict::Connected { email: mailbox, name },
                        Err(_) => Verdict::Failed(Failure::ELSEWHERE),
                    },
                    Verdict::Failed,
                )
            }
        };
        session.end(verdict.clone());
        Some(verdict)
    }
}

/// Why the service would not take this mailbox, whoever owns it.
fn refusal(faults: &Faults, provider: Provider, mailbox: &str) -> Option<Failure> {
    if faults.admin_blocked {
        Some(Failure::ADMIN)
    } else if faults.prohibited_content {
        Some(Failure::CONTENT)
    } else if provider == Provider::Google && mailbox::is_personal_gmail(mailbox) {
        Some(Failure::PERSONAL)
    } else {
        None
    }
}

impl Scenario {
    /// What the simulated person does, or none where nobody is simulated.
    fn decision(self, workspace: &str, person: &Person) -> Option<Decision> {
        match self {
            Self::Ask | Self::Expire => None,
            Self::Success | Self::RateLimited | Self::IpBlocked | Self::Unavailable | Self::LostReply => {
                Some(person.allows_business(workspace))
            }
            Self::Denied => Some(Decision::Deny),
            Self::AccountExists => Some(Decision::Fail(Failure::ELSEWHERE)),
            Self::PersonalGmail => Some(person.allows_personal()),
            Self::ServerError => Some(Decision::Fail(Failure::SERVER)),
        }
    }
}

/// The provider whose consent page this path is.
fn consent_provider(path: &str) -> Option<Provider> {
    path.strip_prefix("/consent/")?.parse().ok()
}

/// The query of a consent page. Its parameters are in no order, its spaces are `+` here and `%20` there, and its
/// percent-encodings are in both cases, so that nothing which takes it apart puts it together the same.
fn consent_query(workspace: &str, provider: Provider, state: &str) -> String {
    let mail = match provider {
        Provider::Google => "https%3A%2F%2Fmail.google.com%2F",
        Provider::Microsoft => "Mail.ReadWrite+Mail.Send",
    };
    format!(
        "response_type=code&client_id=sandbox-{workspace}.apps.example&redirect_uri=https%3a%2f%2fsandbox.example%2fcallback\
         &scope=openid+email+profile+{mail}&state={state}&access_type=offline&prompt=consent%20select_account"
    )
}
