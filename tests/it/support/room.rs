//! A root of its own for the binary, as in a container that holds nothing else.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use assert_cmd::cargo::cargo_bin;
use tempfile::TempDir;

use super::Run;
use super::run::finish;

/// A directory with the binary and the libraries that it is linked with, and no other file of any kind.
pub struct Room {
    root: TempDir,
    state: TempDir,
}

/// Makes it the root, which nobody can write to, with `/state` as the one place that can be. The user there has a number and
/// no name.
const ENTER: &str = r#"
set -e
root=$1 state=$2; shift 2
mount --bind "$root" "$root"
mount --bind "$state" "$root/state"
mount -o remount,bind,ro "$root"
exec unshare --user --map-user=54321 --map-group=54321 --root="$root" --wd=/ /instantly-oauth "$@"
"#;

impl Room {
    /// A room, or why there can be none here.
    pub fn new() -> Result<Self, String> {
        if !cfg!(target_os = "linux") {
            return Err("skipped: it takes the namespaces of Linux".into());
        }
        let probe = Command::new("unshare").args(["--user", "--map-root-user", "--mount", "true"]).output();
        match probe {
            Ok(probe) if probe.status.success() => {}
            Ok(probe) => return Err(format!("skipped: {}", String::from_utf8_lossy(&probe.stderr).trim())),
            Err(error) => return Err(format!("skipped: unshare: {error}")),
        }
        let room = Self { root: tempfile::tempdir().unwrap(), state: tempfile::tempdir().unwrap() };
        let binary = cargo_bin!("instantly-oauth").to_owned();
        room.take(&binary, Path::new("instantly-oauth"));
        fs::create_dir(room.root.path().join("state")).unwrap();
        let ldd = Command::new("ldd").arg(&binary).output().unwrap();
        for word in String::from_utf8_lossy(&ldd.stdout).split_whitespace().filter(|word| word.starts_with('/')) {
            room.take(Path::new(word), Path::new(word.trim_start_matches('/')));
        }
        room.run(&["--version"], &[]).expect(0);
        Ok(room)
    }

    fn take(&self, from: &Path, name: &Path) {
        let (from, to) = (&fs::canonicalize(from).unwrap(), self.make(name));
        fs::hard_link(from, &to).or_else(|_| fs::copy(from, &to).map(drop)).unwrap();
    }

    /// Its place outside, for a file of this name inside.
    fn make(&self, name: &Path) -> PathBuf {
        let to = self.root.path().join(name);
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        to
    }

    /// Puts a file into it, at this path without its first slash.
    pub fn put(&self, name: &str, content: &[u8]) {
        fs::write(self.make(Path::new(name)), content).unwrap();
    }

    /// Takes it out again.
    pub fn remove(&self, name: &str) {
        fs::remove_file(self.root.path().join(name)).unwrap();
    }

    /// Runs the binary in it, with these variables and no others than where programs are looked for.
    pub fn run(&self, arguments: &[&str], variables: &[(&str, &str)]) -> Run {
        let mut command = Command::new("unshare");
        command.args(["--user", "--map-root-user", "--mount", "sh", "-c", ENTER, "sh"]);
        command.arg(self.root.path()).arg(self.state.path()).args(arguments).env_clear();
        command.env("PATH", std::env::var_os("PATH").unwrap_or_default()).envs(variables.iter().copied());
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        finish(command.spawn().unwrap())
    }
}
