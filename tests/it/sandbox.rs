//! The stand-in for the API: inside `connect`, and as a process of its own.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;

use crate::support::service::browse;
use crate::support::{Live, Run, Service, Tool};

fn sandboxed(provider: &str, scenario: &str) -> Run {
    let flag = format!("--sandbox={scenario}");
    Tool::new(["connect", provider, "--no-browser", "--interval", "20ms", &flag]).run()
}

#[test]
fn every_scenario_ends_as_it_says() {
    let cases = [
        ("google", "success", 0, "SANDBOX: nothing here is real"),
        ("microsoft", "success", 0, "SANDBOX: nothing here is real"),
        ("google", "denied", 3, "error: permission was refused in the browser (access_denied"),
        ("google", "account_exists", 3, "error: this mailbox is already connected to another Instantly workspace"),
        ("google", "personal_gmail", 3, "error: Google refused a personal Gmail account"),
        ("microsoft", "personal_gmail", 0, ""),
        ("google", "server_error", 3, "error: the sign-in failed at Instantly or at the provider"),
        ("google", "expire", 5, "error: the session expired: nobody finished signing in"),
        ("google", "rate_limited", 0, "Rate limited by Instantly (HTTP 429"),
        ("google", "ip_blocked", 7, "error: Instantly has blocked this IP address"),
        ("google", "unavailable", 0, "Instantly is unavailable (HTTP 503"),
        ("google", "lost_reply", 0, "The account list shows that this mailbox was connected."),
        ("google", "mixed", 0, "Scenario mixed: a seed decides for each mailbox"),
    ];
    // Some of them wait by design; together they take no longer than the longest.
    thread::scope(|scope| {
        for (provider, scenario, code, words) in cases {
            scope.spawn(move || {
                let run = sandboxed(provider, scenario).expect(code).says(words);
                assert_eq!(run.stdout.starts_with("Connected ada"), code == 0, "{scenario}: {run:#?}");
                assert!(!run.stderr.contains("status "), "a session that is gone cannot be resumed: {run:#?}");
            });
        }
    });
}

