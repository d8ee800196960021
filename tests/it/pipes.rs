//! Streams that are gone, full or closed: quiet, and without losing a result.

use std::fs::File;
use std::process::Stdio;

use crate::support::run::finish;
use crate::support::{Act, Live, Run, Scripted, Tool};

const CONNECTED: &str = "Connected ada@acme.com (Ada Lovelace)";

/// Runs it with a stdout whose reader has gone before it starts.
///
/// A shell makes the pipe. This process starts others on many threads, and each of those holds what is open here until
/// it is on its feet: the reader would not be gone for certain.
pub fn unread(tool: Tool) -> Run {
    let gone = r#"{ read -r _ <"$HOME/gone"; "$@"; echo "exit $?" >&2; } | { exec <&-; echo >"$HOME/gone"; }"#;
    inner(tool.shell(&format!(r#"mkfifo "$HOME/gone"; {gone}"#)).run())
}

/// The run inside of a shell that tells its exit code at the end.
pub fn inner(run: Run) -> Run {
    let (stderr, code) = run.stderr.trim_end().rsplit_once("exit ").unwrap();
    Run { code: code.parse().ok(), stderr: stderr.to_owned(), ..run }
}

/// A device that takes nothing.
#[cfg(target_os = "linux")]
pub fn full() -> File {
    File::options().write(true).open("/dev/full").unwrap()
}

/// Runs it with this as its stdout.
pub fn into(tool: Tool, stdout: impl Into<Stdio>) -> Run {
    let (mut command, _home) = tool.into_command();
    let child = command.stdout(stdout).spawn();
    // The command keeps a copy of the stream, which is not the child's.
    drop(command);
    finish(child.unwrap())
}

/// Holds that nothing in it complains of a stream.
#[track_caller]
pub fn is_quiet(run: &Run) {
    for word in ["panicked", "roken pipe", "os error", "stdout"] {
        assert!(!run.stderr.contains(word), "{word}: {run:#?}");
    }
}

/// What a server says, and how it ends: its code, and what is then to be read on stderr.
fn ends() -> [(Vec<Act>, i32, &'static str); 4] {
    let denied = Act::json(r#"{"status":"error","error":"access_denied","error_description":"no"}"#);
    [
        (vec![Act::started(), Act::pending(), Act::success()], 0, CONNECTED),
        (vec![Act::started(), denied], 3, "error: permission was refused"),
        (vec![Act::started(), Act::error(401, "no")], 4, "error: Instantly refused the API key"),
        (vec![Act::error(429, "no").header("retry-after: 1800")], 7, "error: Instantly has blocked"),
    ]
}

#[test]
fn a_reader_that_has_gone_costs_neither_the_result_nor_the_exit_code() {
    for (acts, code, words) in ends() {
        let api = Scripted::new(acts);
        let run = unread(Tool::connect(&api.url(), &["--interval", "20ms"]));
        is_quiet(&run);
        run.expect(code).says(words);
    }
}

#[test]
fn a_reader_that_has_gone_before_the_state_still_leaves_it_told() {
    for (act, code, words) in [
        (Act::success(), 0, CONNECTED),
        (Act::pending(), 8, "pending"),
        (Act::json(r#"{"status":"error","error":"server_error"}"#), 3, "error server_error"),
    ] {
        let api = Scripted::new([act]);
        let run = unread(Tool::status(&api.url(), &["s1"]));
        is_quiet(&run);
        run.expect(code).says(words);
    }
    let api = Scripted::new([Act::started()]);
    let run = unread(Tool::connect(&api.url(), &["--no-wait", "--quiet"]));
    is_quiet(&run);
    run.expect(0).says("s1\nhttps://accounts.google.com/");
}

#[test]
fn a_stdout_that_was_closed_is_no_failure() {
    for (acts, code, words) in ends() {
        let api = Scripted::new(acts);
        let run = Tool::connect(&api.url(), &["--interval", "20ms"]).shell(r#"exec "$@" >&-"#).run();
        is_quiet(&run);
        run.expect(code).says(words);
    }
}

#[test]
fn a_stderr_that_cannot_be_written_changes_nothing() {
    for redirection in ["2>&-", "2>/dev/null", "2>/dev/full"] {
        for (acts, code, _) in ends() {
            if redirection.ends_with("full") && !cfg!(target_os = "linux") {
                continue;
            }
            let api = Scripted::new(acts);
            let tool = Tool::connect(&api.url(), &["--interval", "20ms", "-vv"]);
            let run = tool.shell(&format!(r#"exec "$@" {redirection}"#)).run();
            let run = run.expect(code);
            let expected = if code == 0 { format!("{CONNECTED}\n") } else { String::new() };
            assert_eq!((run.stdout, run.stderr), (expected, String::new()), "{redirection}");
        }
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_a_failure_of_its_own_and_the_result_is_told() {
    for json in [false, true] {
        let flags = if json { &["--json"][..] } else { &[] };
        let api = Scripted::new([Act::success()]);
        let run = into(Tool::status(&api.url(), &["s1"]).args(flags), full());
        run.expect(1).says(CONNECTED).says("error: stdout cannot be written").says("No space left");

        let api = Scripted::new([Act::started(), Act::success()]);
        let run = into(Tool::connect(&api.url(), &["--no-wait"]).args(flags), full());
        run.expect(1).says(if json { "status s1 --wait" } else { "s1\n" }).says("error: stdout cannot be written");
    }
    let api = Scripted::new([Act::started(), Act::success()]);
    into(Tool::connect(&api.url(), &[]), full()).expect(1).says(CONNECTED).says("error: stdout cannot be written");
    // Whoever reads events was never told of the session, and nothing that is read now could be handed on.
    let api = Scripted::new([Act::started(), Act::success()]);
    let run = into(Tool::connect(&api.url(), &["--json"]), full());
    run.expect(1).says("error: stdout cannot be written").says("Next: instantly-oauth status s1 --wait");
    assert_eq!(api.lines().len(), 1, "the result was left where it is");
    for arguments in [&["completions", "bash"][..], &["sandbox"]] {
        into(Tool::new(arguments), full()).expect(1).says("error: stdout cannot be written");
    }
}

#[test]
fn whoever_reads_events_and_leaves_is_not_polled_for() {
    let outage = Act::error(503, "later").header("retry-after: 600");
    // It leaves when there is nothing more to read for now, and the next line finds that out.
    for act in [outage, Act::Drop] {
        let api = Scripted::new([Act::started(), Act::Hold(Box::new(act)), Act::success()]);
        let reader = r#"{ read -r one; read -r two; exec <&-; echo "$one"; echo "$two"; echo left >&2; }"#;
        let script = format!(r#"{{ "$@"; echo "exit $?" >&2; }} | {reader}"#);
        let mut live = Live::start(Tool::connect(&api.url(), &["--json", "--interval", "20ms"]).shell(&script));
        live.stderr.until("left");
        api.wait_for(2);
        api.release();
        let run = inner(live.end());
        is_quiet(&run);
        let events: Vec<_> = run.events().into_iter().map(|event| event["event"].clone()).collect();
        assert_eq!(events, ["session", "browser"]);
        run.expect(8);
        assert_eq!(api.lines().len(), 2, "{:?}", api.lines());
    }
}

#[test]
fn events_that_nobody_ever_reads_stop_it_before_the_first_poll() {
    // A session that nobody would be told of is not waited for either.
    let limit = Act::error(429, "later").header("retry-after: 100");
    for first in [Act::started(), limit] {
        let api = Scripted::new([first, Act::success()]);
        let run = unread(Tool::connect(&api.url(), &["--json"]));
        is_quiet(&run);
        run.expect(8);
        assert_eq!(api.lines(), ["POST /api/v2/oauth/google/init"]);
    }
}

#[test]
fn a_result_event_that_nobody_reads_is_told_on_stderr() {
    let api = Scripted::new([Act::success()]);
    let run = unread(Tool::status(&api.url(), &["s1", "--json"]));
    is_quiet(&run);
    run.expect(0).says(CONNECTED);
}

#[test]
fn what_only_prints_is_quiet_when_its_reader_has_gone() {
    for arguments in [&["--help"][..], &["-h"], &["--version"], &["connect", "--help"], &["completions", "bash"]] {
        let run = unread(Tool::new(arguments)).expect(0);
        assert_eq!(run.stderr, "", "{arguments:?}");
    }
}
