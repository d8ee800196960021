//! What is to be done about each row, from what is known before the first of them: a pure function.

use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use super::life::{Job, Owed};
use crate::exit::Outcome;
use crate::model::batch::SKIPPED;
use crate::model::list::{Key, List};
use crate::model::record::Record;
use crate::model::results::Entry;

/// What is known before the first row.
pub(super) struct Known<'a> {
    pub(super) list: &'a List,
    /// What the results file tells.
    pub(super) past: &'a HashMap<Key, Entry>,
    /// The sessions that it does not tell of, under their names in the journal, the oldest first.
    pub(super) owed: Vec<Owed>,
    /// The mailboxes that the workspace has and that are healthy, in lower case.
    pub(super) healthy: &'a HashSet<Key>,
    /// Whether rows are taken again that have failed.
    pub(super) retry_failed: bool,
    /// Whether rows are taken that were skipped.
    pub(super) take_skipped: bool,
}

/// What is to be done.
#[derive(Default)]
pub(super) struct Plan {
    /// The rows that are over.
    pub(super) done: Vec<usize>,
    /// Those that need not be connected.
    pub(super) skipped: Vec<usize>,
    /// Those that are to be worked on, each with the sessions of an earlier run that nobody was told of: those that a run
    /// was in the middle of come first, while their time lasts.
    pub(super) owed: Vec<(Job, Vec<Owed>)>,
    pub(super) fresh: Vec<Job>,
    /// Sessions of which the results file tells by now.
    pub(super) paid: Vec<Rc<str>>,
}

/// Decides.
pub(super) fn plan(known: Known<'_>) -> Plan {
    let Known { list, past, owed, healthy, retry_failed, take_skipped } = known;
    let mut plan = Plan::default();
    let mut of_key: HashMap<Key, Vec<Owed>> = HashMap::new();
    for (record, name) in owed {
        if let Some(key) = key(&record) {
            of_key.entry(key).or_default().push((record, name));
        }
    }
    for (key, sessions) in &mut of_key {
        let Some(entry) = past.get(key) else { continue };
        // The results tell of one of them, and so of those before it. Of none, where another row's session is told of.
        let told = sessions.iter().rposition(|(record, _)| Some(record.id.as_str()) == entry.session_id.as_deref());
        let is_before = |(record, _): &&Owed| record.began <= entry.finished_at;
        let told = told.map_or_else(|| sessions.iter().take_while(is_before).count(), |last| last + 1);
        plan.paid.extend(sessions.drain(..told).map(|(_, name)| name));
    }
    of_key.retain(|_, sessions| !sessions.is_empty());
    for (index, row) in list.rows.iter().enumerate() {
        let key = row.key();
        let entry = past.get(&key);
        let before = entry.map_or(0, |entry| entry.attempts);
        if let Some(owed) = of_key.remove(&key) {
            // Another row's session has connected it while its own was being started, which may have connected another yet.
            if entry.is_some_and(|entry| entry.outcome == Outcome::Connected.name()) {
                plan.done.push(index);
            }
            plan.owed.push((Job::new(index, before), owed));
            continue;
        }
        match entry {
            Some(entry) if is_over(entry, retry_failed, take_skipped) => plan.done.push(index),
            _ if healthy.contains(&key) => plan.skipped.push(index),
            _ => plan.fresh.push(Job::new(index, before)),
        }
    }
    plan
}

fn is_over(entry: &Entry, retry_failed: bool, take_skipped: bool) -> bool {
    match entry.outcome.as_str() {
        SKIPPED => !take_skipped,
        outcome => outcome == Outcome::Connected.name() || !retry_failed,
    }
}

/// The row that a session was started for.
fn key(record: &Record) -> Option<Key> {
    Some(Key::new(record.provider?, record.expect.as_deref()?, record.profile.as_deref()))
}

#[cfg(test)]
mod tests;
