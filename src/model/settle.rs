//! Settling a lost result: which account, if any, a session must have connected.
//!
//! A session whose result was given out to nobody has either connected an account or failed. The accounts of the
//! workspace that appeared while that can have happened tell, as long as each can be laid at one session's door: every
//! session of the journal that has not told its result yet counts as a possible owner. Whatever is left open stays
//! unknown, since a mailbox that is wrongly called connected is worse than one to be looked at.

use jiff::{SignedDuration, Timestamp};

use super::poll::{Unsettled, Verdict};
use super::provider::Provider;
use super::record::Record;
use super::session::Account;
use super::words::same_mailbox;

/// An account as the API lists it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// The mailbox's address.
    pub email: String,
    /// Its owner's name.
    pub name: Option<String>,
    /// With whom it signs in; none for any other way.
    pub provider: Option<Provider>,
    /// When it was added, by the server's clock.
    pub created: Option<Timestamp>,
    /// When it was last changed, by the server's clock.
    pub updated: Option<Timestamp>,
    /// Whether the API says that it cannot be signed in to: its `status` is -1.
    pub broken: bool,
}

/// One page of the list, newest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Page {
    /// The accounts on it.
    pub accounts: Vec<Listed>,
    /// What to ask for the next one with.
    pub next: Option<String>,
    /// The server's now, from the reply's `Date` header (whole seconds).
    pub server_now: Option<Timestamp>,
}

/// What is known when a lost result is to be settled.
#[derive(Clone, Copy, Debug)]
pub struct Evidence<'a> {
    /// The session.
    pub record: &'a Record,
    /// The other sessions of its workspace that the journal has.
    pub others: &'a [Record],
    /// The accounts that appeared, or were changed, since it began.
    pub accounts: &'a [Listed],
    /// By how much the server's clock is ahead of ours, whole seconds rounded down, where the session's own start does not
    /// tell.
    pub clock_ahead: Option<SignedDuration>,
}

/// How far two clocks, and the time that a request takes, are allowed for.
#[derive(Clone, Copy)]
struct Tolerance {
    /// How much earlier than our first moment an account may have appeared.
    early: SignedDuration,
    /// How much later than our last moment.
    late: SignedDuration,
    /// Whether clocks that agree as far as can be told are taken to agree.
    trusting: bool,
}

/// First everything that can be: the server shows whole seconds, and a request may be long on its way.
const WIDE: Tolerance =
    Tolerance { early: SignedDuration::from_secs(2), late: SignedDuration::from_secs(30), trusting: false };

/// And where that leaves a choice, what is likely: both machines keep the time, and a request takes as long as it does.
const NARROW: Tolerance =
    Tolerance { early: SignedDuration::from_millis(50), late: SignedDuration::from_millis(100), trusting: true };

/// How long a session can be decided after its end by our reckoning.
const AFTER_END: SignedDuration = SignedDuration::from_secs(15);

/// What the server's `Date` leaves out: it shows whole seconds.
const A_SECOND: SignedDuration = SignedDuration::from_secs(1);

/// From when on an account matters to this session, by the server's clock: nothing older needs to be listed.
#[must_use]
pub fn oldest_that_matters(record: &Record, clock_ahead: Option<SignedDuration>) -> Timestamp {
    window(record, clock_ahead, WIDE).0
}

/// Which account the session connected, or why that cannot be told.
pub fn settle(evidence: Evidence<'_>) -> Result<Account, Unsettled> {
    let mut left = Vec::new();
    for tolerance in [WIDE, NARROW] {
        let owners = owners(&evidence, tolerance);
        if let Some(account) = own(&owners) {
            return Ok(Account { email: Some(account.email.clone()), name: account.name.clone() });
        }
        if left.is_empty() {
            let mine = owners.iter().filter(|(_, all)| all.contains(&SELF));
            left = mine.map(|(account, _)| account.email.clone()).collect();
        }
    }
    Err(if left.is_empty() { Unsettled::Nothing } else { Unsettled::Several(left) })
}

/// The number of the session that is to be settled among its possible rivals.
const SELF: usize = 0;

/// Every account with the numbers of those sessions that can have connected it and have not told their result.
fn owners<'a>(evidence: &Evidence<'a>, tolerance: Tolerance) -> Vec<(&'a Listed, Vec<usize>)> {
    let Evidence { record, others, accounts, clock_ahead } = *evidence;
    let sessions: Vec<&Record> = std::iter::once(record).chain(others.iter().filter(|other| is_open(other))).collect();
    let can_own = |session: &Record, account: &Listed| {
        let when = connected_at(session, account, clock_ahead, tolerance);
        when.is_some_and(|when| !others.iter().any(|other| has_claimed(other, account, when)))
    };
    let of = |account| (0..sessions.len()).filter(|&index| can_own(sessions[index], account)).collect();
    accounts.iter().map(|account| (account, of(account))).collect()
}

