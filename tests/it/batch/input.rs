//! The list: how it may look, and what is said of it before anything is sent.

use std::fs;

use super::{Folder, Office, Plan};
use crate::support::{Tool, at_once};

/// An office that connects these in turn.
fn connects(mailboxes: &[&str]) -> Office {
    Office::new(mailboxes.iter().map(|email| Plan::connects(email)))
}

#[test]
fn a_list_is_read_as_spreadsheets_write_it() {
    let cases: [(&[u8], &[&str]); 8] = [
        (b"email,provider\nada@acme.com,google\n", &[]),
        (b"\xef\xbb\xbfemail,provider\r\nada@acme.com,google\r\n", &[]),
        (b"email;provider\nada@acme.com;google\n", &[]),
        (b"Provider,EMAIL\nGoogle,ada@acme.com", &[]),
        (b"\"Email Address\",note\nada@acme.com,\"a, \"\"b\"\"\nc\"\n", &["--provider", "google"]),
        (b"email_address\tprovider\nada@acme.com\tGOOGLE\n", &[]),
        (b"Mailbox,provider\n ada@acme.com , google \n\n", &[]),
        (b"email,provider\nada@acme.com,\n", &["--provider", "google"]),
    ];
    at_once(cases, |(list, flags)| {
        let (folder, api) = (Folder::new(list), connects(&["ada@acme.com"]));
        let run = folder.batch(&api.url(), flags).run().expect(0);
        let row = &folder.rows()[0];
        assert_eq!((row.get("outcome"), row.get("connected_email")), ("connected", "ada@acme.com"), "{run:#?}");
        assert_eq!(api.asked("/init"), ["POST /api/v2/oauth/google/init"]);
    });
}

#[test]
fn what_else_is_in_the_list_is_in_the_results() {
    let list = "Team,email,\"Full, name\",provider,note\n\
                A,ada@acme.com,\"Lovelace, \"\"Ada\"\"\",google,\n\
                B,bob@acme.com,Bob,microsoft,\"x\ny\"\n";
    let (folder, api) = (Folder::new(list), connects(&["ada@acme.com", "bob@acme.com"]));
    folder.batch(&api.url(), &[]).run().expect(0);
    let text = folder.text();
    let header = format!("Team,email,\"Full, name\",provider,note,{}\n", super::COLUMNS);
    assert!(text.starts_with(&header), "{text}");
    let rows = folder.rows();
    let cells = |name: &str| rows.iter().map(|row| row.get(name).to_owned()).collect::<Vec<_>>();
    assert_eq!(cells("Full, name"), ["Lovelace, \"Ada\"", "Bob"]);
    assert_eq!((cells("Team"), cells("note")), (vec!["A".into(), "B".into()], vec![String::new(), "x\ny".into()]));
    assert_eq!(api.asked("/init"), ["POST /api/v2/oauth/google/init", "POST /api/v2/oauth/microsoft/init"]);
}

