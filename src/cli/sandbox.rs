//! `sandbox`, as clap reads it.

use std::time::Duration;

use clap::{Args, ValueEnum};

use crate::model::duration;
use crate::sandbox::{SPEEDS, Scenario};

const FAULTS: &str = "Faults";

/// `sandbox`
#[derive(Clone, Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "independent switches, one per documented fault")]
pub struct Sandbox {
    /// The port on 127.0.0.1 [default: any free one]
    #[arg(long, value_name = "N", default_value_t = 0, hide_default_value = true)]
    pub port: u16,
    /// What happens to each session
    #[arg(long, value_enum, default_value = "ask")]
    pub scenario: Scenario,
    /// What the outcomes of --scenario mixed are drawn from: the same seed, the same outcomes. No other scenario uses it
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub seed: u64,
    /// Until the simulated person acts, in the service's time
    #[arg(long, value_name = "DURATION", default_value = "1500ms", value_parser = duration::read)]
    pub delay: Duration,
    /// How long a session lives, in the service's time
    #[arg(long, value_name = "DURATION", default_value = "10m", value_parser = duration::positive)]
    pub ttl: Duration,
    /// Session starts a minute for a workspace and a provider; twice as many for an address and a provider
    #[arg(long, value_name = "N", default_value_t = 75)]
    pub init_limit: u32,
    /// Calls of any kind a second for a workspace; 60 times as many a minute
    #[arg(long, value_name = "N", default_value_t = 100)]
    pub call_limit: u32,
    /// How many times faster the service's time passes: limits, blocks, --ttl and --delay; all that it tells is real time
    #[arg(long, value_name = "N", default_value = "1", value_parser = speed)]
    pub speed: f64,
    /// Every call answers 401: the key was revoked
    #[arg(long, help_heading = FAULTS)]
    pub unauthorized: bool,
    /// Every call answers 402: no active paid plan
    #[arg(long, help_heading = FAULTS)]
    pub no_plan: bool,
    /// A session's start answers 403: the key lacks accounts:create
    #[arg(long, help_heading = FAULTS)]
    pub no_create_scope: bool,
    /// A session's state answers 403: the key lacks accounts:read
    #[arg(long, help_heading = FAULTS)]
    pub no_read_scope: bool,
    /// Every call but a session's start answers 429
    #[arg(long, help_heading = FAULTS)]
    pub throttled: bool,
    /// Every call answers 502 with an HTML page
    #[arg(long, help_heading = FAULTS)]
    pub html_errors: bool,
    /// Replies leave out every field that the API does not promise
    #[arg(long, help_heading = FAULTS)]
    pub bare_replies: bool,
    /// Whoever allows access is told that an administrator blocks it
    #[arg(long, help_heading = FAULTS)]
    pub admin_blocked: bool,
    /// Whoever allows access is told that the account has prohibited content
    #[arg(long, help_heading = FAULTS)]
    pub prohibited_content: bool,
}

impl ValueEnum for Scenario {
    fn value_variants<'a>() -> &'a [Self] {
        &Self::ALL
    }

    fn to_possible_value(&self) -> Option<clap::builder::PossibleValue> {
        Some(clap::builder::PossibleValue::new(self.name()).help(self.about()))
    }
}

/// Reads how many times faster something is to be: `1`, `2.5`, `3600`.
fn speed(text: &str) -> Result<f64, String> {
    let speed: Option<f64> = text.trim().parse().ok();
    speed.filter(|speed| SPEEDS.contains(speed)).ok_or_else(|| {
        format!("write how many times faster, from {} to {}: 1, 2.5, 3600", SPEEDS.start(), SPEEDS.end())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_speed_is_a_number_within_its_bounds() {
        for (text, read) in [
            ("1", Some(1.0)),
            (" 2.5 ", Some(2.5)),
            ("1e3", Some(1000.0)),
            ("100000", Some(100_000.0)),
            ("100000.1", None),
            ("0.99", None),
            ("0", None),
            ("-2", None),
            ("nan", None),
            ("inf", None),
            ("", None),
            ("fast", None),
            ("2x", None),
        ] {
            assert_eq!(speed(text).ok(), read, "{text:?}");
        }
    }
}
