//! The browser, and the desktop that it is on: what can open a URL here, copy it or tell of an end, decided without side
//! effects, and the doing itself.
//!
//! [`Surroundings::look`] is the one look at the machine; [`plan()`] turns what it saw and what the person asked for into
//! a list of programs, without touching anything, as [`clipboard()`] and [`notice()`] do; [`Opening`] starts them one after the other until one takes the URL.
//! No shell is involved anywhere, and the URL arrives byte for byte as it was given: whether it is one that may be
//! opened is for the caller to say beforehand.

mod call;
mod clipboard;
mod find;
mod launch;
mod launcher;
mod named;
mod notice;
mod plan;
mod surroundings;

pub use call::Call;
pub use clipboard::clipboard;
pub use find::find;
pub use launch::{Opened, Opening};
pub use launcher::Launcher;
pub use notice::notice;
pub use plan::{Plan, Wish, plan};
pub use surroundings::{Platform, Surroundings};
