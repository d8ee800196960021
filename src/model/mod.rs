//! The pure core: what a session is, when to poll next, what a reply means. No I/O, no clock, no randomness.

pub mod environment;
pub mod provider;
