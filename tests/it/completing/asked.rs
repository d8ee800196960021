//! The protocol: what is asked by the variable, and answered.

use instantly_oauth::store::Kind;

use super::{ask, remember, state, values};
use crate::support::Tool;

const SHELLS: [&str; 4] = ["zsh", "fish", "elvish", "powershell"];

#[test]
fn every_shell_gets_the_sessions_the_newest_first() {
    for shell in SHELLS {
        let tool = ask(shell, &["status", ""]);
        remember(&state(tool.home()), Kind::Real, &["7f3a91d2046b", "c4d80b6e1a52"]);
        let run = tool.run().expect(0);
        let told = "7f3a91d2046b\tconnected google ada@acme.com\nc4d80b6e1a52\tconnected google ada@acme.com\n";
        assert_eq!((run.stdout.as_str(), run.stderr.as_str()), (told, ""), "{shell}");
    }
    for (line, replaced, told) in [
        ("instantly-oauth status ", ":", "7f3a91d2046b \nc4d80b6e1a52 \n"),
        ("instantly-oauth status 7f", ":7f", "7f3a91d2046b \n"),
        ("instantly-oauth connect google --sandbox=su", ":su", "success \n"),
    ] {
        let tool = Tool::new(["--", line, replaced]).env("INSTANTLY_OAUTH_COMPLETE", "bash");
        remember(&state(tool.home()), Kind::Real, &["7f3a91d2046b", "c4d80b6e1a52"]);
        assert_eq!(tool.run().expect(0).stdout, told, "{line}");
    }
}

#[test]
fn those_are_offered_that_are_asked_for() {
    let many: Vec<String> = (0..30).map(|number| format!("many{number}")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    for (words, real, offered) in [
        (&["sessions", "forget", ""][..], &["a1", "a2"][..], &["a1", "a2"][..]),
        (&["sessions", "forget", "a1", ""], &["a1", "a2"], &["a2"]),
        (&["sessions", "forget", "--sandbox", ""], &["a1"], &["sandbox-1"]),
        (&["sessions", "--sandbox", "forget", ""], &["a1"], &["sandbox-1"]),
        (&["status", "sandbox-"], &["a1"], &["sandbox-1"]),
        (&["status", "--wait", "a"], &["a1", "b1"], &["a1"]),
        (&["status", "a1", "b"], &["a1", "b1"], &[]),
        (&["status", ""], &many, &many[..20]),
        // What would be more than a word on a command line is not put there.
        (&["status", ""], &["$(reboot)", "a;b", "-rf", "a*", "it's", "ok_1.2-3"], &["ok_1.2-3"]),
    ] {
        let tool = ask("fish", words);
        remember(&state(tool.home()), Kind::Real, real);
        remember(&state(tool.home()), Kind::Sandbox, &["sandbox-1"]);
        assert_eq!(values(tool.run()), offered, "{words:?}");
    }
}

#[test]
fn the_state_directory_is_the_one_that_was_named() {
    let (folder, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    remember(folder.path(), Kind::Real, &["named"]);
    remember(other.path(), Kind::Real, &["typed"]);
    let variable = |words: &[&str]| ask("zsh", words).env("INSTANTLY_OAUTH_STATE_DIR", folder.path());
    assert_eq!(values(variable(&["status", ""]).run()), ["named"]);
    let typed = other.path().to_str().unwrap();
    assert_eq!(values(variable(&["--state-dir", typed, "status", ""]).run()), ["typed"]);
    assert_eq!(values(variable(&["status", &format!("--state-dir={typed}"), ""]).run()), ["typed"]);
}

#[test]
fn what_the_command_line_knows_comes_with_what_it_is() {
    for (words, told) in [
        (&["stat"][..], "status\tWhat became of a session\n"),
        (&["connect", ""], "google\nmicrosoft\n"),
        (&["connect", "google", "--sandbox=su"], "--sandbox=success\ta simulated person allows access\n"),
        (&["sandbox", "--scenario", "den"], "denied\ta simulated person denies access\n"),
        (
            &["connect", "google", "--no-w"],
            "--no-wait\tPrint the session and its URL and exit; status ID --wait goes on from there\n",
        ),
        (&["manual", "--format", ""], "roff\tFor man: instantly-oauth.1\nmarkdown\tFor a web page\n"),
        (&["completions", "z"], "zsh\n"),
        (&["connect", "google", "--expect", ""], ""),
    ] {
        assert_eq!(ask("fish", words).run().expect(0).stdout, told, "{words:?}");
    }
}

#[test]
fn profiles_come_from_the_config_file() {
    let config = "default_profile = \"beta\"\n[profiles.acme]\napi_key_env = \"A\"\nbase_url = \"https://api.acme.example\"\n\
                  [profiles.beta]\napi_key_env = \"B\"\n[profiles.\"ops@beta\"]\napi_key_env = \"C\"\n";
    for (words, told) in [
        (&["--profile", ""][..], "acme\thttps://api.acme.example\nbeta\tthe default\nops@beta\n"),
        (&["connect", "google", "--profile", "b"], "beta\tthe default\n"),
        (&["status", "--profile=o"], "--profile=ops@beta\n"),
        (&["--profile", "x"], ""),
    ] {
        let tool = ask("fish", words);
        let folder = tool.home().join(".config/instantly-oauth");
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join("config.toml"), config).unwrap();
        assert_eq!(tool.run().expect(0).stdout, told, "{words:?}");
    }
}
