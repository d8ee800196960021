//! Completing is silent and harmless whatever is broken, and the variable does nothing to whoever only inherited it.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use instantly_oauth::store::Kind;

use super::{ask, remember, state, values};
use crate::support::Tool;

/// Everything in a folder, with its contents.
fn contents(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        let within =
            if entry.is_dir() { contents(&entry) } else { vec![(String::new(), fs::read(&entry).unwrap_or_default())] };
        found.push((entry.display().to_string(), Vec::new()));
        found.extend(within);
    }
    found.sort();
    found
}

#[test]
fn nothing_is_made_or_changed() {
    for words in [&["status", ""][..], &["sessions", "forget", "--sandbox", ""], &["connect", ""], &["--profile", ""]] {
        let tool = ask("zsh", words);
        let home = tool.home().to_owned();
        let (child, _home) = tool.start();
        assert!(child.wait_with_output().unwrap().status.success());
        assert_eq!(contents(&home), [], "{words:?}");
    }
    let tool = ask("zsh", &["status", ""]);
    let home = tool.home().to_owned();
    remember(&state(&home), Kind::Real, &["a1"]);
    let before = contents(&home);
    let (child, _home) = tool.start();
    assert_eq!(child.wait_with_output().unwrap().stdout, b"a1\tconnected google ada@acme.com\n");
    assert!(contents(&home) == before);
}

#[test]
fn nobody_is_waited_for() {
    let tool = ask("zsh", &["status", ""]);
    let (home, journal) = (tool.home().to_owned(), state(tool.home()).join("journal.db"));
    remember(&state(&home), Kind::Real, &["a1"]);
    // Somebody has the journal to himself for as long as this is open, and its line.
    let connection = rusqlite::Connection::open(&journal).unwrap();
    connection.execute_batch("BEGIN EXCLUSIVE").unwrap();
    assert_eq!(values(tool.run()), ["a1"]);
    // A pipe at which nobody writes is waited for by whoever opens it.
    let tool = ask("zsh", &["status", ""]).env("INSTANTLY_BASE_URL", "http://127.0.0.1:9");
    fs::create_dir_all(state(tool.home())).unwrap();
    let pipe = |name: &Path| assert!(Command::new("mkfifo").arg(name).status().unwrap().success());
    pipe(&state(tool.home()).join("journal.db"));
    let key = tool.home().join("key");
    pipe(&key);
    assert_eq!(values(tool.env("INSTANTLY_API_KEY_FILE", &key).run()), [""; 0]);
    let tool = ask("zsh", &["--profile", ""]);
    let config = tool.home().join("config.toml");
    pipe(&config);
    assert_eq!(values(tool.env("INSTANTLY_OAUTH_CONFIG", &config).run()), [""; 0]);
}

#[test]
fn no_program_is_run_for_a_key() {
    let tool = ask("zsh", &["connect", "google", "--profile", ""]);
    let (home, config) = (tool.home().to_owned(), tool.home().join("config.toml"));
    let text = "[profiles.acme]\napi_key_command = [\"touch\", \"was-run\"]\n";
    fs::write(&config, text).unwrap();
    let (mut command, _home) = tool.env("INSTANTLY_OAUTH_CONFIG", &config).into_command();
    let output = command.current_dir(&home).output().unwrap();
    assert_eq!((output.stdout.as_slice(), output.stderr.as_slice()), (&b"acme\n"[..], &b""[..]));
    assert_eq!(contents(&home).len(), 2);
}

#[test]
fn whatever_is_broken_there_is_nothing_to_see() {
    let broken = |prepare: &dyn Fn(&Path), words: &[&str]| {
        let tool = ask("zsh", words);
        let place = state(tool.home());
        fs::create_dir_all(&place).unwrap();
        prepare(&place);
        assert_eq!(values(tool.run()), [""; 0], "{words:?}");
    };
    let status = &["status", ""];
    broken(&|place| fs::write(place.join("journal.db"), "no database").unwrap(), status);
    broken(&|place| fs::write(place.join("journal.db"), [0; 8192]).unwrap(), status);
    broken(&|place| fs::create_dir(place.join("journal.db")).unwrap(), status);
    broken(&|place| fs::set_permissions(place, PermissionsExt::from_mode(0o0)).unwrap(), status);
    let damaged = |place: &Path| {
        remember(place, Kind::Real, &["a1"]);
        let mut bytes = fs::read(place.join("journal.db")).unwrap();
        bytes[100..].iter_mut().for_each(|byte| *byte ^= 0x5a);
        fs::write(place.join("journal.db"), bytes).unwrap();
    };
    broken(&damaged, status);
    let config = |text: &'static str| {
        move |place: &Path| {
            let folder = place.ancestors().nth(3).unwrap().join(".config/instantly-oauth");
            fs::create_dir_all(&folder).unwrap();
            fs::write(folder.join("config.toml"), text).unwrap();
        }
    };
    broken(&config("[profiles"), &["--profile", ""]);
    broken(&config("nonsense = 1"), &["--profile", ""]);
    broken(&|_| {}, &["nonsense", "--what", "is=this"]);
    broken(&|_| {}, &["status", "\u{1b}[2J"]);
    // No home, no variables at all but the one, no folder to be in, and arguments that no script sends.
    assert_eq!(values(ask("zsh", status).no_env("HOME").no_env("PATH").run()), [""; 0]);
    for arguments in [&["--"][..], &["--", ""], &["--", "x"], &["--", "x", "y", "z"]] {
        for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
            let run = Tool::new(arguments).env("INSTANTLY_OAUTH_COMPLETE", shell).run().expect(0);
            assert_eq!((run.stdout.as_str(), run.stderr.as_str()), ("", ""), "{shell} {arguments:?}");
        }
    }
    let gone = ask("zsh", status).shell(r#"cd "$(mktemp -d)" && rmdir "$PWD" && exec "$@""#);
    assert_eq!(values(gone.run()), [""; 0]);
    let closed = ask("zsh", &["connect", ""]).shell(r#"exec "$@" >&-"#);
    assert_eq!(values(closed.run()), [""; 0]);
}

#[test]
fn a_variable_that_was_left_over_changes_nothing() {
    for (name, value) in [
        ("INSTANTLY_OAUTH_COMPLETE", "bash"),
        ("INSTANTLY_OAUTH_COMPLETE", "zsh"),
        ("INSTANTLY_OAUTH_COMPLETE", "1"),
        ("INSTANTLY_OAUTH_COMPLETE", ""),
        // That of everybody else.
        ("COMPLETE", "bash"),
    ] {
        let tool = Tool::new(["connect", "google", "--no-browser", "--interval", "20ms", "--sandbox=success"]);
        let run = tool.env(name, value).run().expect(0);
        assert!(run.stdout.starts_with("Connected "), "{run:#?}");
        Tool::new(["conect"]).env(name, value).run().expect(2).says("'connect'");
    }
    // A shell that is not known here asks for something that is not there.
    ask("tcsh", &["status", ""]).run().expect(2).says("error: ");
}
