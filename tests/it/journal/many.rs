//! Many processes at once on one state directory.

use std::path::Path;

use super::{CONNECTED, Row, acts, rows, warnings};
use crate::support::run::finish;
use crate::support::{Run, Scripted, Tool};

const PROCESSES: usize = 20;

/// Starts all of them before it waits for any.
fn at_once(tools: impl IntoIterator<Item = Tool>) -> Vec<Run> {
    let started: Vec<_> = tools.into_iter().map(Tool::start).collect();
    started.into_iter().map(|(child, _home)| finish(child)).collect()
}

fn servers() -> Vec<Scripted> {
    (0..PROCESSES).map(|_| Scripted::new(acts())).collect()
}

fn connect(api: &Scripted, directory: &Path) -> Tool {
    Tool::connect(&api.url(), &["--interval", "20ms", "-vv"]).env("INSTANTLY_OAUTH_STATE_DIR", directory)
}

fn status(api: &Scripted, directory: &Path) -> Tool {
    Tool::status(&api.url(), &["s1", "-vv"]).env("INSTANTLY_OAUTH_STATE_DIR", directory)
}

/// How long each wait for another process was, in milliseconds, as `-vv` tells it.
fn waits(run: &Run) -> Vec<f64> {
    let told = run.stderr.lines().filter_map(|line| line.split_once("* waited ")?.1.split_once(" for another"));
    let millis = |text: &str| {
        let end = text.find(char::is_alphabetic).unwrap();
        let number: f64 = text[..end].parse().unwrap();
        let unit = [("µs", 0.001), ("ms", 1.0), ("s", 1000.0)].into_iter().find(|(unit, _)| text[end..] == **unit);
        number * unit.unwrap().1
    };
    told.map(|(length, _)| millis(length)).collect()
}

#[test]
fn twenty_processes_write_to_one_journal_and_nothing_is_lost() {
    let folder = tempfile::tempdir().unwrap();
    let directory = folder.path().join("state");
    let (first, second) = (servers(), servers());
    let mut runs = at_once(first.iter().map(|api| connect(api, &directory)));
    assert_eq!(rows(&directory).len(), PROCESSES);
    // And once more where there is one already, with others that only look.
    let pairs = first.iter().zip(&second);
    runs.extend(at_once(pairs.flat_map(|(old, new)| [connect(new, &directory), status(old, &directory)])));
    for run in &runs {
        assert_eq!((run.code, run.stdout.as_str(), warnings(run)), (Some(0), CONNECTED, vec![]), "{run:#?}");
    }
    let rows = rows(&directory);
    assert_eq!(rows.len(), 2 * PROCESSES);
    assert!(rows.iter().all(Row::is_connected), "{rows:#?}");
    for api in first.iter().chain(&second) {
        assert_eq!(api.lines().len(), 3, "what is in the journal is not asked for");
    }
    let mut waits: Vec<_> = runs.iter().flat_map(waits).collect();
    waits.sort_by(f64::total_cmp);
    println!(
        "{} runs waited {} times; the longest waits, in ms: {:?}",
        runs.len(),
        waits.len(),
        waits.last_chunk::<5>()
    );
}
