//! The programs that the URL is opened with, started for real.

use crate::support::run::KEY;
use crate::support::scripted::started_body;
use crate::support::{Act, Live, Program, Run, Scripted, Tool};

/// Legal in a URL, and each of them means something to some shell or template.
const ODD: &str = "https://accounts.google.com/o/oauth2?a=1&b=%2f%41&c='x'&d=$(id)&e=%s%%s&f=;g!h`i`*[j]~{k}|l^m\\#n";

/// Keeps its arguments, a line each.
const ARGUMENTS: &str = r#"printf '%s\n' "$@" | note arguments"#;

/// A service whose session is signed in to at this URL, and ends connected.
fn service(url: &str) -> Scripted {
    Scripted::new([Act::json(started_body(url, "x")), Act::pending(), Act::success()])
}

fn connect(api: &Scripted) -> Tool {
    Tool::new(["connect", "google", "--interval", "20ms"]).at(&api.url())
}

/// The `browser` event of a run with `--json`.
fn told(run: &Run) -> serde_json::Value {
    let mut events = run.events().into_iter().filter(|event| event["event"] == "browser");
    let told = events.next().expect("a browser event");
    assert_eq!(events.next(), None, "{run:#?}");
    told
}

#[test]
fn the_url_arrives_byte_for_byte_where_the_template_has_it() {
    for (template, arguments) in [
        ("{}", vec![ODD.to_owned()]),
        ("{} --new-window", vec!["--new-window".into(), ODD.into()]),
        ("{} %s --new-window", vec![ODD.into(), "--new-window".into()]),
        ("{} --app=%s '$HOME $(id)' \";\"", vec![format!("--app={ODD}"), "$HOME $(id)".into(), ";".into()]),
        ("{} '%s' \"%s\"", vec![ODD.into(), ODD.into()]),
    ] {
        for flag in [true, false] {
            let browser = Program::new(ARGUMENTS);
            let command = template.replace("{}", &browser.command());
            let api = service(ODD);
            let tool = connect(&api).args(&["--json"]);
            let tool = if flag { tool.args(&["--browser", &command]) } else { tool.env("BROWSER", &command) };
            let run = tool.run().expect(0);
            assert_eq!(browser.note("arguments").lines().collect::<Vec<_>>(), arguments, "{command}");
            let told = told(&run);
            assert_eq!((&told["opened"], &told["program"]), (&true.into(), &browser.command().into()), "{told}");
        }
    }
}

#[test]
fn a_path_with_blanks_is_one_program() {
    let browser = Program::named("my browser", ARGUMENTS);
    let api = service(ODD);
    connect(&api).args(&["--browser", &browser.command()]).run().expect(0);
    assert_eq!(browser.note("arguments"), format!("{ODD}\n"));
}

#[test]
fn a_list_is_tried_in_order_until_one_takes_the_url() {
    let (bad, good, late) = (Program::new("exit 3"), Program::new(ARGUMENTS), Program::new(ARGUMENTS));
    let list = ["/nowhere/browser", &bad.command(), &good.command(), &late.command()].join(":");
    // The session is still open when the third has its turn.
    let api = Scripted::new([Act::started(), Act::Hold(Box::new(Act::success()))]);
    let live = Live::start(connect(&api).env("BROWSER", list).args(&["--json"]));
    good.note("arguments");
    api.release();
    let run = live.end().expect(0);
    assert_eq!(told(&run)["program"], good.command());
    assert_eq!(late.noted("arguments"), None);
}

