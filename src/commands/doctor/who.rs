//! As whom and where the API is reached: config file, key, base URL.

use std::path::Path;

use secrecy::{ExposeSecret, SecretString};

use super::Report;
use crate::cli::Global;
use crate::error::Error;
use crate::model::base_url::BaseUrl;
use crate::model::check::key::{self, Found};
use crate::model::check::{Check, Name, config};
use crate::model::environment::Environment;
use crate::settings::{self, Chosen, ConfigFile, Whose, Workspaces};

/// As whom and where, as far as that can be told.
pub(super) struct Who {
    pub(super) key: Option<SecretString>,
    pub(super) base: Option<BaseUrl>,
    /// With whose key.
    pub(super) chosen: Option<Chosen>,
}

/// Looks at what was given with flags, variables and the config file. What is wrong with one hides nothing of the others.
pub(super) fn look(global: &Global, environment: &Environment, report: &Report<'_>) -> Who {
    let workspaces = Workspaces::new(global, environment);
    let chosen = workspaces.chosen();
    // Where nobody can tell whose key is meant, there is still a base URL for all.
    let reach = workspaces.reach(chosen.as_ref().map_or_else(|_| Chosen::nobody(), Clone::clone));
    let interval = reach.as_ref().map(|reach| reach.interval(None).err()).unwrap_or_default();
    report.tell(config_file(environment, &chosen, interval));
    let here = reach.as_ref().is_ok_and(|reach| reach.base.is_loopback());
    let key = if let Ok(chosen) = &chosen {
        key(chosen, environment, here, report)
    } else {
        report.tell(Check::skipped(Name::Key, Name::Config));
        None
    };
    report.tell(match &reach {
        Ok(reach) => Check::ok(Name::BaseUrl, format!("{} ({})", reach.base, reach.base_from))
            .fact("base_url", reach.base.to_string())
            .fact("from", reach.base_from.as_str())
            .fact("on_this_machine", here),
        Err(error) => Check::of_error(Name::BaseUrl, error),
    });
    Who { key, base: reach.ok().map(|reach| reach.base), chosen: chosen.ok() }
}

/// The config file, and what is taken from it: the file itself comes first, then whose key is meant, then what its profile
/// asks for.
fn config_file(environment: &Environment, chosen: &Result<Chosen, Error>, interval: Option<Error>) -> Check {
    let path = settings::config_path(environment, std::env::consts::OS).map(|path| path.display().to_string());
    let file = match (settings::config_file(environment), chosen, interval) {
        (Err(error), ..) => return config::unread(path.as_deref(), &error),
        (_, Err(error), _) => return Check::of_error(Name::Config, error),
        (.., Some(error)) => return Check::of_error(Name::Config, &error),
        (Ok(file), Ok(_), None) => file,
    };
    let facts = |ConfigFile { path, config }: ConfigFile| config::File {
        profiles: config.profiles.into_iter().map(|profile| profile.name).collect(),
        default: config.default_profile,
        mode: mode(&path),
    };
    let used = match chosen.as_ref().map(|chosen| &chosen.whose) {
        Ok(Whose::Profile(name, by)) => Some((name.as_str(), by.name())),
        _ => None,
    };
    config::judge(path.as_deref(), file.map(facts).as_ref(), used)
}

fn key(chosen: &Chosen, environment: &Environment, here: bool, report: &Report<'_>) -> Option<SecretString> {
    // What they say is judged here as well.
    let mut warnings = Vec::new();
    let key = match chosen.key(environment, &mut warnings) {
        Ok(key) => key,
        Err(error) => {
            report.tell(Check::of_error(Name::Key, &error));
            return None;
        }
    };
    let (from, file) = chosen.place(environment);
    let counts = match chosen.whose {
        Whose::Variable => "INSTANTLY_API_KEY",
        Whose::VariableFile(_) => "INSTANTLY_API_KEY_FILE",
        _ => "",
    };
    let mut others = ["INSTANTLY_API_KEY", "INSTANTLY_API_KEY_FILE"].into_iter();
    let over = others.find(|name| *name != counts && environment.is_set(name));
    let mode = file.as_deref().and_then(mode);
    let file = file.map(|file| file.display().to_string());
    let found = Found { from, over: over.map(str::to_owned), file, mode };
    report.tell(key::judge(&found, key::shape(key.expose_secret()), here));
    Some(key)
}

/// The bits of a file's mode.
#[cfg(unix)]
fn mode(path: &Path) -> Option<u32> {
    use std::os::unix::fs::PermissionsExt;
    let metadata = std::fs::metadata(path).ok()?;
    // A pipe of a shell's is nobody else's.
    metadata.is_file().then(|| metadata.permissions().mode() & 0o777)
}

#[cfg(not(unix))]
fn mode(_: &Path) -> Option<u32> {
    None
}
