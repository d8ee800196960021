//! So many sessions in flight at once in one process, with the limits raised.

use std::time::{Duration, Instant};

use crate::figures::title;
use crate::results::check;
use crate::run::{Batch, Heard};
use crate::service::{Plan, Service};

/// For how long each is in flight; and for how long all are at once, at least, where starting them takes a while.
const IN_FLIGHT: Duration = Duration::from_secs(60);
const TOGETHER: Duration = Duration::from_secs(40);

/// The longest that starting all may take, and finishing all: a session's life is ten minutes.
const LONGEST: Duration = Duration::from_secs(240);

/// So long before the first is finished the measurement ends.
const BEFORE: Duration = Duration::from_millis(50);

const RAISED: &str = "starts=100000,calls=100000";

/// What is measured. `start` and `finish` are how long it takes until all are in flight, and from the last sign-in to
/// the end. `a poll` is what the processor does from when all are in flight until the first is finished, by the polls in
/// that time; `a start` and `an end` what it does before and after, without the polls in that time at that price, by session.
const COLUMNS: [(&str, &str); 15] = [
    ("sessions", ""),
    ("start", "s"),
    ("finish", "s"),
    ("in all", "s"),
    ("memory", "MB"),
    ("user", "s"),
    ("system", "s"),
    ("polls", ""),
    ("a poll", "\u{b5}s"),
    ("a start", "\u{b5}s"),
    ("an end", "\u{b5}s"),
    ("session", "\u{b5}s"),
    ("files", ""),
    ("threads", ""),
    ("polls/s", ""),
];

fn row(cells: [String; COLUMNS.len()]) {
    println!("{}", cells.map(|cell| format!("{cell:>8}")).join(" "));
}

pub(crate) fn run(sizes: &[usize]) -> Result<(), String> {
    if !cfg!(target_os = "linux") {
        return Err("the table is made of what /proc tells: it needs Linux".to_owned());
    }
    title("table: sessions in flight at once in one process, each polled every 5 s and finished after a minute");
    row(COLUMNS.map(|(name, _)| name.to_owned()));
    row(COLUMNS.map(|(_, unit)| unit.to_owned()));
    sizes.iter().try_for_each(|size| measure(*size).map_err(|error| format!("{size} sessions: {error}")))
}

#[expect(clippy::cast_precision_loss, reason = "counts of sessions and polls are small")]
fn measure(size: usize) -> Result<(), String> {
    let service = Service::start(Plan { is_unlimited: true, is_driven: true, keeps: true, ..Plan::default() });
    let mut batch = Batch::start(&service, size, size, Some(RAISED));
    let begun = batch.begun;
    let mut sessions = Vec::new();
    while sessions.len() < size {
        match batch.hear(begun + LONGEST)? {
            Heard::Session(session) => sessions.push(session),
            Heard::Nothing | Heard::End => {
                return Err(format!("it started only {} sessions{}", sessions.len(), batch.said()));
            }
        }
    }
    let (cpu, polls, all) = (batch.observed.processor(), service.polls(), Instant::now());
    let (first, last) = (sessions[0].at, sessions[size - 1].at);
    let hold = IN_FLIGHT.max(last - first + TOGETHER);
    for session in &sessions {
        service.finish(&session.id, &session.email, session.at + hold);
    }
    // What starting costs is over by then, and what finishing costs has not begun: all that it does is to poll.
    match batch.hear(first + hold.saturating_sub(BEFORE))? {
        Heard::Nothing => {}
        Heard::Session(session) => return Err(format!("it started one more session, for {}", session.email)),
        Heard::End => return Err(format!("it ended before any session was finished{}", batch.said())),
    }
    let (polled, measured) = (service.polls() - polls, all.elapsed());
    let then = batch.observed.processor();
    let poll = (then - cpu) / polled as f64;
    let end = batch.end(last + hold + LONGEST)?;
    let over = Instant::now();
    check(&end.wrong)?;
    let [user, system] = end.processor.unwrap_or_default();
    let (usage, total) = (&end.observed.usage, end.observed.processed());
    let rest = service.polls() - polls - polled;
    let micro = |time: f64| format!("{:.0}", time * 1e6);
    let each = |time: f64, polls: usize| micro((time - poll * polls as f64) / size as f64);
    row([
        size.to_string(),
        format!("{:.2}", (all - begun).as_secs_f64()),
        format!("{:.2}", (over - (last + hold)).as_secs_f64()),
        format!("{:.1}", (over - begun).as_secs_f64()),
        format!("{:.1}", usage.memory as f64 / 1e6),
        format!("{user:.2}"),
        format!("{system:.2}"),
        service.polls().to_string(),
        format!("{:.1}", poll * 1e6),
        each(cpu, polls),
        each(total - then, rest),
        each(total, 0),
        usage.descriptors.to_string(),
        usage.threads.to_string(),
        format!("{:.0}", polled as f64 / measured.as_secs_f64()),
    ]);
    Ok(())
}
