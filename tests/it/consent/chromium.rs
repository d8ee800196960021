//! The browser as a process: one for all the tests that run at a time, gone with the last of them.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, Once, PoisonError, Weak};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::json;
use tempfile::TempDir;

use super::devtools::Devtools;
use super::tab::Tab;
use crate::support::live::GUARD;

/// What it is called, where it is installed.
const NAMES: [&str; 2] = ["chromium", "google-chrome"];

/// Nothing of a person's, nothing fetched for the browser's own sake, and no name but this machine's is looked up.
pub const FLAGS: [&str; 14] = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-sync",
    "--no-first-run",
    "--no-default-browser-check",
    "--no-proxy-server",
    "--password-store=basic",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
];

/// A browser that is running, with a profile of its own that nobody has used before.
pub struct Chromium {
    process: Child,
    pub devtools: Arc<Devtools>,
    profile: TempDir,
}

/// The browser that other tests are using right now, or a new one; none where it is not installed.
pub fn chromium() -> Option<Arc<Chromium>> {
    static RUNNING: Mutex<Weak<Chromium>> = Mutex::new(Weak::new());
    let program = program()?;
    let mut running = RUNNING.lock().unwrap_or_else(PoisonError::into_inner);
    Some(running.upgrade().unwrap_or_else(|| {
        let started = Arc::new(Chromium::start(&program));
        *running = Arc::downgrade(&started);
        started
    }))
}

/// Where it is installed; nowhere, and a line that says so, if it is not.
pub fn program() -> Option<PathBuf> {
    static TOLD: Once = Once::new();
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders: Vec<_> = std::env::split_paths(&path).collect();
    let found =
        NAMES.iter().find_map(|name| folders.iter().map(|folder| folder.join(name)).find(|path| path.is_file()));
    if found.is_none() {
        // Past the harness, which keeps what a test prints to itself unless it fails.
        TOLD.call_once(|| {
            let names = NAMES.join(" or ");
            let _ = writeln!(std::io::stderr(), "the tests of the consent page are skipped: no {names} in $PATH");
        });
    }
    found
}

impl Chromium {
    pub fn start(program: &Path) -> Self {
        let profile = tempfile::tempdir().unwrap();
        // It reads the third descriptor and writes the fourth, which only a shell can hand on without unsafe code.
        let mut command = Command::new("sh");
        command.args(["-c", r#"exec "$@" 3<&0 4>&1 </dev/null >/dev/null 2>&1"#, "sh"]).arg(program).args(FLAGS);
        command.arg("--remote-debugging-pipe").arg(format!("--user-data-dir={}", profile.path().display()));
        command.env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default()).env("HOME", profile.path());
        command.env("LANG", "C.UTF-8").env("TZ", "UTC");
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut process = command.spawn().unwrap();
        let devtools = Devtools::new(process.stdin.take().unwrap(), process.stdout.take().unwrap());
        let browser = Self { process, devtools, profile };
        browser.devtools.call("", "Browser.getVersion", &json!({}));
        browser.devtools.call("", "Target.setDiscoverTargets", &json!({"discover": true}));
        browser
    }

    /// Its profile, by which another call of the program finds it.
    pub fn profile(&self) -> &Path {
        self.profile.path()
    }

    /// A tab among no others: cookies, caches and history are its own.
    pub fn tab(self: &Arc<Self>) -> Tab {
        let context = self.devtools.call("", "Target.createBrowserContext", &json!({"disposeOnDetach": true}));
        Tab::new(self, context["browserContextId"].as_str().unwrap())
    }

    /// Those of its processes that are there: they have its profile in their command line.
    pub fn processes(profile: &Path) -> Vec<u32> {
        let name = profile.display().to_string();
        let numbers = fs::read_dir("/proc").into_iter().flatten().flatten();
        let numbers = numbers.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
        let is_one = |number: &u32| {
            let line = fs::read(format!("/proc/{number}/cmdline")).unwrap_or_default();
            String::from_utf8_lossy(&line).contains(&name)
        };
        numbers.filter(is_one).collect()
    }

    /// Waits for the end of a browser whom nobody drives any more: it takes its children along. What is slow is killed.
    pub fn end(profile: &Path) {
        let end = Instant::now() + GUARD / 6;
        while !Self::processes(profile).is_empty() && Instant::now() < end {
            thread::sleep(Duration::from_millis(10));
        }
        for process in Self::processes(profile) {
            let _ = Command::new("kill").args(["-KILL", &process.to_string()]).status();
        }
    }
}

impl Drop for Chromium {
    fn drop(&mut self) {
        self.devtools.hang_up();
        // Its own end has to be seen by its parent, before it is gone from the list.
        let end = Instant::now() + GUARD / 6;
        while matches!(self.process.try_wait(), Ok(None)) && Instant::now() < end {
            thread::sleep(Duration::from_millis(10));
        }
        let _ = self.process.kill();
        let _ = self.process.wait();
        Self::end(self.profile.path());
    }
}
