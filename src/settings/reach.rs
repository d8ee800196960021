//! A workspace as it was asked for: where it is, with whose key, and what its profile says of it.

use std::cell::OnceCell;
use std::path::PathBuf;
use std::rc::Rc;
use std::time::Duration;

use secrecy::SecretString;

use super::file::{self, ConfigFile};
use super::{By, Whose};
use super::{DEFAULT_INTERVAL, SHORTEST_INTERVAL, SHORTEST_LOCAL_INTERVAL, key};
use crate::api::{Config, ProxyChoice, Roots};
use crate::cli::Global;
use crate::error::Error;
use crate::model::base_url::{BaseUrl, DEFAULT_BASE};
use crate::model::config::{Profile, no_profile};
use crate::model::environment::Environment;

/// The workspaces that can be asked for.
pub struct Workspaces<'a> {
    flags: &'a Global,
    environment: &'a Environment,
    file: OnceCell<Option<ConfigFile>>,
}

/// A workspace as it was asked for.
#[derive(Clone, Debug)]
pub struct Reach {
    /// With whose key it is reached.
    pub chosen: Chosen,
    /// Where its API is.
    pub base: BaseUrl,
    /// What named the base URL.
    pub base_from: String,
}

/// With whose key a workspace is reached, and what its profile says of it.
#[derive(Clone, Debug)]
pub struct Chosen {
    /// With whose.
    pub whose: Whose,
    /// The profile, where one says so.
    pub profile: Option<Profile>,
    file: Option<ConfigFile>,
}

impl<'a> Workspaces<'a> {
    /// Those of these flags and this environment. The config file is read where it is needed, and once.
    #[must_use]
    pub fn new(flags: &'a Global, environment: &'a Environment) -> Self {
        Self { flags, environment, file: OnceCell::new() }
    }

    fn file(&self) -> Result<Option<&ConfigFile>, Error> {
        if let Some(file) = self.file.get() {
            return Ok(file.as_ref());
        }
        let file = file::config_file(self.environment)?;
        Ok(self.file.get_or_init(|| file).as_ref())
    }

    /// The names of the profiles that there are.
    pub fn names(&self) -> Result<Vec<&str>, Error> {
        let profiles = self.file()?.map(|file| file.config.profiles.as_slice()).unwrap_or_default();
        Ok(profiles.iter().map(|profile| profile.name.as_str()).collect())
    }

    /// The one that is meant where nothing else is named.
    pub fn asked(&self) -> Result<Reach, Error> {
        self.reach(self.chosen()?)
    }

    /// The one that a row of a list names.
    pub fn named(&self, name: &str) -> Result<Reach, Error> {
        self.reach(self.choose(Whose::Profile(name.to_owned(), By::Row))?)
    }

    /// With whose key the one is reached that is meant where nothing else is named, wherever that is.
    pub fn chosen(&self) -> Result<Chosen, Error> {
        let default = || Ok(self.file()?.and_then(|file| file.config.default_profile.clone()));
        self.choose(Whose::decide(self.flags, self.environment, default)?)
    }

    fn choose(&self, whose: Whose) -> Result<Chosen, Error> {
        let (file, profile) = match &whose {
            Whose::Profile(name, by) => {
                let file = self.file()?;
                (file.cloned(), Some(self.profile(name, *by, file)?))
            }
            _ => (None, None),
        };
        Ok(Chosen { whose, profile, file })
    }

    /// Where that is.
    pub fn reach(&self, chosen: Chosen) -> Result<Reach, Error> {
        let (base, base_from) = self.base(&chosen)?;
        Ok(Reach { chosen, base, base_from })
    }

    /// A profile that was asked for and cannot be had never falls back to another workspace's key.
    fn profile(&self, name: &str, by: By, file: Option<&ConfigFile>) -> Result<Profile, Error> {
        let by = by.name();
        let Some(file) = file else {
            let error =
                Error::usage(format!("{by}: there is no profile named \"{name}\", since there is no config file"));
            return Err(match file::config_path(self.environment, std::env::consts::OS) {
                Some(path) => error.hint(format!(
                    "Write {} with a [profiles.{name}] that has api_key_file, api_key_env or api_key_command.",
                    path.display()
                )),
                None => error.hint("HOME is not set: name a config file with INSTANTLY_OAUTH_CONFIG."),
            });
        };
        file.config.profile(name).cloned().ok_or_else(|| {
            let names: Vec<&str> = file.config.profiles.iter().map(|profile| profile.name.as_str()).collect();
            Error::usage(format!("{by}: {}", no_profile(name, &names)))
                .hint(format!("The config file is {}.", file.path.display()))
        })
    }

