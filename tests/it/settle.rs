//! Lost results and the account list: what it settles, and what it leaves open.

use std::path::Path;

use serde_json::json;

use crate::support::scripted::started_body;
use crate::support::{ACCOUNTS, Act, INIT, STATUS, Scripted, Tool};

/// The server's clock stands at noon, and its accounts appear within the second.
const THEN: &str = "2026-08-01T12:00:00.500Z";
const BEFORE: &str = "2026-08-01T11:00:00.000Z";

fn connect(api: &Scripted, flags: &[&str]) -> Tool {
    Tool::connect(&api.url(), &["--interval", "20ms"]).args(flags)
}

fn connect_at(api: &Scripted, state: &Path, flags: &[&str]) -> Tool {
    connect(api, flags).env("INSTANTLY_OAUTH_STATE_DIR", state)
}

/// A session's start under another id.
fn started(id: &str) -> Act {
    let body = started_body("https://accounts.google.com/o/oauth2/auth", "2026-08-01T12:10:00.000Z");
    Act::json(body.replace("s1", id)).header("date: Sat, 01 Aug 2026 12:00:00 GMT")
}

/// A start, a lost reply, and a session that is gone; then the account list, and whatever follows it.
fn lost(then: impl IntoIterator<Item = Act>) -> Scripted {
    Scripted::new([Act::started(), Act::Drop, Act::not_found()].into_iter().chain(then))
}

#[test]
fn the_one_mailbox_that_appeared_is_the_result() {
    let accounts = [("ada@acme.com", THEN), ("old@acme.com", BEFORE)];
    for json in [false, true] {
        let api = lost([Act::accounts(&accounts)]);
        let run = connect(&api, if json { &["--json"] } else { &[] }).run().expect(0);
        assert!(run.stderr.contains("The account list shows that this mailbox was connected."), "{run:#?}");
        if json {
            let result = run.result();
            assert_eq!((&result["source"], &result["outcome"]), (&json!("reconciled"), &json!("connected")));
            assert_eq!((&result["email"], &result["name"]), (&json!("ada@acme.com"), &json!("Ada Lovelace")));
            assert_eq!((&result["status"], &result["error"]), (&json!(null), &json!(null)));
        } else {
            assert_eq!(run.stdout, "Connected ada@acme.com (Ada Lovelace)\n");
        }
        assert_eq!(api.lines(), [INIT, STATUS, STATUS, ACCOUNTS]);
    }
}

#[test]
fn what_the_list_leaves_open_is_said_to_be_unknown() {
    let two = [("ada@acme.com", THEN), ("bob@acme.com", THEN)];
    let three_looks = 3;
    for (list, looks, says, next) in [
        (Act::accounts(&[]), three_looks, "has no new mailbox that would be this session's", false),
        (Act::accounts(&[("old@acme.com", BEFORE)]), three_looks, "has no new mailbox", false),
        (Act::accounts(&two), three_looks, "cannot be told: ada@acme.com, bob@acme.com", true),
        (Act::error(500, "oops"), three_looks, "could not be read: HTTP 500: oops", true),
        (Act::Drop, three_looks, "could not be read: the connection broke", true),
        (Act::json("{}"), three_looks, "could not be read: an unusable reply: it has no items", true),
        // Nobody comes back in a moment to whoever said no, or later.
        (Act::error(403, "no"), 1, "could not be read: HTTP 403: no", true),
        (Act::error(429, "slow down").header("retry-after: 60"), 1, "could not be read: HTTP 429", true),
    ] {
        let api = lost([list]);
        let run = connect(&api, &["--json"]).run().expect(11).says(says).says("Email accounts");
        assert_eq!(api.lines().len(), 3 + looks, "{says}: {:?}", api.lines());
        let result = run.result();
        assert_eq!(result["next"], if next { json!("instantly-oauth status s1 --wait") } else { json!(null) });
    }
}

#[test]
fn a_later_look_may_tell_what_the_first_one_did_not() {
    let ada = Act::accounts(&[("ada@acme.com", THEN)]);
    for first in [Act::accounts(&[]), Act::error(502, "oops"), Act::Drop] {
        let api = lost([first, ada.clone()]);
        assert_eq!(connect(&api, &[]).run().expect(0).stdout, "Connected ada@acme.com (Ada Lovelace)\n");
    }
    // What could not be told then is looked for again when somebody asks.
    let state = tempfile::tempdir().unwrap();
    let api = lost([Act::error(403, "no"), Act::not_found(), ada]);
    connect_at(&api, state.path(), &[]).run().expect(11);
    let status = || Tool::status(&api.url(), &["s1"]).env("INSTANTLY_OAUTH_STATE_DIR", state.path());
    assert_eq!(status().run().expect(0).stdout, "Connected ada@acme.com (Ada Lovelace)\n");
    let asked = api.lines().len();
    let result = status().args(&["--json"]).run().expect(0).result();
    assert_eq!((&result["source"], api.lines().len()), (&json!("journal"), asked), "it is known from now on");
}

