//! What the terminal can do beside showing text: a decision from its environment variables, since it cannot be asked
//! without reading from it, which is never done here.

use crate::model::environment::Environment;
use crate::report::{Abilities, Between, Call, Screen};

/// What was decided about the terminal before.
#[derive(Clone, Copy, Debug)]
pub(super) struct Talk {
    pub(super) screen: Screen,
    pub(super) color: bool,
    pub(super) animate: bool,
    pub(super) ci: bool,
}

/// Decides it. In CI nobody is there for any of it. Whatever is not known to be understood is left out: an old terminal
/// shows a progress report as a notice, or as garbage.
pub(super) fn abilities(environment: &Environment, Talk { screen, color, animate, ci }: Talk) -> Abilities {
    let full = screen == Screen::Full;
    let between = between(environment);
    // A multiplexer swallows what it does not know itself. What is left of the terminal it runs in says nothing then.
    let bare = (between == Between::Nothing).then_some(environment);
    Abilities {
        screen,
        light: environment.var("COLORFGBG").is_some_and(is_light),
        links: match environment.var("FORCE_HYPERLINK") {
            Some(force) => screen != Screen::None && !["0", "false"].contains(&force.trim()),
            // Who wants no colour wants the words and nothing else.
            None => full && color && !ci && links(environment, between),
        },
        progress: animate && !ci && bare.is_some_and(progress),
        clipboard: (full && !ci).then_some(between),
        call: match bare {
            _ if !full || ci => Call::None,
            Some(environment) => call(environment),
            // It passes on the bell.
            None => Call::Bell,
        },
    }
}

fn between(environment: &Environment) -> Between {
    let term = environment.var("TERM").unwrap_or_default();
    if environment.is_set("TMUX") || term.starts_with("tmux") {
        Between::Tmux
    } else if environment.is_set("STY") || term.starts_with("screen") {
        Between::Screen
    } else {
        Between::Nothing
    }
}

/// Whether text can be a link.
fn links(environment: &Environment, between: Between) -> bool {
    let program = environment.var("TERM_PROGRAM").unwrap_or_default();
    let version = || number(environment.var("TERM_PROGRAM_VERSION").unwrap_or_default());
    match between {
        // It passes them on where the terminal has them, and shows the text where not.
        Between::Tmux => program == "tmux" && version() >= Some((3, 4)),
        Between::Screen => false,
        Between::Nothing => {
            let term = environment.var("TERM").unwrap_or_default();
            ["iTerm.app", "WezTerm", "ghostty", "vscode", "zed", "Hyper", "WarpTerminal"].contains(&program)
                || ["xterm-kitty", "xterm-ghostty", "alacritty", "foot"].iter().any(|known| term.starts_with(known))
                || ["WT_SESSION", "KONSOLE_VERSION", "KITTY_WINDOW_ID", "DOMTERM"]
                    .iter()
                    .any(|name| environment.is_set(name))
                || vte(environment) >= Some(5000)
        }
    }
}

/// Whether it shows progress. As cargo has it, and VTE since it draws it.
fn progress(environment: &Environment) -> bool {
    let features = environment.var("TERM_FEATURES").unwrap_or_default();
    match environment.var("TERM_PROGRAM") {
        Some("WezTerm" | "ghostty") => true,
        // Versions of it that do not list this show a notice instead.
        Some("iTerm.app") => has_feature(features, "P"),
        _ => {
            environment.is_set("WT_SESSION")
                || environment.var("ConEmuANSI") == Some("ON")
                || environment.var("TERM") == Some("xterm-ghostty")
                || vte(environment) >= Some(7900)
        }
    }
}

fn call(environment: &Environment) -> Call {
    let term = environment.var("TERM").unwrap_or_default();
    match environment.var("TERM_PROGRAM") {
        Some("iTerm.app") => Call::Osc9,
        Some("WezTerm" | "ghostty") => Call::Osc777,
        _ if term == "xterm-kitty" || environment.is_set("KITTY_WINDOW_ID") => Call::Osc99,
        _ if term == "xterm-ghostty" || term == "foot" || term.starts_with("foot-") => Call::Osc777,
        _ => Call::Bell,
    }
}

/// The version of VTE, as GNOME's and others' terminals tell it: 7900 is 0.79.0.
fn vte(environment: &Environment) -> Option<u32> {
    environment.var("VTE_VERSION")?.trim().parse().ok()
}

/// `3.4` of `3.4a`.
fn number(version: &str) -> Option<(u32, u32)> {
    let (major, rest) = version.split_once('.')?;
    let minor = rest.split(|sign: char| !sign.is_ascii_digit()).next()?;
    Some((major.parse().ok()?, minor.parse().ok()?))
}

/// Whether a list like `T3LrMSc7UUw9` has this: each begins with an upper case letter.
fn has_feature(features: &str, feature: &str) -> bool {
    let starts: Vec<_> =
        features.char_indices().filter(|(_, sign)| sign.is_ascii_uppercase()).map(|(at, _)| at).collect();
    let ends = starts.iter().copied().skip(1).chain([features.len()]);
    starts.iter().zip(ends).any(|(&start, end)| {
        let name = &features[start..end];
        name.trim_end_matches(|sign: char| sign.is_ascii_digit()) == feature
    })
}

/// Whether `foreground;background`, in the sixteen colours, is a light background.
fn is_light(colors: &str) -> bool {
    colors.rsplit(';').next().is_some_and(|background| ["7", "15"].contains(&background.trim()))
}

#[cfg(test)]
mod tests;
