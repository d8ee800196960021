//! Without a file to share, a process minds the limits by itself, and says so.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use super::*;
use crate::support::faults::{How, shim};
use crate::support::{INIT, Live, at_once};

/// The ways in which nothing can be written down.
const WAYS: [&str; 3] = ["a device", "a directory that can only be read", "a file system that can only be read"];

/// The same where nothing can be written down, or why that cannot be had here.
fn without_a_file(way: &str, tool: Tool) -> Result<Tool, &'static str> {
    let state = tool.home().join("state");
    match way {
        "a device" => Ok(tool.env("INSTANTLY_OAUTH_STATE_DIR", "/dev/null/x")),
        "a directory that can only be read" => {
            fs::create_dir(&state).unwrap();
            fs::set_permissions(&state, fs::Permissions::from_mode(0o500)).unwrap();
            let is_written = fs::write(state.join("file"), "").is_ok();
            if is_written {
                return Err("skipped: this user can write everywhere");
            }
            Ok(tool.env("INSTANTLY_OAUTH_STATE_DIR", state))
        }
        _ => shim().map(|shim| tool.failing(shim, How::Readonly, 1)),
    }
}

const BY_ITSELF: &str = "this process minds Instantly's limits by itself";

/// Holds that it said once that it is on its own.
#[track_caller]
fn is_alone(run: &Run, case: &str) {
    let warnings: Vec<_> = run.stderr.lines().filter(|line| line.contains("the journal cannot be used")).collect();
    let [warning] = warnings[..] else { panic!("not one warning, {case}: {run:#?}") };
    assert!(warning.starts_with("warning: ") && warning.contains(BY_ITSELF), "{case}: {run:#?}");
}

#[test]
fn it_still_makes_no_more_calls_than_may_be() {
    at_once(WAYS, |way| {
        let api = Scripted::new([Act::started(), Act::pending(), Act::success()]);
        let tool = Tool::connect(&api.url(), &["--interval", "20ms"]).env("INSTANTLY_OAUTH_LIMITS", "calls=2");
        let tool = match without_a_file(way, tool) {
            Ok(tool) => tool,
            Err(why) => return println!("{why}"),
        };
        is_alone(&tool.run().expect(0), way);
        assert_eq!(api.lines().len(), 3, "{way}");
        never_more_than(2, &api.requests());
    });
}

#[test]
fn it_still_starts_no_more_sessions_than_may_be() {
    at_once(WAYS, |way| {
        let api = Scripted::new([Act::error(500, "oops"), Act::started()]);
        let tool =
            Tool::connect(&api.url(), &["--no-wait", "--max-wait", "1s"]).env("INSTANTLY_OAUTH_LIMITS", "starts=1");
        let tool = match without_a_file(way, tool) {
            Ok(tool) => tool,
            Err(why) => return println!("{why}"),
        };
        let run = tool.run().expect(7).says("this workspace has used up its 1 Google sessions a minute");
        is_alone(&run, way);
        assert_eq!(api.lines(), [INIT], "{way}");
    });
}

#[test]
fn it_still_keeps_to_what_the_service_says() {
    at_once(WAYS.into_iter().flat_map(|way| [429, 503].map(|status| (way, status))), |(way, status)| {
        let api = Scripted::new([refused(status, 1), Act::started(), refused(status, 1), Act::success()]);
        let tool = match without_a_file(way, Tool::connect(&api.url(), &["--interval", "20ms"])) {
            Ok(tool) => tool,
            Err(why) => return println!("{why}"),
        };
        is_alone(&tool.run().expect(0), way);
        let gaps = gaps(&api);
        assert_eq!(gaps.len(), 3, "{way}");
        assert!(gaps[0] >= SECOND && gaps[2] >= SECOND, "{way}: {gaps:?}");

        let api = Scripted::new([refused(status, 1800)]);
        let tool = match without_a_file(way, Tool::connect(&api.url(), &["--no-wait"])) {
            Ok(tool) => tool,
            Err(why) => return println!("{why}"),
        };
        is_alone(&tool.run().expect(if status == 429 { 7 } else { 9 }), way);
        assert_eq!(api.lines(), [INIT], "{way}");
    });
}

#[test]
fn what_can_be_read_and_not_written_is_still_kept_to() {
    let shim = match shim() {
        Ok(shim) => shim,
        Err(why) => return println!("{why}"),
    };
    let (machine, api) = (Machine::new(""), Scripted::new([refused(429, 1800), Act::started()]));
    machine.start(&api, "google", &[]).run().expect(7);
    let start = |provider| {
        let tool = machine.start(&api, provider, &[]).failing(shim, How::Readonly, 1);
        tool.env("FAULT_FOLDER", machine.state()).run()
    };
    start("google").expect(7).says("has blocked this IP address for Google sessions until");
    assert_eq!(api.lines(), [INIT]);
    is_alone(&start("microsoft").expect(0), "what cannot be written");
    assert_eq!(api.lines(), [INIT, INIT_MICROSOFT]);
}

/// It takes as long as a file is waited for, twenty seconds.
#[test]
fn a_file_that_another_process_holds_is_done_without() {
    let (machine, api) = (Machine::new(""), Scripted::new([refused(429, 1), Act::started()]));
    let books = machine.books();
    books.execute_batch("BEGIN EXCLUSIVE").unwrap();
    let run = machine.start(&api, "google", &[]).run().expect(0);
    is_alone(&run, "a file that is held");
    assert!(gaps(&api)[0] >= SECOND, "{:?}", gaps(&api));
}

/// It takes as long as the one before.
#[test]
fn a_refusal_that_cannot_be_written_down_is_kept_to_and_written_down_later() {
    let (machine, api) = (Machine::new(""), Scripted::new([Act::Hold(Box::new(refused(429, 1800))), Act::started()]));
    let mut live = Live::start(machine.start(&api, "google", &["--max-wait", "1h"]));
    api.wait_for(1);
    let books = machine.books();
    books.execute_batch("BEGIN EXCLUSIVE").unwrap();
    api.release();
    live.stderr.until("Rate limited by Instantly");
    books.execute_batch("COMMIT").unwrap();
    machine.wait_for_gate();
    machine.start(&api, "google", &[]).run().expect(7).says("has blocked this IP address");
    assert_eq!(api.lines(), [INIT]);
    live.signal("TERM");
    live.end();
}
