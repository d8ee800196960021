//! Flags and environment, resolved into what the commands need. The environment is handed in.

mod key;
mod limits;
mod output;
mod state;

use std::time::Duration;

use crate::api::{Config, ProxyChoice, Roots};
use crate::cli::Global;
use crate::error::Error;
use crate::model::base_url::{BaseUrl, DEFAULT_BASE};
use crate::model::environment::Environment;
use crate::model::words::Route;

pub use key::{Source, key};
pub use limits::limits;
pub use output::{Terminal, output};
pub use state::{Place, state};

/// Between two polls, where nothing else is asked for: what the API's documentation recommends.
const DEFAULT_INTERVAL: Duration = Duration::from_secs(5);

/// The shortest interval towards the service.
const SHORTEST_INTERVAL: Duration = Duration::from_secs(1);

/// The shortest interval towards something on this machine, which is for tests.
const SHORTEST_LOCAL_INTERVAL: Duration = Duration::from_millis(20);

/// How to reach the API and as whom.
pub fn connection(flags: &Global, environment: &Environment) -> Result<Config, Error> {
    no_profile(flags, environment)?;
    let base = base_url(flags, environment)?;
    let proxy = ProxyChoice::read(environment, &base)?;
    let roots = Roots::read(flags.ca_cert.as_deref(), environment);
    let (key, _) = key(flags, environment)?;
    Ok(Config { base, key, timeout: flags.request_timeout, roots, proxy, keep: Duration::ZERO })
}

/// The interval that was asked for, or the default; refused where it is shorter than this base allows.
pub fn interval(asked: Option<Duration>, base: &BaseUrl) -> Result<Duration, Error> {
    let shortest = if base.is_loopback() { SHORTEST_LOCAL_INTERVAL } else { SHORTEST_INTERVAL };
    match asked {
        Some(interval) if interval < shortest => {
            Err(Error::usage(format!("--interval {} is too short", humantime::format_duration(interval)))
                .hint(format!("It has to be at least {}: the API limits calls.", humantime::format_duration(shortest))))
        }
        asked => Ok(asked.unwrap_or(DEFAULT_INTERVAL)),
    }
}

/// How the API is reached, for messages.
#[must_use]
pub fn route(config: &Config) -> Route {
    Route {
        host: config.base.authority(),
        proxy: config.proxy.as_ref().map(ToString::to_string),
        roots: config.roots.describe(),
    }
}

/// Where the API is.
pub fn base_url(flags: &Global, environment: &Environment) -> Result<BaseUrl, Error> {
    let (name, text) = match (&flags.base_url, environment.var("INSTANTLY_BASE_URL")) {
        (Some(text), _) => ("--base-url", text.as_str()),
        (None, Some(text)) => ("INSTANTLY_BASE_URL", text),
        (None, None) => ("the default base URL", DEFAULT_BASE),
    };
    BaseUrl::parse(text).map_err(|why| {
        Error::usage(format!("{name} cannot be used: {why}"))
            .hint(format!("Write it like {DEFAULT_BASE}; http only for an address of this machine."))
    })
}

/// A profile that was asked for and cannot be had must not fall back to another workspace's key.
pub fn no_profile(flags: &Global, environment: &Environment) -> Result<(), Error> {
    let (from, name) = match (&flags.profile, environment.var("INSTANTLY_PROFILE")) {
        (Some(name), _) => ("--profile", name.as_str()),
        (None, Some(name)) => ("INSTANTLY_PROFILE", name),
        (None, None) => return Ok(()),
    };
    Err(Error::usage(format!("{from}: there is no profile named \"{name}\""))
        .hint("This version reads no config file. Give the key with INSTANTLY_API_KEY or --api-key-file."))
}

#[cfg(test)]
mod tests;
