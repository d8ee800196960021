//! Lists that are stopped at a certain moment: each goes on from there, and no row is told of twice or connected twice.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::books::{End, Figures, hold, lines};
use super::driver::Driven;
use super::field::{Field, Mailbox, sandbox};
use super::people::{Act, Guest, People};
use crate::support::faults::{How, shim};
use crate::support::{Run, Scripted, Tool, at_once, scripted};

const AT_ONCE: Duration = Duration::ZERO;

fn list(domain: &str, rows: usize) -> Vec<Mailbox> {
    (0..rows).map(|row| Mailbox::new(format!("person{row}@{domain}.example"), "google")).collect()
}

/// Everybody allows access but the second of the list, and nobody takes any time.
fn decided(guest: &Guest) -> (Act, Duration) {
    (if guest.email.starts_with("person1@") { Act::Deny } else { Act::Allow(guest.email.clone()) }, AT_ONCE)
}

/// A list whose first run was killed at a change of a file.
struct Trial {
    field: Field,
    people: Arc<People>,
    run: Run,
    /// What was about to be done.
    fault: String,
}

impl Trial {
    /// `files` is what the names of the files begin with whose changes count.
    fn new(url: &str, shim: &Path, files: &str, parallel: &str, (how, at): (How, usize)) -> Self {
        let name = format!("{how:?}{at}{parallel}").to_lowercase();
        let field = Field::new(url, &name, list(&name, 2), &["--parallel", parallel, "--retries", "3"]);
        let people = People::new(decided);
        let (run, fault) = strike(&field, &people, shim, files, (how, at));
        Self { field, people, run, fault }
    }

    /// Runs it again, which ends it.
    fn again(&self) {
        let (earlier, field) = (self.field.results(), &self.field);
        let run = Driven::start(field.tool(), &self.people).end().expect(13);
        assert!(!run.stderr.contains("warning"), "{}: {run:#?}", self.fault);
        hold(field, &earlier, &run);
        let end = End { field, sessions: &self.people.sessions(), before: &[], retries: 3 };
        end.hold(&mut Figures::default());
        let outcomes: Vec<_> = lines(field).0.into_iter().map(|line| (line.email, line.outcome)).collect();
        let outcome = |row: usize, outcome: &str| (field.rows[row].email.clone(), outcome.to_owned());
        let expected = [outcome(0, "connected"), outcome(1, "session_error")];
        assert!(expected.iter().all(|line| outcomes.contains(line)), "{}: {outcomes:?}", self.fault);
    }
}

/// Runs a list that is killed at a change of a file, and tells which that was.
fn strike(field: &Field, people: &Arc<People>, shim: &Path, files: &str, (how, at): (How, usize)) -> (Run, String) {
    let (earlier, note) = (field.results(), field.folder.path().join("fault"));
    let _ = fs::remove_file(&note);
    let tool = field.tool().failing(shim, how, at).env("FAULT_NOTE", &note);
    let tool = tool.env("FAULT_FOLDER", field.folder.path().join(files));
    let run = Driven::start(tool, people).end();
    let fault = fs::read_to_string(note).unwrap_or_default();
    assert_eq!(run.signal, (!fault.is_empty()).then_some(9), "{fault}: {run:#?}");
    hold(field, &earlier, &run);
    (run, fault)
}

#[test]
fn killed_at_any_change_of_the_results_file_it_tells_of_every_row_once_and_starts_no_further_session() {
    let shim = match shim() {
        Ok(shim) => shim,
        Err(why) => return eprintln!("{why}"),
    };
    let service = sandbox("10m");
    let seen = Mutex::new(BTreeSet::new());
    at_once([How::Kill, How::Torn], |how| {
        for at in 1.. {
            let trial = Trial::new(&service.url, shim, "list.csv.results", "1", (how, at));
            let (told, torn) = lines(&trial.field);
            let journal = trial.field.journal();
            let is_told = |email: &str| told.iter().any(|line| line.email == email);
            for session in &journal {
                let verdict = session.verdict.is_some();
                let moment = match (is_told(&session.expect), session.is_owed) {
                    (false, true) if verdict && torn.is_empty() => "read, and not in the file",
                    (false, true) if verdict => "torn in the file",
                    (true, true) => "in the file, and not marked",
                    (true, false) => "marked",
                    _ => "open",
                };
                seen.lock().unwrap().insert(moment);
            }
            trial.again();
            // One at a time: whatever was begun had been read before the file was changed.
            assert_eq!(trial.people.count(), 2, "{}", trial.fault);
            if trial.run.signal.is_none() {
                assert!(at > 3, "{how:?} was reached {at} times: the shim is not in the way");
                return;
            }
        }
    });
    let seen = seen.into_inner().unwrap();
    let all = ["in the file, and not marked", "marked", "read, and not in the file", "torn in the file"];
    assert_eq!(seen.into_iter().collect::<Vec<_>>(), all);
}

