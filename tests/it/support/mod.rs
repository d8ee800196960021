//! Builders for the tests of the binary.

pub mod run;
pub mod scripted;

pub use run::{Run, Tool};
pub use scripted::{Act, Scripted};
