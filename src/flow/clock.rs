//! Time and chance, handed in so that tests can hold both.

use std::fs;
use std::hash::{BuildHasher, RandomState};
use std::sync::OnceLock;
use std::time::Duration;

use jiff::Timestamp;

use crate::model::limits::Uptime;
use crate::model::moment::Moment;

/// What the shell knows of time and chance.
pub trait Clock {
    /// Now, on a clock that keeps counting while the machine sleeps.
    fn moment(&self) -> Moment;

    /// Now, as people and logs write it.
    fn time(&self) -> Timestamp;

    /// A random number from 0 to 1.
    fn jitter(&self) -> f64;

    /// Lets this long pass, by a clock that may stop while the machine sleeps.
    fn sleep(&self, wait: Duration) -> impl Future<Output = ()>;
}

/// This machine's.
#[derive(Clone, Copy, Debug)]
pub struct System;

impl Clock for System {
    fn moment(&self) -> Moment {
        Moment::from_origin(since_boot())
    }

    fn time(&self) -> Timestamp {
        Timestamp::now()
    }

    fn jitter(&self) -> f64 {
        // A hasher's keys are random, which is chance enough to keep processes apart.
        f64::from(u32::try_from(RandomState::new().hash_one(0_u8) >> 32).unwrap_or_default()) / f64::from(u32::MAX)
    }

    fn sleep(&self, wait: Duration) -> impl Future<Output = ()> {
        tokio::time::sleep(wait)
    }
}

impl System {
    /// How long the machine has been up. None where it does not tell one start from another.
    #[must_use]
    pub fn uptime() -> Option<Uptime> {
        static BOOT: OnceLock<Option<String>> = OnceLock::new();
        // Linux.
        let boot = BOOT.get_or_init(|| fs::read_to_string("/proc/sys/kernel/random/boot_id").ok());
        Some(Uptime { boot: boot.as_ref()?.trim().to_owned(), up: since_boot() })
    }
}

/// The time since the machine started, sleep included. The standard library's clock leaves sleep out on Linux and
/// macOS.
#[cfg(unix)]
fn since_boot() -> Duration {
    use rustix::time::{ClockId, clock_gettime};
    #[cfg(any(target_os = "linux", target_os = "android"))]
    const CLOCK: ClockId = ClockId::Boottime;
    #[cfg(not(any(target_os = "linux", target_os = "android")))]
    const CLOCK: ClockId = ClockId::Monotonic;
    let now = clock_gettime(CLOCK);
    Duration::new(u64::try_from(now.tv_sec).unwrap_or_default(), u32::try_from(now.tv_nsec).unwrap_or_default())
}

/// The time since this was first asked for, sleep included.
#[cfg(not(unix))]
fn since_boot() -> Duration {
    static ORIGIN: std::sync::OnceLock<std::time::Instant> = std::sync::OnceLock::new();
    ORIGIN.get_or_init(std::time::Instant::now).elapsed()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chance_stays_in_bounds_and_time_goes_on() {
        let before = System.moment();
        assert!((0..100).all(|_| (0.0..=1.0).contains(&System.jitter())));
        assert!(System.moment() >= before);
        let uptimes = [System::uptime(), System::uptime()];
        assert_eq!(uptimes[0].is_some(), cfg!(target_os = "linux"));
        if let [Some(one), Some(two)] = uptimes {
            assert!(one.boot == two.boot && one.up <= two.up && one.boot.len() > 8, "{one:?} {two:?}");
        }
    }
}
