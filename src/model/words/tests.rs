use super::*;
use crate::model::failure::{NetworkKind, Refusal, Throttle};
use crate::model::limits::{Cause, Hold};

fn case() -> Case {
    Case {
        session: Some(SessionId::parse("s1").unwrap()),
        provider: Some(Provider::Google),
        expect: None,
        started_at: "2026-08-01T12:00:00Z".parse().unwrap(),
        finished_at: "2026-08-01T12:05:00Z".parse().unwrap(),
        zone: TimeZone::UTC,
        resume: Some("instantly-oauth status s1 --wait".into()),
        again: Some("instantly-oauth connect google".into()),
        route: Route { host: "api.instantly.ai".into(), roots: "the system's certificates".into(), ..Route::default() },
        source: Source::Api,
        inferred: false,
    }
}

const fn unknown(suspicion: Suspicion, unsettled: Unsettled) -> Verdict {
    Verdict::Unknown { suspicion, unsettled }
}

/// Everything that a person would read.
fn told(end: &Conclusion) -> String {
    std::iter::once(&end.message).chain(&end.hints).cloned().collect::<Vec<_>>().join("\n")
}

#[test]
fn a_session_error_says_what_happened_and_what_to_do() {
    let error = |code: Option<&str>, description: Option<&str>| {
        conclude(Verdict::Error { code: code.map(Into::into), description: description.map(Into::into) }, &case())
    };
    for (code, description, says, retryable) in [
        (Some("account_exists"), None, "another Instantly workspace", false),
        (Some("access_denied"), Some("User denied access"), "allow access on the consent page", false),
        (Some("access_denied"), Some("Non GSuite accounts are not allowed"), "personal Gmail", false),
        (Some("server_error"), None, "start a new session", true),
        (Some("expired"), None, "Start a new session", true),
        (Some("x"), Some("The app is blocked by your admin"), "API controls", false),
        (Some("x"), Some("contains prohibited content"), "support", false),
        (Some("brand_new"), Some("Some sentence."), "brand_new: Some sentence.", false),
        (None, None, "no reason was given", false),
    ] {
        let end = error(code, description);
        assert!(told(&end).contains(says), "{code:?} {description:?}: {}", told(&end));
        assert_eq!((end.outcome.code(), end.retryable), (3, retryable), "{code:?}");
        assert_eq!(end.next.is_some(), retryable, "{code:?}");
        assert_eq!((end.error.as_deref(), end.error_description.as_deref()), (code, description));
        assert_eq!(end.status.as_deref(), Some("error"));
    }
}

#[test]
fn another_mailbox_than_the_expected_one_is_never_a_success() {
    let account = |email: Option<&str>| Verdict::Connected(Account { email: email.map(Into::into), name: None });
    for (expect, email, code) in [
        (None, Some("ada@acme.com"), 0),
        (None, None, 0),
        (Some("ADA@Acme.com"), Some("ada@acme.com"), 0),
        (Some("ada@acme.com"), Some(" ada@acme.com"), 0),
        (Some("ada@acme.com"), Some("bob@acme.com"), 12),
        (Some("ada@acme.com"), Some("ada+x@acme.com"), 12),
        (Some("ada@acme.com"), None, 12),
    ] {
        let end = conclude(account(email), &Case { expect: expect.map(Into::into), ..case() });
        assert_eq!(end.exit_code, code, "{expect:?} {email:?}: {}", end.message);
        assert_eq!(end.email.as_deref(), email);
        assert_eq!(end.status.as_deref(), Some("success"));
    }
}

