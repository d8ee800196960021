//! `batch`: every mailbox of a list, to its end.

mod accounts;
mod book;
mod finish;
mod hall;
mod input;
mod life;
mod plan;
mod site;

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::time::Duration;

use tokio::task::{JoinSet, LocalSet};
use tokio::time::Instant;

use self::accounts::Healthy;
use self::book::Book;
use self::hall::{Hall, Terms};
use self::input::Input;
use self::life::Owed;
use self::plan::{Known, plan};
use self::site::{Site, Way};
use super::connect::{browser_plan, sandbox_config};
use super::journal::Store;
use super::{Exit, listen, next, runtime};
use crate::browser;
use crate::cli::{self, Global};
use crate::error::Error;
use crate::exit::Outcome;
use crate::flow::{Clock, Signal, Stop, System};
use crate::model::environment::Environment;
use crate::model::event::{Event, Phase, Progress, Sink, Standing};
use crate::model::failure::Failure;
use crate::model::poll::LAST_WORDS;
use crate::report::Reporter;
use crate::sandbox::{Options, People, Sandbox};
use crate::settings::{self, Workspaces};
use crate::store::Kind;

/// For how long after a reply its connection may be used again. Those who ask often save half of the work so; no server
/// closes one as soon as that.
const KEEP: Duration = Duration::from_secs(1);

/// How long a finished row waits for others that are written down with it, where many are worked on; and how many do not.
const MOMENT: Duration = Duration::from_millis(50);
const MANY: usize = 100;

/// Connects the mailboxes of a list.
pub(super) fn run(
    flags: &cli::Batch,
    global: &Global,
    environment: &Environment,
    reporter: &Rc<Reporter>,
) -> Result<Exit, Error> {
    // Everything that can be refused is refused before a session is started.
    if flags.qr && flags.parallel.get() > 1 {
        return Err(Error::usage("--qr is for one mailbox at a time")
            .hint("Leave --parallel away, or --qr: of many codes only the last would be seen."));
    }
    let workspaces = Workspaces::new(global, environment);
    let input = Input::read(flags, global.api_key_file.as_deref(), &workspaces)?;
    let named = next::named(global, input.profile.as_deref());
    let batch = Batch { flags, global: &named, environment, reporter, sandbox: None };
    let Some(scenario) = flags.sandbox else {
        let ways = match site::ways(&input, flags, global, environment, &workspaces, reporter) {
            // What there is to do can be said without a key.
            Err(error) if flags.dry_run && error.outcome == Outcome::Auth => return batch.foresee(&input, &error),
            ways => ways?,
        };
        return runtime()?.block_on(batch.run(input, ways));
    };
    let plan = browser_plan(flags.no_browser, flags.browser.as_deref(), None, environment)?;
    runtime()?.block_on(async {
        let options = Options { scenario, ttl: scenario.life(), seed: flags.seed, ..Options::default() };
        let sandbox = Sandbox::bind(options).await?;
        let config = sandbox_config(&sandbox, global)?;
        let (interval, limits) =
            (settings::interval(flags.interval, &config.base)?, settings::limits(environment, &config.base)?);
        let way = Way { profile: None, config, interval, limits, plan };
        let plays = format!("{}: {}", scenario.name(), scenario.about());
        let batch = Batch { sandbox: Some((plays, sandbox.people())), ..batch };
        tokio::select! {
            exit = batch.run(input, vec![way]) => exit,
            never = sandbox.serve() => match never {},
        }
    })
}

/// What a run was asked for.
struct Batch<'a> {
    flags: &'a cli::Batch,
    global: &'a Global,
    environment: &'a Environment,
    reporter: &'a Rc<Reporter>,
    /// What the sandbox of this process plays, and its people.
    sandbox: Option<(String, People)>,
}

