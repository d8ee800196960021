//! Every row of the exit-code table that this room can reach, each with what it says and what it asks the API.

mod local;
mod lost;
mod refused;
mod session;
mod unavailable;