#[test]
fn all_that_is_wrong_is_told_at_once_with_its_line_and_nothing_is_sent() {
    let list = "email,provider,profile\n\
                ada@acme.com,google,\n\
                nobody,google,\n\
                bob@acme.com,yahoo,\n\
                ADA@acme.com,google,\n\
                cy@gmail.com,google,\n\
                cy@gmail.com,microsoft,\n\
                ,google,\n\
                dee@acme.com,google,berlin\n\
                eve@acme.com,,\n\
                fay@acme.com,google,,,x\n";
    let (folder, api) = (Folder::new(list), connects(&[]));
    for flags in [&[][..], &["--dry-run"], &["--parallel", "9"], &["--sandbox=success"]] {
        let mut tool = folder.batch(&api.url(), flags);
        if flags.contains(&"--sandbox=success") {
            tool = tool.no_env("INSTANTLY_BASE_URL").no_env("INSTANTLY_API_KEY");
        }
        let run = tool.run().expect(2);
        assert!(run.stderr.starts_with("error: ") && run.stdout.is_empty(), "{run:#?}");
        let lines: Vec<_> = run.stderr.lines().filter_map(|line| line.trim().strip_prefix("line ")).collect();
        let expected = [
            ("3:", "nobody"),
            ("4:", "yahoo"),
            ("5:", "line 2"),
            ("6:", "Workspace"),
            ("8:", "email"),
            ("9:", "berlin"),
            ("10:", "--provider"),
            ("11:", "cells"),
        ];
        assert_eq!(lines.len(), expected.len(), "{run:#?}");
        for (line, (number, word)) in lines.iter().zip(expected) {
            assert!(line.starts_with(number) && line.contains(word), "{number} {word}: {run:#?}");
        }
    }
    assert!(!folder.results().exists() && api.asked("").is_empty());
    let result = folder.batch(&api.url(), &["--json"]).run().expect(2).result();
    assert_eq!((&result["outcome"], &result["counts"]), (&"usage".into(), &serde_json::Value::Null));
}

#[test]
fn a_list_that_is_none_is_refused() {
    let api = connects(&[]);
    for (list, says) in [
        ("", "empty"),
        ("\n\n", "empty"),
        ("email,provider\n", "no mailbox"),
        ("name,provider\nada,google\n", "email"),
        ("ada@acme.com,google\nbob@acme.com,google\n", "email,provider"),
        ("email\nada@acme.com\n", "--provider"),
        ("email,provider,outcome\nada@acme.com,google,connected\n", "results"),
        ("email,provider\n\"ada@acme.com,google\n", "quote"),
        ("Mailbox,E-Mail,provider\nada@acme.com,ada@acme.com,google\n", "E-Mail"),
    ] {
        let folder = Folder::new(list);
        let run = folder.batch(&api.url(), &[]).run().expect(2).says(says);
        assert!(run.stderr.starts_with("error: ") && run.stdout.is_empty(), "{run:#?}");
        assert!(!folder.results().exists(), "{list:?}");
    }
    let folder = Folder::new(b"\xff\xfee\0m\0a\0i\0l\0\n\0");
    folder.batch(&api.url(), &[]).run().expect(2).says("UTF-8");
    assert!(!folder.results().exists() && api.asked("").is_empty());
}

#[test]
fn a_list_that_cannot_be_read_is_named() {
    let (folder, api) = (Folder::new(""), connects(&[]));
    let missing = folder.path().join("missing.csv");
    for path in [missing.as_path(), folder.path()] {
        let path = path.to_str().unwrap();
        let run = Tool::new(["batch", path]).at(&api.url()).run().expect(2).says(path);
        assert!(run.stdout.is_empty(), "{run:#?}");
    }
    let only_mine: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(only_mine, ["list.csv"]);
    assert!(api.asked("").is_empty());
}

#[test]
fn a_list_from_stdin_needs_a_place_for_its_results() {
    let api = connects(&["ada@acme.com"]);
    let folder = Folder::new("");
    let list = "email,provider\nada@acme.com,google\n";
    let tool = || {
        let tool = Tool::new(["batch", "-", "--no-browser", "--interval", "20ms"]).at(&api.url());
        tool.env("INSTANTLY_OAUTH_STATE_DIR", folder.path().join("state")).stdin(list)
    };
    tool().run().expect(2).says("--results");
    assert!(api.asked("").is_empty());
    let results = folder.results();
    let run = tool().args(&["--results", results.to_str().unwrap()]).run().expect(0);
    assert_eq!((folder.ends(), api.starts()), (vec!["ada@acme.com connected".to_owned()], 1), "{run:#?}");
    // What is wrong in it is told of stdin.
    let run = tool().stdin("email,provider\nada,google\n").args(&["--results", results.to_str().unwrap()]).run();
    run.expect(2).says("stdin").says("line 2");
}
