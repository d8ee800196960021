//! `status`: what became of a session, once or until it is over.

use std::rc::Rc;
use std::time::Duration;

use super::ending::{Context, follow};
use super::{Exit, listen, next, runtime};
use crate::api::{Client, Config};
use crate::cli::{self, Global};
use crate::error::Error;
use crate::exit::Outcome;
use crate::flow::{Clock, Ended, Shell, System, once};
use crate::model::conclusion::Conclusion;
use crate::model::deadline::DOCUMENTED_LIFE;
use crate::model::environment::Environment;
use crate::model::event::{Event, Sink};
use crate::model::poll::Terms;
use crate::report::Reporter;
use crate::settings;

/// Asks for a session's state.
pub(super) fn run(
    flags: &cli::Status,
    global: &Global,
    environment: &Environment,
    reporter: &Rc<Reporter>,
) -> Result<Exit, Error> {
    let config = settings::connection(global, environment)?;
    let interval = settings::interval(flags.interval, &config.base)?;
    runtime()?.block_on(async {
        let route = settings::route(&config);
        let context = Context {
            reporter,
            session: Some(&flags.session),
            provider: None,
            expect: flags.expect.as_deref(),
            started_at: System.time(),
            resume: Some(next::resume(&flags.session, flags.expect.as_deref(), global)),
            again: None,
            route: &route,
        };
        let ended = ask(flags, config, interval, reporter).await?;
        Ok(context.finish(ended, line))
    })
}

async fn ask(flags: &cli::Status, config: Config, interval: Duration, reporter: &Rc<Reporter>) -> Result<Ended, Error> {
    let mut shell = Shell { clock: &System, sink: &**reporter, stop: listen()? };
    let client = Client::new(config, Rc::clone(reporter) as Rc<dyn Sink>, jiff::Timestamp::now)?;
    let now = System.moment();
    if !flags.wait {
        return Ok(once(&mut shell, client.status(&flags.session, Duration::MAX)).await);
    }
    // Another process started it, and only that one was told when it ends: it cannot have longer than a new one.
    let terms = Terms { interval, end: now + DOCUMENTED_LIFE, give_up: flags.timeout.map(|timeout| now + timeout) };
    let expires_at = System.time().saturating_add(DOCUMENTED_LIFE).unwrap_or_default();
    reporter.emit(Event::Watching { id: flags.session.clone(), expires_at });
    Ok(follow(&mut shell, &client, &flags.session, terms).await)
}

/// The state in a line: `Connected ...`, or the API's own word.
fn line(end: &Conclusion) -> Option<String> {
    match end.outcome {
        Outcome::Connected => Some(end.message.clone()),
        Outcome::WrongAccount => Some(format!("Connected {}", end.email.as_deref().unwrap_or("another mailbox"))),
        Outcome::SessionError => Some(match &end.error {
            Some(code) => format!("error {code}"),
            None => "error".to_owned(),
        }),
        Outcome::Expired => Some("expired".to_owned()),
        // Where the API said nothing, there is no state to give.
        Outcome::Pending => end.status.clone(),
        Outcome::NotFound => Some("not found".to_owned()),
        _ => None,
    }
}
