//! What has become of the rows so far: which are to be worked on, what the results file gets, what is told.

mod strays;

use std::collections::{HashMap, VecDeque};
use std::rc::Rc;

use tokio::time::Instant;

use super::hall::Hall;
use super::life::{Came, How, Job, Owed, concluded};
use super::plan::Plan;
use crate::commands::ending::Learned;
use crate::error::Error;
use crate::exit::Outcome;
use crate::model::batch::{Fate, SKIPPED, Tally, fate, is_of_provider};
use crate::model::conclusion::Conclusion;
use crate::model::event::{Event, RowEnd, Sink, Standing};
use crate::model::failure::Failure;
use crate::model::list::Key;
use crate::model::poll::Verdict;
use crate::model::provider::Provider;
use crate::model::results::{self, Entry, Past};
use crate::store::Results;

/// The book of a run.
pub(super) struct Book {
    hall: Rc<Hall>,
    results: Results,
    past: Past,
    pub(super) tally: Tally,
    /// How each row ended, once it has.
    over: Vec<Option<Over>>,
    retries: u32,
    queue: VecDeque<Job>,
    /// Those that are tried again, once all others have begun.
    later: VecDeque<Job>,
    index_of: HashMap<Key, usize>,
    /// Mailboxes that were connected and are no rows.
    pub(super) unexpected: Vec<String>,
    /// How many sessions were started for each row that is being worked on, with the one that is.
    running: HashMap<usize, u32>,
    /// Rows that are over although their own sessions are not.
    overtaken: Vec<usize>,
    /// What is yet to be written.
    due: Vec<Due>,
    since: Option<Instant>,
    /// Whether the results file takes nothing more.
    is_broken: bool,
}

/// How a row ended.
struct Over {
    attempts: u32,
    outcome: Box<str>,
    error: Option<Box<str>>,
}

/// A row that is over, and is to be written down before anybody is told.
struct Due {
    line: String,
    told: RowEnd,
    names: Vec<Rc<str>>,
}

impl Book {
    pub(super) fn open(hall: Rc<Hall>, results: Results, past: Past, retries: u32) -> Self {
        let rows = &hall.terms.list.rows;
        let index_of = rows.iter().enumerate().map(|(index, row)| (row.key(), index)).collect();
        let over = rows.iter().map(|_| None).collect();
        Self {
            hall,
            results,
            past,
            tally: Tally::default(),
            over,
            retries,
            queue: VecDeque::new(),
            later: VecDeque::new(),
            index_of,
            unexpected: Vec::new(),
            running: HashMap::new(),
            overtaken: Vec::new(),
            due: Vec::new(),
            since: None,
            is_broken: false,
        }
    }

    /// Begins with what is known of the rows.
    pub(super) fn begin(&mut self, plan: Plan, now: jiff::Timestamp) {
        let Plan { done, skipped, owed, fresh, paid } = plan;
        for index in done {
            if let Some(entry) = self.past.entries.get(&self.hall.terms.list.rows[index].key()) {
                self.tally.add(&entry.outcome, entry.error.as_deref());
                let error = entry.error.as_deref().map(Box::from);
                let (attempts, outcome) = (entry.attempts, entry.outcome.as_str().into());
                self.over[index] = Some(Over { attempts, outcome, error });
            }
        }
        for index in skipped {
            let mut end = Conclusion::new(Outcome::Connected, "connected already, and healthy", now);
            let row = &self.hall.terms.list.rows[index];
            (end.provider, end.email) = (Some(row.provider), Some(row.email.clone()));
            end.profile = row.profile.as_deref().map(str::to_owned);
            let before = self.past.entries.get(&row.key());
            let before = before.map_or(0, |entry| entry.attempts);
            self.finish(Job::new(index, before), end, SKIPPED);
        }
        self.pay(paid);
        for (job, sessions) in owed {
            if self.over[job.index].is_some() {
                self.overtaken.push(job.index);
            }
            self.take_up(job, sessions);
        }
        self.queue.extend(fresh);
        // What was read of the results takes as much room as the list.
        self.past.entries = HashMap::new();
    }

    /// The next row with a session that an earlier run left, of which nobody knows how it ended.
    pub(super) fn next_owed(&mut self) -> Option<Job> {
        let position = self.queue.iter().position(|job| job.owed.is_some())?;
        let job = self.queue.remove(position)?;
        self.running.insert(job.index, job.attempts());
        Some(job)
    }

    /// The rows whose own sessions need not be waited for any more.
    pub(super) fn overtaken(&mut self) -> Vec<usize> {
        std::mem::take(&mut self.overtaken)
    }

    /// Takes up a row with the sessions of an earlier run that nobody was told of.
    fn take_up(&mut self, mut job: Job, sessions: Vec<Owed>) {
        let last = sessions.len() - 1;
        for (number, (record, name)) in sessions.into_iter().enumerate() {
            job.names.push(name.clone());
            job.tries += 1;
            match record.end.clone().filter(|_| record.is_retrieved()) {
                Some(end) => {
                    let learned = Learned::journal(&end);
                    let told = (record.id, record.began);
                    let how = concluded(&self.hall, job.index, told, end.verdict, learned);
                    if number == last {
                        return self.take(Came { job, how });
                    }
                    if let How::Ended(ended) = how {
                        self.note_stray(&job, &ended.0, &ended.1);
                    }
                }
                None if number == last => job.owed = Some(Box::new((record, name))),
                None => {}
            }
        }
        self.queue.push_back(job);
    }

