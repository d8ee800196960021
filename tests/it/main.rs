//! The built binary, as its users run it: exit code, stdout and stderr together.

#![allow(unreachable_pub, reason = "the builders are for every module of this one binary")]

mod browsers;
mod house;
mod pipes;
mod sandbox;
mod signals;
mod smoke;
mod support;
mod terminal;
mod trace;
