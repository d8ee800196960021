//! What keeps a list from going on, and what a row is tried again after.

use std::time::Instant;

use serde_json::json;

use super::office::connected;
use super::{Folder, Office, Plan, THREE, events};
use crate::support::{Act, Live, at_once};

/// The mailboxes of [`THREE`], connected in turn.
fn three() -> [Plan; 3] {
    ["ada", "bob", "cy"].map(|name| Plan::connects(&format!("{name}@acme.com")))
}

#[test]
fn a_key_that_is_refused_ends_it_and_leaves_the_others() {
    for status in [401, 402, 403] {
        for before in [0, 1] {
            let refused = Plan::Refused(Act::error(status, "no"));
            let plans: Vec<_> = three().into_iter().take(before).chain([refused]).chain(three()).collect();
            let (folder, api) = (Folder::new(THREE), Office::new(plans));
            let run = folder.batch(&api.url(), &["--json"]).run().expect(4);
            let result = run.result();
            assert_eq!((&result["outcome"], api.starts()), (&json!("auth"), before + 1), "{run:#?}");
            assert_eq!(result["counts"]["pending"], 3 - before, "{result}");
            assert!(result["next"].as_str().unwrap().contains("batch"), "{result}");
            assert_eq!(folder.rows().len(), before);
            let api = Office::new(three().into_iter().skip(before));
            folder.batch(&api.url(), &[]).run().expect(0);
            assert_eq!((api.starts(), folder.rows().len()), (3 - before, 3));
        }
    }
}

#[test]
fn a_key_that_may_not_read_ends_it_and_its_session_is_taken_up() {
    let looks = vec![Act::pending(), Act::error(403, "no"), Act::pending(), connected("ada@acme.com")];
    let plans = [vec![Plan::Begun(looks)], three()[1..].to_vec()].concat();
    let (folder, api) = (Folder::new(THREE), Office::new(plans));
    let run = folder.batch(&api.url(), &[]).run().expect(4);
    assert_eq!((api.starts(), folder.rows().len()), (1, 0), "{run:#?}");
    // Now it may, and nobody signs in twice.
    folder.batch(&api.url(), &[]).run().expect(0);
    assert_eq!((api.starts(), folder.rows().len()), (3, 3));
    let ada = folder.rows().into_iter().find(|row| row.get("email") == "ada@acme.com").unwrap();
    assert_eq!((ada.get("session_id"), ada.get("attempts")), ("s1", "1"));
}

#[test]
fn a_long_block_of_one_provider_stops_its_rows_and_no_others() {
    let list =
        "email,provider\nada@acme.com,google\nbob@acme.com,microsoft\ncy@acme.com,google\ndee@acme.com,microsoft\n";
    let blocked = Plan::Refused(Act::error(429, "slow down").header("retry-after: 1800"));
    let (folder, api) =
        (Folder::new(list), Office::new([blocked, Plan::connects("bob@acme.com"), Plan::connects("dee@acme.com")]));
    let run = folder.batch(&api.url(), &["--json"]).run().expect(7);
    let result = run.result();
    assert_eq!(
        (&result["outcome"], &result["counts"]),
        (&json!("rate_limited"), &json!({"connected": 2, "pending": 2}))
    );
    assert!(result["retry_at"].is_string() && result["next"].is_string(), "{result}");
    assert_eq!(folder.ends(), ["bob@acme.com connected", "dee@acme.com connected"]);
    assert_eq!((api.asked("google/init").len(), api.asked("microsoft/init").len()), (1, 2));
    // A second run knows of the block without asking.
    folder.batch(&api.url(), &[]).run().expect(7);
    assert_eq!(api.starts(), 3);
}

#[test]
fn what_passes_in_time_is_waited_for() {
    let soon = |status| Plan::Refused(Act::error(status, "later").header("retry-after: 1"));
    at_once(
        [
            (soon(429), "rate_limited"),
            (soon(503), "unavailable"),
            (Plan::Refused(Act::error(503, "later")), "unavailable"),
        ],
        |(refusal, reason)| {
            let plans = [three()[..1].to_vec(), vec![refusal], three()[1..].to_vec()].concat();
            let (folder, api) = (Folder::new(THREE), Office::new(plans));
            let run = folder.batch(&api.url(), &["--json", "--max-wait", "1h"]).run().expect(0);
            let waits = events(&run, "waiting");
            assert!(waits.iter().any(|wait| wait["reason"] == reason), "{run:#?}");
            assert_eq!((api.starts(), folder.rows().len()), (4, 3));
        },
    );
}

#[test]
fn an_outage_that_does_not_pass_ends_it_and_says_how_to_go_on() {
    let lost = Plan::Refused(Act::Drop);
    let cases = [
        (Plan::Refused(Act::error(503, "later")), 9, "unavailable"),
        (Plan::Refused(Act::json("<html>")), 9, "unavailable"),
        (lost, 10, "network"),
    ];
    at_once(cases, |(refusal, code, outcome)| {
        let plans = [three()[..1].to_vec(), vec![refusal; 30]].concat();
        let (folder, api) = (Folder::new(THREE), Office::new(plans));
        let run = folder.batch(&api.url(), &["--json", "--max-wait", "0"]).run().expect(code);
        let result = run.result();
        assert_eq!((&result["outcome"], &result["counts"]), (&json!(outcome), &json!({"connected": 1, "pending": 2})));
        assert!(result["next"].as_str().unwrap().contains("batch"), "{result}");
        assert_eq!(folder.ends(), ["ada@acme.com connected"]);
    });
}

