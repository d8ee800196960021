//! What went wrong, in words that help: an outcome for the exit code, a message, hints, and the cause beneath.

use std::fmt;

use crate::exit::Outcome;

/// A failure on its way to `main`: what happened, what to do about it, and which exit code it is.
#[derive(Debug)]
pub struct Error {
    /// Which row of the exit-code table this is.
    pub outcome: Outcome,
    /// What happened: one sentence without a full stop, no secret in it.
    pub message: String,
    /// What to do, a line each.
    pub hints: Vec<String>,
    /// What is beneath it, cause by cause, for the end of the message.
    pub source: Option<anyhow::Error>,
}

impl Error {
    /// A failure of this kind with this message.
    pub fn new(outcome: Outcome, message: impl Into<String>) -> Self {
        Self { outcome, message: message.into(), hints: Vec::new(), source: None }
    }

    /// Arguments, configuration or an input file: exit 2.
    pub fn usage(message: impl Into<String>) -> Self {
        Self::new(Outcome::Usage, message)
    }

    /// A bug or a failure of local input and output: exit 1.
    pub fn internal(message: impl Into<String>) -> Self {
        Self::new(Outcome::Internal, message)
    }

    /// Adds a line on what to do.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    /// Adds what is beneath.
    #[must_use]
    pub fn because(mut self, source: impl Into<anyhow::Error>) -> Self {
        self.source = Some(source.into());
        self
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        match &self.source {
            Some(source) => write!(f, ": {source:#}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source.as_ref().map(AsRef::as_ref)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cause_follows_the_message() {
        let cause = anyhow::Error::new(std::io::Error::other("disk full")).context("cannot make a file");
        let error = Error::internal("cannot write").because(cause);
        assert_eq!(error.to_string(), "cannot write: cannot make a file: disk full");
        assert_eq!(error.outcome.code(), 1);
        assert!(std::error::Error::source(&error).is_some());
    }
}
