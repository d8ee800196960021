//! For a driver: many sessions at once, events as they come, and nothing lost where the driver goes away.

use serde_json::{Value, json};

use super::office::{connected, failed, url_of};
use super::{Folder, Office, Plan, THREE, events};
use crate::pipes::{inner, is_quiet, unread};
use crate::support::Live;

/// Every key of a result, and those of a row.
const KEYS: [&str; 22] = [
    "event",
    "row",
    "email_expected",
    "attempts",
    "outcome",
    "exit_code",
    "status",
    "session_id",
    "provider",
    "email",
    "name",
    "error",
    "error_description",
    "message",
    "retryable",
    "next",
    "source",
    "started_at",
    "finished_at",
    "hints",
    "retry_at",
    "event",
];

/// The next event of this name.
#[track_caller]
fn next(live: &mut Live, name: &str) -> Value {
    serde_json::from_str(&live.stdout.until(&format!(r#""event":"{name}""#))).unwrap()
}

fn text<'a>(event: &'a Value, key: &str) -> &'a str {
    event[key].as_str().unwrap_or_else(|| panic!("no {key}: {event}"))
}

/// So many mailboxes, of either provider in turn.
fn people(count: usize) -> String {
    let provider = |number: usize| ["google", "microsoft"][number % 2];
    let row = |number: usize| format!("person{number}@acme.com,{}\n", provider(number));
    format!("email,provider\n{}", (1..=count).map(row).collect::<String>())
}

#[test]
fn sessions_are_finished_in_any_order_and_never_more_are_open_than_asked_for() {
    let (folder, api) = (Folder::new(people(7)), Office::new((0..7).map(|_| Plan::open())));
    let mut live = Live::start(folder.batch(&api.url(), &["--parallel", "3", "--json"]));
    // The first is left until all others are done.
    let first = next(&mut live, "session");
    let mut done = 0;
    while done < 6 {
        let event: Value = serde_json::from_str(&live.stdout.until("{")).unwrap();
        match text(&event, "event") {
            "session" => api.tell(text(&event, "session_id"), connected(text(&event, "email_expected"))),
            "row" => done += 1,
            _ => {}
        }
    }
    api.tell(text(&first, "session_id"), connected(text(&first, "email_expected")));
    let run = live.end().expect(0);
    assert_eq!(api.most_open(), 3);
    let mut rows: Vec<_> = (1..=7).collect();
    for session in events(&run, "session") {
        let (row, provider) = (session["row"].as_u64().unwrap(), text(&session, "provider"));
        assert_eq!(text(&session, "email_expected"), format!("person{row}@acme.com"));
        assert_eq!(session["auth_url"], url_of(provider, text(&session, "session_id")));
        assert_eq!(
            (provider, &session["sandbox"]),
            (["google", "microsoft"][usize::from(row % 2 == 1)], &json!(false))
        );
        rows.retain(|left| *left != row);
    }
    assert!(rows.is_empty(), "{rows:?}");
    assert_eq!(events(&run, "row").last().unwrap()["row"], first["row"]);
    let result = run.result();
    assert_eq!((&result["outcome"], &result["counts"]), (&json!("connected"), &json!({"connected": 7})));
    assert_eq!(folder.rows().len(), 7);
}

#[test]
fn a_row_is_told_with_all_that_a_result_has_and_as_it_is_in_the_file() {
    let (folder, api) = (Folder::new(THREE), Office::new((0..4).map(|_| Plan::open())));
    let mut live = Live::start(folder.batch(&api.url(), &["--parallel", "3", "--json"]));
    let ends = [("ada@acme.com", "access_denied"), ("bob@acme.com", "server_error")];
    for _ in 0..3 {
        let session = next(&mut live, "session");
        let email = text(&session, "email_expected");
        let error = ends.iter().find(|(known, _)| *known == email);
        let end = error.map_or_else(|| connected("CY@acme.com"), |(_, error)| failed(error));
        api.tell(text(&session, "session_id"), end);
    }
    // Only what passes is tried again, once all others have begun.
    let again = next(&mut live, "session");
    assert_eq!((&again["row"], text(&again, "email_expected")), (&json!(2), "bob@acme.com"));
    api.tell(text(&again, "session_id"), connected("bob@acme.com"));
    let run = live.end().expect(13);
    let (rows, retries) = (events(&run, "row"), events(&run, "retry"));
    for event in rows.iter().chain(&retries) {
        for key in KEYS {
            assert!(event.get(key).is_some(), "{key}: {event}");
        }
    }
    let [retry] = retries.as_slice() else { panic!("{run:#?}") };
    assert_eq!((&retry["row"], &retry["error"], &retry["attempts"]), (&json!(2), &json!("server_error"), &json!(1)));
    let told = |row: &Value| {
        let cells = ["email_expected", "outcome", "email", "name", "error", "error_description", "session_id"];
        let mut told: Vec<_> = cells.iter().map(|key| row[key].as_str().unwrap_or_default().to_owned()).collect();
        told.extend([row["attempts"].to_string(), text(row, "finished_at").to_owned()]);
        told
    };
    let written: Vec<Vec<String>> = folder
        .rows()
        .iter()
        .map(|row| {
            let columns = ["email", "outcome", "connected_email", "name", "error", "error_description", "session_id"];
            columns.iter().chain(&["attempts", "finished_at"]).map(|name| row.get(name).to_owned()).collect()
        })
        .collect();
    assert_eq!(rows.iter().map(told).collect::<Vec<_>>(), written);
    let of = |email: &str| rows.iter().find(|row| row["email_expected"] == email).unwrap();
    assert_eq!((&of("bob@acme.com")["attempts"], &of("bob@acme.com")["outcome"]), (&json!(2), &json!("connected")));
    assert_eq!(
        (&of("ada@acme.com")["outcome"], &of("ada@acme.com")["status"]),
        (&json!("session_error"), &json!("error"))
    );
    // A mailbox is the same in any case.
    assert_eq!(
        (&of("cy@acme.com")["outcome"], &of("cy@acme.com")["email"]),
        (&json!("connected"), &json!("CY@acme.com"))
    );
    let result = run.result();
    assert_eq!((&result["outcome"], &result["exit_code"]), (&json!("incomplete"), &json!(13)));
    assert_eq!(result["counts"], json!({"connected": 2, "session_error": 1}));
    assert!(text(&result, "next").ends_with("--json --retry-failed"), "{result}");
}

#[test]
fn without_json_stdout_has_one_line() {
    let names = ["ada", "bob", "cy"].map(|name| format!("{name}@acme.com"));
    // In a crowd nobody knows whose session begins first, so that all end alike there.
    for (plans, parallel, code, words) in [
        (names.clone().map(|email| Plan::connects(&email)), "1", 0, "3 of 3"),
        (names.map(|_| Plan::fails("access_denied")), "3", 13, "0 of 3"),
    ] {
        for flags in [&[][..], &["--quiet"]] {
            let (folder, api) = (Folder::new(THREE), Office::new(plans.clone()));
            let run = folder.batch(&api.url(), &["--parallel", parallel]).args(flags).run().expect(code);
            assert!(run.stdout.lines().count() == 1 && run.stdout.contains(words), "{run:#?}");
            // Where to go is always told, alone on its line.
            let urls = ["s1", "s2", "s3"].map(|id| url_of("google", id));
            assert!(urls.iter().all(|url| run.stderr.lines().any(|line| line == url)), "{run:#?}");
        }
    }
}

#[test]
fn a_driver_that_has_gone_stops_it_quietly_and_nothing_is_lost() {
    // One that was never there, one that goes after the first session, and after the first row.
    for lines in [0, 1, 2, 3, 8] {
        for parallel in ["1", "3"] {
            // In a crowd nobody knows whose session begins first, so that all end alike.
            let (folder, api) = (Folder::new(THREE), Office::new((0..3).map(|_| Plan::fails("access_denied"))));
            let batch = || folder.batch(&api.url(), &["--json", "--parallel", parallel, "--retries", "0"]);
            let run = if lines == 0 {
                unread(batch())
            } else {
                let script = format!(r#"{{ "$@"; echo "exit $?" >&2; }} | head -n {lines} >/dev/null"#);
                inner(batch().shell(&script).run())
            };
            is_quiet(&run);
            let before = if folder.results().exists() { folder.rows() } else { Vec::new() };
            let again = batch().run();
            assert_eq!(again.events().iter().filter(|event| event["event"] == "result").count(), 1);
            let rows = folder.rows();
            assert_eq!(rows[..before.len()], before);
            // The code tells whether all was done when that was noticed.
            let is_done = before.len() == 3;
            assert_eq!(run.code, Some(if is_done { 13 } else { 8 }), "{lines} {parallel}: {run:#?}");
            assert_eq!(run.stderr.contains("error:"), is_done, "{lines} {parallel}: {run:#?}");
            let mut mailboxes: Vec<_> = rows.iter().map(|row| row.get("email")).collect();
            mailboxes.sort_unstable();
            assert_eq!(mailboxes, ["ada@acme.com", "bob@acme.com", "cy@acme.com"], "{lines} {parallel}: {run:#?}");
            assert_eq!(api.starts(), 3, "{lines} {parallel}: {run:#?}");
        }
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_stdout_that_takes_no_more_is_an_error_and_nothing_is_lost() {
    use crate::pipes;
    let plans = ["ada", "bob", "cy"].map(|name| Plan::connects(&format!("{name}@acme.com")));
    let (folder, api) = (Folder::new(THREE), Office::new(plans));
    let run =
        pipes::into(folder.batch(&api.url(), &["--json"]), pipes::full()).expect(1).says("stdout cannot be written");
    assert!(run.stderr.contains("list.csv") && api.starts() == 1, "{run:#?}");
    folder.batch(&api.url(), &["--json"]).run().expect(0);
    assert_eq!((folder.rows().len(), api.starts()), (3, 3));
}
