//! The poll as a state machine: what to do after this reply, as a pure function of it and of what came before.
//!
//! Its laws, checked over every sequence of replies in `laws`: it ends by the session's end and one last poll; two
//! requests are never closer than the interval; a throttle never shortens a wait; nothing follows a verdict; a reply
//! that may have carried the result is remembered until the session is seen alive again; a 404 means *not found* only
//! where no such reply is remembered.

#[cfg(test)]
mod laws;
mod verdict;

use std::time::Duration;

use super::failure::{Failure, Throttle};
use super::limits::Hold;
use super::moment::Moment;
use super::retry::Backoff;

pub use verdict::{Reply, Suspicion, Unsettled, Verdict};

/// How long after the session's end its last poll may still go out.
pub const LAST_POLL_GRACE: Duration = Duration::from_secs(10);

/// How long a reply in flight is still waited for when waiting as such is over: it may be the result, which is given out
/// once.
pub const LAST_WORDS: Duration = Duration::from_secs(2);

/// How long the reply to the last poll is waited for, at the least.
const LAST_REPLY: Duration = Duration::from_secs(5);

/// A session's end is known only to about this much, since the server's clock shows whole seconds.
const UNCERTAIN: Duration = Duration::from_secs(1);

/// After failures in a row the wait grows to this many intervals at the most.
const SLOWEST: u32 = 6;

/// After a 429 that names no time: from a second, doubled each time, to a minute.
const UNNAMED_THROTTLE: Backoff = Backoff { first: Duration::from_secs(1), ceiling: Duration::from_secs(60) };

/// Why the next request waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// It is not time yet.
    Interval,
    /// We are rate limited.
    RateLimited,
    /// It is not our turn yet: any sooner, and we would be rate limited.
    Turn,
    /// The API fails.
    Unavailable,
    /// The network fails.
    Network,
}

/// The terms on which a session is waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Terms {
    /// Between two polls.
    pub interval: Duration,
    /// When the session ends.
    pub end: Moment,
    /// When to give up, if that is earlier.
    pub give_up: Option<Moment>,
}

/// One exchange with the API.
#[derive(Clone, Debug)]
pub struct Turn {
    /// What came back.
    pub reply: Reply,
    /// When the request left.
    pub sent: Moment,
    /// When the reply was in.
    pub now: Moment,
    /// A random number from 0 to 1.
    pub jitter: f64,
}

/// What to do next.
#[derive(Clone, Debug)]
pub enum Next {
    /// Ask again at this moment.
    Poll {
        /// When, never in the past.
        at: Moment,
        /// The machine to hand that reply to.
        poll: Poll,
    },
    /// Ask no more; at this moment it is over.
    End {
        /// When, never in the past.
        at: Moment,
        /// How.
        verdict: Verdict,
    },
    /// The result is gone: see whether something else can tell what it was.
    Settle(Suspicion),
}

/// A session that is being waited for. Each reply uses it up, so nothing can follow a verdict.
#[derive(Clone, Debug)]
pub struct Poll {
    terms: Terms,
    failures: u32,
    suspicion: Option<Suspicion>,
    /// Until when the last request may wait for its turn, once it does.
    last_chance: Option<Moment>,
}

impl Poll {
    /// Begins. The interval is cut to the session's life, so that a very long one still leaves a last poll. Giving up no
    /// earlier than the session ends is waiting to its end.
    #[must_use]
    pub fn begin(terms: Terms, now: Moment) -> Self {
        let interval = terms.interval.min(terms.end.left(now));
        let give_up = terms.give_up.filter(|give_up| *give_up + UNCERTAIN < terms.end);
        Self { terms: Terms { interval, give_up, ..terms }, failures: 0, suspicion: None, last_chance: None }
    }

    /// The same, with what was suspected of the session before: an earlier reply may have carried its result.
    #[must_use]
    pub fn suspecting(self, suspicion: Option<Suspicion>) -> Self {
        Self { suspicion, ..self }
    }

    /// Until when to wait for the reply to a request that leaves now, however long the client itself would. Giving up
    /// leaves it a moment; the session's end leaves time for the last poll, and for its reply.
    #[must_use]
    pub fn patience(&self, now: Moment) -> Moment {
        let Terms { end, give_up, .. } = self.terms;
        let latest = end + LAST_POLL_GRACE;
        let over =
            if now < end { end + LAST_POLL_GRACE.saturating_sub(LAST_REPLY) } else { latest.max(now + LAST_REPLY) };
        give_up.map_or(over, |give_up| over.min(give_up + LAST_WORDS))
    }

    /// What to do after this exchange.
    #[must_use]
    pub fn next(mut self, turn: Turn) -> Next {
        let Turn { reply, sent, now, jitter } = turn;
        self.suspicion = Suspicion::after(self.suspicion, &reply);
        let verdict = match reply {
            Reply::Pending | Reply::Unknown(_) => {
                self.failures = 0;
                return self.wait(sent, now, Wait::Own(Duration::ZERO), None);
            }
            Reply::Failed(Failure::NotFound { .. }) => match self.suspicion {
                Some(suspicion) => return Next::Settle(suspicion),
                None => Verdict::NotFound,
            },
            Reply::Failed(failure) if failure.is_final() => Verdict::Failed { failure, lost: self.has_lost() },
            Reply::Failed(Failure::Held(hold)) => return self.closed(hold, now),
            Reply::Failed(failure) => return self.failed(failure, sent, now, jitter),
            reply => Verdict::at_once(reply),
        };
        Next::End { at: now, verdict }
    }

