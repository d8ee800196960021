//! How to talk: to a script or a person, in colour or not, moving or not.

use super::abilities::{Talk, abilities};
use crate::cli::{Color, Global};
use crate::model::environment::Environment;
use crate::report::{Output, Screen};

/// What the streams are connected to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Terminal {
    /// Whether stderr is one.
    pub stderr: bool,
    /// Whether stdout is one.
    pub stdout: bool,
}

/// Decides how to talk, from what was asked for and what is there.
#[must_use]
pub fn output(flags: &Global, environment: &Environment, terminal: Terminal) -> Output {
    // One that does not say what it is cannot be expected to obey anything. On Windows none says so.
    let dumb = environment.var("TERM").map_or(!cfg!(windows), |term| term == "dumb");
    let set = |name| environment.var(name).is_some_and(|value| value != "0" && value != "false");
    let color = |terminal: bool| match flags.color {
        Color::Always => true,
        Color::Never => false,
        Color::Auto if environment.is_set("NO_COLOR") => false,
        Color::Auto if set("CLICOLOR_FORCE") => true,
        Color::Auto => terminal && !dumb && environment.var("CLICOLOR") != Some("0"),
    };
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].iter().find_map(|name| environment.var(name));
    let locale = locale.unwrap_or_default().to_ascii_lowercase();
    let animate = terminal.stderr && !dumb && !flags.quiet && !set("CI");
    let screen = match terminal.stderr {
        true if dumb => Screen::Dumb,
        true => Screen::Full,
        false => Screen::None,
    };
    let talk = Talk { screen, color: color(terminal.stderr), animate, ci: set("CI") };
    Output {
        json: flags.json,
        quiet: flags.quiet,
        verbosity: flags.verbose.min(2),
        color: talk.color,
        color_stdout: color(terminal.stdout),
        animate,
        unicode: cfg!(windows) || locale.contains("utf-8") || locale.contains("utf8"),
        abilities: abilities(environment, talk),
    }
}
