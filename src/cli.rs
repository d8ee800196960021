//! The command line, as clap reads it. Nothing is decided here.

mod batch;
mod examples;
mod mistakes;
mod sandbox;
mod sessions;

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::model::duration;
use crate::model::provider::Provider;
use crate::model::session::SessionId;
use crate::sandbox::Scenario;

pub use batch::{Batch, MAX_WAIT};
pub use sandbox::Sandbox;
pub use sessions::{Action, Forget, Sessions};

/// Connect Google Workspace and Microsoft mailboxes to an Instantly workspace.
#[derive(Debug, Parser)]
#[command(name = "instantly-oauth", bin_name = "instantly-oauth", version, max_term_width = 100)]
#[command(after_help = examples::text(examples::ALL), after_long_help = examples::with_codes(examples::ALL))]
#[command(subcommand_required = true, arg_required_else_help = true)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
    /// The flags that every command takes.
    #[command(flatten)]
    pub global: Global,
}

impl Cli {
    /// Reads a command line, the program's name first. What is wrong with one is said with how it was probably meant.
    pub fn read(arguments: &[OsString]) -> Result<Self, clap::Error> {
        mistakes::read(arguments)
    }
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Connect one mailbox in the browser
    #[command(after_long_help = examples::with_codes(examples::CONNECT))]
    Connect(Connect),
    /// What became of a session
    #[command(after_long_help = examples::with_codes(examples::STATUS))]
    Status(Status),
    /// Connect every mailbox listed in a CSV file
    #[command(after_long_help = examples::with_codes(examples::BATCH))]
    Batch(Batch),
    /// The sessions recorded on this machine
    #[command(after_long_help = examples::with_codes_of(examples::SESSIONS, examples::LOCAL), disable_help_subcommand = true)]
    Sessions(Sessions),
    /// Check key, network, limits, clock, storage, browser and terminal
    ///
    /// A line a check, with how to mend what is wrong. It starts no session and takes no result: one request asks for a
    /// session that does not exist. With --json it makes a report for a support ticket, without a secret in it.
    #[command(after_long_help = examples::with_codes(examples::DOCTOR))]
    Doctor,
    /// Run a local stand-in for the API
    #[command(after_long_help = examples::with_codes_of(examples::SANDBOX, examples::LOCAL))]
    Sandbox(Sandbox),
    /// Print a completion script
    #[command(after_long_help = examples::with_codes_of(examples::COMPLETIONS, examples::LOCAL))]
    Completions {
        /// The shell to complete in
        shell: clap_complete::Shell,
    },
    /// Print the manual page, or a reference in Markdown
    #[command(after_long_help = examples::with_codes_of(examples::MANUAL, examples::LOCAL))]
    Manual {
        /// What for: man, or a web page
        #[arg(long, value_enum, default_value_t = Format::Roff)]
        format: Format,
    },
}

/// How the manual is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For man: instantly-oauth.1
    Roff,
    /// For a web page
    Markdown,
}

/// The flags that every command takes.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Global options")]
pub struct Global {
    /// Write events to stdout, one JSON object a line; the last is the result
    #[arg(long, global = true)]
    pub json: bool,
    /// No progress on stderr; the URL to open and the final error are always shown
    #[arg(short, long, global = true)]
    pub quiet: bool,
    /// Trace requests, waits and decisions on stderr, secrets redacted; twice for more
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub verbose: u8,
    /// When to colour.
    #[arg(help = "When to colour [env: NO_COLOR, CLICOLOR_FORCE]", long, global = true, value_enum, value_name = "WHEN", default_value_t = Color::Auto)]
    pub color: Color,
    /// A workspace from the config file.
    #[arg(
        help = "A workspace from the config file [env: INSTANTLY_PROFILE]",
        long,
        global = true,
        value_name = "NAME"
    )]
    pub profile: Option<String>,
    /// Where to read the API key from.
    #[arg(help = "Read the API key from a file, - for stdin [env: INSTANTLY_API_KEY, INSTANTLY_API_KEY_FILE]", long, global = true, value_name = "PATH", value_hint = clap::ValueHint::FilePath)]
    pub api_key_file: Option<PathBuf>,
    /// Where the API is.
    #[arg(help = "Where the API is; https, save on this machine [env: INSTANTLY_BASE_URL] [default: https://api.instantly.ai]", long, global = true, value_name = "URL", value_hint = clap::ValueHint::Url)]
    pub base_url: Option<String>,
    /// Certificates to trust beside the system's.
    #[arg(help = "Certificates to trust beside the system's, in PEM or DER form [env: SSL_CERT_FILE, SSL_CERT_DIR]", long, global = true, value_name = "PATH", value_hint = clap::ValueHint::FilePath)]
    pub ca_cert: Option<PathBuf>,
    /// The limit for one request
    #[arg(long, global = true, value_name = "DURATION", default_value = "15s", value_parser = duration::positive)]
    pub request_timeout: Duration,
    /// Where state is kept.
    #[arg(help = "Where the journal of sessions is kept [env: INSTANTLY_OAUTH_STATE_DIR]", long, global = true, value_name = "DIR", value_hint = clap::ValueHint::DirPath)]
    pub state_dir: Option<PathBuf>,
}

