//! `connect`: one mailbox, in the browser, to its end.

use std::pin::pin;
use std::rc::Rc;
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};

use super::ending::{Context, Learned};
use super::handover::{Handover, Wishes};
use super::journal::Store;
use super::recording::{Found, Recording};
use super::starting::{Session, begin};
use super::workspace::Workspace;
use super::{Exit, listen, next, runtime};
use crate::api::{Config, Roots};
use crate::browser::{self, Plan, Surroundings, Wish};
use crate::cli::{self, Global};
use crate::error::Error;
use crate::exit::Outcome;
use crate::flow::{Clock, Ended, Last, NotStarted, Shell, Stop, System};
use crate::model::base_url::BaseUrl;
use crate::model::environment::Environment;
use crate::model::event::{Event, Sink};
use crate::model::failure::Failure;
use crate::model::limits::Limits;
use crate::model::poll::{Terms, Verdict};
use crate::model::starting::Starting;
use crate::model::words::{Route, conclude, not_started};
use crate::report::Reporter;
use crate::sandbox::{Options, Sandbox};
use crate::settings::{self, Reach, Workspaces};
use crate::store::{Journal, Kind};

/// Connects a mailbox.
pub(super) fn run(
    flags: &cli::Connect,
    global: &Global,
    environment: &Environment,
    reporter: &Rc<Reporter>,
) -> Result<Exit, Error> {
    // Everything that can be refused is refused before a session is started.
    let wishes = |plan| Wishes::new(plan, flags.copy, environment, reporter);
    let Some(scenario) = flags.sandbox else {
        let reach = Workspaces::new(global, environment).asked()?;
        let plan = browser_plan(flags.no_browser, flags.browser.as_deref(), Some(&reach), environment)?;
        let (interval, limits) = (reach.interval(flags.interval)?, settings::limits(environment, &reach.base)?);
        let config = connection(&reach, global, environment, reporter)?;
        let store = Rc::new(Store::open(global, environment, kind(&config), reporter)?);
        let way = Way { config, profile: reach.profile(), interval, limits, wishes: wishes(plan) };
        let named = next::named(global, way.profile.as_deref());
        return runtime()?.block_on(connect(flags, &named, way, &store, reporter));
    };
    let plan = browser_plan(flags.no_browser, flags.browser.as_deref(), None, environment)?;
    runtime()?.block_on(async {
        let sandbox = Sandbox::bind(Options { scenario, ttl: scenario.life(), ..Options::default() }).await?;
        let config = sandbox_config(&sandbox, global)?;
        let (interval, limits) =
            (settings::interval(flags.interval, &config.base)?, settings::limits(environment, &config.base)?);
        let store = Rc::new(Store::open(global, environment, Kind::Sandbox, reporter)?);
        let way = Way { config, profile: None, interval, limits, wishes: wishes(plan) };
        tokio::select! {
            exit = connect(flags, global, way, &store, reporter) => exit,
            never = sandbox.serve() => match never {},
        }
    })
}

/// How a session is started and waited for: as whom, under which limits, and what opens its URL.
struct Way {
    config: Config,
    profile: Option<Rc<str>>,
    interval: Duration,
    limits: Limits,
    wishes: Wishes,
}

/// How to reach a workspace. What a person should know about its key and config file is said.
pub(super) fn connection(
    reach: &Reach,
    global: &Global,
    environment: &Environment,
    reporter: &Reporter,
) -> Result<Config, Error> {
    let (config, warnings) = reach.connection(global, environment)?;
    for warning in warnings {
        reporter.emit(Event::Warning(warning));
    }
    Ok(config)
}

/// What opens URLs here: for a workspace, what its profile names, unless that is said for this call.
pub(super) fn browser_plan(
    nothing: bool,
    command: Option<&str>,
    reach: Option<&Reach>,
    environment: &Environment,
) -> Result<Plan, Error> {
    let of_profile = reach.and_then(|reach| Some((reach.profile()?, reach.browser()?)));
    let wish = match (command, of_profile) {
        _ if nothing => Wish::Nothing,
        (Some(command), _) => Wish::Program(command.to_owned()),
        (None, Some((name, command))) => Wish::OfProfile(name.to_string(), command.to_owned()),
        (None, None) => Wish::Default,
    };
    let planned = browser::plan(&Surroundings::look(environment), &wish, &|path| path.is_file());
    match planned {
        // It is not ours, and may have been inherited from anywhere: the URL is printed all the same.
        Err(error) if wish == Wish::Default => Ok(Plan::Nothing { reason: error.to_string() }),
        planned => planned,
    }
}

/// How to reach a sandbox of this process.
pub(super) fn sandbox_config(sandbox: &Sandbox, global: &Global) -> Result<Config, Error> {
    let base = BaseUrl::parse(&sandbox.base_url())
        .map_err(|why| Error::internal(format!("the sandbox's address cannot be used: {why}")))?;
    let key = SecretString::from(sandbox.api_key());
    Ok(Config {
        base,
        key,
        timeout: global.request_timeout,
        roots: Roots::default(),
        proxy: None,
        keep: Duration::ZERO,
    })
}

