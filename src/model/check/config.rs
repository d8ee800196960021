//! The config file, which is for whoever has more workspaces than one.

use super::{Check, Name};
use crate::error::Error;

/// The config file, read and checked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct File {
    /// The names of the profiles in it.
    pub profiles: Vec<String>,
    /// The one that is taken where none is named.
    pub default: Option<String>,
    /// The bits of its mode, where there are any.
    pub mode: Option<u32>,
}

/// Judges the config file. `path` is where it is or would be, `used` the profile that counts now and what named it.
#[must_use]
pub fn judge(path: Option<&str>, file: Option<&File>, used: Option<(&str, &str)>) -> Check {
    let check = match (path, file) {
        (None, _) => Check::ok(Name::Config, "none: HOME is not set; INSTANTLY_OAUTH_CONFIG would name one"),
        (Some(path), None) => Check::ok(Name::Config, format!("none at {path}: it is for profiles only")),
        (Some(path), Some(File { profiles, mode, .. })) => {
            let count = match profiles.len() {
                1 => "1 profile".to_owned(),
                many => format!("{many} profiles"),
            };
            let used = match used {
                Some((name, by)) => format!("{name} is used, which {by} names"),
                None => "none is used".to_owned(),
            };
            match mode.filter(|mode| mode & 0o002 != 0) {
                // It says which programs are run.
                Some(mode) => Check::warning(
                    Name::Config,
                    format!("anybody here can change {path} (its mode is {mode:03o}), which has {count}; {used}"),
                )
                .mend(format!("Make it yours alone: chmod o-w {path}")),
                None => Check::ok(Name::Config, format!("{path} has {count}; {used}")),
            }
        }
    };
    let check = check.fact_if("path", path).fact("exists", file.is_some());
    let check = check.fact_if("profiles", file.map(|file| file.profiles.clone()));
    let check = check.fact_if("default_profile", file.and_then(|file| file.default.clone()));
    check.fact_if("profile", used.map(|(name, _)| name)).fact_if("named_by", used.map(|(_, by)| by))
}

/// One that cannot be used. What is wrong with it, a line each, is what the error has to say on mending it.
#[must_use]
pub fn unread(path: Option<&str>, error: &Error) -> Check {
    let check = Check::of_error(Name::Config, error);
    let is_line = |line: &&String| line.starts_with("line ");
    let (Some(path), Some(first)) = (path, error.hints.first().filter(is_line)) else { return check };
    let more = match error.hints.len() - 1 {
        0 => String::new(),
        more => format!(" (and {more} more)"),
    };
    let remedy = error.hints.iter().skip(1).cloned().chain([format!("Mend it: {path}")]).collect();
    Check { detail: format!("{path}, {first}{more}"), remedy, ..check }.fact("path", path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::check::State;

    #[test]
    fn a_config_file_is_told_with_what_is_taken_from_it() {
        let of = |mode| File { profiles: vec!["acme".into(), "globex".into()], default: Some("acme".into()), mode };
        for (path, file, used, state, says) in [
            (None, None, None, State::Ok, "HOME is not set"),
            (Some("/c"), None, None, State::Ok, "none at /c"),
            (Some("/c"), Some(of(Some(0o644))), None, State::Ok, "/c has 2 profiles; none is used"),
            (
                Some("/c"),
                Some(of(None)),
                Some(("acme", "--profile")),
                State::Ok,
                "/c has 2 profiles; acme is used, which --profile names",
            ),
            (Some("/c"), Some(of(Some(0o666))), None, State::Warning, "anybody here can change /c (its mode is 666)"),
        ] {
            let check = judge(path, file.as_ref(), used);
            assert_eq!(check.state, state, "{check:?}");
            assert!(check.detail.contains(says), "{check:?}");
            assert_eq!(check.remedy.is_empty(), state == State::Ok);
        }
    }

    #[test]
    fn the_first_line_that_is_wrong_is_told_and_the_others_below() {
        let error = Error::usage("the config file /c has 2 problems; nothing was sent");
        let check = unread(Some("/c"), &error.hint("line 3: it is odd").hint("line 7: so is this"));
        assert_eq!(check.detail, "/c, line 3: it is odd (and 1 more)");
        assert_eq!(check.remedy, ["line 7: so is this", "Mend it: /c"]);
        let error = Error::usage("the config file /c cannot be read").hint("Mend it, or name another.");
        assert_eq!(unread(Some("/c"), &error), Check::of_error(Name::Config, &error));
    }
}
