//! `sessions`: what this machine remembers of sessions, and erasing it.

use std::path::PathBuf;
use std::rc::Rc;

use jiff::Timestamp;

use super::Exit;
use super::journal::refused;
use crate::cli::{self, Action, Global};
use crate::error::Error;
use crate::exit::Outcome;
use crate::flow::{Clock, System};
use crate::model::conclusion::Conclusion;
use crate::model::environment::Environment;
use crate::model::event::{Event, Sink};
use crate::model::session::SessionId;
use crate::model::summary::Summary;
use crate::report::Reporter;
use crate::settings;
use crate::store::{Chosen, Entry, Erased, Fault, Journal, Kind};

/// Lists recorded sessions, or erases some.
pub(super) fn run(
    flags: &cli::Sessions,
    global: &Global,
    environment: &Environment,
    reporter: &Rc<Reporter>,
) -> Result<Exit, Error> {
    let forget = flags.action.as_ref().map(|Action::Forget(forget)| forget);
    // Whoever meant to erase only what a filter leaves must not lose the rest.
    let filtered =
        !flags.outcome.is_empty() || flags.provider.is_some() || flags.limit.is_some() || global.profile.is_some();
    if forget.is_some() && filtered {
        return Err(Error::usage(
            "--outcome, --provider, --profile and --limit choose what is listed, not what is forgotten",
        )
        .hint("Give forget the ids of the sessions, or --all."));
    }
    let memory = Memory::look(flags.sandbox, global, environment, reporter)?;
    match forget {
        None => list(flags, global.profile.as_deref(), &memory, reporter),
        Some(forget) => erase(forget, &memory, reporter),
    }
}

fn list(flags: &cli::Sessions, profile: Option<&str>, memory: &Memory<'_>, reporter: &Reporter) -> Result<Exit, Error> {
    let now = System.time();
    let all = memory.with(|journal| journal.all(now))?.unwrap_or_default();
    let recorded = all.len();
    let sessions: Vec<Summary> = all
        .into_iter()
        .map(|entry| {
            Summary::new(entry.record, entry.waiter.is_some_and(|waiter| waiter.since.is_some()), flags.sandbox)
        })
        .filter(|session| flags.outcome.is_empty() || flags.outcome.contains(&session.outcome()))
        .filter(|session| flags.provider.is_none() || session.record.provider == flags.provider)
        .filter(|session| profile.is_none() || session.record.profile.as_deref() == profile)
        .take(flags.limit.map_or(usize::MAX, usize::from))
        .collect();
    reporter.sessions(&sessions, now).map_err(|error| Error::internal("stdout cannot be written").because(error))?;
    match (recorded, sessions.len()) {
        (0, _) => reporter.note(&memory.nothing()),
        (_, 0) => reporter.note(&format!("None of {} is like that.", memory.counted(recorded))),
        _ => {}
    }
    Ok(done(reporter, &format!("{} listed", memory.counted(sessions.len())), now))
}

fn erase(forget: &cli::Forget, memory: &Memory<'_>, reporter: &Reporter) -> Result<Exit, Error> {
    let chosen = if forget.all { Chosen::All } else { Chosen::These(&forget.sessions) };
    let erased = memory.with(|journal| journal.erase(chosen))?;
    let Erased { gone, kept, missing } =
        erased.unwrap_or_else(|| Erased { missing: forget.sessions.clone(), ..Erased::default() });
    let failed = if forget.all { None } else { unerased(&kept, &missing, memory, reporter) };
    let kept = match kept.len() {
        0 => String::new(),
        1 => " and kept 1, which is being waited for".to_owned(),
        many => format!(" and kept {many}, which are being waited for"),
    };
    let told = format!("erased {}{kept}", memory.counted(gone));
    match (gone, kept.is_empty(), &failed) {
        (0, true, None) => reporter.note(&memory.nothing()),
        (0, _, Some(_)) => {}
        _ => reporter.note(&format!("{}.", told.replacen('e', "E", 1))),
    }
    failed.map_or_else(|| Ok(done(reporter, &told, System.time())), Err)
}

