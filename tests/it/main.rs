//! The built binary, as its users run it: exit code, stdout and stderr together.

#![allow(clippy::unwrap_used, reason = "a test's helper fails the test, as the test itself would")]
#![allow(unreachable_pub, reason = "the builders are for every module of this one binary")]

mod events;
mod init;
mod outcomes;
mod polling;
mod secure;
mod support;
