//! `--copy`: by a program of the desktop, which gets the URL and nothing else, or by the terminal.

use serde_json::Value;

use super::{URL, URL_64, connect, path, service, with};
use crate::support::run::KEY;
use crate::support::{Program, Run, Terminal, Tool};

/// Keeps what it reads, and what it was called with.
const TAKES: &str = r#"cat | note text; printf '%s\n' "$@" | note arguments; env | note environment"#;

/// The `copy` event of a run with `--json`.
fn told(run: &Run) -> Value {
    let mut events = run.events().into_iter().filter(|event| event["event"] == "copy");
    let told = events.next().expect("a copy event");
    assert_eq!(events.next(), None, "{run:#?}");
    told
}

#[test]
fn a_program_of_the_desktop_gets_the_url_and_no_key() {
    let program = Program::named("wl-copy", TAKES);
    let api = service();
    let tool = connect(&api, &["--copy", "--json"]).env("PATH", path(&[&program]));
    let run = with(tool, "WAYLAND_DISPLAY=wayland-0 INSTANTLY_API_KEY_FILE=/secret/file").run().expect(0);
    // It is a process of its own, and may come after the end.
    assert_eq!(program.note("environment").matches("INSTANTLY_API_KEY").count(), 0);
    assert!(!program.note("environment").contains(KEY));
    assert_eq!((program.note("text").as_str(), program.note("arguments").trim()), (URL, ""));
    let told = told(&run);
    assert_eq!((&told["how"], &told["program"]), (&"program".into(), &"wl-copy".into()), "{told}");
    assert!(run.stderr.contains("Copied the URL with wl-copy.\n"), "{run:#?}");
}

#[test]
fn one_that_fails_is_followed_by_the_next_and_quiet_hides_the_words_alone() {
    let (bad, good) = (Program::named("wl-copy", "exit 1"), Program::named("xclip", TAKES));
    for flags in [&[][..], &["--quiet"]] {
        let api = service();
        // Which waits until both have had their turn.
        let tool = Tool::connect(&api.url(), &["--copy", "--json", "--no-wait"]).args(flags);
        let run = tool.env("PATH", path(&[&bad, &good])).env("DISPLAY", ":0").run().expect(0);
        assert_eq!((good.note("text").as_str(), good.note("arguments").as_str()), (URL, "-selection\nclipboard\n"));
        assert_eq!(told(&run)["program"], "xclip");
        assert_eq!(run.stderr.contains("Copied the URL with xclip."), flags.is_empty(), "{run:#?}");
        assert_eq!(run.result()["outcome"], "pending");
    }
}

#[test]
fn what_stays_to_serve_the_text_is_left_alone_and_holds_nothing_of_ours() {
    // As xclip does it: the one that was started ends well, and leaves another behind.
    let wait =
        r#"n=0; until [ -e "$here/go" ] || [ $n -ge 600 ]; do sleep 0.05; n=$((n+1)); done; note served </dev/null"#;
    let forks = Program::named("wl-copy", &format!("cat | note text; ({wait}) &"));
    let stays = Program::named("wl-copy", &format!("cat | note text; {wait}"));
    for program in [&forks, &stays] {
        let api = service();
        let tool = connect(&api, &["--copy"]).env("PATH", path(&[program])).env("DISPLAY", ":0");
        // This waits until nobody holds its streams any more.
        let run = tool.run().expect(0);
        assert_eq!(program.noted("served"), None, "it is still there");
        assert!(run.stderr.contains("Copied the URL with wl-copy."), "{run:#?}");
        program.release();
        program.note("served");
    }
}

#[test]
fn where_no_program_can_do_it_the_terminal_is_asked() {
    let ask = format!("\u{1b}]52;c;{URL_64}\u{7}");
    let tmux = format!("{ask}\u{1b}Ptmux;\u{1b}{ask}\u{1b}\\");
    let screen = format!("\u{1b}P{ask}\u{1b}\\");
    let none = path(&[]).replace("/usr/bin", "/nowhere");
    for (variables, sent) in [
        ("TERM=xterm", Some(&ask)),
        ("TERM=xterm SSH_CONNECTION=x DISPLAY=localhost:10", Some(&ask)),
        ("TERM=tmux-256color", Some(&tmux)),
        // There is no tmux to ask, and so it is asked in passing.
        ("TERM=screen-256color TMUX=/t,1,0", Some(&tmux)),
        ("TERM=screen STY=1.a", Some(&screen)),
        ("TERM=dumb", None),
        ("TERM=xterm CI=true", None),
    ] {
        let api = service();
        let tool = connect(&api, &["--copy"]).env("PATH", if variables.contains("TMUX") { "/nowhere" } else { &none });
        let left = Terminal::run(with(tool, variables), 80, 30).end();
        assert_eq!(left.code(), Some(0), "{:?}", left.raw);
        assert_eq!(left.raw.contains("Asked the terminal to copy the URL.\r\n"), sent.is_some(), "{:?}", left.raw);
        assert_eq!(left.raw.contains("Not copied ("), sent.is_none(), "{:?}", left.raw);
        assert_eq!(
            left.raw.matches("]52;").count(),
            sent.map_or(0, |sent| sent.matches("]52;").count()),
            "{variables}"
        );
        assert!(sent.is_none_or(|sent| left.raw.contains(sent)), "{variables}: {:?}", left.raw);
    }
}

#[test]
fn tmux_is_handed_the_text_where_it_runs() {
    let tmux = Program::named("tmux", TAKES);
    let api = service();
    let tool = connect(&api, &["--copy"]).env("PATH", path(&[&tmux]));
    let left = Terminal::run(with(tool, "TERM=screen-256color TMUX=/t,1,0 SSH_TTY=/dev/pts/0"), 80, 30).end();
    assert_eq!((tmux.note("text").as_str(), tmux.note("arguments").as_str()), (URL, "load-buffer\n-w\n-\n"));
    assert!(left.raw.contains("Copied the URL with tmux.") && !left.raw.contains("]52;"), "{:?}", left.raw);
}

#[test]
fn a_failure_is_told_and_is_no_failure_of_the_command() {
    for (variables, reason) in [
        ("SSH_TTY=/dev/pts/0", "over SSH without a display: neither DISPLAY nor WAYLAND_DISPLAY is set"),
        ("CI=true DISPLAY=:0", "in CI (CI is set)"),
        ("DISPLAY=:0 PATH=/nowhere", "wl-copy, xclip, xsel: not found"),
    ] {
        let api = service();
        let run = with(connect(&api, &["--copy", "--json"]), variables).run().expect(0);
        let told = told(&run);
        assert_eq!((&told["how"], &told["reason"]), (&"none".into(), &reason.into()), "{told}");
        assert!(run.stderr.contains(&format!("Not copied ({reason}).\n")), "{run:#?}");
        assert!(!run.stderr.contains('\u{1b}'), "{run:#?}");
    }
}
