//! What answers, what the key may do there, and whose clock is right.

use super::*;

/// The request for a session that cannot exist, as the server sees it.
const STATUS: &str = "GET /api/v2/oauth/session/status/";

#[test]
fn a_key_that_is_refused_is_told_apart_by_why() {
    for (what, status, says, mends) in [
        ("a key that the service does not know", 401, "does not know this key (HTTP 401)", "was not revoked"),
        ("a workspace without a paid plan", 402, "no active paid plan (HTTP 402)", "Settings > Billing"),
        (
            "a key without accounts:read",
            403,
            "lacks the scope accounts:read (HTTP 403)",
            "accounts:create and accounts:read",
        ),
    ] {
        let api = Scripted::new([Act::error(status, "no")]);
        let run = Case { what, code: 4, line: "\u{2717} access", says, mends }.holds(doctor(&api.url()));
        assert!(run.stdout.contains(&format!("answers as the API does (HTTP {status})")), "{run:#?}");
        assert_eq!(api.lines().len(), 1, "{run:#?}");
    }
}

#[test]
fn what_is_not_the_api_is_told_apart() {
    let html = |status, title: &str| Act::Reply {
        status,
        headers: "content-type: text/html\r\n".into(),
        body: format!("<html><head><title>{title}</title></head></html>"),
    };
    let portal = html(302, "Moved").header("location: http://login.portal.example/start?token=s3cret");
    for (what, act, code, says, mends) in [
        (
            "a captive portal that redirects",
            portal,
            9,
            "sends elsewhere (HTTP 302: a redirect to http://login.portal.example), which the API never does: a portal",
            "Open any page in a browser",
        ),
        (
            "a captive portal that answers with its page",
            html(200, "Welcome"),
            9,
            "it is an HTML page, \"Welcome\"",
            "base URL",
        ),
        (
            "a firewall before the API",
            html(403, "Blocked"),
            9,
            "(HTTP 403: an HTML page, \"Blocked\"): a gateway or a firewall",
            "proxy",
        ),
        (
            "a gateway that fails",
            html(502, "Bad Gateway"),
            9,
            "fails (HTTP 502: an HTML page, \"Bad Gateway\")",
            "try again",
        ),
        (
            "a host that is not the API",
            html(404, "Nothing here"),
            9,
            "answers what the API does not (HTTP 404",
            "base URL",
        ),
        (
            "a base URL with a path too many",
            Act::error(404, "Route GET:/x/api/v2 not found"),
            9,
            "does not know the call: Route GET:/x/api/v2 not found",
            "what comes before /api/v2",
        ),
        (
            "an outage of the service",
            Act::error(503, "busy"),
            9,
            "cannot serve sign-ins right now (HTTP 503: busy)",
            "passes by itself",
        ),
        (
            "a rate limit",
            Act::error(429, "slow down").header("retry-after: 90"),
            7,
            "wants to be left alone for 1 min 30 s (HTTP 429: slow down)",
            "pushing on makes it longer",
        ),
        (
            "a connection that breaks",
            Act::Drop,
            10,
            "broke before the answer was complete",
            "Check the network connection",
        ),
        (
            "an answer that never comes",
            Act::Hold(Box::new(Act::not_found())),
            10,
            "takes the request and does not answer in time",
            "--request-timeout",
        ),
    ] {
        let api = Scripted::new([act]);
        let tool = doctor(&api.url());
        // Nothing that does come is given up early.
        let tool = if what.contains("never comes") { tool.args(&["--request-timeout", "300ms"]) } else { tool };
        let run = Case { what, code, line: "\u{2717} service", says, mends }.holds(tool);
        assert!(run.stdout.contains("- access    skipped: it depends on service"), "{run:#?}");
        assert!(!run.stdout.contains("s3cret"), "{run:#?}");
        assert_eq!(api.lines().len(), 1, "{run:#?}");
    }
}

