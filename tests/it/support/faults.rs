//! A file system that fails on purpose: `shim.rs`, built when it is first needed and loaded before the C library.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use super::Tool;

/// What happens to the binary's changes of the files in its home.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// At the n-th change, before it is made, the process is killed.
    Kill,
    /// Of the n-th write half is made, and then the process is killed.
    Torn,
    /// From the n-th on, nothing more fits on the disk.
    Full,
    /// From the n-th access on, the disk fails.
    Broken,
    /// The n-th access alone fails.
    Once,
    /// From the n-th on, the file system takes no changes.
    Readonly,
    /// The wait for whatever comes fails, as soon as there is the file of [`note`]: that is a panic.
    Poll,
}

impl How {
    fn name(self) -> &'static str {
        match self {
            Self::Kill => "kill",
            Self::Torn => "torn",
            Self::Full => "full",
            Self::Broken => "broken",
            Self::Once => "once",
            Self::Readonly => "readonly",
            Self::Poll => "poll",
        }
    }
}

/// The library to load, or why it cannot be had.
pub fn shim() -> Result<&'static Path, &'static str> {
    static SHIM: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    SHIM.get_or_init(build).as_deref().map_err(String::as_str)
}

fn build() -> Result<PathBuf, String> {
    if !cfg!(all(target_os = "linux", target_env = "gnu", target_pointer_width = "64")) {
        return Err("skipped: it is made for Linux with the GNU C library".into());
    }
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/support/shim.rs");
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let (built, library) = (folder.join(format!("shim-{}.so", std::process::id())), folder.join("shim.so"));
    let run = Command::new(std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()))
        .args(["--edition", "2024", "--crate-type", "cdylib", "-C", "opt-level=1", "-C", "panic=abort"])
        .args(["-C", "strip=symbols", "-o"])
        .args([&built, &source])
        .output()
        .map_err(|error| format!("skipped: rustc cannot be started: {error}"))?;
    // Where there is a compiler, the source is to blame.
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    // Another run of the tests may have it loaded.
    fs::rename(built, &library).map_err(|error| format!("skipped: {error}"))?;
    Ok(library)
}

impl Tool {
    /// Runs on this failing file system. The call that failed first is noted in `fault` in its home.
    pub fn failing(self, shim: &Path, how: How, at: usize) -> Self {
        let note = note(self.home());
        self.shimmed(shim).env("FAULT_HOW", how.name()).env("FAULT_AT", at.to_string()).env("FAULT_NOTE", note)
    }

    /// Writes every change that it makes down in this file.
    pub fn logging(self, shim: &Path, log: &Path) -> Self {
        self.shimmed(shim).env("FAULT_LOG", log)
    }

    fn shimmed(self, shim: &Path) -> Self {
        let folder = self.home().join(".local");
        self.env("LD_PRELOAD", shim).env("FAULT_FOLDER", folder)
    }
}

/// Where it is noted which call failed first; there is nothing where none did.
pub fn note(home: &Path) -> PathBuf {
    home.join("fault")
}