    /// The next row to work on.
    pub(super) fn next(&mut self) -> Option<Job> {
        loop {
            let job = self.queue.pop_front().or_else(|| self.later.pop_front())?;
            if self.over[job.index].is_some() {
                self.pay(job.names);
                continue;
            }
            if !self.hall.is_parked(job.index) {
                self.running.insert(job.index, job.attempts() + 1);
                return Some(job);
            }
        }
    }

    /// Takes note of what came of a row's session.
    pub(super) fn take(&mut self, came: Came) {
        let Came { mut job, how } = came;
        self.running.remove(&job.index);
        let (verdict, end) = match how {
            How::Left if self.over[job.index].is_some() => return self.pay(job.names),
            How::Left => return,
            How::NotStarted(failure) => return self.park(job.index, &failure),
            How::Ended(ended) => *ended,
        };
        self.note_stray(&job, &verdict, &end);
        if self.over[job.index].is_some() {
            // Another session has connected its mailbox.
            return self.pay(job.names);
        }
        let email = &self.hall.terms.list.rows[job.index].email;
        let left = self.retries.saturating_add(1).saturating_sub(job.tries);
        match fate(&verdict, email, left) {
            Fate::Over => {
                let outcome = end.outcome.name();
                self.finish(job, end, outcome);
            }
            Fate::Again => {
                let told = RowEnd {
                    row: self.hall.row(job.index),
                    end,
                    attempts: job.attempts(),
                    again: true,
                    skipped: false,
                };
                self.hall.terms.reporter.emit(Event::Row(Box::new(told)));
                job.owed = None;
                self.later.push_back(job);
            }
            Fate::Open => {
                if let Verdict::Failed { failure, .. } = verdict
                    && failure.is_final()
                {
                    // Whatever is asked for next would be told the same.
                    for provider in Provider::ALL {
                        self.hall.park_row(job.index, provider, &failure);
                    }
                }
            }
        }
    }

    /// A session could not be started: no other will be, of those that would be told the same.
    fn park(&self, index: usize, failure: &Failure) {
        let provider = self.hall.terms.list.rows[index].provider;
        let providers = Provider::ALL.into_iter().filter(|other| !is_of_provider(failure) || *other == provider);
        providers.for_each(|provider| self.hall.park_row(index, provider, failure));
    }

    /// A row is over.
    fn finish(&mut self, job: Job, end: Conclusion, outcome: &str) {
        let row = &self.hall.terms.list.rows[job.index];
        self.tally.add(outcome, end.error.as_deref());
        let error = end.error.as_deref().map(Box::from);
        self.over[job.index] = Some(Over { attempts: job.attempts(), outcome: outcome.into(), error });
        let entry = Entry {
            outcome: outcome.to_owned(),
            connected_email: end.email.clone().filter(|_| outcome != SKIPPED),
            name: end.name.clone(),
            error: end.error.clone(),
            error_description: end.error_description.clone(),
            session_id: end.session.as_ref().map(ToString::to_string),
            profile: row.profile.as_deref().map(str::to_owned),
            attempts: job.attempts(),
            started_at: end.started_at,
            finished_at: end.finished_at,
        };
        let line = results::line(row, &entry, self.past.delimiter);
        let told = RowEnd {
            row: self.hall.row(job.index),
            end,
            attempts: entry.attempts,
            again: false,
            skipped: outcome == SKIPPED,
        };
        self.due.push(Due { line, told, names: job.names });
        self.since.get_or_insert_with(Instant::now);
    }

    /// Since when something is to be written.
    pub(super) fn due(&self) -> Option<(Instant, usize)> {
        Some((self.since?, self.due.len()))
    }

    /// Writes down which rows are over, and tells it.
    pub(super) fn write(&mut self) -> Result<(), Error> {
        self.since = None;
        let due = std::mem::take(&mut self.due);
        let lines: String = due.iter().map(|due| due.line.as_str()).collect();
        let written = match self.is_broken {
            // What it was before is not known. The journal has these until the next run.
            true => Ok(()),
            false if due.is_empty() => return Ok(()),
            false => self.results.append(&lines),
        };
        let mut paid = Vec::new();
        for Due { told, names, .. } in due {
            // Somebody should hear it, even if it cannot be written.
            self.hall.terms.reporter.emit(Event::Row(Box::new(told)));
            paid.extend(names);
        }
        if self.is_broken {
            return Ok(());
        }
        written.map_err(|error| {
            self.is_broken = true;
            let is_recorded = !self.hall.terms.store.has_failed();
            Error::internal(format!("the results cannot be written: {error}")).hint(if is_recorded {
                "Nothing is lost: what was read is in the journal, and the same command goes on from there."
            } else {
                "The journal cannot be written either: what was told last is in no file. Make room first."
            })
        })?;
        self.pay(paid);
        Ok(())
    }

    /// The results file tells of these sessions.
    fn pay(&self, names: Vec<Rc<str>>) {
        if names.is_empty() {
            return;
        }
        let store = self.hall.terms.store.clone();
        // Whose desk it is does not matter: they all write to the same journal.
        let Some(site) = self.hall.terms.sites.first() else { return };
        site.workspace.note(move || {
            store.with(|journal| journal.paid(&names));
        });
    }

    /// How many rows are not over.
    pub(super) fn left(&self) -> usize {
        self.over.iter().filter(|over| over.is_none()).count()
    }

    pub(super) fn standing(&self, open: usize) -> Standing {
        let (connected, failed) = (self.tally.connected(), self.tally.failed());
        Standing { connected, failed, left: self.over.len().saturating_sub(connected + failed), open, held: false }
    }
}
