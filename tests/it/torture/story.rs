//! What happened to one session, and what must hold of it.

use std::time::Instant;

use serde_json::Value;

use super::books::{Given, Plan};
use super::figures::{Figures, Stage};
use crate::support::Run;

pub struct Story {
    pub id: String,
    pub plan: Plan,
    /// Every process that had to do with it: the one that started it, and those that resumed it.
    pub runs: Vec<Run>,
    /// When the first one was struck.
    pub struck: Option<Instant>,
    /// Whether the result was given out when that had ended.
    pub given: Given,
    /// What the service has of it in the end.
    pub books: String,
}

impl Story {
    /// Whether anybody was told of the session by the process that started it.
    pub fn is_told(&self) -> bool {
        self.runs[0].stdout.contains(r#""event":"session""#)
    }

    /// Whether the process that started it was killed.
    pub fn is_killed(&self) -> bool {
        self.runs[0].signal == Some(9)
    }

    /// What the last process said.
    fn end(&self) -> Value {
        self.runs.last().unwrap().result()
    }

    /// Holds every result that was ever told of the session against the truth. An outcome that is unknown is no lie; for a
    /// success it is one too little, which `strict` does not allow.
    pub fn hold(&self, strict: bool) {
        let last = self.runs.last().unwrap();
        assert!(last.signal.is_none() && !last.stderr.contains("panicked"), "{self:#?}");
        for run in &self.runs {
            // One that was stopped had no time to look for what it had not read.
            said(run).inspect(|result| self.is_true(result, strict && run.signal.is_none()));
        }
        assert_ne!(self.end()["outcome"], "interrupted", "{self:#?}");
    }

    /// Holds one result against the truth.
    pub fn is_true(&self, result: &Value, strict: bool) {
        let outcome = result["outcome"].as_str().unwrap();
        match &self.plan.connects {
            _ if outcome == "interrupted" => {}
            Some(_) if outcome == "outcome_unknown" && !strict => {}
            Some(email) => {
                assert_eq!((outcome, result["email"].as_str()), ("connected", Some(&**email)), "{result:#} {self:#?}");
            }
            None if outcome == "outcome_unknown" => {}
            None => {
                let said = (outcome, result["error"].as_str());
                assert_eq!(said, ("session_error", Some("access_denied")), "{result:#} {self:#?}");
            }
        }
    }

    /// Holds that a later answer is the same, or knows more.
    pub fn agrees(&self, later: &Value, strict: bool) {
        self.is_true(later, strict);
        let end = self.end();
        if end["outcome"] != "outcome_unknown" {
            let of = |result: &Value| [&result["outcome"], &result["email"], &result["error"]].map(Value::clone);
            assert_eq!((of(later), &later["source"]), (of(&end), &"journal".into()), "{self:#?}");
        }
    }

    pub fn figures(&self) -> Figures {
        let killed = |run: &Run| run.signal == Some(9);
        let kills = self.runs.iter().filter(|run| killed(run)).count();
        let mut figures = Figures { sessions: 1, kills, ..Figures::default() };
        if self.runs.len() == 1 {
            return figures;
        }
        let end = self.end();
        if kills > 0 && end["source"] != "api" || end["outcome"] == "outcome_unknown" {
            figures.consumed = 1;
            match (end["outcome"].as_str(), end["source"].as_str(), &self.plan.connects) {
                (Some("outcome_unknown"), _, Some(_)) => figures.unknown_successes = 1,
                (Some("outcome_unknown"), _, None) => figures.unknown_errors = 1,
                (_, Some("journal"), _) => figures.journal = 1,
                _ => figures.reconciled = 1,
            }
        }
        if self.is_killed() {
            figures.stages[self.stage() as usize] = 1;
        }
        figures
    }

    /// How far the first process had come, as far as the next answer shows.
    fn stage(&self) -> Stage {
        let next = self.runs[1..].iter().find_map(said);
        match (self.given, self.struck) {
            (Given::No, _) => Stage::BeforeThePoll,
            (Given::Written(then), Some(struck)) if then <= struck => {
                let is_committed = next.is_some_and(|next| next["source"] == "journal");
                match said(&self.runs[0]) {
                    Some(_) => Stage::After,
                    None if is_committed => Stage::BeforeThePrint,
                    None => Stage::BeforeTheCommit,
                }
            }
            _ => Stage::BeforeTheReply,
        }
    }
}

/// The result that a run told, if it came to that. One that was killed may have stopped in the middle of a line.
fn said(run: &Run) -> Option<Value> {
    let mut events = run.stdout.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    events.find(|event| event["event"] == "result")
}

impl std::fmt::Debug for Story {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { id, plan, runs, given, books, .. } = self;
        write!(f, "session {id}: {plan:#?} {given:?} {books} {runs:#?}")
    }
}
