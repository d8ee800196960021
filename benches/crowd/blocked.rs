//! More than a thousand invocations while a block of half an hour is in force.

use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use crate::figures::{line, table, title};
use crate::fleet::{Run, run as run_tool};
use crate::service::{Call, Plan, Service};
use crate::support::{median, milliseconds, percentile};

const ONE_BY_ONE: usize = 1000;
const AT_ONCE: usize = 4;
const SIDE_BY_SIDE: usize = 200;

/// After this no further invocation is begun.
const LONGEST: Duration = Duration::from_secs(300);

pub(crate) fn run() {
    title("blocked: a start was answered with 429 and Retry-After: 1800, and all come back");
    let service = Service::start(Plan { blocks: true, ..Plan::default() });
    let state = tempfile::tempdir().unwrap();
    let begun = Instant::now();
    let connect = |provider| run_tool(&service.url, state.path(), &["connect", provider, "--no-browser"]);
    let google = || connect("google");

    let first = google();
    let seen = service.seen().len();
    line("the first", format!("{}, {seen} request", first.how));
    let said = first.stderr.lines().find(|line| line.starts_with("error")).unwrap_or("nothing");
    line("what it said", said.replace(&*state.path().to_string_lossy(), "STATE"));

    let in_time = |_: &usize| begun.elapsed() < LONGEST;
    let sequential: Vec<Run> = (0..ONE_BY_ONE).take_while(in_time).map(|_| google()).collect();
    tell("one after another", &sequential);
    let after = service.seen().len();
    let parallel: Vec<Run> = thread::scope(|scope| {
        let share = || (0..SIDE_BY_SIDE / AT_ONCE).take_while(in_time).map(|_| google()).collect::<Vec<_>>();
        let threads: Vec<_> = (0..AT_ONCE).map(|_| scope.spawn(share)).collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    });
    tell("four at a time", &parallel);
    let last = service.seen().len();
    line("requests after the first", format!("{} and {} (must be none)", after - seen, last - after));

    let microsoft = connect("microsoft");
    let is_seen = service.seen()[last..].iter().any(|seen| matches!(seen.call, Call::Start("microsoft", Some(_))));
    line(
        "connect microsoft",
        format!("{}, {}", microsoft.how, if is_seen { "its start was seen" } else { "held back" }),
    );
    line("entries in the state directory", entries(state.path()));
}

fn tell(how: &str, runs: &[Run]) {
    let timed = runs.iter().filter(|run| names_a_time(&run.stderr)).count();
    line(how, format!("{} runs: {}; {timed} name a time", runs.len(), table(runs.iter().map(|run| &run.how))));
    if runs.is_empty() {
        return;
    }
    let took = || runs.iter().map(|run| milliseconds(run.took));
    let [middle, most, all] = [median(took()), percentile(took(), 95), percentile(took(), 100)];
    line("", format!("median {middle:.2} ms, 95th percentile {most:.2} ms, longest {all:.2} ms"));
}

/// Whether there is a time of day in it, as in `until 14:32`.
fn names_a_time(text: &str) -> bool {
    let digit = |sign: u8, most: u8| sign.is_ascii_digit() && sign <= most;
    text.as_bytes().windows(5).any(|signs| {
        digit(signs[0], b'2')
            && digit(signs[1], b'9')
            && signs[2] == b':'
            && digit(signs[3], b'5')
            && digit(signs[4], b'9')
    })
}

fn entries(directory: &Path) -> usize {
    std::fs::read_dir(directory).unwrap().count()
}
