//! What `-v` tells of the limits, and which limits are taken from the environment.

use super::*;
use crate::support::{Live, at_once};

#[test]
fn how_the_limits_stand_is_traced_at_the_start() {
    let acts = [Act::started(), refused(503, 600), Act::pending(), refused(429, 1800)];
    let (machine, api) = (Machine::new(""), Scripted::new(acts));
    // Calls, then Google's starts, then Microsoft's. How long a call counts for depends on how long all this takes.
    let limits = |tool: Tool| -> [String; 3] {
        let run = tool.args(&["-v"]).run();
        let line = run.stderr.lines().find_map(|line| line.strip_prefix("* limits: "));
        let line = line.unwrap_or_else(|| panic!("no limits: {run:#?}"));
        line.split("; ").map(str::to_owned).collect::<Vec<_>>().try_into().unwrap()
    };
    let open =
        |provider, starts| format!("{provider}: {starts} of 75 starts a minute, {starts} of 150 from here, 0 waiting");
    let [calls, google, microsoft] = limits(machine.start(&api, "google", &[]));
    assert_eq!(calls, "0 of 100 calls a second");
    assert_eq!((google, microsoft), (open("google", 0), open("microsoft", 0)));
    let [_, google, microsoft] = limits(machine.start(&api, "microsoft", &[]));
    assert_eq!((google, microsoft), (open("google", 1), open("microsoft", 0)));
    let [calls, google, microsoft] = limits(machine.status(&api, "s1", &[]));
    assert!(calls.ends_with(" of 100 calls a second"), "{calls}");
    assert_eq!(google, open("google", 1));
    let until = microsoft.strip_prefix(&format!("{}, closed until ", open("microsoft", 1))).unwrap();
    let until: jiff::Timestamp = until.strip_suffix(" (HTTP 503)").unwrap().parse().unwrap();
    assert!((500..=600).contains(&until.duration_since(jiff::Timestamp::now()).as_secs()), "{microsoft}");
    machine.status(&api, "s1", &[]).run().expect(7);
    let [calls, ..] = limits(machine.status(&api, "s1", &[]));
    assert!(calls.contains(", closed until ") && calls.ends_with("Z (HTTP 429)"), "{calls}");
    assert_eq!(api.lines().len(), 4);

    let [calls, google, _] = limits(Machine::new("starts=7,calls=9").start(&api, "google", &[]));
    assert_eq!(calls, "0 of 9 calls a second");
    assert_eq!(google, "google: 0 of 7 starts a minute, 0 of 14 from here, 0 waiting");
}

#[test]
fn each_wait_is_traced() {
    let (machine, api) = full("starts=1", 1);
    let run = machine.start(&api, "google", &["-v", "--max-wait", "0s"]).run().expect(7);
    assert!(!run.stderr.contains("* waiting"), "it does not wait: {run:#?}");
    let mut live = Live::start(machine.start(&api, "google", &["-v", "--max-wait", "1h"]));
    let told = live.stderr.until("* waiting up to ");
    assert!(told.ends_with("s: a workspace may start 1 Google sessions a minute"), "{told}");
    assert!(told.contains(", looking again in "), "{told}");
    live.signal("TERM");
    live.end();
}

#[test]
fn limits_that_make_no_sense_are_refused() {
    at_once(["no", "starts=0", "starts=", "calls=-1", "stops=1", "starts=1000001", "calls=1,,"], |text| {
        let api = Scripted::new([Act::started()]);
        let commands = [
            Tool::connect(&api.url(), &["--no-wait"]),
            Tool::status(&api.url(), &["s1"]),
            Tool::new(["connect", "google", "--sandbox=success", "--no-browser", "--no-wait"]),
        ];
        for command in commands {
            let run = command.env("INSTANTLY_OAUTH_LIMITS", text).run().expect(2);
            let run = run.says(&format!("error: INSTANTLY_OAUTH_LIMITS cannot be used: \"{text}\""));
            assert_eq!(run.says("Write it like starts=1000,calls=500").stdout, "");
        }
        assert_eq!(api.lines().len(), 0, "nothing was sent");
    });
}

#[test]
fn the_service_s_own_limits_cannot_be_changed() {
    // What would leave for the service would come through here.
    let proxy = Scripted::new([Act::error(502, "no")]);
    for arguments in [&["connect", "google", "--no-browser"][..], &["status", "s1"]] {
        for base in [None, Some("https://api.instantly.ai"), Some("https://127.0.0.1.example")] {
            let mut tool = Tool::new(arguments).env("INSTANTLY_API_KEY", "key").env("HTTPS_PROXY", proxy.url());
            if let Some(base) = base {
                tool = tool.args(&["--base-url", base]);
            }
            let run = tool.env("INSTANTLY_OAUTH_LIMITS", "starts=2,calls=10").run().expect(2);
            run.says("error: INSTANTLY_OAUTH_LIMITS is only for an API on this machine").says("unset it");
        }
    }
    assert_eq!(proxy.lines(), [""; 0]);
}
