//! Links in the terminal: the URL leads to itself, and is to be seen whole, on a line of its own.

use super::{URL, connect, service, with};
use crate::support::Terminal;

#[test]
fn where_the_terminal_has_links_the_url_is_one_to_itself() {
    let link = format!("\u{1b}]8;;{URL}\u{1b}\\{URL}\u{1b}]8;;\u{1b}\\");
    for (variables, flags, linked) in [
        ("", &[][..], false),
        ("TERM_PROGRAM=WezTerm", &[], true),
        ("TERM_PROGRAM=WezTerm", &["--quiet"], true),
        ("TERM_PROGRAM=WezTerm", &["--json"], true),
        ("TERM_PROGRAM=WezTerm NO_COLOR=1", &[], false),
        ("TERM_PROGRAM=WezTerm", &["--color", "never"], false),
        ("TERM_PROGRAM=WezTerm CI=true", &[], false),
        ("TERM_PROGRAM=WezTerm TERM=dumb", &[], false),
        ("TERM_PROGRAM=WezTerm FORCE_HYPERLINK=0", &[], false),
        ("FORCE_HYPERLINK=1 NO_COLOR=1", &[], true),
        ("TERM=tmux-256color TMUX=/t,1,0 TERM_PROGRAM=tmux TERM_PROGRAM_VERSION=3.4", &[], true),
        ("TERM=screen STY=1.a VTE_VERSION=8000", &[], false),
    ] {
        let api = service();
        let left = Terminal::run(with(connect(&api, flags), variables), 80, 30).end();
        assert_eq!(left.code(), Some(0), "{:?}", left.raw);
        let expected = if linked { &link } else { URL };
        assert!(left.raw.split("\r\n").any(|line| line == expected), "{variables} {flags:?}: {:?}", left.raw);
        assert_eq!(left.raw.contains("\u{1b}]8;"), linked, "{variables} {flags:?}: {:?}", left.raw);
        // Whatever it leads to, what is seen is the URL from column 0.
        assert!(left.rows.iter().any(|row| row == URL), "{variables} {flags:?}: {:#?}", left.rows);
    }
}

#[test]
fn a_script_finds_the_bare_url_whatever_is_forced() {
    for flags in [&[][..], &["--color", "always"]] {
        let api = service();
        let run = with(connect(&api, flags), "FORCE_HYPERLINK=1 TERM=xterm-kitty").run().expect(0);
        assert!(run.stderr.lines().any(|line| line == URL) && !run.stderr.contains("\u{1b}]"), "{run:#?}");
    }
}
