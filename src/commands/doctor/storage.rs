//! Where state is kept, and whether the journal there is sound.

use std::rc::Rc;

use secrecy::ExposeSecret;

use super::Report;
use super::who::Who;
use crate::cli::Global;
use crate::commands::journal::Store;
use crate::error::Error;
use crate::model::base_url::BaseUrl;
use crate::model::check::{Check, Name, storage};
use crate::model::environment::Environment;
use crate::settings;
use crate::store::{Kind, examine};

/// The journal that the commands would use, or that there is none to be had.
pub(super) struct Storage {
    kind: Kind,
    is_usable: bool,
}

/// Looks at the directory and the journal in it.
pub(super) fn look(global: &Global, environment: &Environment, who: &Who, report: &Report<'_>) -> Storage {
    let here = who.base.as_ref().is_some_and(BaseUrl::is_loopback);
    let is_sandbox = here && who.key.as_ref().is_some_and(|key| key.expose_secret().starts_with("sandbox-"));
    let kind = if is_sandbox { Kind::Sandbox } else { Kind::Real };
    let place = settings::state(global, environment);
    let found = place.map(|place| examine(&place.directory, place.own, kind));
    report.tell(storage::directory(found.as_ref().map(|(directory, _)| directory)));
    let journal = found.and_then(|(_, journal)| journal);
    report.tell(journal.as_ref().map_or_else(|| Check::skipped(Name::Journal, Name::State), storage::journal));
    Storage { kind, is_usable: journal.is_some() && !report.has_failed(Name::Journal) }
}

impl Storage {
    /// Opens the journal as every command does; where there is no place for it, this process minds the limits by itself, as
    /// it would in every command.
    pub(super) fn open(
        &self,
        global: &Global,
        environment: &Environment,
        report: &Report<'_>,
    ) -> Result<Rc<Store>, Error> {
        if !self.is_usable {
            return Ok(Store::nowhere(report.reporter).into());
        }
        Store::open(global, environment, self.kind, report.reporter).map(Rc::new)
    }

    pub(super) const fn is_usable(&self) -> bool {
        self.is_usable
    }
}
