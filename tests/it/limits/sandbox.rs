//! The sandbox's scenarios of limits and outages, watched at its speed.

use serde_json::json;

use super::*;
use crate::support::{Live, Service, at_once};

const START: &str = "POST /api/v2/oauth/google/init";

#[test]
fn each_scenario_says_what_is_waited_for_and_until_when() {
    at_once(
        [
            ("rate_limited", "1m", 0, "rate_limited", 3.0),
            ("ip_blocked", "1m", 7, "rate_limited", 1800.0),
            ("unavailable", "1s", 9, "unavailable", 2.0),
        ],
        |(scenario, patience, code, reason, seconds)| {
            let scenario = format!("--sandbox={scenario}");
            let flags = ["connect", "google", "--no-browser", "--no-wait", "--json", "--max-wait", patience, &scenario];
            let run = Tool::new(flags).run().expect(code);
            let (waits, result) = (events(&run, "waiting"), run.result());
            if code == 0 {
                let [waiting] = &waits[..] else { panic!("not one wait: {run:#?}") };
                assert_eq!((&waiting["reason"], &waiting["seconds"]), (&json!(reason), &json!(3)), "{run:#?}");
                return;
            }
            assert!(waits.is_empty(), "{run:#?}");
            assert_eq!(result["outcome"], reason, "{run:#?}");
            assert!((seconds - 2.0..=seconds).contains(&retry_in(&result)), "{run:#?}");
        },
    );
}

/// A command against it on this machine.
fn start(service: &Service, machine: &Machine) -> Tool {
    machine.on(service.tool(&["connect", "google", "--no-browser", "--no-wait", "--json"]))
}

#[test]
fn two_processes_sit_it_out_without_a_request_too_many() {
    at_once(
        [
            // Half an hour takes a second and a half, and is told in whole seconds.
            ("ip_blocked", "1200", "rate_limited", 2, &["429 (address blocked)"][..]),
            ("rate_limited", "2", "rate_limited", 2, &["429 (workspace limit)"]),
            // The breaker opens twice, for one second and for two.
            ("unavailable", "2", "unavailable", 1, &["503 (upstream failed)", "503 (upstream failed)"]),
        ],
        |(scenario, speed, reason, seconds, refusals)| {
            let service = Service::start(&["--scenario", scenario, "--speed", speed]);
            let machine = Machine::new("");
            let mut first = Live::start(start(&service, &machine));
            let waiting: Value = serde_json::from_str(&first.stdout.until("waiting")).unwrap();
            assert_eq!((&waiting["reason"], &waiting["seconds"]), (&json!(reason), &json!(seconds)), "{scenario}");
            let second = Live::start(start(&service, &machine));
            for live in [first, second] {
                let run = live.end().expect(0);
                assert_eq!(events(&run, "session").len(), 1, "{scenario}: {run:#?}");
            }
            let run = service.stop("TERM").expect(0);
            let starts: Vec<_> = run.stderr.lines().filter(|line| line.starts_with("POST ")).collect();
            let told = refusals.iter().chain(&["200", "200"]).map(|told| format!("{START} {told}"));
            assert_eq!(starts, told.collect::<Vec<_>>(), "{scenario}");
        },
    );
}
