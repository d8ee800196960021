//! The journal as a command uses it: where it cannot be had, that is said once, and the command goes on without.

use std::cell::Cell;
use std::rc::Rc;

use crate::cli::Global;
use crate::error::Error;
use crate::model::environment::Environment;
use crate::model::event::{Event, Sink, trace};
use crate::report::Reporter;
use crate::settings;
use crate::store::{Fault, Journal, Kind};

/// The journal, or its absence.
pub(super) struct Store {
    journal: Option<Journal>,
    reporter: Rc<Reporter>,
    warned: Cell<bool>,
}

impl Store {
    /// Opens the journal. Fails only where its file is not to be touched.
    pub(super) fn open(
        flags: &Global,
        environment: &Environment,
        kind: Kind,
        reporter: &Rc<Reporter>,
    ) -> Result<Self, Error> {
        let mut store = Self { journal: None, reporter: Rc::clone(reporter), warned: Cell::new(false) };
        let Some(place) = settings::state(flags, environment) else {
            store.warn("HOME is not set, so there is no place for it; --state-dir names one");
            return Ok(store);
        };
        match Journal::open(&place.directory, place.own, kind) {
            Ok(journal) => store.journal = Some(journal),
            Err(fault @ (Fault::Newer { .. } | Fault::Foreign { .. })) => return Err(refused(&fault)),
            Err(fault) => store.fail(&fault),
        }
        store.tell();
        Ok(store)
    }

    /// Does something with the journal. Where that fails, or there is none, nothing comes back.
    pub(super) fn with<T>(&self, act: impl FnOnce(&Journal) -> Result<T, Fault>) -> Option<T> {
        let done = act(self.journal.as_ref()?);
        self.tell();
        done.map_err(|fault| self.fail(&fault)).ok()
    }

    fn fail(&self, fault: &Fault) {
        self.warn(&format!("{fault}; --state-dir DIR keeps it elsewhere"));
    }

    fn warn(&self, why: &str) {
        if !self.warned.replace(true) {
            let text = format!("the journal cannot be used, so what happens is recorded nowhere: {why}");
            self.reporter.emit(Event::Warning(text));
        }
    }

    /// Passes on what happened to the journal itself.
    fn tell(&self) {
        let notices = self.journal.iter().flat_map(Journal::notices);
        notices.for_each(|notice| self.reporter.emit(Event::Warning(notice)));
        let waited = self.journal.as_ref().map(Journal::waited).filter(|waited| !waited.is_zero());
        if let Some(waited) = waited {
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
