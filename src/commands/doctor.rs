//! `doctor`: what is wrong here, and how to mend it. It starts no session, and sends one request at the most.

mod desk;
mod route;
mod service;
mod storage;
mod who;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use self::who::Who;
use super::{Exit, listen, runtime};
use crate::cli::Global;
use crate::error::Error;
use crate::exit::Outcome;
use crate::flow::{Clock, Signal, Stop, System};
use crate::model::check::{Check, Name, State, Tally};
use crate::model::conclusion::Conclusion;
use crate::model::environment::Environment;
use crate::report::Reporter;
use crate::settings::Terminal;

/// Looks at everything that the other commands need.
pub(super) fn run(
    global: &Global,
    environment: &Environment,
    terminal: Terminal,
    reporter: &Rc<Reporter>,
) -> Result<Exit, Error> {
    let runtime = runtime()?;
    let report =
        Report { reporter, states: RefCell::default(), tally: RefCell::default(), profile: RefCell::default() };
    // A file or a program may keep the key to itself for long: until then a signal ends this as it does anything.
    let who = about(global, environment, &report);
    let stopped = runtime.block_on(async {
        let mut stop = listen()?;
        Ok::<_, Error>(tokio::select! {
            biased;
            signal = stop.requested() => Some(signal),
            () = examine(global, environment, terminal, who, &report) => None,
        })
    });
    // A name that is still being looked up would be waited for otherwise.
    runtime.shutdown_background();
    let now = System.time();
    if let Some(signal) = stopped? {
        let outcome = match signal {
            Signal::Interrupt => Outcome::Interrupted,
            Signal::Terminate => Outcome::Terminated,
        };
        let code = reporter.finish(&Conclusion::new(outcome, "Stopped before everything was looked at.", now), &[]);
        return Ok(Exit { code, signal: Some(signal) });
    }
    let mut end = report.tally.borrow().conclude(now);
    end.profile = report.profile.take();
    let line = (end.outcome == Outcome::Done).then(|| end.message.clone());
    if !reporter.is_json() {
        // They stand below the check already.
        end.hints.clear();
    }
    Ok(reporter.finish(&end, &line.iter().map(String::as_str).collect::<Vec<_>>()).into())
}

/// What was told so far.
struct Report<'a> {
    reporter: &'a Rc<Reporter>,
    states: RefCell<BTreeMap<Name, State>>,
    tally: RefCell<Tally>,
    /// The profile that was looked at.
    profile: RefCell<Option<String>>,
}

impl Report<'_> {
    /// Tells a check.
    fn tell(&self, check: Check) {
        self.reporter.check(&check);
        self.states.borrow_mut().insert(check.name, check.state);
        self.tally.borrow_mut().add(check);
    }

    /// The first of these that keeps what depends on it from being looked at: the one that failed, and not one that was
    /// skipped for its sake. What was not looked at at all keeps nothing.
    fn first(&self, names: &[Name]) -> Option<Name> {
        let states = self.states.borrow();
        names.iter().find_map(|name| match states.get(name)? {
            State::Ok | State::Warning => None,
            State::Failed(_) => Some(*name),
            State::Skipped(first) => Some(*first),
        })
    }

    /// Tells that this is skipped where one of these keeps it from being looked at. Whether it can be.
    fn can(&self, name: Name, needs: &[Name]) -> bool {
        let first = self.first(needs);
        if let Some(first) = first {
            self.tell(Check::skipped(name, first));
        }
        first.is_none()
    }

    fn has_failed(&self, name: Name) -> bool {
        matches!(self.states.borrow().get(&name), Some(State::Failed(_)))
    }
}

/// Looks at this tool, and at whose workspace is meant.
fn about(global: &Global, environment: &Environment, report: &Report<'_>) -> Who {
    report.tell(
        Check::ok(
            Name::Tool,
            format!(
                "instantly-oauth {} on {} ({})",
                env!("CARGO_PKG_VERSION"),
                std::env::consts::OS,
                std::env::consts::ARCH
            ),
        )
        .fact("version", env!("CARGO_PKG_VERSION"))
        .fact("os", std::env::consts::OS)
        .fact("arch", std::env::consts::ARCH),
    );
    who::look(global, environment, report)
}

async fn examine(global: &Global, environment: &Environment, terminal: Terminal, who: Who, report: &Report<'_>) {
    let way = route::look(global, environment, who.base.as_ref(), report).await;
    let storage = storage::look(global, environment, &who, report);
    let profile = who.chosen.as_ref().and_then(|chosen| chosen.profile.clone());
    report.profile.replace(profile.as_ref().map(|profile| profile.name.clone()));
    service::look(global, environment, who, way, storage, report).await;
    desk::browser(environment, profile.as_ref(), report);
    desk::terminal(global, environment, terminal, report);
}
