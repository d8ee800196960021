//! What is said of a list before its first row and after its last.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::time::Duration;

use super::book::Book;
use super::hall::Hall;
use super::input::Input;
use super::plan::Plan;
use crate::cli::{self, Global};
use crate::commands::{Exit, next};
use crate::exit::Outcome;
use crate::flow::{Clock, Signal, System};
use crate::model::batch::{SKIPPED, shortest};
use crate::model::conclusion::Conclusion;
use crate::model::event::Sink;
use crate::model::failure::Failure;
use crate::model::limits::Limits;
use crate::model::provider::Provider;
use crate::model::words::{Case, length, not_started};
use crate::report::Reporter;

/// What is known when a run ends.
pub(super) struct End<'a> {
    pub(super) hall: &'a Hall,
    pub(super) book: &'a Book,
    pub(super) flags: &'a cli::Batch,
    pub(super) global: &'a Global,
    pub(super) results: &'a Path,
    pub(super) took: Duration,
    pub(super) signal: Option<Signal>,
}

/// How many rows there are, and what is done about them.
pub(super) fn beginning(rows: usize, done: usize, skipped: usize, taken_up: usize) -> String {
    let mut text = counted(rows);
    for (count, what) in [
        (done, "done before"),
        (skipped, "in the workspace and healthy, so skipped"),
        (taken_up, "taken up where the last run left them"),
    ] {
        if count > 0 {
            let _ = write!(text, "; {count} {what}");
        }
    }
    text.push('.');
    text
}

fn counted(rows: usize) -> String {
    if rows == 1 { "1 mailbox".to_owned() } else { format!("{rows} mailboxes") }
}

/// Says what would be done.
pub(super) fn foretell(reporter: &Reporter, input: &Input, plan: &Plan, limits: Option<Limits>) -> Exit {
    let limits = limits.unwrap_or(Limits::DOCUMENTED);
    let rows = &input.list.rows;
    let mut sessions: BTreeMap<(Provider, Option<&str>), usize> = BTreeMap::new();
    for job in plan.fresh.iter().chain(plan.owed.iter().map(|(job, _)| job)) {
        let row = &rows[job.index];
        *sessions.entry((row.provider, row.profile.as_deref())).or_default() += 1;
    }
    let mut lines = vec![
        format!("{}, to be told of in {}", counted(rows.len()), input.results.display()),
        format!("  {:>6}  done before", plan.done.len()),
        format!("  {:>6}  skipped: in the workspace and healthy", plan.skipped.len()),
        format!("  {:>6}  taken up where the last run left them", plan.owed.len()),
        format!("  {:>6}  to connect", plan.fresh.len()),
    ];
    let mut counts = vec![
        ("done".to_owned(), plan.done.len()),
        (SKIPPED.to_owned(), plan.skipped.len()),
        ("taken_up".to_owned(), plan.owed.len()),
        ("to_connect".to_owned(), plan.fresh.len()),
    ];
    for (&(provider, profile), &count) in &sessions {
        let least = match shortest(count, limits) {
            Duration::ZERO => "at once as far as the limits go".to_owned(),
            least => format!("{} at the least, at {} a minute", length(least), limits.starts),
        };
        let workspace = profile.map(|profile| format!(" for {profile}")).unwrap_or_default();
        lines.push(format!("  {count:>6}  sessions with {}{workspace}: started {least}", provider.name()));
    }
    for provider in Provider::ALL {
        let count: usize = sessions.iter().filter(|((of, _), _)| *of == provider).map(|(_, count)| count).sum();
        if count > 0 {
            counts.push((format!("sessions_{}", provider.id()), count));
        }
    }
    let mut end = Conclusion::new(Outcome::Done, lines.join("\n"), System.time());
    end.counts = counts;
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    reporter.finish(&end, &lines).into()
}

