//! The workspaces that the rows of a list are for.

use std::rc::Rc;
use std::time::Duration;

use secrecy::ExposeSecret as _;

use super::KEEP;
use super::input::Input;
use crate::api::Config;
use crate::browser::Plan;
use crate::cli::{self, Global};
use crate::commands::connect::{browser_plan, kind};
use crate::commands::desk::Desk;
use crate::commands::journal::Store;
use crate::commands::workspace::Workspace;
use crate::error::Error;
use crate::model::environment::Environment;
use crate::model::event::{Event, Sink as _};
use crate::model::limits::Limits;
use crate::model::list::Row;
use crate::model::words::Route;
use crate::report::Reporter;
use crate::settings::{self, Reach, Workspaces};
use crate::store::Kind;

/// How to reach a workspace, before anything is sent to it.
pub(super) struct Way {
    pub(super) profile: Option<Rc<str>>,
    pub(super) config: Config,
    pub(super) interval: Duration,
    pub(super) limits: Limits,
    /// What opens its URLs.
    pub(super) plan: Plan,
}

/// A workspace that some rows are for.
pub(super) struct Site {
    pub(super) workspace: Workspace,
    pub(super) route: Route,
    pub(super) interval: Duration,
    pub(super) limits: Limits,
    pub(super) plan: Plan,
    pub(super) desk: Rc<Desk>,
}

/// How to reach each workspace that a row is for, in the order of the list. All of them are found out before anything is
/// sent to the first.
pub(super) fn ways(
    input: &Input,
    flags: &cli::Batch,
    global: &Global,
    environment: &Environment,
    workspaces: &Workspaces<'_>,
    reporter: &Reporter,
) -> Result<Vec<Way>, Error> {
    let mut profiles: Vec<Option<Rc<str>>> = Vec::new();
    for row in &input.list.rows {
        if !profiles.contains(&row.profile) {
            profiles.push(row.profile.clone());
        }
    }
    let asked = workspaces.asked();
    let reaches = profiles.iter().map(|profile| match (profile, &asked) {
        (Some(name), Ok(asked)) if asked.profile().as_ref() == Some(name) => Ok(asked.clone()),
        (Some(name), _) => workspaces.named(name),
        (None, _) => workspaces.asked(),
    });
    // What can be found out without asking for a key comes first: that may be a person's password manager.
    let ready = reaches.map(|reach| ready(reach?, flags, environment)).collect::<Result<Vec<_>, _>>()?;
    let mut told: Vec<String> = Vec::new();
    let ways = ready.into_iter().map(|(reach, interval, limits, plan)| {
        let (config, warnings) = reach.connection(global, environment)?;
        // Those of the config file are the same for all.
        for warning in warnings {
            if !told.contains(&warning) {
                reporter.emit(Event::Warning(warning.clone()));
                told.push(warning);
            }
        }
        Ok(Way { profile: reach.profile(), config, interval, limits, plan })
    });
    let ways: Vec<Way> = ways.collect::<Result<_, Error>>()?;
    for (number, way) in ways.iter().enumerate() {
        let is_same = |other: &&Way| {
            other.config.key.expose_secret() == way.config.key.expose_secret() && other.config.base == way.config.base
        };
        if let Some(other) = ways[..number].iter().find(is_same) {
            reporter.emit(Event::Warning(format!(
                "{} and {} have the same key: their mailboxes go to one workspace",
                other.name(),
                way.name()
            )));
        }
    }
    let mut kinds = ways.iter().map(|way| kind(&way.config));
    let first = kinds.next();
    if kinds.any(|kind| Some(kind) != first) {
        return Err(Error::usage("some of the workspaces are a sandbox's and some are not")
            .hint("Their sessions are not recorded together: make a list of each."));
    }
    Ok(ways)
}

/// What a workspace is called that has no profile.
const NAMELESS: &str = "the key that was given";

type Ready = (Reach, Duration, Limits, Plan);

fn ready(reach: Reach, flags: &cli::Batch, environment: &Environment) -> Result<Ready, Error> {
    let plan = browser_plan(flags.no_browser, flags.browser.as_deref(), Some(&reach), environment)?;
    let (interval, limits) = (reach.interval(flags.interval)?, settings::limits(environment, &reach.base)?);
    Ok((reach, interval, limits, plan))
}

impl Way {
    /// What it is called.
    fn name(&self) -> &str {
        self.profile.as_deref().unwrap_or(NAMELESS)
    }

    /// Whose sessions are started there.
    pub(super) fn kind(&self) -> Kind {
        kind(&self.config)
    }

    /// The workspace itself, where so many rows are worked on at once.
    pub(super) fn open(self, store: &Rc<Store>, reporter: &Rc<Reporter>, parallel: usize) -> Result<Site, Error> {
        let Self { profile, mut config, interval, limits, plan } = self;
        if parallel > 1 {
            config.keep = KEEP;
        }
        let route = settings::route(&config, profile.as_deref());
        let (limiter, fingerprint) = Workspace::limiter(store, reporter, &config, limits);
        let desk = Rc::new(Desk::new(store.clone(), limiter.clone(), parallel));
        let workspace = Workspace::reach(store, reporter, config, profile, (limiter, fingerprint))?;
        Ok(Site { workspace, route, interval, limits, plan, desk })
    }
}

impl Site {
    /// Whether this row is for it. In a sandbox all are for the same.
    pub(super) fn is_of(&self, row: &Row) -> bool {
        self.workspace.profile == row.profile
    }

    /// Has what is written of it put together from now on.
    pub(super) fn share(&mut self) {
        self.workspace.desk = Some(self.desk.clone());
    }

    /// What it is called, where there are several.
    pub(super) fn name(&self) -> &str {
        self.workspace.profile.as_deref().unwrap_or(NAMELESS)
    }
}
