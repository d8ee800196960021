//! The manual as a page for the web.

use std::fmt::Write as _;

use super::{Block, Span, words};

/// The page.
pub(super) fn page(blocks: &[Block]) -> String {
    let mut page =
        format!("# instantly-oauth {}\n\n{}.\n", env!("CARGO_PKG_VERSION"), words::NAME.replacen('c', "C", 1));
    let mut in_list = false;
    for block in blocks {
        let is_term = matches!(block, Block::Term { .. });
        if !(in_list && is_term) {
            page.push('\n');
        }
        in_list = is_term;
        // Writing to a string cannot fail.
        let _ = match block {
            Block::Section(heading) => writeln!(page, "## {}", escaped(heading)),
            Block::Part(heading) => writeln!(page, "### {}", escaped(heading)),
            Block::Text(text) => writeln!(page, "{}", marked(text)),
            Block::Code(text) => writeln!(page, "```sh\n{text}\n```"),
            Block::Term { term, text, values } => {
                let _ = writeln!(page, "- {}: {}", spans(term), marked(text));
                let value = |(name, text): &(String, String)| writeln!(page, "  - `{name}`: {}", marked(text));
                values.iter().try_for_each(value)
            }
        };
    }
    page
}

/// A term, of which each run of what is typed or stands for it is one.
fn spans(term: &[Span]) -> String {
    let mut text = String::new();
    for span in term {
        match span {
            Span::Plain(plain) if plain == ", " => text.push_str("`, `"),
            Span::Literal(piece) | Span::Variable(piece) | Span::Plain(piece) => text.push_str(piece),
        }
    }
    format!("`{text}`")
}

/// A text, in which what is between backticks stays as it is.
fn marked(text: &str) -> String {
    let piece = |(index, piece): (usize, &str)| if index % 2 == 1 { format!("`{piece}`") } else { escaped(piece) };
    text.split('`').enumerate().map(piece).collect()
}

fn escaped(text: &str) -> String {
    let means = |sign: char| matches!(sign, '\\' | '<' | '>' | '*' | '_' | '[' | ']' | '|' | '#');
    text.chars().flat_map(|sign| means(sign).then_some('\\').into_iter().chain([sign])).collect()
}
