//! The limits on new sessions: so many a minute, in a sliding window, for each provider by itself.

use std::collections::{HashMap, VecDeque};
use std::hash::Hash;
use std::net::IpAddr;
use std::time::Duration;

use jiff::Timestamp;

use super::moment::{between, whole_seconds};
use crate::model::provider::Provider;

/// Of one address and provider, a minute. Documented; not to be configured, since one address is all there is here.
pub(super) const PER_ADDRESS: usize = 150;
const WINDOW: Duration = Duration::from_secs(60);

/// What has been admitted in the last minute.
pub(super) struct Limits {
    per_workspace: usize,
    workspaces: Admitted<(String, Provider)>,
    addresses: Admitted<(IpAddr, Provider)>,
}

impl Limits {
    /// With this many sessions a minute for each workspace and provider; 0 refuses all.
    pub(super) fn new(per_workspace: u32) -> Self {
        let per_workspace = usize::try_from(per_workspace).unwrap_or(usize::MAX);
        Self { per_workspace, workspaces: Admitted::default(), addresses: Admitted::default() }
    }

    /// Counts a new session, or refuses it and says in how many seconds (1 to 60) there is room for one. What is
    /// refused does not count.
    pub(super) fn admit(
        &mut self,
        workspace: &str,
        address: IpAddr,
        provider: Provider,
        now: Timestamp,
    ) -> Result<(), u64> {
        let of_workspace = self.workspaces.window((workspace.to_owned(), provider), now);
        let of_address = self.addresses.window((address, provider), now);
        let waits = [wait(of_workspace, self.per_workspace, now), wait(of_address, PER_ADDRESS, now)];
        if let Some(wait) = waits.into_iter().flatten().max() {
            return Err(whole_seconds(wait));
        }
        of_workspace.push_back(now);
        of_address.push_back(now);
        Ok(())
    }
}

/// For each key, when something was admitted, oldest first.
struct Admitted<K>(HashMap<K, VecDeque<Timestamp>>);

impl<K> Default for Admitted<K> {
    fn default() -> Self {
        Self(HashMap::new())
    }
}

impl<K: Hash + Eq> Admitted<K> {
    /// What was admitted under this key and still counts.
    fn window(&mut self, key: K, now: Timestamp) -> &mut VecDeque<Timestamp> {
        let window = self.0.entry(key).or_default();
        window.retain(|&at| between(at, now) < WINDOW);
        window
    }
}

/// How long until this window has room, or none where it has.
fn wait(window: &VecDeque<Timestamp>, limit: usize, now: Timestamp) -> Option<Duration> {
    let excess = window.len().checked_sub(limit)?;
    // The one whose leaving brings the window below its limit; none where the limit is 0 and nothing ever will.
    let leaving = window.get(excess).copied().unwrap_or(now);
    Some(WINDOW.saturating_sub(between(leaving, now)))
}
