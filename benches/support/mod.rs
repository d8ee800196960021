//! What the benchmarks share: the built binary, run as by somebody who has set nothing else, and the sorting of figures.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

pub(crate) const BINARY: &str = env!("CARGO_BIN_EXE_instantly-oauth");

/// The tool, with a key, against this API, and with this state directory, which is its home as well.
pub(crate) fn command(url: &str, state: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(BINARY);
    command.args(arguments).env_clear();
    // Windows opens no socket without the last.
    for name in ["PATH", "TZ", "SystemRoot"] {
        command.envs(std::env::var_os(name).map(|value| (name, value)));
    }
    command.env("HOME", state).env("INSTANTLY_OAUTH_STATE_DIR", state);
    command.env("INSTANTLY_API_KEY", "k").env("INSTANTLY_BASE_URL", url);
    command
}

pub(crate) fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

pub(crate) fn median(values: impl IntoIterator<Item = f64>) -> f64 {
    percentile(values, 50)
}

/// The value that this many percent of all lie below; the largest for 100.
pub(crate) fn percentile(values: impl IntoIterator<Item = f64>, percent: usize) -> f64 {
    let mut values: Vec<f64> = values.into_iter().collect();
    values.sort_by(f64::total_cmp);
    values[(values.len() * percent / 100).min(values.len() - 1)]
}
