//! Without a journal: one warning, and everything works.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::{CONNECTED, Row, acts, rows, state, warnings, works};
use crate::support::faults::{How, shim};
use crate::support::run::finish;
use crate::support::{Run, Scripted, Tool, at_once};

/// Holds that it works in every way of talking, with one warning that has these words, when this has been done to it.
fn warns(case: &str, words: &[&str], prepare: impl Fn(Tool) -> Tool) {
    for flags in [&[][..], &["--quiet"], &["--json"], &["--json", "--quiet"]] {
        let api = Scripted::new(acts());
        let tool = prepare(Tool::connect(&api.url(), &["--interval", "20ms"]).args(flags));
        let run = tool.run().expect(0);
        let case = format!("{case} {flags:?}: {run:#?}");
        if flags.contains(&"--json") {
            assert_eq!(run.result()["outcome"], "connected", "{case}");
        } else {
            assert_eq!(run.stdout, CONNECTED, "{case}");
        }
        let [warning] = *warnings(&run) else { panic!("not one warning: {case}") };
        for word in words.iter().chain(&["the journal cannot be used", "--state-dir"]) {
            assert!(warning.contains(word), "it does not say {word}: {case}");
        }
        assert_eq!(api.lines().len(), 3, "{case}");
    }
}

/// Names a state directory in its home, when this has been done to that.
fn in_home(name: &'static str, prepare: impl Fn(&Path)) -> impl Fn(Tool) -> Tool {
    move |tool| {
        prepare(tool.home());
        let directory = tool.home().join(name);
        tool.env("INSTANTLY_OAUTH_STATE_DIR", directory)
    }
}

#[test]
fn where_there_is_no_place_for_it_everything_works_without() {
    let write = |home: &Path| fs::write(home.join("file"), "").unwrap();
    warns("no home", &["HOME is not set"], |tool| tool.no_env("HOME"));
    warns("no home at all", &["HOME is not set"], |tool| tool.env("HOME", ""));
    warns("in a file", &["file/state/journal.db", "cannot be made"], in_home("file/state", write));
    warns("it is a file", &["file/journal.db", "something else of that name"], in_home("file", write));
    warns("in a device", &["/dev/null/state/journal.db"], |tool| {
        tool.env("INSTANTLY_OAUTH_STATE_DIR", "/dev/null/state")
    });
    warns(
        "a dangling link",
        &["something else"],
        in_home("link", |home| symlink("nowhere", home.join("link")).unwrap()),
    );
    warns("a circle", &["cannot be made"], in_home("link/state", |home| symlink("link", home.join("link")).unwrap()));
    warns(
        "the file is a directory",
        &["state/journal.db", "directory"],
        in_home("state", |home| fs::create_dir_all(home.join("state/journal.db")).unwrap()),
    );
    warns(
        "the file is a link to nowhere",
        &["state/journal.db"],
        in_home("state", |home| {
            fs::create_dir(home.join("state")).unwrap();
            symlink("no/where", home.join("state/journal.db")).unwrap();
        }),
    );
    if cfg!(target_os = "linux") {
        // Nobody can make a file there, whoever runs this.
        warns("in a file system of numbers", &["/proc/self/state"], |tool| {
            tool.env("INSTANTLY_OAUTH_STATE_DIR", "/proc/self/state")
        });
        warns("in one that is there", &["/proc/self/journal.db"], |tool| {
            tool.env("INSTANTLY_OAUTH_STATE_DIR", "/proc/self")
        });
    }
    let read_only = |home: &Path| {
        fs::create_dir(home.join("state")).unwrap();
        fs::set_permissions(home.join("state"), fs::Permissions::from_mode(0o500)).unwrap();
    };
    let home = tempfile::tempdir().unwrap();
    read_only(home.path());
    if fs::write(home.path().join("state/file"), "").is_ok() {
        println!("skipped: this user can write everywhere");
    } else {
        warns("it cannot be written", &["state/journal.db", "ermission"], in_home("state", read_only));
    }
}

#[test]
fn a_status_works_without_as_well() {
    let api = Scripted::new([crate::support::Act::success()]);
    let run = Tool::status(&api.url(), &["s1", "--state-dir", "/dev/null/state"]).run();
    works(&run, 1, "status");
    let api = Scripted::new([crate::support::Act::pending(), crate::support::Act::success()]);
    let run = Tool::status(&api.url(), &["s1", "--wait", "--interval", "20ms", "--state-dir", "/dev/null/x"]).run();
    works(&run, 1, "status --wait");
}

/// A `connect` on a disk on which no file is larger than this many half kilobytes.
fn limited(blocks: usize) -> (Run, bool) {
    let api = Scripted::new(acts());
    let tool = Tool::connect(&api.url(), &["--interval", "20ms"]);
    let (child, home) = tool.shell(&format!(r#"trap '' XFSZ; ulimit -f {blocks}; exec "$@""#)).start();
    let run = finish(child);
    let directory = state(home.path());
    let kept = directory.join("journal.db").exists() && rows(&directory).iter().any(Row::is_connected);
    if directory.join("journal.db").exists() {
        // And whoever comes next finds nothing wrong with it.
        let next = Tool::status(&api.url(), &["s1"]).env("HOME", home.path()).run();
        assert_eq!(warnings(&next), [""; 0], "{blocks}: {next:#?}");
    }
    (run, kept)
}

#[test]
fn on_a_disk_of_any_size_it_works_and_what_is_there_can_be_read() {
    const ENOUGH: usize = 200;
    let (next, least) = (AtomicUsize::new(0), AtomicUsize::new(ENOUGH));
    at_once(0..4, |_| {
        loop {
            let blocks = next.fetch_add(1, Ordering::SeqCst);
            let (run, kept) = limited(blocks);
            works(&run, usize::from(!kept), &format!("{blocks} blocks"));
            if kept || blocks > ENOUGH {
                least.fetch_min(blocks, Ordering::SeqCst);
                return;
            }
        }
    });
    let least = least.into_inner();
    assert!((8..ENOUGH).contains(&least), "{least} blocks were enough");
    println!("{least} blocks are enough");
}

#[test]
fn a_journal_that_can_only_be_read_still_answers() {
    let shim = match shim() {
        Ok(shim) => shim,
        Err(why) => return println!("{why}"),
    };
    let api = Scripted::new(acts());
    let (child, home) = Tool::connect(&api.url(), &["--interval", "20ms"]).start();
    finish(child).expect(0);
    let status = |id: &str| {
        let tool = Tool::status(&api.url(), &[id, "--json"]);
        // The shim is told of the tool's own home, so that is where the journal has to be.
        fs::create_dir_all(state(tool.home())).unwrap();
        for entry in fs::read_dir(state(home.path())).unwrap().map(|entry| entry.unwrap()) {
            if entry.path().is_file() {
                fs::copy(entry.path(), state(tool.home()).join(entry.file_name())).unwrap();
            }
        }
        tool.failing(shim, How::Readonly, 1).run()
    };
    let run = status("s1").expect(0);
    assert_eq!((warnings(&run), &run.result()["source"]), (vec![], &"journal".into()), "{run:#?}");
    assert_eq!(api.lines().len(), 3, "nothing was asked");
    // What it does not know it cannot write down, which is said.
    let run = status("s2");
    assert_eq!((run.result()["outcome"].as_str(), warnings(&run).len()), (Some("not_found"), 1), "{run:#?}");
}
