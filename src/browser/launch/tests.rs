//! The opening with real programs. Time is handed in or taken out of the question: no test waits for it to pass.

use std::fs;
use std::path::Path;

use tempfile::TempDir;

use super::*;

const URL: &str = "https://accounts.google.com/o/oauth2?a=1&b=%2F&c='x'&d=$(id)&e=%s&f=;!`id`*\"#n";

/// Enough for any machine: what waits for less waits for something to happen.
const FOREVER: Duration = Duration::from_secs(3600);

fn named(program: &str) -> Launcher {
    Launcher::new(program, [""; 0])
}

/// A few lines of `sh`, without a `%s` in them, as the program that is started. They find the URL in `$1` and their directory in `$2`.
fn script(lines: &str, directory: &Path) -> Launcher {
    Launcher::new("/bin/sh", ["-c", lines, "browser", "%s", directory.to_str().unwrap()])
}

/// Runs until the test lets it go on by [`release`], or for half a minute, should the test have failed meanwhile.
fn waiting(then: &str, directory: &Path) -> Launcher {
    let wait = r#"n=0; until [ -e "$2/go" ] || [ $n -ge 600 ]; do sleep 0.05; n=$((n+1)); done"#;
    script(&format!("{wait}; {then}"), directory)
}

fn release(directory: &Path) {
    fs::write(directory.join("go"), "").unwrap();
}

fn opening(launchers: impl AsRef<[Launcher]>, patience: Duration) -> Opening {
    Opening { patience, ..Opening::new(launchers.as_ref(), URL) }
}

fn yes(program: &str) -> Opened {
    Opened::Yes { program: program.to_owned() }
}

fn no(reason: &str) -> Opened {
    Opened::No { reason: reason.to_owned() }
}

/// Waits for a file that is moved into place once it is complete, for far longer than that can take.
async fn content(path: &Path) -> String {
    for _ in 0..3000 {
        if let Ok(content) = fs::read_to_string(path) {
            return content;
        }
        sleep(Duration::from_millis(10)).await;
    }
    panic!("{} never appeared", path.display());
}

#[tokio::test]
async fn a_failure_falls_through_to_the_next() {
    let room = TempDir::new().unwrap();
    let launchers = || {
        vec![
            named("no-such-browser"),
            named("no-such-browser-either"),
            script("exit 4", room.path()),
            named(room.path().to_str().unwrap()),
            script("kill -9 $$", room.path()),
        ]
    };
    let mut with_a_good_one = launchers();
    with_a_good_one.extend([named("true"), script("touch \"$2/too-far\"", room.path())]);
    assert_eq!(opening(with_a_good_one, FOREVER).opened().await, yes("true"));
    assert!(!room.path().join("too-far").exists());

    let Opened::No { reason } = opening(launchers(), FOREVER).opened().await else { panic!("something opened") };
    let directory = room.path().display();
    let expected = format!(
        "no-such-browser, no-such-browser-either: not found; /bin/sh: exit 4; {directory}: permission denied; "
    );
    assert!(reason.starts_with(&expected), "{reason}");
    assert!(reason.contains("; /bin/sh: signal: 9"), "{reason}");
}

#[tokio::test]
async fn the_default_patience_is_enough_for_what_ends_at_once() {
    assert_eq!(Opening::new(&[], URL).opened().await, no("nothing was started"));
    assert_eq!(Opening::new(&[named("no-such-browser")], URL).opened().await, no("no-such-browser: not found"));
}

#[tokio::test]
async fn a_program_that_is_still_running_has_opened_it() {
    let room = TempDir::new().unwrap();
    let mut opening = Opening::new(&[waiting("exit 1", room.path()), named("true")], URL);
    let start = Instant::now();
    let mut pauses = Vec::new();
    // A clock that goes exactly as far as the opening asks to wait.
    let mut now = start;
    while let Some(pause) = opening.advance(now) {
        pauses.push(pause);
        now += pause;
    }
    assert_eq!(now - start, PATIENCE);
    assert_eq!(pauses[..6], [5, 10, 20, 40, 80, 100].map(Duration::from_millis));
    assert!(pauses.iter().all(|pause| !pause.is_zero() && *pause <= PAUSES.1));
    assert_eq!(opening.so_far(), yes("/bin/sh"));
    // It stays opened, whatever becomes of the program, and the next one is left alone.
    release(room.path());
    assert_eq!(opening.opened().await, yes("/bin/sh"));
    assert_eq!(opening.untried.len(), 1);
}

