//! `sessions`, as clap reads it.

use std::num::NonZeroUsize;

use clap::builder::PossibleValue;
use clap::{Args, Subcommand, ValueEnum};

use super::{examples, session_id};
use crate::exit::Outcome;
use crate::model::provider::Provider;
use crate::model::record::Record;
use crate::model::session::SessionId;

const FORGET_USAGE: &str = "\
instantly-oauth sessions forget [OPTIONS] <ID>...
       instantly-oauth sessions forget [OPTIONS] --all";

/// `sessions`
#[derive(Clone, Debug, Args)]
pub struct Sessions {
    /// What to do with them, if not to list them.
    #[command(subcommand)]
    pub action: Option<Action>,
    /// Only sessions with this outcome; pending has those that are being waited for
    #[arg(long, value_name = "NAME", value_enum, value_delimiter = ',')]
    pub outcome: Vec<Outcome>,
    /// Only sessions with this provider
    #[arg(long, value_enum)]
    pub provider: Option<Provider>,
    /// Only the newest of these, this many
    #[arg(long, value_name = "N")]
    pub limit: Option<NonZeroUsize>,
    /// The sandbox's sessions, which are kept apart from real ones
    #[arg(long, global = true)]
    pub sandbox: bool,
}

/// What to do with recorded sessions.
#[derive(Clone, Debug, Subcommand)]
pub enum Action {
    /// Erase sessions from the journal; those that a process is waiting for are kept
    #[command(override_usage = FORGET_USAGE, after_long_help = examples::with_codes_of(examples::FORGET, examples::NAMED))]
    Forget(Forget),
}

/// `sessions forget`
#[derive(Clone, Debug, Args)]
#[group(required = true, multiple = false)]
pub struct Forget {
    /// The sessions to erase
    #[arg(value_name = "ID", value_parser = session_id)]
    pub sessions: Vec<SessionId>,
    /// Erase all of them
    #[arg(long)]
    pub all: bool,
}

/// Those that a recorded session can have.
impl ValueEnum for Outcome {
    fn value_variants<'a>() -> &'a [Self] {
        &Record::OUTCOMES
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(self.name()))
    }
}
