//! The config file: where it is, and what it says.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use crate::error::Error;
use crate::model::config::{Config, KeyFrom};
use crate::model::environment::Environment;

/// A larger file than this is none, in bytes.
const LARGEST: u64 = 1 << 20;

/// The most problems that are told one by one.
const MOST_PROBLEMS: usize = 100;

/// The config file, read and checked.
#[derive(Clone, Debug)]
pub struct ConfigFile {
    /// Where it is.
    pub path: PathBuf,
    /// What it says.
    pub config: Config,
}

/// Where the config file is: what `INSTANTLY_OAUTH_CONFIG` names, or `instantly-oauth/config.toml` in `$XDG_CONFIG_HOME` or
/// `~/.config`, on macOS in `~/Library/Application Support`, on Windows in `%APPDATA%`. None where there is no home.
#[must_use]
pub fn config_path(environment: &Environment, system: &str) -> Option<PathBuf> {
    if let Some(path) = environment.path("INSTANTLY_OAUTH_CONFIG") {
        return Some(path);
    }
    let absolute = |name| environment.path(name).filter(|path| path.is_absolute() || system == "windows");
    // A relative one is to be ignored (XDG Base Directory Specification).
    let directory = match (absolute("XDG_CONFIG_HOME"), system) {
        (Some(directory), _) => directory,
        (None, "windows") => absolute("APPDATA")?,
        (None, "macos") => absolute("HOME")?.join("Library/Application Support"),
        (None, _) => absolute("HOME")?.join(".config"),
    };
    Some(directory.join("instantly-oauth").join("config.toml"))
}

/// Reads the config file. None where there is none; one that was named has to be there.
pub fn config_file(environment: &Environment) -> Result<Option<ConfigFile>, Error> {
    let Some(path) = config_path(environment, std::env::consts::OS) else { return Ok(None) };
    let text = match read(&path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound && !environment.is_set("INSTANTLY_OAUTH_CONFIG") => {
            return Ok(None);
        }
        text => text.map_err(|error| {
            Error::usage(format!("the config file {} cannot be read", path.display()))
                .because(error)
                .hint("Mend it, or name another with INSTANTLY_OAUTH_CONFIG.")
        })?,
    };
    let config = Config::read(&text).map_err(|problems| {
        let count = if problems.len() == 1 { "a problem".to_owned() } else { format!("{} problems", problems.len()) };
        let error = Error::usage(format!("the config file {} has {count}; nothing was sent", path.display()));
        let error = problems.iter().take(MOST_PROBLEMS).fold(error, |error, problem| error.hint(problem.to_string()));
        match problems.len().checked_sub(MOST_PROBLEMS) {
            None | Some(0) => error,
            Some(more) => error.hint(format!("and {more} more")),
        }
    })?;
    Ok(Some(ConfigFile { path, config }))
}

/// The environment variables in which the profiles have their keys. No program that is started here has any need of them.
#[must_use]
pub fn key_variables(environment: &Environment) -> Vec<String> {
    // Where it cannot be read, whoever needs it says so.
    let profiles = profiles(environment).profiles.into_iter();
    let variable = |key| if let KeyFrom::Variable(name) = key { Some(name) } else { None };
    profiles.filter_map(|profile| variable(profile.key)).collect()
}

/// The profiles of the config file and which is the default, for whoever may not wait for anything; none where that cannot be
/// told.
#[must_use]
pub fn profiles(environment: &Environment) -> Config {
    // Opening something else, a pipe for one, might wait for somebody.
    let is_file = config_path(environment, std::env::consts::OS).is_some_and(|path| path.is_file());
    let file = is_file.then(|| config_file(environment).ok().flatten()).flatten();
    file.map(|file| file.config).unwrap_or_default()
}

fn read(path: &Path) -> io::Result<String> {
    let mut bytes = Vec::new();
    File::open(path)?.take(LARGEST + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > LARGEST {
        return Err(io::Error::other(format!("it is larger than {} MiB", LARGEST >> 20)));
    }
    String::from_utf8(bytes).map_err(|_| io::Error::other("it is not UTF-8: save it as that"))
}

/// Who else than its owner can do something with a file, as far as the system tells: its mode.
pub(super) fn open_to_others(path: &Path, what: u32) -> Option<u32> {
    let metadata = fs::metadata(path).ok().filter(fs::Metadata::is_file)?;
    #[cfg(unix)]
    {
        let mode = std::os::unix::fs::PermissionsExt::mode(&metadata.permissions()) & 0o777;
        (mode & what != 0).then_some(mode)
    }
    #[cfg(not(unix))]
    {
        let _ = (metadata, what);
        None
    }
}

impl ConfigFile {
    /// What is wrong with its permissions: whoever may write it says which programs are run.
    #[must_use]
    pub fn warning(&self) -> Option<String> {
        let mode = open_to_others(&self.path, 0o002)?;
        let path = self.path.display();
        Some(format!("anybody here can change the config file {path} (mode {mode:03o}): chmod o-w {path}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_config_file_is_where_the_system_keeps_such_files() {
        let home = ("HOME", "/home/ada");
        for (system, pairs, path) in [
            ("linux", &[home][..], Some("/home/ada/.config/instantly-oauth/config.toml")),
            ("linux", &[home, ("XDG_CONFIG_HOME", "/etc/xdg")], Some("/etc/xdg/instantly-oauth/config.toml")),
            ("linux", &[home, ("XDG_CONFIG_HOME", "xdg")], Some("/home/ada/.config/instantly-oauth/config.toml")),
            ("linux", &[], None),
            ("linux", &[("INSTANTLY_OAUTH_CONFIG", "my.toml")], Some("my.toml")),
            ("linux", &[home, ("INSTANTLY_OAUTH_CONFIG", "/my.toml")], Some("/my.toml")),
            ("macos", &[home], Some("/home/ada/Library/Application Support/instantly-oauth/config.toml")),
            ("macos", &[home, ("XDG_CONFIG_HOME", "/x")], Some("/x/instantly-oauth/config.toml")),
            (
                "windows",
                &[("APPDATA", "C:/Users/ada/AppData/Roaming")],
                Some("C:/Users/ada/AppData/Roaming/instantly-oauth/config.toml"),
            ),
            ("windows", &[home], None),
        ] {
            let environment = pairs.iter().copied().collect();
            assert_eq!(config_path(&environment, system), path.map(PathBuf::from), "{system} {pairs:?}");
        }
    }
}
