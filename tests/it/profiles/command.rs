//! A key that a program prints.

use std::fs;

use super::{Desk, acme};
use crate::support::{Act, KEY, Program, Scripted};

fn profile(command: &str, url: &str) -> String {
    format!("[profiles.acme]\napi_key_command = {command}\nbase_url = \"{url}\"\ninterval = \"20ms\"\n")
}

#[test]
fn no_shell_makes_anything_of_a_command_and_its_stdin_is_empty() {
    let vault = Program::new(&format!("printf '%s|' \"$@\" | note words; cat | note stdin; echo '{KEY}'"));
    let api = Scripted::new([Act::started(), Act::success()]);
    let command = format!("[\"{}\", \"a b\", \"$HOME;id\", \"$(id)\", \"*\"]", vault.command());
    let desk = Desk::new(&profile(&command, &api.url()));
    // The list comes from stdin, and the command must not take it away.
    let list = "email,provider\nada@acme.com,google\n";
    let results = desk.path().join("results.csv");
    let arguments = ["batch", "-", "--results", results.to_str().unwrap(), "--profile", "acme", "--no-browser"];
    desk.tool(&arguments).args(&["--no-skip-connected", "-vv"]).stdin(list).run().expect(0);
    assert_eq!((&*vault.note("words"), &*vault.note("stdin")), ("a b|$HOME;id|$(id)|*|", ""));
    assert!(fs::read_to_string(results).unwrap().contains(",acme,"));
}

#[test]
fn a_command_that_fails_is_named_without_what_it_printed_and_nothing_is_sent() {
    let api = Scripted::new([Act::started(), Act::success()]);
    let fails = Program::new("echo s3cret-on-stdout; exit 3");
    let odd = Program::new("echo 's3cret with blanks'");
    let silent = Program::new("true");
    for (command, why) in [
        (format!("[\"{}\"]", fails.command()), format!("{} failed (exit 3)", fails.command())),
        ("[\"/nowhere/op\", \"read\"]".to_owned(), "/nowhere/op cannot be started: No such file".to_owned()),
        (format!("\"{}\"", odd.command()), "it has a space".to_owned()),
        (format!("\"{}\"", silent.command()), "it is empty".to_owned()),
    ] {
        let desk = Desk::new(&profile(&command, &api.url()));
        let run = desk.connect(&["--profile", "acme", "-vv"]).run().expect(4).says(&why);
        assert!(run.stderr.contains("the profile acme's api_key_command"), "{run:#?}");
        assert!(!run.stderr.contains("s3cret") && !run.stdout.contains("s3cret"), "{run:#?}");
    }
    assert_eq!(api.requests().len(), 0);
}

#[test]
fn what_was_read_before_is_told_although_the_command_fails() {
    let api = Scripted::new([Act::started(), Act::success()]);
    let desk = Desk::new(&acme(&api.url()));
    desk.connect(&["--profile", "acme"]).run().expect(0);
    desk.write("config.toml", &profile("[\"false\"]", &api.url()));
    let run = desk.tool(&["status", "s1", "--profile", "acme"]).run().expect(0);
    assert_eq!(run.stdout, "Connected ada@acme.com (Ada Lovelace)\n");
}
