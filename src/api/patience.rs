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

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn what_has_come_in_counts_even_if_time_was_up_before_it_was_looked_at() {
        let mut patience = Patience::new(Duration::ZERO);
        let late = async {
            for _ in 0..3 {
                tokio::task::yield_now().await;
            }
            7
        };
        assert_eq!(patience.wait(late).await, Ok(7));
    }

    #[tokio::test(start_paused = true)]
    async fn all_parts_together_have_the_limit_and_one_last_look() {
        let begun = Instant::now();
        let mut patience = Patience::new(Duration::from_secs(15));
        assert_eq!(patience.wait(tokio::time::sleep(Duration::from_secs(14))).await, Ok(()));
        let failure = patience.wait(std::future::pending::<()>()).await.unwrap_err();
        assert!(failure.to_string().contains("within 15.0s"), "{failure}");
        assert_eq!(begun.elapsed(), Duration::from_secs(15) + GRACE);
        assert!(patience.wait(std::future::pending::<()>()).await.is_err());
        assert_eq!(begun.elapsed(), Duration::from_secs(15) + GRACE);
    }
}
