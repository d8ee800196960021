//! Terminals that are narrower than what is to be shown, or that do not say how wide they are.

use super::CONNECTED;
use crate::support::{Act, Scripted, Terminal, Tool};

/// The URL of [`Act::started`].
const URL: &str = "https://accounts.google.com/o/oauth2/auth?state=a%2fb";

fn held() -> Scripted {
    Scripted::new([Act::started(), Act::Hold(Box::new(Act::success()))])
}

/// Whether a row is one that is drawn over and over: a mark, and perhaps the time left.
fn is_drawn(row: &str) -> bool {
    row.starts_with(|sign| ('\u{2800}'..='\u{28ff}').contains(&sign))
}

#[test]
fn the_row_that_is_drawn_fits_every_width_and_goes_without_a_trace() {
    for (columns, words) in [
        (80, "Waiting for the sign-in, 9:"),
        (42, "Waiting for the sign-in, 9:"),
        (38, " 9:"),
        (20, " 9:"),
        (10, " 9:"),
        (7, " 9:"),
        (6, ""),
        (2, ""),
        // One that does not say how wide it is has 80 columns.
        (0, "Waiting for the sign-in, 9:"),
    ] {
        let api = held();
        let terminal = Terminal::run(Tool::connect(&api.url(), &[]), columns, 60);
        let row = terminal.until("the row that is drawn", |shown| {
            let rows = shown.rows();
            let drawn: Vec<_> = rows.iter().filter(|row| is_drawn(row)).cloned().collect();
            assert!(drawn.len() < 2, "{columns}: drawn twice: {rows:#?}");
            drawn.into_iter().next().filter(|row| words.is_empty() || row.contains(words))
        });
        assert!(columns == 0 || row.chars().count() < usize::from(columns), "{columns}: {row}");
        // It has been drawn more than once by then, each time over itself.
        let before = terminal.until("anything", |shown| Some(shown.raw().len()));
        terminal.until("another drawing", |shown| (shown.raw().len() > before + 40).then_some(()));
        let drawn = terminal.until("one row", |shown| Some(shown.rows().iter().filter(|row| is_drawn(row)).count()));
        assert!(drawn < 2, "{columns}: drawn twice");
        api.release();
        let left = terminal.end();
        assert_eq!(left.code(), Some(0), "{columns}: {:?}", left.raw);
        assert!(!left.rows.iter().any(|row| is_drawn(row)), "{columns}: {:#?}", left.rows);
        assert!(left.raw.contains(&format!("\n{URL}\r\n")), "the URL is whole: {:?}", left.raw);
        assert!(left.raw.ends_with(&CONNECTED.replace('\n', "\r\n")), "{:?}", left.raw);
        left.has_a_cursor();
    }
}

#[test]
fn a_terminal_that_changes_its_size_while_it_waits_is_followed() {
    let api = held();
    let terminal = Terminal::run(Tool::connect(&api.url(), &[]), 80, 30);
    for (columns, words) in
        [(20, " 9:"), (80, "sign-in, 9:"), (10, " 9:"), (7, " 9:"), (6, ""), (200, "sign-in, 9:"), (41, " 9:")]
    {
        terminal.resize(columns, 30);
        terminal.until(words, |shown| {
            let rows = shown.rows();
            let row = rows.iter().find(|row| is_drawn(row))?;
            (row.contains(words) && row.chars().count() < usize::from(columns)).then_some(())
        });
    }
    api.release();
    let left = terminal.end();
    assert_eq!((left.code(), left.rows.iter().any(|row| is_drawn(row))), (Some(0), false), "{:#?}", left.rows);
}

#[test]
fn what_stays_on_a_narrow_screen_is_said_in_whole_words_of_the_terminals_own_breaking() {
    // Nothing is cut, and nothing is broken but by the terminal: a line that is copied from it is whole.
    for columns in [40, 20] {
        let denied = Act::json(r#"{"status":"error","error":"access_denied"}"#);
        let api = Scripted::new([Act::started(), denied.clone()]);
        let left = Terminal::run(Tool::connect(&api.url(), &[]).env("CI", "true"), columns, 60).end();
        let api = Scripted::new([Act::started(), denied]);
        let wide = Terminal::run(Tool::connect(&api.url(), &[]).env("CI", "true"), 200, 60).end();
        let said = |raw: &str| raw.replace(|sign: char| sign.is_ascii_digit(), "0");
        assert_eq!(said(&left.raw), said(&wide.raw), "{columns}");
        assert!(
            left.raw.contains("Admin console > Security > Access and data control > API controls."),
            "{:?}",
            left.raw
        );
    }
}
