//! Running the binary in an environment of its own.

use std::ffi::OsStr;
use std::io::Write;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Output, Stdio};

use assert_cmd::cargo::cargo_bin;
use serde_json::Value;
use tempfile::TempDir;

/// The binary with its flags and an environment that holds nothing of the machine's.
pub struct Tool {
    command: Command,
    home: TempDir,
    stdin: Option<String>,
}

/// How a run ended: everything that a user or a script can see of it.
#[derive(Debug)]
pub struct Run {
    /// The exit code; none where a signal ended it.
    pub code: Option<i32>,
    /// The signal that ended it, if one did.
    pub signal: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

/// A key like a real one, to be looked for where it must not be.
pub const KEY: &str = "c2VjcmV0LWtleS1vZi10aGUtdGVzdHM6WFla==";

impl Tool {
    /// The binary with these arguments, no key, no desktop, no terminal, a home of its own, and time in UTC.
    pub fn new<I: IntoIterator<Item = S>, S: AsRef<OsStr>>(arguments: I) -> Self {
        let home = tempfile::tempdir().unwrap();
        let mut command = Command::new(cargo_bin!("instantly-oauth"));
        command
            .args(arguments)
            .env_clear()
            .env("HOME", home.path())
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("LANG", "C.UTF-8")
            .env("TZ", "UTC")
            .env("BROWSER", "/nonexistent-browser")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        Self { command, home, stdin: None }
    }

    /// `connect google --no-browser` with these further arguments, against this base URL, with [`KEY`].
    pub fn connect(base: &str, arguments: &[&str]) -> Self {
        Self::new(["connect", "google", "--no-browser"]).args(arguments).at(base)
    }

    /// `status` with these arguments, against this base URL, with [`KEY`].
    pub fn status(base: &str, arguments: &[&str]) -> Self {
        Self::new(["status"]).args(arguments).at(base)
    }

    /// Points it to an API, with [`KEY`].
    pub fn at(self, base: &str) -> Self {
        self.env("INSTANTLY_BASE_URL", base).env("INSTANTLY_API_KEY", KEY)
    }

    pub fn args(mut self, arguments: &[&str]) -> Self {
        self.command.args(arguments);
        self
    }

    pub fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    pub fn no_env(mut self, name: &str) -> Self {
        self.command.env_remove(name);
        self
    }

    pub fn stdin(mut self, text: &str) -> Self {
        self.stdin = Some(text.to_owned());
        self
    }

    /// The same through a shell: the script finds the binary and its arguments in `"$@"`.
    pub fn shell(mut self, script: &str) -> Self {
        let mut shell = Command::new("sh");
        shell.args(["-c", script, "sh"]).arg(self.command.get_program()).args(self.command.get_args()).env_clear();
        shell.envs(self.command.get_envs().filter_map(|(name, value)| Some((name, value?))));
        shell.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        self.command = shell;
        self
    }

    /// A folder that goes with this run: its `HOME`.
    pub fn home(&self) -> &Path {
        self.home.path()
    }

    /// Runs it to its end.
    pub fn run(self) -> Run {
        let (child, _home) = self.start();
        finish(child)
    }

    /// Starts it. The folder is its home and goes when it is dropped.
    pub fn start(mut self) -> (Child, TempDir) {
        if self.stdin.is_some() {
            self.command.stdin(Stdio::piped());
        }
        let mut child = self.command.spawn().unwrap();
        if let (Some(text), Some(mut pipe)) = (self.stdin, child.stdin.take()) {
            pipe.write_all(text.as_bytes()).unwrap();
        }
        (child, self.home)
    }

    /// The command itself, to redirect its streams. The folder is its home and goes when it is dropped.
    pub fn into_command(self) -> (Command, TempDir) {
        (self.command, self.home)
    }
}

/// Waits for the end of a child whose streams are piped.
pub fn finish(child: Child) -> Run {
    child.wait_with_output().unwrap().into()
}

impl From<Output> for Run {
    fn from(output: Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Self::of(output.status, text(output.stdout), text(output.stderr))
    }
}

impl Run {
    pub fn of(status: ExitStatus, stdout: String, stderr: String) -> Self {
        use std::os::unix::process::ExitStatusExt;
        Self { code: status.code(), signal: status.signal(), stdout, stderr }
    }

    /// The events on stdout. Every line must be one.
    pub fn events(&self) -> Vec<Value> {
        let event = |line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line:?} in {self:#?}"));
        self.stdout.lines().map(event).collect()
    }

    /// The result that ends the stream: exactly one, the last line, with the process's exit code.
    pub fn result(&self) -> Value {
        let events = self.events();
        let results: Vec<_> = events.iter().filter(|event| event["event"] == "result").collect();
        assert_eq!(results.len(), 1, "{self:#?}");
        let last = events.last().unwrap();
        assert_eq!(last["event"], "result", "{self:#?}");
        if let Some(code) = self.code {
            assert_eq!(last["exit_code"], code, "{self:#?}");
        }
        last.clone()
    }

    /// Holds the exit code, and that the key is nowhere in what was printed.
    #[track_caller]
    pub fn expect(self, code: i32) -> Self {
        assert_eq!((self.code, self.signal), (Some(code), None), "{self:#?}");
        assert!(!self.stdout.contains(KEY) && !self.stderr.contains(KEY), "the key was printed: {self:#?}");
        self
    }

    /// Holds that stderr says this.
    #[track_caller]
    pub fn says(self, words: &str) -> Self {
        assert!(self.stderr.contains(words), "stderr does not say {words:?}: {self:#?}");
        self
    }
}
