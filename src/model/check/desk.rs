//! What the person sits at: what would open a URL, and how the terminal shows things.

use super::{Check, Name};

/// What would open a URL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Browser {
    /// Programs that are tried one after the other, each with where it was found, if it was.
    Programs {
        /// Who names them, in words.
        from: String,
        /// Whether a person named them, so that they ought to be there.
        named: bool,
        /// What they are.
        programs: Vec<(String, Option<String>)>,
    },
    /// Nothing, and why.
    Nothing(String),
    /// What was named cannot be understood, and why.
    Odd(String),
}

/// Judges what would open a URL.
#[must_use]
pub fn browser(browser: &Browser) -> Check {
    const PRINTED: &str = "The URL is printed all the same, and can be opened anywhere.";
    match browser {
        Browser::Nothing(reason) => Check::ok(
            Name::Browser,
            format!("opens nothing here ({reason}): the URL is printed, to be opened anywhere"),
        )
        .fact("opens", false)
        .fact("reason", reason.as_str()),
        Browser::Odd(why) => Check::warning(Name::Browser, format!("opens nothing: {why}"))
            .mend("Set it to a program that opens URLs, for example BROWSER='firefox --new-window %s', or unset it.")
            .mend(PRINTED)
            .fact("opens", false),
        Browser::Programs { from, named, programs } => {
            let there = programs.iter().find_map(|(name, place)| Some((name, place.as_ref()?)));
            let all: Vec<String> = programs.iter().map(|(name, _)| name.clone()).collect();
            let check = match there {
                Some((name, place)) => {
                    let at = if name == place { String::new() } else { format!(" ({place})") };
                    Check::ok(Name::Browser, format!("opens with {name}{at}, {from}")).fact("program", place.as_str())
                }
                None if *named => Check::warning(
                    Name::Browser,
                    format!("opens nothing: {} is not to be found, {from}", all.join(", ")),
                )
                .mend("Name a program that is there, by its path if it is not in PATH: --browser CMD or BROWSER.")
                .mend(PRINTED),
                None => Check::warning(
                    Name::Browser,
                    format!("opens nothing: none of {} is installed, {from}", all.join(", ")),
                )
                .mend("Install xdg-utils (xdg-open), or name a program with --browser CMD or BROWSER.")
                .mend(PRINTED),
            };
            check.fact("opens", there.is_some()).fact("programs", all)
        }
    }
}

/// How the terminal is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "independent facts, every combination of which occurs")]
pub struct Terminal {
    /// Whether stderr is one, on which progress is shown.
    pub stderr: bool,
    /// Whether stdout is one.
    pub stdout: bool,
    /// `TERM`.
    pub term: Option<String>,
    /// How wide it is.
    pub columns: Option<usize>,
    /// Whether more than ASCII is shown.
    pub unicode: bool,
    /// Where the locale was read: `LANG=C`, or that nothing is set.
    pub locale: String,
    /// Whether there is colour.
    pub color: bool,
    /// Whether a line is drawn over and over.
    pub animate: bool,
    /// What keeps colour or motion away, by its variable or flag.
    pub because: Vec<String>,
}

/// Fewer columns than this show no words beside the time that is left.
const NARROW: usize = 20;

