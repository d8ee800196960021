//! The picture is read back by a decoder, as a phone would: from the colours that a terminal shows.

use std::num::NonZeroU16;

use proptest::prelude::*;
use rqrr::PreparedImage;

use super::*;

const WIDE: Canvas = Canvas { columns: 300, rows: 300, unicode: true, color: true, light: false };

/// The same on a terminal whose every cell is two modules, one above the other, or half of one: true is dark.
fn shown(lines: &[String], canvas: Canvas) -> Vec<Vec<bool>> {
    let figure = |figure: usize| NonZeroU16::new(u16::try_from(figure).unwrap()).unwrap();
    let mut terminal = vt100::Parser::new(figure(canvas.rows), figure(canvas.columns), 0);
    terminal.process((lines.join("\r\n") + "\r\n").as_bytes());
    let screen = terminal.screen();
    let paper = |color: vt100::Color, front: bool| match color {
        vt100::Color::Idx(16) => false,
        vt100::Color::Idx(231) => true,
        // The terminal's own: text, or what is behind it.
        vt100::Color::Default => front != canvas.light,
        other => panic!("{other:?}"),
    };
    let mut picture = Vec::new();
    for row in 0..u16::try_from(lines.len()).unwrap() {
        let (mut top, mut bottom) = (Vec::new(), Vec::new());
        for column in 0..u16::try_from(canvas.columns).unwrap() {
            let cell = screen.cell(row, column).unwrap();
            let (front, back) = (paper(cell.fgcolor(), true), paper(cell.bgcolor(), false));
            let (upper, lower) = match cell.contents() {
                "\u{2588}" => (front, front),
                "\u{2580}" => (front, back),
                "\u{2584}" => (back, front),
                _ => (back, back),
            };
            top.push(!upper);
            bottom.push(!lower);
        }
        picture.push(top);
        if canvas.unicode {
            picture.push(bottom);
        }
    }
    picture
}

/// What a decoder reads from it, on paper of the same colour as the terminal's background.
fn read(picture: &[Vec<bool>], unicode: bool) -> String {
    // Each module as a square of some dots, as a camera sees it.
    let (wide, high) = if unicode { (4, 4) } else { (2, 4) };
    let (columns, rows) = (picture[0].len(), picture.len());
    let mut image = PreparedImage::prepare_from_bitmap(columns * wide, rows * high, |x, y| picture[y / high][x / wide]);
    let codes = image.detect_grids();
    assert_eq!(codes.len(), 1, "one code is to be found");
    codes[0].decode().unwrap().1
}

#[track_caller]
fn round_trip(url: &str, canvas: Canvas) {
    let lines = lines(url, canvas).unwrap();
    assert_eq!(read(&shown(&lines, canvas), canvas.unicode), url, "{canvas:?}");
}

#[test]
fn it_is_read_back_in_every_form() {
    let url = "https://accounts.google.com/o/oauth2/auth?client_id=12345.apps&state=eyJhbGciOi%2fJ9~_-";
    round_trip(url, WIDE);
    round_trip(url, Canvas { unicode: false, ..WIDE });
    for light in [false, true] {
        round_trip(url, Canvas { light, ..WIDE });
        round_trip(url, Canvas { color: false, light, ..WIDE });
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn any_url_is_read_back(rest in "[!-~]{0,600}") {
        round_trip(&format!("https://accounts.google.com/{rest}"), WIDE);
    }
}

#[test]
fn it_is_the_smallest_that_holds_the_url_with_the_lowest_correction() {
    for (length, modules) in [(17, 21), (18, 25), (78, 33), (79, 37), (425, 69), (426, 73)] {
        let url = "a".repeat(length);
        assert_eq!(lines(&url, WIDE).unwrap()[0].matches(' ').count(), modules + 8, "{length}");
    }
}

#[test]
fn it_is_drawn_only_where_it_fits() {
    // 25 modules, and four or two around them on each side.
    let url = "https://example.com/abcdef";
    let drawn = |columns, rows, unicode| {
        let drawn = lines(url, Canvas { columns, rows, unicode, ..WIDE });
        drawn.map(|lines| lines.len())
    };
    assert_eq!(drawn(33, 21, true), Ok(17));
    assert_eq!(drawn(32, 21, true), Ok(15));
    assert_eq!(drawn(29, 19, true), Ok(15));
    let small = |what: &str, columns, rows, here: &str| {
        Err(format!("the terminal is too {what}: it needs {columns} columns and {rows} rows, here are {here}"))
    };
    assert_eq!(drawn(28, 19, true), small("narrow", 29, 19, "28 and 19"));
    assert_eq!(drawn(29, 18, true), small("low", 29, 19, "29 and 18"));
    assert_eq!(drawn(20, 10, true), small("small", 29, 19, "20 and 10"));
    assert_eq!(drawn(66, 37, false), Ok(33));
    assert_eq!(drawn(58, 33, false), Ok(29));
    assert_eq!(drawn(57, 33, false), small("narrow", 58, 33, "57 and 33"));
    let none = lines(url, Canvas { unicode: false, color: false, ..WIDE });
    assert!(none.unwrap_err().contains("without UTF-8 and without colour"));
    let long = "a".repeat(2954);
    assert_eq!(lines(&long, WIDE), Err("the URL is too long for one".to_owned()));
}