    /// What to do where the request may not leave yet, so that nothing was sent.
    #[must_use]
    pub fn held(mut self, hold: Hold, now: Moment) -> Next {
        let Terms { end, give_up, .. } = self.terms;
        let at = now + hold.wait;
        if let Some(give_up) = give_up.filter(|give_up| at > *give_up) {
            let (status, lost) = (self.word(None), self.has_lost());
            return Next::End { at: give_up.max(now), verdict: Verdict::Pending { status, last: None, lost } };
        }
        if now < end {
            // From the session's end on it may go before others.
            return Next::Poll { at: at.min(end), poll: self };
        }
        if at > self.last_chance(now) {
            return Next::End { at: now, verdict: self.over(Some(Failure::Held(hold))) };
        }
        Next::Poll { at, poll: self }
    }

    /// The same where the service said to stay away: until then, or not at all.
    fn closed(mut self, hold: Hold, now: Moment) -> Next {
        let at = now + hold.wait;
        if at > self.last_chance(now) || self.terms.give_up.is_some_and(|give_up| at > give_up) {
            return Next::End { at: now, verdict: self.over(Some(Failure::Held(hold))) };
        }
        Next::Poll { at, poll: self }
    }

    /// Until when the last request may wait.
    fn last_chance(&mut self, now: Moment) -> Moment {
        let latest = self.terms.end + LAST_POLL_GRACE;
        if now < self.terms.end {
            return latest;
        }
        // The machine may have been asleep, and not have asked since the end.
        *self.last_chance.get_or_insert(latest.max(now + LAST_REPLY))
    }

    fn has_lost(&self) -> bool {
        matches!(self.suspicion, Some(Suspicion::LostReply(_) | Suspicion::CutOff))
    }

    fn failed(mut self, failure: Failure, sent: Moment, now: Moment, jitter: f64) -> Next {
        self.failures += 1;
        let interval = self.terms.interval;
        let growing = Backoff { first: interval, ceiling: interval.saturating_mul(SLOWEST) };
        let wait = match &failure {
            Failure::Throttled { after: Some(after), .. } => Wait::Named(*after),
            Failure::Throttled { throttle: Throttle::Limit, .. } => {
                Wait::Own(UNNAMED_THROTTLE.wait(self.failures, jitter))
            }
            // Nothing was sent, so nobody is spared by waiting longer, and it is noticed sooner when it passes.
            Failure::Network { sent: false, .. } => Wait::Own(Duration::ZERO),
            _ => Wait::Own(growing.wait(self.failures, jitter)),
        };
        self.wait(sent, now, wait, Some(failure))
    }

    /// Places the next request, if one still fits. `failure` is what this one failed with.
    fn wait(self, sent: Moment, now: Moment, wait: Wait, failure: Option<Failure>) -> Next {
        let Terms { interval, end, give_up } = self.terms;
        let latest = end + LAST_POLL_GRACE;
        let was_last = sent >= end;
        let at = match wait {
            // The service outranks what we would like: no poll before its time, not even the last one.
            Wait::Named(wait) => {
                let at = now + wait.max(interval);
                let too_late = at > latest || give_up.is_some_and(|give_up| at > give_up);
                if was_last || too_late {
                    return Next::End { at: now, verdict: self.over(failure) };
                }
                at
            }
            Wait::Own(_) if was_last => return Next::End { at: now, verdict: self.over(failure) },
            // Nothing is waited for that long: the machine was asleep, and has not asked since the end.
            Wait::Own(_) if now > latest => now,
            Wait::Own(wait) => {
                // Counted from the reply, so that the server never sees two closer than the interval; from the
                // request, where only that leaves room for the last one and its reply.
                let soonest =
                    if now >= end || now + interval > latest { (sent + interval).max(now) } else { now + interval };
                let at = (now + wait).min(end).max(soonest);
                if at > latest {
                    return Next::End { at: now, verdict: self.over(failure) };
                }
                at
            }
        };
        // A poll here would leave no room for a last one an interval later: it becomes the last one.
        let at = if at < end && at + interval > latest { end } else { at };
        match give_up {
            Some(give_up) if at > give_up => Next::End {
                at: give_up.max(now),
                verdict: Verdict::Pending { status: self.word(failure.as_ref()), lost: self.has_lost(), last: failure },
            },
            _ => Next::Poll { at, poll: self },
        }
    }

    /// The API's last word, where it gave one.
    fn word(&self, failure: Option<&Failure>) -> Option<String> {
        match (&self.suspicion, failure) {
            (Some(Suspicion::UnknownStatus(status)), _) => Some(status.clone()),
            (None, None) => Some("pending".into()),
            _ => None,
        }
    }

    /// The verdict where the session's time is up.
    fn over(self, failure: Option<Failure>) -> Verdict {
        let lost = self.has_lost();
        match (failure, self.suspicion) {
            (Some(failure), _) => Verdict::Failed { failure, lost },
            (None, Some(Suspicion::UnknownStatus(status))) => Verdict::Expired { status: Some(status) },
            (None, _) => Verdict::Expired { status: None },
        }
    }
}

/// How long the next request has to wait.
#[derive(Clone, Copy)]
enum Wait {
    /// The service named a time: it binds.
    Named(Duration),
    /// Our own reckoning, which gives way to the last poll; the interval at the least.
    Own(Duration),
}
