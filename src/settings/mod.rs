//! Flags, environment and config file, resolved into what the commands need. The environment is handed in.

mod abilities;
mod command;
mod file;
mod key;
mod limits;
mod output;
mod reach;
mod readable;
mod state;
mod whose;

use std::time::Duration;

use crate::api::{Config, ProxyChoice};
use crate::model::words::Route;

pub use file::{ConfigFile, config_file, config_path, key_variables, profiles};
pub use limits::limits;
pub use output::{Terminal, output};
pub use reach::{Chosen, Reach, Workspaces, interval};
pub use readable::readable;
pub use state::{Place, place, state};
pub use whose::{By, Whose};

/// Between two polls, where nothing else is asked for: what the API's documentation recommends.
const DEFAULT_INTERVAL: Duration = Duration::from_secs(5);

/// The shortest interval towards the service.
const SHORTEST_INTERVAL: Duration = Duration::from_secs(1);

/// The shortest interval towards something on this machine, which is for tests.
const SHORTEST_LOCAL_INTERVAL: Duration = Duration::from_millis(20);

/// How the API is reached, for messages.
#[must_use]
pub fn route(config: &Config, profile: Option<&str>) -> Route {
    Route {
        host: config.base.authority(),
        proxy: config.proxy.as_ref().filter(|proxy| proxy.is_used()).map(ToString::to_string),
        login: config.proxy.as_ref().is_some_and(ProxyChoice::has_login),
        roots: config.roots.describe(),
        desk: config.roots.desk(),
        profile: profile.map(str::to_owned),
    }
}

#[cfg(test)]
mod tests;