/// The session event's URL.
fn auth_url(live: &mut Live) -> String {
    let event: serde_json::Value = serde_json::from_str(&live.stdout.until(r#""event":"session""#)).unwrap();
    assert_eq!(event["sandbox"], true);
    event["auth_url"].as_str().unwrap().to_owned()
}

#[test]
fn a_person_decides_on_the_consent_page() {
    for (provider, decision, mailbox, code, page, email) in [
        ("google", "allow", "Grace@Acme.example", 0, "Mailbox connected", Some("grace@acme.example")),
        ("microsoft", "allow", "grace@gmail.com", 0, "Mailbox connected", Some("grace@gmail.com")),
        ("google", "allow", "grace@gmail.com", 3, "Mailbox refused", None),
        ("google", "deny", "", 3, "Access denied", None),
    ] {
        let flags = ["--sandbox", "--no-browser", "--json", "--interval", "20ms"];
        let mut live = Live::start(Tool::new(["connect", provider]).args(&flags));
        let url = auth_url(&mut live);
        let (status, form) = browse("GET", &url, None);
        assert!(status == 200 && form.contains(">Allow</button>"), "{form}");
        let state = form.split(r#"name="state" value=""#).nth(1).unwrap().split('"').next().unwrap();
        let action = url.split('?').next().unwrap();
        let filled = |mailbox: &str, decision: &str| {
            let fields = [("state", state), ("mailbox", mailbox), ("name", "Grace Hopper"), ("decision", decision)];
            url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish()
        };
        // A slip of the pen is asked again and decides nothing.
        let sent = browse("POST", action, Some(&filled("nobody", "allow")));
        assert_eq!(sent.0, 422, "{}", sent.1);
        let (status, told) = browse("POST", action, Some(&filled(mailbox, decision)));
        assert!(status == 200 && told.contains(page) && told.ends_with("</html>\n"), "{told}");
        let run = live.end().expect(code);
        let result = run.result();
        assert_eq!(result["email"].as_str(), email, "{result}");
        let message = result["message"].as_str().unwrap();
        match (code, decision) {
            (0, _) => assert!(message.ends_with("(Grace Hopper)"), "{message}"),
            (_, "deny") => assert_eq!(result["error"], "access_denied"),
            _ => assert!(message.starts_with("Google refused a personal Gmail account"), "{message}"),
        }
    }
}

#[test]
fn its_two_lines_are_for_a_shell_to_eval() {
    // The shell goes on as soon as it has the lines, with the sandbox in the background and its stdout let go of.
    let script = r#"
        eval "$("$1" sandbox --scenario success --delay 0s 2>"$HOME/log" & echo "process=$!")"
        "$1" connect google --no-browser --interval 20ms --quiet
        echo "exit $?"
        kill -TERM "$process"
    "#;
    let run = Tool::new([""; 0]).shell(script).run().expect(0);
    assert_eq!(run.stdout, "Connected ada@acme.example (Ada Lovelace)\nexit 0\n", "{run:#?}");
}

#[test]
fn other_processes_use_it_by_its_key() {
    let service = Service::start(&["--scenario", "success", "--delay", "0s"]);
    assert!(service.url.starts_with("http://127.0.0.1:") && service.key == "sandbox-acme");
    let started = || {
        let run = service.tool(&["connect", "google", "--no-wait", "--no-browser"]).run().expect(0);
        run.stdout.lines().next().unwrap().to_owned()
    };
    let id = started();
    // Another workspace's key, no key that it knows, and none at all.
    service.tool(&["status", &id]).env("INSTANTLY_API_KEY", "sandbox-other").run().expect(6);
    service.tool(&["status", &id]).env("INSTANTLY_API_KEY", "wrong").run().expect(4).says("HTTP 401");
    service.tool(&["status", &id]).no_env("INSTANTLY_API_KEY").run().expect(4).says("no API key");
    // None of that read the result, which is given out once.
    let run = service.tool(&["status", &id]).run().expect(0);
    assert_eq!(run.stdout, "Connected ada@acme.example (Ada Lovelace)\n");
    let run = service.tool(&["status", &id]).run().expect(6);
    assert_eq!(run.stdout, "not found\n");
    let run = service.tool(&["status", &started(), "--wait", "--expect", "ada@acme.example"]).run().expect(12);
    assert_eq!(run.stdout, "Connected grace@acme.example\n");
    let run = service.stop("TERM").expect(0);
    for request in ["POST /api/v2/oauth/google/init 200", "/session/status/", " 401\n", " 404\n"] {
        assert!(run.stderr.contains(request), "{request}: {run:#?}");
    }
}

#[test]
fn every_fault_can_be_switched_on() {
    let cases: [(&[&str], i32, &str); 12] = [
        (&["--unauthorized"], 4, "Instantly refused the API key (HTTP 401"),
        (&["--no-plan"], 4, "no active paid plan (HTTP 402"),
        (&["--no-create-scope"], 4, "lacks the scope accounts:create (HTTP 403"),
        (&["--no-read-scope"], 4, "lacks the scope accounts:read (HTTP 403"),
        (&["--throttled"], 7, "rate limited by Instantly"),
        (&["--html-errors"], 9, "HTTP 502"),
        (&["--bare-replies", "--delay", "0s"], 0, ""),
        (
            &["--admin-blocked", "--delay", "0s"],
            3,
            "an administrator of the mailbox's organisation does not allow Instantly",
        ),
        (&["--prohibited-content", "--delay", "0s"], 3, "for prohibited content"),
        (&["--init-limit", "0"], 7, "rate limited by Instantly"),
        (&["--call-limit", "0"], 7, "rate limited by Instantly"),
        (&["--ttl", "100ms", "--delay", "1h"], 5, "the session expired"),
    ];
    thread::scope(|scope| {
        for (fault, code, words) in cases {
            scope.spawn(move || {
                let service = Service::start(&[&["--scenario", "success"], fault].concat());
                // A limit names a time, and no time left is an end.
                let flags = ["connect", "google", "--no-browser", "--interval", "20ms", "--max-wait", "0s"];
                let tool = service.tool(&flags);
                let tool = if fault == ["--throttled"] { tool.args(&["--timeout", "1s"]) } else { tool };
                let run = tool.run().expect(code).says(words);
                if code == 0 {
                    assert_eq!(run.stdout, "Connected; the API did not say which mailbox\n");
                }
                service.stop("INT").expect(0);
            });
        }
    });
}

/// What a call is answered in JSON, or nothing where the connection drops.
fn ask(service: &Service, method: &str, path: &str) -> Option<serde_json::Value> {
    let host = service.url.strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(host).unwrap();
    let head =
        format!("{method} /api/v2/oauth/{path} HTTP/1.1\r\nhost: {host}\r\nauthorization: Bearer {}", service.key);
    let rest = "connection: close\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}";
    stream.write_all(format!("{head}\r\n{rest}").as_bytes()).unwrap();
    let mut reply = String::new();
    stream.read_to_string(&mut reply).unwrap();
    let (_, body) = reply.split_once("\r\n\r\n")?;
    Some(serde_json::from_str(body).unwrap())
}

/// What became of seventy sessions, one after the other, of people who act at once.
fn mixed(seed: &[&str]) -> Vec<String> {
    let flags = ["--scenario", "mixed", "--delay", "0s", "--call-limit", "1000", "--quiet"];
    let service = Service::start(&[&flags[..], seed].concat());
    let outcomes = (0..70).map(|_| {
        let session = ask(&service, "POST", "google/init").unwrap();
        let id = session["session_id"].as_str().unwrap();
        match ask(&service, "GET", &format!("session/status/{id}")) {
            Some(status) => status.to_string(),
            None => "no reply".to_owned(),
        }
    });
    let outcomes = outcomes.collect();
    service.stop("TERM").expect(0);
    outcomes
}

#[test]
fn a_seed_mixes_outcomes_and_always_the_same_ones() {
    let (one, other) = (mixed(&["--seed", "1"]), mixed(&["--seed", "18446744073709551615"]));
    assert_eq!(one, mixed(&["--seed", "1"]));
    assert_ne!(one, other);
    assert_eq!(mixed(&[]), mixed(&["--seed", "0"]));
    let connected = one.iter().filter(|outcome| outcome.contains(r#""status":"success""#)).count();
    assert!((40..70).contains(&connected), "{one:#?}");
    Tool::new(["sandbox", "--seed", "red"]).run().expect(2).says("--seed");
}

#[test]
fn an_hours_block_can_be_watched_in_seconds() {
    // Half an hour takes one and a half seconds, the session's ten minutes half of one.
    let service = Service::start(&["--scenario", "ip_blocked", "--delay", "1h", "--speed", "1200"]);
    let run = service.tool(&["connect", "google", "--no-browser", "--interval", "20ms", "--json"]).run().expect(5);
    let events: Vec<serde_json::Value> = run.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let told = |name: &str| events.iter().find(|event| event["event"] == name).unwrap();
    assert_eq!(
        (&told("waiting")["reason"], &told("waiting")["seconds"]),
        (&"rate_limited".into(), &2.into()),
        "{run:#?}"
    );
    let time =
        |event: &serde_json::Value, key: &str| -> jiff::Timestamp { event[key].as_str().unwrap().parse().unwrap() };
    let left = time(told("session"), "expires_at").duration_since(time(told("result"), "started_at"));
    assert!(left.as_secs() < 60, "what it tells is when it ends: {run:#?}");
    let run = service.stop("TERM").expect(0);
    let starts: Vec<_> = run.stderr.lines().filter(|line| line.starts_with("POST ")).collect();
    let start = "POST /api/v2/oauth/google/init";
    assert_eq!(starts, [format!("{start} 429 (address blocked)"), format!("{start} 200")], "{run:#?}");
    for speed in ["0.5", "100001", "nan", "fast"] {
        Tool::new(["sandbox", "--speed", speed]).run().expect(2).says("write how many times faster, from 1 to 100000");
    }
}

#[test]
fn a_port_that_is_taken_is_told_as_such() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let run = Tool::new(["sandbox", "--port", &port]).run().expect(2);
    assert_eq!(run.stdout, "");
    run.says(&format!("error: port {port} of 127.0.0.1 is in use")).says("choose another with --port");
}

#[test]
fn it_serves_until_a_signal_and_that_is_no_failure() {
    for signal in ["INT", "TERM"] {
        let run = Service::start(&[]).stop(signal).expect(0);
        let lines: Vec<_> = run.stdout.lines().collect();
        assert!(lines.len() == 2 && lines.iter().all(|line| line.starts_with("export INSTANTLY_")), "{run:#?}");
        run.says("SANDBOX, scenario ask");
        let run = Service::start(&["--quiet"]).stop(signal).expect(0);
        assert_eq!(run.stderr, "");

        let mut live = Live::start(Tool::new(["sandbox", "--json", "--scenario", "expire"]));
        let event: serde_json::Value = serde_json::from_str(&live.stdout.until("sandbox")).unwrap();
        assert!(event["base_url"].as_str().unwrap().starts_with("http://127.0.0.1:"), "{event}");
        assert_eq!((&event["api_key"], &event["scenario"]), (&"sandbox-acme".into(), &"expire".into()));
        live.signal(signal);
        let run = live.end().expect(0);
        assert_eq!(run.result()["outcome"], "done");
    }
}
