//! Programs that the person named, by `--browser`, in a profile or by `$BROWSER`: text split into words, without a shell.

use std::path::Path;

use super::launcher::Launcher;
use super::surroundings::Platform;
use crate::error::Error;

/// How text becomes programs here: the rules of the platform, and a way to ask whether a file exists.
pub(super) struct Reader<'a> {
    pub(super) platform: Platform,
    pub(super) is_file: &'a dyn Fn(&Path) -> bool,
}

impl Reader<'_> {
    /// The one program that this origin names.
    pub(super) fn named(&self, origin: &str, command: &str) -> Result<Launcher, Error> {
        self.launcher(origin, command)?.ok_or_else(|| self.empty(origin))
    }

    /// The programs that `$BROWSER` lists, in order. Empty entries are skipped, as a trailing colon makes one.
    pub(super) fn variable(&self, list: &str) -> Result<Vec<Launcher>, Error> {
        let separator = if self.platform == Platform::Windows { ';' } else { ':' };
        let entries = list.split(separator).filter_map(|entry| self.launcher("BROWSER", entry).transpose());
        let launchers = entries.collect::<Result<Vec<_>, _>>()?;
        if launchers.is_empty() { Err(self.empty("BROWSER")) } else { Ok(launchers) }
    }

    /// None where there is no program in the text.
    fn launcher(&self, origin: &str, text: &str) -> Result<Option<Launcher>, Error> {
        let text = text.trim();
        // A path is pasted with its spaces, not quoted a second time: `/mnt/c/Program Files/…`. Only with a separator
        // in it, since a bare name is looked up in PATH and not in the current directory.
        let is_path = text.contains('/') || self.platform == Platform::Windows && text.contains('\\');
        if is_path && (self.is_file)(Path::new(text)) {
            return Ok(Some(Launcher::new(text, [""; 0])));
        }
        let words = match self.platform {
            Platform::Windows => split_as_windows(text),
            _ => shlex::split(text),
        };
        let Some(words) = words else {
            return Err(self.refused(origin, "cannot be split into words, as a quotation mark in it is never closed"));
        };
        let mut words = words.into_iter();
        Ok(words.next().filter(|program| !program.is_empty()).map(|program| Launcher::new(program, words)))
    }

    fn empty(&self, origin: &str) -> Error {
        self.refused(origin, "names no program")
    }

    fn refused(&self, origin: &str, what: &str) -> Error {
        let quote = if self.platform == Platform::Windows { '"' } else { '\'' };
        let example = match origin {
            "BROWSER" => {
                format!("set BROWSER to a program that opens URLs, for example {quote}firefox --new-window %s{quote}")
            }
            "--browser" => {
                format!("name a program that opens URLs, for example {origin} {quote}firefox --new-window %s{quote}")
            }
            _ => "name a program that opens URLs, for example browser = \"firefox --new-window %s\"".to_owned(),
        };
        Error::usage(format!("{origin} {what}"))
            .hint(format!("{example}; %s stands for the URL, which otherwise comes last"))
            .hint("to open nothing and have the URL printed only, use --no-browser")
    }
}

