//! What a person sees who connects one mailbox after the other, in terminals of several widths.

use std::path::Path;

use super::office::{connected, failed, url_of};
use super::{Folder, Office, Plan, THREE};
use crate::support::{Act, Program, Scripted, Terminal, at_once};

const CTRL_C: &[u8] = b"\x03";

/// Notes each URL under its session's id.
const BROWSER: &str = r#"id=${1##*state=}; printf '%s\n' "$@" | note "${id%%%*}""#;

/// The one row that is drawn over and over: it tells a time, and how many are left.
fn standing(rows: &[String]) -> Option<&String> {
    let mut drawn = rows.iter().filter(|row| row.ends_with(" left") && tells_time(row));
    let only = drawn.next()?;
    assert_eq!(drawn.next(), None, "drawn twice: {rows:#?}");
    Some(only)
}

/// Whether there is a time like `9:59` in it.
fn tells_time(row: &str) -> bool {
    row.as_bytes().windows(4).any(|w| w[0].is_ascii_digit() && w[1] == b':' && w[2..].iter().all(u8::is_ascii_digit))
}

/// The lines in which this mailbox is named, without colour, as the terminal got them.
fn lines_of(raw: &str, email: &str) -> Vec<String> {
    let plain = ["\u{1b}[31m", "\u{1b}[32m", "\u{1b}[33m", "\u{1b}[0m"]
        .iter()
        .fold(raw.to_owned(), |text, code| text.replace(code, ""));
    let lines = plain.split("\r\n").map(|line| line.rsplit(['\r', '\u{1b}']).next().unwrap().to_owned());
    lines.filter(|line| line.contains(email)).collect()
}

/// The command on a terminal, with a browser that opens what it is given.
fn terminal(folder: &Folder, url: &str, browser: &Program, columns: u16) -> Terminal {
    Terminal::run(folder.command(url, &["--browser", &browser.command()]), columns, 50)
}

fn shows(terminal: &Terminal, words: &[&str]) -> String {
    terminal.until(&format!("{words:?}"), |shown| {
        let rows = shown.rows();
        standing(&rows).filter(|row| words.iter().all(|word| row.contains(word))).cloned()
    })
}

#[test]
fn one_mailbox_after_the_other_is_asked_for_and_told_at_every_width() {
    at_once([40, 80, 200], |columns| {
        let folder = Folder::new(THREE);
        let (api, browser) = (Office::new((0..4).map(|_| Plan::open())), Program::new(BROWSER));
        let terminal = terminal(&folder, &api.url(), &browser, columns);
        // Which mailbox, where, how many, how long; and the tab is open.
        assert_eq!(browser.note("s1"), url_of("google", "s1") + "\n");
        terminal.says("ada@acme.com");
        let row = shows(&terminal, &["0 done", "3 left"]);
        assert!(row.chars().count() < usize::from(columns), "{columns}: {row}");
        // A wrong one is told at once, with both addresses in a line, and the next tab opens by itself.
        api.tell("s1", connected("zoe@else.com"));
        terminal.says("zoe@else.com");
        assert_eq!(browser.note("s2"), url_of("google", "s2") + "\n");
        shows(&terminal, &["0 done", "3 left"]);
        api.tell("s2", connected("bob@acme.com"));
        browser.note("s3");
        shows(&terminal, &["1 done", "0 failed", "2 left"]);
        api.tell("s3", failed("access_denied"));
        // Ada again, at the end.
        assert_eq!(browser.note("s4"), url_of("google", "s4") + "\n");
        shows(&terminal, &["1 done", "1 failed", "1 left"]);
        api.tell("s4", connected("ada@acme.com"));
        let left = terminal.end();
        left.has_a_cursor();
        assert_eq!((left.code(), standing(&left.rows)), (Some(13), None), "{columns}: {:#?}", left.rows);
        for id in ["s1", "s2", "s3", "s4"] {
            let url = url_of("google", id);
            assert!(left.raw.contains(&format!("\n{url}\r\n")), "{columns}: {:?}", left.raw);
        }
        let wrong = lines_of(&left.raw, "zoe@else.com");
        assert!(wrong[0].contains("ada@acme.com"), "{columns}: {wrong:?}");
        // A mailbox is asked for in one line, and ends in one line.
        for (email, lines) in [("ada@acme.com", 4), ("bob@acme.com", 2), ("cy@acme.com", 2)] {
            assert_eq!(lines_of(&left.raw, email).len(), lines, "{columns} {email}: {:?}", left.raw);
        }
        let last = left.rows.join("\n");
        assert!(last.contains("--retry-failed") || columns == 40, "{last}");
        assert_eq!(folder.ends(), ["bob@acme.com connected", "cy@acme.com session_error", "ada@acme.com connected"]);
        assert_eq!(api.most_open(), 1);
    });
}