#[test]
fn a_failed_call_names_the_cause_and_the_cure() {
    let refused = |refusal| Failure::Refused { refusal, message: Some("as said".into()) };
    let network = |kind| Failure::Network { kind, detail: "as it came".into(), sent: false };
    let throttled = |throttle, seconds: Option<u64>| Failure::Throttled {
        throttle,
        after: seconds.map(Duration::from_secs),
        message: None,
    };
    for (failure, code, says) in [
        (refused(Refusal::Key), 4, &["401: as said", "API keys"][..]),
        (refused(Refusal::Plan), 4, &["402", "paid plan"]),
        (refused(Refusal::Scope), 4, &["accounts:create", "403"]),
        (throttled(Throttle::Limit, Some(599)), 7, &["rate limited", "until 12:14:59 (9 min 59 s)", "30 minutes"]),
        (throttled(Throttle::Limit, Some(1800)), 7, &["blocked this IP address for Google", "until 12:35:00 (30 min)"]),
        (
            throttled(Throttle::Limit, Some(86400)),
            7,
            &["blocked", "until 2026-08-02 12:05 (24 h)", "Do not", "Microsoft"],
        ),
        (throttled(Throttle::Limit, None), 7, &["did not say for how long"]),
        (throttled(Throttle::Outage, Some(30)), 9, &["until 12:05:30 (30 s)", "Google"]),
        (Failure::Status { status: 500, message: None, own: true }, 9, &["HTTP 500", "try again"]),
        (Failure::Status { status: 302, message: None, own: true }, 9, &["HTTP 302", "--base-url"]),
        (Failure::NotFound { message: None }, 9, &["HTTP 404", "--base-url"]),
        (Failure::Unusable { what: "it is empty".into() }, 9, &["it is empty"]),
        (network(NetworkKind::Dns), 10, &["api.instantly.ai", "as it came", "DNS"]),
        (network(NetworkKind::Connect), 10, &["firewall"]),
        (network(NetworkKind::Tls), 10, &["clock", "the system's certificates"]),
        (
            network(NetworkKind::Untrusted { presented: false }),
            10,
            &["issued by \"as it came\"", "--ca-cert", "the system's certificates"],
        ),
        (network(NetworkKind::Proxy), 10, &["NO_PROXY"]),
        (Failure::Status { status: 422, message: Some("no".into()), own: true }, 9, &["Instantly refused", "422: no"]),
        (network(NetworkKind::Timeout), 10, &["--request-timeout"]),
        (network(NetworkKind::Broken), 10, &["broke"]),
    ] {
        let end = not_started(&failure, &case());
        assert_eq!((end.outcome.code(), end.exit_code), (code, code), "{failure:?}");
        for words in says {
            assert!(told(&end).contains(words), "{failure:?} does not say {words:?}: {}", told(&end));
        }
    }
    let end = conclude(Verdict::Failed { failure: refused(Refusal::Scope), lost: false }, &case());
    assert!(told(&end).contains("accounts:read"), "{}", told(&end));
}

#[test]
fn what_was_held_back_says_by_what_and_until_when() {
    let hold = |seconds, since: &str, named, throttle| {
        let (wait, now) = (Duration::from_secs(seconds), case().finished_at);
        let cause = Cause::Told {
            throttle,
            since: since.parse().unwrap(),
            provider: Some(Provider::Google),
            message: Some("slow down".into()),
            named,
        };
        Hold { wait, until: now + wait, cause }
    };
    let (before, now) = ("2026-08-01T12:00:00Z", "2026-08-01T12:05:00Z");
    let starts = |address, ahead| Hold {
        cause: Cause::Starts { limit: 75, provider: Provider::Google, address, ahead },
        ..hold(42, now, true, Throttle::Limit)
    };
    let first = Hold { cause: Cause::First { throttle: Throttle::Outage }, ..hold(3, now, true, Throttle::Limit) };
    let calls = Hold { cause: Cause::Calls { turn: None }, ..hold(3, now, true, Throttle::Limit) };
    for (hold, code, says, not) in [
        (
            hold(60, now, true, Throttle::Limit),
            7,
            &["rate limited", "until 12:06:00 (1 min)", "429: slow down"][..],
            "nothing was sent",
        ),
        (hold(60, before, true, Throttle::Limit), 7, &["It said so at 12:00:00; nothing was sent now"], "blocked"),
        // What is left of a block is less than what makes one.
        (
            hold(1700, before, true, Throttle::Limit),
            7,
            &["blocked this IP address for Google", "until 12:33:20"],
            "rate limited",
        ),
        (
            hold(1700, before, true, Throttle::Outage),
            9,
            &["cannot start or follow sign-ins", "503: slow down"],
            "blocked",
        ),
        (
            hold(8, now, false, Throttle::Limit),
            7,
            &["did not say for how long", "asks again at 12:05:08 (8 s)"],
            "until",
        ),
        (
            starts(false, 3),
            7,
            &["before 12:05:42 (42 s)", "this workspace", "75 Google", "3 others", "--max-wait"],
            "IP address",
        ),
        (starts(true, 0), 7, &["this machine", "an IP address"], "others"),
        (first, 9, &["HTTP 503", "Another process"], "until"),
        (calls, 7, &["as many calls"], "sessions a minute"),
    ] {
        let end = not_started(&Failure::Held(hold.clone()), &case());
        assert_eq!((end.outcome.code(), end.exit_code, end.retry_at), (code, code, Some(hold.until)), "{hold:?}");
        for words in says {
            assert!(told(&end).contains(words), "{hold:?} does not say {words:?}: {}", told(&end));
        }
        assert!(!told(&end).contains(not), "{hold:?} says {not:?}: {}", told(&end));
    }
}