#[tokio::test]
async fn a_slow_failure_within_the_patience_still_falls_through() {
    let room = TempDir::new().unwrap();
    let mut opening = opening(vec![waiting("exit 3", room.path()), named("true")], FOREVER);
    assert!(opening.advance(Instant::now()).is_some());
    release(room.path());
    assert_eq!(opening.opened().await, yes("true"));
}

#[tokio::test]
async fn a_caller_that_is_done_early_learns_what_is_running() {
    let room = TempDir::new().unwrap();
    let launchers = vec![named("no-such-browser"), waiting("exit 3", room.path()), named("true")];
    let mut opening = opening(launchers, FOREVER);
    assert_eq!(opening.so_far(), no("nothing was started"));
    tokio::select! {
        biased;
        opened = opening.opened() => panic!("{opened:?}"),
        () = std::future::ready(()) => {}
    }
    assert_eq!(opening.so_far(), yes("/bin/sh"));
    // Called again, it goes on with the program that is running instead of starting it anew.
    release(room.path());
    assert_eq!(opening.opened().await, yes("true"));
    assert_eq!(reason(&opening.failures), "no-such-browser: not found; /bin/sh: exit 3");
}

#[tokio::test]
async fn a_program_outlives_the_opening() {
    let room = TempDir::new().unwrap();
    let lines = "cat > \"$2/part\" <<END\n$1\nEND\nmv \"$2/part\" \"$2/done\"";
    let mut opening = opening(vec![waiting(lines, room.path())], FOREVER);
    assert!(opening.advance(Instant::now()).is_some());
    drop(opening);
    release(room.path());
    assert_eq!(content(&room.path().join("done")).await, format!("{URL}\n"));
}

#[tokio::test]
async fn a_program_gets_the_url_but_not_the_key() {
    let room = TempDir::new().unwrap();
    let lines = "cat > \"$2/got\" <<END\n$1|$URL|$INSTANTLY_API_KEY|$INSTANTLY_API_KEY_FILE\nEND";
    let mut launcher = script(lines, room.path());
    launcher.url_variable = Some("URL".to_owned());
    for name in ["INSTANTLY_API_KEY", "INSTANTLY_API_KEY_FILE"] {
        launcher.variables.push((name.to_owned(), "secret".to_owned()));
    }
    assert_eq!(opening(vec![launcher], FOREVER).opened().await, yes("/bin/sh"));
    assert_eq!(fs::read_to_string(room.path().join("got")).unwrap(), format!("{URL}|{URL}||\n"));
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_program_has_null_streams_and_a_session_of_its_own() {
    let room = TempDir::new().unwrap();
    // Collected first, as some shells redirect themselves, not the command, while a command writes to a file.
    let lines = r#"streams=$(readlink /proc/$$/fd/0 /proc/$$/fd/1 /proc/$$/fd/2); stat=$(cat /proc/$$/stat)
        echo "$streams" > "$2/streams"; echo "$stat" > "$2/stat""#;
    assert_eq!(opening(vec![script(lines, room.path())], FOREVER).opened().await, yes("/bin/sh"));
    assert_eq!(fs::read_to_string(room.path().join("streams")).unwrap(), "/dev/null\n".repeat(3));
    let stat = fs::read_to_string(room.path().join("stat")).unwrap();
    let fields: Vec<_> = stat.split(' ').collect();
    // The process leads its group and its session: see proc_pid_stat(5).
    assert_eq!([fields[4], fields[5]], [fields[0]; 2], "{stat}");
}

#[test]
fn an_opening_can_be_moved_to_another_thread() {
    fn assert_send<T: Send>(_: &T) {}
    let mut opening = Opening::new(&[], URL);
    assert_send(&opening.opened());
}
