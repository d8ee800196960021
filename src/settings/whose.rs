//! With whose key the API is reached.

use std::path::PathBuf;

use crate::cli::Global;
use crate::error::Error;
use crate::model::environment::Environment;

/// Where the key comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Whose {
    /// From the file that `--api-key-file` names, `-` for stdin.
    Flag(PathBuf),
    /// From `INSTANTLY_API_KEY`.
    Variable,
    /// From the file that `INSTANTLY_API_KEY_FILE` names.
    VariableFile(PathBuf),
    /// From a profile.
    Profile(String, By),
    /// From nowhere.
    Nobody,
}

/// What named a profile.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// `--profile`.
    Flag,
    /// `INSTANTLY_PROFILE`.
    Variable,
    /// The row of a list.
    Row,
    /// The config file's `default_profile`.
    Default,
}

impl By {
    /// What named it, for messages.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Flag => "--profile",
            Self::Variable => "INSTANTLY_PROFILE",
            Self::Row => "the list",
            Self::Default => "default_profile",
        }
    }
}

impl Whose {
    /// Decides: what was given for this call, then the environment, then the config file's default profile. Where it is not
    /// clear which workspace is meant, none is taken: a mailbox in the wrong one is hard to get out again.
    /// `default` is asked for the name of the last.
    pub(super) fn decide(
        flags: &Global,
        environment: &Environment,
        default: impl FnOnce() -> Result<Option<String>, Error>,
    ) -> Result<Self, Error> {
        match (&flags.api_key_file, &flags.profile) {
            (Some(_), Some(name)) => {
                return Err(Error::usage(format!(
                    "--api-key-file and --profile {name} both say with whose key: which is meant is not clear"
                ))
                .hint("Leave one of them out; a profile's own key is in the config file."));
            }
            (Some(path), None) => return Ok(Self::Flag(path.clone())),
            (None, Some(name)) => return Ok(Self::Profile(name.clone(), By::Flag)),
            (None, None) => {}
        }
        let key = if environment.is_set("INSTANTLY_API_KEY") { "INSTANTLY_API_KEY" } else { "INSTANTLY_API_KEY_FILE" };
        match (environment.path(key), environment.var("INSTANTLY_PROFILE")) {
            (Some(_), Some(name)) => Err(Error::usage(format!(
                "{key} and INSTANTLY_PROFILE={name} are both set: which workspace is meant is not clear"
            ))
            .hint(format!("Unset one of them, or say --profile {name} to go by that in any case."))),
            (Some(_), None) if key == "INSTANTLY_API_KEY" => Ok(Self::Variable),
            (Some(path), None) => Ok(Self::VariableFile(path)),
            (None, Some(name)) => Ok(Self::Profile(name.to_owned(), By::Variable)),
            (None, None) => Ok(default()?.map_or(Self::Nobody, |name| Self::Profile(name, By::Default))),
        }
    }
}