#[test]
fn the_proxy_on_the_way_is_named() {
    let route = Route { proxy: Some("http://proxy:3128 (HTTPS_PROXY)".into()), ..case().route };
    let failure = Failure::Network { kind: NetworkKind::Tls, detail: "UnknownIssuer".into(), sent: false };
    let end = not_started(&failure, &Case { route, ..case() });
    assert!(told(&end).contains("http://proxy:3128 (HTTPS_PROXY)"), "{}", told(&end));
}

#[test]
fn every_other_end_says_what_comes_next() {
    let lost = Failure::Unusable { what: "it was cut short".into() };
    for (verdict, code, says, next) in [
        (Verdict::Expired { status: None }, 5, "nobody finished", "connect google"),
        (Verdict::Expired { status: Some("odd".into()) }, 5, "\"odd\"", "connect google"),
        (Verdict::NotFound, 6, "another workspace", ""),
        (Verdict::Pending { status: Some("pending".into()), last: None, lost: false }, 8, "not finished", "--wait"),
        (Verdict::Pending { status: Some("odd".into()), last: None, lost: false }, 8, "\"odd\"", "--wait"),
        (Verdict::Pending { status: None, last: Some(lost.clone()), lost: false }, 8, "cut short", "--wait"),
        (Verdict::Pending { status: None, last: Some(lost.clone()), lost: true }, 8, "it is gone", "--wait"),
        (unknown(Suspicion::LostReply(lost.to_string()), Unsettled::Nothing), 11, "Email accounts", ""),
        (unknown(Suspicion::CutOff, Unsettled::Several(vec!["x@y.z".into()])), 11, "x@y.z", "--wait"),
        (
            unknown(Suspicion::CutOff, Unsettled::Unreadable("HTTP 500".into())),
            11,
            "could not be read: HTTP 500",
            "--wait",
        ),
        (unknown(Suspicion::UnknownStatus("odd".into()), Unsettled::Unread), 11, "\"odd\"", "--wait"),
        (Verdict::Failed { failure: lost.clone(), lost: true }, 9, "it is gone", "--wait"),
        (Verdict::Failed { failure: lost, lost: false }, 9, "nothing of it was read", "--wait"),
    ] {
        let end = conclude(verdict.clone(), &case());
        assert_eq!(end.exit_code, code, "{verdict:?}");
        assert!(told(&end).contains(says), "{verdict:?}: {}", told(&end));
        let command = end.next.unwrap_or_default();
        assert!(command.contains(next) && command.is_empty() == next.is_empty(), "{verdict:?}: {command}");
    }
}

#[test]
fn a_length_of_time_is_short_and_never_too_short() {
    for (seconds, words) in [
        (0.0, "0 s"),
        (0.2, "1 s"),
        (42.0, "42 s"),
        (60.0, "1 min"),
        (61.5, "1 min 2 s"),
        (1800.0, "30 min"),
        (5400.0, "1 h 30 min"),
        (86400.0, "24 h"),
    ] {
        assert_eq!(length(Duration::from_secs_f64(seconds)), words);
    }
}
