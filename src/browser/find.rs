//! Where a program is that would be started.

use std::path::{Path, PathBuf};

use crate::model::environment::Environment;

/// The program's file: at its path, or in a directory of `PATH` where it is a bare name. None where it is not to be found,
/// or may not be started.
#[must_use]
pub fn find(program: &str, environment: &Environment) -> Option<PathBuf> {
    let is_path = program.contains('/') || cfg!(windows) && program.contains('\\');
    if is_path {
        return with_ending(PathBuf::from(program));
    }
    let path = environment.var("PATH").or_else(|| environment.var("Path"))?;
    std::env::split_paths(path).find_map(|folder| with_ending(folder.join(program)))
}

/// On Windows a program may be named without its ending.
fn with_ending(path: PathBuf) -> Option<PathBuf> {
    if is_program(&path) {
        return Some(path);
    }
    let exe = path.with_extension("exe");
    (cfg!(windows) && path.extension().is_none() && is_program(&exe)).then_some(exe)
}

#[cfg(unix)]
fn is_program(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    path.metadata().is_ok_and(|it| it.is_file() && it.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_program(path: &Path) -> bool {
    path.is_file()
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_program_is_looked_for_where_it_would_be_started_from() {
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str, mode| {
            let path = folder.path().join(name);
            fs::write(&path, "").unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
            path
        };
        let (program, text) = (file("browser", 0o755), file("notes", 0o644));
        let path = format!("/nonexistent:{}", folder.path().display());
        let environment = [("PATH", path.as_str())].into_iter().collect();
        assert_eq!(find("browser", &environment), Some(program.clone()));
        assert_eq!(find(program.to_str().unwrap(), &environment), Some(program));
        for absent in ["notes", text.to_str().unwrap(), "other", "/nonexistent/browser"] {
            assert_eq!(find(absent, &environment), None, "{absent}");
        }
        assert_eq!(find("browser", &Environment::default()), None);
    }
}
