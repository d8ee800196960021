//! What shells offer after TAB: by the variable that they ask with, and in the shells themselves.

mod asked;
mod harmless;
mod shells;

use std::path::{Path, PathBuf};

use instantly_oauth::exit::Outcome;
use instantly_oauth::model::poll::Verdict;
use instantly_oauth::model::provider::Provider;
use instantly_oauth::model::record::{Record, Source};
use instantly_oauth::model::session::{Account, SessionId};
use instantly_oauth::store::{Journal, Kind};
use jiff::{SignedDuration, Timestamp};

use crate::support::{Run, Tool};

/// Writes sessions down, the first of which is the newest.
fn remember(directory: &Path, kind: Kind, ids: &[&str]) {
    let (journal, now) = (Journal::open(directory, false, kind).unwrap(), Timestamp::now());
    for (age, id) in (1..).zip(ids) {
        let record = record(id, now - SignedDuration::from_secs(age));
        journal.begin(&Journal::name().unwrap(), &record, false, None, now).unwrap();
    }
}

/// A session that connected a mailbox.
fn record(id: &str, began: Timestamp) -> Record {
    let (id, life) = (SessionId::parse(id).unwrap(), SignedDuration::from_secs(600));
    let mut record = Record::met(id, "https://api.instantly.ai".into(), "w".into(), life, began);
    record.provider = Some(Provider::Google);
    let account = Account { email: Some("ada@acme.com".into()), name: None };
    record.finish(Verdict::Connected(account), Source::Api, began);
    assert_eq!(record.outcome(), Outcome::Connected);
    record
}

/// Where a home's state is.
fn state(home: &Path) -> PathBuf {
    home.join(".local/state/instantly-oauth")
}

/// Asks as the shells do that hand over words, of which the last is the one that is being typed.
fn ask(shell: &str, words: &[&str]) -> Tool {
    let (word, words) = words.split_last().unwrap();
    let tool = Tool::new(["--", "instantly-oauth"]).args(words).args(&[&format!(":{word}")]);
    tool.env("INSTANTLY_OAUTH_COMPLETE", shell)
}

/// The values that are offered, without the flags, which stand in where there are none.
#[track_caller]
fn values(run: Run) -> Vec<String> {
    let run = run.expect(0);
    assert_eq!(run.stderr, "");
    let values = run.stdout.lines().map(|line| line.split('\t').next().unwrap().to_owned());
    values.filter(|value| !value.starts_with('-')).collect()
}
