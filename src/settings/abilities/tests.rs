//! The decision as a table: what a terminal says of itself, and what is expected of it.

use super::*;

const HERE: Talk = Talk { screen: Screen::Full, color: true, animate: true, ci: false };

fn decided(variables: &str, talk: Talk) -> Abilities {
    let pairs = variables.split_whitespace().map(|pair| pair.split_once('=').unwrap());
    abilities(&pairs.collect(), talk)
}

/// Links, progress, how it calls.
fn summary(abilities: Abilities) -> String {
    let links = if abilities.links { "links" } else { "-" };
    let progress = if abilities.progress { "progress" } else { "-" };
    format!("{links} {progress} {:?}", abilities.call)
}

#[test]
fn each_terminal_gets_what_it_is_known_to_have() {
    for (variables, expected) in [
        ("TERM=xterm-256color", "- - Bell"),
        ("", "- - Bell"),
        ("TERM=linux", "- - Bell"),
        ("TERM=xterm-256color TERM_PROGRAM=Apple_Terminal", "- - Bell"),
        ("TERM=xterm-256color WT_SESSION=1c5a", "links progress Bell"),
        ("TERM=cygwin ConEmuANSI=ON", "- progress Bell"),
        ("TERM=cygwin ConEmuANSI=OFF", "- - Bell"),
        ("TERM=xterm-256color TERM_PROGRAM=WezTerm", "links progress Osc777"),
        ("TERM=xterm-ghostty TERM_PROGRAM=ghostty", "links progress Osc777"),
        ("TERM=xterm-ghostty", "links progress Osc777"),
        ("TERM=xterm-kitty KITTY_WINDOW_ID=1", "links - Osc99"),
        ("TERM=foot", "links - Osc777"),
        ("TERM=foot-extra", "links - Osc777"),
        ("TERM=alacritty", "links - Bell"),
        ("TERM=xterm-256color VTE_VERSION=4900", "- - Bell"),
        ("TERM=xterm-256color VTE_VERSION=6003", "links - Bell"),
        ("TERM=xterm-256color VTE_VERSION=7900", "links progress Bell"),
        ("TERM=xterm-256color VTE_VERSION=odd", "- - Bell"),
        ("TERM=xterm-256color KONSOLE_VERSION=230800", "links - Bell"),
        ("TERM=xterm-256color TERM_PROGRAM=vscode", "links - Bell"),
        ("TERM=xterm-256color TERM_PROGRAM=iTerm.app", "links - Osc9"),
        ("TERM=xterm-256color TERM_PROGRAM=iTerm.app TERM_FEATURES=T3LrMSc7UUw9Ts3BFGsSyHNoSxF", "links - Osc9"),
        ("TERM=xterm-256color TERM_PROGRAM=iTerm.app TERM_FEATURES=T3LrMSc7UUw9Ts3BFPGsSy", "links progress Osc9"),
        // What tmux does not know itself it swallows, whatever it runs in; links and the bell it knows.
        ("TERM=tmux-256color TMUX=/t,1,0 TERM_PROGRAM=tmux TERM_PROGRAM_VERSION=3.4 WT_SESSION=1", "links - Bell"),
        ("TERM=tmux-256color TMUX=/t,1,0 TERM_PROGRAM=tmux TERM_PROGRAM_VERSION=3.3a KITTY_WINDOW_ID=1", "- - Bell"),
        ("TERM=screen-256color TMUX=/t,1,0 TERM_PROGRAM=tmux TERM_PROGRAM_VERSION=4.0", "links - Bell"),
        ("TERM=tmux-256color WT_SESSION=1", "- - Bell"),
        ("TERM=screen STY=1.pts WT_SESSION=1 VTE_VERSION=8000", "- - Bell"),
    ] {
        assert_eq!(summary(decided(variables, HERE)), expected, "{variables}");
    }
}

#[test]
fn nothing_goes_to_what_is_no_terminal_or_obeys_nothing_or_has_nobody_before_it() {
    let all = "TERM=xterm-ghostty TERM_PROGRAM=ghostty";
    for (talk, expected, clipboard) in [
        (HERE, "links progress Osc777", true),
        (Talk { screen: Screen::None, color: true, animate: false, ci: false }, "- - None", false),
        (Talk { screen: Screen::Dumb, color: true, animate: false, ci: false }, "- - None", false),
        (Talk { animate: false, ci: true, ..HERE }, "- - None", false),
        (Talk { ci: true, ..HERE }, "- - None", false),
        (Talk { color: false, ..HERE }, "- progress Osc777", true),
        (Talk { animate: false, ..HERE }, "links - Osc777", true),
    ] {
        let decided = decided(all, talk);
        assert_eq!((summary(decided).as_str(), decided.clipboard.is_some()), (expected, clipboard), "{talk:?}");
        assert_eq!(decided.screen, talk.screen);
    }
}

#[test]
fn links_can_be_forced_on_any_terminal_and_off() {
    let plain = Talk { color: false, ci: true, ..HERE };
    for (variables, talk, links) in [
        ("FORCE_HYPERLINK=1", HERE, true),
        ("FORCE_HYPERLINK=1", plain, true),
        ("FORCE_HYPERLINK=1", Talk { screen: Screen::Dumb, ..plain }, true),
        // A script that greps the URL finds it at the start of its line.
        ("FORCE_HYPERLINK=1", Talk { screen: Screen::None, ..HERE }, false),
        ("FORCE_HYPERLINK=0 WT_SESSION=1", HERE, false),
        ("FORCE_HYPERLINK=false WT_SESSION=1", HERE, false),
        ("FORCE_HYPERLINK=1 TMUX=x", HERE, true),
    ] {
        assert_eq!(decided(variables, talk).links, links, "{variables} {talk:?}");
    }
}

#[test]
fn what_is_between_is_found_and_the_background_guessed() {
    for (variables, between) in [
        ("TERM=xterm", Between::Nothing),
        ("TERM=screen-256color TMUX=/tmp/t,1,0", Between::Tmux),
        ("TERM=tmux-256color", Between::Tmux),
        ("TERM=screen", Between::Screen),
        ("TERM=xterm STY=12.pts-0", Between::Screen),
    ] {
        assert_eq!(decided(variables, HERE).clipboard, Some(between), "{variables}");
    }
    for (colors, light) in
        [("15;0", false), ("0;15", true), ("0;default;15", true), ("7;8", false), ("0;7", true), ("x", false)]
    {
        assert_eq!(decided(&format!("COLORFGBG={colors}"), HERE).light, light, "{colors}");
    }
}
