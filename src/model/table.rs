//! Text in rows and cells, as spreadsheets write it: where each row stands, and whether its end is there.

use std::borrow::Cow;
use std::io::{Chain, Read};
use std::ops::Range;

use csv::{ByteRecord, Reader, ReaderBuilder};

use super::problem::Problem;

/// The sign that a byte order mark is in UTF-8.
pub(super) const BOM: &[u8] = "\u{feff}".as_bytes();

/// What is read behind the last byte: a line end, and the beginning of a row that is none. What the last row takes of it tells
/// what that row lacks.
const BEHIND: &[u8] = b"\nx";

/// What stands between two cells. Where a comma is the decimal sign, spreadsheets write a semicolon.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Delimiter {
    /// `,`, which is what is written here.
    #[default]
    Comma,
    /// `;`
    Semicolon,
    /// A tab.
    Tab,
}

impl Delimiter {
    /// All of them, the likeliest first.
    pub const ALL: [Self; 3] = [Self::Comma, Self::Semicolon, Self::Tab];

    /// Its character.
    #[must_use]
    pub const fn sign(self) -> char {
        match self {
            Self::Comma => ',',
            Self::Semicolon => ';',
            Self::Tab => '\t',
        }
    }

    /// Cells as a line, with its end. What any of the delimiters is in is quoted: a spreadsheet may choose another.
    pub(super) fn line<'a>(self, cells: impl IntoIterator<Item = Cow<'a, str>>) -> String {
        let mut line = String::new();
        for (index, cell) in cells.into_iter().enumerate() {
            if index > 0 {
                line.push(self.sign());
            }
            // At a file's very beginning, a byte order mark would be taken for one.
            if cell.contains([',', ';', '\t', '"', '\n', '\r', '\u{feff}']) {
                line.extend(["\"", &cell.replace('"', "\"\""), "\""]);
            } else {
                line.push_str(&cell);
            }
        }
        line.push('\n');
        line
    }
}

/// How a row ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ending {
    /// With a line end.
    Line,
    /// With the file.
    File,
    /// In the middle of a quoted cell, which the file ends in.
    Quote,
}

/// A row as it stands in the file.
#[derive(Debug)]
pub(super) struct Record<'r> {
    cells: &'r ByteRecord,
    /// The line that it begins on, from 1.
    pub(super) line: u64,
    /// The line that it ends on.
    pub(super) last_line: u64,
    /// The byte behind it and its line end.
    pub(super) end: usize,
    /// How it ends.
    pub(super) ending: Ending,
}

impl Record<'_> {
    /// How many cells it has.
    pub(super) fn len(&self) -> usize {
        self.cells.len()
    }

    /// How many it has, up to the last that is not empty.
    pub(super) fn filled(&self) -> usize {
        (0..self.len()).rev().find(|&index| !self.cell(index).trim().is_empty()).map_or(0, |index| index + 1)
    }

    /// A cell as it was; an empty one where there is none. What is not UTF-8 in it is replaced.
    pub(super) fn cell(&self, index: usize) -> Cow<'_, str> {
        self.cells.get(index).map_or(Cow::Borrowed(""), String::from_utf8_lossy)
    }

    /// All of them.
    pub(super) fn cells(&self) -> impl Iterator<Item = Cow<'_, str>> {
        self.cells.iter().map(String::from_utf8_lossy)
    }

    /// Whether all of it can be read.
    pub(super) fn is_utf8(&self) -> bool {
        self.cells.iter().all(|cell| str::from_utf8(cell).is_ok())
    }
}

/// The rows of a table, one after the other. One with nothing in it is none.
pub(super) struct Records<'b> {
    bytes: &'b [u8],
    reader: Reader<Chain<&'b [u8], &'static [u8]>>,
    record: ByteRecord,
    /// Up to where lines were counted, and how many had ended there.
    counted: usize,
    lines: u64,
}

impl<'b> Records<'b> {
    /// Of these bytes, which begin with no byte order mark.
    pub(super) fn new(bytes: &'b [u8], delimiter: Delimiter) -> Self {
        let sign = u8::try_from(delimiter.sign()).unwrap_or(b',');
        let mut builder = ReaderBuilder::new();
        builder.delimiter(sign).has_headers(false).flexible(true);
        let reader = builder.from_reader(bytes.chain(BEHIND));
        Self { bytes, reader, record: ByteRecord::new(), counted: 0, lines: 0 }
    }

    /// The next row.
    pub(super) fn next(&mut self) -> Option<Record<'_>> {
        loop {
            let before = usize::try_from(self.reader.position().byte()).unwrap_or(usize::MAX);
            // Bytes that are there can always be read.
            if !self.reader.read_byte_record(&mut self.record).unwrap_or(false) {
                return None;
            }
            let after = usize::try_from(self.reader.position().byte()).unwrap_or(usize::MAX);
            // It was begun to read behind the row before: its line end and empty lines are not this one's.
            let rest = self.bytes.get(before..).unwrap_or_default();
            let start = before + rest.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
            if start >= self.bytes.len() {
                return None;
            }
            if self.record.iter().all(is_blank) {
                continue;
            }
            let ending = match after.checked_sub(self.bytes.len()) {
                None | Some(0) => Ending::Line,
                Some(1) => Ending::File,
                Some(_) => Ending::Quote,
            };
            let mut end = after.min(self.bytes.len());
            if self.bytes[..end].ends_with(b"\r") && self.bytes[end..].starts_with(b"\n") {
                end += 1;
            }
            let line = self.line_at(start);
            let inside = if ending == Ending::Line { end - 1 } else { end };
            let last_line = self.line_at(inside.max(start));
            return Some(Record { cells: &self.record, line, last_line, end, ending });
        }
    }

    /// The line on which this byte stands, which is behind all that were asked for before.
    fn line_at(&mut self, byte: usize) -> u64 {
        self.lines += line_ends(self.bytes, self.counted..byte);
        self.counted = byte;
        self.lines + 1
    }
}

