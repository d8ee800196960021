//! Being stopped: by whom, with what last words, and what is left running.

use crate::support::live::signal;
use crate::support::{Act, Live, Program, Run, Scripted, Terminal, Tool};

/// The signals that ask for an end, their numbers, and the codes that stand for them.
const SIGNALS: [(&str, i32, u8); 2] = [("INT", 2, 130), ("TERM", 15, 143)];

const NEXT: &str = "Next: instantly-oauth status s1 --wait";

/// No request gives up by itself before the test does.
const PATIENT: [&str; 2] = ["--request-timeout", "1h"];

fn held(act: Act) -> Act {
    Act::Hold(Box::new(act))
}

/// Holds that this signal ended it, without a word of a failure.
#[track_caller]
fn ended_by(run: &Run, number: i32) {
    assert_eq!((run.code, run.signal), (None, Some(number)), "{run:#?}");
    assert!(!run.stderr.contains("error:") && !run.stderr.contains("panicked"), "{run:#?}");
}

#[test]
fn stopped_between_two_polls_it_says_how_to_go_on() {
    for (name, number, _) in SIGNALS {
        for flags in [&[][..], &["--quiet"]] {
            let api = Scripted::new([Act::started(), Act::pending()]);
            let mut live = Live::start(Tool::connect(&api.url(), &["--interval", "1h", "-v"]).args(flags));
            live.stderr.until("* next request in");
            live.signal(name);
            let run = live.end();
            ended_by(&run, number);
            assert_eq!(run.stdout, "");
            assert!(run.stderr.contains("Stopped. Session s1 goes on without us.\n"), "{run:#?}");
            assert!(run.stderr.ends_with(&format!("  {NEXT}\n")), "{run:#?}");
        }
    }
}

