//! What may be sent, the one request that is, and what its answer shows: the service, the key, the clock.

use std::rc::Rc;
use std::time::{Duration, Instant};

use super::Report;
use super::route::Way;
use super::storage::Storage;
use super::who::Who;
use crate::api::{Client, Config};
use crate::cli::Global;
use crate::commands::limiter::Limiter;
use crate::commands::workspace::Workspace;
use crate::error::Error;
use crate::exit::Outcome;
use crate::flow::{Clock, System};
use crate::model::check::{Check, Name, answer, clock, limits};
use crate::model::environment::Environment;
use crate::model::event::{Event, Progress, Sink};
use crate::model::session::SessionId;
use crate::report::Reporter;
use crate::settings;
use crate::store::Journal;

/// What the request needs.
const WAY: [Name; 7] = [Name::Key, Name::BaseUrl, Name::Proxy, Name::Dns, Name::Tcp, Name::Tunnel, Name::Tls];

/// Looks at the limits, asks, and judges the answer.
pub(super) async fn look(
    global: &Global,
    environment: &Environment,
    who: Who,
    way: Way,
    storage: Storage,
    report: &Report<'_>,
) {
    let profile = who.chosen.as_ref().and_then(|chosen| Some(chosen.profile.as_ref()?.name.clone()));
    let ready = match (who.key, who.base) {
        (Some(key), Some(base)) => {
            let is_proxied = way.is_proxied;
            let timeout = global.request_timeout;
            let Way { roots, proxy, .. } = way;
            let config = Config { base, key, timeout, roots, proxy, keep: Duration::ZERO };
            Some((limiter(global, environment, &config, &storage, report), config, is_proxied))
        }
        _ => None,
    };
    let Some((limiter, config, is_proxied)) = ready else {
        let needs = [Name::Key, Name::BaseUrl];
        for name in [Name::Limits, Name::Service, Name::Access, Name::Clock] {
            report.can(name, &needs);
        }
        return;
    };
    // Without a place for the journal the commands go on, and so does this; not with one that they would not touch.
    // What is closed for one provider's sessions is open for this.
    let is_open = limiter.as_ref().is_some_and(|limiter| limiter.closed(None).is_none());
    let kept = [Name::Journal, Name::Limits].into_iter().find(|name| report.has_failed(*name));
    let kept = kept.filter(|name| *name != Name::Limits || !is_open);
    let first = report.first(&WAY).or(kept);
    let (Some(limiter), None) = (limiter, first) else {
        let first = first.unwrap_or(Name::Limits);
        for name in [Name::Service, Name::Access, Name::Clock] {
            report.tell(Check::skipped(name, first));
        }
        return;
    };
    if let Err(error) = ask(config, profile.as_deref(), is_proxied, &limiter, report).await {
        report.tell(Check::of_error(Name::Service, &error));
        report.tell(Check::skipped(Name::Access, Name::Service));
        report.tell(Check::skipped(Name::Clock, Name::Service));
    }
}

/// The limits, which are told; none where they cannot be minded.
fn limiter(
    global: &Global,
    environment: &Environment,
    config: &Config,
    storage: &Storage,
    report: &Report<'_>,
) -> Option<Rc<Limiter>> {
    if report.has_failed(Name::Journal) {
        report.can(Name::Limits, &[Name::Journal]);
        return None;
    }
    let made = settings::limits(environment, &config.base).and_then(|limits| {
        let store = storage.open(global, environment, report)?;
        Ok((Workspace::limiter(&store, report.reporter, config, limits).0, store))
    });
    let (limiter, store) = match made {
        Ok(made) => made,
        Err(error) => {
            report.tell(Check::of_error(Name::Limits, &error));
            return None;
        }
    };
    let state = limiter.state();
    report.tell(match state {
        _ if !storage.is_usable() => Check::skipped(Name::Limits, Name::State),
        Some(state) if !store.has_failed() => limits::judge(&state, System.time(), &report.reporter.zone()),
        // It was sound when it was looked at, and what was wrong since has been said.
        _ => Check::failed(Name::Limits, Outcome::Internal, "the journal could not be read, so they are not known")
            .mend("Try again; if that goes on, keep the journal elsewhere with --state-dir."),
    });
    Some(limiter)
}

/// Asks for a session that cannot exist.
async fn ask(
    config: Config,
    profile: Option<&str>,
    is_proxied: bool,
    limiter: &Limiter,
    report: &Report<'_>,
) -> Result<(), Error> {
    let mut route = settings::route(&config, profile);
    route.proxy = route.proxy.filter(|_| is_proxied);
    let client = Client::new(config, Rc::new(Hushed(report.reporter.clone())), jiff::Timestamp::now)?;
    let id = nobodys()?;
    let mut took = Duration::ZERO;
    let answer = limiter.through(async {
        let begun = Instant::now();
        let answer = client.state(&id, Duration::MAX).await;
        took = begun.elapsed();
        answer
    });
    let answer = answer.await;
    let (service, access) = answer::judge(&answer, client.is_documented(), took, &route);
    let is_good = service.is_good();
    report.tell(service);
    report.tell(access);
    report.tell(match client.clock() {
        None if !is_good => Check::skipped(Name::Clock, Name::Service),
        ahead => clock::judge(ahead),
    });
    Ok(())
}

/// An id like those of the service that no session has: nobody else will ever draw it.
fn nobodys() -> Result<SessionId, Error> {
    let refuse = |why: String| Error::internal(format!("no random number could be had: {why}"));
    let name = Journal::name().map_err(|fault| refuse(fault.to_string()))?;
    let digit = |at: usize| name.get(at..=at).unwrap_or("0");
    let part = |from: usize, to: usize| (from..to).map(digit).collect::<String>();
    let id = format!("{}-{}-4{}-8{}-{}", part(0, 8), part(8, 12), part(13, 16), part(17, 20), part(20, 32));
    SessionId::parse(&id).map_err(|why| refuse(why.to_owned()))
}

/// What is told of the request beside its answer: its trace. What it warns of was checked before.
struct Hushed(Rc<Reporter>);

impl Sink for Hushed {
    fn emit(&self, event: Event) {
        if !matches!(event, Event::Warning(_)) {
            self.0.emit(event);
        }
    }

    fn draw(&self, progress: Progress) {
        self.0.draw(progress);
    }

    fn frame(&self) -> Duration {
        self.0.frame()
    }

    fn deserted(&self) -> bool {
        self.0.deserted()
    }

    fn verbosity(&self) -> u8 {
        self.0.verbosity()
    }
}
