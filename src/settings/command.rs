//! A program that prints the API key: a password manager, asked without a shell.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

/// How long it may take: a person may have to unlock something, or to touch it.
pub(super) const PATIENCE: Duration = Duration::from_secs(60);

/// Between two looks whether it has ended.
const PAUSE: Duration = Duration::from_millis(5);

/// How it is told what went wrong with a program.
type Failed = String;

/// The first line of what a program prints: at most so many bytes of it. What it prints is never repeated anywhere. It can
/// ask on the terminal and complain on stderr; its stdin is empty, since ours may be the list or the key of somebody else.
pub(super) fn first_line(words: &[String], patience: Duration, most: u64) -> Result<String, Failed> {
    let (program, arguments) = words.split_first().ok_or("it names no program")?;
    let until = Instant::now() + patience;
    let mut child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| format!("{program} cannot be started: {error}"))?;
    let Some(stdout) = child.stdout.take() else { return Err(format!("{program} has no stdout")) };
    let (told, line) = mpsc::channel();
    // It may leave another process behind that keeps its stdout open: that one is not waited for.
    thread::spawn(move || {
        let mut reader = BufReader::new(stdout);
        let mut line = Vec::new();
        let read = reader.by_ref().take(most).read_until(b'\n', &mut line);
        let _ = told.send(read.map(|_| line));
        // It would be told of a closed pipe otherwise, and fail.
        let _ = std::io::copy(&mut reader, &mut std::io::sink());
    });
    let took_too_long = || format!("{program} took longer than {} and was ended", humantime::format_duration(patience));
    let line = match line.recv_timeout(patience) {
        Ok(line) => line.map_err(|error| format!("{program} cannot be read: {error}")),
        Err(RecvTimeoutError::Timeout) => Err(took_too_long()),
        Err(RecvTimeoutError::Disconnected) => Err(format!("{program} cannot be read")),
    };
    let Some(status) = line.is_ok().then(|| ended(&mut child, until)).flatten() else {
        let _ = child.kill();
        let _ = child.wait();
        return Err(line.err().unwrap_or_else(took_too_long));
    };
    if !status.success() {
        // Without a code it was a signal, which the status describes.
        let how = status.code().map_or_else(|| status.to_string(), |code| format!("exit {code}"));
        return Err(format!("{program} failed ({how})"));
    }
    String::from_utf8(line?).map_err(|_| format!("what {program} prints is not text"))
}

fn ended(child: &mut Child, until: Instant) -> Option<ExitStatus> {
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return Some(status),
            Ok(None) if Instant::now() < until => thread::sleep(PAUSE),
            Ok(None) | Err(_) => return None,
        }
    }
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::*;

    fn run(script: &str, patience: Duration) -> Result<String, String> {
        first_line(&["sh", "-c", script].map(str::to_owned), patience, 1000)
    }

    #[test]
    fn the_first_line_is_taken_and_the_rest_is_heard_out() {
        for (script, line) in [
            ("echo key", "key\n"),
            ("printf key", "key"),
            ("echo key; head -c 1000000 /dev/zero", "key\n"),
            ("echo key; sleep 0; echo user: ada", "key\n"),
            ("true", ""),
            // What it leaves behind is not waited for.
            ("echo key; sleep 30 2>/dev/null & true", "key\n"),
        ] {
            assert_eq!(run(script, PATIENCE).as_deref(), Ok(line), "{script}");
        }
        assert_eq!(run("head -c 3000 /dev/zero | tr '\\0' a", PATIENCE).unwrap().len(), 1000);
    }

    #[test]
    fn a_failure_is_named_without_what_was_printed() {
        for (script, why) in [
            ("echo s3cret; exit 3", "sh failed (exit 3)"),
            ("kill -9 $$", "sh failed (signal: 9 (SIGKILL))"),
            ("printf '\\377\\n'", "what sh prints is not text"),
        ] {
            assert_eq!(run(script, PATIENCE), Err(why.to_owned()), "{script}");
        }
        let missing = first_line(&["/nowhere/pass".to_owned()], PATIENCE, 10).unwrap_err();
        assert!(missing.starts_with("/nowhere/pass cannot be started: "), "{missing}");
    }

    #[test]
    fn nobody_waits_for_ever() {
        let moment = Duration::from_millis(50);
        for script in ["exec sleep 1000", "echo s3cret; exec sleep 1000"] {
            let told = run(script, moment).unwrap_err();
            assert_eq!(told, "sh took longer than 50ms and was ended", "{script}");
        }
    }
}
