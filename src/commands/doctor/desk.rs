//! What the person sits at: what would open a URL, and how the terminal shows things.

use super::Report;
use crate::browser::{self, Plan, Surroundings, Wish};
use crate::cli::{Color, Global};
use crate::model::check::{Check, Name, desk};
use crate::model::config::Profile;
use crate::model::environment::Environment;
use crate::settings::Terminal;

/// Tells what would open a URL. Nothing is started.
pub(super) fn browser(environment: &Environment, profile: Option<&Profile>, report: &Report<'_>) {
    let surroundings = Surroundings::look(environment);
    let of_profile = profile.and_then(|profile| Some((&profile.name, profile.browser.as_ref()?)));
    let wish = of_profile.map_or(Wish::Default, |(name, browser)| Wish::OfProfile(name.clone(), browser.clone()));
    let named = of_profile.is_some() || surroundings.browser_variable.is_some();
    let found = match browser::plan(&surroundings, &wish, &|path| path.is_file()) {
        // What the person wrote into the config file is refused by every command that would start it.
        Err(error) if of_profile.is_some() => return report.tell(Check::of_error(Name::Browser, &error)),
        Err(error) => desk::Browser::Odd(error.to_string()),
        Ok(Plan::Nothing { reason }) => desk::Browser::Nothing(reason),
        Ok(Plan::Try(launchers)) => {
            let find = |program: &str| Some(browser::find(program, environment)?.display().to_string());
            let programs = launchers.into_iter().map(|it| (it.program.clone(), find(&it.program))).collect();
            let from = match (of_profile, &surroundings) {
                (Some((name, _)), _) => format!("as the profile {name} says"),
                _ if named => "as BROWSER says".to_owned(),
                (_, surroundings) if surroundings.wsl => "since this is WSL".to_owned(),
                _ if environment.is_set("WAYLAND_DISPLAY") => "since WAYLAND_DISPLAY is set".to_owned(),
                (_, surroundings) if surroundings.display => "since DISPLAY is set".to_owned(),
                _ => "as this system does".to_owned(),
            };
            desk::Browser::Programs { from, named, programs }
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
