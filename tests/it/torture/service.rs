//! A service as strict as the real one: results are given out once, and everything is written down.

use std::collections::{HashMap, VecDeque};
use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::thread;
use std::time::Instant;

use serde_json::Value;

use super::books::{Books, Given, Plan, Reply};
use super::trap::{Point, Trap};
use crate::support::live::GUARD;
use crate::support::scripted;

/// What is to happen to the sessions that are started next.
type Plans = VecDeque<(Plan, Option<Trap>)>;

#[derive(Default)]
struct State {
    books: Books,
    plans: Plans,
    /// The sessions that were started, in order.
    started: Vec<String>,
    open: usize,
}

#[derive(Clone)]
pub struct Service {
    address: SocketAddr,
    state: Arc<(Mutex<State>, Condvar)>,
}

impl Service {
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let service = Self { address: listener.local_addr().unwrap(), state: Arc::default() };
        let shared = service.clone();
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                shared.lock().open += 1;
                let service = shared.clone();
                thread::spawn(move || {
                    while service.serve(&stream) {}
                    service.lock().open -= 1;
                    service.state.1.notify_all();
                });
            }
        });
        service
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.0.lock().unwrap()
    }

    /// Looks into the books.
    pub fn books<T>(&self, look: impl FnOnce(&mut Books) -> T) -> T {
        look(&mut self.lock().books)
    }

    /// Says what the next session comes to, and who is struck meanwhile. Gives its number.
    pub fn plan(&self, plan: Plan, trap: Option<Trap>) -> usize {
        let mut state = self.lock();
        state.plans.push_back((plan, trap));
        state.started.len() + state.plans.len() - 1
    }

    /// The id of the session of this number, once it is started.
    pub fn started(&self, number: usize) -> String {
        let state = self.until("a session to start", |state| state.started.len() > number);
        state.started[number].clone()
    }

    /// Waits until everything that was sent here is answered, and every connection closed.
    pub fn rest(&self) {
        // Those that came before are accepted before this one, which says nothing and is told nothing.
        let mut last = TcpStream::connect(self.address).unwrap();
        last.shutdown(Shutdown::Write).unwrap();
        assert_eq!(last.read(&mut [0]).unwrap(), 0);
        drop(self.until("every connection to end", |state| state.open == 0));
    }

    fn until(&self, what: &str, done: impl Fn(&State) -> bool) -> MutexGuard<'_, State> {
        let (state, waited) = self.state.1.wait_timeout_while(self.lock(), GUARD, |state| !done(state)).unwrap();
        assert!(!waited.timed_out(), "waited for {what}");
        state
    }

    /// Answers one request; whether another may follow.
    fn serve(&self, stream: &TcpStream) -> bool {
        let Some(request) = scripted::read(stream) else { return false };
        let (method, target) = request.line.split_once(' ').unwrap();
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let query: HashMap<_, _> = url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        let parts: Vec<_> = path.trim_start_matches("/api/v2/").split('/').collect();
        match (method, &parts[..]) {
            ("POST", ["oauth", provider, "init"]) => self.begin(stream, provider),
            ("GET", ["oauth", "session", "status", id]) => self.tell(stream, id),
            ("GET", ["accounts"]) => write(stream, &self.books(|books| books.list(&query)), 2),
            ("GET", ["accounts", email]) => {
                let email = percent_encoding::percent_decode_str(email).decode_utf8().unwrap();
                write(stream, &self.books(|books| books.account(&email)), 2)
            }
            other => panic!("nobody asks for {other:?}"),
        }
    }

    fn begin(&self, stream: &TcpStream, provider: &str) -> bool {
        let (answer, trap) = {
            let mut state = self.lock();
            // Whoever was struck before it could start is told nothing.
            let Some((plan, trap)) = state.plans.pop_front() else { return false };
            assert_eq!(plan.provider, provider);
            let id = format!("{:032x}", 0x5e55_1000 + state.started.len());
            let answer = state.books.begin(&id, plan, trap.clone());
            state.started.push(id);
            (answer, trap)
        };
        self.state.1.notify_all();
        spring(trap.as_ref(), Point::Started);
        write(stream, &answer, 2)
    }

    /// Tells a session's state, in two halves where that is the end.
    fn tell(&self, stream: &TcpStream, id: &str) -> bool {
        let (ripe, trap, reply) = self.books(|books| {
            let ripe = books.is_ripe(id);
            let session = books.session(id).unwrap();
            // Only the reply with the result fails.
            let reply = if session.given == Given::No { session.plan.reply } else { Reply::Whole };
            (ripe, session.trap.clone(), reply)
        });
        if !ripe {
            return write(stream, &self.books(|books| books.ask(id)), 2);
        }
        spring(trap.as_ref(), Point::Asked);
        let answer = self.books(|books| books.ask(id));
        spring(trap.as_ref(), Point::Taken);
        let mut goes_on = match reply {
            Reply::Nothing => false,
            _ => write(stream, &answer, 0),
        };
        spring(trap.as_ref(), Point::Half);
        goes_on &= reply == Reply::Whole && write(stream, &answer, 1);
        self.books(|books| {
            let session = books.session(id).unwrap();
            if session.given == Given::Taken && reply == Reply::Whole {
                session.given = Given::Written(Instant::now());
            }
        });
        if !goes_on {
            let _ = stream.shutdown(Shutdown::Both);
        }
        spring(trap.as_ref(), Point::Whole);
        goes_on
    }
}

fn spring(trap: Option<&Trap>, point: Point) {
    if let Some(trap) = trap {
        trap.spring(point);
    }
}

/// Writes the first half of an answer (0), the second (1), or both (2). Whether the other side is still there.
fn write(mut stream: &TcpStream, (status, body): &(u16, Value), half: usize) -> bool {
    let body = body.to_string();
    let date = jiff::fmt::rfc2822::DateTimePrinter::new().timestamp_to_rfc9110_string(&jiff::Timestamp::now()).unwrap();
    let head = format!("HTTP/1.1 {status} Whatever\r\ncontent-type: application/json\r\ndate: {date}\r\n");
    let reply = format!("{head}content-length: {}\r\n\r\n{body}", body.len());
    // In the middle of the body, which is the last of it.
    let middle = reply.len() - body.len() / 2;
    let part = [&reply[..middle], &reply[middle..], &reply][half];
    let _ = stream.set_nodelay(true);
    stream.write_all(part.as_bytes()).is_ok()
}
