//! How fast time passes for the service.

use std::ops::RangeInclusive;
use std::time::Duration;

/// How many times faster than real time everything passes that the service times.
///
/// A rule is written in the service's own time, and read through this, once, into real time. From there on every time
/// is real: what is told, what is compared with the clock, and what a client has to wait.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Pace(f64);

/// The speeds that can be had. At the last of them a block of a day is over in a second.
pub const SPEEDS: RangeInclusive<f64> = 1.0..=100_000.0;

impl Pace {
    /// This many times faster; a speed that cannot be had counts as the nearest that can, and what is no number as 1.
    pub(super) fn new(speed: f64) -> Self {
        let speed = if speed.is_nan() { *SPEEDS.start() } else { speed };
        Self(speed.clamp(*SPEEDS.start(), *SPEEDS.end()))
    }

    /// How long that much of the service's time takes.
    pub(super) fn real(self, service: Duration) -> Duration {
        // Not through floating point where nothing is to be divided, which would round.
        if self.0 <= 1.0 {
            return service;
        }
        Duration::try_from_secs_f64(service.as_secs_f64() / self.0).unwrap_or(service)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_duration_is_divided_by_the_speed() {
        let (second, half_hour) = (Duration::from_secs(1), Duration::from_secs(1800));
        let odd = Duration::new(123_456_789, 987_654_321);
        let table = [
            (1.0, half_hour, half_hour),
            (1.0, odd, odd),
            (1.0, Duration::MAX, Duration::MAX),
            (120.0, half_hour, Duration::from_secs(15)),
            (2.5, second, Duration::from_millis(400)),
            (100_000.0, Duration::from_secs(24 * 3600), Duration::from_millis(864)),
            (7.0, Duration::ZERO, Duration::ZERO),
            // What cannot be had.
            (0.5, half_hour, half_hour),
            (-3.0, half_hour, half_hour),
            (f64::NAN, half_hour, half_hour),
            (f64::INFINITY, second, Duration::from_micros(10)),
        ];
        for (speed, service, real) in table {
            assert_eq!(Pace::new(speed).real(service), real, "{service:?} at {speed}");
        }
    }

    proptest! {
        /// Whatever is faster takes no longer, and nothing takes longer than it says.
        #[test]
        fn faster_is_never_longer(speeds in (0.0..200_000.0, 0.0..200_000.0), nanos in any::<u64>()) {
            let service = Duration::from_nanos(nanos);
            let (slow, fast) = (f64::min(speeds.0, speeds.1), f64::max(speeds.0, speeds.1));
            let (slow, fast) = (Pace::new(slow).real(service), Pace::new(fast).real(service));
            // Eighteen digits do not fit into a floating point number, and what is lost is less than a microsecond.
            prop_assert!(fast <= slow + Duration::from_micros(1));
            prop_assert!(slow <= service + Duration::from_micros(1));
        }
    }
}
