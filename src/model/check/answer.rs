//! What came back of a question for a session that cannot exist: whether it is the API that answers, and whether the key
//! may read there.

use std::time::Duration;

use super::{Check, Name, millis, quick};
use crate::exit::Outcome;
use crate::model::failure::{Failure, NetworkKind, Refusal, Throttle};
use crate::model::poll::Reply;
use crate::model::words::failure::WHERE_KEYS_ARE;
use crate::model::words::{Route, length};

/// What is said of a refusal that may be somebody else's.
const NOT_ITS_WORDS: &str =
    "It was not said in the API's words: a gateway or firewall before it may have refused instead.";

/// What is to be checked about a host that does not answer like the API.
const IS_IT_THE_API: &str =
    "Check the base URL (--base-url, INSTANTLY_BASE_URL), and whether a proxy, VPN or portal answers instead.";

/// Judges the answer: as that of the service, and as what it says of the key, if it says anything. `documented` is whether
/// it came in the API's own words.
#[must_use]
pub fn judge(answer: &Result<Reply, Failure>, documented: bool, took: Duration, route: &Route) -> (Check, Check) {
    let service = service(answer, documented, took, route);
    let access = match answer {
        _ if !service.is_good() => Check::skipped(Name::Access, Name::Service),
        // Whoever it was that does not know the session, the key was not looked at for certain.
        Err(Failure::NotFound { .. }) if !documented => Check::skipped(Name::Access, Name::Service),
        Err(Failure::Refused { refusal, .. }) if !documented => refused(*refusal).mend(NOT_ITS_WORDS),
        Ok(_) => Check::ok(Name::Access, "the key may read sessions, which takes the scope accounts:read"),
        Err(Failure::Refused { refusal, .. }) => refused(*refusal),
        Err(_) => Check::ok(
            Name::Access,
            "the key may read sessions (accounts:read); whether it may start them, too, shows when one is started",
        ),
    };
    (service, access)
}

fn service(answer: &Result<Reply, Failure>, documented: bool, took: Duration, route: &Route) -> Check {
    let host = &route.host;
    let fine = |status: u16| {
        let detail = format!("{host} answers as the API does (HTTP {status}), in {}", quick(took));
        Check::ok(Name::Service, detail).fact("status", u64::from(status)).fact("milliseconds", millis(took))
    };
    let failed = |outcome, detail: String| Check::failed(Name::Service, outcome, detail);
    let unavailable = |detail: String| failed(Outcome::Unavailable, detail);
    let proxy = route.proxy.as_ref().map(|proxy| format!("The answer may be the proxy's: {proxy}."));
    let elsewhere =
        |check: Check| proxy.iter().fold(check.mend(IS_IT_THE_API), |check, line| check.mend(line.as_str()));
    let failure = match answer {
        Ok(reply) => {
            let check =
                Check::warning(Name::Service, format!("{host} knows a session that cannot exist: {}", state(reply)));
            return check.mend("This is no real API, only something that answers like one.").fact("status", 200_u64);
        }
        Err(failure) => failure,
    };
    match failure {
        Failure::NotFound { message: Some(message) } if message.starts_with("Route ") => {
            unavailable(format!("{host} does not know the call: {message}"))
                .mend("Check the path of the base URL: what comes before /api/v2 (--base-url, INSTANTLY_BASE_URL).")
                .fact("status", 404_u64)
        }
        Failure::NotFound { .. } if documented => fine(404),
        Failure::NotFound { message } => elsewhere(strange(404, message.as_ref(), host)),
        Failure::Refused { refusal, .. } if documented => fine(refusal.status()),
        Failure::Refused { refusal, message } => elsewhere(strange(refusal.status(), message.as_ref(), host)),
        Failure::Throttled { throttle: Throttle::Limit, after, message } => {
            let wait = after.map(|wait| format!(" for {}", length(wait))).unwrap_or_default();
            failed(
                Outcome::RateLimited,
                format!("Instantly wants to be left alone{wait} (HTTP 429{})", said(message.as_ref())),
            )
            .mend("Leave it alone until then, from here and behind the same address: pushing on makes it longer.")
            .fact("status", 429_u64)
            .fact_if("retry_after_seconds", after.map(|wait| wait.as_secs()))
        }
        Failure::Throttled { throttle: Throttle::Outage, after, message } => {
            let wait = after.map(|wait| format!(" for {}", length(wait))).unwrap_or_default();
            unavailable(format!("Instantly cannot serve sign-ins right now{wait} (HTTP 503{})", said(message.as_ref())))
                .mend("It usually passes by itself: try again in a few minutes.")
                .fact("status", 503_u64)
                .fact_if("retry_after_seconds", after.map(|wait| wait.as_secs()))
        }
        Failure::Status { status, message, .. } => {
            let check = status_check(*status, message.as_ref(), host).fact("status", u64::from(*status));
            if *status >= 500 {
                check.mend("It usually passes by itself: try again in a few minutes.")
            } else {
                elsewhere(check)
            }
        }
        Failure::Unusable { what } => {
            elsewhere(unavailable(format!("{host} answers, but not as the API does: {what}")))
        }
        Failure::Network { kind, detail, .. } => network(*kind, detail, route),
        Failure::Held(hold) => {
            let wait = length(hold.wait);
            failed(failure.outcome(), format!("Instantly wants to be left alone for {wait} ({})", hold.cause))
                .mend("Nothing was sent now. This tool sends nothing until then by itself.")
        }
    }
}

