//! The manual page, as those read it who format it.

use std::process::{Command, Stdio};

use crate::support::Tool;

/// Whether a program is on this machine; if not, why a test is left out is said.
#[expect(clippy::print_stderr, reason = "a test that is left out says so")]
pub fn is_here(program: &str) -> bool {
    let version = Command::new("sh").args(["-c", "command -v \"$0\"", program]).stdout(Stdio::null()).status();
    let is_here = version.is_ok_and(|status| status.success());
    if !is_here {
        eprintln!("skipped: {program} is not installed");
    }
    is_here
}

#[test]
fn formatters_have_nothing_to_complain_about() {
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/completions/instantly-oauth.1");
    if is_here("mandoc") {
        let lint = Command::new("mandoc").args(["-Tlint", "-Wwarning", page]).output().unwrap();
        let said = String::from_utf8(lint.stdout).unwrap();
        // A date would have to change with every change.
        let rest: Vec<_> = said.lines().filter(|line| !line.contains("missing date")).collect();
        assert_eq!(rest, [""; 0]);
    }
    if is_here("groff") {
        let set = Command::new("groff").args(["-man", "-ww", "-Tutf8", page]).output().unwrap();
        assert_eq!((String::from_utf8(set.stderr).unwrap(), set.status.code()), (String::new(), Some(0)));
    }
    if is_here("man") {
        let shown = Command::new("man").args(["-l", page]).env("MANWIDTH", "80").output().unwrap();
        let text = String::from_utf8(shown.stdout).unwrap();
        for words in
            ["--sandbox[=<SCENARIO>]", "EXIT STATUS", "INSTANTLY_API_KEY_FILE", "journal.db", "batch mailboxes.csv"]
        {
            assert!(text.contains(words), "{words} is not in {text}");
        }
    }
}

#[test]
fn it_is_printed_for_a_pipe_and_with_everything_else_broken() {
    let run = Tool::new(["manual"]).no_env("HOME").env("INSTANTLY_BASE_URL", "nonsense").run().expect(0);
    assert!(run.stdout.starts_with(".TH INSTANTLY\\-OAUTH 1 ") && run.stderr.is_empty(), "{run:#?}");
    let run = Tool::new(["manual", "--format", "markdown"]).run().expect(0);
    assert!(run.stdout.starts_with("# instantly-oauth ") && run.stderr.is_empty(), "{run:#?}");
}
