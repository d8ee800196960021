//! Sessions that are started, struck and resumed.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;

use super::books::{Given, Plan, Reply, Ripe};
use super::chance::Chance;
use super::service::Service;
use super::story::Story;
use super::trap::{Point, Trap};
use super::victim::{Blow, Victim, pass};
use crate::support::{Run, Tool};

const INTERVAL: [&str; 2] = ["--interval", "20ms"];

/// The latest that a person has finished, after the start.
const LATEST: Duration = Duration::from_millis(120);

/// One service, one state directory, one workspace.
pub struct Field {
    pub service: Service,
    pub state: TempDir,
    /// Held from the start of a process to the start of its session, so that the two are known to belong together.
    starting: Mutex<()>,
    /// How long a process takes from the reply with its result to its end.
    words: Duration,
}

/// What sessions are like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Manner {
    /// Their persons may have finished before the URL was shown to anybody.
    Any,
    /// They have not.
    Usual,
    /// And it is known what mailbox must come back.
    Expecting,
}

impl Field {
    pub fn new(chance: &mut Chance) -> Self {
        let (service, state) = (Service::start(), tempfile::tempdir().unwrap());
        let mut field = Self { service, state, starting: Mutex::default(), words: Duration::MAX };
        for _ in 0..5 {
            field.words = field.words.min(field.undisturbed(chance));
        }
        field
    }

    /// Runs a session that nobody disturbs to its end. Gives the time from the reply with its result to then.
    pub fn undisturbed(&self, chance: &mut Chance) -> Duration {
        let connects = Some(mailbox(chance));
        let plan =
            Plan { connects, again: false, reply: Reply::Whole, ripe: Ripe::At(2), ..plan(chance, Manner::Usual) };
        let number = self.service.plan(plan.clone(), None);
        let run = self.connect(&plan, false).run().expect(0);
        assert_eq!(run.result()["email"].as_str(), plan.connects.as_deref());
        let id = self.service.started(number);
        let Given::Written(then) = self.service.books(|books| books.session(&id).unwrap().given) else {
            panic!("nobody was told: {run:#?}")
        };
        then.elapsed()
    }

    fn connect(&self, plan: &Plan, expects: bool) -> Tool {
        let tool = Tool::new(["connect", plan.provider, "--no-browser"]).at(&self.service.url());
        // Where nothing comes, nobody's mailbox is expected.
        let expect = plan.connects.as_deref().unwrap_or("nobody@acme.com");
        let tool = tool.args(&["--json", "--state-dir", self.state()]).args(&INTERVAL);
        // A long run is not to take as long as the service's limits would have it.
        let tool = tool.env("INSTANTLY_OAUTH_LIMITS", "starts=100000");
        if expects { tool.args(&["--expect", expect]) } else { tool }
    }

    fn status(&self, id: &str) -> Tool {
        Tool::status(&self.service.url(), &[id, "--json", "--state-dir", self.state()])
    }

    fn state(&self) -> &str {
        self.state.path().to_str().unwrap()
    }

    /// Starts a session and strikes its process at some moment.
    pub fn strike(&self, chance: &mut Chance, manner: Manner) -> Story {
        let plan = plan(chance, manner);
        let expects = plan.again || chance.percent(if manner == Manner::Expecting { 100 } else { 15 });
        let victim = Arc::new(Victim::default());
        let trap = self.trap(chance, &victim, LATEST);
        let turn = self.starting.lock().unwrap();
        let number = self.service.plan(plan.clone(), Some(trap));
        let mut id = String::new();
        let started = || {
            id = self.service.started(number);
            drop(turn);
        };
        let show = || {
            let id = self.service.started(number);
            self.service.books(|books| books.session(&id).unwrap().show());
        };
        let run = victim.run(self.connect(&plan, expects), started, |line| {
            if line.contains(r#""event":"session""#) {
                show();
            }
        });
        let story =
            Story { id, plan, runs: vec![run], struck: victim.struck(), given: Given::No, books: String::new() };
        let given = self.service.books(|books| {
            let session = books.session(&story.id).unwrap();
            // Whoever resumes it is not to be struck by what was meant for this one.
            session.trap = None;
            if !story.is_told() && manner != Manner::Any {
                // Nobody has the URL, until somebody comes who has it from elsewhere.
                session.plan.ripe = Ripe::At(2);
            }
            session.given
        });
        Story { given, ..story }
    }