/// An answer that could be the API's, but not in its words.
fn strange(status: u16, message: Option<&String>, host: &str) -> Check {
    let said = message.map_or_else(|| ": nothing".to_owned(), |message| format!(": {message}"));
    let detail = format!("{host} answers with a {status}, but not in the API's words (HTTP {status}{said})");
    Check::warning(Name::Service, detail).fact("status", u64::from(status))
}

fn status_check(status: u16, message: Option<&String>, host: &str) -> Check {
    let said = said(message);
    let detail = match status {
        300..=399 => format!(
            "{host} sends elsewhere (HTTP {status}{said}), which the API never does: a portal of this network, where one has to \
             sign in, or a wrong base URL"
        ),
        401..=403 => format!(
            "something before the API refuses the request (HTTP {status}{said}): a gateway or a firewall, not the API"
        ),
        500.. => format!("the API, or a gateway before it, fails (HTTP {status}{said})"),
        _ => format!("{host} answers what the API does not (HTTP {status}{said})"),
    };
    let check = Check::failed(Name::Service, Outcome::Unavailable, detail);
    match status {
        300..=399 => check.mend("Open any page in a browser on this network, sign in there, and try again."),
        _ => check,
    }
}

fn network(kind: NetworkKind, detail: &str, route: &Route) -> Check {
    let host = &route.host;
    let check = Check::failed(
        Name::Service,
        Outcome::Network,
        match kind {
            NetworkKind::Timeout => format!("{host} takes the request and does not answer in time ({detail})"),
            NetworkKind::Broken => format!("the connection to {host} broke before the answer was complete ({detail})"),
            kind => format!("{} ({detail})", kind.name()),
        },
    );
    match (kind, &route.proxy) {
        (NetworkKind::Timeout, _) => {
            check.mend("Try again, with more time if this network is slow: --request-timeout 60s.")
        }
        (_, Some(proxy)) => check.mend(format!("Check the proxy {proxy}, or exempt the host with NO_PROXY.")),
        (_, None) => check.mend("Check the network connection, and proxies or VPNs on the way."),
    }
}

fn refused(refusal: Refusal) -> Check {
    let failed = |detail: &str| Check::failed(Name::Access, Outcome::Auth, detail);
    let check = match refusal {
        Refusal::Key => failed("Instantly does not know this key (HTTP 401): it is wrong, cut short or revoked")
            .mend("Check that the key is whole, is a v2 key, and was not revoked.")
            .mend(WHERE_KEYS_ARE),
        Refusal::Plan => failed("the key's workspace has no active paid plan (HTTP 402)")
            .mend("The API needs one: see Settings > Billing in the Instantly dashboard."),
        Refusal::Scope => {
            failed("the key is known and may not read sessions: it lacks the scope accounts:read (HTTP 403)")
                .mend("Make a key with the scopes accounts:create and accounts:read.")
                .mend(WHERE_KEYS_ARE)
        }
    };
    check.fact("status", u64::from(refusal.status()))
}

