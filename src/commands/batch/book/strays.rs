//! Mailboxes that were connected by a session which was for another one.

use super::Book;
use crate::commands::batch::life::Job;
use crate::exit::Outcome;
use crate::model::batch::{SKIPPED, is_another};
use crate::model::conclusion::Conclusion;
use crate::model::list::Key;
use crate::model::poll::Verdict;

impl Book {
    /// A session may have connected another mailbox than the one that it was for.
    pub(super) fn note_stray(&mut self, job: &Job, verdict: &Verdict, end: &Conclusion) {
        let row = &self.hall.terms.list.rows[job.index];
        let Verdict::Connected(account) = verdict else { return };
        let Some(email) = account.email.as_deref().filter(|_| is_another(account, &row.email)) else { return };
        let key = Key { email: email.to_lowercase(), ..row.key() };
        let Some(&index) = self.index_of.get(&key) else {
            self.unexpected.push(email.to_owned());
            return;
        };
        let before = match &self.over[index] {
            Some(over) if *over.outcome == *Outcome::Connected.name() || *over.outcome == *SKIPPED => return,
            // It was tried before, in vain. Its further line in the results is the one that counts.
            Some(over) => {
                self.tally.remove(&over.outcome, over.error.as_deref());
                over.attempts
            }
            None => self.running.get(&index).copied().unwrap_or_default(),
        };
        let message = match &account.name {
            Some(name) => format!("Connected {email} ({name})"),
            None => format!("Connected {email}"),
        };
        let connected = Conclusion {
            outcome: Outcome::Connected,
            exit_code: 0,
            message,
            hints: Vec::new(),
            retryable: false,
            next: None,
            ..end.clone()
        };
        let waiting = self.queue.iter().chain(&self.later).position(|job| job.index == index);
        let job = waiting.and_then(|position| match position.checked_sub(self.queue.len()) {
            None => self.queue.remove(position),
            Some(position) => self.later.remove(position),
        });
        if job.is_none() {
            self.overtaken.push(index);
        }
        self.finish(job.unwrap_or_else(|| Job::new(index, before)), connected, Outcome::Connected.name());
    }
}
