//! The documented limits, enforced to the letter: every request counts from the instant at which it arrived, also one that
//! was refused.

use std::collections::{HashMap, VecDeque};
use std::net::IpAddr;
use std::time::{Duration, Instant};

pub(crate) const SECOND: Duration = Duration::from_secs(1);
pub(crate) const MINUTE: Duration = Duration::from_secs(60);

/// Session starts in any minute, by workspace and by IP, each for one provider.
pub(crate) const STARTS: usize = 75;
const STARTS_OF_IP: usize = 150;

/// Calls of any kind in any second and in any minute, by workspace.
pub(crate) const CALLS: usize = 100;
pub(crate) const CALLS_A_MINUTE: usize = 6_000;

/// A request that is over a limit: which, and how long until there is room.
pub(crate) struct Over {
    pub(crate) limit: &'static str,
    pub(crate) wait: Duration,
}

/// Who asks, and for a session's start with which provider.
pub(crate) struct Caller<'a> {
    pub(crate) ip: IpAddr,
    pub(crate) key: &'a str,
    pub(crate) starts: Option<&'static str>,
}

/// All that arrived and still counts.
#[derive(Default)]
pub(crate) struct Limits {
    logs: HashMap<(&'static str, String), VecDeque<Instant>>,
}

impl Limits {
    /// Counts a request; of the limits that it is over, the one that lasts longest.
    pub(crate) fn arrive(&mut self, at: Instant, caller: &Caller) -> Option<Over> {
        let mut over = Vec::new();
        let mut count = |limit, scope: String, most, span| {
            let log = self.logs.entry((limit, scope)).or_default();
            let wait = arrive(log, at, most, span)?;
            over.push(Over { limit, wait });
            Some(())
        };
        if let Some(provider) = caller.starts {
            count("starts of a workspace", format!("{provider} {}", caller.key), STARTS, MINUTE);
            count("starts of an IP", format!("{provider} {}", caller.ip), STARTS_OF_IP, MINUTE);
        }
        count("calls in a second", caller.key.to_owned(), CALLS, SECOND);
        count("calls in a minute", caller.key.to_owned(), CALLS_A_MINUTE, MINUTE);
        over.into_iter().max_by_key(|over| over.wait)
    }
}

/// Counts an arrival; if there are too many within the span that ends now, how long until one more would not be.
fn arrive(log: &mut VecDeque<Instant>, at: Instant, most: usize, span: Duration) -> Option<Duration> {
    while log.front().is_some_and(|first| at.duration_since(*first) >= span) {
        log.pop_front();
    }
    log.push_back(at);
    // There is room for one more once so many have left that it fills the rest up.
    let over = log.len() > most;
    over.then(|| (log[log.len() - most] + span).saturating_duration_since(at))
}
