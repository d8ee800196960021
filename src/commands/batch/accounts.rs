//! The mailboxes that a workspace has, read once before a list is begun.

use std::cell::Cell;
use std::collections::{HashMap, HashSet};
use std::pin::pin;
use std::time::Duration;

use super::Batch;
use super::input::Input;
use super::site::Site;
use crate::commands::ending::{Context, Learned};
use crate::commands::workspace::Workspace;
use crate::commands::{Exit, next};
use crate::error::Error;
use crate::flow::{Clock, Ended, Last, Stop, System};
use crate::model::conclusion::Conclusion;
use crate::model::event::{Event, Phase, Progress, Sink};
use crate::model::failure::Failure;
use crate::model::list::{Key, Row};
use crate::model::moment::Moment;
use crate::model::poll::{Verdict, Why};
use crate::model::provider::Provider;
use crate::model::results::Entry;
use crate::model::retry::Backoff;
use crate::model::settle::{Cursor, PAGE, Page};
use crate::model::words::conclude;

/// How long to wait before a page is asked for again that could not be read.
const RETRY: Backoff = Backoff { first: Duration::from_secs(1), ceiling: Duration::from_secs(30) };

/// More pages than this are no list of mailboxes: it would not end.
const MOST_PAGES: usize = 2_000;

/// The healthy mailboxes of the list, or how the command ended instead.
pub(super) enum Healthy {
    Known(HashSet<Key>),
    /// They cannot be had, and there are other workspaces to go on with.
    Failed(Failure),
    Ended(Exit),
}

impl Batch<'_> {
    /// Which mailboxes of the list need not be connected, since the workspace has them and they can be signed in to.
    pub(super) async fn healthy(
        &self,
        signals: &mut impl Stop,
        site: &Site,
        has_others: bool,
        input: &Input,
        past: &HashMap<Key, Entry>,
    ) -> Result<Healthy, Error> {
        let Site { workspace, route, .. } = site;
        let is_own = |row: &&Row| self.sandbox.is_some() || site.is_of(row);
        let is_known = input.list.rows.iter().filter(is_own).all(|row| past.contains_key(&row.key()));
        if self.flags.no_skip_connected || is_known && !self.flags.retry_failed {
            return Ok(Healthy::Known(HashSet::new()));
        }
        let started_at = System.time();
        let wait = Wait { sink: &**self.reporter, until: System.moment() + self.flags.max_wait, held: Cell::default() };
        let mut reading = pin!(read(workspace, &wait));
        let ended = loop {
            let (phase, left) = match wait.held.get() {
                Some((why, until)) => (Phase::Held(why), until.left(System.moment())),
                None => (Phase::Settling, Duration::ZERO),
            };
            self.reporter.draw(Progress { phase, left, list: None });
            tokio::select! {
                biased;
                signal = signals.requested() => break Ended::Stopped(signal, Last::Nothing),
                accounts = &mut reading => match accounts {
                    Ok(accounts) => {
                        // In a sandbox the rows of all profiles are for the same workspace.
                        let of_rows = input.list.rows.iter().filter(is_own).map(Row::key);
                        let is_there = |key: &Key| accounts.contains(&(key.provider, key.email.clone()));
                        return Ok(Healthy::Known(of_rows.filter(is_there).collect()));
                    }
                    Err(failure) if has_others && !self.flags.dry_run => return Ok(Healthy::Failed(failure)),
                    Err(failure) => break Ended::Verdict(Verdict::Failed { failure, lost: false }),
                },
                () = tokio::time::sleep(self.reporter.frame()) => {}
            }
        };
        let context = Context {
            reporter: self.reporter,
            session: None,
            provider: None,
            expect: None,
            started_at,
            resume: None,
            again: None,
            route,
            learned: Learned::default(),
        };
        let again = Some(next::batch(self.flags, self.global, false));
        Ok(Healthy::Ended(match ended {
            // No session was begun that could still have a result.
            Ended::Verdict(verdict) => {
                let end = Conclusion { next: again, ..conclude(verdict, &context.case()) };
                self.reporter.finish(&end, &[]).into()
            }
            ended => Context { resume: again, ..context }.finish(ended, |_| None),
        }))
    }
}

/// What passes by itself, and is waited for.
struct Wait<'a> {
    sink: &'a dyn Sink,
    /// Until when at the most.
    until: Moment,
    /// What it is right now, and until when.
    held: Cell<Option<(Why, Moment)>>,
}

impl Wait<'_> {
    async fn pass(&self, wait: Duration, failure: &Failure) {
        let (why, until) = (failure.why(), System.time().saturating_add(wait).unwrap_or_default());
        self.sink.emit(Event::Waiting { why, wait, until, detail: failure.to_string() });
        self.held.set(Some((why, System.moment() + wait)));
        System.sleep(wait).await;
        self.held.set(None);
    }
}

/// Reads the account list to its end.
async fn read(workspace: &Workspace, wait: &Wait<'_>) -> Result<HashSet<(Provider, String)>, Failure> {
    let (mut healthy, mut cursor, mut seen) = (HashSet::new(), Cursor::Newest, HashSet::new());
    for _ in 0..MOST_PAGES {
        let page = match page(workspace, &cursor, wait).await {
            // That it did not say how to go on meant that there was nothing more: it knows no other way.
            Err(failure) if matches!(cursor, Cursor::Skipping(_)) && failure.is_final() => break,
            page => page?,
        };
        let (is_full, known) = (page.accounts.len() >= PAGE, seen.len());
        seen.extend(page.accounts.iter().map(|account| account.email.to_lowercase()));
        let sound = page.accounts.iter().filter(|account| !account.broken);
        healthy.extend(sound.filter_map(|account| Some((account.provider?, account.email.to_lowercase()))));
        cursor = match page.next {
            // It gives the same again and again, or nothing.
            _ if seen.len() == known => break,
            Some(next) => Cursor::After(next),
            // It did not say how to go on.
            None if is_full => Cursor::Skipping(seen.len()),
            None => break,
        };
    }
    Ok(healthy)
}

/// Reads a page, through what passes by itself: a limit or an outage until then.
async fn page(workspace: &Workspace, cursor: &Cursor, wait: &Wait<'_>) -> Result<Page, Failure> {
    let mut tries = 0;
    loop {
        let page = workspace.limiter.through(workspace.client.accounts(None, cursor)).await;
        let left = wait.until.left(System.moment());
        match page {
            // Whatever lets requests leave knows for how long.
            Err(Failure::Throttled { .. }) if !left.is_zero() => {}
            Err(Failure::Held(hold)) if hold.wait <= left => wait.pass(hold.wait, &Failure::Held(hold.clone())).await,
            Err(failure) if failure.passes() && !left.is_zero() => {
                tries += 1;
                wait.pass(RETRY.wait(tries, System.jitter()).min(left), &failure).await;
            }
            page => return page,
        }
    }
}
