//! Standard output: whole lines, through to whoever reads them.

use std::io::{self, ErrorKind, Write};

use console::Term;

/// Writes a line.
pub(super) fn line(line: &str) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    // In one piece: a reader that sees the first of its lines sees all.
    stdout.write_all(format!("{line}\n").as_bytes())?;
    stdout.flush()
}

/// After a write that succeeded: an error where nobody can have heard it all the same. See [`was_closed`].
pub(super) fn heard() -> io::Result<()> {
    if was_closed() { Err(ErrorKind::BrokenPipe.into()) } else { Ok(()) }
}

/// How wide the terminal is, where stdout is one.
pub(super) fn columns() -> Option<usize> {
    Term::stdout().size_checked().map(|(_, columns)| usize::from(columns))
}

/// Whether this process was started with a closed stdout (`>&-`). Rust's runtime then opens the null device in its place,
/// for reading as well, by which it differs from the `>/dev/null` of somebody who wants to hear nothing.
#[cfg(unix)]
fn was_closed() -> bool {
    use rustix::fs::{OFlags, fcntl_getfl, fstat, stat};
    let stdout = io::stdout();
    let reads = fcntl_getfl(&stdout).is_ok_and(|flags| flags & OFlags::RWMODE == OFlags::RDWR);
    reads && fstat(&stdout).is_ok_and(|it| stat("/dev/null").is_ok_and(|null| it.st_rdev == null.st_rdev))
}

#[cfg(not(unix))]
const fn was_closed() -> bool {
    false
}