impl Batch<'_> {
    async fn run(self, input: Input, ways: Vec<Way>) -> Result<Exit, Error> {
        let Self { flags, global, environment, reporter, .. } = self;
        let kind = ways.first().map_or(Kind::Real, Way::kind);
        let begun = System.moment();
        let store = Rc::new(Store::open(global, environment, kind, reporter)?);
        let mut results = input.open(flags)?;
        let past = input.past(results.as_mut(), kind, self.sandbox.is_some())?;
        let tag = input.tag();
        if kind == Kind::Sandbox {
            let plays = self.sandbox.as_ref().map(|(plays, _)| plays.clone());
            reporter.emit(Event::Sandbox(plays));
        }
        let mut signals = listen()?;
        store.with(|journal| journal.note_the_dead(System.time()));
        let parallel = flags.parallel.get().into();
        let sites = ways.into_iter().map(|way| way.open(&store, reporter, parallel));
        let mut sites: Vec<Site> = sites.collect::<Result<_, _>>()?;
        let owed = owed(&store, &sites, &tag)?;
        let mut healthy = HashSet::new();
        // Where there are others to go on with, a workspace that cannot be asked is left for the next run.
        let mut left: Vec<(usize, Failure)> = Vec::new();
        for (number, site) in sites.iter().enumerate() {
            match self.healthy(&mut signals, site, sites.len() > 1, &input, &past.entries).await? {
                Healthy::Known(of_site) => healthy.extend(of_site),
                Healthy::Failed(failure) => left.push((number, failure)),
                Healthy::Ended(exit) => return Ok(exit),
            }
        }
        if past.strangers > 0 {
            reporter.note(&format!(
                "{} has {} of other workspaces or of mailboxes that are not in this list.",
                input.results.display(),
                if past.strangers == 1 { "1 line".to_owned() } else { format!("{} lines", past.strangers) },
            ));
        }
        let plan = plan(Known {
            list: &input.list,
            past: &past.entries,
            owed,
            healthy: &healthy,
            retry_failed: flags.retry_failed,
            take_skipped: flags.no_skip_connected,
        });
        let Some(results) = results else {
            return Ok(finish::foretell(reporter, &input, &plan, sites.iter().map(|site| site.limits).next()));
        };
        sites.iter_mut().for_each(Site::share);
        let path = input.results;
        let hall = Rc::new(Hall::new(Terms {
            list: input.list,
            store: store.clone(),
            sites,
            reporter: reporter.clone(),
            people: self.sandbox.map(|(_, people)| people),
            sandboxed: kind == Kind::Sandbox,
            max_wait: flags.max_wait,
            batch: tag,
            private: settings::key_variables(environment),
            qr: flags.qr,
            is_single: flags.parallel.get() == 1,
        }));
        for (number, failure) in &left {
            hall.park(*number, failure);
        }
        let skipped = plan.skipped.len();
        let (done, taken_up) = (plan.done.len(), plan.owed.len());
        let mut book = Book::open(hall.clone(), results, past, flags.retries);
        reporter.note(&finish::beginning(hall.terms.list.rows.len(), done, skipped, taken_up));
        if let Some(browser::Plan::Nothing { reason }) = hall.terms.sites.first().map(|site| &site.plan)
            && !flags.no_browser
        {
            reporter.note(&format!("No browser is opened from here ({reason}): open each URL yourself."));
        }
        book.begin(plan, System.time());
        let signal = {
            let local = LocalSet::new();
            local.run_until(work(&hall, &mut book, &mut signals, parallel)).await
        };
        // What was read is written down whatever became of the rest.
        let written = book.write();
        hall.terms.sites.iter().for_each(|site| site.desk.flush());
        let signal = signal?;
        written?;
        let took = System.moment().left(begun);
        Ok(finish::finish(&finish::End { hall: &hall, book: &book, flags, global, results: &path, took, signal }))
    }

    /// What there is to do, as far as that can be said without asking anybody.
    fn foresee(&self, input: &Input, why: &Error) -> Result<Exit, Error> {
        let past = input.look()?;
        let plan = plan(Known {
            list: &input.list,
            past: &past.entries,
            owed: Vec::new(),
            healthy: &HashSet::new(),
            retry_failed: self.flags.retry_failed,
            take_skipped: self.flags.no_skip_connected,
        });
        self.reporter.note(&format!("Which mailboxes the workspace has already is not known here: {why}."));
        Ok(finish::foretell(self.reporter, input, &plan, None))
    }
}

