//! The pure core: what a session is, when to poll next, what a reply means. No I/O, no clock, no randomness.

pub mod auth_url;
pub mod base_url;
pub mod conclusion;
pub mod deadline;
pub mod environment;
pub mod event;
pub mod failure;
pub mod limits;
pub mod moment;
pub mod poll;
pub mod provider;
pub mod record;
pub mod retry;
pub mod server_clock;
pub mod session;
pub mod settle;
pub mod starting;
pub mod summary;
pub mod words;
