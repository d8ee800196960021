//! Where state is kept.

use std::path::PathBuf;

use crate::cli::Global;
use crate::model::environment::Environment;
use crate::store::default_directory;

/// A directory for state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// Where it is.
    pub directory: PathBuf,
    /// Whether it is this tool's alone: one that somebody named may be for other things as well.
    pub own: bool,
}

/// The directory that was named, or the system's for such things; none where there is no home.
#[must_use]
pub fn state(flags: &Global, environment: &Environment) -> Option<Place> {
    place(flags.state_dir.clone(), environment)
}

/// The same, where this is what the flag named.
#[must_use]
pub fn place(named: Option<PathBuf>, environment: &Environment) -> Option<Place> {
    let named = named.or_else(|| environment.path("INSTANTLY_OAUTH_STATE_DIR"));
    match named {
        Some(directory) => Some(Place { directory, own: false }),
        None => default_directory(environment, std::env::consts::OS).map(|directory| Place { directory, own: true }),
    }
}
