//! Where it is, and who may read it there.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use super::{acts, state};
use crate::support::{Act, Live, Scripted, Tool};

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o7777
}

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

/// Everything in this folder.
fn tree(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(tree(&path));
        }
        found.push(path);
    }
    found
}

/// Holds that nobody but the owner gets at anything in this folder, and gives the names of what is there.
#[track_caller]
fn is_closed(folder: &Path, case: &str) -> Vec<String> {
    let paths = tree(folder);
    for path in &paths {
        let expected = if path.is_dir() { 0o700 } else { 0o600 };
        assert_eq!(mode(path), expected, "{case}: {}", path.display());
    }
    paths.iter().map(|path| path.strip_prefix(folder).unwrap().display().to_string()).collect()
}

#[test]
fn nobody_else_reads_it_whatever_the_umask_and_while_it_is_written() {
    for mask in ["000", "022", "077", "0777"] {
        let result = Act::Hold(Box::new(Act::success()));
        let api = Scripted::new([Act::started(), Act::pending(), result]);
        let tool = Tool::connect(&api.url(), &["--interval", "20ms"]);
        let home = tool.home().to_owned();
        let live = Live::start(tool.shell(&format!(r#"umask {mask}; exec "$@""#)));
        api.wait_for(3);
        let names = is_closed(&home.join(".local"), mask);
        for name in ["journal.db", "journal.db-journal", "journal.live", "journal.live/"] {
            assert!(names.iter().any(|path| path.contains(name)), "{mask}: no {name} in {names:?}");
        }
        api.release();
        live.end().expect(0);
    }
}

#[test]
fn a_place_of_its_own_that_was_open_to_others_is_closed() {
    let api = Scripted::new(acts());
    let tool = Tool::connect(&api.url(), &["--interval", "20ms"]);
    let directory = state(tool.home());
    fs::create_dir_all(directory.join("journal.live")).unwrap();
    fs::write(directory.join("journal.db"), "").unwrap();
    for (path, mode) in
        [(directory.clone(), 0o777), (directory.join("journal.live"), 0o755), (directory.join("journal.db"), 0o664)]
    {
        set_mode(&path, mode);
    }
    let (child, _home) = tool.start();
    crate::support::run::finish(child).expect(0);
    assert_eq!(mode(&directory), 0o700);
    is_closed(&directory, "");
}

#[test]
fn a_place_that_somebody_named_keeps_its_own_mode_and_its_files_are_closed() {
    let folder = tempfile::tempdir().unwrap();
    for (name, before, after) in
        [("shared", Some(0o755), 0o755), ("sticky", Some(0o1777), 0o1777), ("new/er", None, 0o700)]
    {
        let directory = folder.path().join(name);
        if let Some(before) = before {
            fs::create_dir(&directory).unwrap();
            set_mode(&directory, before);
        }
        let api = Scripted::new(acts());
        let path = directory.to_str().unwrap();
        let tool = Tool::connect(&api.url(), &["--interval", "20ms", "--state-dir", path]);
        let home = tool.home().to_owned();
        assert!(tool.shell(r#"umask 000; exec "$@""#).run().expect(0).stdout.starts_with("Connected"));
        assert_eq!(mode(&directory), after, "{name}");
        is_closed(&directory, name);
        assert!(!home.join(".local").exists(), "and there is nothing elsewhere");
    }
}
