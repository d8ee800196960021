//! What a connect costs, measured from outside: `cargo bench --bench connect`.
//!
//! Prints medians over many whole processes: the start of `--version` beside a program that does nothing, the time from
//! the start of `connect` to its first request, the whole connect where the first poll brings the result, what the journal
//! adds to it, and, on Linux, memory and CPU while it waits on a terminal. A comparison to read, not a test: nothing here fails for being slow.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a benchmark stops at the first surprise, and prints")]

mod support;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Command, Stdio};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

use portable_pty::{CommandBuilder, PtySize, native_pty_system};

use support::{BINARY, command, median, milliseconds};

const RUNS: usize = 100;
const WAIT: Duration = Duration::from_secs(60);

fn main() {
    // `cargo test --benches` starts this too, and has no use for a minute of figures.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    version();
    let (url, requests) = serve(r#"{"status":"success","email":"ada@acme.com","name":"Ada Lovelace"}"#);
    connect(&url, &requests);
    journal(&url);
    drop(requests);
    #[cfg(target_os = "linux")]
    waiting();
}

fn version() {
    let ours = median((0..RUNS).map(|_| timed(Command::new(BINARY).arg("--version"))));
    let nothing = median((0..RUNS).map(|_| timed(&mut Command::new("true"))));
    println!("--version                                {ours:8.2} ms   (`true`: {nothing:.2} ms)");
}

fn connect(url: &str, requests: &Receiver<Instant>) {
    let state = state();
    let mut first = Vec::new();
    let mut whole = Vec::new();
    for _ in 0..RUNS {
        let start = Instant::now();
        whole.push(timed(&mut unlimited(url, state.path(), &["connect", "google", "--no-browser"])));
        first.push(milliseconds(requests.recv().unwrap().duration_since(start)));
        requests.recv().unwrap();
    }
    println!("start of connect to its first request    {:8.2} ms", median(first));
    println!("whole connect, result at the first poll  {:8.2} ms", median(whole));
}

/// What the journal takes: in turn with one that has no place, so that both meet the same machine.
fn journal(url: &str) {
    let state = state();
    let nowhere = std::path::Path::new("/dev/null/nowhere");
    for name in ["connect", "status"] {
        let mut times = [Vec::new(), Vec::new()];
        for run in 0..2 * RUNS {
            let place = if run % 2 == 0 { state.path() } else { nowhere };
            // Each asks for a session of its own, which nobody has read before.
            let id = format!("s{run}");
            let arguments =
                if name == "connect" { ["connect", "google", "--no-browser"] } else { ["status", &id, "-q"] };
            times[run % 2].push(timed(&mut unlimited(url, place, &arguments)));
        }
        let [with, without] = times.map(median);
        println!("{name:<8}with the journal, and without      {with:8.2} ms and {without:.2} ms");
    }
}

/// One that has to wait for no limit: they are minded all the same, and would be waited for.
fn unlimited(url: &str, state: &std::path::Path, arguments: &[&str]) -> Command {
    let mut command = command(url, state, arguments);
    command.env("INSTANTLY_OAUTH_LIMITS", "starts=1000000,calls=1000000");
    command
}

/// A state directory where a sync is cheap, if there is such a place.
fn state() -> tempfile::TempDir {
    let memory = std::path::Path::new("/dev/shm");
    if memory.is_dir() { tempfile::tempdir_in(memory).unwrap() } else { tempfile::tempdir().unwrap() }
}

#[cfg(target_os = "linux")]
fn waiting() {
    let (url, _requests) = serve(r#"{"status":"pending"}"#);
    let size = PtySize { rows: 24, cols: 80, pixel_width: 0, pixel_height: 0 };
    let pty = native_pty_system().openpty(size).unwrap();
    let mut command = CommandBuilder::new(BINARY);
    let state = state();
    command.args(["connect", "google", "--no-browser"]);
    command.env("INSTANTLY_OAUTH_STATE_DIR", state.path());
    command.env("INSTANTLY_API_KEY", "k");
    command.env("INSTANTLY_BASE_URL", url);
    command.env("TERM", "xterm-256color");
    command.env_remove("CI");
    let mut child = pty.slave.spawn_command(command).unwrap();
    let mut screen = pty.master.try_clone_reader().unwrap();
    thread::spawn(move || std::io::copy(&mut screen, &mut std::io::sink()));
    thread::sleep(WAIT);
    let process = format!("/proc/{}", child.process_id().unwrap());
    let status = std::fs::read_to_string(format!("{process}/status")).unwrap();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap().trim();
    // The kernel counts time on the processor in nanoseconds here, and in hundredths of a second elsewhere.
    let schedstat = std::fs::read_to_string(format!("{process}/schedstat")).unwrap();
    let busy: f64 = schedstat.split_whitespace().next().unwrap().parse().unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    println!("CPU while waiting on a terminal          {:8.3} % of a core", busy / 1e7 / WAIT.as_secs_f64());
    println!("peak memory by then                      {peak:>8}");
}

/// Runs a command to its end; how long that took, in milliseconds.
fn timed(command: &mut Command) -> f64 {
    let start = Instant::now();
    let status = command.stdout(Stdio::null()).stderr(Stdio::null()).status().unwrap();
    assert!(status.success(), "{command:?}: {status}");
    milliseconds(start.elapsed())
}

/// An API on loopback that starts any session and always gives this state. It tells when each request came in.
fn serve(state: &'static str) -> (String, Receiver<Instant>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let (requests, seen) = channel();
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let requests = requests.clone();
            thread::spawn(move || answer(&stream, state, &requests));
        }
    });
    (url, seen)
}

fn answer(mut stream: &TcpStream, state: &str, requests: &Sender<Instant>) {
    stream.set_nodelay(true).unwrap();
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    while reader.read_line(&mut line).is_ok_and(|read| read > 0) {
        let _ = requests.send(Instant::now());
        let start = line.starts_with("POST");
        let mut header = String::new();
        while reader.read_line(&mut header).is_ok_and(|read| read > 2) {
            header.clear();
        }
        if start {
            // The body of a session's start is `{}`.
            reader.read_exact(&mut [0; 2]).unwrap();
        }
        let session =
            r#"{"session_id":"s1","auth_url":"https://accounts.google.com/","expires_at":"2026-08-01T12:10:00Z"}"#;
        let body = if start { session } else { state };
        let head = "HTTP/1.1 200 OK\r\ndate: Sat, 01 Aug 2026 12:00:00 GMT\r\ncontent-length";
        if write!(stream, "{head}: {}\r\n\r\n{body}", body.len()).is_err() {
            return;
        }
        line.clear();
    }
}
