//! One session for one row: started, or taken up where an earlier run left it, and waited for to its end.

use std::pin::pin;
use std::rc::Rc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::SemaphorePermit;

use super::hall::{Hall, Stopper, Terms, Voice};
use super::site::Site;
use crate::browser::{Opened, Opening, Plan};
use crate::commands::ending::Learned;
use crate::commands::recording::{Found, Recording};
use crate::commands::starting::{Session, begin};
use crate::flow::{Clock, Ended, Last, NotStarted, Shell, Stop, System};
use crate::model::auth_url::AuthUrl;
use crate::model::batch::is_odd;
use crate::model::conclusion::Conclusion;
use crate::model::event::{Event, Sink};
use crate::model::failure::Failure;
use crate::model::poll::{self, Verdict};
use crate::model::record::Record;
use crate::model::session::SessionId;
use crate::model::starting::Starting;
use crate::model::words::{Case, conclude};
use crate::store::{Entry, Journal};

/// How often to look whether another process is done with a session.
const LOOK_AGAIN: Duration = Duration::from_secs(1);

/// How often a session is asked for again after a reply that makes no sense, and how long after the first of them.
const ODD: u32 = 3;
const BETWEEN: Duration = Duration::from_secs(1);

/// A session that an earlier run left, and its name in the journal.
pub(super) type Owed = (Record, Rc<str>);

/// A row that is to be worked on.
pub(super) struct Job {
    /// Which one.
    pub(super) index: usize,
    /// How many sessions were started for it of which the results file has told.
    pub(super) before: u32,
    /// How many since.
    pub(super) tries: u32,
    /// Their names in the journal.
    pub(super) names: Vec<Rc<str>>,
    /// The session that is taken up, if one is.
    pub(super) owed: Option<Box<Owed>>,
}

impl Job {
    pub(super) fn new(index: usize, before: u32) -> Self {
        Self { index, before, tries: 0, names: Vec::new(), owed: None }
    }

    /// How many sessions were started for it so far.
    pub(super) fn attempts(&self) -> u32 {
        self.before.saturating_add(self.tries)
    }
}

/// What came of it.
pub(super) struct Came {
    pub(super) job: Job,
    pub(super) how: How,
}

pub(super) enum How {
    /// Its session is over, or nothing more can be learned of it now.
    Ended(Box<(Verdict, Conclusion)>),
    /// It could not be started.
    NotStarted(Failure),
    /// It was left: somebody asked for an end.
    Left,
}

/// A session that is about to be waited for.
struct Met {
    found: Found,
    terms: poll::Terms,
    /// Where its person goes, while it still waits for one.
    auth_url: Option<AuthUrl>,
}

/// Works on a row until its session is over.
///
/// There can be ten thousand of these at a time, most of them at rest: what is needed only before or after is put where it
/// goes away again.
pub(super) async fn attempt(hall: Rc<Hall>, mut job: Job) -> Came {
    let voice = Voice { row: hall.row(job.index), hall: hall.clone() };
    let mut shell = Shell { clock: &System, sink: &voice, stop: hall.stop.clone() };
    let starter = tokio::select! {
        biased;
        _ = shell.stop.requested() => return Came { job, how: How::Left },
        starter = hall.starters.acquire() => starter.ok(),
    };
    let (recording, terms, opening) = match Box::pin(meet(&hall, &mut shell, &mut job, starter)).await {
        Ok(met) => met,
        Err(how) => return Came { job, how },
    };
    let ended = match opening {
        Some(opening) => Box::pin(follow_opening(&recording, &mut shell, terms, *opening)).await,
        None => recording.follow(&mut shell, terms).await,
    };
    let how = match ended {
        Ended::Verdict(verdict) | Ended::Stopped(_, Last::Verdict(verdict)) => {
            concluded(&hall, job.index, recording.known(), verdict, recording.learned())
        }
        _ => How::Left,
    };
    Came { job, how }
}