#[test]
fn killed_at_a_change_of_any_file_it_ends_every_row_as_the_service_did() {
    let shim = match shim() {
        Ok(shim) => shim,
        Err(why) => return eprintln!("{why}"),
    };
    let service = sandbox("10m");
    // All of them are tried where somebody asks for a long run, and some of them otherwise.
    let step = if std::env::var_os("TORTURE_KILLS").is_some() { 2 } else { 14 };
    at_once([(How::Kill, 1), (How::Kill, 2), (How::Torn, 1), (How::Torn, 2)], |(how, first)| {
        for at in (first..).step_by(step) {
            let trial = Trial::new(&service.url, shim, "", "2", (how, at));
            // Whoever goes on with it is killed as well, here and there.
            strike(&trial.field, &trial.people, shim, "", (how, 1 + at * 37 % 150));
            trial.again();
            if trial.run.signal.is_none() {
                println!("{how:?}: {at}");
                assert!(at > 20, "{how:?} was reached {at} times: the shim is not in the way");
                return;
            }
        }
    });
}

/// A list of six whose first and third are finished, while the others have their tabs open until they may go on.
fn half_way(url: &str, name: &str) -> (Field, Arc<Mutex<()>>, Arc<People>) {
    let field = Field::new(url, name, list(name, 6), &["--parallel", "4"]);
    let gate = Arc::new(Mutex::new(()));
    let waits = gate.clone();
    let people = People::new(move |guest| {
        if !["person0@", "person2@"].iter().any(|name| guest.email.starts_with(name)) {
            drop(waits.lock());
        }
        (Act::Allow(guest.email.clone()), AT_ONCE)
    });
    (field, gate, people)
}

#[test]
fn stopped_it_says_the_command_that_goes_on_with_the_sessions_in_flight() {
    let service = sandbox("10m");
    at_once([("INT", 2, "interrupted", 130), ("TERM", 15, "interrupted", 143)], |(signal, number, outcome, code)| {
        let (field, gate, people) = half_way(&service.url, &signal.to_lowercase());
        let closed = gate.lock().unwrap();
        let driven = Driven::start(field.tool(), &people);
        driven.until([("row", 2), ("session", 6)]);
        driven.signal(signal);
        let run = driven.end();
        let result = run.result();
        assert_eq!((run.code, run.signal), (None, Some(number)), "{run:#?}");
        assert_eq!((&result["outcome"], &result["exit_code"]), (&outcome.into(), &code.into()), "{result}");
        assert_eq!((&result["counts"]["connected"], &result["counts"]["pending"]), (&2.into(), &4.into()), "{result}");
        hold(&field, "", &run);
        assert_eq!(lines(&field).0.len(), 2);
        // It is copied from there into the shell that it came from.
        let next = shlex::split(result["next"].as_str().unwrap()).unwrap();
        assert_eq!(next[0], "instantly-oauth", "{next:?}");
        drop(closed);
        let earlier = field.results();
        let run = Driven::start(field.placed(Tool::new(&next[1..])), &people).end().expect(0);
        hold(&field, &earlier, &run);
        End { field: &field, sessions: &people.sessions(), before: &[], retries: 1 }.hold(&mut Figures::default());
        assert_eq!(people.count(), 6, "{run:#?}");
        assert_eq!(run.result()["counts"]["connected"], 6);
    });
}

#[test]
fn another_run_on_the_same_results_is_refused_and_sends_nothing() {
    let service = sandbox("10m");
    let (field, gate, people) = half_way(&service.url, "two");
    let closed = gate.lock().unwrap();
    let driven = Driven::start(field.tool(), &people);
    driven.until([("row", 2), ("session", 6)]);
    let (earlier, api) = (field.results(), Scripted::new([scripted::Act::started()]));
    for tool in [field.tool(), field.tool().env("INSTANTLY_BASE_URL", api.url())] {
        let run = tool.run().expect(2).says("another batch is using it");
        assert_eq!(run.events().len(), 1, "{run:#?}");
        assert_eq!(run.result()["outcome"], "usage");
    }
    assert_eq!((field.results(), api.lines().len()), (earlier.clone(), 0));
    drop(closed);
    let run = driven.end().expect(0);
    hold(&field, &earlier, &run);
    End { field: &field, sessions: &people.sessions(), before: &[], retries: 1 }.hold(&mut Figures::default());
    assert_eq!(people.count(), 6);
}

#[test]
fn a_driver_that_goes_away_loses_nothing() {
    let service = sandbox("10m");
    let (field, gate, people) = half_way(&service.url, "gone");
    let closed = gate.lock().unwrap();
    // Six sessions, each with a word on its browser, and two rows. That it has gone is said when it has.
    let script = r#"{ "$@"; echo "exit $?" >&2; } |
        { n=0; while [ $n -lt 14 ] && IFS= read -r line; do printf '%s\n' "$line"; n=$((n+1)); done
          exec <&-; echo '{"event":"gone"}'; }"#;
    let driven = Driven::start(field.tool().shell(script), &people);
    driven.until([("row", 2), ("session", 6), ("gone", 1)]);
    drop(closed);
    let run = driven.end().says("exit 8");
    assert!(run.stderr.lines().all(|line| !line.contains("error") && !line.contains("warning")), "{run:#?}");
    let earlier = field.results();
    let run = Driven::start(field.tool(), &people).end().expect(0);
    hold(&field, &earlier, &run);
    End { field: &field, sessions: &people.sessions(), before: &[], retries: 1 }.hold(&mut Figures::default());
    assert_eq!(people.count(), 6);
}