async fn connect(
    flags: &cli::Connect,
    global: &Global,
    way: Way,
    store: &Rc<Store>,
    reporter: &Rc<Reporter>,
) -> Result<Exit, Error> {
    let Way { config, profile, interval, limits, wishes } = way;
    let route = settings::route(&config, profile.as_deref());
    let sandboxed = kind(&config) == Kind::Sandbox;
    store.with(|journal| journal.note_the_dead(System.time()));
    let provider = flags.provider;
    let mut context = context(flags, global, reporter, &route);
    if sandboxed {
        let plays = flags.sandbox.map(|scenario| format!("{}: {}", scenario.name(), scenario.about()));
        reporter.emit(Event::Sandbox(plays));
    }
    let mut shell = Shell { clock: &System, sink: &**reporter, stop: listen()? };
    let (limiter, fingerprint) = Workspace::limiter(store, reporter, &config, limits);
    let failed = |failure| Exit::from(reporter.finish(&not_started(&failure, &context.case()), &[]));
    // Before anything is made ready that would not be used.
    if let Some(hold) = limiter.closed(Some(provider)).filter(|hold| hold.wait > flags.max_wait) {
        return Ok(failed(Failure::Held(hold)));
    }
    let workspace = Workspace::reach(store, reporter, config, profile, (limiter, fingerprint))?;
    let session = match begin(&mut shell, &workspace, provider, Starting::begin(flags.max_wait)).await {
        Ok(session) => session,
        Err(NotStarted::Failed(failure)) => return Ok(failed(failure)),
        Err(NotStarted::Deserted) => return Ok(context.finish(Ended::Deserted, |_| None)),
        Err(NotStarted::Stopped(signal)) => return Ok(context.finish(Ended::Stopped(signal, Last::Nothing), |_| None)),
    };
    let id = &session.started.id;
    let record = session.record(&workspace, provider, flags.expect.as_deref());
    context.started_at = record.began;
    // With a name it can still be written down later, should that fail now.
    let name = Journal::name().ok();
    if let Some(name) = &name {
        store.with(|journal| journal.begin(name, &record, !flags.no_wait, None, System.time()));
    }
    let found = Found { record, name, marked: false, over: false };
    let recording = Recording::new(workspace.clone(), flags.expect.clone(), found);
    context.session = Some(id);
    // The sandbox of this process, and every session in it, ends with it.
    context.resume = flags.sandbox.is_none().then(|| next::resume(id, flags.expect.as_deref(), global));
    if let Some(host) = session.auth_url.foreign_host(provider) {
        reporter.emit(Event::Warning(format!(
            "the URL leads to {host}, which is not {}'s own sign-in; look twice before signing in",
            provider.name()
        )));
    }
    reporter.emit(Event::Session {
        id: id.clone(),
        profile: workspace.profile.clone(),
        provider,
        auth_url: session.auth_url.clone(),
        expires_at: session.expiry.at,
        expect: flags.expect.clone(),
        sandbox: sandboxed,
    });
    if flags.qr {
        reporter.emit(Event::Code(session.auth_url.clone()));
        if session.auth_url.is_local() {
            reporter.note("The URL leads to this machine: a phone cannot open it.");
        }
    }
    if reporter.deserted() {
        recording.leave().await;
        return Ok(context.finish(Ended::Deserted, |_| None));
    }
    let mut handover = Handover::begin(wishes, &session.auth_url, reporter);
    if flags.no_wait {
        return Ok(leave(&mut shell, &context, &session, handover).await);
    }
    let until = System.time().saturating_add(session.expiry.life).unwrap_or_default();
    reporter.emit(Event::Watching { id: id.clone(), expires_at: until });
    let terms = Terms {
        interval,
        end: session.begun + session.expiry.life,
        give_up: flags.timeout.map(|timeout| session.begun + timeout),
    };
    let mut watching = pin!(recording.follow(&mut shell, terms));
    let ended = tokio::select! {
        biased;
        ended = async { handover.done().await; std::future::pending().await } => ended,
        ended = &mut watching => ended,
    };
    handover.leave();
    context.learned = recording.learned();
    Ok(context.finish(ended, |end| (end.outcome == Outcome::Connected).then(|| end.message.clone())))
}

/// What is to be said while there is no session yet.
fn context<'a>(flags: &'a cli::Connect, global: &Global, reporter: &'a Reporter, route: &'a Route) -> Context<'a> {
    let expect = flags.expect.as_deref();
    Context {
        reporter,
        session: None,
        provider: Some(flags.provider),
        expect,
        started_at: System.time(),
        resume: None,
        again: Some(next::connect(flags.provider, expect, flags.sandbox, global)),
        route,
        learned: Learned::default(),
    }
}

/// Whose sessions these are.
pub(super) fn kind(config: &Config) -> Kind {
    let sandbox = config.base.is_loopback() && config.key.expose_secret().starts_with("sandbox-");
    if sandbox { Kind::Sandbox } else { Kind::Real }
}

/// Does not wait: prints what goes on elsewhere.
async fn leave<S: Stop>(
    shell: &mut Shell<'_, System, S>,
    context: &Context<'_>,
    session: &Session,
    mut handover: Handover<'_>,
) -> Exit {
    let stopped = tokio::select! {
        biased;
        signal = shell.stop.requested() => Some(signal),
        () = handover.done() => None,
    };
    if let Some(signal) = stopped {
        return context.finish(Ended::Stopped(signal, Last::Nothing), |_| None);
    }
    let mut end = conclude(Verdict::Pending { status: None, last: None, lost: false }, &context.case());
    end.exit_code = 0;
    let lines = [session.started.id.as_str(), session.auth_url.as_str()];
    context.reporter.finish(&end, &lines).into()
}
