//! Why the journal cannot be used.

use std::fmt;
use std::path::PathBuf;

use rusqlite::ErrorCode;

/// A failure of the journal.
#[derive(Debug)]
pub enum Fault {
    /// A newer version of this tool wrote the file, in a form that this one does not know.
    Newer {
        /// The file.
        path: PathBuf,
        /// The version of its form.
        found: i64,
        /// The last version that is known here.
        known: i64,
    },
    /// The file is a database of something else.
    Foreign {
        /// The file.
        path: PathBuf,
    },
    /// It cannot be read or written: what happened, without the file's contents.
    Unusable(String),
    /// It is damaged. Only met where it could not be set aside either.
    Damaged(String),
}

impl Fault {
    /// A failure of a file's.
    pub(super) fn io(what: impl fmt::Display, error: &std::io::Error) -> Self {
        Self::Unusable(format!("{what}: {error}"))
    }
}

impl From<rusqlite::Error> for Fault {
    fn from(error: rusqlite::Error) -> Self {
        let code = error.sqlite_error_code();
        match code {
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => Self::Damaged(error.to_string()),
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
                Self::Unusable("another process has held it for too long".into())
            }
            _ => Self::Unusable(error.to_string()),
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Newer { path, found, known } => write!(
                f,
                "{} was written by a newer version of instantly-oauth (its form is {found}; this one knows up to {known})",
                path.display()
            ),
            Self::Foreign { path } => write!(f, "{} is a database of some other program", path.display()),
            Self::Unusable(why) => f.write_str(why),
            Self::Damaged(why) => write!(f, "it is damaged ({why})"),
        }
    }
}