#[test]
fn a_result_that_comes_after_the_signal_is_told_and_the_signal_still_ends_it() {
    let wrong = r#"{"status":"error","error":"account_exists"}"#;
    for (name, number, code) in SIGNALS {
        for (act, outcome, words) in [
            (Act::success(), "connected", "Connected ada@acme.com (Ada Lovelace)\n"),
            (Act::json(wrong), "session_error", "already connected to another Instantly workspace"),
            (Act::json(r#"{"status":"expired"}"#), "expired", "the session expired"),
        ] {
            for json in [false, true] {
                let api = Scripted::new([Act::started(), held(act.clone())]);
                let flags = if json { &["--json"][..] } else { &[] };
                let mut live = Live::start(Tool::connect(&api.url(), &PATIENT).args(flags));
                api.wait_for(2);
                live.signal(name);
                live.stderr.until("Stopping: a request in flight has up to 2 s to finish.");
                api.release();
                let run = live.end();
                assert_eq!((run.code, run.signal), (None, Some(number)), "{run:#?}");
                if json {
                    let result = run.result();
                    assert_eq!((&result["outcome"], &result["exit_code"]), (&outcome.into(), &code.into()), "{run:#?}");
                } else {
                    let said = if outcome == "connected" { &run.stdout } else { &run.stderr };
                    assert!(said.contains(words), "{run:#?}");
                    assert!(!run.stderr.contains("Stopped."), "{run:#?}");
                }
                assert_eq!(api.lines().len(), 2, "nothing is asked after a signal");
            }
        }
    }
}

#[test]
fn a_poll_that_is_never_answered_does_not_keep_it() {
    for (name, number, code) in SIGNALS {
        // In the test that hangs instead, the request's own limit would not end it either.
        let api = Scripted::new([Act::started(), held(Act::success())]);
        let live = Live::start(Tool::connect(&api.url(), &PATIENT).args(&["--json"]));
        api.wait_for(2);
        live.signal(name);
        let run = live.end();
        ended_by(&run, number);
        let result = run.result();
        assert_eq!((&result["outcome"], &result["exit_code"]), (&"interrupted".into(), &code.into()));
        assert_eq!((&result["session_id"], &result["status"]), (&"s1".into(), &serde_json::Value::Null));
        assert_eq!(result["next"], NEXT["Next: ".len()..]);
    }
}

#[test]
fn a_second_signal_ends_it_at_once() {
    for (first, second, number) in [("INT", "INT", 2), ("TERM", "TERM", 15), ("INT", "TERM", 15), ("TERM", "INT", 2)] {
        let api = Scripted::new([Act::started(), held(Act::success())]);
        let mut live = Live::start(Tool::connect(&api.url(), &PATIENT));
        api.wait_for(2);
        live.signal(first);
        live.stderr.until("Stopping");
        live.insist(second);
        let run = live.end();
        ended_by(&run, number);
        // It had no time for last words.
        assert!(run.stdout.is_empty() && !run.stderr.contains(NEXT), "{run:#?}");
    }
}

#[test]
fn a_signal_that_is_passed_on_to_it_as_well_counts_once() {
    for both in ["kill -INT $0; kill -INT $0", "kill -INT $0; kill -TERM $0"] {
        let api = Scripted::new([Act::started(), Act::pending()]);
        let mut live = Live::start(Tool::connect(&api.url(), &PATIENT));
        live.stderr.until("Waiting for session");
        let process = live.process().to_string();
        assert!(std::process::Command::new("sh").args(["-c", both, &process]).status().unwrap().success());
        let run = live.end();
        assert!(run.signal.is_some() && run.stderr.contains("Stopped. Session s1 goes on without us."), "{run:#?}");
        assert!(run.stderr.ends_with(&format!("  {NEXT}\n")), "{run:#?}");
    }
}

#[test]
fn before_there_is_a_session_there_is_nothing_to_go_on_with() {
    let limit = Act::error(429, "slow down").header("retry-after: 60");
    for (name, number, code) in SIGNALS {
        for (act, words) in [(held(Act::started()), "> POST"), (limit.clone(), "Rate limited by Instantly")] {
            for json in [false, true] {
                let api = Scripted::new([act.clone()]);
                let flags = if json { &["-v", "--json"][..] } else { &["-v"] };
                let mut live = Live::start(Tool::connect(&api.url(), flags));
                api.wait_for(1);
                live.stderr.until(words);
                live.signal(name);
                let run = live.end();
                ended_by(&run, number);
                assert!(run.stderr.ends_with("Stopped. No session was started.\n"), "{run:#?}");
                if json {
                    let result = run.result();
                    assert_eq!((&result["outcome"], &result["exit_code"]), (&"interrupted".into(), &code.into()));
                    assert!(result["session_id"].is_null() && result["next"].is_null(), "{result}");
                } else {
                    assert_eq!(run.stdout, "");
                }
            }
        }
    }
}

#[test]
fn status_is_stopped_the_same_way() {
    for (name, number, code) in SIGNALS {
        for flags in [&[][..], &["--wait"]] {
            for (act, outcome) in [(Act::pending(), "interrupted"), (Act::success(), "connected")] {
                let api = Scripted::new([held(act)]);
                let mut live = Live::start(Tool::status(&api.url(), &["s1", "--json"]).args(flags).args(&PATIENT));
                api.wait_for(1);
                live.signal(name);
                live.stderr.until("Stopping");
                api.release();
                let run = live.end();
                assert_eq!((run.code, run.signal), (None, Some(number)), "{run:#?}");
                let result = run.result();
                assert_eq!((&result["outcome"], &result["exit_code"]), (&outcome.into(), &code.into()), "{run:#?}");
                assert_eq!(run.stderr.contains(NEXT), outcome == "interrupted", "{run:#?}");
            }
        }
    }
}

#[test]
fn the_sandbox_of_a_command_that_is_stopped_cannot_be_gone_on_with() {
    let tool = Tool::new(["connect", "google", "--sandbox", "--no-browser", "--interval", "1h", "-v"]);
    let mut live = Live::start(tool);
    live.stderr.until("* next request in");
    live.signal("INT");
    let run = live.end();
    ended_by(&run, 2);
    assert!(run.stderr.contains(" ended with it.") && !run.stderr.contains("Next:"), "{run:#?}");
}

#[test]
fn the_browser_outlives_the_command() {
    let browser = Program::waiting("echo up | note up", "echo alive | note alive");
    let api = Scripted::new([Act::started(), Act::pending()]);
    let tool = Tool::new(["connect", "google", "--interval", "1h"]).at(&api.url()).env("BROWSER", browser.command());
    let mut terminal = Terminal::run(tool, 100, 30);
    browser.note("up");
    // This reaches everything that the terminal counts to its foreground.
    terminal.types(b"\x03");
    let left = terminal.end();
    assert_eq!(left.status.signal(), Some("Interrupt"), "{:#?}", left.rows);
    browser.release();
    assert_eq!(browser.note("alive"), "alive\n");
}

#[test]
fn the_browser_of_a_command_without_a_wait_is_watched_until_a_signal() {
    let browser = Program::waiting("echo up | note up", "echo alive | note alive");
    let api = Scripted::new([Act::started()]);
    let tool = Tool::new(["connect", "google", "--no-wait"]).at(&api.url()).env("BROWSER", browser.command());
    let (mut command, _home) = tool.into_command();
    let child = command.spawn().unwrap();
    browser.note("up");
    signal(child.id(), "TERM");
    let run = crate::support::run::finish(child);
    ended_by(&run, 15);
    assert!(run.stdout.is_empty() && run.stderr.contains(NEXT), "{run:#?}");
    browser.release();
    browser.note("alive");
}
