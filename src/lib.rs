//! `instantly-oauth`: connect Google Workspace and Microsoft mailboxes to an Instantly workspace.

pub mod error;
pub mod exit;
pub mod model;
pub mod sandbox;