/// Words as people write them on Windows: only the double quotation mark groups, and a backslash separates directories.
/// None where a quotation mark is never closed.
fn split_as_windows(text: &str) -> Option<Vec<String>> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quoted = false;
    for character in text.chars() {
        match character {
            '"' => {
                quoted = !quoted;
                word.get_or_insert_default();
            }
            space if space.is_whitespace() && !quoted => words.extend(word.take()),
            other => word.get_or_insert_default().push(other),
        }
    }
    words.extend(word);
    (!quoted).then_some(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(platform: Platform, text: &str) -> Result<Launcher, Error> {
        Reader { platform, is_file: &|path| path.to_str().is_some_and(|path| path.ends_with(" real")) }
            .named("--browser", text)
    }

    fn list(platform: Platform, text: &str) -> Result<Vec<String>, Error> {
        let launchers = Reader { platform, is_file: &|_| false }.variable(text)?;
        Ok(launchers.iter().map(|launcher| format!("{} {}", launcher.program, launcher.args.join(" "))).collect())
    }

    #[test]
    fn text_becomes_words_without_a_shell() {
        let table: [(&str, &[&str]); 13] = [
            ("firefox", &["firefox", "%s"]),
            ("  firefox\t", &["firefox", "%s"]),
            ("firefox --private-window", &["firefox", "--private-window", "%s"]),
            ("firefox --private-window %s", &["firefox", "--private-window", "%s"]),
            ("chromium --app=%s --incognito", &["chromium", "--app=%s", "--incognito"]),
            ("'/opt/My Browser/run' -P 'a b'", &["/opt/My Browser/run", "-P", "a b", "%s"]),
            (r#""/opt/My Browser/run" "%s""#, &["/opt/My Browser/run", "%s"]),
            (r"/opt/My\ Browser/run", &["/opt/My Browser/run", "%s"]),
            ("firefox $HOME `id` $(id) | cat; x", &["firefox", "$HOME", "`id`", "$(id)", "|", "cat;", "x", "%s"]),
            ("/opt/my browser --for real", &["/opt/my browser --for real", "%s"]),
            ("/opt/%s for real", &["/opt/%s for real", "%s"]),
            ("not a path, for real", &["not", "a", "path,", "for", "real", "%s"]),
            ("prog ''", &["prog", "", "%s"]),
        ];
        for (text, expected) in table {
            let launcher = read(Platform::Linux, text).unwrap();
            assert_eq!(launcher.program, expected[0], "{text}");
            assert_eq!(launcher.args, expected[1..], "{text}");
        }
    }

    #[test]
    fn on_windows_a_backslash_is_no_escape() {
        let table: [(&str, &[&str]); 5] = [
            (r"C:\tools\firefox.exe -P work", &[r"C:\tools\firefox.exe", "-P", "work", "%s"]),
            (r#""C:\Program Files\f.exe" "a  b"c %s"#, &[r"C:\Program Files\f.exe", "a  bc", "%s"]),
            (r#""C:\dir\" x"#, &[r"C:\dir\", "x", "%s"]),
            (r"C:\Users\O'Brien\f.exe", &[r"C:\Users\O'Brien\f.exe", "%s"]),
            (r"C:\Program Files\for real", &[r"C:\Program Files\for real", "%s"]),
        ];
        for (text, expected) in table {
            let launcher = read(Platform::Windows, text).unwrap();
            assert_eq!(launcher.program, expected[0], "{text}");
            assert_eq!(launcher.args, expected[1..], "{text}");
        }
    }

    #[test]
    fn a_list_is_split_at_what_separates_paths() {
        assert_eq!(list(Platform::Linux, "firefox:w3m -N").unwrap(), ["firefox %s", "w3m -N %s"]);
        assert_eq!(list(Platform::Mac, ":firefox: :").unwrap(), ["firefox %s"]);
        assert_eq!(list(Platform::Linux, "/bin/false").unwrap(), ["/bin/false %s"]);
        assert_eq!(list(Platform::Windows, r"C:\a.exe;b.exe %s x").unwrap(), [r"C:\a.exe %s", "b.exe %s x"]);
    }

    #[test]
    fn a_file_with_spaces_in_the_variable_is_one_program() {
        let firefox = "/mnt/c/Program Files/Mozilla Firefox/firefox.exe";
        let reader = Reader { platform: Platform::Linux, is_file: &|path| path == Path::new(firefox) };
        let programs: Vec<_> = reader.variable(firefox).unwrap().into_iter().map(|found| found.program).collect();
        assert_eq!(programs, [firefox]);
    }

    #[test]
    fn what_names_no_program_is_refused_with_what_to_write() {
        for text in ["", "  ", "''", "'' x", "# firefox", "firefox 'x", "firefox \"x", "firefox \\"] {
            let error = read(Platform::Linux, text).unwrap_err();
            assert_eq!(error.outcome.code(), 2, "{text}");
            assert!(error.message.starts_with("--browser "), "{text}: {error}");
            assert!(error.hints.iter().any(|hint| hint.contains("--browser 'firefox --new-window %s'")), "{text}");
        }
        assert_eq!(read(Platform::Windows, "\"firefox").unwrap_err().outcome.code(), 2);
        for text in [":", " : ", "firefox:'x"] {
            let error = list(Platform::Linux, text).unwrap_err();
            assert!(error.message.starts_with("BROWSER "), "{text}: {error}");
            assert!(error.hints.iter().any(|hint| hint.starts_with("set BROWSER to")), "{text}");
        }
    }
}
