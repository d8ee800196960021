//! A sandbox whose clock is the test's, and `connect` waiting on it while somebody sits before the page.

use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use instantly_oauth::sandbox::{Options, Sandbox};
use jiff::{SignedDuration, Timestamp};
use tokio::sync::oneshot;

use crate::support::{Live, Run, Tool};

/// How long its sessions live, as in the service.
pub const LIFE: Duration = Duration::from_secs(600);

pub struct Desk {
    pub url: String,
    ahead: Arc<Mutex<SignedDuration>>,
    log: Arc<Mutex<Vec<String>>>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Desk {
    pub fn new() -> Self {
        let ahead = Arc::new(Mutex::new(SignedDuration::ZERO));
        let log = Arc::new(Mutex::new(Vec::new()));
        let (clock, lines) = (Arc::clone(&ahead), Arc::clone(&log));
        let options = Options {
            clock: Box::new(move || Timestamp::now() + *clock.lock().unwrap()),
            log: Some(Box::new(move |line| lines.lock().unwrap().push(line.to_owned()))),
            ttl: LIFE,
            ..Options::default()
        };
        let (tell, told) = std::sync::mpsc::channel();
        let (stop, stopped) = oneshot::channel();
        let thread = thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let sandbox = Sandbox::bind(options).await.unwrap();
                tell.send(sandbox.base_url()).unwrap();
                tokio::select! { _ = sandbox.serve() => {}, _ = stopped => {} }
            });
        });
        let url = told.recv().unwrap();
        Self { url, ahead, log, stop: Some(stop), thread: Some(thread) }
    }

    /// Lets this time pass, at once.
    pub fn pass(&self, time: Duration) {
        *self.ahead.lock().unwrap() += SignedDuration::try_from(time).unwrap();
    }

    /// The requests for pages that it answered, and how.
    pub fn pages(&self) -> Vec<String> {
        let log = self.log.lock().unwrap();
        log.iter().filter(|line| !line.contains("/api/v2/")).cloned().collect()
    }

    /// `connect`, which has printed its link and waits.
    pub fn connect(&self, provider: &str) -> Waiting {
        let tool = Tool::new(["connect", provider, "--no-browser", "--interval", "20ms"]);
        let tool = tool.env("INSTANTLY_BASE_URL", &self.url).env("INSTANTLY_API_KEY", "sandbox-acme");
        let mut live = Live::start(tool);
        let link = live.stderr.until(&format!("{}/consent/{provider}?", self.url));
        Waiting { live, link }
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        drop(self.stop.take());
        let _ = self.thread.take().map(JoinHandle::join);
    }
}

pub struct Waiting {
    live: Live,
    pub link: String,
}

impl Waiting {
    /// Its end: with this code, and these words as its result, which are the line on stdout, or the error where there
    /// is none.
    #[track_caller]
    pub fn ends(self, code: i32, words: &str) -> Run {
        let run = self.live.end().expect(code);
        if code == 0 {
            assert_eq!(run.stdout, format!("{words}\n"), "{run:#?}");
            run
        } else {
            assert_eq!(run.stdout, "", "{run:#?}");
            run.says(&format!("error: {words}"))
        }
    }
}
