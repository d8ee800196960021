//! How long an exchange may take, by what has come in rather than by the clock alone.

use std::pin::pin;
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

use crate::model::failure::{Failure, NetworkKind};

/// How much longer a reply is listened for when its time is up. A process that stood still meanwhile, stopped or starved,
/// finds its time over before it has looked at what came in.
const GRACE: Duration = Duration::from_millis(50);

/// The time that one exchange has, all its parts together.
pub(super) struct Patience {
    limit: Duration,
    until: Instant,
    over: bool,
}

impl Patience {
    /// Begins now.
    pub(super) fn new(limit: Duration) -> Self {
        Self { limit, until: Instant::now() + limit, over: false }
    }

    /// Waits for a part of the exchange. Fails where its time is up, and a last look finds nothing either.
    pub(super) async fn wait<T>(&mut self, part: impl Future<Output = T>) -> Result<T, Failure> {
        let mut part = pin!(part);
        loop {
            tokio::select! {
                biased;
                output = &mut part => return Ok(output),
                () = sleep_until(self.until) => {}
            }
            if self.over {
                let detail = format!("nothing complete within {:.1?}", self.limit);
                return Err(Failure::Network { kind: NetworkKind::Timeout, detail, sent: true });
            }
            (self.until, self.over) = (Instant::now() + GRACE, true);
        }
    }
}
