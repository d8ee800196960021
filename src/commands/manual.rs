//! `manual`: the manual page and the Markdown reference. Both are written from one walk over the command line's definition, so
//! that neither can say what the other, `--help` or the program does not.

mod markdown;
mod pages;
mod roff;
mod words;

use clap::CommandFactory;

use super::Exit;
use crate::cli::{Cli, Format};
use crate::error::Error;
use crate::report::Reporter;

/// A piece of the manual.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Block {
    /// A heading.
    Section(String),
    /// A heading below it.
    Part(String),
    /// A paragraph. What is between backticks is to be typed, or is the name of something.
    Text(String),
    /// A flag, variable, file or code, and what it is.
    Term {
        /// What it is about.
        term: Vec<Span>,
        /// What is said of it.
        text: String,
        /// The values that it can have, where there is something to say of each.
        values: Vec<(String, String)>,
    },
    /// Lines to be typed.
    Code(String),
}

/// A piece of a term.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Span {
    /// To be typed as it is.
    Literal(String),
    /// Stands for something else.
    Variable(String),
    /// Between the two.
    Plain(String),
}

/// Prints the manual.
pub(super) fn run(format: Format, reporter: &Reporter) -> Result<Exit, Error> {
    let mut command = Cli::command();
    command.build();
    let blocks = pages::blocks(&mut command);
    let text = match format {
        Format::Roff => roff::page(&blocks),
        Format::Markdown => markdown::page(&blocks),
    };
    reporter.print(&text).map_err(|error| Error::internal("stdout cannot be written").because(error))?;
    Ok(0.into())
}

#[cfg(test)]
mod tests;
