//! What would open a URL, and how the terminal shows things.

use super::*;
use crate::support::Terminal;

#[test]
fn a_browser_that_is_not_there_is_a_warning() {
    let api = healthy();
    let line = "! browser";
    let mends = "The URL is printed all the same";
    let tool = || doctor(&api.url()).no_env("BROWSER");
    for (what, tool, says) in [
        (
            "BROWSER names a program that is not there",
            tool().env("BROWSER", "/nonexistent/browser --new-window"),
            "opens nothing: /nonexistent/browser is not to be found, as BROWSER says",
        ),
        (
            "BROWSER has an open quotation mark",
            tool().env("BROWSER", "'firefox"),
            "opens nothing: BROWSER cannot be split",
        ),
        (
            "a display, and nothing that opens URLs",
            tool().env("DISPLAY", ":0").env("PATH", "/nonexistent"),
            "is installed, since DISPLAY is set",
        ),
    ] {
        Case { what, code: 0, line, says, mends }.holds(tool);
    }
    // Where none is to be expected, that is no fault.
    for (name, value, says) in [
        ("CI", "true", "opens nothing here (in CI (CI is set)): the URL is printed"),
        ("SSH_TTY", "/dev/pts/0", "opens nothing here (over SSH without a display"),
    ] {
        let run = tool().env(name, value).run().expect(0);
        assert!(run.stdout.contains(says), "{run:#?}");
    }
    let run = tool().env("BROWSER", "nothing-here:sh").run().expect(0);
    let opens = run.stdout.lines().find(|line| line.contains(" browser ")).unwrap();
    assert!(opens.contains("opens with sh (") && opens.ends_with("as BROWSER says"), "{opens}");
}

/// What is on the screen at the end, a terminal's lines as they came.
#[track_caller]
fn shown(tool: Tool, columns: u16) -> String {
    let left = Terminal::run(tool, columns, 100).end();
    assert_eq!(left.code(), Some(0), "{}", left.raw);
    left.rows.join("\n")
}

#[test]
fn a_terminal_that_can_do_little_is_a_warning() {
    let api = healthy();
    let line = "! terminal";
    for (what, name, value, says, mends) in [
        (
            "TERM=dumb",
            "TERM",
            "dumb",
            "TERM=dumb, 150 columns: without colour, UTF-8, a line per change",
            "TERM=xterm-256color",
        ),
        ("a terminal that has no TERM", "TERM", "", "TERM=, 150 columns: without colour", "TERM is not set"),
    ] {
        let screen = shown(doctor(&api.url()).env(name, value), 150);
        Case { what, code: 0, line, says, mends }.told(&screen, &screen);
    }
    // In ASCII the signs are others.
    let screen = shown(doctor(&api.url()).env("LANG", "C").args(&["--color", "never"]), 150);
    assert!(screen.contains("+ key") && screen.is_ascii(), "{screen}");
    let case = Case {
        what: "a locale that is not UTF-8",
        code: 0,
        line,
        says: "TERM=xterm-256color, 150 columns: without colour, ASCII alone (LANG=C), one line moves while it waits (--color never)",
        mends: "The locale is not UTF-8: set one that is, for example LANG=C.UTF-8",
    };
    case.told(&screen, &screen);
    let screen = shown(doctor(&api.url()), 150);
    assert!(
        screen.contains("terminal  TERM=xterm-256color, 150 columns: in colour, UTF-8, one line moves"),
        "{screen}"
    );
    assert!(screen.ends_with("All is well."), "{screen}");
}

#[test]
fn forty_columns_are_enough() {
    let api = healthy();
    let left = Terminal::run(doctor(&api.url()), 40, 100).end();
    assert_eq!(left.code(), Some(0), "{}", left.raw);
    left.has_a_cursor();
    let lines: Vec<&str> = left.raw.lines().collect();
    let plain = |line: &str| console::strip_ansi_codes(line).trim_end().to_owned();
    // Only a path may be longer than a line, so that it can be copied.
    for line in lines.iter().map(|line| plain(line)).filter(|line| !line.contains('/')) {
        assert!(console::measure_text_width(&line) <= 40, "{line:?}");
    }
    assert!(lines.iter().any(|line| plain(line).starts_with("\u{2713} key: found in")), "{lines:#?}");
    assert!(lines.iter().any(|line| line.starts_with("\u{1b}[32m\u{2713}\u{1b}[0m ")), "{lines:#?}");
}
