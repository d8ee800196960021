//! 0 without an API, 1, 2, and 4 without a key: what ends on this machine.

use std::fs::{self, File};

use crate::support::run::finish;
use crate::support::{Act, INIT, STATUS, Scripted, Tool};

#[test]
fn what_is_printed_for_people_and_shells_is_a_success() {
    for (arguments, holds) in [
        (&["--help"][..], "Exit codes:"),
        (&["connect", "--help"], "Exit codes:"),
        (&["status", "--help"], "SESSION_ID"),
        (&["--version"], concat!("instantly-oauth ", env!("CARGO_PKG_VERSION"))),
        (&["completions", "bash"], "complete -o nospace"),
        (&["completions", "zsh"], "#compdef instantly-oauth"),
        (&["completions", "fish"], "complete --command instantly-oauth"),
        (&["completions", "powershell"], "Register-ArgumentCompleter"),
        (&["completions", "elvish"], "edit:completion"),
    ] {
        let run = Tool::new(arguments).run().expect(0);
        assert!(run.stdout.contains(holds), "{arguments:?}: {run:#?}");
        assert_eq!(run.stderr, "", "{arguments:?}");
    }
    // Events are what --json promises.
    for arguments in [&["completions", "bash", "--json"][..], &["manual", "--json"]] {
        assert_eq!(Tool::new(arguments).run().expect(2).result()["outcome"], "usage");
    }
}

#[test]
fn the_help_has_every_code() {
    let run = Tool::new(["--help"]).run().expect(0);
    let (_, table) = run.stdout.split_once("Exit codes:").unwrap();
    let codes: Vec<u8> = table.lines().filter_map(|line| line.split_whitespace().next()?.parse().ok()).collect();
    assert_eq!(codes, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 130, 143]);
}

#[test]
fn a_result_that_stdout_does_not_take_is_told_on_stderr() {
    let result = "Connected ada@acme.com (Ada Lovelace)";
    for json in [false, true] {
        let api = Scripted::new([Act::success()]);
        let tool = Tool::status(&api.url(), if json { &["s1", "--json"] } else { &["s1"] });
        let (mut command, _home) = tool.into_command();
        let full = File::options().write(true).open("/dev/full").unwrap();
        let run = finish(command.stdout(full).spawn().unwrap()).expect(1);
        assert_eq!(run.stderr.lines().filter(|line| *line == result).count(), 1, "{run:#?}");
        assert!(run.stderr.contains("error: stdout cannot be written: No space left"), "{run:#?}");
        assert_eq!(api.lines(), [STATUS]);
    }
}

#[test]
fn events_that_stdout_does_not_take_end_the_wait_before_a_result_is_read() {
    let api = Scripted::new([Act::started(), Act::success()]);
    let (mut command, _home) = Tool::connect(&api.url(), &["--json", "--interval", "20ms"]).into_command();
    let full = File::options().write(true).open("/dev/full").unwrap();
    let run = finish(command.stdout(full).spawn().unwrap()).expect(1).says("error: stdout cannot be written");
    assert!(run.stderr.lines().any(|line| line.contains("status s1 --wait")), "{run:#?}");
    assert_eq!(api.lines(), [INIT]);
}

#[test]
fn a_command_line_that_is_wrong_sends_nothing() {
    let api = Scripted::new([Act::started()]);
    let folder = tempfile::tempdir().unwrap();
    let (folder, missing) = (folder.path().to_str().unwrap(), folder.path().join("missing"));
    let connect = ["connect", "google", "--no-browser"];
    for (command, arguments, says) in [
        (&[][..], &["connect"][..], "<PROVIDER>"),
        (&[], &["connect", "yahoo"], "yahoo"),
        (&[], &["disconnect"], "disconnect"),
        (&[], &["status"], "<SESSION_ID>"),
        (&[], &["status", "a b"], "visible ASCII"),
        (&[], &["status", ""], "it is empty"),
        (&[], &["status", ".."], "a path"),
        (&[], &["status", "s1", "--interval", "1s"], "--wait"),
        (&[], &["completions", "tcsh"], "tcsh"),
        (&connect, &["--interval", "19ms"], "at least 20ms"),
        (&connect, &["--interval", "0"], "more than zero"),
        (&connect, &["--timeout", "soon"], "write a duration like"),
        (&connect, &["--request-timeout", "0s"], "more than zero"),
        (&connect, &["--max-wait", "8d"], "7 days"),
        (&connect, &["--expect", "ada"], "ada@acme.com"),
        (&connect, &["--no-wait", "--timeout", "1s"], "cannot be used with"),
        (&connect, &["--api-key", "x"], "--api-key"),
        (&connect, &["--profile", "acme"], "no profile named \"acme\""),
        (&connect, &["--api-key-file", missing.to_str().unwrap()], "cannot be read: No such file"),
        (&connect, &["--api-key-file", folder], "cannot be read"),
        (&connect, &["--color", "sometimes"], "sometimes"),
    ] {
        let run = Tool::new(command.iter().chain(arguments)).at(&api.url()).run().expect(2).says(says);
        assert!(run.stderr.starts_with("error: "), "{run:#?}");
        assert_eq!(run.stdout, "", "{arguments:?}");
    }
    let run = Tool::connect(&api.url(), &[]).env("INSTANTLY_PROFILE", "acme").run().expect(2).says("INSTANTLY_PROFILE");
    assert_eq!(run.stdout, "");
    let run = Tool::connect(&api.url(), &[]).no_env("INSTANTLY_API_KEY").env("INSTANTLY_API_KEY_FILE", &missing).run();
    assert_eq!(run.expect(2).says("INSTANTLY_API_KEY_FILE").stdout, "");
    assert_eq!(api.lines(), [""; 0]);
}

