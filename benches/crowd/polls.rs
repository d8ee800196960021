//! 300 sessions that are waited for at once, each with `--interval 1s`.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use crate::figures::{line, most_within, processor, processor_since, refusals, table, title};
use crate::fleet::Fleet;
use crate::limits::{CALLS, CALLS_A_MINUTE, MINUTE, SECOND};
use crate::running::nap;
use crate::service::{Call, Plan, Seen, Service};
use crate::support::{median, percentile};

const SESSIONS: usize = 300;

/// Until each has asked once, at most; then until things are even; and then what is measured.
const LONGEST_START: Duration = Duration::from_secs(60);
const SETTLE: Duration = Duration::from_secs(15);
const MEASURE: Duration = Duration::from_secs(60);

/// Where this benchmark is gone, they end by themselves.
const TIMEOUT: &str = "180s";

pub(crate) fn run() {
    title("polls: 300 sessions waited for at once, with --interval 1s");
    let service = Service::start(Plan { known: SESSIONS, ..Plan::default() });
    let before = processor();
    let mut fleet = Fleet::new(&service.url);
    let begun = Instant::now();
    for number in 0..SESSIONS {
        let id = format!("s{number}");
        fleet.spawn(&["status", &id, "--wait", "--interval", "1s", "--json", "--timeout", TIMEOUT]);
        nap(Duration::ZERO);
    }
    line("all were started within", format!("{:.2} s", begun.elapsed().as_secs_f64()));
    let mut polled = 0;
    while polled < SESSIONS && begun.elapsed() < LONGEST_START {
        nap(Duration::from_millis(50));
        polled = polls(&service.seen(), begun, Instant::now()).len();
    }
    line("all had asked within", format!("{:.2} s ({polled} of {SESSIONS})", begun.elapsed().as_secs_f64()));
    wait(SETTLE);
    let from = Instant::now();
    wait(MEASURE);
    let to = Instant::now();
    fleet.running();
    let early = fleet.ended.clone();
    let stopped = fleet.stop();

    let seen = service.seen();
    let arrived: Vec<Instant> = seen.iter().map(|seen| seen.at).collect();
    line("most calls in any second", format!("{} (limit {CALLS})", most_within(&arrived, SECOND)));
    line("most calls in any minute", format!("{} (limit {CALLS_A_MINUTE})", most_within(&arrived, MINUTE)));
    refusals(&seen, &service);
    let measured: u32 = arrived.iter().map(|at| u32::from((from..to).contains(at))).sum();
    line("calls a second in the measured minute", format!("{:.1}", f64::from(measured) / (to - from).as_secs_f64()));
    gaps(&polls(&seen, from, to));
    line("processes that ended early", table(early.iter().map(|(_, how)| how)));
    let stderr: Vec<String> = early.iter().map(|(number, _)| fleet.stderr(*number)).collect();
    let error = |text: &String| text.lines().find(|line| line.starts_with("error")).map(str::to_owned);
    common("their first line on stderr", stderr.iter().filter_map(|text| text.lines().next().map(str::to_owned)));
    common("their error", stderr.iter().filter_map(error));
    line("those that were stopped", table(&stopped));
    processor_since(before);
}

fn wait(time: Duration) {
    let start = Instant::now();
    while start.elapsed() < time {
        nap(Duration::from_millis(100).min(time.saturating_sub(start.elapsed())));
    }
}

/// The lines that are most common, each with how often it is there.
fn common(label: &str, lines: impl Iterator<Item = String>) {
    let mut counts = BTreeMap::<String, usize>::new();
    lines.for_each(|line| *counts.entry(line).or_default() += 1);
    let mut counts: Vec<_> = counts.into_iter().collect();
    counts.sort_by_key(|(_, count)| Reverse(*count));
    for (text, count) in counts.iter().take(3) {
        line(label, format!("{count} times: {text}"));
    }
}

/// When each session was asked for, within these.
fn polls(seen: &[Seen], from: Instant, to: Instant) -> BTreeMap<&str, Vec<Instant>> {
    let mut polls = BTreeMap::<_, Vec<_>>::new();
    for seen in seen.iter().filter(|seen| (from..to).contains(&seen.at)) {
        if let Call::Poll(id) = &seen.call {
            polls.entry(&**id).or_default().push(seen.at);
        }
    }
    polls
}

/// How even each session's polls are.
fn gaps(polls: &BTreeMap<&str, Vec<Instant>>) {
    let gaps = |polls: &Vec<Instant>| -> Vec<f64> {
        polls.windows(2).map(|pair| pair[1].duration_since(pair[0]).as_secs_f64()).collect()
    };
    let gaps: Vec<_> = polls.values().map(gaps).filter(|gaps| gaps.len() > 1).collect();
    line("sessions with at least three polls in that minute", format!("{} of {SESSIONS}", gaps.len()));
    if gaps.is_empty() {
        return;
    }
    let worst = |gaps: &Vec<f64>| {
        let mean = mean(gaps);
        gaps.iter().map(|gap| (gap / mean - 1.0).abs() * 100.0).fold(0.0, f64::max)
    };
    let means = || gaps.iter().map(|gaps| mean(gaps));
    let worst: Vec<f64> = gaps.iter().map(worst).collect();
    let at = |percent| percentile(worst.iter().copied(), percent);
    line(
        "gaps between polls of a session: mean",
        format!(
            "{:.3} s ({:.3} to {:.3} s by session, {:.3} s in the middle)",
            mean(&gaps.concat()),
            percentile(means(), 0),
            percentile(means(), 100),
            median(means())
        ),
    );
    line(
        "largest deviation from the session's own mean",
        format!("median {:.1} %, 95th percentile {:.1} %, worst {:.1} %", at(50), at(95), at(100)),
    );
    let uneven = worst.iter().filter(|worst| **worst > 20.0).count();
    line("sessions with a gap that is off by more than 20 %", uneven);
}

fn mean(values: &[f64]) -> f64 {
    let count = u32::try_from(values.len()).unwrap();
    values.iter().sum::<f64>() / f64::from(count)
}