/// Why sessions that were named are not gone: somebody is waiting for them, or they were not there.
fn unerased(kept: &[Entry], missing: &[SessionId], memory: &Memory<'_>, reporter: &Reporter) -> Option<Error> {
    let waited = kept.iter().filter_map(|entry| Some((&entry.record.id, entry.waiter?)));
    let mut waited = waited.map(|(id, waiter)| {
        let time = |since: Timestamp| since.to_zoned(reporter.zone()).strftime("%H:%M:%S").to_string();
        let since = waiter.since.map(|since| format!(", since {}", time(since))).unwrap_or_default();
        format!("process {} on this machine is waiting for session {id}{since}", waiter.process)
    });
    let ids = missing.iter().map(SessionId::as_str).collect::<Vec<_>>().join(", ");
    let kind = memory.kind();
    let not_here = match missing {
        [] => None,
        [_] => Some(format!("no {kind}session with the id {ids} is recorded here")),
        _ => Some(format!("no {kind}sessions with these ids are recorded here: {ids}")),
    };
    if let Some(first) = waited.next() {
        let error = Error::usage(first).hint("Its record can be erased when that process is done, or was stopped.");
        return Some(waited.chain(not_here).fold(error, |error, more| error.hint(format!("Also: {more}."))));
    }
    not_here.map(|message| {
        Error::new(Outcome::NotFound, message).hint(if memory.sandbox {
            "`instantly-oauth sessions --sandbox` shows those that are; the service's are kept apart from them."
        } else {
            "`instantly-oauth sessions` shows those that are; the sandbox's are kept apart: --sandbox."
        })
    })
}

fn done(reporter: &Reporter, message: &str, now: Timestamp) -> Exit {
    if !reporter.is_json() {
        return 0.into();
    }
    reporter.finish(&Conclusion::new(Outcome::Done, message, now), &[]).into()
}

/// The journal of one kind, if there is one. It is what was asked for, so that anything wrong with it is a failure.
struct Memory<'a> {
    journal: Option<Journal>,
    directory: PathBuf,
    sandbox: bool,
    reporter: &'a Reporter,
}

impl<'a> Memory<'a> {
    fn look(sandbox: bool, global: &Global, environment: &Environment, reporter: &'a Reporter) -> Result<Self, Error> {
        let place = settings::state(global, environment).ok_or_else(|| {
            Error::internal("HOME is not set, so nobody can tell where the journal of sessions is")
                .hint("--state-dir names its place.")
        })?;
        let kind = if sandbox { Kind::Sandbox } else { Kind::Real };
        let found = Journal::open_existing(&place.directory, place.own, kind);
        let memory = Self { journal: None, directory: place.directory, sandbox, reporter };
        let journal = found.map_err(|fault| memory.unusable(&fault))?;
        let memory = Self { journal, ..memory };
        memory.tell();
        Ok(memory)
    }

    /// Does something with the journal, if there is one.
    fn with<T>(&self, act: impl FnOnce(&Journal) -> Result<T, Fault>) -> Result<Option<T>, Error> {
        let done = self.journal.as_ref().map(act).transpose();
        self.tell();
        done.map_err(|fault| self.unusable(&fault))
    }

    /// Passes on what happened to the journal itself.
    fn tell(&self) {
        let notices = self.journal.iter().flat_map(Journal::notices);
        notices.for_each(|notice| self.reporter.emit(Event::Warning(notice)));
    }

    fn unusable(&self, fault: &Fault) -> Error {
        match fault {
            Fault::Newer { .. } | Fault::Foreign { .. } => refused(fault),
            Fault::Unusable(_) | Fault::Damaged(_) | Fault::Moved | Fault::Taken { .. } => {
                let directory = self.directory.display();
                Error::internal(format!("the journal of sessions cannot be used: {fault}")).hint(format!(
                    "It is in {directory}, which must be a directory that you may read and write; --state-dir names another."
                ))
            }
        }
    }

    fn kind(&self) -> &'static str {
        if self.sandbox { "sandbox " } else { "" }
    }

    fn counted(&self, sessions: usize) -> String {
        format!("{sessions} {}session{}", self.kind(), if sessions == 1 { "" } else { "s" })
    }

    fn nothing(&self) -> String {
        let apart = if self.sandbox { "" } else { " The sandbox's are kept apart: --sandbox." };
        format!("No {}sessions are recorded here.{apart}", self.kind())
    }
}
