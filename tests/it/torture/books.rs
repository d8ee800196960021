//! What the service knows: its sessions, who was told their results, and the accounts. It keeps exact books, so that every
//! verdict can be held against the truth.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::trap::Trap;

/// What a session is going to come to.
#[derive(Clone, Debug)]
pub struct Plan {
    pub provider: &'static str,
    /// The mailbox that it connects; none for one that ends in an error.
    pub connects: Option<String>,
    /// Whether that mailbox was there before.
    pub again: bool,
    pub ripe: Ripe,
    pub reply: Reply,
}

/// When its person has finished.
#[derive(Clone, Copy, Debug)]
pub enum Ripe {
    /// So long after its start, whether they could know of it or not.
    After(Duration),
    /// So long after the URL was shown to them.
    Shown(Duration),
    /// With this poll: nobody could finish later, and still be told by it.
    At(u32),
}

/// What becomes of the reply that has the result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reply {
    Whole,
    Half,
    Nothing,
}

/// Whose result was given out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Given {
    /// It still waits for a reader.
    No,
    /// Somebody asked for it and was not answered yet.
    Taken,
    /// All of it was written to whoever asked, then.
    Written(Instant),
}

/// When what happened to a session.
#[derive(Debug, Default)]
pub struct Times {
    begun: Timestamp,
    shown: Option<Timestamp>,
    /// Its person finished, and what it connects was there.
    over: Option<Timestamp>,
    taken: Option<Timestamp>,
}

pub struct Session {
    pub plan: Plan,
    pub given: Given,
    pub times: Times,
    polls: u32,
    is_over: bool,
    pub trap: Option<Trap>,
}

struct Account {
    email: String,
    provider: &'static str,
    created: Timestamp,
    updated: Timestamp,
}

#[derive(Default)]
pub struct Books {
    sessions: HashMap<String, Session>,
    accounts: Vec<Account>,
}

/// How long a session lives.
const LIFE: SignedDuration = SignedDuration::from_mins(10);

/// A status and a body.
pub type Answer = (u16, Value);

impl Books {
    pub fn begin(&mut self, id: &str, plan: Plan, trap: Option<Trap>) -> Answer {
        let begun = Timestamp::now();
        if let Some(email) = plan.connects.as_ref().filter(|_| plan.again) {
            let created = begun - SignedDuration::from_hours(1);
            let account = Account { email: email.clone(), provider: plan.provider, created, updated: created };
            self.accounts.push(account);
        }
        let session = Session {
            plan,
            given: Given::No,
            times: Times { begun, ..Times::default() },
            polls: 0,
            is_over: false,
            trap,
        };
        self.sessions.insert(id.to_owned(), session);
        let auth_url = format!("https://accounts.google.com/o/oauth2/auth?state={id}%2f");
        (200, json!({"session_id": id, "auth_url": auth_url, "expires_at": (begun + LIFE).to_string()}))
    }

    pub fn session(&mut self, id: &str) -> Option<&mut Session> {
        self.sessions.get_mut(id)
    }

    /// Whether whoever asks next is told of an end: the result, or that it is gone.
    pub fn is_ripe(&mut self, id: &str) -> bool {
        self.pass();
        self.sessions.get(id).is_some_and(|session| session.is_over || session.would_end())
    }

    /// Answers a question for a session's state, as it was when [`Self::is_ripe`] told. A result is given out once.
    pub fn ask(&mut self, id: &str) -> Answer {
        let now = Timestamp::now();
        let Some(session) = self.sessions.get_mut(id).filter(|session| session.given == Given::No) else {
            return (404, json!({"statusCode": 404, "error": "Not Found", "message": "Session not found"}));
        };
        if session.would_end() {
            session.is_over = true;
            session.times.over = Some(now);
            connect(&mut self.accounts, &session.plan, now);
        }
        session.polls += 1;
        if !session.is_over {
            return (200, json!({"status": "pending"}));
        }
        session.given = Given::Taken;
        session.times.taken = Some(now);
        let body = match &session.plan.connects {
            Some(email) => json!({"status": "success", "email": email, "name": "Ada Lovelace"}),
            None => json!({"status": "error", "error": "access_denied", "error_description": "The person said no."}),
        };
        (200, body)
    }

    /// Lets happen what is due by now.
    fn pass(&mut self) {
        let now = Timestamp::now();
        for session in self.sessions.values_mut().filter(|session| !session.is_over) {
            let due = match session.plan.ripe {
                Ripe::After(time) => Some(session.times.begun + time),
                Ripe::Shown(time) => session.times.shown.map(|shown| shown + time),
                Ripe::At(_) => None,
            };
            if let Some(due) = due.filter(|due| *due <= now) {
                session.is_over = true;
                session.times.over = Some(due);
                connect(&mut self.accounts, &session.plan, due);
            }
        }
    }

    /// A page of the accounts, newest first.
    pub fn list(&mut self, query: &HashMap<String, String>) -> Answer {
        self.pass();
        let code = query.get("provider_code");
        let mut found: Vec<&Account> =
            self.accounts.iter().filter(|it| code.is_none_or(|code| *code == it.code())).collect();
        found.sort_by_key(|account| std::cmp::Reverse((account.created, account.email.clone())));
        if let Some(after) = query.get("starting_after") {
            found.retain(|account| account.cursor() < *after);
        }
        let limit: usize = query["limit"].parse().unwrap();
        let next = found.get(limit).map(|_| found[limit - 1].cursor());
        let items: Vec<_> = found.into_iter().take(limit).map(Account::json).collect();
        (200, json!({"items": items, "next_starting_after": next}))
    }

    pub fn account(&mut self, email: &str) -> Answer {
        self.pass();
        let found = self.accounts.iter().find(|account| account.email == email);
        found.map_or_else(
            || (404, json!({"statusCode": 404, "error": "Not Found", "message": "Account not found"})),
            |account| (200, account.json()),
        )
    }
}

impl Session {
    /// Somebody has its URL.
    pub fn show(&mut self) {
        self.times.shown = self.times.shown.or_else(|| Some(Timestamp::now()));
    }

    fn would_end(&self) -> bool {
        !self.is_over && matches!(self.plan.ripe, Ripe::At(poll) if poll <= self.polls + 1)
    }
}

/// A person has finished: their mailbox is there, or was changed.
fn connect(accounts: &mut Vec<Account>, plan: &Plan, now: Timestamp) {
    let Some(email) = &plan.connects else { return };
    match accounts.iter_mut().find(|account| account.email == *email) {
        Some(account) => account.updated = now,
        None => {
            accounts.push(Account { email: email.clone(), provider: plan.provider, created: now, updated: now });
        }
    }
}

impl Account {
    fn code(&self) -> &'static str {
        if self.provider == "google" { "2" } else { "3" }
    }

    fn cursor(&self) -> String {
        format!("{}&{}", stamp(self.created), self.email)
    }

    fn json(&self) -> Value {
        json!({
            "email": self.email,
            "first_name": "Ada",
            "last_name": "Lovelace",
            "provider_code": self.code().parse::<u8>().unwrap(),
            "status": 1,
            "timestamp_created": stamp(self.created),
            "timestamp_updated": stamp(self.updated),
        })
    }
}

/// A time as the API writes it: in milliseconds, the rest cut off.
fn stamp(time: Timestamp) -> String {
    time.strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string()
}
