//! How a session is polled: through every fault on the way, at the pace that was asked for, to its end.

mod cut;
mod expiry;
mod odd;
mod pace;

use crate::support::Act;

/// The head of a reply up to its empty line, with these further headers, each with its line end.
fn head(headers: &str) -> Vec<u8> {
    format!("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n{headers}\r\n").into_bytes()
}

/// A whole reply whose length is told.
fn sized(body: &[u8]) -> Vec<u8> {
    [&head(&format!("content-length: {}\r\n", body.len())), body].concat()
}

/// 200 with these bytes as its body.
fn bytes(body: &[u8]) -> Act {
    Act::Raw(sized(body))
}
