//! A session's start: the request as it is sent, what is tried again, and what is waited for.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use crate::support::run::KEY;
use crate::support::scripted::Request;
use crate::support::{Act, INIT, Run, STATUS, Scripted, Tool, at_once, nobody};

/// The names of a request's headers, in order of the alphabet.
fn names(request: &Request) -> Vec<&str> {
    let mut names: Vec<_> = request.headers.iter().map(|(name, _)| name.as_str()).collect();
    names.sort_unstable();
    names
}

/// The reasons of the `waiting` events, in order.
fn reasons(run: &Run) -> Vec<String> {
    let waiting = run.events().into_iter().filter(|event| event["event"] == "waiting");
    waiting.map(|event| event["reason"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn the_requests_carry_what_the_api_documents_and_nothing_else() {
    let api = Scripted::new([Act::started().header("set-cookie: a=b; Path=/"), Act::success()]);
    Tool::connect(&api.url(), &[]).run().expect(0);
    let requests = api.requests();
    let [init, status] = &requests[..] else { panic!("{requests:#?}") };
    assert_eq!((init.line.as_str(), init.body.as_str()), (INIT, "{}"));
    assert_eq!((status.line.as_str(), status.body.as_str()), (STATUS, ""));
    assert_eq!(init.header("content-type"), Some("application/json"));
    assert_eq!(names(init), ["accept", "authorization", "content-length", "content-type", "host", "user-agent"]);
    assert_eq!(names(status), ["accept", "authorization", "host", "user-agent"]);
    for request in [init, status] {
        assert_eq!(request.header("authorization"), Some(format!("Bearer {KEY}").as_str()));
        assert_eq!(request.header("user-agent"), Some(concat!("instantly-oauth/", env!("CARGO_PKG_VERSION"))));
        assert_eq!(request.header("host"), Some(api.url().trim_start_matches("http://")));
    }
}

#[test]
fn every_spelling_of_the_base_url_leads_to_the_same_paths() {
    for (suffix, prefix) in
        [("", ""), ("/", ""), ("/api/v2", ""), ("/api/v2/", ""), ("/gate", "/gate"), ("/gate/api/v2/", "/gate")]
    {
        let api = Scripted::new([Act::started(), Act::success()]);
        Tool::connect("", &["--base-url", &format!("{}{suffix}", api.url())]).run().expect(0);
        let line = |line: &str| line.replacen(" /", &format!(" {prefix}/"), 1);
        assert_eq!(api.lines(), [line(INIT), line(STATUS)], "{suffix}");
    }
    let api = Scripted::new([Act::pending()]);
    Tool::status(&api.url().replace("127.0.0.1", "localhost"), &["s1"]).run().expect(8);
    assert_eq!(api.lines(), [STATUS]);
}

#[test]
fn a_flag_beats_the_environment() {
    let (flag, environment) = (Scripted::new([Act::pending()]), Scripted::new([Act::pending()]));
    Tool::status(&environment.url(), &["s1", "--base-url", &flag.url()]).run().expect(8).says("--base-url");
    assert_eq!((flag.lines().len(), environment.lines().len()), (1, 0));
}

#[test]
fn an_odd_id_is_one_segment_of_the_path() {
    let id = r#"a/../b?c#d%2F&e=f;"'(g)\`{}~"#;
    let body = serde_json::json!({"session_id": id, "auth_url": "https://accounts.google.com/x"});
    let path = "GET /api/v2/oauth/session/status/a%2F..%2Fb%3Fc%23d%252F%26e%3Df%3B%22%27%28g%29%5C%60%7B%7D~";
    let api = Scripted::new([Act::json(body.to_string()), Act::success()]);
    let run = Tool::connect(&api.url(), &["--json"]).run().expect(0);
    assert_eq!(run.result()["session_id"], id);
    assert_eq!(api.lines(), [INIT, path]);

    let api = Scripted::new([Act::pending()]);
    let run = Tool::status(&api.url(), &[id, "--json"]).run().expect(8);
    assert_eq!(api.lines(), [path]);
    // What is to be run next survives a shell.
    let next = run.result()["next"].as_str().unwrap().to_owned();
    let words = shlex::split(&next).unwrap();
    assert_eq!(words, ["instantly-oauth", "status", id, "--wait"]);
}

#[test]
fn what_passes_is_tried_again() {
    let api = Scripted::new([Act::Drop, Act::error(500, "oops"), Act::Reset, Act::started(), Act::success()]);
    let run = Tool::connect(&api.url(), &["--json"]).run().expect(0);
    assert_eq!(reasons(&run), ["network", "unavailable", "network"]);
    assert_eq!(api.lines(), [INIT, INIT, INIT, INIT, STATUS]);
    assert_eq!(api.most_in_flight(), 1);
    let bodies: Vec<_> = api.requests().into_iter().map(|request| request.body).collect();
    assert_eq!(bodies, ["{}", "{}", "{}", "{}", ""]);
}

#[test]
fn a_fault_that_stays_ends_after_three_more_tries() {
    at_once(
        [
            (Act::Drop, "15s", 10, "the connection to 127.0.0.1:"),
            (Act::error(500, "oops"), "15s", 9, "the API fails: HTTP 500: oops"),
            (Act::Hold(Box::new(Act::started())), "200ms", 10, "no reply from 127.0.0.1:"),
        ],
        |(act, limit, code, says)| {
            let api = Scripted::new([act]);
            let run = Tool::connect(&api.url(), &["--request-timeout", limit]).run().expect(code).says("error: ");
            let run = run.says(says).says("Next: instantly-oauth connect google");
            assert_eq!(run.stdout, "");
            assert_eq!(api.lines(), [INIT; 4], "{says}");
        },
    );
}

#[test]
fn a_host_at_which_nobody_listens_is_tried_again_too() {
    let (_socket, address) = nobody();
    let run = Tool::connect(&format!("http://{address}"), &["--json"]).run().expect(10);
    assert_eq!(reasons(&run), ["network"; 3]);
    assert_eq!(run.says("error: no connection to 127.0.0.1").result()["session_id"], Value::Null);
}

#[test]
fn what_does_not_pass_is_not_tried_again() {
    for status in [400, 404, 405, 408, 409, 413, 422, 499] {
        let api = Scripted::new([Act::error(status, "as said")]);
        let run = Tool::connect(&api.url(), &[]).run().expect(9).says(&format!("HTTP {status}: as said"));
        assert_eq!(run.stdout, "");
        assert_eq!(api.lines(), [INIT]);
    }
}

#[test]
fn a_limit_or_an_outage_is_waited_for_and_told() {
    at_once([(429, "rate_limited"), (503, "unavailable")], |(status, reason)| {
        let limited = Act::error(status, "slow down").header("retry-after: 1");
        let api = Scripted::new([limited, Act::started(), Act::success()]);
        let before = Timestamp::now();
        let run = Tool::connect(&api.url(), &["--json"]).run().expect(0);
        let waiting = &run.events()[0];
        assert_eq!((&waiting["event"], &waiting["reason"]), (&"waiting".into(), &reason.into()));
        assert_eq!(waiting["seconds"], 1);
        let until: Timestamp = waiting["until"].as_str().unwrap().parse().unwrap();
        // It is written in milliseconds.
        assert!(until >= before + SignedDuration::from_millis(999) && until <= Timestamp::now(), "{waiting}");
        let requests = api.requests();
        assert_eq!(api.lines(), [INIT, INIT, STATUS]);
        assert!(requests[1].at - requests[0].at >= Duration::from_secs(1));
    });
}

#[test]
fn an_outage_that_outlasts_our_patience_ends_at_once_and_says_until_when() {
    for (flags, header, says) in [
        (&[][..], "retry-after: 1800", "(30 min)"),
        (&["--max-wait", "0"], "retry-after: 1", "(1 s)"),
        (&["--max-wait", "0"], "x: y", "did not say for how long"),
    ] {
        let api = Scripted::new([Act::error(503, "busy").header(header)]);
        let run = Tool::connect(&api.url(), flags).run().expect(9).says("error: Instantly cannot start").says(says);
        assert!(run.stderr.contains("Google limiting Instantly") && run.stdout.is_empty(), "{run:#?}");
        assert_eq!(api.lines(), [INIT]);
    }
}

#[test]
fn patience_is_for_all_limits_together() {
    let api = Scripted::new([Act::error(429, "slow down").header("retry-after: 1")]);
    let run = Tool::connect(&api.url(), &["--max-wait", "1900ms"]).run().expect(7).says("rate limited");
    assert_eq!(run.stdout, "");
    assert_eq!(api.lines(), [INIT, INIT]);
}

#[test]
fn a_start_whose_connection_breaks_behind_its_object_counts() {
    let body = r#"{"session_id":"s1","auth_url":"https://accounts.google.com/x"}"#;
    let reply = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{body}", body.len() + 1);
    let api = Scripted::new([Act::Raw(reply.into()), Act::success()]);
    Tool::connect(&api.url(), &[]).run().expect(0);
    assert_eq!(api.lines(), [INIT, STATUS]);
}
