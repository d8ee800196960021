//! A local stand-in for the API: the rules of the service as a pure state machine, a loopback server around it, and the
//! page on which a person plays the mailbox's owner.
//!
//! `rules` decides what a call is answered, from the call and the time alone. Only `server` and `connections` do I/O, and
//! only they and `shared` read a clock. What it imitates is the service's own `OpenAPI` document and what is known of its
//! behaviour; where both are silent it does what servers of that kind (Fastify) do, and says so in a comment.

mod accounts;
mod api;
mod call;
mod connections;
mod consent;
mod faults;
mod limits;
mod mailbox;
mod mixed;
mod moment;
mod opaque;
mod pace;
mod page;
mod people;
mod rules;
mod scenario;
mod server;
mod session;
mod sessions;
mod shared;
#[cfg(test)]
mod tests;

pub use faults::Faults;
pub use opaque::is_session;
pub use pace::SPEEDS;
pub use scenario::Scenario;
pub use server::{Options, Sandbox};
pub use shared::{Clock, Log, People};
