//! What a command writes down of its session while it asks for it, and what it finds out where a result was lost.

mod asking;
mod ledger;

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use jiff::Timestamp;

use super::ending::Learned;
use super::workspace::Workspace;
use crate::flow::{Clock, Ended, LOOKS, Last, Looks, Settled, Shell, Stop, System, once, settle, watch};
use crate::model::moment::Moment;
use crate::model::poll::{LAST_POLL_GRACE, Suspicion, Terms, Unsettled, Verdict};
use crate::model::record::{Record, Source};
use crate::model::session::{Account, SessionId};
use crate::store::{Fault, Journal};

/// The longest between two looks at the account list.
const LOOK_EVERY: Duration = Duration::from_secs(5);

/// A session that is being recorded. Without a journal it is known to this process alone.
pub(super) struct Recording {
    workspace: Workspace,
    id: SessionId,
    /// The mailbox that must come back.
    expect: Option<String>,
    record: Rc<RefCell<Record>>,
    /// Its name in the journal, if it is there.
    name: Option<Rc<str>>,
    /// Whether another process is waiting for it, so that its record is not ours to write.
    over: bool,
    /// Whether it is looked for in the account list where the API does not know it any more, although no reply was lost: it
    /// was left for a while, and its result may have been forgotten unread.
    sought: bool,
    /// Whether the journal says already that a request is about to leave.
    marked: Cell<bool>,
    /// How and when the verdict was learned, once it was.
    learned: Cell<Learned>,
    /// Whether the journal has its last word.
    done: Cell<bool>,
}

/// A session as a command found it in the journal or put it there.
pub(super) struct Found {
    /// What is known of it.
    pub(super) record: Record,
    /// Its name in the journal, if it is there.
    pub(super) name: Option<String>,
    /// Whether the journal says that a request is about to leave.
    pub(super) marked: bool,
    /// Whether another process is waiting for it, and is asked over.
    pub(super) over: bool,
}

impl Recording {
    /// Goes on with what was found.
    pub(super) fn new(workspace: Workspace, expect: Option<String>, found: Found) -> Self {
        let Found { record, name, marked, over } = found;
        Self {
            workspace,
            id: record.id.clone(),
            expect,
            record: Rc::new(RefCell::new(record)),
            name: name.map(Rc::from),
            over,
            sought: false,
            marked: Cell::new(marked),
            learned: Cell::default(),
            done: Cell::new(false),
        }
    }

    /// The same for a mailbox of a list, which is looked for where its session is gone.
    pub(super) fn sought(workspace: Workspace, expect: String, mut found: Found) -> Self {
        if found.name.is_some() {
            // There can be ten thousand of these, and the journal has it.
            found.record.auth_url = None;
        }
        Self { sought: true, ..Self::new(workspace, Some(expect), found) }
    }

    /// The session, and when it began.
    pub(super) fn known(&self) -> (SessionId, Timestamp) {
        (self.id.clone(), self.record.borrow().began)
    }

    /// How the verdict was learned, and when.
    pub(super) fn learned(&self) -> Learned {
        self.learned.get()
    }

    /// Waits for the session on these terms.
    pub(super) async fn follow<S: Stop>(&self, shell: &mut Shell<'_, System, S>, terms: Terms) -> Ended {
        // Of thousands of sessions few ask at any moment: only those take the room for it.
        let ask = async |limit, place| Box::pin(self.ask(limit, place)).await;
        let ended = Box::pin(watch(shell, terms, self.suspicion(), ask)).await;
        let until = terms.give_up.unwrap_or(terms.end + LAST_POLL_GRACE);
        Box::pin(self.close(shell, ended, LOOKS, terms.interval.min(LOOK_EVERY), Some(until))).await
    }

    /// Asks for the session's state once.
    pub(super) async fn once<S: Stop>(&self, shell: &mut Shell<'_, System, S>) -> Ended {
        let ended = once(shell, self.suspicion(), async |place| self.ask(Duration::MAX, place).await).await;
        self.close(shell, ended, 1, Duration::ZERO, None).await
    }

