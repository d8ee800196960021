//! Polling a session to its verdict: the one loop that everything that waits for a session shares.

use std::pin::{Pin, pin};
use std::time::Duration;

use super::attend::Shell;
use super::clock::Clock;
use super::signals::{Signal, Stop};
use crate::model::event::{Event, Phase, trace};
use crate::model::failure::Failure;
use crate::model::limits::{Cause, Hold, Place};
use crate::model::moment::Moment;
use crate::model::poll::{LAST_WORDS, Next, Poll, Reply, Suspicion, Terms, Turn, Verdict, Why};

/// How the watch ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ended {
    /// With a verdict.
    Verdict(Verdict),
    /// With a result that was lost on the way.
    Lost(Suspicion),
    /// By a signal.
    Stopped(Signal, Last),
    /// Nobody listens any more. Nothing was read that they have not been told.
    Deserted,
}

/// What was known when a signal came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Last {
    /// Nothing was in flight, or it brought no end: the session goes on.
    Nothing,
    /// A request was in flight, and its reply, which may have been the result, was not waited for any longer.
    Unheard,
    /// The reply in flight still brought an end.
    Verdict(Verdict),
    /// The reply in flight said that the result is gone.
    Lost(Suspicion),
}

/// What came of asking.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Asked {
    /// A reply.
    Reply(Reply),
    /// Nothing: the request may not leave yet.
    NotYet(Hold),
}

/// Asks for a session's state on these terms until there is a verdict. Never two requests at once. `ask` is told for how
/// long at most to wait for its reply, and with which right the request comes among others. `suspicion` is what was suspected of the session before.
pub async fn watch<C: Clock, S: Stop>(
    shell: &mut Shell<'_, C, S>,
    terms: Terms,
    suspicion: Option<Suspicion>,
    mut ask: impl AsyncFnMut(Duration, Place) -> Asked,
) -> Ended {
    let mut poll = Poll::begin(terms, shell.clock.moment()).suspecting(suspicion);
    let mut trouble = Why::Interval;
    let mut place = Place::New;
    loop {
        if shell.sink.deserted() {
            return Ended::Deserted;
        }
        let sent = shell.clock.moment();
        let limit = poll.patience(sent).left(sent);
        // The last one is not to be missed.
        let right = if sent >= terms.end { Place::First } else { place };
        let mut asking = pin!(ask(limit, right));
        let asked = match shell.attend(asking.as_mut(), Phase::Person(trouble), terms.end).await {
            Ok(asked) => asked,
            Err(signal) => {
                let last_words = last_words(shell, asking).await;
                return Ended::Stopped(signal, last(poll, last_words, sent, shell.clock.moment()));
            }
        };
        let now = shell.clock.moment();
        let (cause, failure) = match &asked {
            Asked::NotYet(hold) => (Some(hold.cause.clone()), None),
            Asked::Reply(Reply::Failed(failure)) => (None, Some(failure.clone())),
            Asked::Reply(_) => (None, None),
        };
        let next = match asked {
            Asked::Reply(reply) => poll.next(Turn { reply, sent, now, jitter: shell.clock.jitter() }),
            Asked::NotYet(hold) => poll.held(hold, now),
        };
        let (at, next) = match next {
            Next::Settle(suspicion) => return Ended::Lost(suspicion),
            Next::Poll { at, poll } => (at, Ok(poll)),
            Next::End { at, verdict } => (at, Err(verdict)),
        };
        place = cause.as_ref().map_or(Place::New, Cause::place);
        let wait = at.left(now);
        if let Some(cause) = cause {
            trace(shell.sink, 1, || format!("* not yet, {wait:.1?} to wait: {cause}"));
        } else if !wait.is_zero() {
            let what = if next.is_ok() { "next request" } else { "giving up" };
            trace(shell.sink, 1, || format!("* {what} in {wait:.1?}"));
            note(shell, &mut trouble, wait, failure.as_ref());
        }
        if next.is_ok() && shell.sink.deserted() {
            return Ended::Deserted;
        }
        // What the service said to wait for is drawn, and not the session's time, which goes on behind it.
        let (phase, end) = match failure {
            Some(Failure::Held(_) | Failure::Throttled { after: Some(_), .. }) => (Phase::Held(trouble), at),
            _ => (Phase::Person(trouble), terms.end),
        };
        if let Err(signal) = shell.rest(at, phase, end).await {
            return Ended::Stopped(signal, Last::Nothing);
        }
        match next {
            Ok(next) => poll = next,
            Err(verdict) => return Ended::Verdict(verdict),
        }
    }
}

