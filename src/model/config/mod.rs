//! The config file: the workspaces that there are, and with whose key each is reached. Read and checked as a whole.

mod reading;

use std::time::Duration;

use super::base_url::BaseUrl;
use super::problem::{Problem, near, shown};

/// What the config file says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Config {
    /// The profile of a call that names none and has no key from elsewhere. It is one of those that there are.
    pub default_profile: Option<String>,
    /// The profiles, in the order of the file.
    pub profiles: Vec<Profile>,
}

/// A workspace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profile {
    /// What it is called: letters, digits, and `.`, `_`, `@`, `-`.
    pub name: String,
    /// Where its API key is.
    pub key: KeyFrom,
    /// Where its API is, if that is not the service itself.
    pub base_url: Option<BaseUrl>,
    /// Between two polls, if that is not the usual time.
    pub interval: Option<Duration>,
    /// The program that opens its URLs, as `--browser` names one.
    pub browser: Option<String>,
}

/// Where a profile's API key is. The key itself is never in the config file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeyFrom {
    /// On the first line of this file. `~/` is the person's home, and what is not absolute is beside the config file.
    File(String),
    /// In this environment variable.
    Variable(String),
    /// On the first line of what this program prints: it and its arguments, of which no shell makes anything. At least one.
    Command(Vec<String>),
}

impl Config {
    /// Reads a config file. All that is wrong with it is told at once.
    pub fn read(text: &str) -> Result<Self, Vec<Problem>> {
        reading::read(text)
    }

    /// The profile of this name.
    #[must_use]
    pub fn profile(&self, name: &str) -> Option<&Profile> {
        self.profiles.iter().find(|profile| profile.name == name)
    }

    /// Why there is no profile of this name, and which one may have been meant.
    #[must_use]
    pub fn unknown(&self, name: &str) -> String {
        let names: Vec<&str> = self.profiles.iter().map(|profile| profile.name.as_str()).collect();
        no_profile(name, &names)
    }
}

/// Why there is no profile of this name among these, and which one may have been meant.
#[must_use]
pub fn no_profile(name: &str, names: &[&str]) -> String {
    let name_shown = shown(name);
    match (near(name, names), names) {
        (Some(near), _) => format!("no profile is called {name_shown}: did you mean {near}?"),
        (None, []) => format!("no profile is called {name_shown}: there is none in the config file"),
        (None, names) => format!("no profile is called {name_shown}: there are {}", names.join(", ")),
    }
}

#[cfg(test)]
mod tests;
