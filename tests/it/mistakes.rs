//! Command lines that are wrong, and what is said of how they were probably meant.

use crate::support::Tool;

#[test]
fn what_was_probably_meant_is_said() {
    for (line, tip) in [
        ("conect google", "a similar subcommand exists: 'connect'"),
        ("stat s1", "a similar subcommand exists: 'status'"),
        ("session", "a similar subcommand exists: 'sessions'"),
        ("sessions forgt s1", "a similar subcommand exists: 'forget'"),
        ("manul", "a similar subcommand exists: 'manual'"),
        ("help conect", "a similar subcommand exists: 'connect'"),
        ("login", "perhaps 'connect' is what you are looking for"),
        ("list", "perhaps 'sessions' is what you are looking for"),
        ("check", "perhaps 'doctor' is what you are looking for"),
        ("docter", "a similar subcommand exists: 'doctor'"),
        ("help import", "perhaps 'batch' is what you are looking for"),
        ("connect gogle", "a similar value exists: 'google'"),
        ("connect Google", "a similar value exists: 'google'"),
        ("connect microsft", "a similar value exists: 'microsoft'"),
        ("connect outlook", "mailboxes of that kind sign in with 'microsoft'"),
        ("connect Gmail", "mailboxes of that kind sign in with 'google'"),
        ("batch list.csv --provider o365", "mailboxes of that kind sign in with 'microsoft'"),
        ("connect", "the provider is 'google' or 'microsoft'"),
        ("connect --provider google", "the provider stands by itself: 'instantly-oauth connect google'"),
        ("connect google --expct ada@acme.com", "a similar argument exists: '--expect'"),
        ("connect google --colour never", "a similar argument exists: '--color'"),
        ("connect google --color nevr", "a similar value exists: 'never'"),
        ("connect google --sandbox=sucess", "a similar value exists: 'success'"),
        ("connect google --sandbox success", "a scenario stands behind a sign: '--sandbox=success'"),
        ("sandbox --scenario lostreply", "a similar value exists: 'lost_reply'"),
        ("status --wiat", "a similar argument exists: '--wait'"),
        ("status s1 --wiat", "a similar argument exists: '--wait'"),
        ("status", "'instantly-oauth sessions' lists those of this machine"),
        ("sessions --outcome conected", "a similar value exists: 'connected'"),
        ("batch list.csv --paralel 3", "a similar argument exists: '--parallel'"),
        ("completions bsh", "a similar value exists: 'bash'"),
        ("manual --format markdwn", "a similar value exists: 'markdown'"),
        ("--jsn connect google", "a similar argument exists: '--json'"),
    ] {
        let run = Tool::new(line.split(' ')).run().expect(2).says(&format!("\n  tip: {tip}"));
        assert_eq!((run.stdout.as_str(), run.stderr.matches("tip:").count()), ("", 1), "{line}: {}", run.stderr);
    }
}

#[test]
fn what_nobody_can_guess_is_not_guessed() {
    for line in ["xyzzy", "connect yahoo", "connect google extra", "help xyzzy", "status a b"] {
        let run = Tool::new(line.split(' ')).run().expect(2).says("error: ");
        assert!(!run.stderr.contains("tip:"), "{line}: {}", run.stderr);
    }
}
