//! The table on terminals and in pipes.

use instantly_oauth::model::provider::Provider;

use super::{Machine, met};
use crate::pipes::{inner, is_quiet, unread};
use crate::support::Terminal;

/// A machine that remembers sessions, the newest first in this list: an id, and the mailbox that is expected.
fn remembering(sessions: &[(&str, &str)]) -> Machine {
    let machine = Machine::new();
    let records = sessions.iter().zip(1..).map(|((id, mailbox), hours)| {
        let mut record = met(id);
        (record.provider, record.expect) = (Some(Provider::Google), Some((*mailbox).to_owned()));
        (hours * 3600 + 60, record)
    });
    machine.remember(records);
    machine
}

const IDS: [&str; 2] = ["0123456789abcdef0123456789abcdef", "fedcba9876543210fedcba9876543210"];

#[test]
fn the_table_fits_the_terminal_and_shows_every_id_whole() {
    let machine = remembering(&[(IDS[0], "ada@acme.example"), (IDS[1], "王小明@例子.example")]);
    let wide = [
        "WHEN     PROVIDER  OUTCOME  MAILBOX                ID",
        "1 h ago  google    pending  (ada@acme.example)     0123456789abcdef0123456789abcdef",
        "2 h ago  google    pending  (王小明@例子.example)  fedcba9876543210fedcba9876543210",
    ];
    let medium = [
        "WHEN     PROVIDER  OUTCOME  MAILBOX             ID",
        "1 h ago  google    pending  (ada@acme.example)  0123456789abcdef0123456789abcdef",
        "2 h ago  google    pending  (王小明@例子.exa…)  fedcba9876543210fedcba9876543210",
    ];
    let narrow = [
        "WHEN     PROVIDER  OUTCOME  MAILBOX",
        "  ID",
        "1 h ago  google    pending  (ada@acme.…)",
        "  0123456789abcdef0123456789abcdef",
        "2 h ago  google    pending  (王小明@例…)",
        "  fedcba9876543210fedcba9876543210",
    ];
    for (columns, expected) in [(120, &wide[..]), (80, &medium), (40, &narrow)] {
        let left = Terminal::run(machine.sessions(&[]), columns, 30).end();
        assert_eq!(left.code(), Some(0), "{:?}", left.raw);
        assert_eq!(left.rows, expected, "{columns}");
        assert!(left.raw.starts_with("\u{1b}[1mWHEN "), "{:?}", left.raw);
    }
    // Where there is no terminal nothing is cut, and each session is a line.
    let run = machine.sessions(&[]).run().expect(0);
    assert_eq!(run.stdout.lines().collect::<Vec<_>>(), wide);
}

#[test]
fn an_id_as_long_as_one_can_be_is_still_one_word_to_copy() {
    let long = "x".repeat(256);
    let machine = remembering(&[(&long, "ada@acme.example"), ("short", "bob@acme.example")]);
    for columns in [40, 80] {
        let left = Terminal::run(machine.sessions(&[]), columns, 60).end();
        assert!(left.raw.contains(&format!("\n{long}\r\n")), "{:?}", left.raw);
        assert!(left.rows.contains(&"  short".to_owned()), "{:#?}", left.rows);
    }
}

#[test]
fn colour_is_for_the_terminal_that_shows_the_table() {
    let machine = remembering(&[("s1", "ada@acme.example")]);
    for (flags, variables, colored) in [
        (&[][..], &[][..], true),
        (&[], &[("NO_COLOR", "1")], false),
        (&["--color", "never"], &[], false),
        (&["--color", "always"], &[("NO_COLOR", "1")], true),
        (&[], &[("TERM", "dumb")], false),
        (&["--json"], &[], false),
    ] {
        let tool = variables.iter().fold(machine.sessions(flags), |tool, (name, value)| tool.env(name, value));
        let left = Terminal::run(tool, 80, 30).end();
        assert_eq!(left.raw.contains('\u{1b}'), colored, "{flags:?} {variables:?} {:?}", left.raw);
    }
    // Into a file or a pipe only if that is asked for, whatever stderr is.
    for (flags, colored) in [(&[][..], false), (&["--color", "always"], true)] {
        let tool = machine.sessions(flags).shell(r#""$@" >"$HOME/table"; cat -v "$HOME/table""#);
        let left = Terminal::run(tool, 200, 30).end();
        assert!(left.rows[0].contains("WHEN ") && !left.raw.contains('\u{1b}'), "{:?}", left.raw);
        assert_eq!(left.raw.contains("^[[1m"), colored, "{flags:?} {:?}", left.raw);
    }
}

#[test]
fn foreign_text_is_tame_in_the_table() {
    let machine = remembering(&[("s1", "a\u{1b}]0;pwned\u{7}\u{9b}2J\r\u{202e}@acme.com")]);
    let left = Terminal::run(machine.sessions(&["--color", "never"]), 80, 30).end();
    let odd = left.raw.chars().find(|&c| (c.is_control() && !"\r\n".contains(c)) || c == '\u{202e}');
    assert_eq!((odd, left.raw.replace("\r\n", "").contains('\r')), (None, false), "{:?}", left.raw);
    assert!(left.rows[1].contains("pwned"), "{:#?}", left.rows);
}

#[test]
fn a_reader_that_has_gone_ends_it_quietly() {
    // More than a pipe holds, so that something is left to be written when the reader is gone.
    let machine = Machine::new();
    machine.remember((0..400).map(|number| (number, met(&format!("{number}{}", "x".repeat(250))))));
    for flags in [&[][..], &["--json"]] {
        let head = r#"{ "$@"; echo "exit $?" >&2; } | head -1"#;
        let run = inner(machine.sessions(flags).shell(head).run());
        is_quiet(&run);
        let run = run.expect(0);
        assert_eq!((run.stdout.lines().count(), &*run.stderr), (1, ""), "{run:#?}");
        let run = unread(machine.sessions(flags)).expect(0);
        assert_eq!((run.stdout, run.stderr), (String::new(), String::new()));
        let run = machine.sessions(flags).shell(r#"exec "$@" >&-"#).run().expect(0);
        assert_eq!((run.stdout, run.stderr), (String::new(), String::new()));
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_told() {
    let machine = remembering(&[("s1", "ada@acme.example")]);
    for flags in [&[][..], &["--json"]] {
        let run = crate::pipes::into(machine.sessions(flags), crate::pipes::full());
        run.expect(1).says("error: stdout cannot be written");
    }
}
