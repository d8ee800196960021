//! Starting a session, through what passes by itself.

use std::pin::pin;
use std::time::Duration;

use super::attend::Shell;
use super::clock::Clock;
use super::signals::{Signal, Stop};
use crate::model::event::{Event, Phase, trace};
use crate::model::failure::Failure;
use crate::model::moment::Moment;
use crate::model::session::Started;
use crate::model::starting::Starting;

/// Why there is no session.
#[derive(Debug)]
pub enum NotStarted {
    /// It failed for good, or for longer than was to be waited.
    Failed(Failure),
    /// A stop was asked for.
    Stopped(Signal),
    /// Nobody listens any more.
    Deserted,
}

/// Starts a session: asks, and asks again where the failure is one that passes. `patience` is the longest that limits
/// and outages are waited for. Gives the session and the moment at which its reply came in.
pub async fn start<C: Clock, S: Stop>(
    shell: &mut Shell<'_, C, S>,
    patience: Duration,
    mut init: impl AsyncFnMut() -> Result<Started, Failure>,
) -> Result<(Started, Moment), NotStarted> {
    let mut starting = Starting::begin(patience);
    loop {
        let now = shell.clock.moment();
        // Nothing is lost with an init reply, so a stop need not wait for it.
        let result = shell.attend(pin!(init()), Phase::Starting, now).await.map_err(NotStarted::Stopped)?;
        let failure = match result {
            Ok(started) => return Ok((started, shell.clock.moment())),
            Err(failure) => failure,
        };
        let Some((wait, why)) = starting.next(&failure, shell.clock.jitter()) else {
            return Err(NotStarted::Failed(failure));
        };
        trace(shell.sink, 1, || format!("* trying again in {wait:.1?}: {failure}"));
        let until = shell.clock.time().saturating_add(wait).unwrap_or_default();
        shell.sink.emit(Event::Waiting { why, wait, until, detail: failure.to_string() });
        if shell.sink.deserted() {
            return Err(NotStarted::Deserted);
        }
        let end = shell.clock.moment() + wait;
        shell.rest(end, Phase::Held(why), end).await.map_err(NotStarted::Stopped)?;
    }
}