/// Says how the list ended.
pub(super) fn finish(end: &End<'_>) -> Exit {
    let End { hall, book, flags, global, results, took, signal } = *end;
    let reporter = &hall.terms.reporter;
    if signal.is_none() && reporter.deserted() && !reporter.is_broken() && book.left() > 0 {
        // Nobody is there to be told; the code still says that it is not over.
        return Outcome::Pending.code().into();
    }
    let (connected, failed, left) = (book.tally.connected(), book.tally.failed(), book.left());
    let rows = hall.terms.list.rows.len();
    let again = next::batch(flags, global, false);
    let parked = hall.parked.borrow().iter().next().map(|(&(site, _), failure)| (site, failure.clone()));
    let parked = parked.filter(|_| left > 0);
    let mut told = match (signal, parked) {
        (Some(signal), _) => {
            let outcome = match signal {
                Signal::Interrupt => Outcome::Interrupted,
                Signal::Terminate => Outcome::Terminated,
            };
            let mut told =
                Conclusion::new(outcome, format!("Stopped. {left} of {} left.", counted(rows)), System.time());
            told.next = Some(again);
            told
        }
        (None, Some((site, failure))) => not_begun(hall, site, &failure, again),
        (None, None) if reporter.is_broken() => {
            let message = "stopped, before anything was read that could not be told";
            let mut told = Conclusion::new(Outcome::Internal, message, System.time());
            told.next = Some(again);
            told
        }
        (None, None) if connected == rows => {
            Conclusion::new(Outcome::Connected, format!("Connected {}", counted(rows)), System.time())
        }
        (None, None) => {
            let message = format!("{} of {} not connected", rows - connected, counted(rows));
            let mut told = Conclusion::new(Outcome::Incomplete, message, System.time());
            told.next = Some(if left > 0 { again } else { next::batch(flags, global, true) });
            told
        }
    };
    if let [site] = &hall.terms.sites[..] {
        told.profile = site.workspace.profile.as_deref().map(str::to_owned);
    }
    told.counts = book.tally.counts();
    if left > 0 {
        told.counts.push((Outcome::Pending.name().to_owned(), left));
    }
    summary(reporter, book, (connected, failed, left), took, results);
    let line = format!("{connected} of {} connected, {failed} failed, {left} left", counted(rows));
    let code = reporter.finish(&told, &[&line]);
    Exit { code, signal }
}

/// What keeps sessions from being started, as the end of the run.
fn not_begun(hall: &Hall, site: usize, failure: &Failure, again: String) -> Conclusion {
    let sites = &hall.terms.sites;
    let site = &sites[site];
    let case = Case {
        session: None,
        provider: None,
        expect: None,
        started_at: System.time(),
        finished_at: System.time(),
        zone: hall.terms.reporter.zone(),
        resume: None,
        again: Some(again.clone()),
        route: site.route.clone(),
        source: crate::model::record::Source::Api,
        inferred: false,
    };
    let mut told = not_started(failure, &case);
    if sites.len() > 1 && site.workspace.profile.as_deref().is_none_or(|name| !told.message.contains(name)) {
        told.message = format!("{} ({})", told.message, site.name());
    }
    told.next = Some(again);
    told
}

/// The counts for a person, a line each.
fn summary(
    reporter: &Reporter,
    book: &Book,
    (connected, failed, left): (usize, usize, usize),
    took: Duration,
    results: &Path,
) {
    let skipped = book.tally.of(SKIPPED);
    let mut lines = vec![String::new(), format!("  {:>6}  connected", connected - skipped)];
    let mut add = |count: usize, what: &str| {
        if count > 0 {
            lines.push(format!("  {count:>6}  {what}"));
        }
    };
    add(skipped, "skipped: in the workspace and healthy");
    add(failed, "failed:");
    for (reason, count) in book.tally.reasons() {
        add(count, &format!("  {reason}"));
    }
    add(left, "left");
    let mut others = book.unexpected.clone();
    others.sort();
    others.dedup();
    if !others.is_empty() {
        lines.push(format!("  Connected as well, by sessions for others: {}", others.join(", ")));
    }
    lines.push(format!("  Took {}. Results: {}", length(took), results.display()));
    for line in &lines {
        reporter.note(line);
    }
}
