//! Where the API key comes from.

use std::fs::File;
use std::io::{self, BufRead, BufReader, IsTerminal, Read};
use std::path::{Path, PathBuf};

use secrecy::SecretString;

use crate::cli::Global;
use crate::error::Error;
use crate::exit::Outcome;
use crate::model::environment::Environment;
use crate::model::words::failure::WHERE_KEYS_ARE;

/// More than this much of a key file is not read, in bytes.
const LONGEST_KEY_FILE: u64 = 64 * 1024;

/// Where a key was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// The flag or variable that names it.
    pub name: &'static str,
    /// The file that it is in.
    pub file: Option<PathBuf>,
}

/// The key: `--api-key-file`, then `INSTANTLY_API_KEY`, then `INSTANTLY_API_KEY_FILE`. And where it was found.
pub fn key(flags: &Global, environment: &Environment) -> Result<(SecretString, Source), Error> {
    let file = |name, path: &Path| Ok((from_file(name, path)?, Source { name, file: Some(path.to_owned()) }));
    if let Some(path) = &flags.api_key_file {
        return file("--api-key-file", path);
    }
    if let Some(key) = environment.var("INSTANTLY_API_KEY") {
        return Ok((check("INSTANTLY_API_KEY", key)?, Source { name: "INSTANTLY_API_KEY", file: None }));
    }
    if let Some(path) = environment.var("INSTANTLY_API_KEY_FILE") {
        return file("INSTANTLY_API_KEY_FILE", Path::new(path));
    }
    Err(Error::new(Outcome::Auth, "no API key")
        .hint("Give it with INSTANTLY_API_KEY=..., or with --api-key-file PATH (- for stdin).")
        .hint(WHERE_KEYS_ARE)
        .hint("It needs the scopes accounts:create and accounts:read.")
        .hint("To try this tool without one: instantly-oauth connect google --sandbox"))
}

/// The first line of a file, or of standard input.
fn from_file(name: &str, path: &Path) -> Result<SecretString, Error> {
    let text = read(path).map_err(|error| {
        Error::usage(format!("{name}: {} cannot be read", path.display()))
            .because(error)
            .hint("Name a file whose first line is the key, or - for stdin.")
    })?;
    let from = if path == Path::new("-") { format!("{name} (stdin)") } else { format!("{name} ({})", path.display()) };
    check(&from, &text)
}

fn read(path: &Path) -> io::Result<String> {
    let source: Box<dyn Read> = if path != Path::new("-") {
        Box::new(File::open(path)?)
    } else if io::stdin().is_terminal() {
        // It would wait without a word, and show the key as it is typed.
        return Err(io::Error::other("it is a terminal, which would show the key; pipe it in"));
    } else {
        Box::new(io::stdin())
    };
    let mut line = String::new();
    BufReader::new(source.take(LONGEST_KEY_FILE)).read_line(&mut line)?;
    Ok(line)
}

/// A key is visible ASCII. Whatever else is there came along by mistake, and would not survive a header.
fn check(from: &str, text: &str) -> Result<SecretString, Error> {
    let key = text.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
    let refuse =
        |why: &str| Err(Error::new(Outcome::Auth, format!("no API key in {from}: {why}")).hint(WHERE_KEYS_ARE));
    if key.is_empty() {
        return refuse("it is empty");
    }
    if !key.bytes().all(|byte| byte.is_ascii_graphic()) {
        return refuse("it has a space, a control character or a character outside ASCII");
    }
    Ok(SecretString::from(key))
}
