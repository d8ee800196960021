//! Variables and arguments that are no text.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt, OsStringExt};

use super::CONNECTED;
use crate::support::{Act, INIT, STATUS, Scripted, Tool};

/// A name in Latin-1, as old file systems have them.
fn latin(name: &[u8]) -> OsString {
    OsString::from_vec([name, b"caf\xe9"].concat())
}

#[test]
fn a_path_that_is_no_text_is_used_wherever_it_is_named() {
    if cfg!(target_os = "macos") {
        return println!("skipped: its file systems know no such names");
    }
    let session = || Scripted::new([Act::started(), Act::success()]);
    let connect = |api: &Scripted| Tool::connect(&api.url(), &["--interval", "20ms"]);
    // The state directory, by its variable, by its flag and by way of the home.
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &[u8]| folder.path().join(latin(name));
    let api = session();
    let run = connect(&api).env("INSTANTLY_OAUTH_STATE_DIR", path(b"a")).run().expect(0);
    assert_eq!((run.stdout.as_str(), run.stderr.contains("warning")), (CONNECTED, false), "{run:#?}");
    assert!(path(b"a").join("journal.db").is_file());
    let run = Tool::new(["sessions"]).env("INSTANTLY_OAUTH_STATE_DIR", path(b"a")).run().expect(0);
    assert!(run.stdout.contains("ada@acme.com"), "{run:#?}");
    let api = session();
    connect(&api).env("HOME", path(b"b")).run().expect(0);
    assert!(path(b"b").join(".local/state/instantly-oauth/journal.db").is_file());
    // The key's file, by its variable.
    std::fs::write(path(b"key"), "a-key-of-its-own\n").unwrap();
    let api = session();
    // It is not passed over for somebody else's.
    let profile = "default_profile = \"x\"\n[profiles.x]\napi_key_env = \"OTHER\"\n";
    std::fs::write(path(b"config"), profile).unwrap();
    let tool =
        connect(&api).no_env("INSTANTLY_API_KEY").env("INSTANTLY_OAUTH_CONFIG", path(b"config")).env("OTHER", "x");
    tool.env("INSTANTLY_API_KEY_FILE", path(b"key")).run().expect(0);
    assert_eq!(api.requests()[0].header("authorization"), Some("Bearer a-key-of-its-own"));
    assert_eq!(api.lines(), [INIT, STATUS]);
    // And the config file is used itself, by its variable.
    let api = session();
    let tool = connect(&api).no_env("INSTANTLY_API_KEY").env("INSTANTLY_OAUTH_CONFIG", path(b"config"));
    tool.env("OTHER", "the-profiles-key").run().expect(0);
    assert_eq!(api.requests()[0].header("authorization"), Some("Bearer the-profiles-key"));
}

#[test]
fn what_has_to_be_text_is_refused_before_anything_is_sent() {
    for name in
        ["INSTANTLY_API_KEY", "INSTANTLY_BASE_URL", "INSTANTLY_PROFILE", "INSTANTLY_OAUTH_LIMITS", "HTTPS_PROXY"]
    {
        for arguments in [&["connect", "google", "--no-browser"][..], &["status", "s1", "--json"]] {
            let api = Scripted::new([Act::started()]);
            let run = Tool::new(arguments).at(&api.url()).env(name, latin(b"s3cret")).run().expect(2);
            let run =
                run.says(&format!("error: {name} is set to something that is not UTF-8 text")).says("Set it again");
            assert!(!run.stderr.contains("s3cret") && !run.stdout.contains("s3cret"), "{run:#?}");
            assert_eq!(api.lines(), [""; 0], "{name}");
        }
    }
    // What is not ours and decides nothing is nobody's business.
    let api = Scripted::new([Act::started(), Act::success()]);
    let tool = ["LS_COLORS", "LANG", "TERM", "SSL_CERT_FILE", "CI", "TZ"]
        .iter()
        .fold(Tool::connect(&api.url(), &[]), |tool, name| tool.env(name, latin(b"")));
    assert_eq!(tool.run().expect(0).stdout, CONNECTED);
}

#[test]
fn a_browser_that_is_no_text_is_not_passed_over_in_silence() {
    let api = Scripted::new([Act::started(), Act::Hold(Box::new(Act::success()))]);
    let tool = Tool::new(["connect", "google"]).at(&api.url()).env("DISPLAY", ":0");
    let mut live = crate::support::Live::start(tool.env("BROWSER", latin(b"/nonexistent/")));
    live.stderr.until("Not opened from here (/nonexistent/caf");
    api.release();
    assert_eq!(live.end().expect(0).stdout, CONNECTED);
}

#[test]
fn an_argument_that_is_no_text_is_a_wrong_one() {
    let odd = OsStr::from_bytes(b"\xff");
    for arguments in [
        &[OsStr::new("status"), odd][..],
        &[OsStr::new("connect"), odd],
        &["connect".as_ref(), "google".as_ref(), "--expect".as_ref(), odd],
        &["connect".as_ref(), "google".as_ref(), "--base-url".as_ref(), odd],
        &["connect".as_ref(), "google".as_ref(), "--browser".as_ref(), odd],
    ] {
        let run = Tool::new(arguments).run().expect(2);
        assert!(run.stdout.is_empty() && run.stderr.starts_with("error: "), "{run:#?}");
    }
}
