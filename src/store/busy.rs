//! Waiting for another process that has the file.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// How long another process is waited for, in all. A transaction takes a few milliseconds, most of them the disk's.
pub(super) const LONGEST: Duration = Duration::from_secs(5);

/// And once it was waited for in vain: it may never let go, and there is something else to be done here.
const ONCE_BITTEN: Duration = Duration::from_millis(200);

/// How long it is not looked at, at the least: whoever is about to write waits for those who read at that moment, and
/// keeps everybody else waiting meanwhile.
const SHORTEST_NAP: Duration = Duration::from_micros(100);

/// And at the most, in the first moments and after them.
const LONGEST_NAP: Duration = Duration::from_millis(3);
const LATER_NAP: Duration = Duration::from_millis(1);
const LATER: Duration = Duration::from_millis(50);

/// What waiting has taken so far.
#[derive(Debug, Default)]
pub(super) struct Waited {
    micros: AtomicU64,
    in_vain: AtomicBool,
}

impl Waited {
    /// How long it was since this was last asked.
    pub(super) fn take(&self) -> Duration {
        Duration::from_micros(self.micros.swap(0, Ordering::Relaxed))
    }

    /// The file could be had.
    pub(super) fn over(&self) {
        self.in_vain.store(false, Ordering::Relaxed);
    }

    fn add(&self, waited: Duration) {
        self.micros.fetch_add(u64::try_from(waited.as_micros()).unwrap_or(u64::MAX), Ordering::Relaxed);
    }
}

/// What `SQLite` calls each time that it finds the file taken, with how often it has before. False is to give up.
pub(super) fn handler(waited: Arc<Waited>, longest: Duration) -> impl FnMut(i32) -> bool + Send + 'static {
    let mut since = Instant::now();
    move |times| {
        if times == 0 {
            since = Instant::now();
        }
        let longest = if waited.in_vain.load(Ordering::Relaxed) { longest.min(ONCE_BITTEN) } else { longest };
        let Some(nap) = nap(since.elapsed(), longest) else {
            waited.in_vain.store(true, Ordering::Relaxed);
            return false;
        };
        let asleep = Instant::now();
        thread::sleep(nap);
        waited.add(asleep.elapsed());
        true
    }
}

/// Tries until it is done, for as long as anything is waited for. Whether it was done.
pub(super) fn until<E>(longest: Duration, mut attempt: impl FnMut() -> Result<bool, E>) -> Result<bool, E> {
    let since = Instant::now();
    while !attempt()? {
        let Some(nap) = nap(since.elapsed(), longest) else { return Ok(false) };
        thread::sleep(nap);
    }
    Ok(true)
}

/// How long not to look, after having waited this long; none when it has been long enough.
///
/// Nobody keeps a queue. A wait that has just begun is likely to be a short one, and after a while whoever has waited
/// longer looks more often, so that nobody waits much longer than the others.
fn nap(waited: Duration, longest: Duration) -> Option<Duration> {
    let most = if waited < LATER { LONGEST_NAP } else { LATER_NAP };
    (waited < longest).then(|| (waited / 4).clamp(SHORTEST_NAP, most))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_look_is_never_far_and_nobody_waits_for_ever() {
        let (mut waited, mut looks) = (Duration::ZERO, 0);
        while let Some(nap) = nap(waited, LONGEST) {
            let most = if waited < LATER { waited.max(SHORTEST_NAP) } else { LATER_NAP };
            assert!((SHORTEST_NAP..=most).contains(&nap), "{nap:?} after {waited:?}");
            (waited, looks) = (waited + nap, looks + 1);
        }
        assert!((LONGEST..LONGEST + LONGEST_NAP).contains(&waited), "{waited:?}");
        assert!(looks < 6_000, "{looks}");
    }

    #[test]
    fn what_is_never_done_is_given_up_and_what_fails_fails() {
        assert_eq!(until(Duration::ZERO, || Ok::<_, ()>(false)), Ok(false));
        assert_eq!(until(Duration::ZERO, || Err::<bool, _>("no")), Err("no"));
        let mut left = 3;
        let attempt = || {
            left -= 1;
            Ok::<_, ()>(left == 0)
        };
        assert_eq!(until(LONGEST, attempt), Ok(true));
    }

    #[test]
    fn a_handler_measures_each_wait_and_ends_it() {
        let waited = Arc::new(Waited::default());
        assert!(!handler(Arc::clone(&waited), Duration::ZERO)(0), "the time is up");
        assert_eq!(waited.take(), Duration::ZERO);
        let mut handler = handler(Arc::clone(&waited), LONGEST);
        assert!(handler(0) && handler(1));
        assert!(waited.take() >= SHORTEST_NAP * 2);
        assert_eq!(waited.take(), Duration::ZERO, "it was told before");
    }
}
