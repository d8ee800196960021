//! Settling a lost result: which account, if any, a session must have connected.
//!
//! A session whose result was given out to nobody has either connected an account or failed. It is taken to have connected
//! the one account that appeared while it can have, if no other session of the journal has told of that account or may yet.
//! Everything else stays unknown, since a mailbox that is wrongly called connected is worse than one to be looked at.

use jiff::{SignedDuration, Timestamp};

use super::base_url::BaseUrl;
use super::poll::{Suspicion, Unsettled, Verdict};
use super::provider::Provider;
use super::record::{End, LEAVES_WITHIN, Record};
use super::server_clock::Ahead;
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

/// How many accounts a full page of the list has: the most that the API's documentation allows.
pub const PAGE: usize = 100;

/// One page of the list, newest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Page {
    /// The accounts on it.
    pub accounts: Vec<Listed>,
    /// What to ask for the next one with.
    pub next: Option<String>,
}

/// Where a page of the list begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cursor {
    /// With the newest account.
    Newest,
    /// Behind the page that said this.
    After(String),
    /// Behind this many accounts, where the page before it did not say how to go on.
    Skipping(usize),
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
    /// How far the server's clock is from ours.
    pub clock: Ahead,
}

/// How much is allowed for what is not known.
#[derive(Clone, Copy)]
struct Tolerance {
    /// For clocks, beyond what the server's replies told: its edge has one of its own.
    clocks: SignedDuration,
    /// How long after a reply was given up, or after its request was about to leave, the server can have come to it.
    travel: fn(&Record) -> SignedDuration,
    /// Whether what is likely is believed: a server on this machine has its clock, and a request that left before another
    /// session began was read before it.
    is_likely: bool,
}

/// First everything that can be.
const WIDE: Tolerance =
    Tolerance { clocks: SignedDuration::from_secs(2), travel: |_| SignedDuration::from_secs(30), is_likely: false };

/// And where that leaves a choice, what was measured: how far the clocks are apart, and how long requests took.
const MEASURED: Tolerance = Tolerance { clocks: SignedDuration::from_millis(50), travel, is_likely: true };

/// Four times as long as the slowest of the session's requests, and a little. Where nobody was there to see the connection
/// break, the server may have come to it at any time.
fn travel(record: &Record) -> SignedDuration {
    let longest = (WIDE.travel)(record);
    record.slowest.map_or(longest, |slowest| (slowest * 4 + SignedDuration::from_millis(50)).min(longest))
}

/// How long a session can be decided after its end by our reckoning.
const AFTER_END: SignedDuration = SignedDuration::from_secs(15);

/// From when on an account matters to this session, by the server's clock: nothing older needs to be listed.
#[must_use]
pub fn oldest_that_matters(record: &Record, clock: Ahead) -> Timestamp {
    window(record, clock, WIDE).0
}

/// Which account the session connected, or why that cannot be told.
///
/// It is the one account that it can have connected, if no other session can have.
pub fn settle(evidence: Evidence<'_>) -> Result<Account, Unsettled> {
    let mut left = Vec::new();
    for tolerance in [WIDE, MEASURED] {
        let mine = candidates(&evidence, tolerance);
        if let [(account, false)] = mine.as_slice() {
            return Ok(Account { email: Some(account.email.clone()), name: account.name.clone() });
        }
        if left.is_empty() {
            left = mine.iter().map(|(account, _)| account.email.clone()).collect();
        }
    }
    Err(if left.is_empty() { Unsettled::Nothing } else { Unsettled::Several(left) })
}

/// The accounts that this session can have connected, each with whether another one can have as well.
fn candidates<'a>(evidence: &Evidence<'a>, tolerance: Tolerance) -> Vec<(&'a Listed, bool)> {
    let mine = mine(evidence, tolerance).into_iter();
    mine.map(|(account, when)| {
        let is_rival = |other: &Record| is_rival(other, account, when, evidence, tolerance);
        (account, evidence.others.iter().any(is_rival))
    })
    .collect()
}