/// Has a session for this row, and tells its person where to go.
async fn meet(
    hall: &Hall,
    shell: &mut Shell<'_, System, Stopper>,
    job: &mut Job,
    starter: Option<SemaphorePermit<'_>>,
) -> Result<(Recording, poll::Terms, Option<Box<Opening>>), How> {
    let owed = job.owed.take();
    // Where nothing is started, another process may be waited for, and nobody should wait for that.
    let starter = starter.filter(|_| owed.is_none());
    let Met { found, terms, auth_url } = match owed {
        Some(owed) => take_up(hall, shell, job.index, *owed).await?,
        None => start(hall, shell, job).await?,
    };
    drop(starter);
    let Terms { list, sandboxed, qr, private, .. } = &hall.terms;
    let Site { workspace, plan, .. } = hall.site(job.index);
    let row = &list.rows[job.index];
    let (id, expires_at) = (found.record.id.clone(), found.record.ends);
    let recording = Recording::sought(workspace.clone(), row.email.clone(), found);
    let Some(auth_url) = auth_url else { return Ok((recording, terms, None)) };
    if let Some(host) = auth_url.foreign_host(row.provider) {
        shell.sink.emit(Event::Warning(format!(
            "the URL leads to {host}, which is not {}'s own sign-in; look twice before signing in",
            row.provider.name()
        )));
    }
    let opening = match plan {
        Plan::Try(launchers) => Ok(Box::new(Opening::new(launchers, auth_url.as_str()).without(private))),
        Plan::Nothing { reason } => Err(reason.clone()),
    };
    let (provider, expect, sandbox) = (row.provider, Some(row.email.clone()), *sandboxed);
    let code = qr.then(|| Event::Code(auth_url.clone()));
    let profile = row.profile.clone();
    shell.sink.emit(Event::Session { id, profile, provider, auth_url, expires_at, expect, sandbox });
    if let Some(code) = code {
        shell.sink.emit(code);
    }
    let opening = opening.map_err(|reason| shell.sink.emit(Event::Unopened(reason))).ok();
    Ok((recording, terms, opening))
}

/// What this end of a row's session is to whoever reads of it.
pub(super) fn concluded(
    hall: &Hall,
    index: usize,
    (id, started_at): (SessionId, Timestamp),
    verdict: Verdict,
    learned: Learned,
) -> How {
    let Terms { list, reporter, .. } = &hall.terms;
    let row = &list.rows[index];
    let Learned { source, inferred, at } = learned;
    let case = Case {
        session: Some(id),
        provider: Some(row.provider),
        expect: Some(row.email.clone()),
        started_at,
        finished_at: at.unwrap_or_else(|| System.time()),
        zone: reporter.zone(),
        resume: None,
        again: None,
        route: hall.site(index).route.clone(),
        source,
        inferred,
    };
    // In a sandbox the list alone tells.
    let profile = row.profile.as_deref().map(str::to_owned);
    let end = Conclusion { profile, ..conclude(verdict.clone(), &case) };
    How::Ended(Box::new((verdict, end)))
}

