//! `completions`: a script for a shell, made from the command line's own definition.

use clap::CommandFactory;
use clap_complete::Shell;

use super::Exit;
use crate::cli::Cli;
use crate::error::Error;
use crate::report::Reporter;

/// Prints the script.
pub(super) fn run(shell: Shell, reporter: &Reporter) -> Result<Exit, Error> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "instantly-oauth", &mut script);
    let script = String::from_utf8_lossy(&script);
    reporter.print(&script).map_err(|error| Error::internal("stdout cannot be written").because(error))?;
    Ok(0.into())
}
