//! A fault at every change to a file, one after the other: the journal is always readable after, no result that was told
//! is missing in it, and a `connect` never fails because of it.

use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

use tempfile::TempDir;

use super::{CONNECTED, Row, acts, rows, state, warnings};
use crate::support::faults::{How, note, shim};
use crate::support::run::finish;
use crate::support::{Run, Scripted, Tool, at_once};

/// A `connect` with a fault in it.
struct Trial {
    api: Scripted,
    home: TempDir,
    run: Run,
    /// What failed, for messages.
    fault: String,
    /// How many requests it sent.
    sent: usize,
}

impl Trial {
    fn new(shim: &Path, how: How, at: usize, before: impl Fn(&Path)) -> Self {
        let api = Scripted::new(acts());
        let tool = Tool::connect(&api.url(), &["--interval", "20ms"]).failing(shim, how, at);
        before(tool.home());
        let (child, home) = tool.start();
        let run = finish(child);
        let fault = fs::read_to_string(note(home.path())).unwrap_or_default();
        let fault = format!("{how:?} {at}: {}", fault.replace(&home.path().display().to_string(), ""));
        let sent = api.lines().len();
        Self { api, home, run, fault, sent }
    }

    /// What the journal has now, if there is one.
    fn rows(&self) -> Vec<Row> {
        let directory = state(self.home.path());
        if directory.join("journal.db").exists() { rows(&directory) } else { Vec::new() }
    }

    /// What the next process makes of it, on a sound file system. It must find a journal that it can use.
    fn status(&self) -> Run {
        let tool = Tool::status(&self.api.url(), &["s1", "--json"]).env("HOME", self.home.path());
        let run = tool.run();
        assert_eq!(warnings(&run), [""; 0], "{}: {run:#?}", self.fault);
        rows(&state(self.home.path()));
        run
    }

    fn is_kept(&self) -> bool {
        self.rows().iter().any(Row::is_connected)
    }
}

/// Tries every n until one is never reached, and tells how many were, or why it did not.
fn each(how: How, before: impl Fn(&Path) + Sync, check: impl Fn(&Trial) + Sync) -> String {
    let shim = match shim() {
        Ok(shim) => shim,
        Err(why) => return why.to_owned(),
    };
    let (next, reached) = (AtomicUsize::new(1), AtomicUsize::new(0));
    at_once(0..4, |_| {
        loop {
            let at = next.fetch_add(1, Ordering::SeqCst);
            let trial = Trial::new(shim, how, at, &before);
            check(&trial);
            if !note(trial.home.path()).exists() {
                return;
            }
            reached.fetch_max(at, Ordering::SeqCst);
        }
    });
    let reached = reached.into_inner();
    assert!(reached > 5, "{how:?} was reached {reached} times only: the shim is not in the way");
    format!("{how:?}: {reached} points")
}

/// An empty home.
fn fresh(_home: &Path) {}

/// A home in which there is a journal with a session in it already.
fn used(home: &Path) {
    let api = Scripted::new(acts());
    Tool::connect(&api.url(), &["--no-wait"]).env("HOME", home).run().expect(0);
}

#[test]
fn a_process_that_is_killed_at_any_change_leaves_a_journal_that_knows_what_was_told() {
    for how in [How::Kill, How::Torn] {
        let points = each(how, fresh, |trial| {
            let Trial { run, fault, sent, .. } = trial;
            let (rows, kept) = (trial.rows(), trial.is_kept());
            if note(trial.home.path()).exists() {
                assert_eq!(run.signal, Some(9), "{fault}: {run:#?}");
            }
            // It is there before anybody can open its URL, and before it is asked for.
            assert!(rows.len() <= 1, "{fault}: {rows:?}");
            let shown = run.stderr.contains("accounts.google.com");
            assert!(rows.len() == 1 || (!shown && *sent <= 1), "{fault}: {run:#?}");
            assert!(kept || !run.stdout.contains("Connected"), "{fault}: told and not kept");
            let status = if rows.is_empty() { return } else { trial.status() };
            let result = status.result();
            let (code, source) = match sent {
                1 => (8, "api"),
                2 => (0, "api"),
                _ if kept => (0, "journal"),
                // The result was given out, and what it was is not known.
                _ => (11, "api"),
            };
            assert_eq!((status.code, &result["source"]), (Some(code), &source.into()), "{fault}: {status:#?}");
        });
        println!("{points}");
    }
}

