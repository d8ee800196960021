//! As whom and where the API is reached: config file, key, base URL.

use std::path::Path;

use secrecy::{ExposeSecret, SecretString};

use super::Report;
use crate::cli::Global;
use crate::model::base_url::BaseUrl;
use crate::model::check::key::{self, Found};
use crate::model::check::{Check, Name};
use crate::model::environment::Environment;
use crate::settings;

/// As whom and where, as far as that can be told.
pub(super) struct Who {
    pub(super) key: Option<SecretString>,
    pub(super) base: Option<BaseUrl>,
}

/// Looks at what was given with flags, variables and the config file.
pub(super) fn look(global: &Global, environment: &Environment, report: &Report<'_>) -> Who {
    report.tell(match settings::no_profile(global, environment) {
        Ok(()) => Check::ok(Name::Config, "no profile is asked for"),
        Err(error) => Check::of_error(Name::Config, &error),
    });
    let base = settings::base_url(global, environment);
    let here = base.as_ref().is_ok_and(BaseUrl::is_loopback);
    let key = if report.can(Name::Key, &[Name::Config]) { self::key(global, environment, here, report) } else { None };
    let from = match (&global.base_url, environment.is_set("INSTANTLY_BASE_URL")) {
        (Some(_), _) => "--base-url",
        (None, true) => "INSTANTLY_BASE_URL",
        (None, false) => "the default",
    };
    report.tell(match &base {
        Ok(base) => Check::ok(Name::BaseUrl, format!("{base} ({from})"))
            .fact("base_url", base.to_string())
            .fact("from", from)
            .fact("on_this_machine", here),
        Err(error) => Check::of_error(Name::BaseUrl, error),
    });
    Who { key, base: base.ok() }
}

fn key(global: &Global, environment: &Environment, here: bool, report: &Report<'_>) -> Option<SecretString> {
    let (key, source) = match settings::key(global, environment) {
        Ok(found) => found,
        Err(error) => {
            report.tell(Check::of_error(Name::Key, &error));
            return None;
        }
    };
    let file = source.file.as_deref();
    let is_stdin = file == Some(Path::new("-"));
    let from = match file {
        Some(_) if is_stdin => format!("stdin ({} -)", source.name),
        Some(file) => format!("{} ({})", file.display(), source.name),
        None => source.name.to_owned(),
    };
    let file = file.filter(|_| !is_stdin);
    let over = ["INSTANTLY_API_KEY", "INSTANTLY_API_KEY_FILE"]
        .into_iter()
        .find(|name| *name != source.name && environment.is_set(name));
    let found = Found {
        from,
        over: over.map(str::to_owned),
        file: file.map(|file| file.display().to_string()),
        mode: file.and_then(mode),
    };
    report.tell(key::judge(&found, key::shape(key.expose_secret()), here));
    Some(key)
}

/// The bits of a file's mode.
#[cfg(unix)]
pub(super) fn mode(path: &Path) -> Option<u32> {
    use std::os::unix::fs::PermissionsExt;
    let metadata = std::fs::metadata(path).ok()?;
    // A pipe of a shell's is nobody else's.
    metadata.is_file().then(|| metadata.permissions().mode() & 0o777)
}

#[cfg(not(unix))]
pub(super) fn mode(_: &Path) -> Option<u32> {
    None
}
