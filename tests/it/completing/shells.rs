//! TAB in the shells themselves, set up by the lines of the README in a home of its own. A shell that is not installed is left out.

use std::fs;
use std::path::Path;
use std::process::Command;

use assert_cmd::cargo::cargo_bin;
use instantly_oauth::store::Kind;

use super::{remember, state};
use crate::manual::is_here;
use crate::support::{Terminal, at_once};

/// A shell, how it is started, and what of the home's configuration makes its prompt one that a test can wait for.
const SHELLS: [(&str, &[&str], &str, &str); 4] = [
    ("bash", &["-i"], ".bashrc", "PS1='ready> '"),
    ("zsh", &["-i"], ".zshrc", "PS1='ready> '"),
    ("fish", &["-i"], ".config/fish/config.fish", "function fish_prompt; echo -n 'ready> '; end; set fish_greeting"),
    ("elvish", &[], ".config/elvish/rc.elv", "set edit:prompt = { put 'ready> ' }; set edit:rprompt = { }"),
];

/// A file whose name is a command to whoever does not quote it.
const ODD: &str = "evil $(echo x);'`echo y`'.csv";

/// The README's line that sets a shell up.
fn install(shell: &str) -> String {
    let readme = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).unwrap();
    let call = format!("instantly-oauth completions {shell}");
    let line = readme.lines().find(|line| line.contains(&call) && line.contains(">>"));
    line.unwrap_or_else(|| panic!("the README does not say how to set {shell} up")).trim().to_owned()
}

/// A shell that has been set up, at its prompt.
fn start(shell: &str) -> Terminal {
    let (_, arguments, file, prompt) = SHELLS.iter().find(|(name, ..)| *name == shell).unwrap();
    let home = tempfile::tempdir().unwrap();
    remember(&state(home.path()), Kind::Real, &["7f3a91d2046b", "c4d80b6e1a52"]);
    let config = home.path().join(".config/instantly-oauth");
    fs::create_dir_all(&config).unwrap();
    fs::write(config.join("config.toml"), "[profiles.acme]\napi_key_env = \"ACME\"\n").unwrap();
    fs::write(home.path().join("my list.csv"), "").unwrap();
    for odd in [ODD, "gone\u{1b};echo x.csv"] {
        fs::write(home.path().join(odd), "").unwrap();
    }
    fs::create_dir(home.path().join("lists")).unwrap();
    let tool = cargo_bin!("instantly-oauth").parent().unwrap().to_owned();
    let path = format!("{}:{}", tool.display(), std::env::var("PATH").unwrap());
    let command = |program: &str| {
        let mut command = Command::new(program);
        let variables = [("PATH", path.as_str()), ("LANG", "C.UTF-8"), ("TERM", "xterm")];
        command.env_clear().envs(variables).env("HOME", home.path()).current_dir(home.path());
        command
    };
    let installed = command("sh").args(["-c", &install(shell)]).status().unwrap();
    assert!(installed.success(), "{}", install(shell));
    let file = home.path().join(file);
    let text = fs::read_to_string(&file).unwrap();
    fs::write(&file, format!("{text}\n{prompt}\n")).unwrap();
    let mut started = command(shell);
    started.args(*arguments);
    let terminal = Terminal::of(&started, home, 100, 30, Some("xterm"));
    terminal.until("a prompt", |shown| shown.rows().iter().any(|row| row.starts_with("ready>")).then_some(()));
    terminal
}

/// Waits until this is at the prompt.
#[track_caller]
fn shows(terminal: &Terminal, line: &str) {
    terminal.until(&format!("ready> {line}"), |shown| {
        let rows = shown.rows();
        let last = rows.iter().rfind(|row| row.starts_with("ready>"))?;
        (last.trim_start_matches("ready>").trim() == line).then_some(())
    });
}

#[test]
fn a_line_is_completed() {
    let shells = SHELLS.iter().map(|(shell, ..)| *shell).filter(|shell| is_here(shell));
    at_once(shells, |shell| {
        let mut terminal = start(shell);
        let mut becomes = |typed: &str, line: &str| {
            terminal.types(format!("instantly-oauth {typed}\t").as_bytes());
            shows(&terminal, &format!("instantly-oauth {line}"));
            if shell == "elvish" {
                // Whatever is typed there first ends the choosing.
                terminal = start(shell);
            } else {
                // Ctrl-U, and not Ctrl-C, before which some lose what is typed.
                terminal.types(b"\x15");
                shows(&terminal, "");
            }
        };
        becomes("conn", "connect");
        becomes("connect goo", "connect google");
        becomes("status 7f", "status 7f3a91d2046b");
        becomes("sessions forget 7f3a91d2046b c", "sessions forget 7f3a91d2046b c4d80b6e1a52");
        becomes("connect google --profile a", "connect google --profile acme");
        becomes("batch lis", "batch lists/");
        if shell == "elvish" {
            // It quotes by itself, and has home and variables its own way.
            becomes("connect google --sandbox=su", "connect google '--sandbox=success'");
            becomes("batch my", "batch 'my list.csv'");
            return;
        }
        becomes("connect google --sandbox=su", "connect google --sandbox=success");
        becomes("batch my", r"batch my\ list.csv");
        becomes(r"batch my\ li", r"batch my\ list.csv");
        becomes("batch ~/my", r"batch ~/my\ list.csv");
    });
}

#[test]
fn a_name_that_is_a_command_is_none_when_it_was_completed() {
    let shells = SHELLS.iter().map(|(shell, ..)| (*shell, "evi\t\r"));
    let quoted = [("bash", "\"evi\t\r"), ("bash", "'evi\t\r")];
    at_once(shells.chain(quoted).filter(|(shell, _)| is_here(shell)), |(shell, typed)| {
        let mut terminal = start(shell);
        // What elvish chooses from is gone with one more.
        let typed = if shell == "elvish" { typed.replace('\t', "\t\r") } else { typed.to_owned() };
        terminal.types(format!("instantly-oauth batch --provider google --dry-run {typed}").as_bytes());
        let told = format!("error: {ODD} has a problem; nothing was sent");
        terminal.until(&format!("{shell}, {typed:?}: {told}"), |shown| {
            shown.rows().iter().any(|row| row.trim_end() == told).then_some(())
        });
        // What cannot be typed as it is is not offered.
        shows(&terminal, "");
        terminal.types(b"instantly-oauth batch gon\t");
        shows(&terminal, "instantly-oauth batch gon");
    });
}

#[test]
fn what_the_sessions_are_is_shown_beside_them() {
    // Bash shows no descriptions.
    at_once(["zsh", "fish", "elvish"].into_iter().filter(|shell| is_here(shell)), |shell| {
        let mut terminal = start(shell);
        terminal.types(b"instantly-oauth status \t");
        // Below the line they are, whether beside or below each other.
        let below = |rows: Vec<String>| {
            rows.iter().skip_while(|row| !row.starts_with("ready>")).skip(1).cloned().collect::<String>()
        };
        let found = |text: &str| {
            let told = text.matches("connected google ada@acme.com").count() == 2;
            told.then(|| Some((text.find("7f3a91d2046b")?, text.find("c4d80b6e1a52")?))).flatten()
        };
        let (newest, oldest) = terminal.until(&format!("{shell}: sessions"), |shown| found(&below(shown.rows())));
        assert!(newest < oldest, "{shell}");
    });
}