#[test]
fn one_that_fails_is_told_with_its_reason_and_costs_nothing() {
    let bad = Program::new("exit 3");
    let missing = "/nowhere/browser".to_owned();
    let both = format!("{missing}:{}", bad.command());
    for (list, reason) in [
        (bad.command(), format!("{}: exit 3", bad.command())),
        (missing.clone(), format!("{missing}: not found")),
        (both, format!("{missing}: not found; {}: exit 3", bad.command())),
    ] {
        for (act, code) in [(Act::success(), 0), (Act::json(r#"{"status":"error","error":"x"}"#), 3)] {
            for json in [false, true] {
                let api = Scripted::new([Act::started(), Act::Hold(Box::new(act.clone()))]);
                let flags = if json { &["--json"][..] } else { &[] };
                let mut live = Live::start(connect(&api).env("BROWSER", &list).args(flags));
                let words = format!("Not opened from here ({reason}): open it yourself.");
                live.stderr.until(&words);
                api.release();
                let run = live.end().expect(code);
                if json {
                    let told = told(&run);
                    assert_eq!((&told["opened"], &told["reason"]), (&false.into(), &reason.as_str().into()));
                }
            }
        }
    }
}

#[test]
fn one_that_hangs_never_delays_a_poll_nor_the_end() {
    let browser = Program::waiting("", "echo done | note done");
    let api = service(ODD);
    let run = connect(&api).args(&["--json", "--browser", &browser.command()]).run().expect(0);
    // It was still running when the mailbox was connected, and what is running has been opened.
    assert_eq!(browser.noted("done"), None);
    assert_eq!(told(&run)["opened"], true);
    browser.release();
    browser.note("done");
}

#[test]
fn it_gets_no_stream_and_no_key_and_a_session_of_its_own() {
    let noisy = "echo noise; echo noise >&2; if read -r line; then echo got | note input; fi; env | note environment";
    let browser = Program::new(&format!("{noisy}; cut -d' ' -f1,6 /proc/$$/stat | note session"));
    let api = Scripted::new([Act::started(), Act::Hold(Box::new(Act::success()))]);
    let tool = Tool::new(["connect", "google"]).at(&api.url()).stdin("typed\n");
    let tool = tool.env("INSTANTLY_API_KEY_FILE", "/secret/file").env("OTHER", "stays");
    let live = Live::start(tool.args(&["--browser", &browser.command()]));
    let session = browser.note("session");
    api.release();
    let run = live.end().expect(0);
    assert!(!run.stdout.contains("noise") && !run.stderr.contains("noise"), "{run:#?}");
    assert_eq!(browser.noted("input"), None);
    let environment = browser.note("environment");
    assert!(environment.contains("OTHER=stays"), "{environment}");
    assert!(!environment.contains(KEY) && !environment.contains("INSTANTLY_API_KEY"), "{environment}");
    if cfg!(target_os = "linux") {
        let (process, leader) = session.trim().split_once(' ').unwrap();
        assert_eq!(process, leader, "it leads its own session");
    }
}

#[test]
fn the_url_is_printed_before_the_program_starts() {
    for flags in [&[][..], &["--quiet"]] {
        let browser = Program::new(r#"cat "$here/stderr" | note seen"#);
        let api = service(ODD);
        let stderr = std::fs::File::create(browser.folder().join("stderr")).unwrap();
        let (mut command, _home) = connect(&api).args(flags).args(&["--browser", &browser.command()]).into_command();
        assert!(command.stderr(stderr).status().unwrap().success());
        let seen = browser.note("seen");
        assert!(seen.lines().any(|line| line == ODD), "{seen}");
    }
}

#[test]
fn without_a_desktop_nothing_is_tried_and_why_is_told() {
    for (variables, words) in [
        (&[("CI", "true"), ("DISPLAY", ":0")][..], "in CI (CI is set)"),
        (&[("SSH_CONNECTION", "x")], "over SSH without a display"),
    ] {
        let api = service(ODD);
        let mut tool = connect(&api).no_env("BROWSER").args(&["--json"]);
        for (name, value) in variables {
            tool = tool.env(name, value);
        }
        let run = tool.run().expect(0);
        let told = told(&run);
        assert_eq!(told["opened"], false);
        assert!(told["reason"].as_str().unwrap().contains(words), "{told}");
    }
}

#[test]
fn a_host_that_is_not_the_providers_own_is_warned_of_and_opened() {
    for (provider, url, foreign) in [
        ("google", "https://accounts.google.com/x", None),
        ("google", "https://login.microsoftonline.com/x", Some("login.microsoftonline.com, which is not Google's")),
        ("microsoft", "https://login.microsoftonline.com/x", None),
        ("microsoft", "https://accounts.google.com.evil.example/x", Some("accounts.google.com.evil.example, which")),
        ("google", "http://127.0.0.1:1/x", None),
    ] {
        for flags in [&[][..], &["--quiet"]] {
            let browser = Program::new(ARGUMENTS);
            let api = service(url);
            let tool = Tool::new(["connect", provider, "--interval", "20ms", "--browser", &browser.command()]);
            let run = tool.at(&api.url()).args(flags).run().expect(0);
            assert_eq!(browser.note("arguments"), format!("{url}\n"));
            let warned = foreign.is_some_and(|host| run.stderr.contains(&format!("warning: the URL leads to {host}")));
            assert_eq!((warned, run.stderr.contains("warning:")), (foreign.is_some(), foreign.is_some()), "{run:#?}");
        }
    }
}

#[test]
fn a_url_that_may_not_be_opened_is_neither_opened_nor_printed() {
    for url in [
        "http://accounts.google.com/evil",
        "https://user@accounts.google.com/evil",
        "https://accounts.google.com/\u{1b}[2Jevil",
        "javascript:evil()",
        "file:///evil",
        "-evil",
    ] {
        let browser = Program::new(ARGUMENTS);
        let api = service(url);
        let run = connect(&api).args(&["--browser", &browser.command()]).run().expect(9);
        assert!(run.stdout.is_empty() && !run.stderr.contains("evil"), "{run:#?}");
        assert_eq!((api.lines().len(), browser.noted("arguments")), (1, None));
    }
}
