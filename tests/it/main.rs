//! The built binary, as its users run it: exit code, stdout and stderr together.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test's helper fails the test, as the test itself would")]
#![allow(unreachable_pub, reason = "the builders are for every module of this one binary")]

mod batch;
mod browsers;
mod comforts;
mod completing;
mod consent;
mod doctor;
mod environments;
mod events;
mod house;
mod init;
mod journal;
mod limits;
mod manual;
mod mistakes;
mod outcomes;
mod pipes;
mod polling;
mod profiles;
mod readme;
mod resume;
mod sandbox;
mod secure;
mod sessions;
mod settle;
mod signals;
mod support;
mod terminal;
mod torture;
mod trace;
