//! What the service says of a provider: it is kept by every process of the machine, until the time that was named.

use jiff::tz::Offset;
use serde_json::json;

use super::*;
use crate::support::{INIT, Live, STATUS, at_once};

/// `Retry-After` in both its forms, with the `Date` that one of them is measured by.
const HALF_AN_HOUR: [&str; 2] = ["1800", "Sat, 01 Aug 2026 12:30:00 GMT"];
const TEN_MINUTES: [&str; 2] = ["600", "Sat, 01 Aug 2026 12:10:00 GMT"];

fn told(status: u16, retry_after: &str) -> Act {
    let act = Act::error(status, "slow down").header("date: Sat, 01 Aug 2026 12:00:00 GMT");
    act.header(&format!("retry-after: {retry_after}"))
}

/// A time zone in which it is about noon, so that no time that is told is on another day; what `TZ` has for it.
fn noon() -> (Offset, String) {
    let hour = jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).hour();
    let ahead = 12 - hour;
    (Offset::constant(ahead), format!("HERE{}", -ahead))
}

#[test]
fn a_block_is_kept_by_every_process_and_its_end_told_in_local_time() {
    at_once(HALF_AN_HOUR, |retry_after| {
        let pass = [started("s2"), Act::pending(), started("s3")];
        let api = Scripted::new([told(429, retry_after)].into_iter().chain(pass));
        let machine = Machine::new("");
        let run = machine.start(&api, "google", &[]).run().expect(7);
        run.says("error: Instantly has blocked this IP address for Google sessions until ")
            .says("(HTTP 429: slow down)");
        assert_eq!(api.lines(), [INIT]);

        let (offset, zone) = noon();
        let run = machine.start(&api, "google", &["--json"]).env("TZ", zone).run().expect(7);
        let result = run.result();
        assert_eq!((&result["outcome"], &result["retryable"]), (&json!("rate_limited"), &json!(true)), "{result}");
        assert!((1700.0..=1800.0).contains(&retry_in(&result)), "{result}");
        let until = offset.to_datetime(time(&result, "retry_at")).strftime("%H:%M:%S").to_string();
        let message = result["message"].as_str().unwrap();
        let words = format!("Instantly has blocked this IP address for Google sessions until {until} (");
        assert!(message.starts_with(&words) && message.ends_with("(HTTP 429: slow down)"), "{words}: {message}");
        // Why, what not to do, and what can be done meanwhile.
        let hints = result["hints"].to_string();
        for words in [
            "75 a minute for a workspace, 150 for an address",
            "Do not try before that",
            "2 hours, then 24",
            "Microsoft mailboxes can be connected meanwhile",
        ] {
            assert!(hints.contains(words), "{words}: {hints}");
        }
        // It is the address that is blocked, whichever the workspace.
        machine.start(&api, "google", &[]).env("INSTANTLY_API_KEY", "other").run().expect(7);
        assert_eq!(api.lines(), [INIT], "nothing was sent");

        machine.start(&api, "microsoft", &[]).run().expect(0);
        machine.status(&api, "s1", &[]).run().expect(8);
        // It is known to those alone who share the file.
        Machine::new("").start(&api, "google", &[]).run().expect(0);
        assert_eq!(api.lines(), [INIT, INIT_MICROSOFT, STATUS, INIT]);
    });
}

#[test]
fn an_outage_is_kept_by_every_process_too() {
    at_once(TEN_MINUTES, |retry_after| {
        let (machine, api) = (Machine::new(""), Scripted::new([told(503, retry_after), Act::started()]));
        for flags in [&[][..], &["--max-wait", "5m"]] {
            let run = machine.start(&api, "google", flags).run().expect(9);
            let run = run.says("error: Instantly cannot start or follow sign-ins right now until ");
            run.says("(HTTP 503: slow down)").says("It is usually Google limiting Instantly");
        }
        let result = machine.start(&api, "google", &["--json"]).run().expect(9).result();
        assert_eq!((&result["outcome"], &result["retryable"]), (&json!("unavailable"), &json!(true)), "{result}");
        assert!((500.0..=600.0).contains(&retry_in(&result)), "{result}");
        assert_eq!(api.lines(), [INIT]);
        machine.start(&api, "microsoft", &[]).run().expect(0);
    });
}

#[test]
fn a_time_that_makes_no_sense_is_a_day_at_the_most() {
    at_once(["99999999", "99999999999999999999999", "Tue, 31 Dec 2199 23:59:59 GMT"], |retry_after| {
        let (machine, api) = (Machine::new(""), Scripted::new([told(429, retry_after)]));
        for _ in 0..2 {
            let result = machine.start(&api, "google", &["--json", "--max-wait", "1h"]).run().expect(7).result();
            assert!((86_300.0..=86_400.0).contains(&retry_in(&result)), "{retry_after}: {result}");
        }
        assert_eq!(api.lines(), [INIT]);
    });
}

#[test]
fn a_refusal_that_names_no_time_is_told_as_that() {
    at_once([(429, 7, "rate limited by Instantly"), (503, 9, "cannot start or follow sign-ins right now")], |case| {
        let (status, code, words) = case;
        let (machine, api) = (Machine::new(""), Scripted::new([Act::error(status, "slow down")]));
        let run = machine.start(&api, "google", &["--max-wait", "0s", "--json"]).run().expect(code);
        let result = run.result();
        let message = format!("; it did not say for how long (HTTP {status}: slow down)");
        let (said, hints) = (result["message"].as_str().unwrap(), result["hints"].to_string());
        assert!(said.contains(words) && said.ends_with(&message), "{result}");
        assert!(hints.contains("This tool asks again at "), "{result}");
        assert!((0.0..=60.0).contains(&retry_in(&result)), "{result}");
    });
}

#[test]
fn with_patience_a_refusal_is_waited_out_and_whoever_goes_next_goes_alone() {
    let cases = [(429, "rate_limited"), (503, "unavailable")];
    at_once(cases.into_iter().flat_map(|case| [None, Some(2)].map(|seconds| (case, seconds))), |case| {
        let ((status, reason), seconds) = case;
        let act = seconds.map_or_else(|| Act::error(status, "slow down"), |seconds| refused(status, seconds));
        let held = Act::Hold(Box::new(started("s2")));
        let (machine, api) = (Machine::new(""), Scripted::new([act, held, started("s3")]));
        let first = Live::start(machine.start(&api, "google", &["--json"]));
        api.wait_for(2);
        let mut second = Live::start(machine.start(&api, "google", &["-v"]));
        second.stderr.until(&format!("the first request since HTTP {status} goes alone"));
        second.stderr.until("goes alone");
        assert_eq!(api.lines().len(), 2, "nobody else goes while its reply is awaited");
        api.release();
        let run = first.end().expect(0);
        assert_eq!(second.end().expect(0).stdout.lines().next(), Some("s3"));
        // Where no time is named, chance may say so little that it is over before it is told.
        let Some(seconds) = seconds else { return };
        let [waiting] = &events(&run, "waiting")[..] else { panic!("not one wait: {run:#?}") };
        assert_eq!((&waiting["reason"], &waiting["seconds"]), (&json!(reason), &json!(seconds)), "{run:#?}");
        assert_eq!(waiting["detail"], format!("HTTP {status}: slow down"));
        assert!(gaps(&api)[0] >= Duration::from_secs(seconds), "{:?}", gaps(&api));
    });
}
