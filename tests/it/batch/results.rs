//! The results file: what it says, and what a second run makes of it.

use std::fs;

use super::{COLUMNS, Folder, Office, Plan, THREE};
use crate::support::{Act, Live, at_once};

/// An office for the mailboxes of [`THREE`].
fn three() -> Office {
    Office::new(["ada", "bob", "cy"].map(|name| Plan::connects(&format!("{name}@acme.com"))))
}

#[test]
fn each_mailbox_has_a_line_with_the_lists_columns_first() {
    let odd = r#"{"status":"error","error":"access_denied","error_description":"=\"no\", he said\nand left"}"#;
    let api = Office::new([Plan::connects("ADA@acme.com"), Plan::Begun(vec![Act::json(odd)])]);
    let folder = Folder::new("provider,email,note\ngoogle,ada@acme.com,\"x, y\"\nmicrosoft,bob@acme.com,\n");
    folder.batch(&api.url(), &[]).run().expect(13);
    let text = folder.text();
    let mut lines = text.lines();
    assert_eq!(lines.next().unwrap(), format!("provider,email,note,{COLUMNS}"));
    let ada = r#"google,ada@acme.com,"x, y",connected,ADA@acme.com,Ada Lovelace,,,s1,,1,"#;
    assert!(lines.next().unwrap().starts_with(ada), "{text}");
    let bob = "microsoft,bob@acme.com,,session_error,,,access_denied,";
    let bob_line = lines.next().unwrap();
    // It is in one line, and no formula.
    assert!(bob_line.starts_with(bob) && bob_line.contains(r#""'=""no"", he said"#), "{text}");
    assert_eq!(lines.next(), None);
    for row in folder.rows() {
        let [started, finished] =
            ["started_at", "finished_at"].map(|name| row.get(name).parse::<jiff::Timestamp>().unwrap());
        assert!(started <= finished, "{row:?}");
        assert!(
            ["started_at", "finished_at"].iter().all(|name| row.get(name).len() == "2026-11-23T10:00:00.000Z".len())
        );
    }
}

#[test]
fn a_second_run_does_what_is_left_and_nothing_else() {
    let folder = Folder::new(THREE);
    // The key is refused when the third is to begin.
    let api = Office::new([Plan::connects("ada@acme.com"), Plan::fails("access_denied")]);
    folder.batch(&api.url(), &[]).run().expect(4);
    let before = folder.text();
    let api = Office::new([Plan::connects("cy@acme.com")]);
    folder.batch(&api.url(), &["--parallel", "9"]).run().expect(13);
    assert_eq!(api.starts(), 1);
    assert!(folder.text().starts_with(&before));
    assert_eq!(folder.ends(), ["ada@acme.com connected", "bob@acme.com session_error", "cy@acme.com connected"]);
    // When all is done there is nothing to ask.
    let (before, api) = (folder.text(), Office::new([]));
    let run = folder.batch(&api.url(), &["--json"]).run().expect(13);
    assert_eq!((api.asked(""), folder.text()), (Vec::new(), before));
    assert_eq!(run.result()["counts"], serde_json::json!({"connected": 2, "session_error": 1}));
}

#[test]
fn the_failed_are_taken_again_when_asked_for_and_their_attempts_go_on() {
    let folder = Folder::new(THREE);
    let ends = ["server_error", "server_error", "access_denied"].map(Plan::fails);
    let api = Office::new([vec![Plan::connects("ada@acme.com")], ends.to_vec()].concat());
    let run = folder.batch(&api.url(), &["--retries", "0"]).run();
    assert_eq!((run.code, api.starts()), (Some(13), 3), "{run:#?}");
    let api = Office::new([Plan::fails("server_error"), Plan::fails("access_denied"), Plan::connects("bob@acme.com")]);
    folder.batch(&api.url(), &["--retry-failed"]).run().expect(13);
    let rows: Vec<_> = folder
        .rows()
        .iter()
        .map(|row| format!("{} {} {}", row.get("email"), row.get("outcome"), row.get("attempts")))
        .collect();
    let expected = [
        "ada@acme.com connected 1",
        "bob@acme.com session_error 1",
        "cy@acme.com session_error 1",
        // Cy was denied at once, and bob had a second try at the end.
        "cy@acme.com session_error 2",
        "bob@acme.com connected 3",
    ];
    assert_eq!((rows, api.starts()), (expected.map(str::to_owned).to_vec(), 3));
    // The last line of a mailbox counts.
    let api = Office::new([Plan::connects("cy@acme.com")]);
    folder.batch(&api.url(), &["--retry-failed"]).run().expect(0);
    assert_eq!((api.starts(), folder.ends().last().unwrap().as_str()), (1, "cy@acme.com connected"));
    let api = Office::new([]);
    folder.batch(&api.url(), &["--retry-failed"]).run().expect(0);
    assert_eq!(api.starts(), 0);
}

#[test]
fn a_torn_line_is_taken_out_and_its_mailbox_done_again() {
    let (folder, api) = (Folder::new(THREE), three());
    folder.batch(&api.url(), &[]).run().expect(0);
    let whole = folder.text();
    let last = whole.trim_end().rfind('\n').unwrap() + 1;
    for (cut, left) in [(whole.len() - 1, last), (last + 1, last), (last + 20, last), (5, 0)] {
        fs::write(folder.results(), &whole[..cut]).unwrap();
        let plans = if left == 0 { vec!["ada", "bob", "cy"] } else { vec!["cy"] };
        let api = Office::new(plans.iter().map(|name| Plan::connects(&format!("{name}@acme.com"))));
        folder.batch(&api.url(), &["--no-skip-connected"]).run().expect(0);
        assert_eq!((api.starts(), folder.rows().len()), (plans.len(), 3), "{cut}");
        assert!(folder.text().starts_with(&whole[..left]), "{cut}: {}", folder.text());
    }
}

#[test]
fn a_file_that_is_not_of_this_list_is_left_as_it_is() {
    let good = format!("email,provider,{COLUMNS}\n");
    let time = "2026-11-23T10:00:00.000Z";
    let row = |id: &str| format!("{good}ada@acme.com,google,connected,ada@acme.com,Ada,,,{id},,1,{time},{time}\n");
    let cases = [
        ("email,provider\nada@acme.com,google\n".to_owned(), &[][..], "results"),
        (format!("email,provider,note,{COLUMNS}\n"), &[], "results"),
        ("something else\n".into(), &[], "results"),
        (row("s1").replace(",connected,", ",conected,"), &[], "conected"),
        (row("s1").replace(",1,", ",one,"), &[], "line 2"),
        // Results of the sandbox are no real ones, and the other way round.
        (row("sandbox-1"), &[], "sandbox"),
        (row("s1"), &["--sandbox=success"], "sandbox"),
    ];
    at_once(cases, |(text, flags, says)| {
        let (folder, api) = (Folder::new(THREE), three());
        fs::write(folder.results(), &text).unwrap();
        let mut tool = folder.batch(&api.url(), flags);
        if !flags.is_empty() {
            tool = tool.no_env("INSTANTLY_BASE_URL").no_env("INSTANTLY_API_KEY");
        }
        let run = tool.run().expect(2).says("list.csv.results.csv").says(says).says("--results");
        assert!(run.stdout.is_empty(), "{run:#?}");
        assert_eq!((folder.text(), api.asked("")), (text, Vec::new()), "{run:#?}");
    });
}

#[test]
fn the_results_go_where_they_are_asked_to_and_nowhere_else() {
    let (folder, api) = (Folder::new(THREE), three());
    let other = folder.path().join("other.csv");
    folder.batch(&api.url(), &["--results", other.to_str().unwrap()]).run().expect(0);
    assert!(other.exists() && !folder.results().exists());
    let api = three();
    for bad in ["missing/other.csv", "other.csv/x", "."] {
        let path = folder.path().join(bad);
        let run = folder.batch(&api.url(), &["--results", path.to_str().unwrap()]).run().expect(2);
        run.says(path.to_str().unwrap()).says("--results");
    }
    assert!(api.asked("").is_empty());
}

#[test]
fn two_runs_on_one_file_are_refused() {
    let (folder, api) = (Folder::new(THREE), Office::new([Plan::open(), Plan::open(), Plan::open()]));
    let live = Live::start(folder.batch(&api.url(), &[]));
    api.wait_for_starts(1);
    let second = Office::new([]);
    folder.batch(&second.url(), &[]).run().expect(2).says("another batch").says("--results");
    // A plan needs no file of its own.
    folder.batch(&second.url(), &["--dry-run"]).run().expect(0);
    assert_eq!((second.starts(), api.starts()), (0, 1));
    drop(live);
}

#[test]
fn a_file_that_is_deleted_meanwhile_is_told_of_and_costs_nothing() {
    for parallel in ["1", "3"] {
        let plans = ["ada", "bob", "cy"].map(|name| Plan::connects(&format!("{name}@acme.com")));
        let folder = Folder::new(THREE);
        let api = Office::new([vec![Plan::open()], plans[1..].to_vec()].concat());
        // In a crowd nobody knows whose session that is.
        let api = if parallel == "1" { api } else { Office::new([Plan::open(), Plan::open(), Plan::open()]) };
        let mut live = Live::start(folder.batch(&api.url(), &["--json", "--parallel", parallel]));
        let session: serde_json::Value = serde_json::from_str(&live.stdout.until(r#""event":"session""#)).unwrap();
        let email = session["email_expected"].as_str().unwrap();
        fs::remove_file(folder.results()).unwrap();
        api.tell(session["session_id"].as_str().unwrap(), super::office::connected(email));
        let run = live.end().expect(1);
        assert!(run.stderr.contains("error: ") && run.result()["outcome"] == "internal", "{run:#?}");
        assert!(!folder.results().exists());
        let started = api.starts();
        let mut live = Live::start(folder.batch(&api.url(), &["--json", "--parallel", parallel]));
        // What was read is in the results as soon as they can be written, without another session.
        let row = live.stdout.until(r#""event":"row""#);
        assert!(row.contains(email) && row.contains(r#""outcome":"connected""#), "{row}");
        drop(live);
        assert!(folder.ends()[0].starts_with(email), "{:?}", folder.ends());
        assert!(api.starts() <= started + 1, "{} {started}", api.starts());
    }
}
