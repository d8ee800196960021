//! Little programs for the binary to start as a browser.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use super::live::GUARD;

/// An executable script in a folder of its own, where it leaves files as notes of what it saw.
pub struct Program {
    folder: TempDir,
    name: &'static str,
}

impl Program {
    /// Lines of `sh`. They find their folder in `$here`, and can call `note NAME`, which keeps its input as a file.
    pub fn new(lines: &str) -> Self {
        Self::named("browser", lines)
    }

    /// The same under this name.
    pub fn named(name: &'static str, lines: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let here = folder.path().display();
        // Moved into place when it is whole, so that whoever sees the note sees all of it.
        let note = r#"note() { cat > "$here/.$1" && mv "$here/.$1" "$here/$1"; }"#;
        let text = format!("#!/bin/sh\nhere='{here}'\n{note}\n{lines}\n");
        // Another process writes it. This one starts processes on many threads, and each holds what is open here until
        // it is on its feet; a program that somebody still has open for writing cannot be started.
        let mut writer = Command::new("sh")
            .args(["-c", "cat > \"$0\" && chmod 755 \"$0\""])
            .arg(folder.path().join(name))
            .stdin(Stdio::piped())
            .spawn()
            .unwrap();
        writer.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
        assert!(writer.wait().unwrap().success());
        Self { folder, name }
    }

    /// Lines that run until [`Program::release`], or for half a minute, should the test fail before.
    pub fn waiting(before: &str, after: &str) -> Self {
        let wait = r#"n=0; until [ -e "$here/go" ] || [ $n -ge 600 ]; do sleep 0.05; n=$((n+1)); done"#;
        Self::new(&format!("{before}\n{wait}\n{after}"))
    }

    pub fn path(&self) -> PathBuf {
        self.folder.path().join(self.name)
    }

    /// Its path as a command line.
    pub fn command(&self) -> String {
        self.path().display().to_string()
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub fn release(&self) {
        fs::write(self.folder.path().join("go"), "").unwrap();
    }

    /// What it noted under this name, if it has by now.
    pub fn noted(&self, name: &str) -> Option<String> {
        fs::read_to_string(self.folder.path().join(name)).ok()
    }

    /// What it noted under this name, as soon as it has. It is a process of its own that nobody here waits for.
    #[track_caller]
    pub fn note(&self, name: &str) -> String {
        let end = Instant::now() + GUARD;
        while Instant::now() < end {
            if let Some(note) = self.noted(name) {
                return note;
            }
            // Between two looks at a file that something else makes; nothing depends on how long this takes.
            thread::sleep(Duration::from_millis(5));
        }
        panic!("{name} was never noted");
    }
}
