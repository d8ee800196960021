//! The binary on a terminal of its own, and what that shows.

use std::io::{Read, Write};
use std::process::Command;
use std::sync::{Arc, Condvar, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, ExitStatus, MasterPty, PtySize, native_pty_system};
use tempfile::TempDir;

use super::Tool;
use super::live::GUARD;

/// A terminal with the binary in its foreground.
pub struct Terminal {
    child: Box<dyn Child + Send + Sync>,
    master: Box<dyn MasterPty + Send>,
    keyboard: Box<dyn Write + Send>,
    shown: Arc<(Mutex<Shown>, Condvar)>,
    _home: TempDir,
}

/// What came out: every byte, and the picture that they paint.
pub struct Shown {
    bytes: Vec<u8>,
    parser: vt100::Parser,
    ended: bool,
}

impl Shown {
    /// Every byte that came out.
    pub fn raw(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    /// The rows of the screen that show something.
    pub fn rows(&self) -> Vec<String> {
        let (_, columns) = self.parser.screen().size();
        let rows = self.parser.screen().rows(0, columns.get());
        rows.map(|row| row.trim_end().to_owned()).filter(|row| !row.is_empty()).collect()
    }

    /// Whether the cursor can be seen.
    pub fn cursor(&self) -> bool {
        !self.parser.screen().hide_cursor()
    }
}

/// How it ended, and what it left on the screen.
pub struct Left {
    pub status: ExitStatus,
    pub raw: String,
    pub rows: Vec<String>,
    pub cursor: bool,
    /// Every cell, with its colours.
    pub screen: vt100::Screen,
}

impl Terminal {
    /// Runs the binary on a terminal of this size, which calls itself an xterm.
    pub fn run(tool: Tool, columns: u16, rows: u16) -> Self {
        let (command, home) = tool.into_command();
        let has_term = command.get_envs().any(|(name, _)| name == "TERM");
        Self::of(&command, home, columns, rows, if has_term { None } else { Some("xterm-256color") })
    }

    /// Runs a command of any kind, whose environment is just what was set on it.
    pub fn of(command: &Command, home: TempDir, columns: u16, rows: u16, term: Option<&str>) -> Self {
        let mut builder = CommandBuilder::new(command.get_program());
        builder.args(command.get_args());
        builder.cwd(home.path());
        builder.env_clear();
        for (name, value) in command.get_envs() {
            // An empty name for a terminal stands for none at all, which no setter of a variable can say.
            if let Some(value) = value.filter(|value| name != "TERM" || !value.is_empty()) {
                builder.env(name, value);
            }
        }
        if let Some(term) = term {
            builder.env("TERM", term);
        }
        let pair = native_pty_system().openpty(size(columns, rows)).unwrap();
        let child = pair.slave.spawn_command(builder).unwrap();
        // Only the child holds that end now, so that its end is the end of the output.
        drop(pair.slave);
        let parser = vt100::Parser::new(nonzero(rows), nonzero(columns), 0);
        let shown = Arc::new((Mutex::new(Shown { bytes: Vec::new(), parser, ended: false }), Condvar::new()));
        let (mut output, screen) = (pair.master.try_clone_reader().unwrap(), Arc::clone(&shown));
        thread::spawn(move || {
            let mut buffer = [0; 4096];
            loop {
                // On Linux a terminal that everybody has left is an error, elsewhere it is an end.
                let read = output.read(&mut buffer).unwrap_or(0);
                let mut shown = screen.0.lock().unwrap();
                shown.bytes.extend_from_slice(&buffer[..read]);
                shown.parser.process(&buffer[..read]);
                shown.ended = read == 0;
                screen.1.notify_all();
                if shown.ended {
                    return;
                }
            }
        });
        let keyboard = pair.master.take_writer().unwrap();
        Self { child, master: pair.master, keyboard, shown, _home: home }
    }

    /// Waits until what is shown is so, and gives what was found in it.
    #[track_caller]
    pub fn until<T>(&self, what: &str, mut found: impl FnMut(&Shown) -> Option<T>) -> T {
        let mut result = None;
        let guard = self.shown.0.lock().unwrap();
        let (shown, _) = self
            .shown
            .1
            .wait_timeout_while(guard, GUARD, |shown| {
                result = found(shown);
                result.is_none() && !shown.ended
            })
            .unwrap();
        let (rows, raw) = (shown.rows(), shown.raw());
        drop(shown);
        result.unwrap_or_else(|| {
            let last = raw.char_indices().rev().nth(1000).map_or(0, |(at, _)| at);
            panic!("never shown: {what}; the screen: {rows:#?}; the last of it: {:?}", &raw[last..])
        })
    }

    /// Waits until these words came out.
    #[track_caller]
    pub fn says(&self, words: &str) {
        self.until(words, |shown| shown.raw().contains(words).then_some(()));
    }

    pub fn types(&mut self, keys: &[u8]) {
        self.keyboard.write_all(keys).unwrap();
        self.keyboard.flush().unwrap();
    }

    /// Types keys again and again, until the process has ended.
    #[track_caller]
    pub fn insists(&mut self, keys: &[u8]) {
        let end = Instant::now() + GUARD;
        while self.child.try_wait().unwrap().is_none() {
            assert!(Instant::now() < end, "it does not end");
            // It may end right now.
            let _ = self.keyboard.write_all(keys);
            thread::sleep(Duration::from_millis(20));
        }
    }

    pub fn process(&self) -> u32 {
        self.child.process_id().unwrap()
    }

    /// Makes the window another size, as a window manager does.
    pub fn resize(&self, columns: u16, rows: u16) {
        let mut shown = self.shown.0.lock().unwrap();
        shown.parser.screen_mut().set_size(nonzero(rows), nonzero(columns));
        self.master.resize(size(columns, rows)).unwrap();
    }

    /// Waits for the end.
    #[track_caller]
    pub fn end(mut self) -> Left {
        self.until("the end", |shown| shown.ended.then_some(()));
        let status = self.child.wait().unwrap();
        let shown = self.shown.0.lock().unwrap();
        Left {
            status,
            raw: shown.raw(),
            rows: shown.rows(),
            cursor: shown.cursor(),
            screen: shown.parser.screen().clone(),
        }
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // It has ended, unless the test failed half way.
        let _ = self.child.kill();
    }
}

impl Left {
    /// The exit code; none where a signal ended it.
    pub fn code(&self) -> Option<u32> {
        self.status.signal().is_none().then(|| self.status.exit_code())
    }

    /// Holds that the cursor is to be seen, and every hiding of it was taken back.
    #[track_caller]
    pub fn has_a_cursor(&self) {
        assert!(self.cursor, "the cursor is hidden: {:?}", self.raw);
        let count = |sequence| self.raw.matches(sequence).count();
        assert!(count("\u{1b}[?25l") <= count("\u{1b}[?25h"), "{:?}", self.raw);
    }
}

fn size(columns: u16, rows: u16) -> PtySize {
    PtySize { rows, cols: columns, ..PtySize::default() }
}

/// A terminal that does not say how large it is still has to be looked at.
fn nonzero(figure: u16) -> std::num::NonZeroU16 {
    if figure == 0 { 200 } else { figure }.try_into().unwrap()
}
