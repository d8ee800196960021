//! The journal as a command uses it: where it cannot be had, that is said once, and the command goes on without.

use std::cell::{Cell, OnceCell};
use std::rc::Rc;
use std::time::Duration;

use crate::cli::Global;
use crate::error::Error;
use crate::flow::{Clock, System};
use crate::model::environment::Environment;
use crate::model::event::{Event, Sink, trace};
use crate::model::poll::Verdict;
use crate::model::record::Record;
use crate::model::session::Account;
use crate::report::Reporter;
use crate::settings::{self, Place};
use crate::store::{Fault, Journal, Kind};

/// How long a result is kept from being told while the journal is taken: it is written down first.
const LONGEST_INSISTENCE: Duration = Duration::from_secs(10);

/// The journal, or its absence.
pub(super) struct Store {
    journal: OnceCell<Journal>,
    /// Where it is to be, and what it is to be of.
    place: Option<(Place, Kind)>,
    reporter: Rc<Reporter>,
    warned: Cell<bool>,
    given_up: Cell<bool>,
    is_taken: Cell<bool>,
    /// Whether acts are being done together, which are done again should they fail.
    is_grouped: Cell<bool>,
}

impl Store {
    /// Opens the journal. Fails only where its file is not to be touched.
    pub(super) fn open(
        flags: &Global,
        environment: &Environment,
        kind: Kind,
        reporter: &Rc<Reporter>,
    ) -> Result<Self, Error> {
        let place = settings::state(flags, environment).map(|place| (place, kind));
        let (journal, reporter) = (OnceCell::new(), Rc::clone(reporter));
        let store = Self {
            journal,
            place,
            reporter,
            warned: Cell::new(false),
            given_up: Cell::new(false),
            is_taken: Cell::default(),
            is_grouped: Cell::default(),
        };
        if store.place.is_none() {
            store.warn("HOME is not set, so there is no place for it; --state-dir names one");
        }
        match store.journal() {
            Some(Err(fault @ (Fault::Newer { .. } | Fault::Foreign { .. }))) => return Err(refused(&fault)),
            Some(Err(fault)) => {
                store.fail(&fault);
                // Each further try would take as long.
                store.given_up.set(matches!(fault, Fault::Taken { .. }));
            }
            Some(Ok(_)) | None => {}
        }
        store.tell();
        Ok(store)
    }

    /// None, for whoever has told of that by other words.
    pub(super) fn nowhere(reporter: &Rc<Reporter>) -> Self {
        Self {
            journal: OnceCell::new(),
            place: None,
            reporter: Rc::clone(reporter),
            warned: Cell::new(true),
            given_up: Cell::new(true),
            is_taken: Cell::default(),
            is_grouped: Cell::default(),
        }
    }

    /// The journal; where it could not be opened before, that is tried again. None where there is no place for it.
    fn journal(&self) -> Option<Result<&Journal, Fault>> {
        let (place, kind) = self.place.as_ref()?;
        if let Some(journal) = self.journal.get() {
            return Some(Ok(journal));
        }
        if self.given_up.get() {
            return None;
        }
        let opened = Journal::open(&place.directory, place.own, *kind);
        Some(opened.map(|journal| self.journal.get_or_init(|| journal)))
    }

    /// Whether something could not be written down.
    pub(super) fn has_failed(&self) -> bool {
        self.warned.get()
    }

    /// Whether acts are being done together, which are done again should that fail.
    pub(super) fn is_grouped(&self) -> bool {
        self.is_grouped.get()
    }

    /// Whether another process holds the journal, so that what it has cannot be told.
    pub(super) fn is_taken(&self) -> bool {
        self.is_taken.get()
    }

    /// Does something with the journal. Where that fails, or there is none, nothing comes back.
    pub(super) fn with<T>(&self, act: impl FnOnce(&Journal) -> Result<T, Fault>) -> Option<T> {
        let done = self.journal()?.and_then(act);
        self.tell();
        done.map_err(|fault| self.fail(&fault)).ok()
    }

    /// Does all these things with the journal in one transaction. False where that failed, so that none of them was done.
    pub(super) fn together(&self, acts: impl FnOnce()) -> bool {
        self.is_grouped.set(true);
        let done = match self.journal() {
            Some(Ok(journal)) => journal.together(acts).is_ok(),
            _ => false,
        };
        self.is_grouped.set(false);
        self.tell();
        done
    }

    /// Tells a person something of another session.
    pub(super) fn note(&self, text: &str) {
        self.reporter.note(text);
    }

    /// Tells a result that could not be written down, and that nobody else will be told.
    pub(super) fn warn_of(&self, record: &Record) {
        let what = match record.end.as_ref().map(|end| &end.verdict) {
            Some(Verdict::Connected(Account { email, .. })) => {
                format!("connected {}", email.as_deref().unwrap_or("a mailbox"))
            }
            Some(Verdict::Error { code, .. }) => format!("ended in error {}", code.as_deref().unwrap_or_default()),
            _ => "is over".to_owned(),
        };
        let text = format!("session {} {what}, which could not be recorded", record.id);
        self.reporter.emit(Event::Warning(text));
    }

    /// The same for a result, which nobody else will be told: as long as another process holds the journal, it is waited
    /// for, up to a limit.
    pub(super) fn insist<T>(&self, act: impl Fn(&Journal) -> Result<T, Fault>) -> Option<T> {
        let until = System.moment() + LONGEST_INSISTENCE;
        loop {
            self.is_taken.set(false);
            let done = self.with(&act);
            if done.is_some() || !self.is_taken.get() || until.left(System.moment()).is_zero() {
                return done;
            }
        }
    }

    fn fail(&self, fault: &Fault) {
        if self.is_grouped.get() {
            return;
        }
        if matches!(fault, Fault::Taken { .. }) {
            self.is_taken.set(true);
        }
        self.warn(&format!("{fault}; --state-dir DIR keeps it elsewhere"));
    }

    fn warn(&self, why: &str) {
        if !self.warned.replace(true) {
            let text = format!(
                "as long as the journal cannot be used, what happens is recorded nowhere, and this process minds \
                 Instantly's limits by itself: {why}"
            );
            self.reporter.emit(Event::Warning(text));
        }
    }

    /// Passes on what happened to the journal itself.
    fn tell(&self) {
        let Some(journal) = self.journal.get() else { return };
        let notices = journal.notices().into_iter();
        notices.for_each(|notice| self.reporter.emit(Event::Warning(notice)));
        let waited = journal.waited();
        if !waited.is_zero() {
            trace(&*self.reporter, 2, || format!("* waited {waited:.1?} for another process that had the journal"));
        }
    }
}

/// A file that this version must not touch.
pub(super) fn refused(fault: &Fault) -> Error {
    let error = Error::internal(format!("the journal cannot be used: {fault}"));
    match fault {
        Fault::Newer { .. } => error.hint("Update instantly-oauth, or keep another journal with --state-dir."),
        _ => error.hint("Keep the journal elsewhere with --state-dir."),
    }
}
