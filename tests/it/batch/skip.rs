//! Mailboxes that the workspace has: skipped where they are healthy, connected again where they are not.

use serde_json::json;

use super::office::account;
use super::{Folder, Office, Plan, THREE, events};
use crate::support::{Act, at_once, nobody};

/// So many accounts that nobody asks for.
fn crowd(count: usize) -> Vec<serde_json::Value> {
    (0..count).map(|number| account(&format!("person{number}@acme.com"), 2, 1)).collect()
}

#[test]
fn the_healthy_are_skipped_and_those_in_connection_error_connected_again() {
    let list = "email,provider\n\
                ada@acme.com,google\n\
                BOB@acme.com,google\n\
                cy@acme.com,google\n\
                dee@acme.com,microsoft\n\
                eve@acme.com,google\n";
    // On three pages: ada is broken, bob is in another case, and dee is there with another provider.
    let mut accounts = crowd(205);
    accounts.insert(0, account("cy@acme.com", 2, 2));
    accounts.insert(150, account("ada@acme.com", 2, -1));
    accounts.insert(151, account("bob@acme.com", 2, 1));
    accounts.push(account("dee@acme.com", 2, 1));
    let plans = ["ada", "dee", "eve"].map(|name| Plan::connects(&format!("{name}@acme.com")));
    let (folder, api) = (Folder::new(list), Office::with(plans, accounts));
    let run = folder.batch(&api.url(), &["--json"]).run().expect(0);
    let pages = api.asked("GET /api/v2/accounts?");
    assert!(pages.len() == 3 && pages.iter().all(|page| page.contains("limit=100")), "{pages:?}");
    assert_eq!(pages.iter().map(|page| page.contains("starting_after")).collect::<Vec<_>>(), [false, true, true]);
    let ends = [
        "BOB@acme.com skipped",
        "cy@acme.com skipped",
        "ada@acme.com connected",
        "dee@acme.com connected",
        "eve@acme.com connected",
    ];
    assert_eq!((folder.ends(), api.starts()), (ends.map(str::to_owned).to_vec(), 3));
    let bob = &folder.rows()[0];
    let cells = ["connected_email", "session_id", "attempts", "error"].map(|name| bob.get(name).to_owned());
    assert_eq!(cells, ["", "", "0", ""].map(str::to_owned));
    let skipped: Vec<_> = events(&run, "row").into_iter().filter(|row| row["outcome"] == "skipped").collect();
    assert_eq!(skipped.iter().map(|row| row["row"].clone()).collect::<Vec<_>>(), [json!(2), json!(3)]);
    assert_eq!(run.result()["counts"], json!({"connected": 3, "skipped": 2}));
    // They are done, and not looked for again.
    let api = Office::new([]);
    folder.batch(&api.url(), &[]).run().expect(0);
    assert_eq!(api.asked(""), Vec::<String>::new());
}

#[test]
fn a_list_that_is_in_the_workspace_is_done_without_a_session() {
    let accounts = ["ada", "bob", "cy"].map(|name| account(&format!("{name}@acme.com"), 2, 1));
    let (folder, api) = (Folder::new(THREE), Office::with([], accounts));
    let result = folder.batch(&api.url(), &["--json", "--skip-connected"]).run().expect(0).result();
    assert_eq!((&result["outcome"], &result["counts"]), (&json!("connected"), &json!({"skipped": 3})));
    assert_eq!(api.starts(), 0);
    // Whoever wants them connected all the same says so.
    let plans = || ["ada", "bob", "cy"].map(|name| Plan::connects(&format!("{name}@acme.com")));
    let api = Office::new(plans());
    folder.batch(&api.url(), &["--no-skip-connected"]).run().expect(0);
    assert_eq!((api.starts(), api.asked("GET /api/v2/accounts").len()), (3, 0));
    assert_eq!(folder.ends()[3..], ["ada", "bob", "cy"].map(|name| format!("{name}@acme.com connected")));
    // The last of the two flags counts.
    let folder = Folder::new(THREE);
    let api = Office::with(plans(), [account("ada@acme.com", 2, 1)]);
    folder.batch(&api.url(), &["--skip-connected", "--no-skip-connected"]).run().expect(0);
    assert_eq!(api.starts(), 3);
}

#[test]
fn without_the_account_list_nothing_is_started() {
    let (_held, unreachable) = nobody();
    let long = Act::error(429, "slow down").header("retry-after: 1800");
    let cases = [
        (Some(Act::error(401, "no")), 4, "auth"),
        (Some(Act::error(402, "no")), 4, "auth"),
        (Some(Act::error(403, "no")), 4, "auth"),
        (Some(long), 7, "rate_limited"),
        (Some(Act::error(500, "no")), 9, "unavailable"),
        (Some(Act::error(503, "no").header("retry-after: 1800")), 9, "unavailable"),
        (Some(Act::json("<html>")), 9, "unavailable"),
        (Some(Act::Drop), 10, "network"),
        (None, 10, "network"),
    ];
    at_once(cases, |(act, code, outcome)| {
        let api = Office::new([]);
        let api = act.clone().map_or(api.clone(), |act| api.lists(vec![act; 9]));
        let url = if act.is_some() { api.url() } else { format!("http://{unreachable}") };
        let folder = Folder::new(THREE);
        let run = folder.batch(&url, &["--json", "--request-timeout", "5s", "--max-wait", "1s"]).run().expect(code);
        let result = run.result();
        assert_eq!(result["outcome"], outcome, "{run:#?}");
        assert!(result["next"].as_str().is_some_and(|next| next.contains("batch")), "{outcome}: {result}");
        assert!(!run.stderr.contains("session may still"), "{run:#?}");
        assert!(events(&run, "session").is_empty() && api.starts() == 0, "{run:#?}");
        // The same command goes on once that has passed.
        let plans = ["ada", "bob", "cy"].map(|name| Plan::connects(&format!("{name}@acme.com")));
        let api = Office::new(plans);
        folder.batch(&api.url(), &[]).run().expect(0);
        assert_eq!(folder.rows().len(), 3);
    });
}

#[test]
fn a_page_that_fails_at_first_is_asked_for_again() {
    let plans = ["ada", "bob", "cy"].map(|name| Plan::connects(&format!("{name}@acme.com")));
    let (folder, api) = (Folder::new(THREE), Office::new(plans).lists([Act::error(502, "busy"), Act::Drop]));
    folder.batch(&api.url(), &[]).run().expect(0);
    assert_eq!((api.asked("GET /api/v2/accounts?").len(), api.starts()), (3, 3));
}
