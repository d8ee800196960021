//! 40 processes that ask for 400 sessions, for three minutes.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use crate::figures::{line, most_within, processor, processor_since, refusals, table, title};
use crate::fleet::Fleet;
use crate::limits::{MINUTE, STARTS};
use crate::running::nap;
use crate::service::{Call, Plan, Service};
use crate::support::{median, milliseconds};

const AT_ONCE: usize = 40;
const ASKED: usize = 400;
const MINUTES: u32 = 3;

/// After this the load ends, whether or not a session was started.
const LONGEST: Duration = Duration::from_secs(200);

/// By how much one may be earlier than another that was there before it, before that is called overtaking.
const AS_GOOD_AS_TOGETHER: Duration = Duration::from_secs(2);

pub(crate) fn run() {
    title("starts: 40 processes at a time that ask for 400 sessions, for three minutes");
    let service = Service::start(Plan { delay: Duration::from_millis(1500), ..Plan::default() });
    let before = processor();
    let mut fleet = Fleet::new(&service.url);
    let begun = Instant::now();
    let mut first = None;
    loop {
        let mut running = fleet.running();
        while running < AT_ONCE && fleet.spawned.len() < ASKED {
            fleet.spawn(&["connect", "google", "--no-browser", "--json", "--max-wait", "10m"]);
            running += 1;
        }
        first = first.or_else(|| service.first_start());
        let is_over = first.is_some_and(|first| first.elapsed() >= MINUTE * MINUTES);
        if running == 0 || is_over || begun.elapsed() >= LONGEST {
            break;
        }
        nap(Duration::from_millis(10));
    }
    let end = Instant::now();
    let stopped = fleet.stop();

    let seen = service.seen();
    let starts = || seen.iter().filter(|seen| matches!(seen.call, Call::Start(..)));
    let arrived: Vec<Instant> = starts().map(|seen| seen.at).collect();
    let accepted: Vec<Instant> = starts().filter(|seen| seen.refused.is_none()).map(|seen| seen.at).collect();
    let in_time =
        first.map_or(0, |first| accepted.iter().filter(|at| at.duration_since(first) < MINUTE * MINUTES).count());
    let allowed = STARTS * MINUTES as usize;
    let tenths = in_time * 1000 / allowed;
    line("starts accepted in 180 s from the first", in_time);
    line("of what is allowed", format!("{}.{} % of {allowed}: 75 at 0, 60 and 120 s each", tenths / 10, tenths % 10));
    line("most starts in any 60 s", format!("{} asked for (limit {STARTS})", most_within(&arrived, MINUTE)));
    line("", format!("{} accepted", most_within(&accepted, MINUTE)));
    refusals(&seen, &service);
    line("processes", format!("{} started, {} ended by themselves", fleet.spawned.len(), fleet.ended.len()));
    line("those that ended by themselves", table(fleet.ended.iter().map(|(_, how)| how)));
    line("those that were stopped", table(&stopped));
    let begun: HashMap<String, Instant> = seen
        .iter()
        .filter_map(|seen| match &seen.call {
            Call::Start(_, Some(id)) => Some((id.clone(), seen.at)),
            _ => None,
        })
        .collect();
    order(&fleet, &begun, end);
    processor_since(before);
}

/// Whether those that came first were served first.
fn order(fleet: &Fleet, begun: &HashMap<String, Instant>, end: Instant) {
    let mut served = Vec::new();
    let mut unserved = 0;
    for number in 0..fleet.spawned.len() {
        let at = session(&fleet.stdout(number)).and_then(|id| begun.get(&id).copied());
        let gave_up = fleet.ended.iter().any(|(ended, _)| *ended == number);
        unserved += usize::from(at.is_none());
        // Those that were still waiting when all ended have been overtaken by whoever came later and was served.
        served.push((number, at.or((!gave_up).then_some(end))));
    }
    let served: Vec<_> = served.into_iter().filter_map(|(number, at)| Some((number, at?))).collect();
    let overtook = |(number, at): &(usize, Instant)| {
        let later = served.iter().filter(|(other, _)| other > number);
        later.filter(|(_, other)| *other + AS_GOOD_AS_TOGETHER < *at).count()
    };
    let counts: Vec<_> = served.iter().map(overtook).collect();
    line("processes that no session was started for", unserved);
    line(
        "most that overtook one, by more than 2 s",
        format!(
            "{}; {} processes were overtaken",
            counts.iter().max().unwrap_or(&0),
            counts.iter().filter(|count| **count > 0).count()
        ),
    );
    let waited: Vec<_> =
        served.iter().map(|(number, at)| milliseconds(at.duration_since(fleet.spawned[*number])) / 1e3).collect();
    if let Some(longest) = waited.iter().copied().max_by(f64::total_cmp) {
        line(
            "from a process to its session's start, or the end",
            format!("{:.2} s in the middle, {longest:.2} s at most", median(waited)),
        );
    }
}

/// The session that a process tells of.
fn session(stdout: &str) -> Option<String> {
    let mut events = stdout.lines().filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok());
    let session = events.find(|event| event["event"] == "session")?;
    session["session_id"].as_str().map(str::to_owned)
}
