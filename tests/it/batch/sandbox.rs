//! A list against our own sandbox, in a process of its own and inside this one.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{Folder, THREE, events};
use crate::support::service::browse;
use crate::support::{Live, Service, Tool};

/// Does on the consent page behind this URL what somebody does.
fn consent(url: &str, decision: &str, mailbox: &str) {
    let (page, query) = url.split_once('?').unwrap();
    let state = query.split('&').find_map(|pair| pair.strip_prefix("state=")).unwrap();
    let fields = [("state", state), ("mailbox", mailbox), ("decision", decision)];
    let form = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    assert_eq!(browse("POST", page, Some(&form)).0, 200, "{url}");
}

#[test]
fn people_sign_in_as_they_like_and_a_second_list_knows_of_it() {
    let service = Service::start(&["--scenario", "ask"]);
    let folder = Folder::new(THREE);
    let state = folder.path().join("state");
    let tool = |folder: &Folder, flags: &[&str]| {
        let list = folder.list();
        let tool = service.tool(&["batch", list.to_str().unwrap(), "--no-browser", "--interval", "20ms", "--json"]);
        tool.args(flags).env("INSTANTLY_OAUTH_STATE_DIR", &state)
    };
    let mut live = Live::start(tool(&folder, &["--parallel", "3"]));
    let mut next = || -> Value { serde_json::from_str(&live.stdout.until(r#""event":"session""#)).unwrap() };
    let mut open: Vec<_> = (0..3).map(|_| next()).collect();
    open.sort_by_key(|session| session["row"].as_u64());
    let url = |session: &Value| session["auth_url"].as_str().unwrap().to_owned();
    // The last is denied, the first signs in as somebody else first, and the second comes last of all.
    consent(&url(&open[2]), "deny", "");
    consent(&url(&open[0]), "allow", "zoe@else.com");
    let again = next();
    assert_eq!((&again["row"], &again["sandbox"]), (&json!(1), &json!(true)));
    consent(&url(&again), "allow", "ADA@acme.com");
    consent(&url(&open[1]), "allow", "bob@acme.com");
    let run = live.end().expect(13);
    let ends: BTreeSet<_> = folder.ends().into_iter().collect();
    let expected = ["ada@acme.com connected", "bob@acme.com connected", "cy@acme.com session_error"];
    assert_eq!(ends, expected.map(str::to_owned).into(), "{run:#?}");
    // The workspace has what was connected, whoever asks.
    let other = Folder::new("email,provider\nada@acme.com,google\nzoe@else.com,google\ndee@acme.com,google\n");
    let run = tool(&other, &["--dry-run"]).run().expect(0);
    assert_eq!((&run.result()["counts"]["skipped"], &run.result()["counts"]["to_connect"]), (&json!(2), &json!(1)));
}

#[test]
fn outcomes_are_mixed_by_a_seed_inside_the_process() {
    // With these, nobody lets a session expire, which would take as long as that does.
    let list: String = (1..=30).map(|number| ["person", &number.to_string(), "@acme.com\n"].concat()).collect();
    let folders = [(); 2].map(|()| Folder::new(format!("email\n{list}")));
    let runs = std::thread::scope(|scope| {
        let spawned = folders.each_ref().map(|folder| {
            let list = folder.list();
            let tool = Tool::new(["batch", list.to_str().unwrap(), "--provider", "google", "--sandbox=mixed"]);
            let flags =
                ["--seed", "5", "--parallel", "30", "--no-browser", "--json", "--interval", "20ms", "--retries", "0"];
            scope.spawn(move || tool.args(&flags).run())
        });
        spawned.map(|run| run.join().unwrap().expect(13))
    });
    let sorted = folders.each_ref().map(|folder| {
        let mut ends: Vec<_> = folder
            .rows()
            .iter()
            .map(|row| [row.get("email"), row.get("outcome"), row.get("error")].join(" "))
            .collect();
        ends.sort();
        ends
    });
    assert_eq!(sorted[0].len(), 30);
    assert_eq!(sorted[0], sorted[1], "the same seed has the same outcomes");
    let outcomes: BTreeSet<_> = sorted[0].iter().map(|end| end.split(' ').nth(1).unwrap()).collect();
    assert!(outcomes.contains("connected") && outcomes.len() > 1, "{outcomes:?}");
    for run in &runs {
        assert!(events(run, "session").iter().all(|session| session["sandbox"] == true), "{run:#?}");
        let counts =
            run.result()["counts"].as_object().unwrap().values().map(|count| count.as_u64().unwrap()).sum::<u64>();
        assert_eq!(counts, 30);
        assert!(run.result()["next"].as_str().unwrap().contains("--sandbox=mixed --seed 5"), "{run:#?}");
    }
    // None of that is taken for a real result.
    let run = folders[0].batch("http://127.0.0.1:9", &["--provider", "google"]).run();
    run.expect(2).says("sandbox");
}
