//! What makes it pleasant at a terminal, and harmless elsewhere: the QR code, the clipboard, notices, links, and progress in
//! the terminal's tab.

mod code;
mod copy;
mod links;
mod notify;
mod taskbar;

use std::path::Path;

use crate::support::{Act, Program, Scripted, Tool};

/// The URL of [`Act::started`], and the same in base 64.
const URL: &str = "https://accounts.google.com/o/oauth2/auth?state=a%2fb";
const URL_64: &str = "aHR0cHM6Ly9hY2NvdW50cy5nb29nbGUuY29tL28vb2F1dGgyL2F1dGg/c3RhdGU9YSUyZmI=";

const CONNECTED: &str = "Connected ada@acme.com (Ada Lovelace)";

/// A service whose session ends connected after one look at it.
fn service() -> Scripted {
    Scripted::new([Act::started(), Act::pending(), Act::success()])
}

fn connect(api: &Scripted, flags: &[&str]) -> Tool {
    Tool::connect(&api.url(), &["--interval", "20ms"]).args(flags)
}

/// These variables, as `NAME=value` with blanks between them.
fn with(tool: Tool, variables: &str) -> Tool {
    variables.split_whitespace().fold(tool, |tool, pair| {
        let (name, value) = pair.split_once('=').unwrap();
        tool.env(name, value)
    })
}

/// These programs before all others, and of the machine's own those alone that a script needs.
fn path(programs: &[&Program]) -> String {
    let folders = programs.iter().map(|program| program.folder()).chain([Path::new("/usr/bin"), Path::new("/bin")]);
    folders.map(|folder| folder.display().to_string()).collect::<Vec<_>>().join(":")
}
