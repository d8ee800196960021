//! The manual for man.

use std::fmt::Write as _;

use super::{Block, Span, words};

/// The most columns of a line of the source.
const LONGEST: usize = 80;

/// The page.
pub(super) fn page(blocks: &[Block]) -> String {
    let mut page = format!(
        ".TH INSTANTLY\\-OAUTH 1 \"\" \"instantly\\-oauth {}\" \"User Commands\"\n.nh\n.ad l\n.SH NAME\n{}\n",
        escaped(env!("CARGO_PKG_VERSION")),
        filled(&format!("{} \\- {}", escaped("instantly-oauth"), escaped(words::NAME)))
    );
    // Behind a heading a paragraph has begun already.
    let mut begun = true;
    for block in blocks {
        let heading = matches!(block, Block::Section(_) | Block::Part(_));
        let paragraph = if begun { "" } else { ".PP\n" };
        // Writing to a string cannot fail.
        let _ = match block {
            Block::Section(heading) => writeln!(page, ".SH {}", escaped(&heading.to_uppercase())),
            Block::Part(heading) => writeln!(page, ".SS {}", escaped(heading)),
            Block::Text(text) => writeln!(page, "{paragraph}{}", filled(&marked(text))),
            Block::Code(text) => {
                let lines = text.lines().map(|code| line(&escaped(code))).collect::<Vec<_>>().join("\n");
                writeln!(page, "{paragraph}.RS 4\n.nf\n{lines}\n.fi\n.RE")
            }
            Block::Term { term, text, values } => {
                let _ = writeln!(page, ".TP\n{}\n{}", spans(term), filled(&marked(text)));
                if values.is_empty() { Ok(()) } else { writeln!(page, "{}", list(values)) }
            }
        };
        begun = heading;
    }
    page
}

fn spans(term: &[Span]) -> String {
    let span = |span: &Span| match span {
        Span::Literal(text) => format!("\\fB{}\\fR", escaped(text)),
        Span::Variable(text) => format!("\\fI{}\\fR", escaped(text)),
        Span::Plain(text) => escaped(text),
    };
    term.iter().map(span).collect()
}

/// Values and what they are, further in.
fn list(values: &[(String, String)]) -> String {
    let value = |(name, text): &(String, String)| format!(".TP\n\\fB{}\\fR\n{}", escaped(name), filled(&marked(text)));
    format!(".RS\n{}\n.RE", values.iter().map(value).collect::<Vec<_>>().join("\n"))
}

/// A text whose pieces between backticks are bold.
fn marked(text: &str) -> String {
    let piece = |(index, piece): (usize, &str)| {
        if index % 2 == 1 { format!("\\fB{}\\fR", escaped(piece)) } else { escaped(piece) }
    };
    text.split('`').enumerate().map(piece).collect()
}

/// A text in lines that are no longer than they should be, if words allow.
fn filled(text: &str) -> String {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        match lines.last_mut() {
            Some(last) if last.is_empty() => last.push_str(word),
            Some(last) if last.len() + word.len() < LONGEST => last.extend([" ", word]),
            _ => lines.push(word.to_owned()),
        }
    }
    lines.iter().map(|text| line(text)).collect::<Vec<_>>().join("\n")
}

/// A text that no formatter takes for a request.
fn line(text: &str) -> String {
    if text.starts_with(['.', '\'']) { format!("\\&{text}") } else { text.to_owned() }
}

/// A text without signs that mean something else, or are shown as another.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for sign in text.chars() {
        match sign {
            '\\' => escaped.push_str("\\e"),
            '-' => escaped.push_str("\\-"),
            '\'' => escaped.push_str("\\(aq"),
            '`' => escaped.push_str("\\(ga"),
            '^' => escaped.push_str("\\(ha"),
            '~' => escaped.push_str("\\(ti"),
            sign => escaped.push(sign),
        }
    }
    escaped
}
