//! What `doctor` has looked at, and what it makes of it: one check after the other, each judged from facts alone.

pub mod answer;
pub mod clock;
pub mod config;
pub mod desk;
mod fact;
pub mod key;
pub mod limits;
pub mod route;
pub mod storage;
pub mod tls;

use std::time::Duration;

use jiff::Timestamp;

use super::conclusion::Conclusion;
use crate::error::Error;
use crate::exit::Outcome;

pub use fact::Fact;

/// What is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Name {
    /// This program, for whoever reads the report elsewhere.
    Tool,
    /// The config file.
    Config,
    /// The API key.
    Key,
    /// Where the API is.
    BaseUrl,
    /// The certificate authorities that are trusted.
    Roots,
    /// The proxy.
    Proxy,
    /// The name of whatever is connected to first.
    Dns,
    /// The connection to it.
    Tcp,
    /// The way through the proxy.
    Tunnel,
    /// The encryption.
    Tls,
    /// The directory for state.
    State,
    /// The file in it.
    Journal,
    /// What may be sent at this moment.
    Limits,
    /// What answers.
    Service,
    /// What the key may do there.
    Access,
    /// This machine's clock.
    Clock,
    /// What opens URLs.
    Browser,
    /// How output is shown.
    Terminal,
}

impl Name {
    /// The word for it, which scripts see.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::Tool => "tool",
            Self::Config => "config",
            Self::Key => "key",
            Self::BaseUrl => "base_url",
            Self::Roots => "roots",
            Self::Proxy => "proxy",
            Self::Dns => "dns",
            Self::Tcp => "tcp",
            Self::Tunnel => "tunnel",
            Self::Tls => "tls",
            Self::State => "state",
            Self::Journal => "journal",
            Self::Limits => "limits",
            Self::Service => "service",
            Self::Access => "access",
            Self::Clock => "clock",
            Self::Browser => "browser",
            Self::Terminal => "terminal",
        }
    }
}

/// How it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// As it should be.
    Ok,
    /// The tool works, and somebody should know.
    Warning,
    /// Something will not work, and this is how a command that needs it ends.
    Failed(Outcome),
    /// It cannot be told, as this has to be right first.
    Skipped(Name),
}

impl State {
    /// The word for it, which scripts see.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warning => "warning",
            Self::Failed(_) => "failed",
            Self::Skipped(_) => "skipped",
        }
    }
}

/// One check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// Of what.
    pub name: Name,
    /// How it is.
    pub state: State,
    /// The same in words: half a sentence, no secret in it.
    pub detail: String,
    /// How to mend it, a line each.
    pub remedy: Vec<String>,
    /// What was found, by names that scripts see.
    pub facts: Vec<(&'static str, Fact)>,
}

impl Check {
    fn new(name: Name, state: State, detail: impl Into<String>) -> Self {
        Self { name, state, detail: detail.into(), remedy: Vec::new(), facts: Vec::new() }
    }

    /// All is well.
    pub fn ok(name: Name, detail: impl Into<String>) -> Self {
        Self::new(name, State::Ok, detail)
    }

    /// Somebody should know.
    pub fn warning(name: Name, detail: impl Into<String>) -> Self {
        Self::new(name, State::Warning, detail)
    }

    /// Something will not work.
    pub fn failed(name: Name, outcome: Outcome, detail: impl Into<String>) -> Self {
        Self::new(name, State::Failed(outcome), detail)
    }

    /// Something else has to be right first.
    #[must_use]
    pub fn skipped(name: Name, first: Name) -> Self {
        Self::new(name, State::Skipped(first), format!("skipped: it depends on {}", words(first)))
    }

    /// The failure that an error is.
    #[must_use]
    pub fn of_error(name: Name, error: &Error) -> Self {
        Self { remedy: error.hints.clone(), ..Self::failed(name, error.outcome, error.to_string()) }
    }

    /// Adds a line on how to mend it.
    #[must_use]
    pub fn mend(mut self, line: impl Into<String>) -> Self {
        self.remedy.push(line.into());
        self
    }