/// The sessions that the results file does not tell of yet. Those of a sandbox that is gone went with it.
///
/// Those of another key are among them: a workspace can have many, and what one of them is told is the same.
fn owed(store: &Store, sites: &[Site], tag: &str) -> Result<Vec<Owed>, Error> {
    let services: HashSet<String> = sites.iter().map(|site| site.workspace.client.service()).collect();
    let entries = store.with(|journal| journal.owed(tag));
    if entries.is_none() && store.is_taken() {
        return Err(Error::internal(
            "another process holds the journal, so nobody can tell what an earlier run was in the middle of",
        )
        .hint("Try again in a moment: to begin anew now could connect mailboxes twice."));
    }
    let entries = entries.unwrap_or_default().into_iter().filter(|entry| services.contains(&entry.record.service));
    Ok(entries.map(|entry| (entry.record, Rc::from(entry.name))).collect())
}

/// Works on the rows, so many at once, until none is left or somebody asks for an end. Gives the signal, if one did.
async fn work(hall: &Rc<Hall>, book: &mut Book, signals: &mut impl Stop, most: usize) -> Result<Option<Signal>, Error> {
    let reporter = &hall.terms.reporter;
    let mut lives = JoinSet::new();
    let (mut stopped, mut failed) = (None, None);
    let mut serving = JoinSet::new();
    for site in &hall.terms.sites {
        let desk = site.desk.clone();
        serving.spawn_local(async move { desk.serve().await });
    }
    // The rows that are being worked on, and those of them whose mailboxes another session has connected meanwhile: theirs
    // may yet connect one of somebody else's, and is asked after as long as there is anything else to do.
    let (mut running, mut overtaken) = (HashSet::new(), HashSet::new());
    // All that an earlier run left is asked after at once: what was finished meanwhile is not kept for ever.
    while let Some(job) = book.next_owed() {
        running.insert(job.index);
        lives.spawn_local(life::attempt(hall.clone(), job));
    }
    loop {
        overtaken.extend(book.overtaken().into_iter().filter(|index| running.contains(index)));
        while stopped.is_none() && failed.is_none() && running.len() - overtaken.len() < most && !reporter.deserted() {
            let Some(job) = book.next() else { break };
            running.insert(job.index);
            lives.spawn_local(life::attempt(hall.clone(), job));
        }
        let open = running.len() - overtaken.len();
        let due = book.due().map(|(since, count)| match count {
            _ if most < MANY / 10 => Instant::now(),
            MANY.. => Instant::now(),
            _ => since + MOMENT,
        });
        hall.standing.set(Standing { held: hall.is_held(), ..book.standing(open) });
        if lives.is_empty() && due.is_none() {
            return failed.map_or(Ok(stopped), Err);
        }
        if open == 0 {
            hall.stop(Signal::Terminate);
        }
        if !hall.terms.is_single {
            let list = Some(hall.standing.get());
            reporter.draw(Progress { phase: Phase::People, left: Duration::ZERO, list });
        }
        tokio::select! {
            biased;
            signal = signals.requested(), if stopped.is_none() => {
                stopped = Some(signal);
                // The next one ends the process where it stands, and what is drawn then would stay on the screen.
                reporter.still();
                if hall.terms.sites.iter().any(|site| site.desk.is_asking()) {
                    reporter.emit(Event::Stopping(LAST_WORDS));
                }
                hall.stop(signal);
            }
            () = tokio::time::sleep_until(due.unwrap_or_else(Instant::now)), if due.is_some() => {
                if let Err(error) = book.write() {
                    // Those who wait are heard out for a moment: what they read is in the journal.
                    failed = Some(error);
                    hall.stop(Signal::Terminate);
                }
            }
            Some(came) = lives.join_next() => {
                let mut came = Some(came);
                while let Some(ended) = came {
                    match ended {
                        Ok(ended) => {
                            running.remove(&ended.job.index);
                            overtaken.remove(&ended.job.index);
                            book.take(ended);
                        }
                        // A bug: it ends this command as it would any other.
                        Err(error) => {
                            if let Ok(panic) = error.try_into_panic() {
                                std::panic::resume_unwind(panic);
                            }
                        }
                    }
                    came = lives.try_join_next();
                }
            }
            () = tokio::time::sleep(reporter.frame()), if !hall.terms.is_single => {}
        }
    }
}

/// Where the results of this list are, if nothing else was asked for.
fn beside(file: &Path) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".results.csv");
    name.into()
}
