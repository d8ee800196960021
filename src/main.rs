//! Parse, run, exit; nothing else.

use std::process::ExitCode;

use instantly_oauth::cli::Cli;
use instantly_oauth::commands;

fn main() -> ExitCode {
    let exit = commands::complete().unwrap_or_else(|| match Cli::read(&std::env::args_os().collect::<Vec<_>>()) {
        Ok(cli) => commands::run(&cli),
        Err(error) => {
            // A reader that has gone has had enough of the help.
            let _ = error.print();
            u8::try_from(error.exit_code()).unwrap_or(2).into()
        }
    });
    if let Some(signal) = exit.signal {
        signal.die();
    }
    exit.code.into()
}