    /// Where the API is. What a profile that was asked for says of itself beats the environment, which beats what the
    /// default one does.
    pub fn base(&self, Chosen { whose, profile, .. }: &Chosen) -> Result<(BaseUrl, String), Error> {
        let profile = profile.as_ref();
        let of_profile = profile.and_then(|profile| Some((profile.base_url.clone()?, &profile.name)));
        let of_profile = of_profile.map(|(base, name)| (base, format!("the profile {name}")));
        let variable = self.environment.var("INSTANTLY_BASE_URL");
        let (name, text) = match (&self.flags.base_url, of_profile, variable) {
            (Some(text), ..) => ("--base-url", text.as_str()),
            (None, Some(base), None) => return Ok(base),
            (None, Some(base), Some(_)) if !matches!(whose, Whose::Profile(_, By::Default)) => return Ok(base),
            (None, _, Some(text)) => ("INSTANTLY_BASE_URL", text),
            (None, None, None) => ("the default", DEFAULT_BASE),
        };
        let base = BaseUrl::parse(text).map_err(|why| {
            Error::usage(format!("{name} cannot be used: {why}"))
                .hint(format!("Write it like {DEFAULT_BASE}; http only for an address of this machine."))
        })?;
        Ok((base, name.to_owned()))
    }
}

/// The interval that was asked for, or the default; refused where it is shorter than this base allows.
pub fn interval(asked: Option<Duration>, base: &BaseUrl) -> Result<Duration, Error> {
    asked.map_or(Ok(DEFAULT_INTERVAL), |interval| long_enough(interval, "--interval", base))
}

fn long_enough(interval: Duration, name: &str, base: &BaseUrl) -> Result<Duration, Error> {
    let shortest = if base.is_loopback() { SHORTEST_LOCAL_INTERVAL } else { SHORTEST_INTERVAL };
    if interval >= shortest {
        return Ok(interval);
    }
    let length = humantime::format_duration;
    Err(Error::usage(format!("{name} {} is too short", length(interval)))
        .hint(format!("It has to be at least {}: the API limits calls.", length(shortest))))
}

impl Chosen {
    /// Nobody's: where it cannot be told whose key is meant.
    #[must_use]
    pub const fn nobody() -> Self {
        Self { whose: Whose::Nobody, profile: None, file: None }
    }

    /// The key, asked for now, and what a person should know about where it is.
    pub fn key(&self, environment: &Environment, warnings: &mut Vec<String>) -> Result<SecretString, Error> {
        key::find(self, environment, warnings)
    }

    /// Where the key is, in words, and the file that it is in.
    #[must_use]
    pub fn place(&self, environment: &Environment) -> (String, Option<PathBuf>) {
        key::place(self, environment)
    }

    pub(super) fn source(&self) -> Option<(&Profile, &ConfigFile)> {
        self.profile.as_ref().zip(self.file.as_ref())
    }
}

impl Reach {
    /// The name of its profile, where it has one.
    #[must_use]
    pub fn profile(&self) -> Option<Rc<str>> {
        self.chosen.profile.as_ref().map(|profile| profile.name.as_str().into())
    }

    /// The program that its profile has its URLs opened with.
    #[must_use]
    pub fn browser(&self) -> Option<&str> {
        self.chosen.profile.as_ref()?.browser.as_deref()
    }

    /// How to reach it and as whom, and what a person should know about that. The key is asked for now.
    pub fn connection(&self, flags: &Global, environment: &Environment) -> Result<(Config, Vec<String>), Error> {
        let base = self.base.clone();
        let proxy = ProxyChoice::read(environment, &base)?;
        let roots = Roots::read(flags.ca_cert.as_deref(), environment);
        let mut warnings: Vec<String> = self.chosen.file.as_ref().and_then(ConfigFile::warning).into_iter().collect();
        let key = self.chosen.key(environment, &mut warnings)?;
        let config = Config { base, key, timeout: flags.request_timeout, roots, proxy, keep: Duration::ZERO };
        Ok((config, warnings))
    }

    /// The interval that was asked for, or the profile's, or the default; refused where it is shorter than this base allows.
    pub fn interval(&self, asked: Option<Duration>) -> Result<Duration, Error> {
        let of_profile = self.chosen.profile.as_ref().and_then(|profile| Some((profile.interval?, &profile.name)));
        let (interval, name) = match (asked, of_profile) {
            (Some(interval), _) => (interval, "--interval".to_owned()),
            (None, Some((interval, name))) => (interval, format!("the profile {name}'s interval")),
            (None, None) => return Ok(DEFAULT_INTERVAL),
        };
        long_enough(interval, &name, &self.base)
    }
}
