//! The list and the results file, as they were named.

use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use crate::cli;
use crate::error::Error;
use crate::model::list::{self, List};
use crate::model::problem::Problem;
use crate::model::results::{self, Past};
use crate::sandbox;
use crate::settings::Workspaces;
use crate::store::{Kind, Results};

/// The largest list that is read, in bytes: a hundred times what a hundred thousand mailboxes take is no list.
const LARGEST: u64 = 256 << 20;

/// The most problems that are told one by one.
const MOST_PROBLEMS: usize = 100;

/// The list, checked, and where its results go.
pub(super) struct Input {
    pub(super) list: List,
    pub(super) results: PathBuf,
    /// The profile of the rows that name none.
    pub(super) profile: Option<Rc<str>>,
}

impl Input {
    /// Reads the list and checks all of it.
    pub(super) fn read(
        flags: &cli::Batch,
        key_file: Option<&Path>,
        workspaces: &Workspaces<'_>,
    ) -> Result<Self, Error> {
        if flags.file.as_os_str() == "-" && key_file.is_some_and(|file| file.as_os_str() == "-") {
            return Err(Error::usage("the list and the API key cannot both come from stdin")
                .hint("Give the key with INSTANTLY_API_KEY, or either of them as a file."));
        }
        let (name, bytes) = text(&flags.file)?;
        let results = match (&flags.results, flags.file.as_os_str() == "-") {
            (Some(path), _) => path.clone(),
            (None, false) => super::beside(&flags.file),
            (None, true) => {
                return Err(Error::usage("a list from stdin has no name to call its results after")
                    .hint("Say where they go with --results PATH."));
            }
        };
        // In a sandbox they are all of one workspace, but for what the list says of them.
        let asked = if flags.sandbox.is_none() { workspaces.asked().ok() } else { None };
        let profile = asked.and_then(|reach| reach.profile());
        let (profiles, unread) = match workspaces.names() {
            Ok(names) => (names, None),
            Err(error) => (Vec::new(), Some(error)),
        };
        let terms = list::Terms { provider: flags.provider, profile: profile.as_deref(), profiles: &profiles };
        let list = match (list::read(&bytes, &terms), unread) {
            (Ok(list), _) => list,
            // What the list names may be in the config file that cannot be read.
            (Err(_), Some(error)) => return Err(error),
            (Err(problems), None) => return Err(refused(&name, &problems)),
        };
        Ok(Self { list, results, profile })
    }

    /// What the journal marks its sessions with: the results file's own name, however it was called.
    pub(super) fn tag(&self) -> String {
        let whole = fs::canonicalize(&self.results).or_else(|_| std::path::absolute(&self.results));
        whole.unwrap_or_else(|_| self.results.clone()).to_string_lossy().into_owned()
    }

    /// Opens the results file for this process alone, making it where there is none. A plan needs none.
    pub(super) fn open(&self, flags: &cli::Batch) -> Result<Option<Results>, Error> {
        if flags.dry_run {
            return Ok(None);
        }
        let path = self.results.display();
        Results::open(&self.results).map(Some).map_err(|error| {
            Error::usage(format!("the results file {path} cannot be used: {error}"))
                .hint("Name another with --results PATH.")
        })
    }

    /// What the results file tells, its torn end put right. `kind` is whose sessions are about to be started, in a sandbox of
    /// this process or not.
    pub(super) fn past(&self, mut results: Option<&mut Results>, kind: Kind, is_inside: bool) -> Result<Past, Error> {
        let path = self.results.display();
        let failed = |error: io::Error| Error::internal(format!("the results file {path}: {error}"));
        let (past, length) = match results.as_deref_mut() {
            Some(file) => {
                let bytes = file.bytes().map_err(failed)?;
                (self.judge(&bytes)?, bytes.len())
            }
            None => (self.look()?, 0),
        };
        let is_sandbox = |id: &str| sandbox::is_session(id);
        let ids = || past.entries.values().filter_map(|entry| entry.session_id.as_deref());
        if kind == Kind::Real && ids().any(is_sandbox) || is_inside && !ids().all(is_sandbox) {
            let (holds, asked) = if kind == Kind::Real {
                ("the sandbox", "real ones")
            } else {
                ("real sessions", "those of the sandbox")
            };
            return Err(Error::usage(format!(
                "the results file {path} has results of {holds}, and {asked} would be mixed with them"
            ))
            .hint("Name another with --results PATH, or move that one away."));
        }
        let Some(file) = results else { return Ok(past) };
        let sound = u64::try_from(past.sound).unwrap_or(u64::MAX);
        if past.sound < length {
            file.cut(sound).map_err(failed)?;
        }
        if past.sound == 0 {
            file.append(&results::header(&self.list.header)).map_err(failed)?;
        }
        Ok(past)
    }

    /// What the results file tells, if there is one, with nothing done to it.
    pub(super) fn look(&self) -> Result<Past, Error> {
        let path = self.results.display();
        let bytes = match fs::read(&self.results) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
            bytes => {
                bytes.map_err(|error| Error::usage(format!("the results file {path} cannot be read")).because(error))?
            }
        };
        self.judge(&bytes)
    }

    fn judge(&self, bytes: &[u8]) -> Result<Past, Error> {
        let path = self.results.display();
        results::read(bytes, &self.list).map_err(|problems| {
            let error = told(Error::usage(format!("the results file {path} is not one of this list's")), &problems);
            error.hint("Name another with --results PATH, or move that one away.")
        })
    }
}

/// What the list holds, and what it is called.
fn text(file: &Path) -> Result<(String, Vec<u8>), Error> {
    let (name, bytes) = if file.as_os_str() == "-" {
        ("stdin".to_owned(), bounded(io::stdin().lock()))
    } else {
        (file.display().to_string(), fs::File::open(file).and_then(bounded))
    };
    let bytes = bytes.map_err(|error| Error::usage(format!("the list {name} cannot be read")).because(error))?;
    Ok((name, bytes))
}

fn bounded(source: impl Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    source.take(LARGEST + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > LARGEST {
        return Err(io::Error::other(format!("it is larger than {} MiB", LARGEST >> 20)));
    }
    Ok(bytes)
}

fn refused(name: &str, problems: &[Problem]) -> Error {
    let count = if problems.len() == 1 { "a problem".to_owned() } else { format!("{} problems", problems.len()) };
    told(Error::usage(format!("{name} has {count}; nothing was sent")), problems)
}

/// The problems, a line each.
fn told(error: Error, problems: &[Problem]) -> Error {
    let error = problems.iter().take(MOST_PROBLEMS).fold(error, |error, problem| error.hint(problem.to_string()));
    match problems.len().checked_sub(MOST_PROBLEMS) {
        None | Some(0) => error,
        Some(more) => error.hint(format!("and {more} more")),
    }
}
