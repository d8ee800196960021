//! The limits on new sessions.

use std::net::Ipv6Addr;

use super::*;

fn limited(limit: u32) -> Lab {
    Lab::with(Scenario::Ask, |settings| settings.init_limit = limit)
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
    let other = "Bearer sandbox-other";
    let table = [
        (KEY, "google", 200),
        (KEY, "google", 429),
        (KEY, "microsoft", 200),
        (other, "google", 200),
        (KEY, "google", 429),
    ];
    for (key, provider, status) in table {
        assert_eq!(lab.init_as(key, provider).status, status, "{key} {provider}");
    }
}

#[test]
fn an_address_has_a_limit_across_workspaces() {
    let mut lab = limited(75);
    let keys = ["Bearer sandbox-a", "Bearer sandbox-b", "Bearer sandbox-c"];
    for key in &keys[..2] {
        for _ in 0..75 {
            assert_eq!(lab.init_as(key, "google").status, 200);
        }
    }
    let got = lab.init_as(keys[2], "google");
    assert_eq!((got.status, got.retry_after), (429, Some(60)));
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

#[test]
fn a_limit_of_none_refuses_all() {
    let got = limited(0).init_as(KEY, "google");
    assert_eq!((got.status, got.retry_after), (429, Some(60)));
}

#[test]
fn a_clock_set_back_never_asks_for_more_than_a_minute() {
    let mut lab = limited(1);
    lab.pass(Duration::from_secs(3600));
    lab.init_as(KEY, "google");
    lab.now = "2026-08-01T12:00:00Z".parse().unwrap();
    assert_eq!(lab.init_as(KEY, "google").retry_after, Some(60));
}