    /// Adds something that was found.
    #[must_use]
    pub fn fact(mut self, name: &'static str, fact: impl Into<Fact>) -> Self {
        self.facts.push((name, fact.into()));
        self
    }

    /// Adds something that was found, if it was.
    #[must_use]
    pub fn fact_if(self, name: &'static str, fact: Option<impl Into<Fact>>) -> Self {
        match fact {
            Some(fact) => self.fact(name, fact),
            None => self,
        }
    }

    /// Whether what depends on it can be looked at.
    #[must_use]
    pub const fn is_good(&self) -> bool {
        matches!(self.state, State::Ok | State::Warning)
    }
}

/// What is looked at, for people.
#[must_use]
pub fn words(name: Name) -> String {
    name.id().replace('_', " ")
}

/// A short time, for people.
fn quick(took: Duration) -> String {
    match took.as_millis() {
        0 => "less than 1 ms".to_owned(),
        millis => format!("{millis} ms"),
    }
}

/// The same, for scripts.
fn millis(took: Duration) -> u64 {
    u64::try_from(took.as_millis()).unwrap_or(u64::MAX)
}

/// How all the checks together came out.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    counts: [usize; 4],
    first: Option<Check>,
}

impl Tally {
    /// Counts a check.
    pub fn add(&mut self, check: Check) {
        let index = match check.state {
            State::Ok => 0,
            State::Warning => 1,
            State::Failed(_) => 2,
            State::Skipped(_) => 3,
        };
        self.counts[index] += 1;
        if matches!(check.state, State::Failed(_)) {
            self.first.get_or_insert(check);
        }
    }

    /// How the command ends: with the code of the first check that failed.
    #[must_use]
    pub fn conclude(&self, now: Timestamp) -> Conclusion {
        let [_, warnings, failed, _] = self.counts;
        let warned = match warnings {
            0 => String::new(),
            1 => ", with 1 warning".to_owned(),
            many => format!(", with {many} warnings"),
        };
        let mut end = match &self.first {
            Some(Check { name, state: State::Failed(outcome), detail, .. }) => {
                let others = match failed {
                    1 => String::new(),
                    2 => " (and 1 more check failed)".to_owned(),
                    many => format!(" (and {} more checks failed)", many - 1),
                };
                Conclusion::new(*outcome, format!("{}: {detail}{others}", words(*name)), now)
            }
            _ => Conclusion::new(Outcome::Done, format!("All is well{warned}."), now),
        };
        end.hints = self.first.as_ref().map(|check| check.remedy.clone()).unwrap_or_default();
        let names = ["ok", "warning", "failed", "skipped"].map(str::to_owned);
        end.counts = names.into_iter().zip(self.counts).collect();
        end
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_failure_decides_and_warnings_do_not() {
        let now = Timestamp::UNIX_EPOCH;
        let mut tally = Tally::default();
        tally.add(Check::ok(Name::Tool, "fine"));
        assert_eq!(tally.conclude(now).message, "All is well.");
        tally.add(Check::warning(Name::Config, "hm"));
        let end = tally.conclude(now);
        assert_eq!((end.exit_code, end.message.as_str()), (0, "All is well, with 1 warning."));
        tally.add(Check::failed(Name::BaseUrl, Outcome::Usage, "it is odd").mend("mend it"));
        tally.add(Check::skipped(Name::Dns, Name::BaseUrl));
        tally.add(Check::failed(Name::Key, Outcome::Auth, "no API key"));
        let end = tally.conclude(now);
        assert_eq!((end.exit_code, end.hints.as_slice()), (2, &["mend it".to_owned()][..]));
        assert_eq!(end.message, "base url: it is odd (and 1 more check failed)");
        let counts: Vec<_> = end.counts.iter().map(|(name, count)| (name.as_str(), *count)).collect();
        assert_eq!(counts, [("ok", 1), ("warning", 1), ("failed", 2), ("skipped", 1)]);
    }
}
