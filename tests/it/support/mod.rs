//! Builders for the tests of the binary.

pub mod faults;
pub mod live;
pub mod program;
pub mod pty;
pub mod room;
pub mod run;
pub mod scripted;
pub mod secure;
pub mod service;

use std::net::SocketAddr;
use std::thread;

use socket2::{Domain, Socket, Type};

pub use live::Live;
pub use program::Program;
pub use pty::Terminal;
pub use run::{KEY, Run, Tool};
pub use scripted::{Act, Scripted};
pub use secure::{Authority, Front};
pub use service::Service;

/// Tests all cases of a table at once: what takes long here is waiting.
pub fn at_once<T: Send>(cases: impl IntoIterator<Item = T>, test: impl Fn(T) + Sync) {
    thread::scope(|scope| {
        for case in cases {
            let test = &test;
            scope.spawn(move || test(case));
        }
    });
}

/// An address on this machine at which nobody listens. The socket holds its port for as long as it lives.
pub fn nobody() -> (Socket, SocketAddr) {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    // Lets a server take the port beside it.
    socket.set_reuse_address(true).unwrap();
    socket.bind(&SocketAddr::from(([127, 0, 0, 1], 0)).into()).unwrap();
    let address = socket.local_addr().unwrap().as_socket().unwrap();
    (socket, address)
}

/// A session's start, as the server sees it.
pub const INIT: &str = "POST /api/v2/oauth/google/init";

/// A look at the account list, where the provider is known.
pub const ACCOUNTS: &str = "GET /api/v2/accounts?provider_code=2&sort_by=timestamp_created&sort_order=desc&limit=100";

/// A question for the state of the session that [`Act::started`] starts.
pub const STATUS: &str = "GET /api/v2/oauth/session/status/s1";
