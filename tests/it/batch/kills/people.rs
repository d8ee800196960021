//! The people behind the mailboxes of a list, each with a browser of their own, and what the service told them.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use jiff::Timestamp;
use serde_json::Value;

use crate::support::service::browse;
use crate::torture::victim::pass;

/// Who is asked to sign in, and for the how-many-th time, counted from 0.
#[derive(Clone, Debug)]
pub struct Guest {
    pub email: String,
    pub before: usize,
}

/// What somebody does with the page that they were sent to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Act {
    /// Allows access to this mailbox.
    Allow(String),
    /// The same after a slip of the pen.
    AllowAtLast(String),
    Deny,
    /// Leaves the tab as it is.
    Nothing,
}

/// What the service made of a session, as its page told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Came {
    /// Nobody has decided anything.
    Nothing,
    /// This mailbox was connected.
    Connected(String),
    /// The session ended with this error.
    Failed(String),
}

/// A session of which the people were told.
#[derive(Clone, Debug)]
pub struct Session {
    /// The mailbox that it is for, as the list has it.
    pub email: String,
    pub came: Came,
    /// When that was told.
    pub at: Option<Timestamp>,
    /// When its link was given out for the first time.
    pub began: Timestamp,
}

/// What they do, and how long they take for it. Each may think it over for as long as they like.
pub type Decide = dyn Fn(&Guest) -> (Act, Duration) + Send + Sync;

/// All of them. They outlive the process that sends them their links, as people do.
pub struct People {
    decide: Box<Decide>,
    sessions: Mutex<BTreeMap<String, Session>>,
    acting: Mutex<Vec<JoinHandle<()>>>,
}

impl People {
    pub fn new(decide: impl Fn(&Guest) -> (Act, Duration) + Send + Sync + 'static) -> Arc<Self> {
        Arc::new(Self { decide: Box::new(decide), sessions: Mutex::default(), acting: Mutex::default() })
    }

    /// Gives somebody their link, as a driver does that reads the event of a session. Whoever has it already goes on with
    /// what they do.
    pub fn hand(self: &Arc<Self>, event: &Value) {
        let text = |key: &str| event[key].as_str().unwrap_or_else(|| panic!("{key} in {event}")).to_owned();
        let (id, email, url) = (text("session_id"), text("email_expected"), text("auth_url"));
        let before = {
            let mut sessions = self.lock();
            if sessions.contains_key(&id) {
                return;
            }
            let before = sessions.values().filter(|session| session.email == email).count();
            let began = Timestamp::now();
            sessions.insert(id.clone(), Session { email: email.clone(), came: Came::Nothing, at: None, began });
            before
        };
        let people = self.clone();
        let acting = thread::spawn(move || {
            let (act, takes) = (people.decide)(&Guest { email, before });
            pass(takes);
            let came = act.upon(&url);
            let mut sessions = people.lock();
            let session = sessions.get_mut(&id).unwrap();
            (session.came, session.at) = (came, Some(Timestamp::now()));
        });
        self.acting.lock().unwrap().push(acting);
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Session>> {
        self.sessions.lock().unwrap()
    }

    /// Waits until everybody has done what they do, and tells all that came of it.
    pub fn sessions(&self) -> BTreeMap<String, Session> {
        let acting = std::mem::take(&mut *self.acting.lock().unwrap());
        for acting in acting {
            acting.join().unwrap();
        }
        self.lock().clone()
    }

    /// How many links were given out.
    pub fn count(&self) -> usize {
        self.lock().len()
    }
}

impl Act {
    /// Opens the page and does it.
    pub fn upon(&self, url: &str) -> Came {
        if *self == Self::Nothing {
            return Came::Nothing;
        }
        let (status, page) = browse("GET", url, None);
        if status == 410 {
            return Came::Nothing;
        }
        let state = page.split(r#"name="state" value=""#).nth(1).unwrap_or_else(|| panic!("{status}: {page}"));
        let state = state.split('"').next().unwrap();
        let send = |mailbox: &str, decision: &str| {
            let fields = [("state", state), ("mailbox", mailbox), ("name", "=Ada, \"or\" so"), ("decision", decision)];
            let form = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
            browse("POST", url.split('?').next().unwrap(), Some(&form))
        };
        let (status, page) = match self {
            Self::Allow(mailbox) => send(mailbox, "allow"),
            Self::AllowAtLast(mailbox) => {
                let (status, page) = send(mailbox.split('@').next().unwrap(), "allow");
                assert!([422, 410].contains(&status), "{page}");
                send(mailbox, "allow")
            }
            Self::Deny => send("", "deny"),
            Self::Nothing => unreachable!(),
        };
        let cell = |tag: &str| {
            let cell = page.split(tag).nth(1).and_then(|rest| rest.split("</").next());
            cell.unwrap_or_else(|| panic!("no {tag} in {page}")).replace("<wbr>", "")
        };
        let is = |title: &str| page.contains(&format!("<h1>{title}</h1>"));
        match status {
            200 if is("Mailbox connected") => Came::Connected(cell("<dt>Mailbox</dt><dd>")),
            200 if is("Access denied") => Came::Failed("access_denied".into()),
            200 if is("Mailbox refused") => Came::Failed(cell("<code>")),
            // Too late.
            410 => Came::Nothing,
            _ => panic!("{status}: {page}"),
        }
    }
}
