//! What many processes at once do to the service, seen from the service: `cargo bench --bench crowd`.
//!
//! Three loads, each by its name (`-- starts`, `-- polls`, `-- blocked`) or, without one, all after another, about six
//! minutes: 40 processes that ask for 400 sessions, 300 that wait at once, and 1,200 that come while a block is in force. The
//! service is one that was written for this alone and shares nothing with the tool's own sandbox: it notes when each request
//! arrived and refuses whatever is over the documented limits. Figures to read: nothing here fails for being over them.
//! It runs for a bounded time, and ends every process that it has started, also where it stops early.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a benchmark stops at the first surprise, and prints")]

mod blocked;
#[path = "../support/figures.rs"]
mod figures;
mod fleet;
#[path = "../support/limits.rs"]
mod limits;
mod polls;
#[path = "../support/running.rs"]
mod running;
#[path = "../support/service.rs"]
#[allow(dead_code, reason = "another benchmark needs more of it")]
mod service;
mod starts;
#[path = "../support/mod.rs"]
mod support;

fn main() -> Result<(), String> {
    // `cargo test --benches` starts this too, and has no use for minutes of load.
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if !arguments.iter().any(|argument| argument == "--bench") {
        return Ok(());
    }
    let loads: [(&str, fn()); 3] = [("starts", starts::run), ("polls", polls::run), ("blocked", blocked::run)];
    let asked: Vec<&String> = arguments.iter().filter(|argument| !argument.starts_with("--")).collect();
    if let Some(unknown) = asked.iter().find(|asked| loads.iter().all(|(name, _)| name != **asked)) {
        return Err(format!("there is no load \"{unknown}\": it is one of starts, polls and blocked"));
    }
    for (name, run) in loads {
        if asked.is_empty() || asked.iter().any(|asked| *asked == name) {
            run();
        }
    }
    Ok(())
}