/// How many lines end in this part of the bytes.
pub(super) fn line_ends(bytes: &[u8], part: Range<usize>) -> u64 {
    let ends = |index: &usize| match bytes[*index] {
        b'\n' => true,
        // One of a pair is half a line end.
        b'\r' => bytes.get(index + 1) != Some(&b'\n'),
        _ => false,
    };
    part.filter(ends).count() as u64
}

/// Whether a cell has nothing in it that could be meant, whatever is between the cells.
fn is_blank(cell: &[u8]) -> bool {
    cell.iter().all(|byte| byte.is_ascii_whitespace() || matches!(byte, b',' | b';'))
}

/// What the file must be for this to be a table at all, told from how it begins: its bytes without their byte order mark.
pub(super) fn bare(bytes: &[u8]) -> Result<&[u8], Problem> {
    let what = match bytes {
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => "it is in UTF-16",
        [b'P', b'K', 3, 4, ..] => "it is a workbook (.xlsx, .ods), not CSV",
        [0xd0, 0xcf, 0x11, 0xe0, ..] => "it is a workbook (.xls), not CSV",
        _ => return Ok(bytes.strip_prefix(BOM).unwrap_or(bytes)),
    };
    Err(Problem { line: None, what: format!("{what}: {AS_UTF8}") })
}

/// What to do with a file that is in something else.
pub(super) const AS_UTF8: &str = "save it as \"CSV UTF-8\" (comma delimited)";

#[cfg(test)]
mod tests {
    use super::*;

    /// Each row's cells, its lines, its end and how it ends.
    fn rows(text: &str, delimiter: Delimiter) -> Vec<(String, u64, u64, usize, Ending)> {
        let (mut records, mut rows) = (Records::new(text.as_bytes(), delimiter), Vec::new());
        while let Some(record) = records.next() {
            let cells: Vec<_> = record.cells().collect();
            rows.push((cells.join("|"), record.line, record.last_line, record.end, record.ending));
        }
        rows
    }

    #[test]
    fn a_row_is_where_it_stands_whatever_ends_a_line() {
        for end in ["\n", "\r\n", "\r"] {
            let text = ["", "a,b", "", "", "c,\"d", "e\"", " , ", "f"].join(end);
            let two = end.len();
            let rows = rows(&text, Delimiter::Comma);
            let (first, second) = (3 + 2 * two, 3 + 6 + 6 * two);
            let expected = [
                ("a|b".to_owned(), 2, 2, first, Ending::Line),
                (format!("c|d{end}e"), 5, 6, second, Ending::Line),
                ("f".to_owned(), 8, 8, text.len(), Ending::File),
            ];
            assert_eq!(rows, expected, "{end:?}");
        }
    }

    #[test]
    fn the_end_tells_what_the_last_row_lacks() {
        for (text, ending) in [
            ("a,b\n", Ending::Line),
            ("a,b\r", Ending::Line),
            ("a,\"b\"\n\n", Ending::Line),
            ("a,b", Ending::File),
            ("a,", Ending::File),
            ("a,\"b\"", Ending::File),
            ("a,\"b\"\"\"", Ending::File),
            ("a,\"", Ending::Quote),
            ("a,\"b\"\"", Ending::Quote),
            ("a,\"b\n", Ending::Quote),
            ("\"", Ending::Quote),
            ("x", Ending::File),
            ("x\n", Ending::Line),
        ] {
            let rows = rows(text, Delimiter::Comma);
            assert_eq!(rows.len(), 1, "{text:?}");
            assert_eq!(rows[0].4, ending, "{text:?}");
            let behind = text.len() - usize::from(text.ends_with("\n\n"));
            assert_eq!(rows[0].3, behind, "{text:?}");
        }
        for text in ["", "\n", "\r\n\r\n", " , \n", ",,", ";\n\t;"] {
            assert_eq!(rows(text, Delimiter::Comma), [], "{text:?}");
        }
    }

    #[test]
    fn a_line_is_read_as_the_cells_that_it_was_made_of() {
        let cells = ["", "a;b", "a,b", "a\tb", "say \"no\"", "two\r\nlines", " blank ", "\u{feff}x", "é"];
        for delimiter in Delimiter::ALL {
            let line = delimiter.line(cells.map(Cow::Borrowed));
            let found = rows(&line, delimiter);
            assert_eq!(found, [(cells.join("|"), 1, 2, line.len(), Ending::Line)]);
        }
    }
}
