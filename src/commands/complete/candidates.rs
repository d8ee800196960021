//! What the command line's own definition does not know: the sessions, profiles and programs of this machine.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use clap::Command;
use clap_complete::engine::{ArgValueCompleter, CompletionCandidate, PathCompleter, ValueCompleter};

use crate::model::config::Profile;
use crate::model::environment::Environment;
use crate::model::summary::Summary;
use crate::settings;
use crate::store::{self, Kind};

/// How many sessions are offered: as many as a screen shows.
const SESSIONS: usize = 20;

/// How a sandbox's session ids begin.
const SANDBOX: &str = "sandbox-";

/// What is on the line.
pub(super) struct Words<'a> {
    /// The words before the cursor's, the program's name first.
    pub(super) words: &'a [String],
    /// The word up to the cursor.
    pub(super) word: &'a str,
}

impl Words<'_> {
    fn has(&self, flag: &str) -> bool {
        self.words.iter().any(|word| word == flag)
    }

    /// The value that was given to a flag, in either way.
    fn value(&self, flag: &str) -> Option<&str> {
        let apart = self.words.windows(2).find(|pair| pair[0] == flag).map(|pair| pair[1].as_str());
        apart.or_else(|| self.words.iter().find_map(|word| word.strip_prefix(flag)?.strip_prefix('=')))
    }
}

/// The command line, together with what is known on this machine.
pub(super) fn known(command: Command, line: &Words<'_>, environment: &Environment) -> Command {
    let sessions = sessions(line, environment);
    let programs = programs(environment);
    command
        .mut_arg("profile", |arg| arg.add(profiles(environment)))
        .mut_subcommand("status", |status| status.mut_arg("session", |arg| arg.add(sessions.clone())))
        .mut_subcommand("sessions", |list| {
            list.mut_subcommand("forget", |forget| forget.mut_arg("sessions", |arg| arg.add(sessions)))
        })
        .mut_subcommand("connect", |connect| connect.mut_arg("browser", |arg| arg.add(programs.clone())))
        .mut_subcommand("batch", |batch| batch.mut_arg("browser", |arg| arg.add(programs)))
}

/// The newest sessions: real ones, or the sandbox's where it is those that are asked for.
fn sessions(line: &Words<'_>, environment: &Environment) -> ArgValueCompleter {
    let is_sandbox = line.has("--sandbox") || line.word.starts_with(SANDBOX);
    let kind = if is_sandbox { Kind::Sandbox } else { Kind::Real };
    let place = settings::place(line.value("--state-dir").map(PathBuf::from), environment);
    let typed = line.words.to_vec();
    ArgValueCompleter::new(move |word: &OsStr| {
        let Some(place) = &place else { return Vec::new() };
        let word = word.to_string_lossy();
        let newest = store::peek(&place.directory, kind, SESSIONS);
        let newest = newest.into_iter().map(|record| Summary::new(record, false, is_sandbox));
        let fitting = newest.filter(|session| {
            let id = session.record.id.as_str();
            id.starts_with(&*word) && is_plain(id) && !typed.iter().any(|typed| typed == id)
        });
        fitting
            .map(|session| CompletionCandidate::new(session.record.id.as_str()).help(Some(about(&session).into())))
            .collect()
    })
}

/// Whether a word is the same to every shell: what came from elsewhere is put on somebody's command line.
fn is_plain(word: &str) -> bool {
    !word.starts_with('-')
        && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
}

/// The same as a line of `sessions` tells. A mailbox that has not come back is in brackets.
fn about(session: &Summary) -> String {
    let mailbox = session.account().and_then(|account| account.email.clone());
    let mailbox = mailbox.or_else(|| session.record.expect.as_ref().map(|expect| format!("({expect})")));
    let provider = session.record.provider.map(|provider| provider.id().to_owned());
    let profile = session.record.profile.as_deref().map(str::to_owned);
    let parts = [Some(session.outcome().name().to_owned()), provider, mailbox, profile];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" ")
}

/// The workspaces of the config file, in its order.
fn profiles(environment: &Environment) -> ArgValueCompleter {
    let environment = environment.clone();
    ArgValueCompleter::new(move |word: &OsStr| {
        let config = settings::profiles(&environment);
        let word = word.to_string_lossy();
        let fitting = config.profiles.iter().filter(|profile| profile.name.starts_with(&*word));
        let candidate = |profile: &Profile| {
            let default = (config.default_profile.as_ref() == Some(&profile.name)).then(|| "the default".to_owned());
            let place = profile.base_url.as_ref().map(ToString::to_string);
            let about: Vec<_> = default.into_iter().chain(place).collect();
            CompletionCandidate::new(&profile.name).help((!about.is_empty()).then(|| about.join(", ").into()))
        };
        fitting.map(candidate).collect()
    })
}

/// The programs that the shell would find, or those at the path that is being typed.
fn programs(environment: &Environment) -> ArgValueCompleter {
    let path = environment.var("PATH").unwrap_or_default().to_owned();
    ArgValueCompleter::new(move |word: &OsStr| {
        let name = word.to_string_lossy();
        if name.contains(std::path::is_separator) {
            return PathCompleter::any().filter(is_program).complete(word);
        }
        let folders = std::env::split_paths(&path).filter(|folder| folder.is_absolute());
        let files = folders.filter_map(|folder| folder.read_dir().ok()).flatten().flatten();
        let mut names: Vec<_> = files
            .filter_map(|file| Some((file.file_name().into_string().ok()?, file.path())))
            .filter(|(file, path)| file.starts_with(&*name) && is_program(path))
            .map(|(file, _)| file)
            .collect();
        names.sort();
        names.dedup();
        names.into_iter().map(CompletionCandidate::new).collect()
    })
}

#[cfg(unix)]
fn is_program(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    path.metadata().is_ok_and(|file| file.is_file() && file.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_program(path: &Path) -> bool {
    let ending = path.extension().map(|ending| ending.to_string_lossy().to_ascii_lowercase());
    path.is_file() && ending.is_some_and(|ending| matches!(&*ending, "exe" | "cmd" | "bat" | "com"))
}
