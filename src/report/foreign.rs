//! Text that came from elsewhere, made safe for a terminal.

/// Whether a character can move the cursor, start an escape sequence, or make text read in another order than it
/// stands.
pub(super) fn is_unsafe(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

/// The text in one line, without anything unsafe. White space becomes a blank, so that words stay apart.
pub(super) fn plain(text: &str) -> String {
    let blank = |c: char| if matches!(c, '\n' | '\r' | '\t' | '\u{2028}' | '\u{2029}') { ' ' } else { c };
    text.chars().map(blank).filter(|&c| !is_unsafe(c)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_a_terminal_obeys_is_left() {
        for (text, safe) in [
            ("Ada Lovelace", "Ada Lovelace"),
            ("Zoë 王 👩‍💻", "Zoë 王 👩‍💻"),
            ("\u{1b}[31mred\u{1b}[0m", "[31mred[0m"),
            ("\u{1b}]0;title\u{7}", "]0;title"),
            ("\u{9b}2J", "2J"),
            ("moc.\u{202e}live\u{202c}", "moc.live"),
            ("one\ntwo\r\nthree\tfour\0", "one two  three four"),
            ("a\u{2066}b\u{2069}\u{200f}\u{feff}c\u{7f}", "abc"),
        ] {
            assert_eq!(plain(text), safe, "{text:?}");
            assert!(!plain(text).contains(is_unsafe));
        }
    }
}