/// The accounts that this session can have connected and that nobody has told of, each with when that was.
fn mine<'a>(evidence: &Evidence<'a>, tolerance: Tolerance) -> Vec<(&'a Listed, Timestamp)> {
    let Evidence { record, others, accounts, clock } = *evidence;
    let can_own = |account| Some((account, connected_at(record, account, clock, tolerance)?));
    let is_free = |(account, when): &(&Listed, Timestamp)| {
        let has_taken = |other: &Record| {
            let is_its = || can_be_of(other, account, *when, evidence, tolerance);
            has_claimed(other, account, *when, clock)
                || is_succeeded(record, other, *when, clock, tolerance) && is_its()
        };
        !others.iter().any(has_taken)
    };
    accounts.iter().filter_map(can_own).filter(is_free).collect()
}

/// Whether another session can have done what was done to this account then, rather than this one.
fn is_rival(other: &Record, account: &Listed, when: Timestamp, evidence: &Evidence<'_>, tolerance: Tolerance) -> bool {
    can_be_of(other, account, when, evidence, tolerance)
        && !is_after_another(evidence.record, other, account)
        && !is_succeeded(other, evidence.record, when, evidence.clock, tolerance)
}

/// Whether another session can have done what was done to this account then.
fn can_be_of(other: &Record, account: &Listed, when: Timestamp, evidence: &Evidence<'_>, tolerance: Tolerance) -> bool {
    let (from, to) = window(other, evidence.clock, tolerance);
    is_open(other, account) && is_of_provider(account, other) && (from..=to).contains(&when)
}

/// Whether all of this session's requests had left before that other one even began, which was before this happened. One of
/// them brought its result, since it is gone.
fn is_succeeded(record: &Record, other: &Record, when: Timestamp, clock: Ahead, tolerance: Tolerance) -> bool {
    let last = record.gone.map(|gone| record.quiet.map_or(gone, |quiet| quiet.min(gone)));
    let began = shifted(other.began, clock_of(other, clock, tolerance).most);
    tolerance.is_likely && other.started_here && last.is_some_and(|last| last <= other.began) && began <= when
}

/// The sessions whose state would help to tell, were it known: somebody here waited for each and was cut off, and it can
/// have connected what this one can have.
#[must_use]
pub fn in_question(evidence: Evidence<'_>) -> Vec<&Record> {
    let mine = mine(&evidence, MEASURED);
    let is_rival = |other: &Record| {
        let can_own = |(account, when): &(&Listed, Timestamp)| is_rival(other, account, *when, &evidence, MEASURED);
        mine.iter().any(can_own)
    };
    let is_left = |other: &&Record| {
        let nobody_told = other.end.is_none() && other.gone.is_none();
        let is_cut_off = other.unheard || other.suspicion == Some(Suspicion::CutOff);
        let is_ours = other.started_here && other.workspace == evidence.record.workspace;
        is_ours && nobody_told && is_cut_off
    };
    evidence.others.iter().filter(is_left).filter(|other| is_rival(other)).collect()
}

/// Whether what happened to this account then is down as that session's: its verdict came after it.
fn has_claimed(other: &Record, account: &Listed, when: Timestamp, clock: Ahead) -> bool {
    let Some(end) = &other.end else { return false };
    let Verdict::Connected(Account { email: Some(email), .. }) = &end.verdict else { return false };
    let Ahead { most, .. } = other.clock.unwrap_or(clock);
    same_mailbox(email, &account.email) && when <= shifted(end.at, most + WIDE.clocks)
}

