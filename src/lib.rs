//! `instantly-oauth`: connect Google Workspace and Microsoft mailboxes to an Instantly workspace.

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
