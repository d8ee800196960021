//! Progress in the terminal's tab: shown while something is waited for, and gone whatever way that ends.

use std::fs;

use super::{CONNECTED, connect, service, with};
use crate::support::faults::{How, note, shim};
use crate::support::live::signal;
use crate::support::{Act, Scripted, Terminal, Tool};

const START: &str = "\u{1b}]9;4;";
const END: &str = "\u{1b}\\";

/// A terminal that is known to show progress.
const KNOWN: &str = "TERM=xterm-256color TERM_PROGRAM=WezTerm";

const CTRL_C: &[u8] = b"\x03";

/// What it was told, in order: `3;0` and its like.
fn told(raw: &str) -> Vec<&str> {
    raw.split(START).skip(1).map(|rest| rest.split_once(END).unwrap().0).collect()
}

/// Holds that it was shown, and taken away as the last thing.
#[track_caller]
fn is_cleared(way: &str, raw: &str) {
    let told = told(raw);
    assert!(told.len() > 1, "{way}: nothing was shown: {raw:?}");
    let (last, shown) = told.split_last().unwrap();
    assert_eq!(*last, "0;", "{way}: {told:?}");
    assert!(!shown.contains(&"0;"), "{way}: {told:?}");
}

fn held(act: Act) -> Scripted {
    Scripted::new([Act::started(), Act::Hold(Box::new(act))])
}

