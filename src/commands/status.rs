//! `status`: what became of a session, once or until it is over.

use std::rc::Rc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::connect::{connection, kind};
use super::ending::{Context, Learned};
use super::journal::Store;
use super::recording::{Found, Recording};
use super::workspace::Workspace;
use super::{Exit, listen, next, runtime};
use crate::api::Config;
use crate::cli::{self, Global};
use crate::error::Error;
use crate::exit::Outcome;
use crate::flow::{Clock, Ended, Shell, System};
use crate::model::auth_url::AuthUrl;
use crate::model::base_url::BaseUrl;
use crate::model::conclusion::Conclusion;
use crate::model::deadline::DOCUMENTED_LIFE;
use crate::model::environment::Environment;
use crate::model::event::{Event, Sink, trace};
use crate::model::limits::Limits;
use crate::model::poll::Terms;
use crate::model::record::{End, Record};
use crate::model::words::Route;
use crate::report::Reporter;
use crate::settings::{self, Workspaces};
use crate::store::{Busy, Entry, Journal, Kind};

/// Asks for a session's state, or says what is known of it already.
pub(super) fn run(
    flags: &cli::Status,
    global: &Global,
    environment: &Environment,
    reporter: &Rc<Reporter>,
) -> Result<Exit, Error> {
    let reach = Workspaces::new(global, environment).asked()?;
    let base = reach.base.clone();
    let (interval, limits) = (reach.interval(flags.interval)?, settings::limits(environment, &base)?);
    let route = Route { profile: reach.profile().map(|name| name.to_string()), ..Route::default() };
    let named = next::named(global, route.profile.as_deref());
    let mut status = Status { flags, global: &named, reporter, interval, route, kind: Kind::Real, limits };
    let config = match connection(&reach, global, environment, reporter) {
        // Without a key, what this machine has read before can still be told.
        Err(error) if error.outcome == Outcome::Auth => {
            let told = read_before(flags, global, environment, &base);
            return told.map_or(Err(error), |(record, end)| Ok(status.tell(Some(&record), end)));
        }
        config => config?,
    };
    (status.route, status.kind) = (settings::route(&config, reach.profile().as_deref()), kind(&config));
    let store = Rc::new(Store::open(global, environment, status.kind, reporter)?);
    let known = store.with(|journal| journal.find(&base.to_string(), &flags.session)).flatten();
    let known = known.map(|entry| (entry.record, entry.name));
    let record = known.as_ref().map(|(record, _)| record);
    if let Some(end) = record.filter(|record| record.is_retrieved()).and_then(|record| record.end.clone()) {
        return Ok(status.tell(record, end));
    }
    runtime()?.block_on(status.ask(config, reach.profile(), &store, known))
}

/// The session's result, if a journal that is here has it. A sandbox's key says that it is one; without one, a service on
/// this machine may be either.
fn read_before(
    flags: &cli::Status,
    global: &Global,
    environment: &Environment,
    base: &BaseUrl,
) -> Option<(Record, End)> {
    let place = settings::state(global, environment)?;
    let kinds = if base.is_loopback() { &[Kind::Real, Kind::Sandbox][..] } else { &[Kind::Real] };
    kinds.iter().find_map(|kind| {
        // Where it cannot be read there is nothing to tell, and the missing key is what is told instead.
        let journal = Journal::open_existing(&place.directory, place.own, *kind).ok()??;
        let record = journal.find(&base.to_string(), &flags.session).ok()??.record;
        let end = record.end.clone().filter(|_| record.is_retrieved())?;
        Some((record, end))
    })
}

/// How often to look whether another process is done that asks once.
const LOOK_AGAIN: Duration = Duration::from_millis(50);

struct Status<'a> {
    flags: &'a cli::Status,
    global: &'a Global,
    reporter: &'a Rc<Reporter>,
    interval: Duration,
    route: Route,
    kind: Kind,
    limits: Limits,
}

