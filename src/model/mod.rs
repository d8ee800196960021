//! The pure core: what a session is, when to poll next, what a reply means. No I/O, no clock, no randomness.

pub mod auth_url;
pub mod base_url;
pub mod batch;
pub mod check;
pub mod conclusion;
pub mod config;
pub mod deadline;
pub mod duration;
pub mod environment;
pub mod event;
pub mod failure;
pub mod limits;
pub mod list;
pub mod moment;
pub mod poll;
pub mod problem;
pub mod provider;
pub mod record;
pub mod results;
pub mod retry;
pub mod server_clock;
pub mod session;
pub mod settle;
pub mod starting;
pub mod summary;
mod table;
pub mod words;
