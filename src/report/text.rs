//! Events as lines for a person.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::Output;
use super::foreign::plain;
use super::rows;
use crate::model::event::{Copied, Event};
use crate::model::poll::Why;
use crate::model::words::length;

/// The lines for an event. While something is drawn, what the drawing shows is not said again.
pub(super) fn lines(event: &Event, output: Output, zone: impl FnOnce() -> TimeZone) -> Vec<String> {
    let quiet = output.quiet;
    match event {
        Event::Of(row, event) => rows::lines(row, event, output).unwrap_or_else(|| lines(event, output, zone)),
        Event::Unopened(_) | Event::Code(_) => Vec::new(),
        Event::Row(end) if quiet || end.skipped => Vec::new(),
        Event::Row(end) => vec![rows::end(end, output)],
        Event::Session { profile, provider, auth_url, expect, .. } => {
            // Alone, from column 0, as it came: a person selects it, a script greps it.
            let url = output.linked(auth_url);
            if quiet {
                return vec![url];
            }
            let whom = expect.as_deref().map_or_else(
                || format!("with the {} mailbox to connect", provider.name()),
                |mailbox| format!("as {} ({})", plain(mailbox), provider.name()),
            );
            let into = profile.as_deref().map(|profile| format!(", for {}", plain(profile))).unwrap_or_default();
            let mut lines = vec![format!("Open this URL and sign in {whom}{into}:")];
            lines.extend(if output.animate { vec![String::new(), url, String::new()] } else { vec![url] });
            lines
        }
        // Said even when all is to be quiet: what follows looks just like the real thing.
        Event::Sandbox(plays) => {
            let plays = plays.as_ref().map(|plays| format!(" Scenario {plays}.")).unwrap_or_default();
            vec![format!("SANDBOX: nothing here is real, and no mailbox is connected.{plays}")]
        }
        Event::Trace(_, text) => vec![plain(text)],
        Event::Warning(text) => vec![format!("{} {}", output.painted("warning:", "33"), plain(text))],
        _ if quiet => Vec::new(),
        Event::Browser(Ok(program)) => vec![format!("Opened it with {}.", plain(program))],
        Event::Browser(Err(reason)) => vec![format!("Not opened from here ({}): open it yourself.", plain(reason))],
        Event::Copied(Copied::With(program)) => vec![format!("Copied the URL with {}.", plain(program))],
        Event::Copied(Copied::Asked) => vec!["Asked the terminal to copy the URL.".to_owned()],
        Event::Copied(Copied::Not(reason)) => vec![format!("Not copied ({}).", plain(reason))],
        Event::Watching { .. } | Event::Waiting { .. } | Event::Resumed if output.animate => Vec::new(),
        Event::Watching { id, expires_at } => {
            vec![format!("Waiting for session {id} until {}.", time_of_day(*expires_at, zone()))]
        }
        Event::Waiting { why: Why::Turn, wait, until, detail } => {
            let (wait, until) = (length(*wait), time_of_day(*until, zone()));
            vec![format!("In line to start ({}); its turn is in about {wait}, at {until}.", plain(detail))]
        }
        Event::Waiting { why, wait, until, detail } => {
            let what = match why {
                Why::RateLimited => "Rate limited by Instantly",
                Why::Unavailable => "Instantly is unavailable",
                Why::Network | Why::Interval | Why::Turn => "Network trouble",
            };
            let until = time_of_day(*until, zone());
            vec![format!("{what} ({}); next try in {}, at {until}.", plain(detail), length(*wait))]
        }
        Event::Resumed => vec!["Instantly answers again.".to_owned()],
        Event::Stopping(patience) => {
            vec![format!("Stopping: a request in flight has up to {} to finish.", length(*patience))]
        }
    }
}

/// `error: what happened`
pub(super) fn error(output: Output, message: &str) -> String {
    format!("{} {message}", output.painted("error:", "1;31"))
}

/// A time of day in the person's zone.
pub(super) fn time_of_day(time: Timestamp, zone: TimeZone) -> String {
    time.to_zoned(zone).strftime("%H:%M:%S").to_string()
}
