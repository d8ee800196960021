//! 9 and 10: the API, or the way to it, is out of order to the end.

use std::net::TcpListener;

use crate::support::scripted::started_body;
use crate::support::{Act, INIT, STATUS, Scripted, Tool, at_once, nobody};

const URL: &str = "https://accounts.google.com/o/oauth2/auth";

fn html(status: u16) -> Act {
    let body = "<!doctype html><title>502 Bad Gateway</title>".to_owned();
    Act::Reply { status, headers: "content-type: text/html\r\n".into(), body }
}

#[test]
fn an_api_that_fails_to_the_sessions_end_is_unavailable_and_not_an_expiry() {
    at_once(
        [
            (Act::error(500, "oops"), "the API fails: HTTP 500: oops"),
            (Act::error(504, "late"), "HTTP 504: late"),
            (Act::error(503, "busy"), "HTTP 503: busy"),
            (html(502), "HTTP 502: an HTML page, \"502 Bad Gateway\""),
            (html(200), "it is an HTML page, \"502 Bad Gateway\""),
            (Act::json(""), "it is empty"),
            (Act::json("[]"), "not a complete JSON object"),
            (Act::json("{}"), "it has no status"),
            (Act::json(r#"{"status":1}"#), "it has no status"),
            (Act::status(418, "{}"), "HTTP 418"),
        ],
        |(act, says)| {
            let api = Scripted::new([Act::started_briefly(), act.clone()]);
            let run = Tool::connect(&api.url(), &["--interval", "20ms"]).run().expect(9).says("error: ").says(says);
            assert!(run.stderr.contains("Next: instantly-oauth status s1 --wait"), "{run:#?}");
            assert_eq!(run.stdout, "");
            assert_eq!(api.lines()[..2], [INIT, STATUS]);

            let api = Scripted::new([act]);
            let run = Tool::status(&api.url(), &["s1"]).run().expect(9).says(says);
            assert_eq!(run.stdout, "");
            assert_eq!(api.lines(), [STATUS]);
        },
    );
}

#[test]
fn a_start_that_cannot_be_used_ends_at_once() {
    let started = |url: &str| started_body(url, "");
    let long = format!("{URL}?state={}", "a".repeat(16 * 1024));
    let mut cases: Vec<(String, &str)> = vec![
        (String::new(), "it is empty"),
        ("{}".into(), "it has no session_id"),
        (format!(r#"{{"auth_url":"{URL}"}}"#), "it has no session_id"),
        (format!(r#"{{"session_id":null,"auth_url":"{URL}"}}"#), "it has no session_id"),
        (format!(r#"{{"session_id":"","auth_url":"{URL}"}}"#), "its session_id cannot be used: it is empty"),
        (format!(r#"{{"session_id":"..","auth_url":"{URL}"}}"#), "it is a path"),
        (format!(r#"{{"session_id":"a b","auth_url":"{URL}"}}"#), "visible ASCII"),
        (format!(r#"{{"session_id":"a\nb","auth_url":"{URL}"}}"#), "visible ASCII"),
        (format!(r#"{{"session_id":"{}","auth_url":"{URL}"}}"#, "s".repeat(257)), "longer than 256"),
        (r#"{"session_id":"s1"}"#.into(), "it has no auth_url"),
        (r#"{"session_id":"s1","auth_url":["x"]}"#.into(), "it has no auth_url"),
        (format!(r#"{{"session_id":"s1","auth_url":"{URL}""#), "not a complete JSON object"),
        (started(""), "it is empty"),
        (started(&long), "longer than"),
    ];
    let odd = [
        ("http://accounts.google.com/x-marks", "its scheme is http"),
        ("javascript:alert('x-marks')", "not an absolute URL"),
        ("file:///x-marks", "host"),
        ("//accounts.google.com/x-marks", "not an absolute URL"),
        ("https://ada:pw@accounts.google.com/x-marks", "user name or password"),
        ("https://accounts.google.com\\@x-marks/", "user name or password"),
        ("https://accounts.google.com\\x-marks/", "backslash"),
        ("https://accounts.google.com/x-marks y", "a space"),
        ("https://accounts.google.com/x-marks\n", "a space"),
        ("https://accounts.google.com/\u{1b}[2Jx-marks", "control byte"),
        ("https://accounts.google.com/\u{202e}x-marks", "outside ASCII"),
        ("https://ac\u{441}ounts.google.com/x-marks", "outside ASCII"),
    ];
    cases.extend(odd.map(|(url, says)| (started(url), says)));
    for (body, says) in cases {
        let api = Scripted::new([Act::json(body.clone())]);
        let run =
            Tool::connect(&api.url(), &[]).run().expect(9).says("error: the API's reply cannot be used").says(says);
        assert!(!run.stderr.contains("x-marks"), "the URL was shown: {run:#?}");
        assert_eq!(run.stdout, "", "{body}");
        assert_eq!(api.lines(), [INIT], "{body}");
    }
}

#[test]
fn a_redirect_is_followed_by_nobody() {
    let elsewhere = Scripted::new([Act::started()]);
    for status in [301, 302, 303, 307, 308] {
        let redirect = Act::status(status, "").header(&format!("location: {}/x", elsewhere.url()));
        let api = Scripted::new([redirect.clone()]);
        // Were it followed, it would lead to a session, and that to its end.
        let run = Tool::connect(&api.url(), &["--timeout", "0"]).run().expect(9).says("--base-url");
        let run = run.says(&format!("HTTP {status}"));
        assert_eq!(run.stdout, "");
        assert_eq!(api.lines(), [INIT]);

        let api = Scripted::new([redirect]);
        let run = Tool::status(&api.url(), &["s1"]).run().expect(9).says(&format!("HTTP {status}"));
        assert_eq!(run.stdout, "");
        assert_eq!(api.lines(), [STATUS]);
    }
    assert_eq!(elsewhere.lines(), [""; 0]);
}

#[test]
fn a_way_that_stays_broken_to_the_sessions_end_is_the_networks_fault() {
    at_once(
        [
            (Act::Drop, "the connection to 127.0.0.1:"),
            (Act::Reset, "the connection to 127.0.0.1:"),
            (Act::Raw(b"nonsense\r\n\r\n".into()), "the connection to 127.0.0.1:"),
            (
                Act::Raw(b"HTTP/1.1 200 OK\r\ncontent-length: 20\r\n\r\n{\"status\":".into()),
                "before the reply was complete",
            ),
        ],
        |(act, says)| {
            let api = Scripted::new([Act::started_briefly(), act.clone()]);
            let run = Tool::connect(&api.url(), &["--interval", "20ms"]).run().expect(10).says("error: ").says(says);
            let run = run.says("A reply was lost on the way").says("Next: instantly-oauth status s1 --wait");
            assert_eq!(run.stdout, "");
            assert_eq!(api.lines()[..2], [INIT, STATUS]);

            let api = Scripted::new([act]);
            let run = Tool::status(&api.url(), &["s1"]).run().expect(10).says(says).says("A reply was lost on the way");
            assert_eq!(run.stdout, "");
            assert_eq!(api.lines(), [STATUS]);
        },
    );
}

#[test]
fn a_reply_that_does_not_come_in_time_is_the_networks_fault() {
    let api = Scripted::new([Act::started_briefly(), Act::Hold(Box::new(Act::success()))]);
    let run = Tool::connect(&api.url(), &["--interval", "20ms", "--request-timeout", "1s"]).run().expect(10);
    let run = run.says("error: no reply from 127.0.0.1:").says("--request-timeout").says("A reply was lost");
    assert_eq!(run.stdout, "");
    assert_eq!(api.lines()[..2], [INIT, STATUS]);

    let api = Scripted::new([Act::Hold(Box::new(Act::success()))]);
    let run = Tool::status(&api.url(), &["s1", "--request-timeout", "200ms"]).run().expect(10);
    assert_eq!(run.says("error: no reply from 127.0.0.1:").stdout, "");
    assert_eq!(api.lines(), [STATUS]);
}

#[test]
fn a_host_at_which_nobody_listens_is_the_networks_fault_and_loses_nothing() {
    let (_socket, address) = nobody();
    let base = format!("http://{address}");
    let run = Tool::status(&base, &["s1"]).run().expect(10).says("error: no connection to 127.0.0.1");
    assert!(!run.stderr.contains("A reply was lost"), "{run:#?}");
    assert_eq!(run.stdout, "");
    let run = Tool::status(&base, &["s1", "--wait", "--interval", "20ms", "--timeout", "100ms"]).run().expect(8);
    assert_eq!(run.says("no connection").stdout, "");
}

#[test]
fn a_server_that_speaks_no_tls_is_told_as_that() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!("https://{}", listener.local_addr().unwrap());
    let server = std::thread::spawn(move || {
        use std::io::{Read, Write};
        let (mut stream, _) = listener.accept().unwrap();
        let _ = stream.read(&mut [0; 1024]).unwrap();
        stream.write_all(b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n").unwrap();
    });
    let run = Tool::status(&base, &["s1"]).run().expect(10).says("error: no secure connection to 127.0.0.1");
    assert_eq!(run.stdout, "");
    server.join().unwrap();
}