#[test]
fn a_closed_gate_is_told_and_nothing_is_sent_through_it() {
    let (state, limited) = (tempfile::tempdir().unwrap(), Act::error(429, "slow down").header("retry-after: 1800"));
    let on = |tool: Tool| tool.env("INSTANTLY_OAUTH_STATE_DIR", state.path());
    let line = "\u{2717} limits";
    let mends = "This tool sends nothing through it until then";
    // What this or any other command was told of the workspace is kept.
    let api = Scripted::new([limited.clone(), unknown_at(SystemTime::now())]);
    on(doctor(&api.url())).run().expect(7);
    let says = "closed for calls of this workspace until";
    let what = "a rate limit that another command was told of";
    let run = Case { what, code: 7, line, says, mends }.holds(on(doctor(&api.url())));
    assert!(run.stdout.contains("(HTTP 429: slow down)"), "{run:#?}");
    assert!(run.stdout.contains("- service   skipped: it depends on limits"), "{run:#?}");
    assert_eq!(api.lines().len(), 1);

    let api = Scripted::new([limited, unknown_at(SystemTime::now())]);
    on(Tool::connect(&api.url(), &["--no-wait"])).run().expect(7);
    let says = "closed for Google sessions until";
    let run = Case { what: "an address that is blocked for Google", code: 7, line, says, mends }
        .holds(on(doctor(&api.url())));
    // What is asked after a session goes another way, as for the commands, and the rest is looked at.
    assert!(run.stdout.contains("\u{2713} access"), "{run:#?}");
    assert_eq!(api.lines()[1..].iter().filter(|line| line.contains("/init")).count(), 0, "a block is not pushed on");

    // Starts that this machine has used up are told.
    let api = Scripted::new([Act::started(), unknown_at(SystemTime::now())]);
    let few = |tool: Tool| on(tool).env("INSTANTLY_OAUTH_LIMITS", "starts=1");
    few(Tool::connect(&api.url(), &["--no-wait"])).run().expect(0);
    let says = "starts left in this minute: Google 0, Microsoft 1";
    let mends = "--max-wait";
    Case { what: "a minute whose starts are used up", code: 0, line: "! limits", says, mends }
        .holds(few(doctor(&api.url())));
    assert_eq!(api.lines().len(), 2);
    let run = on(doctor(&api.url())).env("INSTANTLY_OAUTH_LIMITS", "many").run().expect(2);
    assert!(run.stdout.contains("\u{2717} limits    INSTANTLY_OAUTH_LIMITS cannot be used"), "{run:#?}");
}

#[test]
fn a_clock_that_is_wrong_is_told_with_what_follows() {
    let now = SystemTime::now();
    let line = "\u{2717} clock";
    for (what, time, says) in [
        (
            "a clock that is an hour behind",
            now + HOUR,
            "behind the service's: whoever goes by a session's expires_at here waits too long",
        ),
        (
            "a clock that is an hour ahead",
            now - HOUR,
            "ahead of the service's: whoever goes by a session's expires_at here gives up too soon",
        ),
    ] {
        let api = Scripted::new([unknown_at(time)]);
        let run = Case { what, code: 1, line, says, mends: "Set this machine's clock" }.holds(doctor(&api.url()));
        assert!(run.stdout.contains("\u{2713} access"), "{run:#?}");
    }
    let api = Scripted::new([unknown_at(now + HOUR / 40)]);
    let case = Case {
        what: "a clock that is a minute and a half behind",
        code: 0,
        line: "! clock",
        says: "behind the service's: times that are told here are wrong by that",
        mends: "Set this machine's clock",
    };
    case.holds(doctor(&api.url()));
    // Without a Date nothing is claimed.
    let api = Scripted::new([Act::not_found()]);
    assert!(doctor(&api.url()).run().expect(0).stdout.contains("clock     cannot be told: the reply had no Date"));
    assert!(api.lines()[0].starts_with(STATUS));
}
