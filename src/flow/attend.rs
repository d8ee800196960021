//! Waiting while somebody watches: the line is drawn, a stop is heard, and a machine's sleep is noticed.

use std::pin::Pin;
use std::time::Duration;

use super::clock::Clock;
use super::signals::{Signal, Stop};
use crate::model::event::{Phase, Progress, Sink};
use crate::model::moment::Moment;

/// The longest that is slept in one go. Timers stand still while the machine sleeps, the clock does not: it is looked
/// at this often.
const LONGEST_NAP: Duration = Duration::from_secs(10);

/// What a flow runs in.
pub struct Shell<'a, C, S> {
    /// Time and chance.
    pub clock: &'a C,
    /// Where events go.
    pub sink: &'a dyn Sink,
    /// Where a stop comes from.
    pub stop: S,
}

impl<C: Clock, S: Stop> Shell<'_, C, S> {
    /// Runs a future and draws until it is done or a stop is asked for. The future is only lent: after a stop, whoever
    /// called decides what becomes of it.
    pub(super) async fn attend<F: Future>(
        &mut self,
        mut future: Pin<&mut F>,
        phase: Phase,
        end: Moment,
    ) -> Result<F::Output, Signal> {
        loop {
            self.sink.draw(Progress { phase, left: end.left(self.clock.moment()), list: None });
            let nap = self.sink.frame().min(LONGEST_NAP);
            tokio::select! {
                biased;
                signal = self.stop.requested() => return Err(self.stopped(signal)),
                output = &mut future => return Ok(output),
                () = self.clock.sleep(nap) => {}
            }
        }
    }

    /// Waits until this moment. What is drawn is the time left until `end`.
    pub(super) async fn rest(&mut self, until: Moment, phase: Phase, end: Moment) -> Result<(), Signal> {
        loop {
            let now = self.clock.moment();
            let left = until.left(now);
            if left.is_zero() {
                return Ok(());
            }
            self.sink.draw(Progress { phase, left: end.left(now), list: None });
            let nap = left.min(self.sink.frame()).min(LONGEST_NAP);
            tokio::select! {
                biased;
                signal = self.stop.requested() => return Err(self.stopped(signal)),
                () = self.clock.sleep(nap) => {}
            }
        }
    }

    /// The next signal ends the process where it stands, and what is drawn then would stay on the screen.
    fn stopped(&self, signal: Signal) -> Signal {
        self.sink.still();
        signal
    }
}
