//! When a request goes out: never two at once, never too soon, none that is not needed.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::time::{Duration, Instant};

use super::head;
use crate::support::run::finish;
use crate::support::{Act, INIT, STATUS, Scripted, Tool, at_once, nobody};

/// The time between each two status requests, as the server saw them.
fn gaps(api: &Scripted) -> Vec<Duration> {
    let at: Vec<_> = api.requests().into_iter().filter(|request| request.line == STATUS).map(|it| it.at).collect();
    at.windows(2).map(|pair| pair[1] - pair[0]).collect()
}

#[test]
fn requests_are_an_interval_apart_whatever_comes_back() {
    let odd = Act::json(r#"{"status":"odd"}"#);
    let faults = [Act::Drop, Act::Reset, Act::error(500, "oops"), Act::json(""), Act::status(425, "{}"), odd];
    let acts = faults.into_iter().flat_map(|fault| [Act::pending(), fault.clone(), fault]);
    let api = Scripted::new([Act::started()].into_iter().chain(acts).chain([Act::success()]));
    Tool::connect(&api.url(), &["--interval", "50ms"]).run().expect(0);
    let gaps = gaps(&api);
    assert_eq!(gaps.len(), 18);
    assert!(gaps.iter().all(|&gap| gap >= Duration::from_millis(50)), "{gaps:?}");
    assert_eq!(api.most_in_flight(), 1);
}

#[test]
fn a_limit_is_kept_for_as_long_as_it_says() {
    at_once(["retry-after: 1", "retry-after: 0", "retry-after: Sat, 01 Aug 2026 11:00:00 GMT"], |header| {
        let limited = Act::error(429, "slow down").header("date: Sat, 01 Aug 2026 12:00:00 GMT").header(header);
        let api = Scripted::new([Act::started(), limited, Act::success()]);
        let run = Tool::connect(&api.url(), &["--interval", "20ms"]).run().expect(0);
        let run = run.says("Rate limited by Instantly (HTTP 429: slow down); next try in 1 s, at ");
        assert_eq!(run.stdout, "Connected ada@acme.com (Ada Lovelace)\n");
        assert!(gaps(&api)[0] >= Duration::from_secs(1), "{header}: {:?}", gaps(&api));
    });
}

#[test]
fn a_limit_without_a_time_is_kept_for_a_while_of_our_own() {
    let api = Scripted::new([Act::started(), Act::error(429, "slow down"), Act::success()]);
    Tool::connect(&api.url(), &["--interval", "20ms"]).run().expect(0);
    assert!(gaps(&api)[0] >= Duration::from_millis(500), "{:?}", gaps(&api));
}

#[test]
fn there_is_no_second_request_while_one_is_out() {
    let api = Scripted::new([Act::started(), Act::Hold(Box::new(Act::success()))]);
    let (child, _home) = Tool::connect(&api.url(), &["--interval", "20ms"]).start();
    api.wait_for(2);
    // Another wait is the clock: it takes ten intervals.
    let clock = Scripted::new(vec![Act::pending(); 10].into_iter().chain([Act::success()]));
    Tool::status(&clock.url(), &["s1", "--wait", "--interval", "20ms"]).run().expect(0);
    assert_eq!(api.lines(), [INIT, STATUS]);
    api.release();
    finish(child).expect(0);
    assert_eq!(api.lines(), [INIT, STATUS]);
    assert_eq!(api.most_in_flight(), 1);
}

#[test]
fn the_first_request_does_not_wait_for_an_interval() {
    // Were it to, it would come at the session's end, after a minute.
    let api = Scripted::new([Act::started_for(60), Act::success()]);
    let before = Instant::now();
    Tool::connect(&api.url(), &["--interval", "1h"]).run().expect(0);
    assert!(before.elapsed() < Duration::from_secs(60));
    assert_eq!(api.lines(), [INIT, STATUS]);
}

#[test]
fn trouble_is_told_once_and_so_is_its_end() {
    let oops = Act::error(500, "oops");
    let acts = [Act::started(), oops.clone(), oops.clone(), oops, Act::pending(), Act::success()];
    let api = Scripted::new(acts);
    let run = Tool::connect(&api.url(), &["--interval", "20ms"]).run().expect(0);
    for (words, times) in [("Instantly is unavailable (HTTP 500: oops)", 1), ("Instantly answers again.", 1)] {
        assert_eq!(run.stderr.matches(words).count(), times, "{words}: {run:#?}");
    }
    let api = Scripted::new([Act::started(), Act::error(500, "oops"), Act::success()]);
    let run = Tool::connect(&api.url(), &["--interval", "20ms", "--quiet"]).run().expect(0);
    assert_eq!(run.stderr, "https://accounts.google.com/o/oauth2/auth?state=a%2fb\n");
}

#[test]
fn a_server_that_goes_and_comes_back_is_waited_for_and_nothing_is_lost() {
    // The socket keeps the port for the server while that is gone.
    let (_socket, address) = nobody();

    let server = TcpListener::bind(address).unwrap();
    let (mut child, _home) =
        Tool::connect(&format!("http://{address}"), &["--interval", "20ms", "--timeout", "60s"]).start();
    let started = r#"{"session_id":"s1","auth_url":"https://accounts.google.com/x"}"#;
    let stream = accept(&server);
    // Before the reply, which the first poll follows at once; and not by closing it alone, since a child that another
    // test is just starting may still hold it open.
    let _ = socket2::SockRef::from(&server).shutdown(Shutdown::Both);
    drop(server);
    answer(stream, started);
    let mut stderr = BufReader::new(child.stderr.take().unwrap());
    let mut told = String::new();
    while !told.contains("Network trouble") {
        assert_ne!(stderr.read_line(&mut told).unwrap(), 0, "{told}");
    }
    assert!(told.contains("no connection"), "{told}");
    let server = TcpListener::bind(address).unwrap();
    answer(accept(&server), r#"{"status":"pending"}"#);
    answer(accept(&server), r#"{"status":"expired"}"#);
    let run = finish(child).expect(5);
    assert_eq!(run.stdout, "");
    stderr.read_to_string(&mut told).unwrap();
    assert!(told.contains("Instantly answers again.") && !told.contains("lost"), "{told}");
}

fn accept(server: &TcpListener) -> TcpStream {
    server.accept().unwrap().0
}

/// Answers one request, and closes its connection. The reply says so: else the next request might still go out on it.
fn answer(mut stream: TcpStream, body: &str) {
    let mut request = Vec::new();
    let mut byte = [0];
    // A start's request ends with its body, any other with its head.
    let end: fn(&[u8]) -> &[u8] = |request| if request.starts_with(b"POST") { b"\r\n\r\n{}" } else { b"\r\n\r\n" };
    while !request.ends_with(end(&request)) {
        stream.read_exact(&mut byte).unwrap();
        request.push(byte[0]);
    }
    stream.write_all(&[&head("connection: close\r\n"), body.as_bytes()].concat()).unwrap();
}
