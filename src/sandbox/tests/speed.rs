//! A service whose time passes faster, and which tells real times all the same.

use proptest::prelude::*;

use super::*;

fn fast(scenario: Scenario, speed: f64) -> Lab {
    Lab::with(scenario, |settings| settings.pace = Pace::new(speed))
}

impl Lab {
    /// What a start is answered after this many milliseconds more: its status and `Retry-After`.
    fn start_after(&mut self, millis: u64) -> (u16, Option<u64>) {
        self.pass(Duration::from_millis(millis));
        let got = self.init_as(KEY, "google");
        (got.status, got.retry_after)
    }
}

#[test]
fn blocks_and_outages_and_windows_are_over_sooner_and_say_so() {
    type Step = (u64, u16, Option<u64>);
    let table: [(Scenario, &[Step]); 3] = [
        // Half an hour in 15 seconds.
        (Scenario::IpBlocked, &[(0, 429, Some(15)), (14_001, 429, Some(1)), (998, 429, Some(1)), (1, 200, None)]),
        // 2 and 4 seconds in 17 and 33 milliseconds, and never less than a second is told.
        (Scenario::Unavailable, &[(0, 503, Some(1)), (17, 503, Some(1)), (33, 503, Some(1)), (1, 200, None)]),
        // 3 seconds in 25 milliseconds.
        (Scenario::RateLimited, &[(0, 429, Some(1)), (24, 429, Some(1)), (1, 200, None)]),
    ];
    for (scenario, steps) in table {
        let mut lab = fast(scenario, 120.0);
        for (millis, status, retry_after) in steps {
            assert_eq!(lab.start_after(*millis), (*status, *retry_after), "{scenario}");
        }
    }
}

#[test]
fn a_minute_takes_a_sixth_of_itself_at_six_times_the_speed() {
    let mut lab = fast(Scenario::Ask, 6.0);
    for _ in 0..75 {
        assert_eq!(lab.start_after(0), (200, None));
    }
    assert_eq!(lab.start_after(1), (429, Some(10)));
    assert_eq!(lab.start_after(9998), (429, Some(1)));
    assert_eq!(lab.start_after(1), (200, None));
}

#[test]
fn calls_have_their_second() {
    let mut lab = fast(Scenario::Ask, 10.0);
    for tenth in 0..3 {
        for _ in 0..100 {
            assert_eq!(lab.get("/api/v2/accounts").status, 200, "in tenth {tenth}");
        }
        let got = lab.get("/api/v2/accounts");
        assert_eq!((got.status, got.retry_after), (429, Some(1)));
        lab.pass(Duration::from_millis(100));
    }
}

/// At which real millisecond a session of ten minutes answers what, ten times as fast.
#[test]
fn sessions_live_and_are_remembered_for_a_shorter_time() {
    let table = [
        (Scenario::Success, 149, "pending"),
        (Scenario::Success, 150, "success"),
        (Scenario::Expire, 59_999, "pending"),
        (Scenario::Expire, 60_000, "expired"),
        (Scenario::Expire, 119_999, "expired"),
        (Scenario::Expire, 120_000, "404"),
    ];
    for (scenario, millis, answer) in table {
        let mut lab = fast(scenario, 10.0);
        let got = lab.init_as(KEY, "google");
        assert_eq!(got.json["expires_at"], "2026-08-01T12:01:00.000Z", "which is when it ends");
        lab.pass(Duration::from_millis(millis));
        let got = lab.status(&text(&got.json["session_id"]));
        let word = got.json["status"].as_str().map_or_else(|| got.status.to_string(), str::to_owned);
        assert_eq!(word, answer, "{scenario} after {millis} ms");
    }
}

#[test]
fn the_fault_that_throttles_tells_real_seconds() {
    for (speed, retry_after) in [(1.0, 2), (1.5, 2), (2.0, 1), (100_000.0, 1)] {
        let mut lab = Lab::with(Scenario::Ask, |settings| {
            settings.pace = Pace::new(speed);
            settings.faults.throttled = true;
        });
        assert_eq!(lab.get("/api/v2/accounts").retry_after, Some(retry_after), "at {speed}");
    }
}

proptest! {
    /// At any speed, a session ends when it said it would and not a millisecond from it.
    #[test]
    fn what_is_told_is_when_it_ends(speed in 1.0..100_000.0, micros in 0_u64..2000) {
        let mut lab = fast(Scenario::Expire, speed);
        lab.pass(Duration::from_micros(micros));
        let got = lab.init_as(KEY, "google");
        let id = text(&got.json["session_id"]);
        let expires: Timestamp = text(&got.json["expires_at"]).parse().unwrap();
        prop_assume!(expires > later(lab.now, Duration::from_millis(1)));
        lab.now = expires.saturating_sub(Duration::from_nanos(1)).unwrap();
        prop_assert_eq!(&lab.status(&id).json["status"], "pending");
        lab.now = expires;
        prop_assert_eq!(&lab.status(&id).json["status"], "expired");
    }

    /// At any speed, whoever waits as long as they are told is let through in the end, and never pushes.
    #[test]
    fn an_ordinary_clock_can_follow(speed in 1.0..100_000.0, which in 0_usize..3) {
        let scenario = [Scenario::RateLimited, Scenario::IpBlocked, Scenario::Unavailable][which];
        let mut lab = fast(scenario, speed);
        let mut wait = 0;
        let refusals = std::iter::from_fn(|| {
            let (_, retry_after) = lab.start_after(wait * 1000);
            wait = retry_after?;
            Some(wait)
        });
        prop_assert!(refusals.take(3).count() <= 2);
    }
}
