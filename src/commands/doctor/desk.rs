//! What the person sits at: what would open a URL, and how the terminal shows things.

use super::Report;
use crate::browser::{self, Plan, Surroundings, Wish};
use crate::cli::{Color, Global};
use crate::model::check::desk;
use crate::model::environment::Environment;
use crate::settings::Terminal;

/// Tells what would open a URL. Nothing is started.
pub(super) fn browser(environment: &Environment, report: &Report<'_>) {
    let surroundings = Surroundings::look(environment);
    let named = surroundings.browser_variable.is_some();
    let found = match browser::plan(&surroundings, &Wish::Default, &|path| path.is_file()) {
        Err(error) => desk::Browser::Odd(error.to_string()),
        Ok(Plan::Nothing { reason }) => desk::Browser::Nothing(reason),
        Ok(Plan::Try(launchers)) => {
            let find = |program: &str| Some(browser::find(program, environment)?.display().to_string());
            let programs = launchers.into_iter().map(|it| (it.program.clone(), find(&it.program))).collect();
            let from = match &surroundings {
                _ if named => "as BROWSER says",
                surroundings if surroundings.wsl => "since this is WSL",
                _ if environment.is_set("WAYLAND_DISPLAY") => "since WAYLAND_DISPLAY is set",
                surroundings if surroundings.display => "since DISPLAY is set",
                _ => "as this system does",
            };
            desk::Browser::Programs { from: from.to_owned(), named, programs }
        }
    };
    report.tell(desk::browser(&found));
}

/// Tells how the terminal shows things, and why.
pub(super) fn terminal(global: &Global, environment: &Environment, terminal: Terminal, report: &Report<'_>) {
    let output = report.reporter.output();
    let variable = |name: &str| environment.var(name).map(|value| format!("{name}={value}"));
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].iter().find_map(|name| variable(name));
    let color = match global.color {
        Color::Always => Some("--color always".to_owned()),
        Color::Never => Some("--color never".to_owned()),
        Color::Auto if environment.is_set("NO_COLOR") => Some("NO_COLOR".to_owned()),
        Color::Auto => variable("CLICOLOR_FORCE").or_else(|| variable("CLICOLOR")),
    };
    let quiet = global.quiet.then(|| "--quiet".to_owned());
    let because = color.into_iter().chain(variable("CI")).chain(quiet).collect();
    report.tell(desk::terminal(&desk::Terminal {
        stderr: terminal.stderr,
        stdout: terminal.stdout,
        term: environment.var("TERM").map(str::to_owned),
        columns: report.reporter.columns(),
        unicode: output.unicode,
        locale: locale.unwrap_or_else(|| "none of LC_ALL, LC_CTYPE and LANG is set".to_owned()),
        color: output.color,
        animate: output.animate,
        because,
    }));
}
