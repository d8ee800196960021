//! Starting a session, through what passes by itself.

use std::pin::pin;
use std::time::Duration;

use super::attend::Shell;
use super::clock::Clock;
use super::signals::{Signal, Stop};
use crate::model::event::{Event, Phase, trace};
use crate::model::failure::Failure;
use crate::model::limits::{Cause, Hold};
use crate::model::moment::Moment;
use crate::model::poll::Why;
use crate::model::session::Started;
use crate::model::starting::Starting;

/// How much later than it was told something may be without being told again: what is foreseen moves a little with all
/// that others do.
const ABOUT: Duration = Duration::from_secs(2);

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

/// What starts a session, once it may.
pub trait Starter {
    /// Asks for leave to send the request. One who is to wait for up to `patience` keeps a place in the line for that.
    fn enter(&self, patience: Duration) -> impl Future<Output = Entry>;

    /// Waits no longer.
    fn leave(&self);

    /// Sends it.
    fn init(&self) -> impl Future<Output = Result<Started, Failure>>;
}

/// Whether the request may leave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Entry {
    /// Now.
    Go,
    /// Not yet.
    Wait {
        /// Why, and until when as far as can be told.
        hold: Hold,
        /// After how long to ask again.
        look: Duration,
    },
}

/// Starts a session on these terms: asks, and asks again where the failure is one that passes. Gives the session and the
/// moment at which its reply came in.
pub async fn start<C: Clock, S: Stop>(
    shell: &mut Shell<'_, C, S>,
    mut starting: Starting,
    request: &impl Starter,
) -> Result<(Started, Moment), NotStarted> {
    loop {
        let turn = turn(shell, &mut starting, request).await;
        if turn.is_err() {
            request.leave();
        }
        turn?;
        let now = shell.clock.moment();
        // Nothing is lost with an init reply, so a stop need not wait for it.
        let result = shell.attend(pin!(request.init()), Phase::Starting, now).await.map_err(NotStarted::Stopped)?;
        let failure = match result {
            Ok(started) => return Ok((started, shell.clock.moment())),
            Err(failure) => failure,
        };
        let Some((wait, why)) = starting.next(&failure, shell.clock.jitter()) else {
            return Err(NotStarted::Failed(failure));
        };
        if wait.is_zero() {
            // Whatever lets requests leave knows for how long.
            continue;
        }
        trace(shell.sink, 1, || format!("* trying again in {wait:.1?}: {failure}"));
        tell(shell, why, wait, failure.to_string());
        if shell.sink.deserted() {
            return Err(NotStarted::Deserted);
        }
        let end = shell.clock.moment() + wait;
        shell.rest(end, Phase::Held(why), end).await.map_err(NotStarted::Stopped)?;
        starting.rested(wait);
    }
}

/// Waits until the request may leave.
async fn turn<C: Clock, S: Stop>(
    shell: &mut Shell<'_, C, S>,
    starting: &mut Starting,
    request: &impl Starter,
) -> Result<(), NotStarted> {
    let mut told: Option<(Why, Moment)> = None;
    loop {
        let entry = tokio::select! {
            biased;
            signal = shell.stop.requested() => return Err(NotStarted::Stopped(signal)),
            entry = request.enter(starting.line()) => entry,
        };
        let Entry::Wait { hold, look } = entry else { return Ok(()) };
        if hold.wait > starting.patience(&hold.cause) {
            return Err(NotStarted::Failed(Failure::Held(hold)));
        }
        let (now, why) = (shell.clock.moment(), hold.why());
        let end = now + hold.wait;
        let look = look.min(hold.wait);
        trace(shell.sink, 1, || {
            format!("* waiting up to {:.1?}, looking again in {look:.1?}: {}", hold.wait, hold.cause)
        });
        let is_new = told.is_none_or(|(before, until)| before != why || until + ABOUT < end);
        if is_new && !matches!(hold.cause, Cause::First { .. } | Cause::Calls { .. }) {
            tell(shell, why, hold.wait, hold.cause.to_string());
            told = Some((why, end));
        }
        if shell.sink.deserted() {
            return Err(NotStarted::Deserted);
        }
        shell.rest(now + look, Phase::Held(why), end).await.map_err(NotStarted::Stopped)?;
        // A machine that slept meanwhile did not wait.
        starting.waited(&hold.cause, shell.clock.moment().left(now).min(look));
    }
}

fn tell<C: Clock, S>(shell: &Shell<'_, C, S>, why: Why, wait: Duration, detail: String) {
    let until = shell.clock.time().saturating_add(wait).unwrap_or_default();
    shell.sink.emit(Event::Waiting { why, wait, until, detail });
}
