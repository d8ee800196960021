//! The scenarios in which starts are refused, and what becomes of those who push on.

use super::*;

const FIRST: u64 = 1800;
const SECOND: u64 = 7200;

/// What a start is answered: its status, how long it says to wait, and why.
type Told = (u16, Option<u64>, Option<&'static str>);

const STARTED: Told = (200, None, None);

fn blocked(seconds: u64) -> Told {
    (429, Some(seconds), Some("address blocked"))
}

impl Lab {
    fn told(&mut self, provider: &str) -> Told {
        let got = self.init_as(KEY, provider);
        assert_eq!(got.json.get("statusCode").is_some(), got.status != 200, "{got:?}");
        (got.status, got.retry_after, got.reason)
    }

    fn pass_millis(&mut self, millis: u64) {
        self.pass(Duration::from_millis(millis));
    }

    /// Whether what began now ends as success.
    fn connects(&mut self, provider: &str) {
        let (id, _) = self.begin(provider);
        self.pass(DELAY);
        assert_eq!(self.status(&id).json["status"], "success");
    }
}

/// Each scenario: milliseconds from the first start on, and what one is then told.
#[test]
fn scenarios_that_refuse() {
    let limited = |seconds| (429, Some(seconds), Some("workspace limit"));
    let failed = |seconds| (503, Some(seconds), Some("upstream failed"));
    let open = |seconds| (503, Some(seconds), Some("breaker open"));
    let table: [(Scenario, &[(u64, Told)]); 3] = [
        (
            Scenario::RateLimited,
            &[
                (0, limited(3)),
                (1, limited(3)),
                (1000, limited(2)),
                (2999, limited(1)),
                (3000, STARTED),
                (3000, STARTED),
            ],
        ),
        (
            Scenario::Unavailable,
            &[
                (0, failed(2)),
                (0, open(2)),
                (1999, open(1)),
                (2000, failed(4)),
                (2001, open(4)),
                (5999, open(1)),
                (6000, STARTED),
                (6000, STARTED),
            ],
        ),
        (
            Scenario::IpBlocked,
            &[
                (0, blocked(1800)),
                (1, blocked(1800)),
                (1_000_000, blocked(800)),
                (1_799_999, blocked(1)),
                (1_800_000, STARTED),
            ],
        ),
    ];
    for (scenario, steps) in table {
        let mut lab = Lab::new(scenario);
        for provider in ["google", "microsoft"] {
            lab.pass(Duration::from_secs(3600));
            let first = lab.now;
            for (millis, told) in steps {
                lab.now = later(first, Duration::from_millis(*millis));
                assert_eq!(lab.told(provider), *told, "{scenario} {provider} after {millis} ms");
            }
            lab.connects(provider);
        }
    }
}

#[test]
fn a_client_that_waits_as_it_is_told_is_let_through() {
    for scenario in [Scenario::RateLimited, Scenario::IpBlocked, Scenario::Unavailable] {
        let mut lab = Lab::new(scenario);
        let mut refusals = 0;
        while let (_, Some(seconds), _) = lab.told("google") {
            refusals += 1;
            assert!(refusals <= 2, "{scenario}");
            lab.pass(Duration::from_secs(seconds));
        }
        assert_eq!(refusals, if scenario == Scenario::Unavailable { 2 } else { 1 }, "{scenario}");
    }
}

#[test]
fn each_workspace_finds_its_own_minute_used_up() {
    let mut lab = Lab::new(Scenario::RateLimited);
    assert_eq!(lab.init_as(KEY, "google").retry_after, Some(3));
    lab.pass(Duration::from_secs(3));
    assert_eq!(lab.init_as("Bearer sandbox-other", "google").retry_after, Some(3));
    assert_eq!(lab.told("google"), STARTED);
}

#[test]
fn whoever_pushes_on_is_blocked_for_longer_and_longer() {
    let mut lab = Lab::with(Scenario::Success, |settings| settings.init_limit = 1);
    assert_eq!(lab.told("google"), STARTED);
    for _ in 0..9 {
        assert_eq!(lab.told("google"), (429, Some(60), Some("workspace limit")));
    }
    assert_eq!(lab.told("google"), blocked(FIRST), "the tenth refusal is already the block's");
    let got = lab.init_as("Bearer sandbox-other", "google");
    assert_eq!(got.json["message"], "This IP address is temporarily blocked from creating OAuth sessions");
    assert_eq!(lab.told("microsoft"), STARTED);
    lab.pass(Duration::from_secs(60));
    for _ in 0..9 {
        assert_eq!(lab.told("google"), blocked(FIRST - 60), "room in the window is no way around it");
    }
    assert_eq!(lab.told("google"), blocked(SECOND));
    assert_eq!(lab.get("/api/v2/accounts").status, 200, "only starts are blocked");
    lab.pass(Duration::from_secs(SECOND));
    lab.connects("google");
}

#[test]
fn a_block_comes_before_anything_else_that_is_wrong_with_a_start() {
    let mut lab = Lab::with(Scenario::IpBlocked, |settings| settings.call_limit = 1);
    let bad = Call { authorization: Some(KEY), ..call("POST", "/api/v2/oauth/google/init") };
    assert_eq!(lab.send(&bad).unwrap().retry_after, Some(FIRST));
    assert_eq!(lab.told("google"), blocked(FIRST));
    assert_eq!(lab.get("/api/v2/accounts").status, 200, "and does not count as a call");
    assert_eq!(lab.told("google"), blocked(FIRST), "not even where there is no call left");
    assert_eq!(lab.init_as("Bearer wrong", "google").status, 401, "but a key must be one");
}

#[test]
fn starts_that_the_limit_on_calls_refuses_are_pushing_too() {
    let mut lab = Lab::with(Scenario::Ask, |settings| settings.call_limit = 0);
    for _ in 0..9 {
        assert_eq!(lab.told("google"), (429, Some(1), Some("call limit")));
    }
    for _ in 0..20 {
        assert_eq!(lab.get("/api/v2/accounts").status, 429, "calls that start nothing are not");
    }
    assert_eq!(lab.told("google"), blocked(FIRST));
}

#[test]
fn an_outage_is_nobodys_pushing_and_uses_up_nothing() {
    let mut lab = Lab::with(Scenario::Unavailable, |settings| settings.init_limit = 1);
    for _ in 0..30 {
        assert_eq!(lab.told("google").0, 503);
    }
    lab.pass(Duration::from_secs(5));
    assert_eq!(lab.told("google"), STARTED);
    assert_eq!(lab.told("google"), (429, Some(60), Some("workspace limit")));
}

#[test]
fn a_start_without_room_is_no_trial_of_the_breaker() {
    let mut lab = Lab::with(Scenario::Unavailable, |settings| settings.init_limit = 0);
    for _ in 0..3 {
        assert_eq!(lab.told("google").2, Some("workspace limit"));
    }
}

#[test]
fn a_start_that_is_wrong_meets_no_scenario() {
    for scenario in [Scenario::RateLimited, Scenario::Unavailable] {
        let mut lab = Lab::new(scenario);
        let bad = Call { authorization: Some(KEY), ..call("POST", "/api/v2/oauth/google/init") };
        assert_eq!(lab.send(&bad).unwrap().status, 415);
        lab.pass_millis(10_000);
        assert_ne!(lab.told("google"), STARTED, "{scenario} begins with the first start that could have been one");
    }
}