#[test]
fn what_another_session_told_of_is_not_this_ones() {
    let (ada, bob) = (("ada@acme.com", THEN), ("bob@acme.com", THEN));
    for (accounts, code, stdout) in
        [(vec![ada, bob], 0, "Connected bob@acme.com (Ada Lovelace)\n"), (vec![ada], 11, "")]
    {
        let state = tempfile::tempdir().unwrap();
        let acts =
            [started("s1"), Act::success(), started("s2"), Act::Drop, Act::not_found(), Act::accounts(&accounts)];
        let api = Scripted::new(acts);
        connect_at(&api, state.path(), &[]).run().expect(0);
        assert_eq!(connect_at(&api, state.path(), &[]).run().expect(code).stdout, stdout);
    }
}

#[test]
fn a_session_that_may_still_tell_its_result_leaves_it_open() {
    let state = tempfile::tempdir().unwrap();
    let ada = Act::accounts(&[("ada@acme.com", THEN)]);
    let held = Act::Hold(Box::new(Act::success()));
    let acts = [started("s1"), held, started("s2"), Act::Drop, Act::not_found(), ada.clone(), ada.clone(), ada];
    let api = Scripted::new(acts.into_iter().chain([Act::not_found()]));
    let live = crate::support::Live::start(connect_at(&api, state.path(), &["--request-timeout", "1h"]));
    api.wait_for(2);
    connect_at(&api, state.path(), &[]).run().expect(11).says("cannot be told: ada@acme.com");
    api.release();
    live.end().expect(0);
}

#[test]
fn the_expected_mailbox_is_looked_for_by_name() {
    let one = "GET /api/v2/accounts/ada%40acme.com";
    let again = |updated: &str| {
        Act::json(
            json!({"email": "ada@acme.com", "provider_code": 2, "timestamp_created": BEFORE,
                   "timestamp_updated": updated, "status": 1})
            .to_string(),
        )
    };
    for (list, account, code, asked) in [
        (Act::accounts(&[("Ada@acme.com", THEN), ("bob@acme.com", THEN)]), Act::not_found(), 0, vec![ACCOUNTS]),
        (Act::accounts(&[("bob@acme.com", THEN)]), again(THEN), 0, vec![ACCOUNTS, one]),
        (Act::accounts(&[]), again(BEFORE), 11, vec![ACCOUNTS, one]),
        (Act::accounts(&[("bob@acme.com", THEN)]), Act::not_found(), 11, vec![ACCOUNTS, one]),
    ] {
        let api = lost([list, account, Act::error(403, "no more")]);
        let run = connect(&api, &["--expect", "ada@acme.com"]).run().expect(code);
        assert_eq!(api.lines()[3..3 + asked.len()], asked, "{run:#?}");
        assert_eq!(run.stdout.to_lowercase().contains("connected ada@acme.com"), code == 0, "{run:#?}");
    }
}

#[test]
fn a_page_that_is_not_enough_is_followed_by_the_next() {
    // A hundred newer mailboxes than ours, of a time when our session was over.
    let later: Vec<String> = (0..100).map(|number| format!("{number}@acme.com")).collect();
    let later: Vec<_> = later.iter().map(|email| (email.as_str(), "2026-08-01T12:30:00.000Z")).collect();
    let with_next = |act: Act, next: &str| match act {
        Act::Reply { status, headers, body } => {
            let mut body: serde_json::Value = serde_json::from_str(&body).unwrap();
            body["next_starting_after"] = json!(next);
            Act::Reply { status, headers, body: body.to_string() }
        }
        _ => unreachable!("accounts are a reply"),
    };
    let cursor = "2026-08-01T12:30:00.000Z&99@acme.com";
    // The second page has more behind it, and what it has is old enough.
    let second = with_next(Act::accounts(&[("ada@acme.com", THEN), ("old@acme.com", BEFORE)]), "more");
    let api = lost([with_next(Act::accounts(&later), cursor), second, Act::error(500, "not asked for")]);
    assert_eq!(connect(&api, &[]).run().expect(0).stdout, "Connected ada@acme.com (Ada Lovelace)\n");
    let after = "&starting_after=2026-08-01T12%3A30%3A00.000Z%2699%40acme.com";
    assert_eq!(api.lines()[3..], [ACCOUNTS.to_owned(), format!("{ACCOUNTS}{after}")]);
}

