//! The API key is in no file, in no form; and yet workspaces are told apart.

use std::fs;
use std::path::Path;

use super::{acts, rows};
use crate::support::run::KEY;
use crate::support::{Act, Scripted, Tool};

/// Every byte of every file in this folder.
fn bytes(folder: &Path) -> Vec<u8> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { bytes(&path) } else { fs::read(path).unwrap() }).collect()
}

const BASE64: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// As base64, without what depends on where it begins and ends.
fn base64(bytes: &[u8]) -> String {
    let group = |three: &[u8]| {
        let bits = three.iter().fold(0, |bits, &byte| bits << 8 | usize::from(byte));
        [18, 12, 6, 0].map(|shift| char::from(BASE64[bits >> shift & 63]))
    };
    bytes.chunks_exact(3).flat_map(group).collect()
}

/// The key in every form that somebody may get it back from.
fn forms() -> Vec<String> {
    let hex = |upper: bool| -> String {
        KEY.bytes().map(|byte| if upper { format!("{byte:02X}") } else { format!("{byte:02x}") }).collect()
    };
    let mut forms = vec![
        KEY.to_owned(),
        KEY.trim_end_matches('=').to_owned(),
        KEY.chars().rev().collect(),
        KEY.to_ascii_lowercase(),
        KEY.replace('=', "%3D"),
        hex(false),
        hex(true),
        // It is base64 itself.
        "secret-key-of-the-tests".into(),
        // Parts are as bad.
        KEY[..12].to_owned(),
        KEY[KEY.len() - 12..].to_owned(),
    ];
    for start in 0..3 {
        forms.push(base64(&KEY.as_bytes()[start..]));
        forms.push(base64(&KEY.as_bytes()[start..]).replace('+', "-").replace('/', "_"));
    }
    forms
}

#[test]
fn the_key_is_in_no_file_in_no_form() {
    assert_eq!(base64(b"Man"), "TWFu");
    let folder = tempfile::tempdir().unwrap();
    let directory = folder.path().to_str().unwrap();
    let echo = format!(r#"{{"status":"error","error":"{KEY}","error_description":"key {KEY} was refused"}}"#);
    let refused = Act::error(401, &format!("{KEY} is no key"));
    for (name, acts) in [
        ("connected", acts().to_vec()),
        ("echoed", vec![Act::started(), Act::json(echo)]),
        ("refused at the start", vec![refused.clone()]),
        ("refused", vec![Act::started(), Act::pending(), refused]),
        ("lost", vec![Act::started(), Act::Drop, Act::not_found()]),
        ("odd", vec![Act::started(), Act::json(format!(r#"{{"status":"{KEY}"}}"#)), Act::not_found()]),
    ] {
        let api = Scripted::new(acts);
        let arguments = ["--interval", "20ms", "--state-dir", directory, "-vv", "--json"];
        Tool::connect(&api.url(), &arguments).run();
        Tool::status(&api.url(), &["s1", "--state-dir", directory]).run();
        let bytes = bytes(folder.path());
        assert!(bytes.windows(6).any(|window| window == b"SQLite"), "{name}");
        for form in forms() {
            let found = bytes.windows(form.len()).any(|window| window == form.as_bytes());
            assert!(!found, "{name}: {form} is in the journal");
        }
    }
}

#[test]
fn a_workspace_has_a_print_that_only_its_own_journal_gives_it() {
    let folders = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    let api = Scripted::new([Act::started()]);
    let connect = |folder: usize, key: &str| {
        let directory = folders[folder].path().to_str().unwrap();
        let tool = Tool::connect(&api.url(), &["--no-wait", "--state-dir", directory]);
        tool.env("INSTANTLY_API_KEY", key).run().expect(0);
        rows(folders[folder].path()).pop().unwrap().workspace
    };
    let print = connect(0, "one");
    assert_eq!((print.len(), connect(0, "one")), (24, print.clone()));
    assert_ne!(connect(0, "two"), print);
    assert_ne!(connect(1, "one"), print);
}
