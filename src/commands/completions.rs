//! `completions`: the script that has a shell ask this program what can be typed. See [`mod@super::complete`].

use clap_complete::Shell;

use super::Exit;
use crate::error::Error;
use crate::report::Reporter;

/// Prints the script.
pub(super) fn run(shell: Shell, reporter: &Reporter) -> Result<Exit, Error> {
    let script = match shell {
        Shell::Bash => include_str!("../../completions/instantly-oauth.bash"),
        Shell::Elvish => include_str!("../../completions/instantly-oauth.elv"),
        Shell::Fish => include_str!("../../completions/instantly-oauth.fish"),
        Shell::PowerShell => include_str!("../../completions/_instantly-oauth.ps1"),
        Shell::Zsh => include_str!("../../completions/_instantly-oauth"),
        shell => return Err(Error::usage(format!("there are no completions for {shell}"))),
    };
    reporter.print(script).map_err(|error| Error::internal("stdout cannot be written").because(error))?;
    Ok(0.into())
}