    /// Lets go of a session that was not asked for.
    pub(super) async fn leave(&self) {
        self.record.borrow_mut().unheard = false;
        self.put(true).await;
    }

    fn suspicion(&self) -> Option<Suspicion> {
        self.record.borrow().suspicion.clone()
    }

    /// Finds out what a lost result was, as far as that can be, and writes down how it ended.
    async fn close<S: Stop>(
        &self,
        shell: &mut Shell<'_, System, S>,
        ended: Ended,
        looks: u32,
        every: Duration,
        until: Option<Moment>,
    ) -> Ended {
        if self.marked.get() {
            // It ended before the request left that was written down.
            self.record.borrow_mut().unheard = false;
        }
        // Whatever is still on its way is not waited for any longer.
        self.record.borrow_mut().give_up_on_reply(System.time());
        let ended = match ended {
            Ended::Lost(suspicion) => {
                Box::pin(self.settle(shell, suspicion, Looks { most: looks, every, until })).await
            }
            Ended::Verdict(Verdict::NotFound) => match self.elsewhere() {
                None if self.sought => {
                    let looks = Looks { most: looks, every, until };
                    match Box::pin(self.settle(shell, Suspicion::CutOff, looks)).await {
                        // It is not there: whatever the session's end was, it was none that connected the mailbox.
                        Ended::Verdict(Verdict::Unknown { unsettled: Unsettled::Nothing, .. }) => ended,
                        settled => settled,
                    }
                }
                None => ended,
                Some(Elsewhere::Told(verdict)) => Ended::Verdict(verdict),
                // Its reply may have been the result, and may still come.
                Some(Elsewhere::Asking) => {
                    let looks = Looks { most: LOOKS, every: every.max(LOOK_EVERY), until };
                    Box::pin(self.settle(shell, Suspicion::CutOff, looks)).await
                }
            },
            Ended::Stopped(signal, Last::Lost(_) | Last::Verdict(Verdict::NotFound)) => match self.elsewhere() {
                Some(Elsewhere::Told(verdict)) => Ended::Stopped(signal, Last::Verdict(verdict)),
                _ => ended,
            },
            ended => ended,
        };
        if let Ended::Verdict(verdict) | Ended::Stopped(_, Last::Verdict(verdict)) = &ended {
            self.finish(verdict);
        }
        let ended = match ended {
            // The API promises no mailbox in a result. The expected one can be looked for.
            Ended::Verdict(Verdict::Connected(Account { email: None, name })) if self.sought => {
                let looks = Looks { most: looks, every, until };
                match Box::pin(self.settle(shell, Suspicion::CutOff, looks)).await {
                    Ended::Verdict(Verdict::Connected(found)) => {
                        self.learned.set(Learned::default());
                        Ended::Verdict(Verdict::Connected(Account { name: name.or(found.name), ..found }))
                    }
                    _ => Ended::Verdict(Verdict::Connected(Account { email: None, name })),
                }
            }
            ended => ended,
        };
        if self.is_worth_keeping() {
            self.put(true).await;
        } else if let Some(name) = &self.name {
            self.workspace.store.with(|journal| journal.forget(name));
        }
        ended
    }

    /// Takes note of a verdict that was not read from a reply.
    fn finish(&self, verdict: &Verdict) {
        let mut record = self.record.borrow_mut();
        let says_nothing = matches!(verdict, Verdict::NotFound | Verdict::Unknown { .. });
        // Another key may belong to another workspace, for which the session does not exist.
        if says_nothing && !self.is_own_workspace_of(&record) {
            return;
        }
        let Learned { source, inferred, at } = self.learned.get();
        record.finish(verdict.clone(), source, at.unwrap_or_else(|| System.time()));
        let at = record.end.as_ref().filter(|end| end.verdict == *verdict).map(|end| end.at);
        self.learned.set(Learned { source, inferred, at });
    }