/// Starts a session for this row.
async fn start(hall: &Hall, shell: &mut Shell<'_, System, Stopper>, job: &mut Job) -> Result<Met, How> {
    let Terms { list, people, max_wait, batch, .. } = &hall.terms;
    let Site { workspace, interval, .. } = hall.site(job.index);
    let row = &list.rows[job.index];
    if hall.is_parked(job.index) {
        return Err(How::Left);
    }
    let mut odd = 0;
    let session = loop {
        match begin(shell, workspace, row.provider, Starting::lasting(*max_wait)).await {
            Ok(session) => break session,
            Err(NotStarted::Failed(failure)) if is_odd(&failure) && odd < ODD => {
                odd += 1;
                tokio::select! {
                    biased;
                    _ = shell.stop.requested() => return Err(How::Left),
                    () = System.sleep(BETWEEN * odd) => {}
                }
            }
            Err(NotStarted::Failed(failure)) => return Err(How::NotStarted(failure)),
            Err(NotStarted::Stopped(_) | NotStarted::Deserted) => return Err(How::Left),
        }
    };
    job.tries += 1;
    let mut record = session.record(workspace, row.provider, Some(&row.email));
    record.profile.clone_from(&row.profile);
    // With a name it can still be written down later, should that fail now.
    let name: Option<Rc<str>> = Journal::name().ok().map(Rc::from);
    if let Some(name) = &name {
        job.names.push(name.clone());
        let (store, name, record, batch) = (workspace.store.clone(), name.clone(), record.clone(), batch.clone());
        let begin = move |journal: &Journal| journal.begin(&name, &record, true, Some(&batch), System.time());
        workspace.write(move || store.with(begin.clone())).await;
    }
    if let Some(people) = people {
        people.owns(session.started.id.as_str(), &row.email);
    }
    let Session { auth_url, begun, expiry, .. } = session;
    let terms = poll::Terms { interval: *interval, end: begun + expiry.life, give_up: None };
    let name = name.map(|name| name.to_string());
    Ok(Met { found: Found { record, name, marked: false, over: false }, terms, auth_url: Some(auth_url) })
}

/// Takes up a session that an earlier run left.
async fn take_up(
    hall: &Hall,
    shell: &mut Shell<'_, System, Stopper>,
    index: usize,
    (record, name): Owed,
) -> Result<Met, How> {
    let Terms { reporter, .. } = &hall.terms;
    let Site { workspace, interval, .. } = hall.site(index);
    let record = Rc::new(record);
    let found = loop {
        let (store, unknown) = (workspace.store.clone(), record.clone());
        let approach = move || store.with(|journal| journal.approach(&unknown, false, System.time()));
        match workspace.write(approach).await {
            Some(Ok(Entry { record, name, .. })) => {
                break Found { record, name: Some(name), marked: true, over: false };
            }
            // Another process waits for it, and will have its result.
            Some(Err(_)) => tokio::select! {
                biased;
                _ = shell.stop.requested() => return Err(How::Left),
                () = System.sleep(LOOK_AGAIN) => {}
            },
            None => {
                let record = Rc::unwrap_or_clone(record);
                break Found { record, name: Some(name.to_string()), marked: false, over: false };
            }
        }
        if reporter.deserted() {
            return Err(How::Left);
        }
    };
    if let Some(end) = found.record.end.clone().filter(|_| found.record.is_retrieved()) {
        // It has been read since we looked.
        let Record { id, began, .. } = found.record;
        return Err(concluded(hall, index, (id, began), end.verdict.clone(), Learned::journal(&end)));
    }
    let now = System.time();
    let left = Duration::try_from(found.record.ends.duration_since(now)).unwrap_or_default();
    let terms = poll::Terms { interval: *interval, end: System.moment() + left, give_up: None };
    let is_open = found.record.gone.is_none() && found.record.ends > now;
    let auth_url = found.record.auth_url.as_ref().filter(|_| is_open);
    let auth_url = auth_url.and_then(|url| AuthUrl::check(url, workspace.client.is_loopback()).ok());
    Ok(Met { found, terms, auth_url })
}

/// Waits for a session while a browser is being opened for it.
async fn follow_opening(
    recording: &Recording,
    shell: &mut Shell<'_, System, Stopper>,
    terms: poll::Terms,
    mut opening: Opening,
) -> Ended {
    let sink = shell.sink;
    let tell = |opened: Opened| {
        sink.emit(Event::Browser(match opened {
            Opened::Yes { program } => Ok(program),
            Opened::No { reason } => Err(reason),
        }));
    };
    let mut watching = pin!(recording.follow(shell, terms));
    tokio::select! {
        biased;
        opened = opening.opened() => tell(opened),
        ended = &mut watching => {
            // It was over before the browser had been watched long enough: what is running now has been opened.
            tell(opening.so_far());
            return ended;
        }
    }
    watching.await
}