#[test]
fn it_goes_with_every_end_that_comes_by_itself() {
    let denied = Act::json(r#"{"status":"error","error":"access_denied"}"#);
    for (way, act, flags, code) in [
        ("success", Act::success(), &[][..], 0),
        ("error", denied, &[], 3),
        ("refused", Act::error(401, "no"), &[], 4),
        ("expired", Act::json(r#"{"status":"expired"}"#), &[], 5),
        ("timeout", Act::pending(), &["--timeout", "50ms"], 8),
        ("json", Act::success(), &["--json"], 0),
    ] {
        let api = held(act);
        let terminal = Terminal::run(with(connect(&api, flags), KNOWN), 100, 30);
        terminal.says("\u{1b}]9;4;3;0\u{1b}\\");
        api.release();
        let left = terminal.end();
        assert_eq!(left.code(), Some(code), "{way}: {:?}", left.raw);
        is_cleared(way, &left.raw);
    }
}

#[test]
fn it_goes_when_somebody_asks_for_an_end_and_before_they_insist() {
    for (way, name, number) in [("Ctrl-C", "", "Interrupt"), ("TERM", "TERM", "Terminated")] {
        for (in_flight, insists) in [(false, false), (true, false), (true, true)] {
            let held = Act::Hold(Box::new(Act::pending()));
            let api = Scripted::new([Act::started(), if in_flight { held } else { Act::pending() }]);
            let flags = ["--interval", "1h", "--request-timeout", "1h"];
            let mut terminal = Terminal::run(with(Tool::connect(&api.url(), &flags), KNOWN), 100, 30);
            terminal.says(" left");
            api.wait_for(2);
            let stop = |terminal: &mut Terminal| match name {
                "" => terminal.types(CTRL_C),
                name => signal(terminal.process(), name),
            };
            stop(&mut terminal);
            if in_flight {
                terminal.says("Stopping: ");
                // It is gone by now: the next signal leaves no time for it.
                terminal.until("no progress", |shown| (told(&shown.raw()).last() == Some(&"0;")).then_some(()));
            }
            if insists {
                stop(&mut terminal);
            }
            api.release();
            let left = terminal.end();
            assert_eq!(left.status.signal(), Some(number), "{way} {in_flight} {insists}: {:?}", left.raw);
            is_cleared(way, &left.raw);
        }
    }
}

#[test]
fn it_goes_when_a_list_is_left_half_way() {
    let folder = tempfile::tempdir().unwrap();
    for parallel in ["1", "2"] {
        let list = folder.path().join(format!("{parallel}.csv"));
        fs::write(&list, "email,provider\nada@acme.com,google\nbob@acme.com,google\n").unwrap();
        let tool = Tool::new(["batch", list.to_str().unwrap(), "--no-browser", "--sandbox", "--parallel", parallel]);
        let mut terminal = Terminal::run(with(tool, KNOWN), 100, 40);
        terminal.says("\u{1b}]9;4;1;0\u{1b}\\");
        terminal.says("127.0.0.1");
        terminal.types(CTRL_C);
        let left = terminal.end();
        assert_eq!(left.status.signal(), Some("Interrupt"), "{:?}", left.raw);
        is_cleared(parallel, &left.raw);
    }
}

#[test]
fn it_goes_when_nobody_reads_any_more() {
    for (flags, code) in [(&["--json"][..], "8"), (&[], "0")] {
        let start = Act::Hold(Box::new(Act::started()));
        let api = Scripted::new([start, Act::pending(), Act::success()]);
        // Its stdout is a pipe whose reader has gone before it starts; its stderr is the terminal.
        let gone = r#"{ read -r _ <"$HOME/gone"; "$@"; echo "exit $?" >&2; } | { exec <&-; echo >"$HOME/gone"; }"#;
        let tool = with(connect(&api, flags), KNOWN).shell(&format!(r#"mkfifo "$HOME/gone"; {gone}"#));
        let terminal = Terminal::run(tool, 100, 30);
        terminal.says("\u{1b}]9;4;3;0\u{1b}\\");
        api.release();
        let left = terminal.end();
        assert!(left.raw.ends_with(&format!("exit {code}\r\n")), "{:?}", left.raw);
        is_cleared("closed stdout", &left.raw);
    }
}

#[test]
fn it_goes_with_a_bug() {
    let shim = match shim() {
        Ok(shim) => shim,
        Err(why) => return eprintln!("{why}"),
    };
    let api = held(Act::success());
    let tool = with(connect(&api, &[]), KNOWN).failing(shim, How::Poll, 0);
    let note = note(tool.home());
    let terminal = Terminal::run(tool, 100, 30);
    terminal.says("\u{1b}]9;4;3;0\u{1b}\\");
    fs::write(note, "").unwrap();
    let left = terminal.end();
    assert_eq!(left.code(), Some(1), "{:?}", left.raw);
    assert!(left.raw.contains("panicked") && left.raw.contains("a bug in instantly-oauth"), "{:?}", left.raw);
    is_cleared("panic", &left.raw);
}

#[test]
fn it_tells_what_holds_it_up() {
    let api = Scripted::new([Act::started(), Act::error(503, "no"), Act::Hold(Box::new(Act::success()))]);
    let terminal = Terminal::run(with(connect(&api, &[]), KNOWN), 100, 30);
    terminal.says("\u{1b}]9;4;4;100\u{1b}\\");
    api.release();
    let left = terminal.end();
    assert_eq!((left.code(), left.rows.last().map(String::as_str)), (Some(0), Some(CONNECTED)));
    assert_eq!(told(&left.raw)[..2], ["3;0", "4;100"], "{:?}", left.raw);
    is_cleared("held", &left.raw);
}

#[test]
fn a_list_tells_its_share_and_that_some_of_it_failed() {
    let folder = tempfile::tempdir().unwrap();
    for (scenario, code, shares) in [("success", 0, ["1;0", "1;33", "1;66"]), ("denied", 13, ["1;0", "2;33", "2;66"])] {
        for parallel in ["1", "2"] {
            let list = folder.path().join(format!("{scenario}{parallel}.csv"));
            fs::write(&list, "email,provider\nada@acme.com,google\nbob@acme.com,google\ncy@acme.com,google\n").unwrap();
            let tool = Tool::new(["batch", list.to_str().unwrap(), "--no-browser", "--interval", "20ms"]).args(&[
                &format!("--sandbox={scenario}"),
                "--parallel",
                parallel,
            ]);
            let left = Terminal::run(with(tool, KNOWN), 100, 40).end();
            assert_eq!(left.code(), Some(code), "{:?}", left.raw);
            is_cleared(scenario, &left.raw);
            let mut told: Vec<_> = told(&left.raw).into_iter().filter(|told| shares.contains(told)).collect();
            // It is told again from time to time.
            told.dedup();
            // Two that end together may leave out the share between them.
            if parallel == "1" {
                assert_eq!(told, shares, "{scenario}: {:?}", left.raw);
            } else {
                assert_eq!(told.first(), Some(&"1;0"), "{scenario}: {:?}", left.raw);
            }
        }
    }
}

#[test]
fn nothing_is_told_where_nothing_is_shown() {
    for variables in [
        "TERM=xterm-256color",
        "TERM=xterm-256color TERM_PROGRAM=WezTerm CI=true",
        "TERM=dumb TERM_PROGRAM=WezTerm",
        "TERM=tmux-256color TMUX=/t,1,0 WT_SESSION=1",
        "TERM=xterm-256color TERM_PROGRAM=iTerm.app",
    ] {
        let api = service();
        let left = Terminal::run(with(connect(&api, &[]), variables), 100, 30).end();
        assert!(left.code() == Some(0) && !left.raw.contains("]9;"), "{variables}: {:?}", left.raw);
    }
    let api = service();
    let left = Terminal::run(with(connect(&api, &["--quiet"]), KNOWN), 100, 30).end();
    assert!(left.code() == Some(0) && !left.raw.contains("]9;"), "{:?}", left.raw);
    let api = service();
    let run = with(connect(&api, &["--color", "always"]), KNOWN).run().expect(0);
    assert!(!run.stderr.contains("]9;"), "{run:#?}");
}
