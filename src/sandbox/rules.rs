//! The rules of the service as a state machine: a call and the time in, a reply out. No I/O, no clock, no randomness.

use std::collections::HashMap;
use std::time::Duration;

use jiff::Timestamp;

use super::accounts::Accounts;
use super::call::{Call, Reply};
use super::faults::Faults;
use super::limits::{Limits, Terms};
use super::mailbox;
use super::mixed;
use super::moment::{later, whole_millis};
use super::opaque::Opaque;
use super::pace::Pace;
use super::people::Person;
use super::scenario::Scenario;
use super::session::{Decision, Failure, Link, Part, Played, Session, Verdict};
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
    /// What the outcomes are drawn from in the scenario that mixes them.
    pub(super) seed: u64,
    /// Where the identifiers start from.
    pub(super) first_id: u64,
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
    /// How many sessions of which workspace and provider were said to be of the owner of which mailbox.
    owners: HashMap<(String, Provider, String), u64>,
}

impl Service {
    pub(super) fn new(settings: Settings) -> Self {
        let Settings { init_limit, call_limit, pace, scenario, first_id, .. } = settings;
        let limits = Limits::new(Terms { init_limit, call_limit, pace, scenario });
        let (sessions, accounts) = (Sessions::default(), Accounts::default());
        let (turns, owners) = (HashMap::new(), HashMap::new());
        Self { settings, sessions, accounts, limits, opaque: Opaque::new(first_id), turns, owners }
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
        while let Some((number, decision, at)) = self.sessions.next_act(now) {
            self.decide(number, decision, at);
        }
        self.sessions.forget(now);
    }

    /// Begins a session.
    pub(super) fn begin(&mut self, workspace: &str, provider: Provider, now: Timestamp) -> &Session {
        let Settings { pace, ttl, delay, scenario, seed, .. } = self.settings;
        // As it is told, so that a client which waits until then has waited long enough.
        let expires = whole_millis(later(now, pace.real(ttl)));
        let forgotten = later(expires, pace.real(ttl.max(LEAST_MEMORY)));
        let turns = self.turns.entry(workspace.to_owned()).or_default();
        let turn = *turns;
        *turns += 1;
        let state = self.opaque.state();
        let query = consent_query(workspace, provider, &state);
        let mut session = Session::new(self.opaque.id(), workspace, provider, Link { state, query }, expires);
        let at = later(now, pace.real(delay));
        session.turn = turn;
        // Nobody comes to a second turn, so there was no session of their mailbox before.
        let part = scenario.part(&Person::of_turn(turn, workspace), seed, 0);
        session.played = part.map(|part| Played { at, part });
        self.sessions.add(session, forgotten)
    }

    /// Has the owner of this mailbox play in a session from now on, or proposes it to the person who decides. A session
    /// that is decided or over stays as it is, and so does one that there is not.
    pub(super) fn owns(&mut self, id: &str, mailbox: &str, now: Timestamp) {
        self.advance(now);
        let mailbox = mailbox::address(mailbox).unwrap_or_else(|| mailbox.to_ascii_lowercase());
        let Some(session) = self.sessions.of_id(id).filter(|session| session.is_open(now)) else { return };
        let former = session.owned.replace(mailbox.clone());
        if former.as_ref() == Some(&mailbox) {
            return;
        }
        let owner = |mailbox| (session.workspace.clone(), session.provider, mailbox);
        if let Some(count) = former.and_then(|former| self.owners.get_mut(&owner(former))) {
            *count -= 1;
        }
        let count = self.owners.entry(owner(mailbox.clone())).or_default();
        let before = *count;
        *count += 1;
        let person = Person::of_turn(session.turn, &session.workspace).owner_of(mailbox);
        if let Some(part) = self.settings.scenario.part(&person, self.settings.seed, before) {
            self.sessions.recast(id, part, now);
        }
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
    /// What this simulated person does in the session of their mailbox before which there were so many others, or none
    /// where nobody is simulated.
    fn part(self, person: &Person, seed: u64, before: u64) -> Option<Part> {
        match self {
            Self::Ask | Self::Expire => None,
            Self::Success | Self::RateLimited | Self::IpBlocked | Self::Unavailable => Some(person.allows().into()),
            Self::LostReply => Some(Part { loses_reply: true, ..person.allows().into() }),
            Self::Denied => Some(Part::DENIAL),
            Self::AccountExists => Some(Failure::ELSEWHERE.into()),
            Self::PersonalGmail => Some(person.allows_personal().into()),
            Self::ServerError => Some(Failure::SERVER.into()),
            Self::Mixed => Some(mixed::part(person, seed, before)),
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
