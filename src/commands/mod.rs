//! The commands: what was asked for, resolved, carried out and reported.

mod batch;
mod complete;
mod completions;
mod connect;
mod desk;
mod doctor;
mod ending;
mod handover;
mod journal;
mod limiter;
mod manual;
mod next;
mod notify;
mod recording;
mod sandbox;
mod sessions;
mod starting;
mod status;
mod workspace;

use std::ffi::OsString;
use std::io::IsTerminal;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;

use jiff::Timestamp;
use tokio::runtime::Runtime;

use crate::cli::{Cli, Command};
use crate::error::Error;
use crate::flow::{Clock, Signal, System};
use crate::model::conclusion::Conclusion;
use crate::model::environment::Environment;
use crate::model::event::Sink;
use crate::report::Reporter;
use crate::settings::{self, Terminal};

pub use complete::complete;

/// How the process is to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exit {
    /// With this code.
    pub code: u8,
    /// Or by this signal, where one asked for the end.
    pub signal: Option<Signal>,
}

impl From<u8> for Exit {
    fn from(code: u8) -> Self {
        Self { code, signal: None }
    }
}

/// Carries a command out.
#[must_use]
pub fn run(cli: &Cli) -> Exit {
    let environment = environment();
    let terminal = Terminal { stderr: std::io::stderr().is_terminal(), stdout: std::io::stdout().is_terminal() };
    let reporter = Rc::new(Reporter::new(settings::output(&cli.global, &environment, terminal)));
    let begun = System.moment();
    let exit = carry_out(cli, &environment, terminal, &reporter);
    // Whatever way it ended: what is drawn, and what the terminal's tab shows, goes.
    reporter.still();
    if let Some(after) = notify::asked(&cli.command)
        && exit.signal.is_none()
        && System.moment().left(begun) >= after
    {
        notify::tell(&environment, &reporter);
    }
    exit
}

/// Carries it out, and tells of what it could not tell of itself.
fn carry_out(cli: &Cli, environment: &Environment, terminal: Terminal, reporter: &Rc<Reporter>) -> Exit {
    let outcome = catch_unwind(AssertUnwindSafe(|| command(cli, environment, terminal, reporter)));
    let error = match outcome {
        Ok(Ok(exit)) => return exit,
        Ok(Err(error)) => error,
        // The panic has been told on stderr. A script still gets its result.
        Err(_) if reporter.is_finished() => return 1.into(),
        Err(_) => Error::internal("a bug in instantly-oauth").hint("Please report it with the lines above."),
    };
    reporter.finish(&Conclusion::of_error(&error, Timestamp::now()), &[]).into()
}

fn command(cli: &Cli, environment: &Environment, terminal: Terminal, reporter: &Rc<Reporter>) -> Result<Exit, Error> {
    if !matches!(cli.command, Command::Sandbox(_) | Command::Completions { .. } | Command::Manual { .. }) {
        settings::readable(environment)?;
    }
    if let Command::Completions { .. } | Command::Manual { .. } = cli.command
        && cli.global.json
    {
        return Err(Error::usage("--json: what this prints is no event").hint("Leave it out: nothing else is printed."));
    }
    match &cli.command {
        Command::Connect(flags) => connect::run(flags, &cli.global, environment, reporter),
        Command::Status(flags) => status::run(flags, &cli.global, environment, reporter),
        Command::Batch(flags) => batch::run(flags, &cli.global, environment, reporter),
        Command::Sessions(flags) => sessions::run(flags, &cli.global, environment, reporter),
        Command::Doctor => doctor::run(&cli.global, environment, terminal, reporter),
        Command::Sandbox(flags) => sandbox::run(flags, reporter),
        Command::Completions { shell } => completions::run(*shell, reporter),
        Command::Manual { format } => manual::run(*format, reporter),
    }
}

/// The variables of this process, as far as they are text.
fn environment() -> Environment {
    // Windows takes no notice of the case of their names.
    let name = |name: String| if cfg!(windows) { name.to_uppercase() } else { name };
    let named = |(key, value): (OsString, OsString)| Some((name(key.into_string().ok()?), value));
    std::env::vars_os().filter_map(named).collect()
}

/// One thread is enough: there is one person and, here, one request at a time.
fn runtime() -> Result<Runtime, Error> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Error::internal("the system refuses what waiting needs").because(error))
}

fn listen() -> Result<crate::flow::Signals, Error> {
    crate::flow::Signals::listen().map_err(|error| Error::internal("signals cannot be heard").because(error))
}
