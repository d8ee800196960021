//! `--qr`: what is drawn is read by a decoder, from the colours of the screen.

use std::fs;

use rqrr::PreparedImage;

use super::{CONNECTED, URL, connect, service, with};
use crate::support::scripted::started_body;
use crate::support::{Act, Scripted, Terminal, Tool};

/// What a decoder reads on this screen. Where the terminal has a colour of its own, its text is light and all else dark.
fn read(screen: &vt100::Screen, wide: bool) -> String {
    let light = |color: vt100::Color, text: bool| match color {
        vt100::Color::Default => text,
        vt100::Color::Idx(231) => true,
        _ => false,
    };
    let (rows, columns) = screen.size();
    let mut picture: Vec<Vec<bool>> = Vec::new();
    for row in 0..rows.get() {
        let (mut upper, mut lower) = (Vec::new(), Vec::new());
        for column in 0..columns.get() {
            let cell = screen.cell(row, column).unwrap();
            let (front, back) = (light(cell.fgcolor(), true), light(cell.bgcolor(), false));
            let (top, bottom) = match cell.contents() {
                "█" => (front, front),
                "▀" => (front, back),
                "▄" => (back, front),
                _ => (back, back),
            };
            upper.push(!top);
            lower.push(!bottom);
        }
        picture.push(upper);
        if !wide {
            picture.push(lower);
        }
    }
    let (across, down) = if wide { (2, 4) } else { (4, 4) };
    let (width, height) = (usize::from(columns.get()) * across, picture.len() * down);
    let mut image = PreparedImage::prepare_from_bitmap(width, height, |x, y| picture[y / down][x / across]);
    let codes = image.detect_grids();
    assert_eq!(codes.len(), 1, "one code is to be seen: {}", screen.contents());
    codes[0].decode().unwrap().1
}

#[test]
fn what_is_drawn_is_the_url_byte_for_byte() {
    let long = format!("{URL}&x={}~!*'();:@,$[]", "aB%2f".repeat(90));
    for (flags, variables, wide) in [
        (&[][..], "", false),
        (&["--quiet"], "", false),
        (&["--json"], "", false),
        (&["--no-wait"], "", false),
        (&["--color", "never"], "", false),
        (&[], "NO_COLOR=1", false),
        (&[], "CI=true", false),
        (&[], "LANG=C", true),
    ] {
        for url in [URL, &long] {
            let api = Scripted::new([Act::json(started_body(url, "x")), Act::pending(), Act::success()]);
            let flags = [&["--qr"], flags].concat();
            let tool = Tool::connect(&api.url(), &flags);
            let tool = if flags.contains(&"--no-wait") { tool } else { tool.args(&["--interval", "20ms"]) };
            let left = Terminal::run(with(tool, variables), 260, 160).end();
            assert_eq!(left.code(), Some(0), "{:?}", left.raw);
            assert_eq!(read(&left.screen, wide), url, "{flags:?} {variables}");
            // It comes after the URL, which stands alone on its line as ever.
            let (before, after) = left.raw.split_once(&format!("{url}\r\n")).unwrap();
            assert!(before.is_empty() || before.ends_with('\n'), "{:?}", left.raw);
            let drawn = |text: &str| text.contains(['█', '▀']) || text.contains("\u{1b}[48;5;");
            assert!(drawn(after) && !drawn(before), "{flags:?} {variables}: {:?}", left.raw);
            let plain = ["--color", "never"].iter().all(|word| flags.contains(word)) || variables == "NO_COLOR=1";
            assert_eq!(left.raw.contains("5;231m"), !plain, "{flags:?} {variables}: {:?}", left.raw);
            assert!(!wide || left.raw.is_ascii(), "{:?}", left.raw);
        }
    }
}

#[test]
fn where_it_cannot_be_drawn_one_line_says_why() {
    let small = "No QR code: the terminal is too";
    for (variables, columns, rows, flags, expected) in [
        ("", 80, 10, &[][..], format!("{small} low: it needs 33 columns and 21 rows, here are 80 and 10.")),
        ("", 30, 60, &[], format!("{small} narrow: it needs 33 columns and 21 rows, here are 30 and 60.")),
        ("LANG=C", 40, 24, &[], format!("{small} small: it needs 66 columns and 37 rows, here are 40 and 24.")),
        ("TERM=dumb", 80, 60, &[], "No QR code: this terminal is a dumb one.".to_owned()),
        (
            "LANG=C NO_COLOR=1",
            80,
            60,
            &[],
            "No QR code: without UTF-8 and without colour there is nothing to draw it with.".to_owned(),
        ),
        ("", 80, 10, &["--quiet"], String::new()),
    ] {
        let api = service();
        let flags = [&["--qr"], flags].concat();
        let left = Terminal::run(with(connect(&api, &flags), variables), columns, rows).end();
        assert_eq!(left.code(), Some(0), "{:?}", left.raw);
        assert!(left.raw.contains(&format!("{URL}\r\n")), "{:?}", left.raw);
        assert!(!left.raw.contains(['█', '▀']), "{:?}", left.raw);
        let why: Vec<_> = left.raw.split("\r\n").filter(|line| line.contains("QR code")).collect();
        assert_eq!(why.concat(), expected, "{variables} {columns} {rows}");
    }
}

#[test]
fn a_pipe_gets_one_line_and_no_picture() {
    let api = service();
    let run = connect(&api, &["--qr", "--color", "always"]).run().expect(0);
    assert_eq!(run.stdout, format!("{CONNECTED}\n"));
    assert!(run.stderr.contains("No QR code: stderr is not a terminal.\n"), "{run:#?}");
    assert!(
        run.stderr.contains(&format!("{URL}\n")) && run.stderr.is_ascii() && !run.stderr.contains('\u{1b}'),
        "{run:#?}"
    );
}

#[test]
fn a_list_has_one_for_each_mailbox_while_there_is_one_at_a_time() {
    let folder = tempfile::tempdir().unwrap();
    let list = folder.path().join("list.csv");
    fs::write(&list, "email,provider\nada@acme.com,google\n").unwrap();
    let list = list.to_str().unwrap();
    let batch = |flags: &[&str]| Tool::new(["batch", list, "--sandbox=success", "--no-browser", "--qr"]).args(flags);
    let left = Terminal::run(batch(&[]), 200, 100).end();
    assert_eq!(left.code(), Some(0), "{:?}", left.raw);
    let url = left.raw.split("\r\n").find(|line| line.starts_with("http://127.0.0.1:")).unwrap();
    assert_eq!(read(&left.screen, false), url);
    batch(&["--parallel", "2"]).run().expect(2).says("--qr is for one mailbox at a time");
}
