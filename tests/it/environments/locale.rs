//! Where the locale is not UTF-8, or there is none: what is ours is ASCII.

use std::fs;

use super::CONNECTED;
use crate::support::{Act, Run, Scripted, Terminal, Tool, at_once};

/// Locales without UTF-8, and none.
const LOCALES: [&[(&str, &str)]; 6] = [
    &[("LANG", "")],
    &[("LANG", "C")],
    &[("LANG", "POSIX")],
    &[("LANG", "de_DE")],
    &[("LANG", "de_DE.ISO-8859-1")],
    &[("LANG", "en_GB.UTF-8"), ("LC_ALL", "C")],
];

fn within(tool: Tool, locale: &[(&str, &str)]) -> Tool {
    locale.iter().fold(tool, |tool, (name, value)| tool.env(name, value))
}

/// Holds that there is nothing but ASCII.
#[track_caller]
fn is_plain(what: &str, text: &str) {
    assert!(text.is_ascii(), "{what}: {:?} in {text:?}", text.chars().find(|sign| !sign.is_ascii()));
}

#[track_caller]
fn run(tool: Tool) -> Run {
    let run = tool.run();
    is_plain("stdout", &run.stdout);
    is_plain("stderr", &run.stderr);
    run
}

#[test]
fn each_command_speaks_ascii_whatever_it_has_to_say() {
    let long = format!("<html><title>{}</title></html>", "Blocked ".repeat(200));
    let ends = [
        (Act::success(), 0),
        (Act::json(r#"{"status":"error","error":"access_denied"}"#), 3),
        (Act::error(401, &"no ".repeat(400)), 4),
        (Act::json(r#"{"status":"expired"}"#), 5),
        (Act::not_found(), 6),
    ];
    at_once(LOCALES, |locale| {
        for flags in [&["-vv"][..], &["--json"]] {
            for (end, code) in ends.clone() {
                let api = Scripted::new([Act::started(), Act::pending(), end]);
                let tool = Tool::connect(&api.url(), &["--interval", "20ms"]).args(flags);
                run(within(tool, locale)).expect(code);
            }
            let api = Scripted::new([Act::status(418, long.clone())]);
            let refused = run(within(Tool::connect(&api.url(), flags), locale)).expect(9);
            refused.says("Blocked Blocked").says("...");
        }
        for arguments in [&["--help"][..], &["connect", "--help"], &["batch", "--help"], &["sandbox", "--help"], &["x"]]
        {
            run(within(Tool::new(arguments), locale));
        }
    });
}

#[test]
fn a_list_and_its_mistakes_are_told_in_ascii() {
    let folder = tempfile::tempdir().unwrap();
    let list = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::write(&path, text).unwrap();
        path.display().to_string()
    };
    let bad = list("bad.csv", &format!("email,provider\n{}@x,google\nada.acme.com,yahoo\n", "a".repeat(100)));
    at_once(LOCALES.iter().zip(1..), |(locale, number): (_, u32)| {
        run(within(Tool::new(["batch", &bad]), locale)).expect(2).says("...");
        let good = list(&format!("{number}.csv"), "email\nada@acme.com\nbob@acme.com\ncy@acme.com\n");
        let flags = ["--provider", "google", "--no-browser", "--interval", "20ms", "--retries", "0", "--parallel", "3"];
        let state = folder.path().join(number.to_string());
        let tool = |arguments: &[&str]| within(Tool::new(arguments), locale).env("INSTANTLY_OAUTH_STATE_DIR", &state);
        // In line: one is connected by each of the ways.
        let mixed = tool(&[&["batch", &good, "--sandbox=success"][..], &flags].concat());
        let ended = run(mixed).expect(0);
        ended.says("+ ada@acme.com connected");
        let listed = run(tool(&["sessions", "--sandbox"])).expect(0);
        assert!(listed.stdout.contains("ada@acme"), "{listed:#?}");
        let denied = list(&format!("denied{number}.csv"), "email\nada@acme.com\n");
        run(tool(&[&["batch", &denied, "--sandbox=denied"][..], &flags].concat())).expect(13).says("x ada@acme.com: ");
    });
}

#[test]
fn on_a_terminal_too_all_that_is_drawn_is_ascii() {
    for locale in LOCALES {
        let api = Scripted::new([Act::started(), Act::Hold(Box::new(Act::success()))]);
        let terminal = Terminal::run(within(Tool::connect(&api.url(), &[]), locale), 80, 30);
        terminal.says(" left");
        api.release();
        let left = terminal.end();
        is_plain("the terminal", &left.raw);
        assert!(left.raw.ends_with(&CONNECTED.replace('\n', "\r\n")), "{:?}", left.raw);
    }
}

#[test]
fn a_name_that_is_not_ascii_stays_as_it_is() {
    // It is a result: to lose a part of it would be worse than a sign that a terminal cannot show.
    let api =
        Scripted::new([Act::started(), Act::json(r#"{"status":"success","email":"zoe@acme.com","name":"Zo\u00eb"}"#)]);
    let run = within(Tool::connect(&api.url(), &[]), LOCALES[1]).run().expect(0);
    assert_eq!(run.stdout, "Connected zoe@acme.com (Zo\u{eb})\n");
}