#[test]
fn what_may_pass_is_tried_again_at_the_end_as_often_as_asked_for() {
    type Make = fn() -> Plan;
    let server_error: Make = || Plan::fails("server_error");
    let cases: [(Make, &str, bool); 5] = [
        (server_error, "session_error", true),
        (Plan::expires, "expired", true),
        (|| Plan::connects("zoe@else.com"), "wrong_account", true),
        (|| Plan::fails("access_denied"), "session_error", false),
        (|| Plan::fails("account_exists"), "session_error", false),
    ];
    let cases = cases.into_iter().flat_map(|case| [0, 1, 2].map(|retries| (case, retries)));
    at_once(cases, |((plan, outcome, passes), retries)| {
        let tries = if passes { retries + 1 } else { 1 };
        // Bob and cy come between the first try and the second.
        let plans = [vec![plan()], three()[1..].to_vec(), (1..tries).map(|_| plan()).collect()].concat();
        let (folder, api) = (Folder::new(THREE), Office::new(plans));
        let run = folder.batch(&api.url(), &["--json", "--retries", &retries.to_string()]).run().expect(13);
        assert_eq!(events(&run, "retry").len(), tries - 1, "{outcome} {retries}: {run:#?}");
        let sessions: Vec<_> = events(&run, "session").iter().map(|session| session["row"].as_u64().unwrap()).collect();
        assert_eq!(sessions, [vec![1, 2, 3], vec![1; tries - 1]].concat(), "{outcome} {retries}");
        let rows = folder.rows();
        let ada = rows.iter().find(|row| row.get("email") == "ada@acme.com").unwrap();
        assert_eq!(
            (ada.get("outcome"), ada.get("attempts")),
            (outcome, tries.to_string().as_str()),
            "{outcome} {retries}"
        );
        assert_eq!((rows.len(), api.starts()), (3, 2 + tries));
        let result = run.result();
        assert_eq!(
            (&result["outcome"], &result["counts"]["connected"], &result["counts"][outcome]),
            (&json!("incomplete"), &json!(2), &json!(1))
        );
    });
}

#[test]
fn a_signal_stops_it_and_the_same_command_goes_on() {
    for (signal, number, code) in [("INT", 2, 130), ("TERM", 15, 143)] {
        for parallel in ["1", "2"] {
            let (folder, api) = (Folder::new(THREE), Office::new((0..9).map(|_| Plan::open())));
            let mut live = Live::start(folder.batch(&api.url(), &["--json", "--parallel", parallel]));
            for _ in 0..parallel.parse().unwrap() {
                live.stdout.until(r#""event":"session""#);
            }
            let at = Instant::now();
            live.signal(signal);
            let run = live.end();
            assert!(at.elapsed().as_secs() < 30, "it did not wait for people");
            assert_eq!((run.code, run.signal), (None, Some(number)), "{run:#?}");
            let result = run.result();
            assert_eq!((&result["outcome"], &result["exit_code"]), (&json!("interrupted"), &json!(code)));
            assert_eq!(result["counts"], json!({"pending": 3}));
            assert!(result["next"].as_str().unwrap().contains("list.csv"), "{result}");
            let started = api.starts();
            assert_eq!(started.to_string(), parallel);
            // Those that were open are taken up, with their URLs, and not begun anew.
            let mut live = Live::start(folder.batch(&api.url(), &["--json", "--parallel", parallel]));
            for _ in 0..3 {
                let session: serde_json::Value =
                    serde_json::from_str(&live.stdout.until(r#""event":"session""#)).unwrap();
                assert!(session["auth_url"].is_string(), "{session}");
                api.tell(
                    session["session_id"].as_str().unwrap(),
                    connected(session["email_expected"].as_str().unwrap()),
                );
            }
            live.end().expect(0);
            assert_eq!((api.starts(), folder.rows().len()), (3, 3));
            assert!(folder.rows().iter().all(|row| row.get("attempts") == "1"), "{:?}", folder.rows());
        }
    }
}

#[test]
fn a_signal_ends_every_wait_before_a_session() {
    let held = Act::error(429, "slow down").header("retry-after: 60");
    for (lists, refusal, event) in [(vec![Act::error(500, "no"); 9], held.clone(), ""), (Vec::new(), held, "waiting")] {
        let (folder, api) = (Folder::new(THREE), Office::new(vec![Plan::Refused(refusal); 9]).lists(lists));
        let mut live = Live::start(folder.batch(&api.url(), &["--json", "-v"]));
        match event {
            "" => live.stderr.until("/api/v2/accounts?"),
            event => live.stdout.until(event),
        };
        live.signal("TERM");
        let run = live.end();
        assert_eq!((run.code, run.signal), (None, Some(15)), "{run:#?}");
        let result = run.result();
        assert_eq!((&result["outcome"], &result["exit_code"]), (&json!("interrupted"), &json!(143)));
        assert!(result["next"].as_str().unwrap().contains("list.csv"), "{result}");
        assert!(api.starts() <= 1, "{run:#?}");
    }
}
