//! Chromium's own protocol over a pair of pipes: commands out, answers and events in, a JSON object each with a zero byte
//! behind it. Nothing more is needed to drive a browser, no port is opened that others could reach, and the browser ends
//! by itself when the pipe does, even if this process is killed.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::support::live::GUARD;

/// Between two looks at a page that told nothing new meanwhile; nothing depends on how long this takes.
const LOOK: Duration = Duration::from_millis(50);

/// One browser's end of the pipes.
pub struct Devtools {
    input: Mutex<Option<Box<dyn Write + Send>>>,
    heard: Mutex<Heard>,
    news: Condvar,
}

#[derive(Default)]
struct Heard {
    sent: u64,
    answers: HashMap<u64, Value>,
    /// By the session of the page that they are about; those about the browser are under no name.
    events: HashMap<String, Vec<Value>>,
    /// Messages so far.
    count: u64,
    ended: bool,
}

/// Another test's panic says nothing about what is in there.
fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Devtools {
    pub fn new(input: impl Write + Send + 'static, output: impl Read + Send + 'static) -> Arc<Self> {
        let devtools = Arc::new(Self {
            input: Mutex::new(Some(Box::new(input))),
            heard: Mutex::new(Heard::default()),
            news: Condvar::new(),
        });
        let listener = Arc::clone(&devtools);
        thread::spawn(move || {
            let mut output = BufReader::new(output);
            let mut message = Vec::new();
            while output.read_until(0, &mut message).is_ok_and(|read| read > 0) {
                message.pop();
                listener.hear(serde_json::from_slice(&message).unwrap_or_default());
                message.clear();
            }
            held(&listener.heard).ended = true;
            listener.news.notify_all();
        });
        devtools
    }

    fn hear(&self, message: Value) {
        let mut heard = held(&self.heard);
        heard.count += 1;
        if let Some(id) = message["id"].as_u64() {
            heard.answers.insert(id, message);
        } else {
            let session = message["sessionId"].as_str().unwrap_or_default().to_owned();
            heard.events.entry(session).or_default().push(message);
        }
        self.news.notify_all();
    }

    /// Closes the pipe, upon which the browser ends.
    pub fn hang_up(&self) {
        held(&self.input).take();
    }

    /// A command, to a page if its session is named and else to the browser: what it answers, or why it would not.
    pub fn try_call(&self, session: &str, method: &str, parameters: &Value) -> Result<Value, String> {
        let id = {
            let mut heard = held(&self.heard);
            heard.sent += 1;
            heard.sent
        };
        let mut command = json!({"id": id, "method": method, "params": parameters});
        if !session.is_empty() {
            command["sessionId"] = session.into();
        }
        let mut bytes = command.to_string().into_bytes();
        bytes.push(0);
        let sent = held(&self.input).as_mut().map(|input| input.write_all(&bytes).and_then(|()| input.flush()));
        assert!(matches!(sent, Some(Ok(()))), "the browser is gone, it takes no {method}");
        let end = Instant::now() + GUARD;
        let mut heard = held(&self.heard);
        loop {
            if let Some(mut answer) = heard.answers.remove(&id) {
                return match answer["error"]["message"].as_str() {
                    Some(error) => Err(error.to_owned()),
                    None => Ok(answer["result"].take()),
                };
            }
            let left = end.saturating_duration_since(Instant::now());
            assert!(!heard.ended && !left.is_zero(), "no answer to {method} {parameters}");
            heard = self.news.wait_timeout(heard, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    #[track_caller]
    pub fn call(&self, session: &str, method: &str, parameters: &Value) -> Value {
        let answer = self.try_call(session, method, parameters);
        answer.unwrap_or_else(|error| panic!("{method} {parameters}: {error}"))
    }

    /// Everything that was told of a page so far under this name.
    pub fn events(&self, session: &str, method: &str) -> Vec<Value> {
        let heard = held(&self.heard);
        let events = heard.events.get(session).into_iter().flatten();
        events.filter(|event| event["method"] == method).map(|event| event["params"].clone()).collect()
    }

    /// Looks again whenever the browser tells anything, until there is something to see; none where that never comes.
    pub fn until<T>(&self, mut look: impl FnMut() -> Option<T>) -> Option<T> {
        let end = Instant::now() + GUARD;
        loop {
            let before = held(&self.heard).count;
            if let Some(seen) = look() {
                return Some(seen);
            }
            // The look itself is an exchange; what else came is news.
            let heard = held(&self.heard);
            if heard.ended || Instant::now() > end {
                return None;
            }
            if heard.count <= before + 1 {
                let _ = self.news.wait_timeout(heard, LOOK);
            }
        }
    }
}
