//! What is listed, for people and for scripts.

use std::fs;

use instantly_oauth::model::provider::Provider;
use serde_json::{Value, json};

use super::{Machine, met, records, rows, started};
use crate::support::{Act, Live, Scripted, Tool};

/// A machine on which one session of every kind took its course, and what is to be told of each, the newest first: its
/// provider, outcome and mailbox, and its id.
fn eventful() -> (Machine, [[&'static str; 4]; 7]) {
    let machine = Machine::new();
    let denied = Act::json(r#"{"status":"error","error":"access_denied","error_description":"no\u0007"}"#);
    let expect = |mailbox: &'static str| ["--expect", mailbox];
    machine.connect("google", "s-ok", &[], &[Act::pending(), Act::success()]).expect(0);
    machine.connect("microsoft", "s-wrong", &expect("bob@acme.com"), &[Act::success()]).expect(12);
    machine.connect("microsoft", "s-denied", &expect("eve@acme.com"), &[denied]).expect(3);
    machine.connect("google", "s-expired", &[], &[Act::json(r#"{"status":"expired"}"#)]).expect(5);
    machine.connect("google", "s-gone", &[], &[Act::not_found()]).expect(6);
    machine.connect("google", "s-lost", &expect("zoe@acme.com"), &[Act::Drop, Act::not_found()]).expect(11);
    let api = Scripted::new([started("s-open")]);
    let open = Tool::connect(&api.url(), &["--no-wait"]);
    machine.here(open).run().expect(0);
    let told = [
        ["google", "pending", "-", "s-open"],
        ["google", "outcome_unknown", "(zoe@acme.com)", "s-lost"],
        ["google", "not_found", "-", "s-gone"],
        ["google", "expired", "-", "s-expired"],
        ["microsoft", "session_error", "(eve@acme.com)", "s-denied"],
        ["microsoft", "wrong_account", "ada@acme.com", "s-wrong"],
        ["google", "connected", "ada@acme.com", "s-ok"],
    ];
    (machine, told)
}

#[test]
fn every_session_is_told_with_its_outcome_the_newest_first() {
    let (machine, told) = eventful();
    let run = machine.sessions(&[]).run().expect(0);
    assert_eq!(run.stderr, "");
    let rows = rows(&run.stdout);
    assert_eq!(rows.iter().map(|(_, cells)| cells.clone()).collect::<Vec<_>>(), told);
    assert!(rows.iter().all(|(when, _)| when == "just now" || when.ends_with(" ago")), "{}", run.stdout);

    let run = machine.sessions(&["--json"]).run().expect(0);
    assert!(!run.stdout.contains("auth_url") && !run.stdout.contains("https://"), "{}", run.stdout);
    assert!(!run.stdout.contains(|c: char| c.is_control() && c != '\n'), "{:?}", run.stdout);
    let records = records(&run);
    let cells = records.iter().map(|record| [&record["provider"], &record["outcome"], &record["session_id"]]);
    let expected = told.iter().map(|[provider, outcome, _, id]| [provider, outcome, id].map(|cell| json!(cell)));
    assert!(cells.map(|cells| cells.map(Clone::clone)).eq(expected), "{records:#?}");
    let newest_first = records.windows(2).all(|two| two[0]["started_at"].as_str() >= two[1]["started_at"].as_str());
    assert!(newest_first, "{records:#?}");

    // The filters choose among them.
    for (flags, expected) in [
        (&["--outcome", "connected"][..], &["s-ok"][..]),
        (&["--outcome", "expired,not_found"], &["s-gone", "s-expired"]),
        (&["--outcome", "session_error", "--outcome", "outcome_unknown"], &["s-lost", "s-denied"]),
        (&["--outcome", "pending,wrong_account"], &["s-open", "s-wrong"]),
        (&["--provider", "microsoft"], &["s-denied", "s-wrong"]),
        (&["--provider", "microsoft", "--outcome", "connected"], &[]),
        (&["--limit", "2"], &["s-open", "s-lost"]),
        (&["--limit", "1", "--provider", "microsoft"], &["s-denied"]),
        (&["--limit", "99", "--outcome", "connected"], &["s-ok"]),
    ] {
        assert_eq!(machine.ids(flags), expected, "{flags:?}");
    }
    let run = machine.sessions(&["--provider", "microsoft", "--outcome", "connected"]).run().expect(0);
    assert_eq!((&*run.stdout, &*run.stderr), ("", "None of 7 sessions is like that.\n"));
    for wrong in [["--outcome", "waiting"], ["--outcome", "usage"], ["--limit", "0"], ["--provider", "gmail"]] {
        let run = machine.sessions(&wrong).run().expect(2).says(wrong[0]);
        assert_eq!(run.stdout, "");
    }
}

#[test]
fn a_record_has_the_keys_of_a_result_as_far_as_they_apply() {
    let (machine, _) = eventful();
    let run = machine.sessions(&["--json"]).run().expect(0);
    let records = records(&run);
    let of = |id: &str| records.iter().find(|record| record["session_id"] == id).unwrap();
    let null = Value::Null;
    for (id, status, email, name, expect, error, source) in [
        ("s-open", null.clone(), null.clone(), null.clone(), null.clone(), null.clone(), null.clone()),
        ("s-lost", null.clone(), null.clone(), null.clone(), json!("zoe@acme.com"), null.clone(), json!("api")),
        ("s-gone", null.clone(), null.clone(), null.clone(), null.clone(), null.clone(), json!("api")),
        ("s-expired", json!("expired"), null.clone(), null.clone(), null.clone(), null.clone(), json!("api")),
        (
            "s-denied",
            json!("error"),
            null.clone(),
            null.clone(),
            json!("eve@acme.com"),
            json!("access_denied"),
            json!("api"),
        ),
        (
            "s-wrong",
            json!("success"),
            json!("ada@acme.com"),
            json!("Ada Lovelace"),
            json!("bob@acme.com"),
            null.clone(),
            json!("api"),
        ),
        ("s-ok", json!("success"), json!("ada@acme.com"), json!("Ada Lovelace"), null.clone(), null, json!("api")),
    ] {
        let record = of(id);
        let keys = ["status", "email", "name", "expect", "error", "source"];
        assert_eq!(keys.map(|key| record[key].clone()), [status, email, name, expect, error, source], "{record}");
        let description = if id == "s-denied" { json!("no\u{7}") } else { Value::Null };
        assert_eq!((&record["error_description"], &record["waiting"]), (&description, &json!(false)), "{record}");
        assert_eq!(record["sandbox"], false);
        for key in ["started_at", "expires_at", "finished_at"] {
            if key == "finished_at" && id == "s-open" {
                assert_eq!(record.get(key), Some(&Value::Null), "{record}");
                continue;
            }
            let time = record[key].as_str().unwrap();
            assert!(time.len() == "2026-08-01T12:00:00.000Z".len() && time.ends_with('Z'), "{key}: {time}");
            time.parse::<jiff::Timestamp>().unwrap();
        }
        assert_eq!((record.as_object().unwrap().len(), &record["profile"]), (17, &Value::Null), "{record}");
    }
    assert_eq!(run.result()["message"], "7 sessions listed");
}

#[test]
fn nothing_recorded_is_no_failure_and_leaves_nothing_behind() {
    for flags in [&[][..], &["--sandbox"], &["--outcome", "connected"], &["forget", "--all"]] {
        let machine = Machine::new();
        let tool = machine.sessions(flags);
        let home = tool.home().to_owned();
        let files = fs::read_dir(&home).unwrap().count();
        let run = tool.run().expect(0).says("sessions are recorded here.");
        assert_eq!((run.stdout.as_str(), files), ("", 0), "{flags:?}");
        assert_eq!(fs::read_dir(machine.path()).unwrap().count(), 0, "{flags:?}");
        let run = machine.sessions(flags).args(&["--json"]).run().expect(0);
        assert_eq!(run.result()["outcome"], "done");
        assert_eq!(run.events().len(), 1, "{run:#?}");
        let run = machine.sessions(flags).args(&["--quiet"]).run().expect(0);
        assert_eq!((run.stdout, run.stderr), (String::new(), String::new()));
    }
    // Neither is the directory made.
    let machine = Machine::new();
    let place = machine.path().join("not/yet");
    let run = Tool::new(["sessions"]).env("INSTANTLY_OAUTH_STATE_DIR", &place).run().expect(0);
    assert!(run.stderr.starts_with("No sessions are recorded here.") && !place.exists(), "{run:#?}");
}

#[test]
fn sandbox_sessions_are_told_apart_from_real_ones() {
    let machine = Machine::new();
    machine.connect("google", "real", &[], &[Act::success()]).expect(0);
    let sandboxed = Tool::new(["connect", "microsoft", "--sandbox=denied", "--no-browser", "--interval", "20ms"]);
    machine.here(sandboxed).run().expect(3);
    let real = machine.sessions(&["--json"]).run().expect(0);
    let sandbox = machine.sessions(&["--json", "--sandbox"]).run().expect(0);
    for (run, provider, is_sandbox, message) in
        [(real, "google", false, "1 session listed"), (sandbox, "microsoft", true, "1 sandbox session listed")]
    {
        let records = records(&run);
        let [record] = &records[..] else { panic!("{records:#?}") };
        assert_eq!((&record["provider"], &record["sandbox"]), (&json!(provider), &json!(is_sandbox)));
        assert_eq!(run.result()["message"], message);
    }
    let ids = machine.ids(&["--sandbox"]);
    machine.sessions(&["forget", &ids[0]]).run().expect(6).says(&format!("no session with the id {} is", ids[0]));
    machine.sessions(&["--sandbox", "forget", "--all"]).run().expect(0).says("Erased 1 sandbox session.");
    assert_eq!((machine.ids(&[]), machine.ids(&["--sandbox"])), (vec!["real".to_owned()], Vec::new()));
}

#[test]
fn a_session_is_waiting_only_as_long_as_somebody_lives_who_waits_for_it() {
    let machine = Machine::new();
    let api = Scripted::new([started("held"), Act::Hold(Box::new(Act::success()))]);
    let live = Live::start(machine.here(Tool::connect(&api.url(), &["--interval", "20ms"])));
    api.wait_for(2);
    let waiting = |machine: &Machine| {
        let run = machine.sessions(&["--json", "--outcome", "pending"]).run().expect(0);
        let records = records(&run);
        let word = rows(&machine.sessions(&[]).run().expect(0).stdout)[0].1[1].clone();
        (records.first().map(|record| record["waiting"].clone()), word)
    };
    assert_eq!(waiting(&machine), (Some(json!(true)), "waiting".to_owned()));
    live.signal("KILL");
    assert_eq!(live.end().signal, Some(9));
    assert_eq!(waiting(&machine), (Some(json!(false)), "pending".to_owned()));
}

#[test]
fn times_are_told_relative_to_now() {
    let machine = Machine::new();
    let at = |id: &str, provider| {
        let mut record = met(id);
        record.provider = provider;
        record
    };
    machine.remember([
        (12 * 86_400 + 60, at("d", Some(Provider::Google))),
        (3 * 3600 + 60, at("h", None)),
        (5 * 60 + 1, at("m", Some(Provider::Microsoft))),
        // What is older than thirty days goes by itself.
        (31 * 86_400, at("old", None)),
    ]);
    let table = machine.sessions(&[]).run().expect(0).stdout;
    let expected = "\
WHEN       PROVIDER   OUTCOME  MAILBOX  ID
5 min ago  microsoft  pending  -        m
3 h ago    -          pending  -        h
12 d ago   google     pending  -        d
";
    assert_eq!(table, expected);
}
