//! TLS with a private authority.

use std::fs;
use std::path::Path;

use crate::support::{Act, Authority, Front, INIT, STATUS, Scripted, Tool};

/// A server behind TLS, with a certificate for this name.
struct Secure {
    authority: Authority,
    api: Scripted,
    front: Front,
}

impl Secure {
    fn new(name: &str, acts: impl IntoIterator<Item = Act>) -> Self {
        let (authority, api) = (Authority::new(), Scripted::new(acts));
        let front = Front::tls(api.address(), &authority, name);
        Self { authority, api, front }
    }

    /// Its base URL by this host name.
    fn url(&self, host: &str) -> String {
        format!("https://{host}:{}", self.front.port())
    }

    fn connect(&self) -> Tool {
        Tool::connect(&self.url("localhost"), &["--interval", "20ms"])
    }

    fn status(&self, host: &str) -> Tool {
        Tool::status(&self.url(host), &["s1"]).env("SSL_CERT_FILE", self.authority.file())
    }
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[test]
fn a_private_authority_is_trusted_where_it_is_named() {
    let ca = |secure: &Secure| secure.authority.file();
    let ways: [fn(Tool, &Secure) -> Tool; 4] = [
        |tool, secure| tool.args(&["--ca-cert", text(&secure.authority.file())]),
        |tool, secure| tool.env("SSL_CERT_FILE", secure.authority.file()),
        |tool, secure| tool.env("SSL_CERT_DIR", hashed(&secure.authority)),
        |tool, secure| tool.args(&["--ca-cert", text(&secure.authority.file())]).env("SSL_CERT_DIR", "/nonexistent"),
    ];
    for way in ways {
        let secure = Secure::new("localhost", [Act::started(), Act::pending(), Act::success()]);
        assert!(ca(&secure).is_file());
        let run = way(secure.connect(), &secure).run().expect(0);
        assert_eq!(run.stdout, "Connected ada@acme.com (Ada Lovelace)\n");
        assert_eq!(secure.api.lines(), [INIT, STATUS, STATUS]);
    }
}

/// The authority's folder, with its certificate under a name like OpenSSL's `c_rehash` gives.
fn hashed(authority: &Authority) -> std::path::PathBuf {
    fs::copy(authority.file(), authority.folder().join("0a1b2c3d.0")).unwrap();
    authority.folder()
}

#[test]
fn an_unknown_authority_is_told_with_the_cure_and_not_asked_again() {
    let secure = Secure::new("localhost", [Act::started()]);
    let run = secure.connect().args(&["--json"]).run().expect(10);
    let run = run
        .says("error: no secure connection to localhost")
        .says(&format!("issued by \"{}\", which is not trusted", Authority::NAME))
        .says("--ca-cert");
    let run = run.says("Trusted here: ");
    assert_eq!(run.events().len(), 1, "it was tried again: {run:#?}");
    assert_eq!(secure.api.lines(), [""; 0]);

    let other = Authority::new();
    let run = secure.connect().args(&["--ca-cert", text(&other.file())]).env("SSL_CERT_DIR", "/dir").run().expect(10);
    let trusted = format!(", --ca-cert {}, SSL_CERT_DIR /dir.", text(&other.file()));
    assert_eq!(run.says(&trusted).stdout, "");
    assert_eq!(secure.api.lines(), [""; 0]);
}

#[test]
fn a_certificate_for_another_host_is_refused() {
    let secure = Secure::new("api.example", [Act::pending()]);
    let run = secure.status("localhost").run().expect(10).says("error: no secure connection to localhost");
    assert_eq!(run.stdout, "");
    assert_eq!(secure.api.lines(), [""; 0]);
    let secure = Secure::new("127.0.0.1", [Act::pending()]);
    secure.status("127.0.0.1").run().expect(8);
    assert_eq!(secure.api.lines(), [STATUS]);
}

#[test]
fn a_wait_goes_on_through_a_way_that_is_not_secure_and_has_lost_nothing() {
    let secure = Secure::new("api.example", [Act::success()]);
    let flags = ["s1", "--wait", "--interval", "20ms", "--timeout", "100ms", "--json"];
    let run = Tool::status(&secure.url("localhost"), &flags).run().expect(8);
    assert!(run.result()["message"].as_str().unwrap().contains("no secure connection"), "{run:#?}");
    assert_eq!(secure.api.lines(), [""; 0]);
}

#[test]
fn a_reply_that_breaks_off_inside_tls_is_a_loss() {
    let cut = Act::Raw(b"HTTP/1.1 200 OK\r\ncontent-length: 57\r\n\r\n{\"status\":\"succ".into());
    let secure = Secure::new("localhost", [cut, Act::not_found()]);
    let run = secure.status("localhost").args(&["--wait", "--interval", "20ms"]).run().expect(11);
    assert_eq!(run.says("its result was lost").stdout, "");
    assert_eq!(secure.api.lines(), [STATUS, STATUS]);
}

#[test]
fn a_certificate_file_without_a_certificate_is_a_wrong_argument() {
    let secure = Secure::new("localhost", [Act::started()]);
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, content: &str| {
        let path = folder.path().join(name);
        fs::write(&path, content).unwrap();
        path
    };
    let broken = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    for path in [
        folder.path().join("missing"),
        folder.path().to_owned(),
        file("empty", ""),
        file("garbage", "not a certificate"),
        file("broken", broken),
        file("cut", "-----BEGIN CERTIFICATE-----\nAAAA\n"),
    ] {
        let says = format!("no certificate could be read from {}", text(&path));
        let run = secure.connect().args(&["--ca-cert", text(&path)]).run().expect(2).says("error: --ca-cert: ");
        assert_eq!(run.says(&says).says("in PEM form").stdout, "");
        // A variable may have been inherited from anywhere: what it names only stands beside the system's.
        let run = secure.connect().env("SSL_CERT_FILE", &path).run().expect(10).says("warning: SSL_CERT_FILE: ");
        assert_eq!(run.says(&says).says("error: no secure connection").stdout, "");
    }
    assert_eq!(secure.api.lines(), [""; 0]);
}
