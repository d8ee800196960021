//! The command to run next, with what this one was told about where and as whom.

use std::borrow::Cow;
use std::path::Path;
use std::time::Duration;

use crate::cli::{self, Global};
use crate::model::provider::Provider;
use crate::model::session::SessionId;
use crate::sandbox::Scenario;

/// The flags with the profile that is in force, whatever named it: the next command may be run where nothing does.
pub(super) fn named(flags: &Global, profile: Option<&str>) -> Global {
    Global { profile: profile.map(str::to_owned).or_else(|| flags.profile.clone()), ..flags.clone() }
}

/// Goes on waiting for this session.
pub(super) fn resume(id: &SessionId, expect: Option<&str>, flags: &Global) -> String {
    let mut words: Vec<Cow<'_, str>> = vec!["instantly-oauth".into(), "status".into()];
    let (word, flag_like) = (quoted(id.as_str()), id.as_str().starts_with('-'));
    words.extend((!flag_like).then(|| word.clone()));
    words.push("--wait".into());
    words.extend(expect.map(|mailbox| Cow::from(format!("--expect {}", quoted(mailbox)))));
    words.extend(place(flags));
    words.extend(flag_like.then(|| Cow::from(format!("-- {word}"))));
    words.join(" ")
}

/// Starts anew.
pub(super) fn connect(provider: Provider, expect: Option<&str>, sandbox: Option<Scenario>, flags: &Global) -> String {
    let mut words: Vec<Cow<'_, str>> = vec!["instantly-oauth".into(), "connect".into(), provider.id().into()];
    words.extend(sandbox.map(|scenario| Cow::from(format!("--sandbox={}", scenario.name()))));
    words.extend(expect.map(|mailbox| Cow::from(format!("--expect {}", quoted(mailbox)))));
    words.extend(place(flags));
    words.join(" ")
}

/// Goes on with a list, or takes those of its mailboxes again that failed.
pub(super) fn batch(flags: &cli::Batch, global: &Global, retry_failed: bool) -> String {
    let path = |path: &Path| quoted(&path.display().to_string()).into_owned();
    let mut words: Vec<Cow<'_, str>> = vec!["instantly-oauth".into(), "batch".into(), path(&flags.file).into()];
    words.extend(flags.provider.map(|provider| Cow::from(format!("--provider {}", provider.id()))));
    words.extend((flags.parallel.get() > 1).then(|| Cow::from(format!("--parallel {}", flags.parallel))));
    words.extend(flags.results.as_deref().map(|results| Cow::from(format!("--results {}", path(results)))));
    words.extend((flags.retries != 1).then(|| Cow::from(format!("--retries {}", flags.retries))));
    words.extend(flags.no_skip_connected.then_some(Cow::from("--no-skip-connected")));
    words.extend(flags.no_browser.then_some(Cow::from("--no-browser")));
    words.extend(flags.browser.as_deref().map(|browser| Cow::from(format!("--browser {}", quoted(browser)))));
    let length = |it: Duration| humantime::format_duration(it).to_string().replace(' ', "");
    words.extend(flags.interval.map(|it| Cow::from(format!("--interval {}", length(it)))));
    words
        .extend((flags.max_wait != cli::MAX_WAIT).then(|| Cow::from(format!("--max-wait {}", length(flags.max_wait)))));
    words.extend(flags.sandbox.map(|scenario| Cow::from(format!("--sandbox={}", scenario.name()))));
    words.extend((flags.seed != 0).then(|| Cow::from(format!("--seed {}", flags.seed))));
    words.extend(global.json.then_some(Cow::from("--json")));
    words.extend((flags.retry_failed || retry_failed).then_some(Cow::from("--retry-failed")));
    words.extend(place(global));
    words.join(" ")
}

/// The flags that say where the API is and with whose key, as they were given. The environment is still there.
fn place(flags: &Global) -> Vec<Cow<'static, str>> {
    let path = |path: &Path| path.display().to_string();
    [
        ("--base-url", flags.base_url.clone()),
        ("--profile", flags.profile.clone()),
        // Standard input has been read and will not say it again.
        ("--api-key-file", flags.api_key_file.as_deref().filter(|file| *file != Path::new("-")).map(path)),
        ("--ca-cert", flags.ca_cert.as_deref().map(path)),
        ("--state-dir", flags.state_dir.as_deref().map(path)),
    ]
    .into_iter()
    .filter_map(|(flag, value)| Some(Cow::from(format!("{flag} {}", quoted(&value?)))))
    .collect()
}

/// A word for a shell. What no shell can be given is left out of its sight as it is.
fn quoted(word: &str) -> Cow<'_, str> {
    shlex::try_quote(word).unwrap_or(Cow::Borrowed(word))
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::cli::Cli;

    #[test]
    fn the_command_goes_to_the_same_place_and_survives_a_shell() {
        let line =
            ["instantly-oauth", "connect", "google", "--base-url", "http://127.0.0.1:1", "--ca-cert", "my ca.pem"];
        let flags = Cli::parse_from(line).global;
        let id = SessionId::parse("a;rm$(x)").unwrap();
        assert_eq!(
            resume(&id, Some("o'neil@acme.com"), &flags),
            "instantly-oauth status 'a;rm$(x)' --wait --expect \"o'neil@acme.com\" --base-url http://127.0.0.1:1 \
             --ca-cert 'my ca.pem'"
        );
        let flags = Cli::parse_from(["instantly-oauth", "connect", "google", "--api-key-file", "-"]).global;
        let id = SessionId::parse("--help").unwrap();
        assert_eq!(resume(&id, None, &flags), "instantly-oauth status --wait -- --help");
        assert_eq!(
            connect(Provider::Google, None, Some(Scenario::Expire), &flags),
            "instantly-oauth connect google --sandbox=expire"
        );
    }
}