impl Status<'_> {
    /// What is to be said of this session, with what is known of it.
    fn context<'b>(&'b self, expect: Option<&'b str>, record: Option<&Record>) -> Context<'b> {
        Context {
            reporter: self.reporter,
            session: Some(&self.flags.session),
            provider: record.and_then(|record| record.provider),
            expect,
            started_at: record.map_or_else(|| System.time(), |record| record.began),
            resume: Some(next::resume(&self.flags.session, expect, self.global)),
            again: None,
            route: &self.route,
            learned: Learned::default(),
        }
    }

    /// The mailbox that must come back: what is said now, or was said at the start.
    fn expect<'b>(&'b self, record: Option<&'b Record>) -> Option<&'b str> {
        self.flags.expect.as_deref().or_else(|| record?.expect.as_deref())
    }

    /// How its workspace is reached: by the profile with which it was started, where it was.
    fn route_of(&self, record: Option<&Record>) -> Route {
        let profile = record.and_then(|record| record.profile.as_deref()).map(str::to_owned);
        Route { profile: profile.or_else(|| self.route.profile.clone()), ..self.route.clone() }
    }

    /// A session of another workspace is none of this one's: its result is not there to be read.
    fn warn_of_another(&self, record: &Record, workspace: &Workspace) {
        let another = record.profile.as_deref().filter(|_| record.workspace != *workspace.fingerprint);
        if let Some(profile) = another.filter(|profile| workspace.profile.as_deref() != Some(profile)) {
            self.reporter.emit(Event::Warning(format!(
                "session {} was started with the profile {profile}, and this key is not that profile's; say \
                 --profile {profile}",
                self.flags.session
            )));
        }
    }

    /// Tells a result that was read before.
    fn tell(&self, record: Option<&Record>, end: End) -> Exit {
        let route = self.route_of(record);
        let mut context = Context { route: &route, ..self.context(self.expect(record), record) };
        context.learned = Learned::journal(&end);
        self.reporter.note("This machine has read the result before; nothing was asked.");
        context.finish(Ended::Verdict(end.verdict), line)
    }

    /// Asks, unless another process here is waiting for the answer.
    async fn ask(
        &mut self,
        config: Config,
        profile: Option<Rc<str>>,
        store: &Rc<Store>,
        known: Option<(Record, String)>,
    ) -> Result<Exit, Error> {
        let flags = self.flags;
        let service = config.base.to_string();
        let loopback = config.base.is_loopback();
        let patience = config.timeout;
        let mut shell = Shell { clock: &System, sink: &**self.reporter, stop: listen()? };
        let limiter = Workspace::limiter(store, self.reporter, &config, self.limits);
        let workspace = Workspace::reach(store, self.reporter, config, profile, limiter)?;
        let now = System.time();
        let life = SignedDuration::try_from(DOCUMENTED_LIFE).unwrap_or(SignedDuration::MAX);
        let mut unknown = Record::met(flags.session.clone(), service, workspace.fingerprint.to_string(), life, now);
        unknown.profile.clone_from(&workspace.profile);
        unknown.expect.clone_from(&flags.expect);
        let patience = System.moment() + patience;
        let approached = loop {
            let approached = store.with(|journal| journal.approach(&unknown, flags.force, System.time()));
            // Whoever asks for another session's sake is done in a moment.
            let passes = matches!(&approached, Some(Err(waiter)) if waiter.since.is_none());
            if !passes || patience.left(System.moment()).is_zero() {
                break approached;
            }
            System.sleep(LOOK_AGAIN).await;
        };
        let found = match approached {
            Some(Err(waiter)) => return Ok(self.refuse(waiter)),
            Some(Ok(Entry { record, waiter, name, .. })) => {
                if let Some(end) = record.end.clone().filter(|_| record.is_retrieved()) {
                    // Another process has read it since we looked.
                    return Ok(self.tell(Some(&record), end));
                }
                Found { record, name: Some(name), marked: waiter.is_none(), over: waiter.is_some() }
            }
            // It may have the result, or tell that somebody waits for it: asking could destroy what another one is told.
            None if store.is_taken() && !flags.force => return Err(taken()),
            None => {
                let (record, name) = known.map_or((unknown, None), |(record, name)| (cut_off(record), Some(name)));
                Found { record, name, marked: false, over: false }
            }
        };
        let record = found.record.clone();
        trace(&**self.reporter, 1, || match &record {
            Record { suspicion: Some(suspicion), .. } => {
                format!("* the journal suspects that its result is lost: {suspicion:?}")
            }
            Record { started_here: true, began, .. } => format!("* the journal has it from here, begun at {began:.0}"),
            _ => "* the journal does not have it from here".to_owned(),
        });
        let expect = self.expect(Some(&record)).map(str::to_owned);
        self.warn_of_another(&record, &workspace);
        let route = self.route_of(Some(&record));
        let mut context = Context { route: &route, ..self.context(expect.as_deref(), Some(&record)) };
        let recording = Recording::new(workspace, expect.clone(), found);
        let ended = if flags.wait {
            let left = Duration::try_from(record.ends.duration_since(now)).unwrap_or_default();
            let moment = System.moment();
            self.announce(&record, loopback);
            let terms = Terms {
                interval: self.interval,
                end: moment + left,
                give_up: flags.timeout.map(|timeout| moment + timeout),
            };
            self.reporter.emit(Event::Watching { id: flags.session.clone(), expires_at: record.ends.max(now) });
            recording.follow(&mut shell, terms).await
        } else {
            recording.once(&mut shell).await
        };
        context.learned = recording.learned();
        Ok(context.finish(ended, line))
    }

    /// Shows where the person goes, while the session still waits for one.
    fn announce(&self, record: &Record, loopback: bool) {
        let auth_url = record.auth_url.as_ref().filter(|_| record.gone.is_none() && record.ends > System.time());
        let auth_url = auth_url.and_then(|url| AuthUrl::check(url, loopback).ok());
        if let (Some(auth_url), Some(provider)) = (auth_url, record.provider) {
            self.reporter.emit(Event::Session {
                id: record.id.clone(),
                profile: record.profile.clone(),
                provider,
                auth_url,
                expires_at: record.ends,
                expect: record.expect.clone(),
                sandbox: self.kind == Kind::Sandbox,
            });
        }
    }

    /// Another process is waiting: whoever of the two asks first takes the result from the other.
    fn refuse(&self, waiter: Busy) -> Exit {
        let time = |since: Timestamp| since.to_zoned(self.reporter.zone()).strftime("%H:%M:%S").to_string();
        let since = waiter.since.map(|since| format!(", since {}", time(since))).unwrap_or_default();
        let error = Error::usage(format!(
            "process {} on this machine is waiting for session {}{since}",
            waiter.process, self.flags.session
        ))
        .hint("A result can be read once: that process will read it, and then this command tells it from the journal.")
        .hint("--force asks all the same.");
        let end =
            Conclusion { session: Some(self.flags.session.clone()), ..Conclusion::of_error(&error, System.time()) };
        self.reporter.finish(&end, &[]).into()
    }
}

/// The journal cannot be read for now.
fn taken() -> Error {
    Error::internal(
        "another process holds the journal, so nobody can tell whether the session is waited for or was read",
    )
    .hint("Try again in a moment. --force asks the API all the same.")
}

/// A record whose last request may still have been in flight when its process ended.
fn cut_off(mut record: Record) -> Record {
    record.give_up_on_reply(System.time());
    record
}

/// The state in a line: `Connected ...`, or the API's own word.
fn line(end: &Conclusion) -> Option<String> {
    match end.outcome {
        Outcome::Connected => Some(end.message.clone()),
        Outcome::WrongAccount => Some(format!("Connected {}", end.email.as_deref().unwrap_or("another mailbox"))),
        Outcome::SessionError => Some(match &end.error {
            Some(code) => format!("error {code}"),
            None => "error".to_owned(),
        }),
        Outcome::Expired => Some("expired".to_owned()),
        // Where the API said nothing, there is no state to give.
        Outcome::Pending => end.status.clone(),
        Outcome::NotFound => Some("not found".to_owned()),
        _ => None,
    }
}
