//! So many rows against a service that enforces the documented limits to the letter.

use std::time::{Duration, Instant};

use crate::figures::{line, most_within, refusals, title};
use crate::limits::{CALLS, MINUTE, SECOND, STARTS};
use crate::results::check;
use crate::run::{Batch, Heard};
use crate::service::{Call, Plan, Service};

/// How many rows are worked on at once: more than are started in a minute, so that nobody but the limits holds it up.
const PARALLEL: usize = 150;

/// The person of a session is done with it after two to eight seconds, in an order that is not that of the starts.
const SOONEST: Duration = Duration::from_secs(2);
const STEP: Duration = Duration::from_millis(100);
const STEPS: usize = 61;
const STRIDE: usize = 37;

/// How much longer than the limits ask for it may take.
const MARGIN: Duration = Duration::from_secs(180);

pub(crate) fn run(rows: usize) -> Result<(), String> {
    title(&format!("limits: {rows} rows at the documented limits"));
    let service = Service::start(Plan { is_driven: true, keeps: true, ..Plan::default() });
    let mut batch = Batch::start(&service, rows, PARALLEL, None);
    let begun = batch.begun;
    // There are so many times a minute that no start can leave in before the next.
    let windows = (rows - 1) / STARTS;
    let until = begun + MINUTE * u32::try_from(windows).unwrap() + MARGIN;
    let mut sessions = 0;
    while sessions < rows {
        match batch.hear(until)? {
            Heard::Session(session) => {
                let steps = u32::try_from(sessions * STRIDE % STEPS).unwrap();
                service.finish(&session.id, &session.email, Instant::now() + SOONEST + STEP * steps);
                sessions += 1;
            }
            Heard::Nothing | Heard::End => {
                return Err(format!("it told of only {sessions} sessions{}", batch.said()));
            }
        }
    }
    let end = batch.end(until)?;
    let took = begun.elapsed();

    let seen = service.seen();
    let starts = || seen.iter().filter(|seen| matches!(seen.call, Call::Start(..)));
    let accepted: Vec<Instant> = starts().filter(|seen| seen.refused.is_none()).map(|seen| seen.at).collect();
    let calls: Vec<Instant> = seen.iter().map(|seen| seen.at).collect();
    line("sessions started", accepted.len());
    pace(&accepted, windows);
    let asked: Vec<Instant> = starts().map(|seen| seen.at).collect();
    line("most starts in any 60 s", format!("{} asked for (limit {STARTS})", most_within(&asked, MINUTE)));
    line("most calls in any second", format!("{} (limit {CALLS})", most_within(&calls, SECOND)));
    refusals(&seen, &service);
    line(
        "rows in the results file",
        if end.wrong.is_empty() {
            format!("{rows} of {rows} right")
        } else {
            format!("{} things wrong", end.wrong.len())
        },
    );
    line("elapsed", format!("{:.1} s", took.as_secs_f64()));
    if let Some([user, system]) = end.processor {
        line("CPU", format!("{:.2} s ({user:.2} user, {system:.2} system)", user + system));
    }
    line("peak memory, files, threads", {
        let usage = &end.observed.usage;
        format!("{} KiB, {}, {}", usage.memory / 1024, usage.descriptors, usage.threads)
    });
    check(&end.wrong)?;
    match seen.iter().filter(|seen| seen.refused.is_some()).count() {
        0 if accepted.len() == rows => Ok(()),
        0 => Err(format!("{} sessions were started for {rows} rows", accepted.len())),
        refused => Err(format!("{refused} requests were answered with 429")),
    }
}

/// How fast starts were.
///
/// The limit is that of any 60 s, and the first 75 may leave at once. So the 76th cannot leave before 60 s after the
/// first, the 151st not before 120 s, and where all leave as soon as they may there are 75 in each minute from the first.
/// A whole window is what lies between the first of 75 and the first of the next 75: what is reckoned is the number of
/// starts in all whole windows by how long these took together. The last, which is not full, is not in it, as nothing
/// says how long it is. Then, in whole minutes from the first start: how many of what is allowed, and the least in one.
/// At last, how long it took from the first start to the last, beside the shortest that the limit allows, which is so
/// many minutes as there are whole windows.
#[expect(clippy::cast_precision_loss, reason = "there are not that many starts")]
fn pace(accepted: &[Instant], windows: usize) {
    let windows = windows.min(accepted.len().saturating_sub(1) / STARTS);
    let count = u32::try_from(windows).unwrap();
    if windows == 0 {
        line("starts a minute", "there was no whole minute");
        return;
    }
    let since = |at: Instant| at.duration_since(accepted[0]);
    let percent = |starts: f64, minutes: f64| starts / minutes / STARTS as f64 * 100.0;

    let (whole, minutes) = (windows * STARTS, since(accepted[windows * STARTS]).as_secs_f64() / 60.0);
    let (rate, part) = (whole as f64 / minutes, percent(whole as f64, minutes));
    line("starts a minute, over whole windows", format!("{rate:.2}, {part:.2} % of {STARTS} ({windows} windows)"));
    let each = |minute: u32| {
        let within = |at: &&Instant| (MINUTE * minute..MINUTE * (minute + 1)).contains(&since(**at));
        accepted.iter().filter(within).count()
    };
    let in_time: usize = (0..count).map(each).sum();
    let part = percent(in_time as f64, windows as f64);
    line("starts in whole minutes from the first", format!("{in_time}, {part:.2} % of {whole}"));
    let least = (0..count).map(each).min().unwrap_or(0);
    line("least in one of them", format!("{least}, {:.2} % of {STARTS}", percent(least as f64, 1.0)));
    let whole = since(accepted[accepted.len() - 1]).as_secs_f64();
    let shortest = (MINUTE * count).as_secs_f64();
    line("from the first start to the last", format!("{whole:.2} s; {shortest:.0} s at the shortest"));
}
