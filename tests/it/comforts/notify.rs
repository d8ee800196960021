//! `--notify`: at the end of a long wait, by the terminal, the desktop or the bell.

use super::{CONNECTED, connect, path, service, with};
use crate::support::run::KEY;
use crate::support::{Act, Program, Scripted, Terminal, Tool};

const BELL: &str = "\u{7}";

/// Keeps what it was called with.
const SHOWS: &str = r#"printf '%s\n' "$@" | note arguments; env | note environment"#;

/// What came after the result.
#[track_caller]
fn after(raw: &str) -> &str {
    raw.split_once(&format!("{CONNECTED}\r\n")).unwrap_or_else(|| panic!("no result: {raw:?}")).1
}

#[test]
fn the_terminal_tells_of_the_end_in_the_way_that_it_has() {
    let words = |wrap: &str| wrap.replace("{}", &format!("instantly-oauth: connected;{CONNECTED}"));
    for (variables, flags, expected) in [
        ("TERM=xterm", &["--notify=0"][..], BELL.to_owned()),
        ("TERM=xterm", &["--notify=0", "--quiet"], BELL.to_owned()),
        ("TERM=xterm-256color TERM_PROGRAM=WezTerm", &["--notify=0"], words("\u{1b}]777;notify;{}\u{7}")),
        (
            "TERM=xterm-256color TERM_PROGRAM=iTerm.app",
            &["--notify=0"],
            words("\u{1b}]9;{}\u{7}").replace(';', ". ").replace("9. ", "9;"),
        ),
        ("TERM=tmux-256color TMUX=/t,1,0 KITTY_WINDOW_ID=1", &["--notify=0"], BELL.to_owned()),
        ("TERM=dumb", &["--notify=0"], String::new()),
        ("TERM=xterm CI=true", &["--notify=0"], String::new()),
        // It was not long enough a wait.
        ("TERM=xterm", &["--notify"], String::new()),
        ("TERM=xterm", &["--notify=1h"], String::new()),
        ("TERM=xterm", &[], String::new()),
    ] {
        let api = service();
        let left = Terminal::run(with(connect(&api, flags), variables), 80, 30).end();
        assert_eq!((left.code(), after(&left.raw)), (Some(0), expected.as_str()), "{variables} {flags:?}");
    }
    let api = service();
    let left = Terminal::run(with(connect(&api, &["--notify=0"]), "TERM=xterm-kitty"), 80, 30).end();
    let told = after(&left.raw);
    assert!(told.starts_with("\u{1b}]99;i=instantly-oauth:d=0:e=1;") && told.ends_with("\u{1b}\\"), "{told:?}");
}

#[test]
fn the_desktop_tells_where_the_terminal_cannot() {
    let program = Program::named("notify-send", SHOWS);
    let hostile = r#"{"status":"success","email":"ada@acme.com","name":"<b>\u001b]0;x\u0007--help' \"$(id)"}"#;
    for terminal in [true, false] {
        let api = Scripted::new([Act::started(), Act::json(hostile)]);
        let tool = connect(&api, &["--notify=0"]).env("PATH", path(&[&program])).env("DISPLAY", ":0");
        if terminal {
            let left = Terminal::run(tool, 80, 30).end();
            assert!(left.code() == Some(0) && !left.raw.contains(BELL), "{:?}", left.raw);
        } else {
            let run = tool.run().expect(0);
            assert!(!run.stderr.contains(BELL) && !run.stdout.contains(BELL), "{run:#?}");
        }
        let arguments = program.note("arguments");
        let expected = "--app-name=instantly-oauth\n--\ninstantly-oauth: connected\n\
            Connected ada@acme.com (&lt;b&gt;]0;x--help' \"$(id))\n";
        assert_eq!(arguments, expected);
        let environment = program.note("environment");
        assert!(!environment.contains(KEY) && !environment.contains("INSTANTLY_API_KEY"), "{environment}");
        for name in ["arguments", "environment"] {
            std::fs::remove_file(program.folder().join(name)).unwrap();
        }
    }
}

#[test]
fn no_key_of_any_profile_reaches_a_program() {
    let keeps = |name| Program::named(name, "env | note environment");
    let (browser, clipboard, notice) = (keeps("browser"), keeps("wl-copy"), keeps("notify-send"));
    let api = service();
    let tool = Tool::new(["connect", "google", "--copy", "--notify=0", "--browser", &browser.command()]);
    let config = tool.home().join("config.toml");
    let profiles = "[profiles.acme]\napi_key_env = \"ACME_KEY\"\n[profiles.other]\napi_key_env = \"OTHER_KEY\"\n";
    std::fs::write(&config, format!("{profiles}base_url = \"{}\"\n", api.url())).unwrap();
    let tool = tool.args(&["--profile", "other", "--interval", "20ms"]).env("INSTANTLY_OAUTH_CONFIG", &config);
    let tool = tool.env("ACME_KEY", KEY).env("OTHER_KEY", KEY).env("DISPLAY", ":0").env("MINE", "stays");
    tool.env("PATH", path(&[&clipboard, &notice])).run().expect(0);
    for program in [&browser, &clipboard, &notice] {
        let environment = program.note("environment");
        assert!(environment.contains("MINE=stays"), "{environment}");
        assert!(!environment.contains(KEY) && !environment.contains("_KEY="), "{environment}");
    }
}

