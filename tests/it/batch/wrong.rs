//! Somebody signs in with another mailbox than the one that was asked for.

use serde_json::{Value, json};

use super::office::{connected, failed};
use super::{Folder, Office, Plan, THREE, events};
use crate::support::Live;

#[test]
fn another_row_of_the_list_is_done_by_that_without_a_session_of_its_own() {
    // Ada's session connects cy's mailbox; then bob is asked for, and ada again.
    let plans = ["cy@acme.com", "bob@acme.com", "ada@acme.com"].map(Plan::connects);
    let (folder, api) = (Folder::new(THREE), Office::new(plans));
    let run = folder.batch(&api.url(), &["--json"]).run().expect(0);
    assert_eq!(api.starts(), 3, "{run:#?}");
    assert_eq!(folder.ends(), ["cy@acme.com connected", "bob@acme.com connected", "ada@acme.com connected"]);
    let rows = folder.rows();
    let cells = |row: usize| ["connected_email", "session_id", "attempts"].map(|name| rows[row].get(name).to_owned());
    assert_eq!(cells(0), ["cy@acme.com", "s1", "0"].map(str::to_owned));
    assert_eq!(cells(2), ["ada@acme.com", "s3", "2"].map(str::to_owned));
    let retries = events(&run, "retry");
    let [retry] = retries.as_slice() else { panic!("{run:#?}") };
    assert_eq!(
        (&retry["row"], &retry["email"], &retry["outcome"]),
        (&json!(1), &json!("cy@acme.com"), &json!("wrong_account"))
    );
    assert_eq!(events(&run, "session").iter().map(|event| event["row"].clone()).collect::<Vec<_>>(), [1, 2, 1]);
}

#[test]
fn one_that_is_not_in_the_list_is_named_with_the_row_and_at_the_end() {
    let plans = ["zoe@else.com", "bob@acme.com", "cy@acme.com", "zoe@else.com"].map(Plan::connects);
    let (folder, api) = (Folder::new(THREE), Office::new(plans));
    let run = folder.batch(&api.url(), &[]).run().expect(13);
    let ada = folder.rows().into_iter().find(|row| row.get("email") == "ada@acme.com").unwrap();
    let cells = ["outcome", "connected_email", "session_id", "attempts"].map(|name| ada.get(name).to_owned());
    assert_eq!(cells, ["wrong_account", "zoe@else.com", "s4", "2"].map(str::to_owned));
    let told: Vec<_> = run.stderr.lines().filter(|line| line.contains("zoe@else.com")).collect();
    assert!(told.len() >= 3 && told[..2].iter().all(|line| line.contains("ada@acme.com")), "{run:#?}");
}

#[test]
fn what_another_session_connected_holds_whatever_becomes_of_the_rows_own() {
    let list = "email,provider\nada@acme.com,google\nbob@acme.com,google\n";
    let (folder, api) = (Folder::new(list), Office::new((0..3).map(|_| Plan::open())));
    let mut live = Live::start(folder.batch(&api.url(), &["--json", "--parallel", "2"]));
    let mut next = || -> Value { serde_json::from_str(&live.stdout.until(r#""event":"session""#)).unwrap() };
    let id = |session: &Value| session["session_id"].as_str().unwrap().to_owned();
    let mut sessions = [next(), next()];
    sessions.sort_by_key(|session| session["row"].as_u64());
    // Each signs in as the other: bob first, who is asked for again.
    api.tell(&id(&sessions[1]), connected("ada@acme.com"));
    let again = next();
    assert_eq!((&again["row"], again["email_expected"].as_str()), (&json!(2), Some("bob@acme.com")));
    api.tell(&id(&sessions[0]), connected("bob@acme.com"));
    live.stdout.until(r#""event":"row""#);
    api.tell(&id(&again), failed("access_denied"));
    let run = live.end().expect(0);
    assert_eq!(folder.ends(), ["ada@acme.com connected", "bob@acme.com connected"], "{run:#?}");
    let sessions = [&sessions[1], &sessions[0]].map(id);
    assert_eq!(folder.rows().iter().map(|row| row.get("session_id").to_owned()).collect::<Vec<_>>(), sessions);
    assert!(events(&run, "row").iter().all(|row| row["email"] == row["email_expected"]), "{run:#?}");
}
