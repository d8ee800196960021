//! The browser: what can open a URL here, decided without side effects, and the opening itself.
//!
//! [`Surroundings::look`] is the one look at the machine; [`plan()`] turns what it saw and what the person asked for into
//! a list of programs, without touching anything; [`Opening`] starts them one after the other until one takes the URL.
//! No shell is involved anywhere, and the URL arrives byte for byte as it was given: whether it is one that may be
//! opened is for the caller to say beforehand.

mod find;
mod launch;
mod launcher;
mod named;
mod plan;
mod surroundings;

pub use find::find;
pub use launch::{Opened, Opening};
pub use launcher::Launcher;
pub use plan::{Plan, Wish, plan};
pub use surroundings::{Platform, Surroundings};