    /// Whether anything is known of the session. An id that was mistyped, or never asked for, is not worth a record.
    fn is_worth_keeping(&self) -> bool {
        let record = self.record.borrow();
        let nothing_said = matches!(record.end.as_ref().map(|end| &end.verdict), None | Some(Verdict::NotFound));
        let seen = record.alive.is_some() || record.lost.is_some() || record.unheard;
        record.started_here || seen || !nothing_said || self.over
    }

    /// What another process here has read meanwhile, or is asking for.
    fn elsewhere(&self) -> Option<Elsewhere> {
        let entry = self.workspace.store.with(|journal| journal.find(&self.record.borrow().service, &self.id))??;
        let Some(end) = entry.record.end.clone().filter(|_| entry.record.is_retrieved()) else {
            return (entry.asked_over.is_some() && !self.over).then_some(Elsewhere::Asking);
        };
        self.learned.set(Learned::journal(&end));
        *self.record.borrow_mut() = entry.record;
        Some(Elsewhere::Told(end.verdict))
    }

    async fn settle<S: Stop>(&self, shell: &mut Shell<'_, System, S>, suspicion: Suspicion, looks: Looks) -> Ended {
        let record = Record { expect: self.expect.clone(), ..self.record.borrow().clone() };
        let settled = if record.expect.is_none() && !self.is_own_workspace_of(&record) {
            Ok(Settled::Not(Unsettled::OtherKey))
        } else {
            settle(shell, looks, &record, self).await
        };
        match settled {
            Err(signal) => Ended::Stopped(signal, Last::Lost(suspicion)),
            Ok(Settled::Not(unsettled)) => Ended::Verdict(Verdict::Unknown { suspicion, unsettled }),
            Ok(Settled::Told(verdict)) => Ended::Verdict(verdict),
            Ok(Settled::Connected(account)) => {
                self.learned.set(Learned { source: Source::Reconciled, inferred: true, at: None });
                Ended::Verdict(Verdict::Connected(account))
            }
        }
    }

    fn is_own_workspace_of(&self, record: &Record) -> bool {
        record.workspace == *self.workspace.fingerprint
    }

    /// Writes down that a reply was read which is no end.
    async fn write(&self) {
        match &self.name {
            Some(name) if self.over => {
                self.workspace.store.with(|journal| journal.ask_over(name, None));
            }
            _ => self.put(false).await,
        }
    }

    /// Writes the record down. What another process has read meanwhile outranks it.
    async fn put(&self, last: bool) {
        let Some(name) = self.name.clone().filter(|_| !self.done.get()) else { return };
        if self.over && !self.record.borrow().is_retrieved() {
            self.workspace.store.with(|journal| journal.ask_over(&name, None));
            return;
        }
        let record = self.record.clone();
        // One of many does not keep its URL, which the journal has.
        let goes_on = last && self.workspace.desk.is_some() && record.borrow().end.is_none();
        self.put_by(last, move |journal| {
            let record = record.borrow();
            if goes_on { journal.leave_off(&name, &record) } else { journal.put(&name, &record, last) }
        })
        .await;
    }

    /// The same by this act, which gives what outranks it. Whether it was done.
    async fn put_by(&self, last: bool, act: impl Fn(&Journal) -> Result<Option<Record>, Fault> + 'static) -> bool {
        let is_result = self.record.borrow().is_retrieved();
        let store = self.workspace.store.clone();
        let write = move || if is_result { store.insist(&act) } else { store.with(&act) };
        let Some(better) = self.workspace.write(write).await else { return false };
        // Where it failed, it is tried again with the next.
        self.done.set(last);
        if let Some(better) = better {
            *self.record.borrow_mut() = better;
        }
        true
    }
}

/// What another process here knows of the session.
enum Elsewhere {
    /// How it ended.
    Told(Verdict),
    /// That it has asked, and not yet what came back.
    Asking,
}
