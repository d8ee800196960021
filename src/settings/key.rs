//! The API key itself.

use std::fs::File;
use std::io::{self, BufRead, BufReader, IsTerminal, Read};
use std::path::{Path, PathBuf};

use secrecy::SecretString;

use super::file::open_to_others;
use super::{Chosen, Whose, command};
use crate::error::Error;
use crate::exit::Outcome;
use crate::model::check::key::{Form, shape};
use crate::model::config::KeyFrom;
use crate::model::environment::Environment;
use crate::model::words::failure::WHERE_KEYS_ARE;

/// More than this much of a key file is not read, in bytes.
const LONGEST_KEY_FILE: u64 = 64 * 1024;

/// The key of a workspace, from where it is said to be.
pub(super) fn find(
    chosen: &Chosen,
    environment: &Environment,
    warnings: &mut Vec<String>,
) -> Result<SecretString, Error> {
    match &chosen.whose {
        Whose::Flag(path) => from_file("--api-key-file", path, warnings),
        Whose::Variable => from_variable("INSTANTLY_API_KEY", "INSTANTLY_API_KEY", environment),
        Whose::VariableFile(path) => from_file("INSTANTLY_API_KEY_FILE", path, warnings),
        Whose::Profile(name, _) => of_profile(name, chosen, environment, warnings),
        Whose::Nobody => Err(Error::new(Outcome::Auth, "no API key")
            .hint("Give it with INSTANTLY_API_KEY=..., with --api-key-file PATH (- for stdin), or in a profile.")
            .hint(WHERE_KEYS_ARE)
            .hint("It needs the scopes accounts:create and accounts:read.")
            .hint("To try this tool without one: instantly-oauth connect google --sandbox")),
    }
}

/// Where the key of a workspace is said to be, in words, and the file that it is in. Of a program only its name is told:
/// its arguments may be anything.
pub(super) fn place(chosen: &Chosen, environment: &Environment) -> (String, Option<PathBuf>) {
    match (&chosen.whose, chosen.source()) {
        (Whose::Flag(path), _) if path == Path::new("-") => ("stdin (--api-key-file -)".to_owned(), None),
        (Whose::Flag(path), _) => (format!("{} (--api-key-file)", path.display()), Some(path.clone())),
        (Whose::Variable, _) => ("INSTANTLY_API_KEY".to_owned(), None),
        (Whose::VariableFile(path), _) => (format!("{} (INSTANTLY_API_KEY_FILE)", path.display()), Some(path.clone())),
        (Whose::Profile(name, by), Some((profile, file))) => {
            let named = format!("the profile {name}, which {} names", by.name());
            match &profile.key {
                KeyFrom::File(path) => {
                    let path = located(path, &file.path, environment);
                    (format!("{} (of {named})", path.display()), Some(path))
                }
                KeyFrom::Variable(variable) => (format!("{variable} (of {named})"), None),
                KeyFrom::Command(words) => {
                    let program = words.first().map(String::as_str).unwrap_or_default();
                    (format!("what {program} prints (of {named})"), None)
                }
            }
        }
        (Whose::Profile(..) | Whose::Nobody, _) => ("nowhere".to_owned(), None),
    }
}

fn of_profile(
    name: &str,
    chosen: &Chosen,
    environment: &Environment,
    warnings: &mut Vec<String>,
) -> Result<SecretString, Error> {
    let Some((profile, file)) = chosen.source() else {
        return Err(Error::internal(format!("the profile {name} was not read")));
    };
    match &profile.key {
        KeyFrom::File(path) => {
            let path = located(path, &file.path, environment);
            from_file(&format!("the profile {name}'s api_key_file"), &path, warnings)
        }
        KeyFrom::Variable(variable) => {
            from_variable(variable, &format!("the profile {name}'s api_key_env, {variable}"), environment)
        }
        KeyFrom::Command(words) => {
            let from = format!("the profile {name}'s api_key_command");
            let line = command::first_line(words, command::PATIENCE, LONGEST_KEY_FILE).map_err(|why| {
                Error::new(Outcome::Auth, format!("no API key from {from}: {why}"))
                    .hint("Run it yourself: it has to print the key on its first line, and to end with exit code 0.")
                    .hint(format!("It is in {}.", file.path.display()))
            })?;
            check(&from, &line)
        }
    }
}

/// A path out of the config file: `~/` is the person's home, and what is not absolute is beside the file.
fn located(path: &str, file: &Path, environment: &Environment) -> PathBuf {
    let home = || environment.path("HOME").or_else(|| environment.path("USERPROFILE"));
    match (path.strip_prefix("~/"), home()) {
        (Some(rest), Some(home)) => home.join(rest),
        _ => file.parent().unwrap_or(Path::new("")).join(path),
    }
}

fn from_variable(variable: &str, from: &str, environment: &Environment) -> Result<SecretString, Error> {
    if let Some(key) = environment.var(variable) {
        return check(from, key);
    }
    let why = if environment.is_set(variable) { "it is not UTF-8 text" } else { "it is not set" };
    Err(Error::new(Outcome::Auth, format!("no API key in {from}: {why}")).hint(WHERE_KEYS_ARE))
}

/// The first line of a file, or of standard input.
fn from_file(name: &str, path: &Path, warnings: &mut Vec<String>) -> Result<SecretString, Error> {
    let text = read(path).map_err(|error| {
        if path.to_str().is_some_and(|path| shape(path).form == Form::Pair) {
            return Error::usage(format!("{name}: what it names is no file, and looks like an API key itself"))
                .hint("Put the key into a file of yours and name that, or set INSTANTLY_API_KEY to the key.");
        }
        Error::usage(format!("{name}: {} cannot be read", path.display())).because(error).hint(
            if name.starts_with("--") {
                "Name a file whose first line is the key, or - for stdin."
            } else {
                "Name a file whose first line is the key."
            },
        )
    })?;
    let shown = path.display();
    if let Some(mode) = open_to_others(path, 0o077) {
        warnings.push(format!("others here can get at the key file {shown} (mode {mode:03o}): chmod 600 {shown}"));
    }
    let from = if path == Path::new("-") { format!("{name} (stdin)") } else { format!("{name} ({shown})") };
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_of_the_config_file_is_beside_it() {
        let home = [("HOME", "/home/ada")].into_iter().collect();
        for (path, environment, located_at) in [
            ("acme.key", &home, "/etc/io/acme.key"),
            ("keys/acme", &home, "/etc/io/keys/acme"),
            ("/run/secrets/acme", &home, "/run/secrets/acme"),
            ("~/keys/acme", &home, "/home/ada/keys/acme"),
            ("~bob/key", &home, "/etc/io/~bob/key"),
            ("~/key", &Environment::default(), "/etc/io/~/key"),
        ] {
            let found = located(path, Path::new("/etc/io/config.toml"), environment);
            assert_eq!(found, Path::new(located_at), "{path}");
        }
    }
}