    /// Resumes a session, again and again until a process is left to come to its end. `again` is how many are struck before
    /// that, at most.
    pub fn resume(&self, story: &mut Story, chance: &mut Chance, again: usize) {
        if story.is_told() {
            for _ in 0..again {
                story.runs.push(self.resume_and_strike(&story.id, chance));
            }
        } else {
            // The journal may not have it. It is resumed by nobody but us, and nothing more happens to it.
            self.mend(&story.id);
        }
        story.runs.push(self.status(&story.id).args(&INTERVAL).args(&["--wait"]).run());
        story.books = self.service.books(|books| format!("{:?}", books.session(&story.id).unwrap().times));
    }

    /// From now on, no reply of the service's is lost on the way.
    pub fn mend(&self, id: &str) {
        self.service.books(|books| books.session(id).unwrap().plan.reply = Reply::Whole);
    }

    fn resume_and_strike(&self, id: &str, chance: &mut Chance) -> Run {
        let victim = Arc::new(Victim::default());
        let trap = self.trap(chance, &victim, Duration::ZERO);
        self.service.books(|books| books.session(id).unwrap().trap = Some(trap.clone()));
        let run = victim.run(
            self.status(id).args(&INTERVAL).args(&["--wait"]),
            || {
                if trap.point == Point::Started {
                    thread::spawn(move || {
                        pass(trap.after);
                        trap.victim.strike(trap.blow);
                    });
                }
            },
            |_| (),
        );
        self.service.books(|books| books.session(id).unwrap().trap = None);
        run
    }

    /// Asks once more.
    pub fn ask_again(&self, story: &Story) -> Value {
        self.status(&story.id).run().result()
    }

    /// Holds that the journal is whole, and that the dead have left nothing but it.
    pub fn is_sound(&self) {
        let journal = rusqlite::Connection::open(self.state.path().join("journal.db")).unwrap();
        let check: String = journal.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
        assert_eq!(check, "ok");
        let names = |path: &Path| -> BTreeSet<_> {
            let entries = fs::read_dir(path).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
            entries.collect()
        };
        let known = ["journal.db", "journal.db-journal", "journal.db.queue", "journal.live"].map(str::to_owned);
        assert_eq!(names(self.state.path()), known.into());
        assert_eq!(names(&self.state.path().join("journal.live")), BTreeSet::new());
    }

    /// Strikes a process about when its session starts, which then is nobody's. No other one may be starting.
    pub fn stillborn(&self, chance: &mut Chance) {
        let (victim, after) = (Arc::new(Victim::default()), chance.up_to(2 * self.words));
        let striking = Arc::clone(&victim);
        victim.run(
            self.connect(&plan(chance, Manner::Usual), false),
            || {
                thread::spawn(move || {
                    pass(after);
                    striking.strike(Blow::Kill);
                });
            },
            |_| (),
        );
        self.service.rest();
    }

    /// A moment to strike: at a point of the exchange that brings the end, or at any time of the run, which takes this long
    /// and then some.
    fn trap(&self, chance: &mut Chance, victim: &Arc<Victim>, long: Duration) -> Trap {
        let blow = match chance.below(20) {
            0 => Blow::Interrupt,
            1 => Blow::Terminate,
            _ => Blow::Kill,
        };
        let little = Duration::from_micros(300);
        let (point, after) = match chance.below(20) {
            0..4 => (Point::Started, chance.up_to(long + 2 * self.words)),
            4..6 => (Point::Asked, chance.up_to(little)),
            6..8 => (Point::Taken, chance.up_to(little)),
            8..10 => (Point::Half, chance.up_to(little)),
            _ => (Point::Whole, chance.up_to(self.words)),
        };
        Trap { point, after, blow, victim: Arc::clone(victim) }
    }
}

fn mailbox(chance: &mut Chance) -> String {
    format!("m{:x}@acme.com", chance.below(usize::MAX))
}

fn plan(chance: &mut Chance, manner: Manner) -> Plan {
    let connects = chance.percent(50).then(|| mailbox(chance));
    Plan {
        provider: if chance.percent(80) { "google" } else { "microsoft" },
        again: connects.is_some() && chance.percent(5),
        connects,
        ripe: match chance.below(10) {
            0..3 => Ripe::At(u32::try_from(1 + chance.below(4)).unwrap()),
            _ if manner == Manner::Any => Ripe::After(chance.up_to(LATEST)),
            _ => Ripe::Shown(chance.up_to(LATEST)),
        },
        reply: match chance.below(20) {
            0 => Reply::Half,
            1 => Reply::Nothing,
            _ => Reply::Whole,
        },
    }
}