/// Whether this account may yet turn out to be that session's, as far as it has told.
fn is_open(other: &Record, account: &Listed) -> bool {
    match other.end.as_ref().map(|end| &end.verdict) {
        Some(Verdict::Connected(told)) => told.email.is_none(),
        // By our reckoning alone its time was up, and a last-moment result may be there.
        Some(Verdict::Expired { status }) => status.as_deref() != Some("expired"),
        Some(Verdict::Error { .. } | Verdict::Pending { .. } | Verdict::Failed { .. }) => false,
        // Its result was gone when it was looked for, so nothing that was not there then can be its. Only one mailbox was
        // looked for where only one was expected.
        Some(Verdict::Unknown { unsettled, .. }) => match unsettled {
            _ if other.expect.as_ref().is_some_and(|expect| !same_mailbox(expect, &account.email)) => true,
            Unsettled::Nothing => false,
            Unsettled::Several(emails) => emails.iter().any(|email| same_mailbox(email, &account.email)),
            _ => true,
        },
        None | Some(Verdict::NotFound) => true,
    }
}

/// Whether both were to bring certain mailboxes, this session this one and the other session another one. People do choose
/// the wrong one, but not each other's.
fn is_after_another(record: &Record, other: &Record, account: &Listed) -> bool {
    record.expect.is_some() && other.expect.as_ref().is_some_and(|expect| !same_mailbox(expect, &account.email))
}

fn is_of_provider(account: &Listed, record: &Record) -> bool {
    account.provider.is_some() && record.provider.is_none_or(|provider| account.provider == Some(provider))
}

/// When this session can have connected this account, if it can, by the server's clock.
fn connected_at(record: &Record, account: &Listed, clock: Ahead, tolerance: Tolerance) -> Option<Timestamp> {
    if !is_of_provider(account, record) {
        return None;
    }
    let (from, to) = window(record, clock, tolerance);
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

/// From when to when, by the server's clock, this session can have connected an account.
fn window(record: &Record, clock: Ahead, tolerance: Tolerance) -> (Timestamp, Timestamp) {
    let clock = clock_of(record, clock, tolerance);
    // A session that was started elsewhere is at most as old as one that just ended would be.
    let life = record.ends.duration_since(record.began);
    let from = record.alive.unwrap_or_else(|| shifted(record.began, -life));
    let latest = shifted(record.ends, AFTER_END);
    let to = match (record.gone, record.lost, &record.end) {
        // Nobody asked for it any more until its time was over: its result may have been forgotten unread.
        (Some(gone), Some(_), _) if record.expect.is_some() && gone > record.ends => gone,
        // It was given out with a reply that was lost, and in any case before it was gone.
        (Some(gone), Some(lost), _) => {
            let left = shifted(lost, LEAVES_WITHIN);
            let left = record.quiet.map_or(left, |quiet| quiet.clamp(lost, left));
            shifted(left, (tolerance.travel)(record)).min(gone)
        }
        (Some(gone), None, _) => gone,
        (None, _, Some(End { verdict: Verdict::Connected(_), at, .. })) => *at,
        // It may still be decided.
        _ => latest,
    };
    (shifted(from, clock.least), shifted(to.min(latest), clock.most))
}

/// How far the server's clock is from ours, as far as this session told or else is known, and a little more.
fn clock_of(record: &Record, clock: Ahead, tolerance: Tolerance) -> Ahead {
    let clock = record.clock.unwrap_or(clock);
    if tolerance.is_likely && clock.is_none() && is_here(record) {
        // What is finer than a millisecond is cut off of times that are written down.
        return Ahead { least: SignedDuration::from_millis(-1), ..Ahead::NONE };
    }
    Ahead { least: clock.least - tolerance.clocks, most: clock.most + tolerance.clocks }
}

/// Whether the service is on this machine.
fn is_here(record: &Record) -> bool {
    BaseUrl::parse(&record.service).is_ok_and(|base| base.is_loopback())
}

fn shifted(time: Timestamp, by: SignedDuration) -> Timestamp {
    time.saturating_add(by).unwrap_or(time)
}

#[cfg(test)]
mod laws;
#[cfg(test)]
mod tests;
