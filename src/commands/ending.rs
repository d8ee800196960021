//! From how a watch ended to what is said, and how the process ends.

use crate::exit::Outcome;
use crate::flow::{Clock, Ended, Last, Signal, System};
use crate::model::conclusion::Conclusion;
use crate::model::poll::{Unsettled, Verdict};
use crate::model::provider::Provider;
use crate::model::record::{End, Source};
use crate::model::session::SessionId;
use crate::model::words::{Case, MAY_BE_GONE, Route, conclude};
use crate::report::Reporter;

use super::Exit;

/// What a command of ours knows of its session when it ends.
pub(super) struct Context<'a> {
    pub(super) reporter: &'a Reporter,
    pub(super) session: Option<&'a SessionId>,
    pub(super) provider: Option<Provider>,
    pub(super) expect: Option<&'a str>,
    pub(super) started_at: jiff::Timestamp,
    pub(super) resume: Option<String>,
    pub(super) again: Option<String>,
    pub(super) route: &'a Route,
    /// How its verdict was learned.
    pub(super) learned: Learned,
}

/// How a verdict was learned.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Learned {
    /// Where.
    pub(super) source: Source,
    /// Whether it was inferred from the account list, now or by whoever wrote it down.
    pub(super) inferred: bool,
    /// When, if that was not now.
    pub(super) at: Option<jiff::Timestamp>,
}

impl Learned {
    /// From the journal, which has this end.
    pub(super) fn journal(end: &End) -> Self {
        Self { source: Source::Journal, inferred: end.source == Source::Reconciled, at: Some(end.at) }
    }
}

impl Context<'_> {
    pub(super) fn case(&self) -> Case {
        Case {
            session: self.session.cloned(),
            provider: self.provider,
            expect: self.expect.map(str::to_owned),
            started_at: self.started_at,
            finished_at: self.learned.at.unwrap_or_else(|| System.time()),
            zone: self.reporter.zone(),
            resume: self.resume.clone(),
            again: self.again.clone(),
            route: self.route.clone(),
            source: self.learned.source,
            inferred: self.learned.inferred,
        }
    }

    /// Tells how the watch ended. `line` makes what stdout gets of it.
    pub(super) fn finish(&self, ended: Ended, line: impl Fn(&Conclusion) -> Option<String>) -> Exit {
        let (end, signal) = match ended {
            Ended::Verdict(verdict) => (conclude(verdict, &self.case()), None),
            Ended::Lost(suspicion) => {
                let verdict = Verdict::Unknown { suspicion, unsettled: Unsettled::Unread };
                (conclude(verdict, &self.case()), None)
            }
            Ended::Deserted if self.reporter.is_broken() => {
                let message = "stopped, before anything was read that could not be told";
                let end = Conclusion::new(Outcome::Internal, message, System.time());
                (Conclusion { next: self.resume.clone(), ..end }, None)
            }
            // Nobody is there to be told; the code still says that it is not over.
            Ended::Deserted => return Outcome::Pending.code().into(),
            Ended::Stopped(signal, last) => (self.stopped(signal, &last), Some(signal)),
        };
        if end.source == Source::Reconciled {
            self.reporter
                .note("The reply with the result was lost. The account list shows that this mailbox was connected.");
        }
        let code = self.reporter.finish(&end, line(&end).as_deref().as_slice());
        Exit { code, signal }
    }

    /// What is said after a signal: the result, if it still came, else how to go on.
    fn stopped(&self, signal: Signal, last: &Last) -> Conclusion {
        let case = self.case();
        let outcome = match signal {
            Signal::Interrupt => Outcome::Interrupted,
            Signal::Terminate => Outcome::Terminated,
        };
        let verdict = match last {
            Last::Verdict(verdict) => Some(verdict.clone()),
            Last::Lost(suspicion) => {
                Some(Verdict::Unknown { suspicion: suspicion.clone(), unsettled: Unsettled::Unread })
            }
            Last::Nothing | Last::Unheard => None,
        };
        let mut end = if let Some(verdict) = verdict {
            conclude(verdict, &case)
        } else {
            let message = match (&case.session, &case.resume) {
                (Some(id), Some(_)) => format!("Stopped. Session {id} goes on without us."),
                (Some(id), None) => format!("Stopped. Session {id} ended with it."),
                (None, _) => "Stopped. No session was started.".to_owned(),
            };
            let mut end = Conclusion::new(outcome, message, case.finished_at);
            end.next.clone_from(&case.resume);
            if *last == Last::Unheard && case.session.is_some() {
                end.hints.push(MAY_BE_GONE.to_owned());
            }
            (end.session, end.provider, end.started_at) = (case.session, case.provider, Some(case.started_at));
            end.profile = case.route.profile;
            end
        };
        end.exit_code = outcome.code();
        end
    }
}