#[test]
fn ctrl_c_stops_it_and_tells_the_command_that_goes_on() {
    at_once([40, 80, 200], |columns| {
        let folder = Folder::new(THREE);
        let (api, browser) = (Office::new((0..3).map(|_| Plan::open())), Program::new(BROWSER));
        let mut terminal = terminal(&folder, &api.url(), &browser, columns);
        browser.note("s1");
        shows(&terminal, &["3 left"]);
        terminal.types(CTRL_C);
        let left = terminal.end();
        left.has_a_cursor();
        assert_eq!(left.status.signal(), Some("Interrupt"), "{:?}", left.raw);
        assert_eq!(standing(&left.rows), None, "{columns}: {:#?}", left.rows);
        let command = format!("instantly-oauth batch {}", folder.list().display());
        assert!(left.raw.contains(&command) && left.raw.contains("--browser"), "{columns}: {:?}", left.raw);
        assert!(!left.raw.contains("error:"), "{columns}: {:?}", left.raw);
        assert_eq!((api.starts(), folder.rows().len()), (1, 0));
        // It goes on with the session that was open.
        std::fs::remove_file(Path::new(&browser.folder().join("s1"))).unwrap();
        let terminal = self::terminal(&folder, &api.url(), &browser, columns);
        assert_eq!(browser.note("s1"), url_of("google", "s1") + "\n");
        for (id, name) in [("s1", "ada"), ("s2", "bob"), ("s3", "cy")] {
            browser.note(id);
            api.tell(id, connected(&format!("{name}@acme.com")));
        }
        assert_eq!((terminal.end().code(), api.starts(), folder.rows().len()), (Some(0), 3, 3));
    });
}

#[test]
fn a_result_that_comes_after_ctrl_c_is_kept() {
    let folder = Folder::new(THREE);
    let api = Scripted::new([Act::accounts(&[]), Act::started(), Act::Hold(Box::new(Act::success()))]);
    let mut terminal = Terminal::run(folder.batch(&api.url(), &["--request-timeout", "1h"]), 80, 30);
    api.wait_for(3);
    terminal.types(CTRL_C);
    terminal.says("Stopping");
    api.release();
    let left = terminal.end();
    left.has_a_cursor();
    assert_eq!((left.status.signal(), standing(&left.rows)), (Some("Interrupt"), None), "{:#?}", left.rows);
    assert_eq!((folder.ends(), api.lines().len()), (vec!["ada@acme.com connected".to_owned()], 3));
}

#[test]
fn a_crowd_is_drawn_as_counts_in_one_row() {
    let folder = Folder::new(THREE);
    let api = Office::new((0..3).map(|_| Plan::open()));
    let terminal = Terminal::run(folder.batch(&api.url(), &["--parallel", "2"]), 80, 30);
    let drawn = |words: &'static [&str]| {
        terminal.until(&format!("{words:?}"), |shown| {
            let rows = shown.rows();
            rows.iter().any(|row| words.iter().all(|word| row.contains(word))).then_some(())
        });
    };
    drawn(&["2 open", "0 done", "3 left"]);
    for id in ["s1", "s2", "s3"] {
        api.wait_for_starts(if id == "s3" { 3 } else { 2 });
        api.tell(id, failed("access_denied"));
    }
    let left = terminal.end();
    left.has_a_cursor();
    assert_eq!(left.code(), Some(13));
    assert!(!left.rows.iter().any(|row| row.contains(" open")), "{:#?}", left.rows);
}
