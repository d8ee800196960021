//! Where all is well; what is sent; and what no report ever holds.

use serde_json::{Value, json};

use super::*;
use crate::support::run::KEY;
use crate::support::{Live, Service};

/// The checks of a report, by name.
fn checks(run: &Run) -> Vec<(String, Value)> {
    let events = run.events().into_iter().filter(|event| event["event"] == "check");
    events.map(|event| (event["name"].as_str().unwrap().to_owned(), event)).collect()
}

#[test]
fn all_is_well_and_one_request_was_sent_for_a_session_that_nobody_has() {
    let api = healthy();
    let run = doctor(&api.url()).run().expect(0);
    assert!(run.stdout.lines().all(|line| line.starts_with("\u{2713} ") || line == "All is well."), "{run:#?}");
    assert!(run.stdout.ends_with("\nAll is well.\n") && run.stderr.is_empty(), "{run:#?}");
    let run = doctor(&api.url()).args(&["--json"]).run().expect(0);
    assert_eq!(run.stderr, "");
    let names: Vec<String> = checks(&run).into_iter().map(|(name, _)| name).collect();
    let all =
        "tool config key base_url roots proxy dns tcp tls state journal limits service access clock browser terminal";
    assert_eq!(names.join(" "), all);
    let result = run.result();
    assert_eq!((&result["outcome"], &result["message"]), (&json!("done"), &json!("All is well.")));
    assert_eq!(result["counts"], json!({"ok": 17, "warning": 0, "failed": 0, "skipped": 0}));

    let ids: Vec<String> = api.lines();
    assert_eq!(ids.len(), 2, "one each");
    let id = |line: &str| line.strip_prefix("GET /api/v2/oauth/session/status/").unwrap().to_owned();
    let (one, two) = (id(&ids[0]), id(&ids[1]));
    assert!(one != two && one.len() == 36 && one.split('-').count() == 5, "{one} {two}");
}

#[test]
fn the_sandbox_is_well() {
    let service = Service::start(&[]);
    let run = service.tool(&["doctor"]).env("BROWSER", "sh").run().expect(0);
    for told in ["characters, of the sandbox", "answers as the API does (HTTP 404)", "All is well."] {
        assert!(run.stdout.contains(told), "{told}: {run:#?}");
    }
    // Over https as well, behind a proxy.
    let far = Far::new();
    let run = far.doctor().args(&["--json"]).run().expect(0);
    let checks = checks(&run);
    let facts = |name: &str| checks.iter().find(|(known, _)| known == name).unwrap().1["facts"].clone();
    assert_eq!((&facts("proxy")["used"], &facts("tls")["issuer_is_public"]), (&json!(true), &json!(false)));
    assert_eq!((&facts("tls")["version"], &facts("tls")["issuer"]), (&json!("TLS 1.3"), &json!(Authority::NAME)));
    assert_eq!((&facts("roots")["named"], &facts("service")["status"]), (&json!(1), &json!(404)));
}

#[test]
fn no_report_has_a_secret_in_it() {
    let (far, folder) = (Far::new(), tempfile::tempdir().unwrap());
    let key = file(folder.path(), "key", KEY, 0o644);
    let refused = Scripted::new([Act::error(401, &format!("the key {KEY} is wrong"))]);
    for flags in [&[][..], &["--json"], &["-vv"], &["--json", "-vv"]] {
        let runs = [
            far.doctor().run().expect(0),
            far.doctor().no_env("INSTANTLY_API_KEY").args(&["--api-key-file", key.to_str().unwrap()]).args(flags).run(),
            doctor(&refused.url()).args(flags).run().expect(4),
            doctor("https://ada:s3cret@api.example").args(flags).run().expect(2),
            far.doctor().env("HTTPS_PROXY", "http://ada:s3cret@").args(flags).run().expect(2),
        ];
        for run in runs {
            for secret in [KEY, KEY.trim_end_matches('='), "s3cret", "ada:"] {
                assert!(!run.stdout.contains(secret) && !run.stderr.contains(secret), "{secret}: {run:#?}");
            }
        }
    }
}

#[test]
fn a_report_says_what_depends_on_what_and_its_result_is_the_first_failure() {
    let (_socket, address) = crate::support::nobody();
    let tool = doctor(&format!("http://{address}")).args(&["--json"]).env("BROWSER", "/nonexistent");
    let run = tool.run().expect(10);
    let checks = checks(&run);
    let of = |name: &str| &checks.iter().find(|(known, _)| known == name).unwrap().1;
    assert_eq!((&of("tcp")["state"], &of("tcp")["exit_code"]), (&json!("failed"), &json!(10)));
    assert_eq!((&of("browser")["state"], &of("browser")["exit_code"]), (&json!("warning"), &json!(0)));
    for name in ["tls", "service", "access", "clock"] {
        assert_eq!((&of(name)["state"], &of(name)["needs"]), (&json!("skipped"), &json!("tcp")), "{name}");
    }
    assert!(!of("tcp")["remedy"].as_array().unwrap().is_empty());
    let result = run.result();
    assert_eq!((&result["outcome"], &result["hints"]), (&json!("network"), &of("tcp")["remedy"]));
    assert_eq!(result["counts"], json!({"ok": 11, "warning": 1, "failed": 1, "skipped": 4}));
}

#[test]
fn quiet_tells_only_what_is_wrong() {
    let api = healthy();
    let run = doctor(&api.url()).args(&["--quiet"]).run().expect(0);
    assert_eq!((run.stdout.as_str(), run.stderr.as_str()), ("All is well.\n", ""));
    let run =
        doctor(&api.url()).no_env("INSTANTLY_API_KEY").args(&["-q"]).env("BROWSER", "/nonexistent").run().expect(4);
    let signs: Vec<_> = run.stdout.lines().filter_map(|line| line.chars().next()).filter(|sign| *sign != ' ').collect();
    assert_eq!(signs, ['\u{2717}', '!'], "{run:#?}");
    assert_eq!(run.stderr, "error: key: no API key\n");
}

#[test]
fn a_signal_ends_it_with_a_result() {
    let api = Scripted::new([Act::Hold(Box::new(Act::not_found()))]);
    let live = Live::start(doctor(&api.url()).args(&["--json"]));
    api.wait_for(1);
    live.signal("INT");
    let run = live.end();
    assert_eq!(run.signal, Some(2), "{run:#?}");
    let last: Value = serde_json::from_str(run.stdout.lines().last().unwrap()).unwrap();
    assert_eq!((&last["event"], &last["outcome"]), (&json!("result"), &json!("interrupted")));
}
