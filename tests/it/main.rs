//! The built binary, as its users run it: exit code, stdout and stderr together.

mod smoke;
mod support;
