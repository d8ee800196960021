//! Builders for the tests of the binary.

pub mod live;
pub mod program;
pub mod pty;
pub mod run;
pub mod scripted;
pub mod service;

pub use live::Live;
pub use program::Program;
pub use pty::Terminal;
pub use run::{Run, Tool};
pub use scripted::{Act, Scripted};
pub use service::Service;
