//! What a limit or an outage means.

use std::time::Duration;

use jiff::Timestamp;

use super::{Case, length, time_of_day};
use crate::model::failure::{Failure, Throttle};
use crate::model::limits::{A_BLOCK, Cause, Hold};
use crate::model::provider::Provider;

/// A time that is named.
#[derive(Clone, Copy)]
pub(super) struct Named {
    wait: Duration,
    until: Timestamp,
}

impl Named {
    /// This long from now.
    pub(super) fn from(wait: Duration, case: &Case) -> Option<Self> {
        Some(Self { wait, until: case.finished_at.checked_add(wait).ok()? })
    }

    fn words(self, case: &Case) -> String {
        format!(" until {} ({})", time_of_day(self.until, case), length(self.wait))
    }
}

/// When the service will be asked again at the earliest, where that is known.
pub(super) fn retry_at(failure: &Failure, case: &Case) -> Option<Timestamp> {
    match failure {
        Failure::Throttled { after: Some(wait), .. } => Named::from(*wait, case).map(|named| named.until),
        Failure::Held(hold) => Some(hold.until),
        _ => None,
    }
}

/// What the service has just said.
pub(super) fn throttled(
    throttle: Throttle,
    named: Option<Named>,
    provider: Option<Provider>,
    case: &Case,
    said: &str,
) -> (String, Vec<String>) {
    if let (Throttle::Limit, Some(named)) = (throttle, named.filter(|named| named.wait >= A_BLOCK)) {
        return blocked(named, provider, case, said);
    }
    let until = named.map_or_else(|| "; it did not say for how long".to_owned(), |named| named.words(case));
    match throttle {
        Throttle::Limit => {
            let advice = if named.is_some() { "Leave it alone until then" } else { "Leave it alone for some minutes" };
            let hint = format!(
                "{advice}: pushing on makes it longer, up to a block of this address for 30 minutes, then 2 hours, then 24."
            );
            (format!("rate limited by Instantly{until} (HTTP 429{said})"), vec![hint])
        }
        Throttle::Outage => {
            let whom = case.provider.map_or("the provider", |provider| provider.name());
            (
                format!("Instantly cannot start or follow sign-ins right now{until} (HTTP 503{said})"),
                vec![format!("It is usually {whom} limiting Instantly, and passes by itself.")],
            )
        }
    }
}

/// A block of this address.
fn blocked(named: Named, provider: Option<Provider>, case: &Case, said: &str) -> (String, Vec<String>) {
    let sessions = provider.map_or_else(|| "sessions".to_owned(), |provider| format!("{} sessions", provider.name()));
    let mut hints = vec![
        "Probably something behind this address went on starting sessions past the limits: 75 a minute for a workspace, 150 \
         for an address."
            .to_owned(),
        "Do not try before that, from here or with something else: pushing on makes it 2 hours, then 24. This tool sends \
         nothing until then."
            .to_owned(),
    ];
    let other = provider.and_then(|blocked| Provider::ALL.into_iter().find(|provider| *provider != blocked));
    hints.extend(other.map(|other| format!("{} mailboxes can be connected meanwhile.", other.name())));
    (format!("Instantly has blocked this IP address for {sessions}{} (HTTP 429{said})", named.words(case)), hints)
}

/// Why nothing was sent.
pub(super) fn held(hold: &Hold, case: &Case) -> (String, Vec<String>) {
    let named = Named { wait: hold.wait, until: hold.until };
    match &hold.cause {
        Cause::Told { throttle, since, provider, message, named: is_named } => {
            let said = message.as_ref().map(|message| format!(": {message}")).unwrap_or_default();
            let (message, mut hints) = if hold.is_block() {
                blocked(named, *provider, case, &said)
            } else if *is_named {
                throttled(*throttle, Some(named), *provider, case, &said)
            } else {
                let (message, mut hints) = throttled(*throttle, None, *provider, case, &said);
                hints
                    .push(format!("This tool asks again{} at the earliest.", named.words(case).replace("until", "at")));
                (message, hints)
            };
            if case.finished_at.duration_since(*since).as_secs() > 0 {
                hints.push(format!("It said so at {}; nothing was sent now.", time_of_day(*since, case)));
            }
            (message, hints)
        }
        Cause::First { throttle } => (
            match throttle {
                Throttle::Limit => "rate limited by Instantly a moment ago (HTTP 429)".to_owned(),
                Throttle::Outage => "Instantly could not start or follow sign-ins a moment ago (HTTP 503)".to_owned(),
            },
            vec!["Another process here is trying whether that is over: the rest follow once it has succeeded.".into()],
        ),
        Cause::Starts { limit, provider, address, ahead } => {
            let whom = if *address { "this machine" } else { "this workspace" };
            let mut hints = vec![format!(
                "Instantly lets {} start so many; past that it answers 429, and blocks the address of those who push on.",
                if *address { "an IP address" } else { "a workspace" }
            )];
            match ahead {
                0 => {}
                1 => hints.push("Another process here was there before.".to_owned()),
                ahead => hints.push(format!("{ahead} others here were there before.")),
            }
            hints.push("--max-wait waits longer for a turn.".into());
            let until = named.words(case).replacen(" until ", " before ", 1);
            (
                format!(
                    "no turn to start a session{until}: {whom} has used up its {limit} {} sessions a minute",
                    provider.name()
                ),
                hints,
            )
        }
        Cause::Calls { .. } => (
            format!("no turn to ask{}: this workspace makes as many calls as Instantly allows", named.words(case)),
            vec!["Wait for fewer sessions at a time.".into()],
        ),
    }
}