/// When to colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// On a terminal that can
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// `connect`
#[derive(Clone, Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "independent switches")]
pub struct Connect {
    /// With whom the mailbox signs in
    #[arg(value_enum)]
    pub provider: Provider,
    /// Do not open anything; the URL is printed all the same
    #[arg(long, conflicts_with = "browser")]
    pub no_browser: bool,
    /// The program to open the URL with.
    #[arg(help = "The program to open the URL with; %s stands for the URL, else it comes last [env: BROWSER]", long, value_name = "CMD", value_hint = clap::ValueHint::CommandString)]
    pub browser: Option<String>,
    /// Draw the URL as a QR code for a phone, on a terminal that has room for it
    #[arg(long)]
    pub qr: bool,
    /// Put the URL on the clipboard, or ask the terminal to
    #[arg(long)]
    pub copy: bool,
    /// Leave after the session's start.
    #[arg(help = "Print the session and its URL and exit; status ID --wait goes on from there", long, conflicts_with_all = ["timeout", "interval", "notify"])]
    pub no_wait: bool,
    /// Give up waiting earlier than the session expires
    #[arg(long, value_name = "DURATION", value_parser = duration::read)]
    pub timeout: Option<Duration>,
    /// Between two polls; at least 1s [default: 5s]
    #[arg(long, value_name = "DURATION", value_parser = duration::positive)]
    pub interval: Option<Duration>,
    /// When it ends after a long wait, tell so.
    #[arg(help = "Tell of the end with a notice of the desktop, or the bell, if it took as long as AFTER: 10s where that is left out", long, value_name = "AFTER", value_parser = duration::read, num_args = 0..=1, require_equals = true, default_missing_value = "10s")]
    pub notify: Option<Duration>,
    /// The longest wait for a rate limit, for a turn under one, or for an outage before the session can start
    #[arg(long, value_name = "DURATION", default_value = "2m", value_parser = duration::read)]
    pub max_wait: Duration,
    /// The mailbox that must come back
    #[arg(long, value_name = "EMAIL", value_parser = email, value_hint = clap::ValueHint::EmailAddress)]
    pub expect: Option<String>,
    /// No key, no network: the API is simulated inside this process
    #[arg(long, value_enum, value_name = "SCENARIO", num_args = 0..=1, require_equals = true)]
    #[arg(default_missing_value = "ask", conflicts_with_all = ["base_url", "api_key_file", "profile"])]
    pub sandbox: Option<Scenario>,
}

/// `status`
#[derive(Clone, Debug, Args)]
pub struct Status {
    /// The session
    #[arg(value_name = "SESSION_ID", value_parser = session_id)]
    pub session: SessionId,
    /// Poll until it is over
    #[arg(long)]
    pub wait: bool,
    /// Give up waiting earlier than the session expires
    #[arg(long, value_name = "DURATION", value_parser = duration::read, requires = "wait")]
    pub timeout: Option<Duration>,
    /// Between two polls; at least 1s [default: 5s]
    #[arg(long, value_name = "DURATION", value_parser = duration::positive, requires = "wait")]
    pub interval: Option<Duration>,
    /// When it ends after a long wait, tell so.
    #[arg(help = "Tell of the end with a notice of the desktop, or the bell, if it took as long as AFTER: 10s where that is left out", long, value_name = "AFTER", value_parser = duration::read, num_args = 0..=1, require_equals = true, default_missing_value = "10s", requires = "wait")]
    pub notify: Option<Duration>,
    /// The mailbox that must come back [default: the one that connect was told]
    #[arg(long, value_name = "EMAIL", value_parser = email, value_hint = clap::ValueHint::EmailAddress)]
    pub expect: Option<String>,
    /// Ask even while another process here is waiting for the session, which may then miss its result
    #[arg(long)]
    pub force: bool,
}

impl ValueEnum for Provider {
    fn value_variants<'a>() -> &'a [Self] {
        &Self::ALL
    }

    fn to_possible_value(&self) -> Option<clap::builder::PossibleValue> {
        Some(clap::builder::PossibleValue::new(self.id()))
    }
}

fn email(text: &str) -> Result<String, &'static str> {
    let text = text.trim();
    let fine = !text.contains(|c: char| c.is_whitespace() || c.is_control())
        && text.split_once('@').is_some_and(|(name, domain)| !name.is_empty() && !domain.is_empty());
    if fine { Ok(text.to_owned()) } else { Err("write an address like ada@acme.com") }
}

fn session_id(text: &str) -> Result<SessionId, &'static str> {
    SessionId::parse(text.trim())
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn an_address_has_two_sides() {
        for (text, fine) in
            [("ada@acme.com", true), (" ada@acme.com ", true), ("ada", false), ("@", false), ("a b@c", false)]
        {
            assert_eq!(email(text).is_ok(), fine, "{text:?}");
        }
    }
}