#[test]
fn the_interval_towards_the_service_is_a_second_at_least() {
    // It is refused before anything is sent, so nothing leaves this machine.
    for command in [&["connect", "google", "--no-browser"][..], &["status", "s1", "--wait"]] {
        let run = Tool::new(command).args(&["--interval", "999ms"]).at("https://api.instantly.ai").run();
        assert_eq!(run.expect(2).says("at least 1s").stdout, "");
    }
}

#[test]
fn a_base_url_that_would_give_the_key_away_is_refused() {
    for (base, says) in [
        ("http://api.instantly.ai", "in the clear"),
        ("http://127.0.0.1.example.com", "in the clear"),
        ("ftp://127.0.0.1", "its scheme is ftp"),
        ("api.instantly.ai", "not a URL"),
        ("https://ada:s3cret@127.0.0.1", "user name or password"),
        ("https://127.0.0.1/?a=b", "query"),
    ] {
        for run in [Tool::connect(base, &[]).run(), Tool::connect("", &["--base-url", base]).run()] {
            let run = run.expect(2).says("error: ").says(says);
            assert!(!run.stderr.contains("s3cret") && run.stdout.is_empty(), "{run:#?}");
        }
    }
}

#[test]
fn without_a_usable_key_nothing_is_sent() {
    let api = Scripted::new([Act::started()]);
    let file = tempfile::NamedTempFile::new().unwrap();
    let path = file.path().to_str().unwrap();
    let keyless = |arguments: &[&str]| {
        Tool::new(["connect", "google", "--no-browser"]).args(arguments).env("INSTANTLY_BASE_URL", api.url())
    };
    let hint = "Settings > Integrations > API keys";
    for (run, says) in [
        (keyless(&[]).run(), "error: no API key\n"),
        (keyless(&[]).env("INSTANTLY_API_KEY", "").run(), "error: no API key\n"),
        (keyless(&[]).env("INSTANTLY_API_KEY", "two words").run(), "it has a space"),
        (keyless(&[]).env("INSTANTLY_API_KEY", "caf\u{e9}").run(), "outside ASCII"),
        (keyless(&["--api-key-file", path]).run(), "it is empty"),
        (keyless(&["--api-key-file", "-"]).stdin("\nkey\n").run(), "(stdin): it is empty"),
    ] {
        assert_eq!(run.expect(4).says(says).says(hint).stdout, "");
    }
    assert_eq!(api.lines(), [""; 0]);
}

#[test]
fn the_key_is_taken_from_where_it_was_given() {
    let api = Scripted::new([Act::pending()]);
    let tool = |arguments: &[&str]| Tool::status(&api.url(), &["s1"]).args(arguments);
    // The file is in the home that goes with the run.
    let with_file = |give: fn(Tool, &str) -> Tool| {
        let tool = tool(&[]);
        let path = tool.home().join("key");
        fs::write(&path, "\u{feff}  from-the-file \r\nnot this\n").unwrap();
        give(tool, path.to_str().unwrap())
    };
    for (tool, key) in [
        (with_file(|tool, path| tool.args(&["--api-key-file", path])), "from-the-file"),
        (with_file(|tool, path| tool.no_env("INSTANTLY_API_KEY").env("INSTANTLY_API_KEY_FILE", path)), "from-the-file"),
        (with_file(|tool, path| tool.env("INSTANTLY_API_KEY", "this").env("INSTANTLY_API_KEY_FILE", path)), "this"),
        (tool(&["--api-key-file", "-"]).stdin("from-stdin\n"), "from-stdin"),
        (tool(&[]).env("INSTANTLY_API_KEY", "from-the-environment"), "from-the-environment"),
    ] {
        tool.run().expect(8);
        let request = api.requests().pop().unwrap();
        assert_eq!(request.header("authorization"), Some(format!("Bearer {key}").as_str()));
    }
}
