//! `instantly-oauth`: connect Google Workspace and Microsoft mailboxes to an Instantly workspace.

pub mod browser;
pub mod error;
pub mod exit;
pub mod model;
