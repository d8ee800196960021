//! What a failed call means.

use super::{Call, Case, limit, network};
use crate::exit::Outcome;
use crate::model::conclusion::Conclusion;
use crate::model::failure::{Failure, Refusal};

/// Where a key is made.
pub const WHERE_KEYS_ARE: &str = "Keys are made in the Instantly dashboard: Settings > Integrations > API keys.";

/// The end that a failure is.
pub(super) fn words(failure: &Failure, call: Call, case: &Case) -> Conclusion {
    let mut end = Conclusion::new(failure.outcome(), "", case.finished_at);
    let said = said(failure);
    (end.message, end.hints) = match failure {
        Failure::Refused { refusal, .. } => {
            let whose = case.route.profile.as_ref().map(|profile| format!(" of the profile {profile}"));
            refused(*refusal, call, &whose.unwrap_or_default(), &said)
        }
        Failure::Throttled { throttle, after, .. } => {
            let named = after.and_then(|wait| limit::Named::from(wait, case));
            let provider = case.provider.filter(|_| matches!(call, Call::Init));
            limit::throttled(*throttle, named, provider, case, &said)
        }
        Failure::Held(hold) => limit::held(hold, case),
        // A 404 where nothing was asked for by an id: this is not the API.
        Failure::NotFound { .. } => {
            end.outcome = Outcome::Unavailable;
            not_the_api(404, case, &said)
        }
        Failure::Status { status, message: Some(message), .. }
            if failure.is_final() && !matches!(status, 404 | 405) =>
        {
            (
                format!("Instantly refused the request: HTTP {status}: {message}"),
                vec!["Asking again would be told the same. A newer version of this tool may know better.".into()],
            )
        }
        Failure::Status { status, .. } if *status >= 500 => (
            format!("the API fails: HTTP {status}{said}"),
            vec!["This usually passes by itself: try again in a few minutes.".into()],
        ),
        Failure::Status { status, .. } => not_the_api(*status, case, &said),
        Failure::Unusable { what } => (
            format!("the API's reply cannot be used: {what}"),
            vec![format!("Check that {} is the API, and not a proxy's or a portal's own page.", case.route.host)],
        ),
        Failure::Network { kind, detail, .. } => network::words(*kind, detail, &case.route),
    };
    end.exit_code = end.outcome.code();
    end.retry_at = limit::retry_at(failure, case);
    end.retryable &= !failure.is_final();
    end
}

/// What the service said about it, ready to follow a message.
fn said(failure: &Failure) -> String {
    let message = match failure {
        Failure::Refused { message, .. }
        | Failure::NotFound { message }
        | Failure::Throttled { message, .. }
        | Failure::Status { message, .. } => message.as_deref(),
        Failure::Held(_) | Failure::Unusable { .. } | Failure::Network { .. } => None,
    };
    message.map(|message| format!(": {message}")).unwrap_or_default()
}

fn refused(refusal: Refusal, call: Call, whose: &str, said: &str) -> (String, Vec<String>) {
    match refusal {
        Refusal::Key => (
            format!("Instantly refused the API key{whose} (HTTP 401{said})"),
            vec!["Check that the key is whole, is a v2 key, and was not revoked.".into(), WHERE_KEYS_ARE.into()],
        ),
        Refusal::Plan => (
            format!("the workspace{whose} has no active paid plan (HTTP 402{said})"),
            vec!["The API needs one: see Settings > Billing in the Instantly dashboard.".into()],
        ),
        Refusal::Scope => {
            let (scope, what) = match call {
                Call::Init => ("accounts:create", "start a session"),
                Call::Status => ("accounts:read", "read a session's state"),
            };
            (
                format!("the API key{whose} may not {what}: it lacks the scope {scope} (HTTP 403{said})"),
                vec!["Make a key with the scopes accounts:create and accounts:read.".into(), WHERE_KEYS_ARE.into()],
            )
        }
    }
}

fn not_the_api(status: u16, case: &Case, said: &str) -> (String, Vec<String>) {
    let mut hints = vec![format!("Check that {} is the API (--base-url, INSTANTLY_BASE_URL).", case.route.host)];
    hints.extend(case.route.proxy.as_ref().map(|proxy| format!("The answer may be the proxy's: {proxy}.")));
    (format!("an answer that the API does not document: HTTP {status}{said}"), hints)
}
