//! What a person at a terminal sees.

use crate::support::live::signal;
use crate::support::scripted::started_body;
use crate::support::{Act, Scripted, Terminal, Tool};

/// The URL of [`Act::started`].
const URL: &str = "https://accounts.google.com/o/oauth2/auth?state=a%2fb";

const CONNECTED: &str = "Connected ada@acme.com (Ada Lovelace)";

const CTRL_C: &[u8] = b"\x03";

/// A session that stays open until the test lets its result go.
fn held() -> Scripted {
    Scripted::new([Act::started(), Act::Hold(Box::new(Act::success()))])
}

/// The one row of these with a time left in it.
fn spinner(rows: &[String]) -> Option<&String> {
    let mut drawn = rows.iter().filter(|row| row.contains(" left"));
    let only = drawn.next()?;
    assert_eq!(drawn.next(), None, "drawn twice: {rows:#?}");
    Some(only)
}

/// Whether there is a time like `9:59` in it.
fn tells_time(row: &str) -> bool {
    row.as_bytes().windows(4).any(|w| w[0].is_ascii_digit() && w[1] == b':' && w[2..].iter().all(u8::is_ascii_digit))
}

#[test]
fn the_url_stands_alone_from_column_0_and_unwrapped() {
    let long = format!("{URL}&x={}", "aB%2f".repeat(400));
    for (columns, flags) in [(80, &[][..]), (40, &[]), (200, &[]), (40, &["--quiet"])] {
        for url in [URL, &long] {
            let started = Act::json(started_body(url, "x"));
            let api = Scripted::new([started, Act::success()]);
            let left = Terminal::run(Tool::connect(&api.url(), flags), columns, 200).end();
            assert_eq!(left.code(), Some(0), "{:?}", left.raw);
            // Its lines end as this terminal makes them, and the terminal alone breaks what is too long for it.
            assert!(format!("\n{}", left.raw).contains(&format!("\n{url}\r\n")), "{columns} {flags:?}: {:?}", left.raw);
            let first: String = url.chars().take(usize::from(columns)).collect();
            assert!(left.rows.contains(&first), "{columns} {flags:?}: {:#?}", left.rows);
        }
    }
}

#[test]
fn the_time_left_is_in_one_row_at_every_width_and_follows_a_resize() {
    let api = held();
    let terminal = Terminal::run(Tool::connect(&api.url(), &[]), 80, 30);
    for columns in [80, 40, 200, 40, 80] {
        terminal.resize(columns, 30);
        // Not what was drawn before.
        let before = terminal.until("anything", |shown| Some(shown.raw().len()));
        terminal.until("a new drawing", |shown| shown.raw()[before..].contains(" left").then_some(()));
        let row =
            terminal.until("the time left", |shown| spinner(&shown.rows()).filter(|row| tells_time(row)).cloned());
        assert!(row.chars().count() < usize::from(columns), "{columns}: {row}");
    }
    api.release();
    let left = terminal.end();
    assert_eq!((left.code(), spinner(&left.rows)), (Some(0), None), "{:#?}", left.rows);
}

#[test]
fn the_result_is_the_last_thing_on_the_screen() {
    let api = held();
    let terminal = Terminal::run(Tool::connect(&api.url(), &[]), 80, 30);
    terminal.until("the spinner", |shown| spinner(&shown.rows()).cloned());
    api.release();
    let left = terminal.end();
    assert_eq!(left.rows.last().map(String::as_str), Some(CONNECTED));
    assert_eq!(left.rows.iter().filter(|row| row.contains("Connected")).count(), 1, "{:#?}", left.rows);
    assert!(left.rows.iter().all(|row| !row.contains("Waiting") && !row.contains(" left")), "{:#?}", left.rows);
}