#[test]
fn the_bell_is_what_is_left_and_a_pipe_has_none() {
    let bad = Program::named("notify-send", "exit 1");
    let api = service();
    let tool = connect(&api, &["--notify=0"]).env("PATH", path(&[&bad])).env("DISPLAY", ":0");
    assert_eq!(after(&Terminal::run(tool, 80, 30).end().raw), BELL);
    let api = service();
    let run = connect(&api, &["--notify=0", "--json"]).env("DISPLAY", ":0").env("PATH", path(&[&bad])).run().expect(0);
    assert_eq!(run.result()["outcome"], "connected");
    assert!(!run.stderr.contains(BELL) && !run.stdout.contains(BELL), "{run:#?}");
}

#[test]
fn a_desktop_that_hangs_does_not_keep_it() {
    let hangs =
        r#"n=0; until [ -e "$here/go" ] || [ $n -ge 600 ]; do sleep 0.05; n=$((n+1)); done; note over </dev/null"#;
    let hangs = Program::named("notify-send", hangs);
    let api = service();
    let tool = connect(&api, &["--notify=0"]).env("PATH", path(&[&hangs])).env("DISPLAY", ":0");
    assert_eq!(after(&Terminal::run(tool, 80, 30).end().raw), "");
    assert_eq!(hangs.noted("over"), None);
    hangs.release();
}

#[test]
fn every_end_is_told_with_its_own_words_and_code() {
    for (acts, command, code, outcome) in [
        (vec![Act::started(), Act::json(r#"{"status":"expired"}"#)], &["connect", "google"][..], 5, "expired"),
        (vec![Act::error(401, "no")], &["connect", "google"], 4, "auth"),
        (vec![Act::started(), Act::pending()], &["connect", "google", "--timeout", "50ms"], 8, "pending"),
        (vec![Act::json(r#"{"status":"expired"}"#)], &["status", "s1", "--wait"], 5, "expired"),
    ] {
        let api = Scripted::new(acts);
        let tool = Tool::new(command).args(&["--notify=0", "--interval", "20ms"]).at(&api.url());
        let left = Terminal::run(with(tool, "TERM=foot BROWSER=/nowhere"), 80, 30).end();
        assert_eq!(left.code(), Some(code), "{:?}", left.raw);
        let told = left.raw.rsplit_once("\u{1b}]777;notify;instantly-oauth: ").map(|(_, told)| told.to_owned());
        let told = told.unwrap_or_else(|| panic!("{outcome}: {:?}", left.raw));
        assert!(told.starts_with(&format!("{outcome};")) && told.ends_with(BELL), "{told:?}");
        assert!(!left.raw.contains(KEY));
    }
}

#[test]
fn a_list_is_told_of_as_a_whole() {
    let folder = tempfile::tempdir().unwrap();
    let list = folder.path().join("list.csv");
    std::fs::write(&list, "email,provider\nada@acme.com,google\n").unwrap();
    let tool = Tool::new(["batch", list.to_str().unwrap(), "--sandbox=denied", "--no-browser", "--notify=0"]);
    let left = Terminal::run(with(tool, "TERM=foot"), 80, 30).end();
    assert_eq!(left.code(), Some(13), "{:?}", left.raw);
    let told = "\u{1b}]777;notify;instantly-oauth: incomplete;1 of 1 mailbox not connected\u{7}";
    assert!(left.raw.ends_with(told), "{:?}", left.raw);
}

#[test]
fn whoever_stops_it_is_not_told_that_it_stopped() {
    let api = Scripted::new([Act::started(), Act::pending()]);
    let mut terminal = Terminal::run(Tool::connect(&api.url(), &["--interval", "1h", "--notify=0"]), 80, 30);
    terminal.says("Waiting for the sign-in");
    terminal.types(b"\x03");
    let left = terminal.end();
    assert_eq!(left.status.signal(), Some("Interrupt"));
    assert!(!left.raw.contains(BELL), "{:?}", left.raw);
}

#[test]
fn it_is_for_those_who_wait() {
    for command in [
        &["connect", "google", "--no-wait", "--notify"][..],
        &["status", "s1", "--notify"],
        &["batch", "list.csv", "--dry-run", "--notify"],
    ] {
        Tool::new(command).run().expect(2).says("--notify");
    }
}
