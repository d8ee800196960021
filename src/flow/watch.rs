//! Polling a session to its verdict: the one loop that everything that waits for a session shares.

use std::pin::{Pin, pin};
use std::time::Duration;

use super::attend::Shell;
use super::clock::Clock;
use super::signals::{Signal, Stop};
use crate::model::event::{Event, Phase, trace};
use crate::model::poll::{Next, Poll, Reply, Suspicion, Terms, Turn, Verdict, Why};

/// How long a reply in flight is waited for after a stop: it may be the result, which is given out once.
const LAST_WORDS: Duration = Duration::from_secs(2);

/// How the watch ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ended {
    /// With a verdict.
    Verdict(Verdict),
    /// With a result that was lost on the way.
    Lost(Suspicion),
    /// By a signal; with a verdict, if a reply in flight still brought one.
    Stopped(Signal, Option<Verdict>),
    /// Nobody listens any more. Nothing was read that they have not been told.
    Deserted,
}

/// Asks for a session's state on these terms until there is a verdict. Never two requests at once.
pub async fn watch<C: Clock, S: Stop>(
    shell: &mut Shell<'_, C, S>,
    terms: Terms,
    mut ask: impl AsyncFnMut() -> Reply,
) -> Ended {
    let mut poll = Poll::begin(terms, shell.clock.moment());
    let mut trouble = Why::Interval;
    loop {
        if shell.sink.deserted() {
            return Ended::Deserted;
        }
        let sent = shell.clock.moment();
        let mut asking = pin!(ask());
        let reply = match shell.attend(asking.as_mut(), Phase::Person(trouble), terms.end).await {
            Ok(reply) => reply,
            Err(signal) => return Ended::Stopped(signal, last_words(shell, asking).await),
        };
        let detail = match &reply {
            Reply::Failed(failure) => failure.to_string(),
            _ => String::new(),
        };
        let now = shell.clock.moment();
        let (at, why, next) = match poll.next(Turn { reply, sent, now, jitter: shell.clock.jitter() }) {
            Next::Settle(suspicion) => return Ended::Lost(suspicion),
            Next::End { at, verdict } => {
                let rested = shell.rest(at, Phase::Person(trouble), terms.end).await;
                return rested.map_or_else(|signal| Ended::Stopped(signal, None), |()| Ended::Verdict(verdict));
            }
            Next::Poll { at, why, poll } => (at, why, poll),
        };
        note(shell, &mut trouble, why, at.left(now), detail);
        if shell.sink.deserted() {
            return Ended::Deserted;
        }
        if let Err(signal) = shell.rest(at, Phase::Person(trouble), terms.end).await {
            return Ended::Stopped(signal, None);
        }
        poll = next;
    }
}

/// Asks for a session's state, once.
pub async fn once<C: Clock, S: Stop>(shell: &mut Shell<'_, C, S>, mut ask: impl AsyncFnMut() -> Reply) -> Ended {
    let now = shell.clock.moment();
    let mut asking = pin!(ask());
    match shell.attend(asking.as_mut(), Phase::Asking, now).await {
        Ok(reply) => Ended::Verdict(Verdict::at_once(reply)),
        Err(signal) => Ended::Stopped(signal, last_words(shell, asking).await),
    }
}

/// Tells of a change, and of every limit: those name a time.
fn note<C: Clock, S>(shell: &Shell<'_, C, S>, trouble: &mut Why, why: Why, wait: Duration, detail: String) {
    trace(shell.sink, 1, || format!("* next request in {wait:.1?}"));
    let before = std::mem::replace(trouble, why);
    if why == Why::Interval {
        if before != Why::Interval {
            shell.sink.emit(Event::Resumed);
        }
    } else if why != before || why == Why::RateLimited {
        let until = shell.clock.time().saturating_add(wait).unwrap_or_default();
        shell.sink.emit(Event::Waiting { why, wait, until, detail });
    }
}

/// Gives a request in flight a little longer, and keeps what it brings if that is an end.
async fn last_words<C: Clock, S>(
    shell: &Shell<'_, C, S>,
    asking: Pin<&mut impl Future<Output = Reply>>,
) -> Option<Verdict> {
    shell.sink.emit(Event::Stopping(LAST_WORDS));
    let reply = tokio::select! {
        reply = asking => reply,
        () = shell.clock.sleep(LAST_WORDS) => return None,
    };
    match Verdict::at_once(reply) {
        verdict @ (Verdict::Connected(_) | Verdict::Error { .. } | Verdict::Expired { .. }) => Some(verdict),
        _ => None,
    }
}
