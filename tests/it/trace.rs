//! What `-v` shows, and what nothing ever shows.

use crate::support::run::KEY;
use crate::support::{Act, Run, Scripted, Tool};

/// Holds that the key, whole or in part, is nowhere in what was printed.
#[track_caller]
fn keeps_the_key(run: &Run) {
    for secret in [KEY, &KEY[..20], "Bearer", "uthorization"] {
        assert!(!run.stdout.contains(secret) && !run.stderr.contains(secret), "{secret} was printed: {run:#?}");
    }
}

#[test]
fn requests_waits_and_decisions_are_traced_on_stderr_alone() {
    let started = Act::started().header("x-request-id: abc");
    for (flag, details) in [("-v", false), ("-vv", true), ("-vvv", true), ("--verbose", false)] {
        for json in [false, true] {
            let api = Scripted::new([started.clone(), Act::pending(), Act::error(502, "x"), Act::success()]);
            let flags = if json { &["--json"][..] } else { &[] };
            let run = Tool::connect(&api.url(), &["--interval", "20ms", flag]).args(flags).run().expect(0);
            keeps_the_key(&run);
            let (url, base) = ("https://accounts.google.com", api.url());
            for line in [
                format!("> POST {base}/api/v2/oauth/google/init\n"),
                "* session s1 ends in 600s".into(),
                format!("> GET {base}/api/v2/oauth/session/status/s1\n"),
                "< 200 OK, 20 bytes, ".into(),
                "< 502".into(),
                "* next request in 20.0ms\n".into(),
            ] {
                assert!(run.stderr.contains(&line), "{flag}: no {line:?} in {run:#?}");
            }
            assert_eq!(run.stderr.contains("<   x-request-id: abc\n"), details, "{flag}: {run:#?}");
            if json {
                run.result();
                assert!(run.stdout.contains(url));
            } else {
                assert_eq!(run.stdout, "Connected ada@acme.com (Ada Lovelace)\n");
            }
        }
    }
}

#[test]
fn a_key_from_a_file_is_kept_as_well() {
    let api = Scripted::new([Act::started(), Act::success()]);
    let tool = Tool::connect(&api.url(), &["-vv"]).no_env("INSTANTLY_API_KEY");
    let file = tool.home().join("key");
    std::fs::write(&file, format!("{KEY}\n")).unwrap();
    let run = tool.args(&["--api-key-file", file.to_str().unwrap()]).run().expect(0);
    keeps_the_key(&run);
    let requests = api.requests();
    assert_eq!((requests.len(), requests[0].body.as_str()), (2, "{}"));
    assert!(requests.iter().all(|request| request.header("authorization") == Some(&format!("Bearer {KEY}"))));
    assert!(requests[0].at <= requests[1].at);
}

#[test]
fn without_it_nothing_is_traced() {
    let api = Scripted::new([Act::started(), Act::success()]);
    let run = Tool::connect(&api.url(), &[]).run().expect(0);
    assert!(run.stderr.lines().all(|line| !line.starts_with(['>', '<', '*'])), "{run:#?}");
}

#[test]
fn a_server_that_repeats_the_key_does_not_get_it_printed() {
    let field = |status: &str, name: &str| Act::json(format!(r#"{{"status":"{status}","{name}":"{KEY}"}}"#));
    let echo = |status: u16| Act::error(status, KEY).header(&format!("x-request-id: {KEY}"));
    let raw = |text: String| Act::Raw(text.into_bytes());
    for (what, acts) in [
        ("refusal", vec![echo(401)]),
        ("scope", vec![Act::started(), echo(403)]),
        ("limit", vec![echo(429).header("retry-after: 3600")]),
        ("fault", vec![Act::started(), echo(500), echo(418), Act::success()]),
        ("text", vec![Act::started(), Act::status(500, format!("no {KEY} here")), Act::success()]),
        ("page", vec![Act::started(), Act::status(502, format!("<html><title>{KEY}</title>")), Act::success()]),
        ("page for a result", vec![Act::started(), Act::json(format!("<title>{KEY}</title>")), Act::success()]),
        ("name", vec![Act::started(), field("success", "name")]),
        ("email", vec![Act::started(), field("success", "email")]),
        ("code", vec![Act::started(), field("error", "error")]),
        ("description", vec![Act::started(), field("error", "error_description")]),
        ("state", vec![Act::started(), Act::json(format!(r#"{{"status":"{KEY}"}}"#)), Act::not_found()]),
        ("no start", vec![Act::json(format!("<title>{KEY}</title>"))]),
        ("broken", vec![Act::started(), raw(format!("HTTP/1.1 {KEY}\r\n\r\n")), Act::success()]),
        ("reset", vec![Act::started(), Act::Reset, Act::pending(), field("error", "error")]),
        ("header", vec![Act::started(), raw(format!("HTTP/1.1 200 OK\r\n{KEY}\r\n\r\n")), Act::success()]),
    ] {
        for flags in [&[][..], &["-vv"], &["--json"], &["--json", "-vv"]] {
            let api = Scripted::new(acts.clone());
            let run = Tool::connect(&api.url(), &["--interval", "20ms"]).args(flags).run();
            assert!(!run.stdout.contains(KEY) && !run.stderr.contains(KEY), "{what} {flags:?}: {run:#?}");
            assert!(api.requests()[0].header("authorization").unwrap().contains(KEY), "{what}: the key was sent");
        }
    }
}

#[test]
fn a_proxys_password_is_never_shown() {
    let secrets = ["s3cr3t", "czNjcjN0", "YWRhOnMzY3IzdA"];
    for (reply, code) in [(Act::status(407, "{}"), 10), (Act::status(502, "ada:s3cr3t may not"), 10), (Act::Drop, 10)] {
        for flags in [&["-v"][..], &["-vv"], &["-vv", "--json"]] {
            let proxy = Scripted::new([reply.clone()]);
            let address = proxy.url().replace("http://", "http://ada:s3cr3t@");
            let tool = Tool::status("https://api.example", &["s1"]).env("HTTPS_PROXY", address);
            let run = tool.args(flags).run().expect(code);
            assert_eq!(proxy.lines(), ["CONNECT api.example:443"]);
            for secret in secrets {
                assert!(!run.stdout.contains(secret) && !run.stderr.contains(secret), "{secret}: {run:#?}");
            }
        }
    }
}

#[test]
fn half_a_key_that_a_session_repeats_is_hidden_too() {
    // Long texts are cut, fields at 4,000 characters and unknown states at 300: the cut falls into the key.
    let long = |before: usize| format!("{}{KEY}", "x".repeat(before));
    let error = serde_json::json!({"status": "error", "error_description": long(3990)});
    for (body, code) in [(error, 3), (serde_json::json!({"status": long(290)}), 8)] {
        let api = Scripted::new([Act::json(body.to_string())]);
        let run = Tool::status(&api.url(), &["s1", "--json"]).run().expect(code);
        assert!(!run.stdout.contains(&KEY[..8]) && !run.stderr.contains(&KEY[..8]), "{run:#?}");
    }
}