/// Judges the terminal.
#[must_use]
pub fn terminal(terminal: &Terminal) -> Check {
    let Terminal { stderr, stdout, term, columns, unicode, locale, color, animate, because } = terminal;
    let color_told = if *color { "in colour" } else { "without colour" };
    let motion = if *animate { "one line moves while it waits" } else { "a line per change of state" };
    let signs = if *unicode { "UTF-8".to_owned() } else { format!("ASCII alone ({locale})") };
    let because_told = if because.is_empty() { String::new() } else { format!(" ({})", because.join(", ")) };
    let what = if *stderr {
        let size = columns.map(|columns| format!(", {columns} columns")).unwrap_or_default();
        format!("TERM={}{size}", term.as_deref().unwrap_or_default())
    } else {
        "stderr is no terminal".to_owned()
    };
    let detail = format!("{what}: {color_told}, {signs}, {motion}{because_told}");
    let dumb = *stderr && !animate && term.as_deref().is_none_or(|term| term == "dumb") && !cfg!(windows);
    let mut check = Check::ok(Name::Terminal, detail);
    let mut warn = |line: String| {
        check.state = super::State::Warning;
        check.remedy.push(line);
    };
    if dumb {
        let is = term.as_deref().map_or_else(|| "is not set".to_owned(), |term| format!("is {term}"));
        warn(format!(
            "TERM {is}: set it to what the terminal is, for example TERM=xterm-256color, for colour and motion."
        ));
    }
    if *stderr && !unicode {
        warn(
            "The locale is not UTF-8: set one that is, for example LANG=C.UTF-8, to see names as they are.".to_owned(),
        );
    }
    if *stderr && columns.is_some_and(|columns| columns < NARROW) {
        warn(format!("Make the window at least {NARROW} columns wide, to see what is waited for."));
    }
    let check = check.fact("stderr", *stderr).fact("stdout", *stdout).fact_if("term", term.clone());
    let check =
        check.fact_if("columns", *columns).fact("utf8", *unicode).fact("color", *color).fact("animate", *animate);
    check.fact("because", because.clone())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::check::State;

    #[test]
    fn a_program_that_is_there_counts_and_one_that_is_not_is_told() {
        let programs = |named, list: &[(&str, Option<&str>)]| Browser::Programs {
            from: "as BROWSER says".into(),
            named,
            programs: list.iter().map(|(name, place)| ((*name).to_owned(), place.map(Into::into))).collect(),
        };
        for (found, state, says) in [
            (
                programs(true, &[("a", None), ("b", Some("/bin/b"))]),
                State::Ok,
                "opens with b (/bin/b), as BROWSER says",
            ),
            (programs(true, &[("/x", Some("/x"))]), State::Ok, "opens with /x, as BROWSER says"),
            (programs(true, &[("a", None)]), State::Warning, "a is not to be found, as BROWSER says"),
            (programs(false, &[("a", None), ("b", None)]), State::Warning, "none of a, b is installed"),
            (Browser::Nothing("in CI".into()), State::Ok, "opens nothing here (in CI)"),
            (Browser::Odd("BROWSER names no program".into()), State::Warning, "BROWSER names no program"),
        ] {
            let check = browser(&found);
            assert_eq!(check.state, state, "{check:?}");
            assert!(check.detail.contains(says), "{check:?}");
            assert_eq!(check.remedy.is_empty(), state == State::Ok);
        }
    }

    #[test]
    fn a_terminal_says_what_follows_from_it() {
        let good = Terminal {
            stderr: true,
            stdout: true,
            term: Some("xterm".into()),
            columns: Some(80),
            unicode: true,
            locale: "LANG=C.UTF-8".into(),
            color: true,
            animate: true,
            because: Vec::new(),
        };
        let dumb = Terminal { term: Some("dumb".into()), color: false, animate: false, ..good.clone() };
        let plain = Terminal { unicode: false, locale: "LANG=C".into(), ..good.clone() };
        let narrow = Terminal { columns: Some(19), ..good.clone() };
        let ci = Terminal { color: false, because: vec!["NO_COLOR".into()], ..good.clone() };
        let none = Terminal { locale: "nothing set".into(), ..Terminal::default() };
        for (terminal, says, mends) in [
            (&good, "TERM=xterm, 80 columns: in colour, UTF-8, one line moves", None),
            (
                &dumb,
                "TERM=dumb, 80 columns: without colour, UTF-8, a line per change",
                cfg!(not(windows)).then_some("TERM is dumb"),
            ),
            (&plain, "ASCII alone (LANG=C)", Some("not UTF-8")),
            (&narrow, "19 columns", Some("20 columns")),
            (&ci, "without colour, UTF-8, one line moves while it waits (NO_COLOR)", None),
            (
                &none,
                "stderr is no terminal: without colour, ASCII alone (nothing set), a line per change of state",
                None,
            ),
        ] {
            let check = super::terminal(terminal);
            assert!(check.detail.contains(says), "{check:?}");
            assert_eq!(check.state == State::Warning, mends.is_some(), "{check:?}");
            assert!(mends.is_none_or(|mends| check.remedy.join(" ").contains(mends)), "{check:?}");
        }
    }
}
