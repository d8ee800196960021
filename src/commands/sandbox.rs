//! `sandbox`: the stand-in for the API as a server of its own.

use std::rc::Rc;

use jiff::Timestamp;
use serde::Serialize;
use tokio::sync::mpsc;

use super::{Exit, listen, runtime};
use crate::cli;
use crate::error::Error;
use crate::exit::Outcome;
use crate::flow::Stop;
use crate::model::conclusion::Conclusion;
use crate::report::Reporter;
use crate::sandbox::{Faults, Options, Sandbox};

/// What a script needs to know of it.
#[derive(Serialize)]
struct Serving<'a> {
    event: &'static str,
    base_url: &'a str,
    api_key: &'a str,
    scenario: &'static str,
}

/// Serves until SIGINT or SIGTERM.
pub(super) fn run(flags: &cli::Sandbox, reporter: &Rc<Reporter>) -> Result<Exit, Error> {
    runtime()?.block_on(serve(flags, reporter))
}

async fn serve(flags: &cli::Sandbox, reporter: &Reporter) -> Result<Exit, Error> {
    let mut signals = listen()?;
    let (log, mut requests) = mpsc::unbounded_channel();
    let sandbox = Sandbox::bind(Options {
        port: flags.port,
        scenario: flags.scenario,
        seed: flags.seed,
        delay: flags.delay,
        ttl: flags.ttl,
        init_limit: flags.init_limit,
        call_limit: flags.call_limit,
        speed: flags.speed,
        faults: faults(flags),
        log: Some(Box::new(move |line: &str| {
            // The other end is gone only when all of this is.
            let _ = log.send(line.to_owned());
        })),
        ..Options::default()
    })
    .await?;
    announce(&sandbox, flags, reporter)?;
    let mut serving = std::pin::pin!(sandbox.serve());
    loop {
        tokio::select! {
            biased;
            _ = signals.requested() => break,
            Some(line) = requests.recv() => reporter.note(&line),
            never = &mut serving => match never {},
        }
    }
    if !reporter.is_json() {
        return Ok(0.into());
    }
    let end = Conclusion::new(Outcome::Done, "the sandbox was stopped", Timestamp::now());
    Ok(reporter.finish(&end, &[]).into())
}

/// Says where it is, for a shell to `eval` or a script to read.
fn announce(sandbox: &Sandbox, flags: &cli::Sandbox, reporter: &Reporter) -> Result<(), Error> {
    let (base_url, api_key) = (sandbox.base_url(), sandbox.api_key());
    if reporter.is_json() {
        reporter.event(&Serving { event: "sandbox", base_url: &base_url, api_key, scenario: flags.scenario.name() });
    } else {
        let lines = format!("export INSTANTLY_BASE_URL={base_url}\nexport INSTANTLY_API_KEY={api_key}");
        reporter.print(&lines).map_err(|error| Error::internal("stdout cannot be written").because(error))?;
        let_go_of_stdout();
    }
    let scenario = flags.scenario;
    reporter.note(&format!("SANDBOX, scenario {}: {}. Ctrl-C stops it.", scenario.name(), scenario.about()));
    Ok(())
}

/// Nothing more is printed, and a shell's `$(...)` waits until nobody holds its pipe.
fn let_go_of_stdout() {
    #[cfg(unix)]
    if let Ok(null) = std::fs::OpenOptions::new().write(true).open("/dev/null") {
        // If it fails, the shell waits for the sandbox's end, and nothing else is different.
        let _ = rustix::stdio::dup2_stdout(null);
    }
}

const fn faults(flags: &cli::Sandbox) -> Faults {
    Faults {
        html_errors: flags.html_errors,
        unauthorized: flags.unauthorized,
        no_plan: flags.no_plan,
        no_create_scope: flags.no_create_scope,
        no_read_scope: flags.no_read_scope,
        throttled: flags.throttled,
        bare_replies: flags.bare_replies,
        admin_blocked: flags.admin_blocked,
        prohibited_content: flags.prohibited_content,
    }
}