#[test]
fn a_disk_that_fails_at_any_change_costs_a_warning_and_nothing_else() {
    for (how, before) in
        [(How::Full, fresh as fn(&Path)), (How::Broken, fresh), (How::Full, used), (How::Readonly, used)]
    {
        let kept = AtomicUsize::new(0);
        let points = each(how, before, |trial| {
            let Trial { run, fault, sent, .. } = trial;
            assert_eq!((run.code, run.stdout.as_str()), (Some(0), CONNECTED), "{fault}: {run:#?}");
            assert_eq!(*sent, 3, "{fault}");
            // It is told once, and where.
            let warnings = warnings(run);
            assert!(warnings.len() <= 1, "{fault}: {warnings:#?}");
            assert!(trial.is_kept() || warnings.len() == 1, "{fault}: neither kept nor told: {run:#?}");
            let is_plain = |warning: &&str| warning.contains("journal.db") && warning.contains("--state-dir");
            assert!(warnings.iter().all(is_plain), "{fault}: {warnings:#?}");
            kept.fetch_add(trial.is_kept().into(), Ordering::Relaxed);
            if state(trial.home.path()).join("journal.db").exists() {
                let status = trial.status();
                assert!(!trial.is_kept() || status.code == Some(0), "{fault}: {status:#?}");
            }
        });
        println!("{points}, {} with the result in the journal", kept.into_inner());
    }
}

#[test]
fn a_single_failure_of_the_disk_costs_nothing_at_all() {
    for before in [fresh as fn(&Path), used] {
        let points = each(How::Once, before, |trial| {
            let Trial { run, fault, .. } = trial;
            assert_eq!((run.code, run.stdout.as_str()), (Some(0), CONNECTED), "{fault}: {run:#?}");
            assert_eq!(warnings(run), [""; 0], "{fault}");
            assert!(trial.is_kept(), "{fault}");
            assert_eq!(trial.status().result()["source"], "journal", "{fault}");
        });
        println!("{points}");
    }
}

#[test]
fn a_damaged_file_is_there_under_one_name_or_the_other_wherever_setting_it_aside_ends() {
    const DAMAGED: &str = "this is no database, whatever it is";
    let damaged = |home: &Path| {
        let directory = state(home);
        fs::create_dir_all(&directory).unwrap();
        fs::write(directory.join("journal.db"), DAMAGED).unwrap();
    };
    for how in [How::Kill, How::Once] {
        let points = each(how, damaged, |trial| {
            let Trial { home, fault, .. } = trial;
            // Whatever was left of it, the next one works.
            let api = Scripted::new(acts());
            let tool = Tool::connect(&api.url(), &["--interval", "20ms"]).env("HOME", home.path());
            let run = tool.run().expect(0);
            assert!(warnings(&run).iter().all(|warning| warning.contains("was damaged")), "{fault}: {run:#?}");
            assert!(rows(&state(home.path())).iter().any(Row::is_connected), "{fault}");
            let files = fs::read_dir(state(home.path())).unwrap().map(|entry| entry.unwrap().path());
            let kept: Vec<_> =
                files.filter(|path| fs::read(path).is_ok_and(|text| text == DAMAGED.as_bytes())).collect();
            // Two, where it was stopped between giving it one name and taking the other.
            assert!([1, 2].contains(&kept.len()), "{fault}: {kept:?}");
        });
        println!("Setting aside: {points}");
    }
}
