//! What a list costs, from outside: `cargo bench --bench batch`.
//!
//! Two measurements, each by its name or, without one, both: `-- table [10 100 1000 10000]`, so many sessions in flight at
//! once in one process with the limits raised, five minutes for all; and `-- limits [1000]`, so many rows against a service that
//! enforces the documented limits, about as many minutes as there are times 75 rows. The service is the one of the crowd's
//! benchmark; who finishes a session is told to it by a driver that reads the batch's own events. The figures are to be
//! read. What fails is a batch that is not right: an end other than 0, a row that is not in the results file with its own
//! mailbox, or a request over a limit. It runs for a bounded time, and ends the process that it has started, also where it
//! stops early.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a benchmark stops at the first surprise, and prints")]

mod at_limits;
#[path = "../support/figures.rs"]
#[allow(dead_code, reason = "another benchmark needs more of it")]
mod figures;
#[path = "../support/limits.rs"]
#[allow(dead_code, reason = "another benchmark needs more of it")]
mod limits;
mod process;
mod results;
mod run;
#[path = "../support/running.rs"]
mod running;
#[path = "../support/service.rs"]
#[allow(dead_code, reason = "another benchmark needs more of it")]
mod service;
#[path = "../support/mod.rs"]
#[allow(dead_code, reason = "another benchmark needs more of it")]
mod support;
mod table;

/// As many as one batch takes in flight.
const MOST: usize = 65_535;

const SIZES: [usize; 4] = [10, 100, 1_000, 10_000];
const ROWS: usize = 1_000;

fn main() -> Result<(), String> {
    // `cargo test --benches` starts this too, and has no use for minutes of load.
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if !arguments.iter().any(|argument| argument == "--bench") {
        return Ok(());
    }
    let mut asked = arguments.iter().filter(|argument| !argument.starts_with("--"));
    let name = asked.next().map(String::as_str);
    let sizes = asked.map(|size| number(size)).collect::<Result<Vec<_>, _>>()?;
    match (name, &*sizes) {
        (None, _) => {
            table::run(&SIZES)?;
            at_limits::run(ROWS)
        }
        (Some("table"), []) => table::run(&SIZES),
        (Some("table"), sizes) => table::run(sizes),
        (Some("limits"), []) => at_limits::run(ROWS),
        (Some("limits"), [rows]) => at_limits::run(*rows),
        (Some("limits"), _) => Err("limits takes one number of rows".to_owned()),
        (Some(unknown), _) => Err(format!("there is no measurement \"{unknown}\": it is table or limits")),
    }
}

fn number(text: &str) -> Result<usize, String> {
    let number = text.parse().ok().filter(|number| (1..=MOST).contains(number));
    number.ok_or_else(|| format!("\"{text}\" is not a number of rows: it is one of 1 to {MOST}"))
}
