//! What is made of what was seen, and how it is printed.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::time::{Duration, Instant};

use crate::service::{Seen, Service};
use crate::support::milliseconds;

/// The most within any span of this length, whatever its phase. The instants are in order; of two that lie the whole
/// length apart only one is in it.
pub(crate) fn most_within(instants: &[Instant], span: Duration) -> usize {
    let counts = instants.iter().enumerate().map(|(first, start)| {
        let beyond = instants.partition_point(|at| at.duration_since(*start) < span);
        beyond - first
    });
    counts.max().unwrap_or(0)
}

/// How many there are of each.
pub(crate) fn table<T: Ord + Display>(things: impl IntoIterator<Item = T>) -> String {
    let mut counts = BTreeMap::<T, usize>::new();
    for thing in things {
        *counts.entry(thing).or_default() += 1;
    }
    let cells: Vec<_> = counts.iter().map(|(thing, count)| format!("{thing}: {count}")).collect();
    if cells.is_empty() { "none".to_owned() } else { cells.join(", ") }
}

pub(crate) fn title(text: &str) {
    println!("\n{text}");
}

pub(crate) fn line(label: &str, value: impl Display) {
    println!("  {label:<50} {value}");
}

/// How many were refused and for what, and how exact the service's clock is for all this.
pub(crate) fn refusals(seen: &[Seen], service: &Service) {
    let refused: Vec<_> = seen.iter().filter_map(|seen| seen.refused).collect();
    line("429s", format!("{} ({})", refused.len(), table(refused.iter().copied())));
    line("the service's own delay, at most", format!("{:.1} ms", milliseconds(service.latest())));
}

/// The time on the processor of all processes of ours that have ended, for themselves and in the kernel, in seconds;
/// only Linux tells.
pub(crate) fn processor() -> Option<[f64; 2]> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    // The name is in brackets and may have any sign in it. Times are in hundredths of a second.
    let (_, fields) = stat.rsplit_once(')')?;
    let mut ended = fields.split_whitespace().skip(13).map(|field| field.parse::<u32>().ok());
    Some([ended.next()??, ended.next()??].map(|ticks| f64::from(ticks) / 100.0))
}

/// The time on the processor since it was this much.
pub(crate) fn processor_since(before: Option<[f64; 2]>) {
    if let (Some(before), Some(now)) = (before, processor()) {
        line("CPU of all processes", format!("{:.2} s", now.iter().sum::<f64>() - before.iter().sum::<f64>()));
    }
}
