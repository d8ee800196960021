//! The notice at the end of a long wait, for whoever has turned to something else meanwhile.

use std::time::Duration;

use super::runtime;
use crate::browser::{self, Call as Program, Opened, Opening, Surroundings};
use crate::cli::Command;
use crate::model::environment::Environment;
use crate::model::event::trace;
use crate::report::{Call, Reporter};
use crate::settings;

/// How much longer the end takes at the most. A program that is still there by then is showing it.
const PATIENCE: Duration = Duration::from_secs(1);

/// From how long a wait on there is to be a notice, where one was asked for.
pub(super) fn asked(command: &Command) -> Option<Duration> {
    match command {
        Command::Connect(flags) => flags.notify,
        Command::Status(flags) => flags.notify,
        Command::Batch(flags) => flags.notify,
        _ => None,
    }
}

/// Tells of the end. The terminal does it where it can, since it knows which of its windows this is, and does it from a
/// remote machine as well; else the desktop; else the bell. In CI there is nobody to tell.
pub(super) fn tell(environment: &Environment, reporter: &Reporter) {
    let Some(notice) = reporter.notice() else { return };
    if matches!(reporter.call(), Call::None | Call::Bell) {
        let programs = browser::notice(&Surroundings::look(environment), &notice.title, &notice.body);
        if let Some(program) = shown(programs, &settings::key_variables(environment)) {
            trace(reporter, 1, || format!("* told of the end with {program}"));
            return;
        }
    }
    trace(reporter, 1, || format!("* told of the end by the terminal: {:?}", reporter.call()));
    reporter.notify(&notice);
}

/// The program that shows it, if one does.
fn shown(programs: Vec<Program>, private: &[String]) -> Option<String> {
    if programs.is_empty() {
        return None;
    }
    let mut opening = Opening::of(programs).without(private);
    let opened = runtime().ok()?.block_on(async {
        tokio::time::timeout(PATIENCE, opening.opened()).await.unwrap_or_else(|_| opening.so_far())
    });
    match opened {
        Opened::Yes { program } => Some(program),
        Opened::No { .. } => None,
    }
}
