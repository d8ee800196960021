//! Why the journal cannot be used.

use std::fmt;
use std::path::{Path, PathBuf};

use rusqlite::{Error, ErrorCode, ffi};

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
    /// Another process keeps what it should only use for a moment.
    Taken {
        /// The file.
        path: PathBuf,
    },
    /// It is damaged. Only met where it could not be set aside either.
    Damaged(String),
    /// It is not where it was opened any more. Only met where that goes on.
    Moved,
}

impl Fault {
    /// A failure of a file's.
    pub(super) fn io(what: impl fmt::Display, error: &std::io::Error) -> Self {
        Self::Unusable(format!("{what}: {error}"))
    }

    /// Another process keeps a file that is named later.
    pub(super) fn taken() -> Self {
        Self::Taken { path: PathBuf::new() }
    }

    /// The same, with the file that it happened to.
    pub(super) fn at(self, path: &Path) -> Self {
        let at = |why: &dyn fmt::Display| Self::Unusable(format!("{}: {why}", path.display()));
        match self {
            Self::Unusable(why) => at(&why),
            Self::Damaged(_) | Self::Moved => at(&self),
            Self::Taken { .. } => Self::Taken { path: path.to_owned() },
            fault => fault,
        }
    }
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        let (code, extended) = match &error {
            Error::SqliteFailure(error, _) => (error.code, error.extended_code),
            // A statement of ours that the file has no table or column for. It is not repeated.
            Error::SqlInputError { msg, .. } => return Self::Damaged(msg.clone()),
            // What was read is not what this tool writes.
            Error::FromSqlConversionFailure(..)
            | Error::IntegralValueOutOfRange(..)
            | Error::Utf8Error(..)
            | Error::QueryReturnedNoRows
            | Error::InvalidColumnIndex(_)
            | Error::InvalidColumnName(_)
            | Error::InvalidColumnType(..) => return Self::Damaged(error.to_string()),
            _ => return Self::Unusable(error.to_string()),
        };
        match code {
            _ if extended == ffi::SQLITE_READONLY_DBMOVED => Self::Moved,
            ErrorCode::DatabaseCorrupt
            | ErrorCode::NotADatabase
            // Nothing that is done with a file of our own form is refused so: a table, a column or a type is another.
            | ErrorCode::ConstraintViolation
            | ErrorCode::TypeMismatch => Self::Damaged(error.to_string()),
            ErrorCode::Unknown if extended & 0xff == ffi::SQLITE_ERROR => Self::Damaged(error.to_string()),
            ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => Self::taken(),
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
            Self::Taken { path } => write!(f, "{}: another process has held it for too long", path.display()),
            Self::Damaged(why) => write!(f, "it is damaged ({why})"),
            Self::Moved => f.write_str("it is being moved or deleted while it is used"),
        }
    }
}
