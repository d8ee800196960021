//! Waiting for another process that has the file.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// How long another process is waited for, in all. A transaction takes a few milliseconds, most of them the disk's, but
/// hundreds of processes may be ahead; and without the file each of them would keep the limits by itself.
pub(super) const LONGEST: Duration = Duration::from_secs(20);

/// And once it was waited for in vain: it may never let go, and there is something else to be done here.
const ONCE_BITTEN: Duration = Duration::from_millis(200);

/// How long it is not looked at, at the least: whoever is about to write waits for those who read at that moment, and
/// keeps everybody else waiting meanwhile.
const SHORTEST_NAP: Duration = Duration::from_micros(100);

/// And at the most, in the first moments and after them.
const LONGEST_NAP: Duration = Duration::from_millis(3);
const LATER_NAP: Duration = Duration::from_millis(1);
const LATER: Duration = Duration::from_millis(50);

/// How long this process waits for others that have the file, and has waited so far.
#[derive(Debug)]
pub(super) struct Patience {
    longest: Duration,
    in_vain: AtomicBool,
    micros: AtomicU64,
}

impl Default for Patience {
    fn default() -> Self {
        Self::of(LONGEST)
    }
}

impl Patience {
    pub(super) const fn of(longest: Duration) -> Self {
        Self { longest, in_vain: AtomicBool::new(false), micros: AtomicU64::new(0) }
    }

    /// How long it was waited since this was last asked.
    pub(super) fn taken(&self) -> Duration {
        Duration::from_micros(self.micros.swap(0, Ordering::Relaxed))
    }

    /// The file could be had.
    pub(super) fn restore(&self) {
        self.in_vain.store(false, Ordering::Relaxed);
    }

    /// It could not be had.
    pub(super) fn give_up(&self) {
        self.in_vain.store(true, Ordering::Relaxed);
    }

    /// How long is waited from now on.
    pub(super) fn left(&self) -> Duration {
        if self.in_vain.load(Ordering::Relaxed) { self.longest.min(ONCE_BITTEN) } else { self.longest }
    }

    fn sleep(&self, nap: Duration) {
        let asleep = Instant::now();
        thread::sleep(nap);
        self.waited(asleep.elapsed());
    }

    /// It was waited for so long.
    pub(super) fn waited(&self, wait: Duration) {
        let micros = u64::try_from(wait.as_micros()).unwrap_or(u64::MAX);
        self.micros.fetch_add(micros, Ordering::Relaxed);
    }
}

/// What `SQLite` calls each time that it finds the file taken, with how often it has before. False is to give up.
pub(super) fn handler(patience: Arc<Patience>) -> impl FnMut(i32) -> bool + Send + 'static {
    let mut since = Instant::now();
    move |times| {
        if times == 0 {
            since = Instant::now();
        }
        let nap = nap(since.elapsed(), patience.left());
        match nap {
            Some(nap) => patience.sleep(nap),
            None => patience.give_up(),
        }
        nap.is_some()
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
        assert!(looks < 21_000, "{looks}");
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
        let patience = Arc::new(Patience::of(Duration::ZERO));
        assert!(!handler(Arc::clone(&patience))(0), "the time is up");
        assert_eq!(patience.taken(), Duration::ZERO);
        let patience = Arc::new(Patience::default());
        let mut handler = handler(Arc::clone(&patience));
        assert!(handler(0) && handler(1));
        assert!(patience.taken() >= SHORTEST_NAP * 2);
        assert_eq!(patience.taken(), Duration::ZERO, "it was told before");
    }

    #[test]
    fn what_was_waited_for_in_vain_is_not_waited_for_as_long_again() {
        for (longest, then) in [(Duration::ZERO, Duration::ZERO), (LONGEST, ONCE_BITTEN)] {
            let patience = Arc::new(Patience::of(longest));
            assert_eq!(patience.left(), longest);
            patience.in_vain.store(true, Ordering::Relaxed);
            assert_eq!(patience.left(), then);
            patience.restore();
            assert_eq!(patience.left(), longest);
        }
        let patience = Arc::new(Patience::of(Duration::ZERO));
        handler(Arc::clone(&patience))(0);
        assert!(patience.in_vain.load(Ordering::Relaxed));
    }
}
