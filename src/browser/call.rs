//! One program, and all that it is handed: what is started here, whatever for.

use std::io::Write as _;
use std::process::{ChildStdin, Command, Stdio};

/// Never handed on: no program here has any need of the key, and whatever it starts would inherit it.
const PRIVATE: [&str; 2] = ["INSTANTLY_API_KEY", "INSTANTLY_API_KEY_FILE"];

/// A program to be started.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// The program: a path, or a name to be looked up in `PATH`.
    pub program: String,
    /// Its arguments, as they are.
    pub args: Vec<String>,
    /// More environment variables, as they are.
    pub variables: Vec<(String, String)>,
    /// What it reads; nothing, else.
    pub input: Option<String>,
    /// The environment variables that it does not get, beside those that no program here gets.
    pub without: Vec<String>,
}

impl Call {
    /// The command: no shell, no streams save for what it is to read, no key.
    pub(super) fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        command.args(&self.args).envs(self.variables.iter().map(|(name, value)| (name, value)));
        for name in PRIVATE.into_iter().chain(self.without.iter().map(String::as_str)) {
            command.env_remove(name);
        }
        command.stdin(if self.input.is_some() { Stdio::piped() } else { Stdio::null() });
        command.stdout(Stdio::null()).stderr(Stdio::null());
        #[cfg(windows)]
        {
            // CREATE_NO_WINDOW: a launcher that is a console program would flash a window up otherwise.
            std::os::windows::process::CommandExt::creation_flags(&mut command, 0x0800_0000);
        }
        command
    }

    /// Has it read its input to the end. What is handed over here is shorter than what a pipe holds, so nobody is waited
    /// for; and one that does not want it says so by how it ends.
    pub(super) fn feed(&self, stdin: Option<ChildStdin>) {
        if let (Some(input), Some(mut stdin)) = (&self.input, stdin) {
            let _ = stdin.write_all(input.as_bytes());
        }
    }
}
