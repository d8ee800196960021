//! What is to be tried: a decision, made of what was seen of the machine and of what the person asked for.

use std::path::Path;

use super::launcher::{self, Launcher};
use super::named::Reader;
use super::surroundings::{Platform, Surroundings};
use crate::error::Error;

/// What the person asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wish {
    /// `--no-browser`.
    Nothing,
    /// `--browser`: a program with its arguments, as one text.
    Program(String),
    /// The browser of a profile, by the profile's name: the same.
    OfProfile(String, String),
    /// Neither: `$BROWSER`, else the system's launchers.
    Default,
}

/// What is to be done about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Plan {
    /// These are to be tried, in this order, until one takes the URL. At least one.
    Try(Vec<Launcher>),
    /// Nothing is to be tried.
    Nothing {
        /// Why, as the second half of a sentence: "nothing was opened: …".
        reason: String,
    },
}

const NO_DISPLAY: &str = "neither DISPLAY nor WAYLAND_DISPLAY is set";

/// Decides what to try. A program that the person named is tried wherever this is, and nothing beside it; the system's
/// launchers only where a desktop can be expected. `is_file` says whether there is a file at a path.
///
/// Fails, as a usage error, where `--browser`, the profile or `$BROWSER` names no program.
pub fn plan(surroundings: &Surroundings, wish: &Wish, is_file: &dyn Fn(&Path) -> bool) -> Result<Plan, Error> {
    let reader = Reader { platform: surroundings.platform, is_file };
    match (wish, &surroundings.browser_variable) {
        (Wish::Nothing, _) => Ok(Plan::Nothing { reason: "--no-browser".to_owned() }),
        (Wish::Program(command), _) => Ok(Plan::Try(vec![reader.named("--browser", command)?])),
        (Wish::OfProfile(name, command), _) => {
            Ok(Plan::Try(vec![reader.named(&format!("the profile {name}'s browser"), command)?]))
        }
        (Wish::Default, Some(list)) => Ok(Plan::Try(reader.variable(list)?)),
        (Wish::Default, None) => Ok(of_the_system(surroundings)),
    }
}

fn of_the_system(surroundings: &Surroundings) -> Plan {
    if let Some(reason) = why_no_desktop(surroundings) {
        return Plan::Nothing { reason };
    }
    let mut launchers = Vec::new();
    match surroundings.platform {
        Platform::Windows => launchers.extend(launcher::windows()),
        Platform::Mac => launchers.clone_from(&surroundings.launchers),
        Platform::Linux | Platform::OtherUnix => {
            if windows_is_around(surroundings) {
                launchers.push(launcher::wslview());
                launchers.extend(launcher::windows_from_wsl(surroundings.wslenv.as_deref()));
            }
            if surroundings.display {
                launchers.extend_from_slice(&surroundings.launchers);
            }
        }
    }
    if launchers.is_empty() {
        return Plan::Nothing { reason: "no program that opens URLs is known on this system".to_owned() };
    }
    Plan::Try(launchers)
}

/// Why no desktop is to be expected, the reason that says most first. None where one is.
pub(super) fn why_no_desktop(surroundings: &Surroundings) -> Option<String> {
    if let Some(variable) = &surroundings.ci {
        return Some(format!("in CI ({variable} is set)"));
    }
    match surroundings.platform {
        Platform::Mac | Platform::Windows => {
            surroundings.ssh.then(|| "over SSH: a browser would open on the remote machine".to_owned())
        }
        Platform::Linux | Platform::OtherUnix => {
            if surroundings.display || windows_is_around(surroundings) {
                None
            } else if surroundings.ssh {
                Some(format!("over SSH without a display: {NO_DISPLAY}"))
            } else if surroundings.container {
                Some(format!("in a container without a display: {NO_DISPLAY}"))
            } else {
                Some(format!("no desktop here: {NO_DISPLAY}"))
            }
        }
    }
}

/// Whether the programs of Windows can be reached from this Linux, and its screen is the one that the person sees. A
/// container on WSL has the same kernel, but not the way out to Windows.
pub(super) fn windows_is_around(surroundings: &Surroundings) -> bool {
    surroundings.platform == Platform::Linux && surroundings.wsl && !surroundings.container && !surroundings.ssh
}

#[cfg(test)]
mod tests;