#[test]
fn without_a_journal_only_a_mailbox_that_was_named_is_believed() {
    let ada = Act::accounts(&[("ada@acme.com", THEN)]);
    let run = connect(&lost([ada.clone()]), &[]).no_env("HOME").run().expect(11).says("recorded nowhere");
    run.says("--expect EMAIL");
    let run = connect(&lost([ada]), &["--expect", "ada@acme.com"]).no_env("HOME").run().expect(0);
    assert_eq!(run.stdout, "Connected ada@acme.com (Ada Lovelace)\n");
}

#[test]
fn a_journal_that_became_another_does_not_vouch_for_a_mailbox() {
    let state = tempfile::tempdir().unwrap();
    let lose = Act::Hold(Box::new(Act::Drop));
    let acts = [Act::started(), lose, Act::not_found(), Act::accounts(&[("ada@acme.com", THEN)])];
    let api = Scripted::new(acts);
    let live = crate::support::Live::start(connect_at(&api, state.path(), &["--request-timeout", "1h"]));
    api.wait_for(2);
    std::fs::remove_file(state.path().join("journal.db")).unwrap();
    api.release();
    let run = live.end().expect(11);
    run.says("nothing is known of other sessions");
}

#[test]
fn nobody_is_asked_after_with_another_workspaces_key() {
    let state = tempfile::tempdir().unwrap();
    let held = || Act::Hold(Box::new(Act::success()));
    let ada = Act::accounts(&[("ada@acme.com", THEN)]);
    let api =
        Scripted::new([started("s1"), held(), started("s2"), held(), Act::not_found(), ada, Act::error(500, "x")]);
    // Both are killed with a request on its way, so each may own what appeared.
    for requests in [2, 4] {
        let live = crate::support::Live::start(connect_at(&api, state.path(), &["--request-timeout", "1h"]));
        api.wait_for(requests);
        live.signal("KILL");
        live.end();
    }
    let status = Tool::status(&api.url(), &["s2", "--expect", "ada@acme.com"]).env("INSTANTLY_API_KEY", "another");
    status.env("INSTANTLY_OAUTH_STATE_DIR", state.path()).run().expect(11).says("ada@acme.com");
    assert_eq!(api.lines()[4..], ["GET /api/v2/oauth/session/status/s2", ACCOUNTS]);
}

#[test]
fn whoever_is_asked_after_is_told_and_a_limit_ends_the_asking() {
    for (answer, asked) in [(Act::error(429, "slow down").header("retry-after: 60"), 1), (Act::pending(), 2)] {
        let state = tempfile::tempdir().unwrap();
        let held = || Act::Hold(Box::new(Act::success()));
        let mut acts = Vec::new();
        for id in ["s1", "s2", "s3"] {
            acts.extend([started(id), held()]);
        }
        let ada = Act::accounts(&[("ada@acme.com", THEN)]);
        acts.extend([Act::not_found(), ada, answer.clone(), answer]);
        let api = Scripted::new(acts);
        for requests in [2, 4, 6] {
            let live = crate::support::Live::start(connect_at(&api, state.path(), &["--request-timeout", "1h"]));
            api.wait_for(requests);
            live.signal("KILL");
            live.end();
        }
        let status = Tool::status(&api.url(), &["s3"]).env("INSTANTLY_OAUTH_STATE_DIR", state.path());
        let run = status.run().expect(11);
        let after = run.stderr.matches("Asking after session").count();
        assert_eq!((after, api.lines().len()), (asked, 8 + asked), "{run:#?}");
    }
}

#[test]
fn a_request_that_never_left_has_lost_nothing() {
    // The server goes away between two polls: nothing was sent, so nothing can have been read.
    let (_socket, nobody) = crate::support::nobody();
    let state = tempfile::tempdir().unwrap();
    let refused = Tool::status(&format!("http://{nobody}"), &["s1"]).env("INSTANTLY_OAUTH_STATE_DIR", state.path());
    let run = refused.args(&["--wait", "--interval", "20ms", "--timeout", "100ms"]).run().expect(8);
    assert!(!run.stderr.contains("lost on the way"), "{run:#?}");
}

#[test]
fn the_sandbox_shows_it() {
    let run = Tool::new(["connect", "google", "--sandbox=lost_reply", "--no-browser", "--interval", "20ms", "--json"]);
    let run = run.run().expect(0);
    assert_eq!((&run.result()["source"], &run.result()["email"]), (&json!("reconciled"), &json!("ada@acme.example")));
}