/// The account that only this session can have connected.
///
/// Each session connects one mailbox, so a session to which some account must belong has connected no other. That is
/// taken out until nothing changes.
fn own<'a>(owners: &[(&'a Listed, Vec<usize>)]) -> Option<&'a Listed> {
    let mut owners = owners.to_vec();
    loop {
        let taken: Vec<usize> = owners.iter().filter(|(_, all)| all.len() == 1).map(|(_, all)| all[0]).collect();
        if taken.contains(&SELF) {
            let mut mine = owners.iter().filter(|(_, all)| *all == [SELF]).map(|(account, _)| *account);
            // Two such accounts cannot both be this session's: one came from elsewhere, and nothing tells which.
            return mine.next().filter(|_| mine.next().is_none());
        }
        let before = owners.iter().map(|(_, all)| all.len()).sum::<usize>();
        for (_, all) in owners.iter_mut().filter(|(_, all)| all.len() > 1) {
            all.retain(|owner| !taken.contains(owner));
        }
        if owners.iter().map(|(_, all)| all.len()).sum::<usize>() == before {
            return None;
        }
    }
}

/// Whether this session's result is still to be told, so that an account may turn out to be its.
fn is_open(other: &Record) -> bool {
    match other.end.as_ref().map(|end| &end.verdict) {
        None | Some(Verdict::Unknown { .. } | Verdict::NotFound) => true,
        Some(Verdict::Connected(account)) => account.email.is_none(),
        Some(_) => false,
    }
}

/// Whether what happened to this account then is down as that session's: its verdict came after it.
fn has_claimed(other: &Record, account: &Listed, when: Timestamp) -> bool {
    let Some(end) = &other.end else { return false };
    let Verdict::Connected(Account { email: Some(email), .. }) = &end.verdict else { return false };
    let (_, ahead) = offset(other.clock_ahead, WIDE);
    same_mailbox(email, &account.email) && when <= shifted(end.at, ahead + WIDE.early)
}

/// When this session can have connected this account, if it can, by the server's clock.
fn connected_at(
    record: &Record,
    account: &Listed,
    ahead: Option<SignedDuration>,
    tolerance: Tolerance,
) -> Option<Timestamp> {
    if account.provider.is_none() || record.provider.is_some_and(|provider| account.provider != Some(provider)) {
        return None;
    }
    let (from, to) = window(record, ahead, tolerance);
    let within = |time: &Timestamp| (from..=to).contains(time);
    let created = account.created.filter(within);
    match &record.expect {
        Some(expect) if !same_mailbox(expect, &account.email) => None,
        // It was there before, and signing in to it again only changed it.
        Some(_) => created.or_else(|| account.updated.filter(within).filter(|_| !account.broken)),
        // With neither a start nor a sign of life, anything may have come from anybody.
        None => created.filter(|_| record.alive.is_some()),
    }
}

/// The least and the most by which the server's clock may be ahead.
fn offset(ahead: Option<SignedDuration>, tolerance: Tolerance) -> (SignedDuration, SignedDuration) {
    let Some(ahead) = ahead else { return (SignedDuration::ZERO, SignedDuration::ZERO) };
    // A reply is on its way for a moment, so clocks that agree can seem to differ by a little more than a second.
    let agree = ahead <= NARROW.late && ahead + A_SECOND >= -A_SECOND;
    if tolerance.trusting && agree { (SignedDuration::ZERO, SignedDuration::ZERO) } else { (ahead, ahead + A_SECOND) }
}

/// From when to when, by the server's clock, this session can have connected an account.
fn window(record: &Record, ahead: Option<SignedDuration>, tolerance: Tolerance) -> (Timestamp, Timestamp) {
    let (least, greatest) = offset(record.clock_ahead.or(ahead), tolerance);
    // A session that was started elsewhere is at most as old as one that just ended would be.
    let life = record.ends.duration_since(record.began);
    let from = record.alive.unwrap_or_else(|| shifted(record.began, -life));
    let to = match (&record.end, record.lost) {
        (_, Some(lost)) => lost,
        (Some(end), None) => end.at,
        (None, None) => shifted(record.ends, AFTER_END),
    };
    (shifted(from, least - tolerance.early), shifted(to, greatest + tolerance.late))
}

fn shifted(time: Timestamp, by: SignedDuration) -> Timestamp {
    time.saturating_add(by).unwrap_or(time)
}

#[cfg(test)]
mod tests;