#[test]
fn whichever_way_it_ends_the_screen_is_left_in_order() {
    let denied = Act::json(r#"{"status":"error","error":"access_denied"}"#);
    for (way, act, code, last) in [
        ("success", Act::success(), Some(0), CONNECTED),
        ("error", denied, Some(3), "API controls."),
        ("expired", Act::json(r#"{"status":"expired"}"#), Some(5), "Next: instantly-oauth connect google"),
        ("Ctrl-C", Act::pending(), None, "Next: instantly-oauth status s1 --wait"),
        ("TERM", Act::pending(), None, "Next: instantly-oauth status s1 --wait"),
        ("Ctrl-C twice", Act::pending(), None, "Stopping: a request in flight has up to 2 s to finish."),
    ] {
        let api = Scripted::new([Act::started(), Act::Hold(Box::new(act))]);
        let mut terminal = Terminal::run(Tool::connect(&api.url(), &[]), 200, 30);
        terminal.until("the spinner", |shown| spinner(&shown.rows()).cloned());
        if way == "TERM" {
            signal(terminal.process(), "TERM");
        } else if code.is_none() {
            terminal.types(CTRL_C);
        }
        if code.is_none() {
            terminal.says(" to finish.\r\n");
        }
        if way == "Ctrl-C twice" {
            terminal.insists(CTRL_C);
        } else {
            api.release();
        }
        let left = terminal.end();
        left.has_a_cursor();
        assert_eq!(left.code(), code, "{way}: {:?} {:#?}", left.status, left.rows);
        assert_eq!(left.status.signal().is_some(), code.is_none(), "{way}");
        assert_eq!(spinner(&left.rows), None, "{way}: {:#?} {:?}", left.rows, left.raw);
        // The terminal itself shows what was typed.
        let said = left.rows.iter().rev().find(|row| !row.trim_matches(['^', 'C']).is_empty()).unwrap();
        assert!(said.ends_with(last), "{way}: {:#?}", left.rows);
    }
}

#[test]
fn ctrl_c_tells_the_session_and_how_to_go_on() {
    let api = Scripted::new([Act::started(), Act::pending()]);
    let mut terminal =
        Terminal::run(Tool::connect(&api.url(), &["--interval", "1h", "--expect", "ada@acme.com"]), 200, 30);
    terminal.until("the spinner", |shown| spinner(&shown.rows()).cloned());
    terminal.types(CTRL_C);
    let left = terminal.end();
    assert_eq!(left.status.signal(), Some("Interrupt"));
    let all = left.rows.join("\n");
    for words in ["Session s1 goes on without us", "Next: instantly-oauth status s1 --wait --expect ada@acme.com"] {
        assert!(all.contains(words), "{words}: {all}");
    }
    assert!(!all.contains("Connected") && !all.contains("error:"), "{all}");
}

#[test]
fn quiet_leaves_the_url_and_the_result() {
    let api = Scripted::new([Act::started(), Act::pending(), Act::success()]);
    let left = Terminal::run(Tool::connect(&api.url(), &["--quiet", "--interval", "20ms"]), 80, 30).end();
    assert_eq!(left.raw, format!("{URL}\r\n{CONNECTED}\r\n"));
}

#[test]
fn what_is_typed_while_it_waits_is_left_for_whoever_reads_next() {
    let api = held();
    let tool = Tool::connect(&api.url(), &[]).shell(r#""$@"; read -r line; echo "read:$line""#);
    let mut terminal = Terminal::run(tool, 80, 30);
    terminal.until("the spinner", |shown| spinner(&shown.rows()).cloned());
    terminal.types(b"make coffee\n");
    api.release();
    let left = terminal.end();
    assert!(left.rows.contains(&"read:make coffee".to_owned()), "{:#?}", left.rows);
}

/// What a terminal obeys, or reads in another order than it stands.
const ESCAPES: &str = r"\u001b]0;pwned\u0007\u001b[2J\u009b31m\u202eevil\r\b";

#[test]
fn nothing_foreign_reaches_the_terminal_as_it_came() {
    let said = |status: &str, fields: &str| {
        Act::json(format!(r#"{{"status":"{status}",{}}}"#, fields.replace('@', &format!("x{ESCAPES}y"))))
    };
    let refused = |status: u16| Act::error(status, ESCAPES);
    for (name, acts) in [
        ("mailbox", vec![Act::started(), said("success", r#""email":"@","name":"@""#)]),
        ("session error", vec![Act::started(), said("error", r#""error":"@","error_description":"@""#)]),
        ("unknown state", vec![Act::started(), said(ESCAPES, r#""x":1"#), Act::not_found()]),
        ("refusal", vec![refused(401)]),
        ("status", vec![refused(418)]),
        ("throttle", vec![refused(429).header("retry-after: 3600")]),
        ("poll", vec![Act::started(), refused(502), Act::success()]),
        (
            "page",
            vec![Act::status(500, format!("<html><title>{}</title>", "\u{1b}]0;pwned\u{7}\u{9b}31m\u{202e}evil"))],
        ),
    ] {
        for flags in [&[][..], &["-vv"], &["--json"], &["--json", "-vv"]] {
            let api = Scripted::new(acts.clone());
            let tool = Tool::connect(&api.url(), &["--interval", "20ms"]).args(flags).env("CI", "true");
            let left = Terminal::run(tool, 200, 50).end();
            let odd = left.raw.chars().find(|&c| (c.is_control() && !"\r\n".contains(c)) || c == '\u{202e}');
            // A carriage return of its own would be one that no line end follows.
            let bare = left.raw.replace("\r\n", "").contains('\r');
            // Colour is ours and the only escape there is.
            let ours = left.raw.replace("\u{1b}[1;31m", "").replace("\u{1b}[0m", "");
            let odd = odd.filter(|_| ours.contains(|c: char| c.is_control() && !"\r\n".contains(c)));
            assert_eq!((odd, bare), (None, false), "{name} {flags:?}: {:?}", left.raw);
            assert!(left.raw.contains("evil"), "{name} {flags:?} was not shown at all: {:?}", left.raw);
        }
    }
}

#[test]
fn colour_and_motion_are_for_terminals_that_want_them() {
    for (flags, variables, colored, animated, dots) in [
        (&[][..], &[][..], true, true, true),
        (&[], &[("NO_COLOR", "1")], false, true, true),
        (&["--color", "never"], &[("CLICOLOR_FORCE", "1")], false, true, true),
        (&["--color", "always"], &[("NO_COLOR", "1")], true, true, true),
        (&["--color", "always"], &[("TERM", "dumb")], true, false, false),
        (&[], &[("TERM", "dumb")], false, false, false),
        (&[], &[("TERM", "")], false, false, false),
        (&[], &[("TERM", "dumb"), ("CLICOLOR_FORCE", "1")], true, false, false),
        (&[], &[("CLICOLOR", "0")], false, true, true),
        (&[], &[("CI", "true")], true, false, false),
        (&[], &[("LANG", "C")], true, true, false),
        (&[], &[("LC_ALL", "POSIX")], true, true, false),
        (&["--quiet"], &[], true, false, false),
    ] {
        let case = format!("{flags:?} {variables:?}");
        let api = Scripted::new([Act::started(), Act::Hold(Box::new(Act::error(401, "no")))]);
        let mut tool = Tool::connect(&api.url(), flags);
        for (name, value) in variables {
            tool = tool.env(name, value);
        }
        let terminal = Terminal::run(tool, 80, 30);
        if animated {
            terminal.until(&case, |shown| spinner(&shown.rows()).cloned());
        }
        api.wait_for(2);
        api.release();
        let left = terminal.end();
        let plain = left.raw.replace("\r\n", "\n").replace("\u{1b}[1;31m", "").replace("\u{1b}[0m", "");
        assert_eq!(left.code(), Some(4), "{case}: {:?}", left.raw);
        assert_eq!(left.raw.contains("\u{1b}[1;31merror:\u{1b}[0m"), colored, "{case}: {:?}", left.raw);
        assert_eq!(left.raw.contains("\u{1b}[36m"), colored && animated, "{case}: {:?}", left.raw);
        assert_eq!(plain.contains(|c: char| c.is_control() && c != '\n'), animated, "{case}: {:?}", left.raw);
        assert_eq!(left.raw.contains(|c| ('\u{2800}'..='\u{28ff}').contains(&c)), dots, "{case}: {:?}", left.raw);
        assert!(dots || left.raw.is_ascii(), "{case}: {:?}", left.raw);
        // Where nothing is drawn, what is waited for is said, unless it is to be quiet.
        let said = left.raw.contains("Waiting for session s1 until");
        assert_eq!(said, !animated && !flags.contains(&"--quiet"), "{case}: {:?}", left.raw);
    }
}