fn said(message: Option<&String>) -> String {
    message.map(|message| format!(": {message}")).unwrap_or_default()
}

const fn state(reply: &Reply) -> &'static str {
    match reply {
        Reply::Pending => "pending",
        Reply::Success(_) => "success",
        Reply::Error { .. } => "error",
        Reply::Expired => "expired",
        _ => "something unknown",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::check::State;

    #[test]
    fn every_answer_is_told_apart() {
        let route = Route { host: "api.example".into(), ..Route::default() };
        let (auth, down, limited) = (Outcome::Auth, Outcome::Unavailable, Outcome::RateLimited);
        let message = |text: &str| Some(text.to_owned());
        let status = |status, text: &str, own| Failure::Status { status, message: message(text), own };
        let throttled = |throttle| Failure::Throttled { throttle, after: Some(Duration::from_secs(90)), message: None };
        let refused = |refusal| Failure::Refused { refusal, message: None };
        let (ok, skipped) = (State::Ok, State::Skipped(Name::Service));
        let failed = State::Failed;
        for (failure, service, access, says) in [
            (Failure::NotFound { message: message("Session not found") }, ok, ok, "answers as the API does (HTTP 404)"),
            (
                Failure::NotFound { message: message("Route GET:/x not found") },
                failed(down),
                skipped,
                "does not know the call",
            ),
            (refused(Refusal::Key), ok, failed(auth), "wrong, cut short or revoked"),
            (refused(Refusal::Plan), ok, failed(auth), "no active paid plan"),
            (refused(Refusal::Scope), ok, failed(auth), "lacks the scope accounts:read"),
            (throttled(Throttle::Limit), failed(limited), skipped, "left alone for 1 min 30 s (HTTP 429"),
            (throttled(Throttle::Outage), failed(down), skipped, "(HTTP 503"),
            (status(302, "a redirect to http://portal", false), failed(down), skipped, "a portal of this network"),
            (status(403, "an HTML page", false), failed(down), skipped, "a gateway or a firewall, not the API"),
            (status(404, "an HTML page", false), failed(down), skipped, "answers what the API does not (HTTP 404"),
            (status(502, "an HTML page", false), failed(down), skipped, "fails (HTTP 502"),
            (Failure::Unusable { what: "it is empty".into() }, failed(down), skipped, "it is empty"),
            (
                Failure::Network { kind: NetworkKind::Timeout, detail: "late".into(), sent: true },
                failed(Outcome::Network),
                skipped,
                "does not answer in time",
            ),
        ] {
            let (one, two) = judge(&Err(failure), true, Duration::from_millis(7), &route);
            assert_eq!((one.state, two.state), (service, access), "{one:?} {two:?}");
            let told = if matches!(access, State::Failed(_)) { &two } else { &one };
            assert!(told.detail.contains(says), "{told:?}");
            assert_eq!(told.remedy.is_empty(), told.state == ok, "{told:?}");
        }
        let (one, two) = judge(&Ok(Reply::Pending), false, Duration::ZERO, &route);
        assert_eq!((one.state, two.state), (State::Warning, ok));
        // A gateway says less, and nothing of the key for certain.
        for (failure, access, says) in [
            (
                Failure::NotFound { message: None },
                skipped,
                "api.example answers with a 404, but not in the API's words",
            ),
            (Failure::NotFound { message: message("no Route matched") }, skipped, "(HTTP 404: no Route matched)"),
            (refused(Refusal::Scope), failed(auth), "answers with a 403, but not in the API's words"),
        ] {
            let (one, two) = judge(&Err(failure), false, Duration::ZERO, &route);
            assert_eq!((one.state, two.state), (State::Warning, access), "{one:?} {two:?}");
            assert!(one.detail.contains(says) && !one.remedy.is_empty(), "{one:?}");
        }
    }
}
