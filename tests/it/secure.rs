//! TLS with a private authority, and proxies.

use std::fs;
use std::path::Path;

use crate::support::run::KEY;
use crate::support::{Act, Authority, Front, INIT, STATUS, Scripted, Tool, nobody};

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
    let run = run.says("Trusted here: the system's certificates.");
    assert_eq!(run.events().len(), 1, "it was tried again: {run:#?}");
    assert_eq!(secure.api.lines(), [""; 0]);

    let other = Authority::new();
    let run = secure.connect().args(&["--ca-cert", text(&other.file())]).env("SSL_CERT_DIR", "/dir").run().expect(10);
    let trusted =
        format!("Trusted here: the system's certificates, --ca-cert {}, SSL_CERT_DIR /dir.", text(&other.file()));
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

#[test]
fn a_proxy_is_gone_through_with_its_credentials() {
    for name in ["HTTPS_PROXY", "https_proxy", "ALL_PROXY"] {
        let secure = Secure::new("api.example", [Act::started(), Act::success()]);
        let proxy = Front::proxy(secure.front.address(), "200 OK");
        // Only the proxy knows where this host is.
        let tool = Tool::connect("https://api.example", &["-vv"])
            .env("SSL_CERT_FILE", secure.authority.file())
            .env(name, format!("http://ada:s3cret%21@{}", proxy.address()));
        let run = tool.run().expect(0);
        assert_eq!(run.stdout, "Connected ada@acme.com (Ada Lovelace)\n");
        assert!(!run.stderr.contains("s3cret"), "{run:#?}");
        assert!(!proxy.heads().is_empty(), "{name}");
        for head in proxy.heads() {
            assert!(head.starts_with("CONNECT api.example:443 HTTP/1.1\r\n"), "{head}");
            let head = head.to_ascii_lowercase();
            // ada:s3cret! in Base64
            assert!(head.contains("\r\nproxy-authorization: basic ywrhonmzy3jldce=\r\n"), "{head}");
            assert!(!head.contains("\r\nauthorization:"), "the key was given to the proxy: {head}");
        }
        assert_eq!(secure.api.lines(), [INIT, STATUS]);
        assert!(secure.api.requests().iter().all(|request| request.header("proxy-authorization").is_none()));
    }
}

#[test]
fn a_proxy_that_refuses_is_named_without_its_password() {
    let secure = Secure::new("api.example", [Act::started()]);
    for (answer, says, cure, tries) in [
        ("407 Proxy Authentication Required", "error: the proxy wants a user name", "user:password@", 1),
        ("403 Forbidden", "error: the proxy did not let the request through", "NO_PROXY", 4),
    ] {
        let proxy = Front::proxy(secure.front.address(), answer);
        let tool = Tool::connect("https://api.example", &["--json", "-vv"])
            .env("HTTPS_PROXY", format!("http://ada:s3cret@{}", proxy.address()));
        let run = tool.run().expect(10).says(says).says(cure);
        let run = run.says(&format!("http://{} (HTTPS_PROXY)", proxy.address()));
        assert!(!run.stderr.contains("s3cret") && !run.stdout.contains("s3cret"), "{run:#?}");
        assert_eq!(proxy.heads().len(), tries, "{run:#?}");
        assert!(!proxy.heads()[0].contains(KEY));
    }
    assert_eq!(secure.api.lines(), [""; 0]);

    let (_socket, address) = nobody();
    let tool = Tool::status("https://api.example", &["s1"]).env("HTTPS_PROXY", format!("http://ada:s3cret@{address}"));
    let run = tool.run().expect(10).says(&format!("http://{address} (HTTPS_PROXY)"));
    assert!(run.stdout.is_empty() && !run.stderr.contains("s3cret"), "{run:#?}");
}

#[test]
fn a_proxy_that_cannot_be_used_is_a_wrong_argument() {
    for value in ["ftp://ada:s3cret@proxy", "http://ada:s3cret@", "http://ada:s3cret@proxy:99999"] {
        let run = Tool::connect("https://api.example", &[]).env("HTTPS_PROXY", value).run().expect(2);
        let run = run.says("error: HTTPS_PROXY is not a proxy's URL");
        assert!(run.stdout.is_empty() && !run.stderr.contains("s3cret"), "{run:#?}");
    }
}

#[test]
fn an_exempt_host_is_reached_without_the_proxy() {
    for (host, exempt) in [("localhost", "other.example, localhost"), ("127.0.0.1", "127.0.0.0/8"), ("localhost", "*")]
    {
        let secure = Secure::new(host, [Act::pending()]);
        let proxy = Front::proxy(secure.front.address(), "403 Forbidden");
        let run = secure
            .status(host)
            .env("HTTPS_PROXY", format!("http://{}", proxy.address()))
            .env("NO_PROXY", exempt)
            .run()
            .expect(8);
        assert_eq!(run.stdout, "pending\n");
        assert_eq!(secure.api.lines(), [STATUS]);
        assert_eq!(proxy.heads(), [""; 0], "{exempt}");
    }
}

#[test]
fn plain_http_to_this_machine_goes_to_no_proxy() {
    let api = Scripted::new([Act::started(), Act::success()]);
    let proxy = Front::proxy(api.address(), "403 Forbidden");
    let address = format!("http://{}", proxy.address());
    let mut tool = Tool::connect(&api.url(), &[]);
    for name in ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"] {
        tool = tool.env(name, &address);
    }
    tool.run().expect(0);
    assert_eq!(api.lines(), [INIT, STATUS]);
    assert_eq!(proxy.heads(), [""; 0]);
}
