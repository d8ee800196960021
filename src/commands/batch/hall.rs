//! What all rows of a list have in common while they are worked on, and how what happens to one of them is told.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::{Semaphore, watch};

use super::site::Site;
use crate::commands::journal::Store;
use crate::flow::{Clock, Signal, Stop, System};
use crate::model::event::{Event, Progress, Row, Sink, Standing};
use crate::model::failure::Failure;
use crate::model::list::List;
use crate::model::poll::Why;
use crate::model::provider::Provider;
use crate::report::Reporter;
use crate::sandbox::People;

/// How many sessions are being started at once. Enough for a service that takes seconds to answer, and few enough not to
/// make the line of those who wait for their turn long.
const STARTERS: usize = 64;

/// How often a row's own time is looked at, where nothing of it is drawn: with thousands of rows each look counts.
const STILL: Duration = Duration::from_secs(10);

/// How much later than it was told a wait may end without being told again.
const ABOUT: SignedDuration = SignedDuration::from_secs(2);

/// What is known and decided before the first row.
pub(super) struct Terms {
    pub(super) list: List,
    pub(super) store: Rc<Store>,
    /// The workspaces that its rows are for: at least one.
    pub(super) sites: Vec<Site>,
    pub(super) reporter: Rc<Reporter>,
    /// Those who play the mailboxes' owners, where the API is the sandbox of this process.
    pub(super) people: Option<People>,
    pub(super) sandboxed: bool,
    pub(super) max_wait: Duration,
    /// What the sessions are marked with until the results file tells of them.
    pub(super) batch: String,
    /// The environment variables that are kept from what opens URLs.
    pub(super) private: Vec<String>,
    /// Whether each URL is drawn for a phone as well.
    pub(super) qr: bool,
    /// Whether one row is worked on at a time.
    pub(super) is_single: bool,
}

/// What the rows have in common.
pub(super) struct Hall {
    pub(super) terms: Terms,
    pub(super) starters: Semaphore,
    pub(super) stop: Stopper,
    stopping: watch::Sender<Option<Signal>>,
    pub(super) standing: Cell<Standing>,
    /// What keeps sessions with a provider from being started in a workspace, by its index.
    pub(super) parked: RefCell<BTreeMap<(usize, Provider), Failure>>,
    /// What keeps sessions from going on, as it was told last.
    trouble: Cell<Option<(Why, Timestamp)>>,
}

impl Hall {
    pub(super) fn new(terms: Terms) -> Self {
        let (stopping, stop) = watch::channel(None);
        Self {
            terms,
            starters: Semaphore::new(STARTERS),
            stop: Stopper(stop),
            stopping,
            standing: Cell::default(),
            parked: RefCell::default(),
            trouble: Cell::default(),
        }
    }

    /// The row of this index, as events tell it.
    pub(super) fn row(&self, index: usize) -> Row {
        let rows = &self.terms.list.rows;
        Row { number: rows[index].number, email: rows[index].email.as_str().into(), of: rows.len() }
    }

    /// The index of the workspace that this row is for. In a sandbox all are for the same.
    fn place(&self, index: usize) -> usize {
        let row = &self.terms.list.rows[index];
        self.terms.sites.iter().position(|site| site.is_of(row)).unwrap_or(0)
    }

    /// The workspace that this row is for.
    pub(super) fn site(&self, index: usize) -> &Site {
        &self.terms.sites[self.place(index)]
    }

    /// Has no more sessions started with this provider in the workspace that this row is for.
    pub(super) fn park_row(&self, index: usize, provider: Provider, failure: &Failure) {
        self.parked.borrow_mut().entry((self.place(index), provider)).or_insert_with(|| failure.clone());
    }

    /// Has no more sessions started in the workspace of this index.
    pub(super) fn park(&self, site: usize, failure: &Failure) {
        for provider in Provider::ALL {
            self.parked.borrow_mut().entry((site, provider)).or_insert_with(|| failure.clone());
        }
    }

    /// Whether no more sessions are started for this row.
    pub(super) fn is_parked(&self, index: usize) -> bool {
        let provider = self.terms.list.rows[index].provider;
        self.parked.borrow().contains_key(&(self.place(index), provider))
    }

    /// Has everybody stop.
    pub(super) fn stop(&self, signal: Signal) {
        self.stopping.send_replace(Some(signal));
    }

    /// Whether something keeps all rows from going on, other than that each waits for its turn.
    pub(super) fn is_held(&self) -> bool {
        self.trouble.get().is_some_and(|(why, until)| why != Why::Turn && until > System.time())
    }

    /// Whether this is to be told: what holds up one row holds up all, and is told once.
    fn is_news(&self, why: Why, until: Timestamp) -> bool {
        let told = self.trouble.get();
        let is_news = told
            .is_none_or(|(before, then)| before != why || then.saturating_add(ABOUT).is_ok_and(|then| then < until));
        if is_news {
            self.trouble.set(Some((why, until)));
        }
        is_news
    }
}

/// The process's signal, for each row.
#[derive(Clone)]
pub(super) struct Stopper(watch::Receiver<Option<Signal>>);

impl Stop for Stopper {
    async fn requested(&mut self) -> Signal {
        let signal = match self.0.wait_for(Option::is_some).await {
            Ok(signal) => *signal,
            Err(_) => None,
        };
        match signal {
            Some(signal) => signal,
            // It goes with the hall, and so does everybody in it.
            None => std::future::pending().await,
        }
    }
}

/// Where what happens to one row is told.
pub(super) struct Voice {
    pub(super) hall: Rc<Hall>,
    pub(super) row: Row,
}

impl Sink for Voice {
    fn emit(&self, event: Event) {
        let Terms { reporter, .. } = &self.hall.terms;
        match event {
            // Told once for all.
            Event::Stopping(_) | Event::Watching { .. } => {}
            Event::Waiting { why, until, .. } => {
                if self.hall.is_news(why, until) {
                    reporter.emit(event);
                }
            }
            Event::Resumed => {
                if self.hall.trouble.take().is_some() {
                    reporter.emit(event);
                }
            }
            Event::Trace(level, text) => reporter.emit(Event::Trace(level, format!("[{}] {text}", self.row.number))),
            event => reporter.emit(Event::Of(self.row.clone(), Box::new(event))),
        }
    }

    fn draw(&self, progress: Progress) {
        if self.hall.terms.is_single {
            self.hall.terms.reporter.draw(Progress { list: Some(self.hall.standing.get()), ..progress });
        }
    }

    fn frame(&self) -> Duration {
        if self.hall.terms.is_single { self.hall.terms.reporter.frame() } else { STILL }
    }

    fn deserted(&self) -> bool {
        self.hall.terms.reporter.deserted()
    }

    fn verbosity(&self) -> u8 {
        self.hall.terms.reporter.verbosity()
    }
}
