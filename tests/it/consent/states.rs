//! Every page that there is, for what must hold of each.

use super::desk::Waiting;
use super::{Desk, LIFE, Tab};

pub struct State {
    /// Its heading.
    pub heading: &'static str,
    /// What the server says with it.
    pub status: u16,
    /// Leads a tab there, from a link that nobody has opened.
    lead: fn(&Tab, &Desk, &Waiting),
}

fn decide(tab: &Tab, waiting: &Waiting, mailbox: &str, button: &str) {
    tab.open(&waiting.link);
    tab.fill(mailbox);
    tab.click(button);
}

pub const STATES: [State; 9] = [
    State { heading: "Connect a Google mailbox", status: 200, lead: |tab, _, waiting| tab.open(&waiting.link) },
    State {
        heading: "Connect a Google mailbox",
        status: 422,
        lead: |tab, _, waiting| {
            decide(tab, waiting, "ada@acme", "button.allow");
            tab.until("document.querySelector('[role=alert]') !== null");
        },
    },
    State {
        heading: "Mailbox connected",
        status: 200,
        lead: |tab, _, waiting| decide(tab, waiting, "ada.lovelace@mail.acme.example", "button.allow"),
    },
    State { heading: "Access denied", status: 200, lead: |tab, _, waiting| decide(tab, waiting, "", "[value=deny]") },
    State {
        heading: "Mailbox refused",
        status: 200,
        lead: |tab, _, waiting| decide(tab, waiting, "ada@gmail.com", "button.allow"),
    },
    State {
        heading: "This link has been used",
        status: 410,
        lead: |tab, _, waiting| {
            decide(tab, waiting, "", "[value=deny]");
            tab.shows("Access denied");
            tab.open(&waiting.link);
        },
    },
    State {
        heading: "This link has expired",
        status: 410,
        lead: |tab, desk, waiting| {
            desk.pass(LIFE);
            tab.open(&waiting.link);
        },
    },
    State {
        heading: "Unknown link",
        status: 404,
        lead: |tab, desk, _| tab.open(&format!("{}/consent/google?state=nobody", desk.url)),
    },
    State {
        heading: "This link was altered",
        status: 400,
        lead: |tab, _, waiting| tab.open(&format!("{}&login_hint=ada", waiting.link)),
    },
];

impl State {
    /// The tab shows it.
    #[track_caller]
    pub fn show(&self, tab: &Tab) {
        let desk = Desk::new();
        self.show_at(tab, &desk);
    }

    #[track_caller]
    pub fn show_at(&self, tab: &Tab, desk: &Desk) {
        (self.lead)(tab, desk, &desk.connect("google"));
        tab.shows(self.heading);
    }
}
