//! The thin HTTP layer: one function a call, typed failures, no policy and no retry.

mod accounts;
mod certificates;
mod client;
mod exempt;
mod issuer;
mod network;
mod patience;
mod probe;
mod proxy;
mod tls;
mod wire;

pub use client::{Client, Config};
pub use probe::{Connection, Probe, Stream};
pub use proxy::ProxyChoice;
pub use tls::{Roots, Trusted};