/// Asks for a session's state, once. `suspicion` is what was suspected of the session before.
pub async fn once<C: Clock, S: Stop>(
    shell: &mut Shell<'_, C, S>,
    suspicion: Option<Suspicion>,
    mut ask: impl AsyncFnMut(Place) -> Asked,
) -> Ended {
    let mut place = Place::New;
    loop {
        let sent = shell.clock.moment();
        let mut asking = pin!(ask(place));
        match shell.attend(asking.as_mut(), Phase::Asking, sent).await {
            Ok(Asked::Reply(reply)) => {
                return match (&reply, suspicion) {
                    (Reply::Failed(Failure::NotFound { .. }), Some(suspicion)) => Ended::Lost(suspicion),
                    _ => Ended::Verdict(Verdict::at_once(reply)),
                };
            }
            Ok(Asked::NotYet(hold)) => {
                trace(shell.sink, 1, || format!("* not yet, {:.1?} to wait: {}", hold.wait, hold.cause));
                let at = sent + hold.wait;
                if let Err(signal) = shell.rest(at, Phase::Asking, at).await {
                    return Ended::Stopped(signal, Last::Nothing);
                }
                place = hold.cause.place();
            }
            Err(signal) => {
                let last_words = last_words(shell, asking).await;
                let terms = Terms { interval: Duration::ZERO, end: sent, give_up: None };
                let poll = Poll::begin(terms, sent).suspecting(suspicion);
                return Ended::Stopped(signal, last(poll, last_words, sent, shell.clock.moment()));
            }
        }
    }
}

/// Tells of a change, and of every limit: those name a time.
fn note<C: Clock, S>(shell: &Shell<'_, C, S>, trouble: &mut Why, wait: Duration, failure: Option<&Failure>) {
    let why = failure.map_or(Why::Interval, Failure::why);
    let before = std::mem::replace(trouble, why);
    let Some(failure) = failure else {
        if before != Why::Interval {
            shell.sink.emit(Event::Resumed);
        }
        return;
    };
    if why != before || why == Why::RateLimited {
        let until = shell.clock.time().saturating_add(wait).unwrap_or_default();
        shell.sink.emit(Event::Waiting { why, wait, until, detail: failure.to_string() });
    }
}

/// Gives a request in flight a little longer.
pub(super) async fn last_words<C: Clock, S, F: Future>(
    shell: &Shell<'_, C, S>,
    asking: Pin<&mut F>,
) -> Option<F::Output> {
    shell.sink.emit(Event::Stopping(LAST_WORDS));
    tokio::select! {
        biased;
        reply = asking => Some(reply),
        () = shell.clock.sleep(LAST_WORDS) => None,
    }
}

/// What the last reply, if there was one, is worth.
fn last(poll: Poll, asked: Option<Asked>, sent: Moment, now: Moment) -> Last {
    let reply = match asked {
        Some(Asked::Reply(reply)) => reply,
        Some(Asked::NotYet(_)) => return Last::Nothing,
        None => return Last::Unheard,
    };
    let ends = match &reply {
        Reply::Pending | Reply::Unknown(_) => false,
        Reply::Failed(failure) if failure.may_have_cost_a_result() => return Last::Unheard,
        Reply::Failed(failure) => failure.is_final() || matches!(failure, Failure::NotFound { .. }),
        Reply::Success(_) | Reply::Error { .. } | Reply::Expired => true,
    };
    match poll.next(Turn { reply, sent, now, jitter: 0.0 }) {
        Next::Settle(suspicion) => Last::Lost(suspicion),
        Next::End { verdict, .. } if ends => Last::Verdict(verdict),
        _ => Last::Nothing,
    }
}
