//! `instantly-oauth`: connect Google Workspace and Microsoft mailboxes to an Instantly workspace.
//!
//! The rooms, and who may import whom. `main` parses, runs and exits, and does nothing else.
//!
//! | room | what it is for | may import |
//! |---|---|---|
//! | [`exit`], [`error`] | the table of exit codes; a failure with its words | each other |
//! | [`model`] | pure decisions and values: the poll, deadlines, backoff, events, words. No I/O, no clock, no chance | |
//! | [`api`] | the thin HTTP layer: a function a call, typed failures, no policy and no retry; the way there step by step, for `doctor` | `model` |
//! | [`browser`] | what can open a URL here, copy it or show a notice, and doing so | `model` |
//! | [`report`] | events as text and JSON, the spinner, QR codes, foreign text made safe. Only it prints | `model` |
//! | [`sandbox`] | a stand-in for the API: rules (pure), a loopback server, the consent page | `model` |
//! | [`store`] | the journal of sessions and the shared limits, in one `SQLite` file: what was read, who waits | `model` |
//! | [`flow`] | the async shell: starting a session, watching it, settling a lost result; clock, signals | `model` |
//! | [`cli`] | the command line as clap reads it | `model`, `sandbox` (the names of its scenarios) |
//! | [`settings`] | flags, environment and config file, resolved | `cli`, `model`, `api`, `report` and `store` (their configuration) |
//! | [`commands`] | a file a subcommand: settings, flow, report, exit code | all of the above |
//!
//! `exit` and `error` are open to every room. The adapters (`api`, `browser`, `report`, `sandbox`, `store`) never import
//! each other, and a flow reaches them through what a command hands it. A test reads the imports and fails on any other.

pub mod api;
pub mod browser;
pub mod cli;
pub mod commands;
pub mod error;
pub mod exit;
pub mod flow;
pub mod model;
pub mod report;
pub mod sandbox;
pub mod settings;
pub mod store;
