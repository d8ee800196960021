//! What the service does not let through: the limits on session starts and on calls of any kind, the blocks of those who
//! push on, and the circuit breaker before each provider.

mod blocks;
mod breaker;
mod refusal;
mod window;

use std::collections::HashMap;
use std::net::IpAddr;
use std::time::Duration;

use jiff::Timestamp;

use self::blocks::Blocks;
use self::breaker::{Unavailable, Upstream};
pub(super) use self::refusal::{Reason, Refusal};
use self::window::{Rate, Window};
use super::pace::Pace;
use super::scenario::Scenario;
use crate::model::provider::Provider;

const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_secs(60);
/// How many workspaces' starts an address may make. Documented as 150 to 75.
const WORKSPACES_OF_ADDRESS: u64 = 2;

/// How long a workspace's minute is still used up in the scenario of that.
const USED_UP: Duration = Duration::from_secs(3);
/// How long a provider fails in the scenario of that.
const OUTAGE: Duration = Duration::from_secs(5);

/// What is let through, in the service's time.
#[derive(Clone, Copy)]
pub(super) struct Terms {
    /// Session starts a minute for each workspace and provider; 0 refuses all.
    pub(super) init_limit: u32,
    /// Calls of any kind a second for each workspace; 0 refuses all. Sixty times as many a minute are documented
    /// besides, and follow from it: no minute holds more than its sixty seconds do.
    pub(super) call_limit: u32,
    pub(super) pace: Pace,
    /// Which says how the service is found.
    pub(super) scenario: Scenario,
}

/// What has been let through, and who is not.
pub(super) struct Limits {
    /// Of a workspace and provider, how long it is used up already when it is first asked.
    used_up: Option<Duration>,
    of_workspace: Rate,
    of_address: Rate,
    of_calls: Rate,
    upstream: Upstream,
    workspaces: HashMap<(String, Provider), Window>,
    addresses: HashMap<(IpAddr, Provider), Window>,
    calls: HashMap<String, Window>,
    upstreams: HashMap<Provider, Upstream>,
    blocks: Blocks,
}

impl Limits {
    pub(super) fn new(terms: Terms) -> Self {
        let Terms { pace, scenario, .. } = terms;
        let (inits, calls) = (u64::from(terms.init_limit), u64::from(terms.call_limit));
        let (second, minute) = (pace.real(SECOND), pace.real(MINUTE));
        let outage = if scenario == Scenario::Unavailable { OUTAGE } else { Duration::ZERO };
        Self {
            used_up: (scenario == Scenario::RateLimited).then_some(pace.real(USED_UP)),
            of_workspace: Rate { limit: inits, span: minute },
            of_address: Rate { limit: inits * WORKSPACES_OF_ADDRESS, span: minute },
            of_calls: Rate { limit: calls, span: second },
            upstream: Upstream::new(pace, outage),
            workspaces: HashMap::new(),
            addresses: HashMap::new(),
            calls: HashMap::new(),
            upstreams: HashMap::new(),
            blocks: Blocks::new(pace, scenario == Scenario::IpBlocked),
        }
    }

    /// Counts a call of any kind, which may be a start by this address and with this provider. What is refused does not
    /// count; only, that a start was is remembered against its address.
    pub(super) fn call(
        &mut self,
        workspace: &str,
        start: Option<(IpAddr, Provider)>,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        let blocked = start.and_then(|starter| self.blocks.left(starter, now));
        let refused = match blocked {
            Some(left) => Err(Reason::Blocked.for_another(left)),
            None => self.count_call(workspace, now),
        };
        refused.map_err(|refusal| start.map_or(refusal, |starter| self.pushed(refusal, starter, now)))
    }

    /// Counts the start of a session, after the call was. What is refused does not count.
    pub(super) fn start(
        &mut self,
        workspace: &str,
        starter: (IpAddr, Provider),
        now: Timestamp,
    ) -> Result<(), Refusal> {
        let (address, provider) = starter;
        let upstream = self.upstreams.entry(provider).or_insert(self.upstream);
        // Before the limits: an open breaker refuses every start.
        upstream.gate(now).map_err(unavailable)?;
        let of_workspace = self.workspaces.entry((workspace.to_owned(), provider)).or_insert_with(|| {
            let rate = self.of_workspace;
            self.used_up.map_or_else(|| Window::new(rate), |wait| Window::used_up(rate, wait, now))
        });
        let of_address = self.addresses.entry((address, provider)).or_insert_with(|| Window::new(self.of_address));
        let waits = [(of_address.wait(now), Reason::Address), (of_workspace.wait(now), Reason::Workspace)];
        let waits = waits.into_iter().filter_map(|(wait, reason)| Some(reason.for_another(wait?)));
        // The longest, which is when there is room in both of them, and of two as long the workspace's.
        if let Some(refusal) = waits.max_by_key(|refusal| refusal.wait) {
            return Err(self.pushed(refusal, starter, now));
        }
        upstream.ask(now).map_err(unavailable)?;
        of_workspace.count(now);
        of_address.count(now);
        Ok(())
    }

    fn count_call(&mut self, workspace: &str, now: Timestamp) -> Result<(), Refusal> {
        let window = self.calls.entry(workspace.to_owned()).or_insert_with(|| Window::new(self.of_calls));
        if let Some(wait) = window.wait(now) {
            return Err(Reason::Calls.for_another(wait));
        }
        window.count(now);
        Ok(())
    }

    /// Remembers that a start was refused by a limit. One too many makes a block of it, which is then the answer.
    fn pushed(&mut self, refusal: Refusal, starter: (IpAddr, Provider), now: Timestamp) -> Refusal {
        self.blocks.refused(starter, now).map_or(refusal, |lasts| Reason::Blocked.for_another(lasts))
    }
}

impl Reason {
    const fn for_another(self, wait: Duration) -> Refusal {
        Refusal { reason: self, wait }
    }
}

fn unavailable(why: Unavailable) -> Refusal {
    match why {
        Unavailable::Open(left) => Reason::BreakerOpen.for_another(left),
        Unavailable::Failed(wait) => Reason::UpstreamFailed.for_another(wait),
    }
}
