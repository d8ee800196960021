//! The limits on session starts and on calls of any kind.

use std::net::Ipv6Addr;

use proptest::prelude::*;

use super::super::moment::between;
use super::*;

const OTHER: &str = "Bearer sandbox-other";

fn limited(limit: u32) -> Lab {
    Lab::with(Scenario::Ask, |settings| settings.init_limit = limit)
}

fn limited_calls(limit: u32) -> Lab {
    Lab::with(Scenario::Ask, |settings| settings.call_limit = limit)
}

#[test]
fn a_window_slides() {
    let mut lab = limited(2);
    // When init is called, in milliseconds, and what it answers.
    let table = [
        (0, 200, None),
        (20_000, 200, None),
        (20_000, 429, Some(40)),
        (59_001, 429, Some(1)),
        (59_999, 429, Some(1)),
        (60_000, 200, None),
        (60_001, 429, Some(20)),
        (80_000, 200, None),
        (200_000, 200, None),
    ];
    let start = lab.now;
    for (millis, status, retry_after) in table {
        lab.now = later(start, Duration::from_millis(millis));
        let got = lab.init_as(KEY, "google");
        assert_eq!((got.status, got.retry_after), (status, retry_after), "at {millis} ms");
        if status == 429 {
            assert_eq!(got.json["error"], "Too Many Requests");
            assert_eq!(got.json["message"], "Rate limit exceeded for OAuth session creation");
        }
    }
}

#[test]
fn providers_and_workspaces_do_not_hold_each_other_back() {
    let mut lab = limited(1);
    let table = [
        (KEY, "google", 200),
        (KEY, "google", 429),
        (KEY, "microsoft", 200),
        (OTHER, "google", 200),
        (KEY, "google", 429),
    ];
    for (key, provider, status) in table {
        assert_eq!(lab.init_as(key, provider).status, status, "{key} {provider}");
    }
}

#[test]
fn an_address_has_twice_the_limit_across_workspaces() {
    for limit in [75, 3] {
        let mut lab = limited(limit);
        let keys = ["Bearer sandbox-a", "Bearer sandbox-b", "Bearer sandbox-c"];
        for key in &keys[..2] {
            for _ in 0..limit {
                assert_eq!(lab.init_as(key, "google").status, 200);
            }
        }
        let got = lab.init_as(keys[2], "google");
        assert_eq!((got.status, got.retry_after, got.reason), (429, Some(60), Some("address limit")));
        assert_eq!(lab.init_as(keys[2], "microsoft").status, 200);
        let from_elsewhere = Call {
            authorization: Some(keys[2]),
            content_type: Some("application/json"),
            body: b"{}",
            address: IpAddr::V6(Ipv6Addr::LOCALHOST),
            ..call("POST", "/api/v2/oauth/google/init")
        };
        assert_eq!(lab.send(&from_elsewhere).unwrap().status, 200);
    }
}

#[test]
fn of_two_limits_the_one_that_lasts_longer_is_told() {
    let mut lab = limited(1);
    lab.init_as("Bearer sandbox-a", "google");
    lab.pass(Duration::from_secs(10));
    lab.init_as("Bearer sandbox-b", "google");
    lab.pass(Duration::from_secs(10));
    // The workspace's own start is 20 or 10 seconds old, and the older of the address's two 20.
    for (key, retry_after, reason) in
        [("Bearer sandbox-b", 50, "workspace limit"), ("Bearer sandbox-c", 40, "address limit")]
    {
        let got = lab.init_as(key, "google");
        assert_eq!((got.retry_after, got.reason), (Some(retry_after), Some(reason)));
    }
}

#[test]
fn a_limit_of_none_refuses_all() {
    let got = limited(0).init_as(KEY, "google");
    assert_eq!((got.status, got.retry_after), (429, Some(60)));
    let got = limited_calls(0).get("/api/v2/accounts");
    assert_eq!((got.status, got.retry_after), (429, Some(1)));
}

#[test]
fn a_clock_set_back_never_asks_for_more_than_a_minute() {
    let mut lab = limited(1);
    lab.pass(Duration::from_secs(3600));
    lab.init_as(KEY, "google");
    lab.now = "2026-08-01T12:00:00Z".parse().unwrap();
    assert_eq!(lab.init_as(KEY, "google").retry_after, Some(60));
}

#[test]
fn calls_of_any_kind_count_for_the_workspace() {
    let mut lab = limited_calls(5);
    let (id, link) = lab.begin("google");
    lab.status(&id);
    lab.get("/api/v2/accounts");
    lab.get("/api/v2/workspaces/current");
    assert_eq!(lab.get("/api/v2/nothing").status, 404);
    let refused = |got: &Got| {
        assert_eq!((got.status, got.retry_after, got.reason), (429, Some(1), Some("call limit")), "{got:?}");
        assert_eq!(
            (&got.json["error"], &got.json["message"]),
            (&"Too Many Requests".into(), &"Rate limit exceeded".into())
        );
    };
    refused(&lab.status(&id));
    refused(&lab.init_as(KEY, "microsoft"));
    refused(&lab.get("/api/v2/nothing"));
    assert_eq!(lab.get_as(OTHER, "/api/v2/accounts").status, 200, "another workspace has its own");
    assert_eq!(lab.get_as("Bearer wrong", "/api/v2/accounts").status, 401, "and none is no workspace's");
    for _ in 0..10 {
        assert_eq!(lab.open(&link).status, 200, "the page is no call");
    }
    lab.pass(Duration::from_millis(999));
    refused(&lab.status(&id));
    lab.pass(Duration::from_millis(1));
    assert_eq!(lab.status(&id).status, 200, "what is refused does not count");
}

proptest! {
    /// However they come, no second has more calls than the limit, and no minute more than sixty times as many.
    #[test]
    fn no_second_and_no_minute_of_calls_overflows(limit in 1_u32..4, gaps in prop::collection::vec(0_u64..400, 1..600)) {
        let mut lab = limited_calls(limit);
        let mut admitted = Vec::new();
        for gap in gaps {
            lab.pass(Duration::from_millis(gap));
            if lab.get("/api/v2/workspaces/current").status == 200 {
                admitted.push(lab.now);
            }
            let within = |span| admitted.iter().filter(|&&at| between(at, lab.now) < Duration::from_secs(span)).count();
            let limit = usize::try_from(limit).unwrap();
            prop_assert!(within(1) <= limit && within(60) <= 60 * limit);
        }
    }
}

#[test]
fn a_refused_start_uses_up_nothing_of_its_limits() {
    let mut lab = Lab::with(Scenario::Ask, |settings| (settings.init_limit, settings.call_limit) = (1, 3));
    let bad = Call { authorization: Some(KEY), ..call("POST", "/api/v2/oauth/google/init") };
    assert_eq!(lab.send(&bad).unwrap().status, 415);
    assert_eq!(lab.init_as(KEY, "google").status, 200);
    assert_eq!(lab.init_as(KEY, "google").reason, Some("workspace limit"));
    assert_eq!(lab.init_as(KEY, "google").reason, Some("call limit"), "a call it is all the same");
    lab.pass(Duration::from_secs(60));
    assert_eq!(lab.init_as(KEY, "google").status, 200);
}
