//! What this machine may send at this moment.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::{Check, Name};
use crate::exit::Outcome;
use crate::model::failure::Throttle;
use crate::model::limits::{At, Gate, Passage, Starts, State};
use crate::model::provider::Provider;
use crate::model::words::length;

/// Judges the gates and budgets, with times of day in this zone.
#[must_use]
pub fn judge(state: &State, now: Timestamp, zone: &TimeZone) -> Check {
    let closed = closed(state, now);
    let left = |starts: &Starts| {
        let workspace = state.limits.starts.saturating_sub(starts.workspace);
        workspace.min(state.limits.address_starts.saturating_sub(starts.address))
    };
    let budgets = state.starts.iter().map(|starts| {
        let waiting = match starts.waiting {
            0 => String::new(),
            waiting => format!(" ({waiting} waiting)"),
        };
        format!("{} {}{waiting}", starts.provider.name(), left(starts))
    });
    let budgets = format!("starts left in this minute: {}", budgets.collect::<Vec<_>>().join(", "));
    let check = if let Some((_, gate)) = closed.iter().max_by_key(|(_, gate)| gate.until) {
        let outcome = match gate.throttle {
            Throttle::Limit => Outcome::RateLimited,
            Throttle::Outage => Outcome::Unavailable,
        };
        let told =
            closed.iter().map(|(provider, gate)| words(*provider, gate, now, zone)).collect::<Vec<_>>().join("; ");
        let check = Check::failed(Name::Limits, outcome, told);
        let check = match gate.throttle {
            Throttle::Limit => check
                .mend("Leave it alone until then, from here and behind the same address: pushing on makes it longer."),
            Throttle::Outage => check.mend("It usually passes by itself."),
        };
        check.mend("This tool sends nothing through it until then; what waits goes on afterwards.")
    } else if state.starts.iter().any(|starts| left(starts) == 0) {
        Check::warning(Name::Limits, budgets)
            .mend("Whoever starts a session now waits for its turn: --max-wait says for how long at the most.")
    } else {
        Check::ok(Name::Limits, budgets)
    };
    let check = state.starts.iter().fold(check, |check, starts| {
        let [left_name, waiting_name] = match starts.provider {
            Provider::Google => ["google_starts_left", "google_waiting"],
            Provider::Microsoft => ["microsoft_starts_left", "microsoft_waiting"],
        };
        check.fact(left_name, left(starts)).fact(waiting_name, starts.waiting)
    });
    closed.iter().fold(check, |check, (provider, gate)| {
        let name = match provider {
            None => "workspace_closed_until",
            Some(Provider::Google) => "google_closed_until",
            Some(Provider::Microsoft) => "microsoft_closed_until",
        };
        check.fact(name, gate.until.time())
    })
}

/// The gates through which nothing may go: the workspace's, and those of the providers.
fn closed(state: &State, now: Timestamp) -> Vec<(Option<Provider>, &Gate)> {
    let workspace = state.workspace.iter().map(|gate| (None, gate));
    let providers = state.starts.iter().filter_map(|starts| Some((Some(starts.provider), starts.gate.as_ref()?)));
    let is_closed = |(_, gate): &(_, &Gate)| matches!(gate.passage(At::from(now)), Passage::Closed(_));
    workspace.chain(providers).filter(is_closed).collect()
}

fn words(provider: Option<Provider>, gate: &Gate, now: Timestamp, zone: &TimeZone) -> String {
    let what = provider
        .map_or_else(|| "calls of this workspace".to_owned(), |provider| format!("{} sessions", provider.name()));
    let until = gate.until.time().to_zoned(zone.clone());
    let form = if until.date() == now.to_zoned(zone.clone()).date() { "%H:%M:%S" } else { "%Y-%m-%d %H:%M" };
    let said = gate.message.as_ref().map(|message| format!(": {message}")).unwrap_or_default();
    let (until, left) = (until.strftime(form), length(gate.until.left(At::from(now))));
    format!("closed for {what} until {until} ({left}), as Instantly said (HTTP {}{said})", gate.throttle.status())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::model::check::State as How;
    use crate::model::limits::Limits;

    fn starts(provider: Provider, workspace: usize, address: usize, gate: Option<Gate>) -> Starts {
        Starts { provider, workspace, address, waiting: 0, gate }
    }

    fn gate(throttle: Throttle, seconds: u64) -> Gate {
        let since = At::from(Timestamp::UNIX_EPOCH);
        let until = since + Duration::from_secs(seconds);
        Gate { throttle, since, until, strikes: 1, named: true, message: Some("slow down".into()), first: None }
    }

    #[test]
    fn what_is_left_and_what_is_closed_are_told() {
        let (google, microsoft) = (Provider::Google, Provider::Microsoft);
        let free = || vec![starts(google, 5, 5, None), starts(microsoft, 0, 149, None)];
        let state = |starts, workspace| State { limits: Limits::DOCUMENTED, starts, calls: 0, workspace };
        let failed = How::Failed;
        for (state, how, says) in [
            (state(free(), None), How::Ok, "starts left in this minute: Google 70, Microsoft 1"),
            (state(vec![starts(google, 75, 75, None)], None), How::Warning, "Google 0"),
            (state(vec![Starts { waiting: 3, ..starts(google, 0, 0, None) }], None), How::Ok, "Google 75 (3 waiting)"),
            (
                state(vec![starts(google, 0, 0, Some(gate(Throttle::Limit, 1800)))], None),
                failed(Outcome::RateLimited),
                "closed for Google sessions until 00:30:00 (30 min), as Instantly said (HTTP 429: slow down)",
            ),
            (
                state(free(), Some(gate(Throttle::Outage, 90))),
                failed(Outcome::Unavailable),
                "closed for calls of this workspace until 00:01:30 (1 min 30 s)",
            ),
            // One whose time is over lets a request through.
            (state(free(), Some(gate(Throttle::Limit, 0))), How::Ok, "starts left"),
        ] {
            let check = judge(&state, Timestamp::UNIX_EPOCH, &TimeZone::UTC);
            assert_eq!(check.state, how, "{check:?}");
            assert!(check.detail.contains(says), "{check:?}");
            assert_eq!(check.remedy.is_empty(), how == How::Ok);
        }
    }
}
