//! `batch`, as clap reads it.

use std::num::NonZeroU16;
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use crate::model::duration;
use crate::model::provider::Provider;
use crate::sandbox::Scenario;

/// The longest wait for what the service names, or an outage, where nothing else is asked for.
pub const MAX_WAIT: Duration = Duration::from_secs(15 * 60);

/// `batch`
#[derive(Clone, Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "independent switches")]
pub struct Batch {
    /// The list: CSV with a header that has at least email; - for stdin, with --results
    #[arg(value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    pub file: PathBuf,
    /// With whom the mailboxes sign in for which the list does not say
    #[arg(long, value_enum)]
    pub provider: Option<Provider>,
    /// How many sessions may wait for somebody at once: browser tabs, or what a driver works on
    #[arg(long, value_name = "N", default_value = "1")]
    pub parallel: NonZeroU16,
    /// Where the results go, a row a mailbox as it is finished; what is in it is not done again [default: FILE.results.csv]
    #[arg(long, value_name = "PATH", value_hint = clap::ValueHint::FilePath)]
    pub results: Option<PathBuf>,
    /// How often a mailbox is tried again.
    #[arg(
        help = "How often a mailbox is tried again, at the end, that expired, failed with server_error or got a wrong one",
        long,
        value_name = "N",
        default_value_t = 1
    )]
    pub retries: u32,
    /// Take mailboxes again that the results file says have failed
    #[arg(long)]
    pub retry_failed: bool,
    /// Skip mailboxes that the workspace has and that are healthy: the default
    #[arg(long, overrides_with = "no_skip_connected")]
    pub skip_connected: bool,
    /// Connect mailboxes as well that the workspace has
    #[arg(long)]
    pub no_skip_connected: bool,
    /// Check the list and say what would be done; start nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Do not open anything; the URLs are printed all the same
    #[arg(long, conflicts_with = "browser")]
    pub no_browser: bool,
    /// The program to open URLs with.
    #[arg(help = "The program to open URLs with; %s stands for the URL, else it comes last [env: BROWSER]", long, value_name = "CMD", value_hint = clap::ValueHint::CommandString)]
    pub browser: Option<String>,
    /// Draw the URL as a QR code for a phone, where one mailbox is connected at a time, on a terminal that has room for it
    #[arg(long)]
    pub qr: bool,
    /// When it ends after a long wait, tell so.
    #[arg(help = "Tell of the end with a notice of the desktop, or the bell, if it took as long as AFTER: 10s where that is left out", long, value_name = "AFTER", value_parser = duration::read, num_args = 0..=1, require_equals = true, default_missing_value = "10s", conflicts_with = "dry_run")]
    pub notify: Option<Duration>,
    /// Between two polls of a session; at least 1s [default: 5s]
    #[arg(long, value_name = "DURATION", value_parser = duration::positive)]
    pub interval: Option<Duration>,
    /// The longest wait for a block, a rate limit that the service names, or an outage; the line of session starts is waited for however long it is
    #[arg(long, value_name = "DURATION", default_value = "15m", value_parser = duration::read)]
    pub max_wait: Duration,
    /// No key, no network: the API is simulated inside this process
    #[arg(long, value_enum, value_name = "SCENARIO", num_args = 0..=1, require_equals = true)]
    #[arg(default_missing_value = "ask", conflicts_with_all = ["base_url", "api_key_file", "profile"])]
    pub sandbox: Option<Scenario>,
    /// Which outcomes the sandbox's scenario mixed has
    #[arg(long, value_name = "N", default_value_t = 0, requires = "sandbox")]
    pub seed: u64,
}
