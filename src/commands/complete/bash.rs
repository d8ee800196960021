//! A line as bash reads it. What bash itself hands over is broken at `=` and `:` and still has its quotes.

use crate::report::Candidate;

/// A line up to the cursor.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Line {
    /// The words before the last, without their quotes.
    pub(super) words: Vec<String>,
    /// The last, which may be empty, without its quotes.
    pub(super) word: String,
    /// The last as it stands on the line.
    raw: String,
    /// The quote that it is in.
    quote: Option<char>,
}

impl Line {
    /// Reads a line.
    pub(super) fn read(text: &str) -> Self {
        let mut line = Self::default();
        let mut signs = text.chars();
        while let Some(sign) = signs.next() {
            if sign.is_whitespace() && line.quote.is_none() {
                if !line.raw.is_empty() {
                    line.raw.clear();
                    line.words.push(std::mem::take(&mut line.word));
                }
                continue;
            }
            line.raw.push(sign);
            match (sign, line.quote) {
                ('\'' | '"', None) => line.quote = Some(sign),
                (_, Some(quote)) if sign == quote => line.quote = None,
                ('\\', None | Some('"')) => {
                    if let Some(next) = signs.next() {
                        line.raw.push(next);
                        line.word.push(next);
                    }
                }
                _ => line.word.push(sign),
            }
        }
        line
    }

    /// The candidates as bash has to insert them in place of this last part of the word: quoted as the word is, and with the
    /// blank that ends it.
    pub(super) fn fit(&self, found: Vec<Candidate>, replaced: &str) -> Vec<Candidate> {
        let quoted = |value: &str| match self.quote {
            Some('"') => within(value, |sign| "\"\\$`".contains(sign).then_some("\\")),
            Some(_) => within(value, |sign| (sign == '\'').then_some("'\\'")),
            None => escaped(value),
        };
        // Nothing keeps it from meaning a command of before, within these.
        let found = found.into_iter().filter(|candidate| self.quote != Some('"') || !candidate.value.contains('!'));
        // What is on the line and stays there.
        let all = quoted(&self.word);
        let Some(stays) = all.strip_suffix(replaced) else { return Vec::new() };
        let fitting = found.filter_map(|candidate| {
            let open = self.quote.is_some() || candidate.value.ends_with(['/', '=']);
            let value = quoted(&candidate.value).strip_prefix(stays)?.to_owned();
            Some(Candidate { value: if open { value } else { value + " " }, about: None })
        });
        fitting.collect()
    }
}

/// A word for bash, with a backslash before each sign that could mean something.
fn escaped(word: &str) -> String {
    let plain = |sign: char| sign.is_alphanumeric() || "-_./=:@%+,~".contains(sign);
    // Before a name it would be that person's home.
    let home = if word.starts_with('~') && !word.starts_with("~/") { "\\" } else { "" };
    home.to_owned() + &within(word, |sign| (!plain(sign)).then_some("\\"))
}

/// A word with something before some of its signs.
fn within(word: &str, before: impl Fn(char) -> Option<&'static str>) -> String {
    let mut quoted = String::with_capacity(word.len());
    for sign in word.chars() {
        quoted.push_str(before(sign).unwrap_or_default());
        quoted.push(sign);
    }
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> (Vec<String>, String) {
        let line = Line::read(text);
        (line.words, line.word)
    }

    #[test]
    fn a_line_has_the_words_that_bash_would_make_of_it() {
        for (text, words, word) in [
            ("", &[][..], ""),
            ("io", &[], "io"),
            ("io ", &["io"], ""),
            ("io  status\t7f3a", &["io", "status"], "7f3a"),
            ("io --sandbox=su", &["io"], "--sandbox=su"),
            (r"io batch my\ li", &["io", "batch"], "my li"),
            (r#"io batch "my \"li"#, &["io", "batch"], r#"my "li"#),
            (r"io batch 'a\b c' d", &["io", "batch", r"a\b c"], "d"),
            ("io '' x", &["io", ""], "x"),
            (r"io x\", &["io"], "x"),
        ] {
            let words = words.iter().map(|&word| word.to_owned()).collect();
            assert_eq!(read(text), (words, word.to_owned()), "{text:?}");
        }
    }

    #[test]
    fn what_is_inserted_takes_the_place_of_what_bash_replaces() {
        for (line, replaced, value, inserted) in [
            ("io sta", "sta", "status", Some("status ")),
            ("io --sandbox=su", "su", "--sandbox=success", Some("success ")),
            ("io --sandbox=", "", "--sandbox=ask", Some("ask ")),
            ("io --sandbox=su", "--sandbox=su", "--sandbox=success", Some("--sandbox=success ")),
            ("io batch my", "my", "my list.csv", Some(r"my\ list.csv ")),
            (r"io batch my\ li", r"my\ li", "my list.csv", Some(r"my\ list.csv ")),
            ("io batch \"my li", "my li", "my list.csv", Some("my list.csv")),
            // A name can be a command, which nobody means who completes it.
            ("io batch \"m", "m", "m$(id)`id`\"\\.csv", Some("m\\$(id)\\`id\\`\\\"\\\\.csv")),
            ("io batch \"m", "m", "m!!.csv", None),
            ("io batch 'i", "i", "it's $(id).csv", Some("it'\\''s $(id).csv")),
            ("io batch m", "m", "m;id|id&$(id)<>!#'\"*", Some("m\\;id\\|id\\&\\$\\(id\\)\\<\\>\\!\\#\\'\\\"\\* ")),
            ("io batch ", "", "~root", Some("\\~root ")),
            ("io batch ~/l", "~/l", "~/list/", Some("~/list/")),
            ("io x", "y", "xyz", None),
        ] {
            let found = vec![Candidate { value: value.into(), about: Some("a word".into()) }];
            let fitted = Line::read(line).fit(found, replaced);
            assert_eq!(fitted.first().map(|candidate| candidate.value.as_str()), inserted, "{line:?}");
        }
    }
}
