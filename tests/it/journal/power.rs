//! Cut power, as far as it can be played: at every moment, with what was not yet synchronised lost, in part or whole.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use super::{CONNECTED, Row, acts, rows, state};
use crate::support::faults::shim;
use crate::support::run::finish;
use crate::support::{Scripted, Tool};

/// One thing that the process did to its files.
struct Change {
    what: String,
    path: PathBuf,
    offset: usize,
    bytes: Vec<u8>,
}

/// Reads what the shim wrote down.
fn changes(log: &[u8]) -> Vec<Change> {
    let (mut changes, mut rest) = (Vec::new(), log);
    while let Some(end) = rest.iter().position(|&byte| byte == b'\n') {
        let head = std::str::from_utf8(&rest[..end]).unwrap();
        let [what, offset, length, path] = head.splitn(4, ' ').collect::<Vec<_>>().try_into().unwrap();
        let length: usize = length.parse().unwrap();
        let bytes = rest[end + 1..][..length].to_vec();
        rest = &rest[end + 1 + length..];
        let offset = offset.parse().unwrap_or(0);
        changes.push(Change { what: what.to_owned(), path: path.into(), offset, bytes });
    }
    changes
}

/// A file: what is certainly on the disk, and what was done since.
#[derive(Clone, Default)]
struct Node {
    durable: Vec<u8>,
    pending: Vec<Edit>,
}

#[derive(Clone)]
enum Edit {
    Write(usize, Vec<u8>),
    Length(usize),
}

impl Edit {
    fn apply(&self, bytes: &mut Vec<u8>) {
        match self {
            Self::Write(offset, written) => {
                let end = offset + written.len();
                bytes.resize(bytes.len().max(end), 0);
                bytes[*offset..end].copy_from_slice(written);
            }
            Self::Length(length) => bytes.resize(*length, 0),
        }
    }
}

/// The disk. A name leads to a file by its number, since one name can have had two.
#[derive(Default)]
struct Disk {
    nodes: Vec<Node>,
    names: BTreeMap<PathBuf, usize>,
    durable_names: BTreeMap<PathBuf, usize>,
}

impl Disk {
    fn apply(&mut self, change: &Change) {
        let node = self.names.get(&change.path).copied();
        match (change.what.as_str(), node) {
            ("create" | "mkdir", None) => {
                self.names.insert(change.path.clone(), self.nodes.len());
                self.nodes.push(Node::default());
            }
            ("write", Some(node)) => self.nodes[node].pending.push(Edit::Write(change.offset, change.bytes.clone())),
            ("sync", node) => {
                if let Some(node) = node.map(|node| &mut self.nodes[node]) {
                    let edits = std::mem::take(&mut node.pending);
                    for edit in edits {
                        edit.apply(&mut node.durable);
                    }
                }
                // Of a directory, what is in it.
                let within = |path: &PathBuf| path.parent() == Some(&change.path);
                self.durable_names.retain(|path, _| !within(path));
                let names = self.names.iter().filter(|(path, _)| within(path));
                self.durable_names.extend(names.map(|(path, node)| (path.clone(), *node)));
            }
            ("unlink", Some(_)) => drop(self.names.remove(&change.path)),
            (what, Some(node)) if what.starts_with("truncate-") => {
                let length = what.trim_start_matches("truncate-").parse().unwrap();
                self.nodes[node].pending.push(Edit::Length(length));
            }
            ("create" | "chmod", Some(_)) => {}
            (what, _) => panic!("{what} {}: the disk does not know that", change.path.display()),
        }
    }

    /// What is left of the state directory in another place, where the names are those that were synchronised or all
    /// others, and of the edits that were not synchronised those are left that this keeps.
    fn remains(&self, directory: &Path, place: &Path, all_names: bool, mut kept: impl FnMut(&Path) -> bool) {
        let names = if all_names { &self.names } else { &self.durable_names };
        if !self.durable_names.contains_key(directory) && !all_names {
            return;
        }
        for (path, node) in names.iter().filter(|(path, _)| path.parent() == Some(directory)) {
            let (node, name) = (&self.nodes[*node], Path::new(path.file_name().unwrap()));
            if name == "journal.live" {
                continue;
            }
            let mut bytes = node.durable.clone();
            node.pending.iter().filter(|_| kept(name)).for_each(|edit| edit.apply(&mut bytes));
            fs::write(place.join(name), bytes).unwrap();
        }
    }
}

/// Chance that is the same each time.
struct Coin(u64);

impl Coin {
    fn toss(&mut self) -> bool {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        self.0 >> 63 == 1
    }
}

#[test]
fn a_power_cut_at_any_moment_leaves_a_journal_that_knows_what_was_told() {
    let shim = match shim() {
        Ok(shim) => shim,
        Err(why) => return println!("{why}"),
    };
    let api = Scripted::new(acts());
    let tool = Tool::connect(&api.url(), &["--interval", "20ms"]);
    let (log, directory) = (tool.home().join("log"), state(tool.home()));
    let (child, _home) = tool.logging(shim, &log).start();
    assert_eq!(finish(child).expect(0).stdout, CONNECTED);
    let changes = changes(&fs::read(&log).unwrap());
    assert!(changes.iter().filter(|change| change.what == "sync").count() > 10, "the shim is not in the way");

    // The folder above is there already.
    let mut disk = Disk::default();
    let (mut told, mut cuts, mut coin) = (false, 0, Coin(1));
    for (number, change) in changes.iter().enumerate() {
        if change.path == Path::new("stdout") {
            told |= change.bytes.starts_with(b"Connected");
        } else {
            disk.apply(change);
        }
        let is_database = |name: &Path| name == "journal.db";
        for all_names in [false, true] {
            for way in 0..8 {
                let place = tempfile::tempdir().unwrap();
                disk.remains(&directory, place.path(), all_names, |name| match way {
                    0 => false,
                    1 => true,
                    2 => is_database(name),
                    3 => !is_database(name),
                    _ => coin.toss(),
                });
                cuts += 1;
                let found = if place.path().join("journal.db").exists() { rows(place.path()) } else { Vec::new() };
                let last = format!("after {number} ({} {}), {all_names}, {way}", change.what, change.path.display());
                assert!(found.len() <= 1, "{last}: {found:?}");
                assert!(!told || found.iter().any(Row::is_connected), "{last}: it was told, and is not in the journal");
            }
        }
    }
    assert!(told);
    println!("{} changes, {cuts} cuts", changes.len());
}
