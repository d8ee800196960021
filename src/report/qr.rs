//! A URL as a QR code for a phone, drawn in text, as a pure function of the URL and of what it is drawn on.

use qrcode::{Color, EcLevel, QrCode};

/// The modules around it that stay light: what the standard asks for, and what phones still read.
const QUIET: [usize; 2] = [4, 2];

/// The rows that stay free for what is said below it: what became of the browser, which may take two, and of the copy,
/// and the line that is drawn. The code is whole while somebody looks for their phone.
const BELOW: usize = 4;

/// Black on white, of the cube of 216 colours, which is not for themes to change.
const INK: &str = "\u{1b}[38;5;16;48;5;231m";
const BLACK: &str = "\u{1b}[48;5;16m";
const WHITE: &str = "\u{1b}[48;5;231m";
const OFF: &str = "\u{1b}[0m";

/// What it is drawn on.
#[derive(Clone, Copy, Debug)]
pub(super) struct Canvas {
    pub(super) columns: usize,
    pub(super) rows: usize,
    pub(super) unicode: bool,
    pub(super) color: bool,
    /// Whether text is dark on light here, which decides where there is no colour.
    pub(super) light: bool,
}

/// The lines of the picture, or why there is none.
///
/// Two modules in one character, one above the other, black on white. Without colour the lighter of the terminal's own
/// two colours is the paper. Where there is no more than ASCII, two coloured blanks are a module.
pub(super) fn lines(url: &str, canvas: Canvas) -> Result<Vec<String>, String> {
    let Canvas { columns, rows, unicode, color, .. } = canvas;
    if !unicode && !color {
        return Err("without UTF-8 and without colour there is nothing to draw it with".to_owned());
    }
    let Ok(code) = QrCode::with_error_correction_level(url, EcLevel::L) else {
        return Err("the URL is too long for one".to_owned());
    };
    let side = |quiet: usize| code.width() + 2 * quiet;
    let room = |side: usize| if unicode { (side, side.div_ceil(2) + BELOW) } else { (2 * side, side + BELOW) };
    let fits = |&quiet: &usize| {
        let (wide, high) = room(side(quiet));
        wide <= columns && high <= rows
    };
    let Some(quiet) = QUIET.into_iter().find(fits) else {
        let (wide, high) = room(side(QUIET[1]));
        let small = match (wide > columns, high > rows) {
            (true, false) => "narrow",
            (false, true) => "low",
            _ => "small",
        };
        return Err(format!(
            "the terminal is too {small}: it needs {wide} columns and {high} rows, here are {columns} and {rows}"
        ));
    };
    let (side, last) = (side(quiet), code.width());
    let dark = |x: usize, y: usize| {
        let place = |at: usize| at.checked_sub(quiet).filter(|&at| at < last);
        place(x).zip(place(y)).is_some_and(|place| code[place] == Color::Dark)
    };
    let line = |y: usize| if unicode { halves(side, y, canvas, dark) } else { blanks(side, y, dark) };
    Ok((0..side).step_by(if unicode { 2 } else { 1 }).map(line).collect())
}

/// Two rows of modules in one row of characters.
fn halves(side: usize, y: usize, canvas: Canvas, dark: impl Fn(usize, usize) -> bool) -> String {
    // What is drawn is the ink, or where the terminal's text is light, the paper.
    let drawn = canvas.color || canvas.light;
    let row: String = (0..side)
        .map(|x| match (dark(x, y) == drawn, dark(x, y + 1) == drawn) {
            (true, true) => '\u{2588}',
            (true, false) => '\u{2580}',
            (false, true) => '\u{2584}',
            (false, false) => ' ',
        })
        .collect();
    if canvas.color { format!("{INK}{row}{OFF}") } else { row.trim_end().to_owned() }
}

/// One row of modules, each as wide as it is high: two blanks.
fn blanks(side: usize, y: usize, dark: impl Fn(usize, usize) -> bool) -> String {
    let mut row = String::new();
    let mut ink = None;
    for x in 0..side {
        if ink != Some(dark(x, y)) {
            ink = Some(dark(x, y));
            row.push_str(if dark(x, y) { BLACK } else { WHITE });
        }
        row.push_str("  ");
    }
    row + OFF
}

#[cfg(test)]
mod tests;
