//! The config file and its profiles: whose key is used where, what is told of it, and what never is.

mod command;
mod list;
mod told;
mod wrong;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::support::{KEY, Tool};

/// A desk with a config file and a state directory, which outlive the runs.
struct Desk(TempDir);

impl Desk {
    /// With this config file.
    fn new(config: &str) -> Self {
        let desk = Self(tempfile::tempdir().unwrap());
        desk.write("config.toml", config);
        desk
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn config(&self) -> PathBuf {
        self.path().join("config.toml")
    }

    /// A file of the desk's that only its owner may read.
    fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.path().join(name);
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        path
    }

    /// A command at this desk: no key, save what the config file leads to.
    fn tool(&self, arguments: &[&str]) -> Tool {
        let tool = Tool::new(arguments).env("INSTANTLY_OAUTH_CONFIG", self.config()).env("VAULT", KEY);
        tool.env("INSTANTLY_OAUTH_STATE_DIR", self.path().join("state"))
    }

    /// `connect google` with nothing that opens URLs.
    fn connect(&self, arguments: &[&str]) -> Tool {
        self.tool(&["connect", "google", "--no-browser"]).args(arguments)
    }
}

/// A profile whose key, [`KEY`], a program prints, with its API there.
fn acme(url: &str) -> String {
    format!(
        "[profiles.acme]\napi_key_command = [\"sh\", \"-c\", 'echo \"$VAULT\"; echo second line']\n\
         base_url = \"{url}\"\ninterval = \"20ms\"\n"
    )
}
