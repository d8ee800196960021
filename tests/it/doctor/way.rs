//! The way to the service: proxies, names, connections, certificates.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::thread;

use socket2::{Domain, Socket, Type};

use super::*;
use crate::support::nobody;

/// What nobody answers is given up after this. Nothing here depends on how fast the machine is.
const SHORT: [&str; 2] = ["--request-timeout", "300ms"];

#[test]
fn a_proxy_that_does_not_let_through_is_named_with_what_it_wants() {
    let far = Far::new();
    let through = |answer, login: &str| {
        let proxy = Front::proxy(far.api.address(), answer);
        let tool = far.doctor().env("HTTPS_PROXY", format!("http://{login}{}", proxy.address()));
        (proxy, tool)
    };
    let line = "\u{2717} tunnel";
    for (what, answer, login, says, mends) in [
        (
            "a proxy that wants a password and gets none",
            "407 Proxy Authentication Required",
            "",
            "the proxy wants a user name and password (HTTP 407",
            "http://user:password@",
        ),
        (
            "a proxy that refuses its password",
            "407 Proxy Authentication Required",
            "ada:s3cret@",
            "the proxy refuses its user name or password",
            "http://user:password@",
        ),
        (
            "a proxy that does not allow the host",
            "403 Forbidden",
            "",
            "the proxy does not lead through to api.example:443 (HTTP 403: Forbidden)",
            "allow api.example:443",
        ),
    ] {
        let (proxy, tool) = through(answer, login);
        let run = Case { what, code: 10, line, says, mends }.holds(tool);
        assert!(!run.stdout.contains("s3cret") && !run.stderr.contains("s3cret"), "{run:#?}");
        assert!(run.stdout.contains(&format!("http://{} (HTTPS_PROXY)", proxy.address())), "{run:#?}");
        let [head] = <[String; 1]>::try_from(proxy.heads()).unwrap();
        assert!(head.starts_with("CONNECT api.example:443 HTTP/1.1\r\n"), "{head}");
        // ada:s3cret in Base64
        assert_eq!(head.contains("Basic YWRhOnMzY3JldA=="), !login.is_empty(), "{head}");
    }
    let (line_of_tls, says) = ("\u{2717} tls", "which is not trusted here");
    let (what, mends) = ("a proxy that leads through and inspects TLS", "set --ca-cert or SSL_CERT_FILE to that file");
    Case { what, code: 10, line: line_of_tls, says, mends }.holds(far.doctor().no_env("SSL_CERT_FILE"));
    let (_socket, address) = nobody();
    let tool = far.doctor().env("HTTPS_PROXY", format!("http://ada:s3cret@{address}"));
    let (line, says) = ("\u{2717} tcp", "refused: nobody listens there");
    let mends = "It is the proxy: check its address in HTTPS_PROXY";
    Case { what: "a proxy that cannot be reached", code: 10, line, says, mends }.holds(tool);
    let tool = far.doctor().env("HTTPS_PROXY", "ftp://ada:s3cret@proxy");
    let (line, says) = ("\u{2717} proxy", "HTTPS_PROXY is not a proxy's URL: its scheme is ftp");
    Case { what: "a proxy variable that is no URL", code: 2, line, says, mends: "or unset it" }.holds(tool);
    let tool = far.doctor().env("HTTPS_PROXY", "http://proxy.invalid:3128").args(&["--request-timeout", "3s"]);
    let (line, says) = ("\u{2717} dns", "the name proxy.invalid does not resolve");
    Case { what: "a proxy whose name does not resolve", code: 10, line, says, mends: "as HTTPS_PROXY names it" }
        .holds(tool);
    assert_eq!(far.api.lines(), [""; 0]);
}

#[test]
fn a_proxy_that_leads_through_is_gone_through_and_told_without_its_password() {
    let far = Far::new();
    let run = far.doctor().run().expect(0);
    let proxy = format!("http://{} (HTTPS_PROXY), with a user name or password", far.proxy.address());
    for told in [&proxy, "the proxy leads through to api.example:443", "issued by \"Inspection CA of the tests\""] {
        assert!(run.stdout.contains(told), "{told}: {run:#?}");
    }
    assert!(!run.stdout.contains("s3cret"), "{run:#?}");
    // The look at the way, and the request.
    assert_eq!((far.proxy.heads().len(), far.api.lines().len()), (2, 1));

    // A proxy that is spoken to in TLS itself.
    let secure = Front::tls(far.proxy.address(), &far.authority, "localhost");
    let through = |tool: Tool| tool.env("HTTPS_PROXY", format!("https://localhost:{}", secure.port()));
    let run = through(far.doctor()).run().expect(0);
    assert!(run.stdout.contains("the proxy leads through to api.example:443"), "{run:#?}");
    assert_eq!((far.proxy.heads().len(), far.api.lines().len()), (4, 2));
    let says = "no secure connection to it: its certificate was issued by \"Inspection CA of the tests\"";
    let (what, line) = ("a proxy that is spoken to in TLS, whose authority is not trusted", "\u{2717} tunnel");
    let case = Case { what, code: 10, line, says, mends: "Check its scheme" };
    case.holds(through(far.doctor()).no_env("SSL_CERT_FILE"));

    // A SOCKS proxy is gone through by the request alone.
    let socks = socks(far.front.address());
    let run = far.doctor().env("HTTPS_PROXY", format!("socks5h://{socks}")).run().expect(0);
    assert!(run.stdout.contains("tls       behind the SOCKS proxy, tried by the request below"), "{run:#?}");
    assert_eq!(far.api.lines().len(), 3);

    let exempt = doctor(&healthy().url()).env("HTTPS_PROXY", "http://proxy.invalid").env("NO_PROXY", "*");
    assert!(exempt.run().expect(0).stdout.contains("none: what is on this machine is reached without one"));
}

#[test]
fn a_host_that_cannot_be_reached_is_named_with_where_it_stopped() {
    let tool = doctor("https://api.invalid").args(&["--request-timeout", "3s"]);
    let (line, says) = ("\u{2717} dns", "the name api.invalid does not resolve");
    Case { what: "a host whose name does not resolve", code: 10, line, says, mends: "HTTPS_PROXY" }.holds(tool);

    let (_socket, address) = nobody();
    let (line, says) = ("\u{2717} tcp", "refused: nobody listens there");
    let mends = "instantly-oauth sandbox";
    let what = "nothing listens there";
    let run = Case { what, code: 10, line, says, mends }.holds(doctor(&format!("http://{address}")));
    assert!(run.stdout.contains("- service   skipped: it depends on tcp"), "{run:#?}");

    let full = Full::new();
    let tool = doctor(&format!("http://{}", full.address)).args(&SHORT);
    let (says, mends) = ("no answer within 200.0ms", "A firewall may swallow it");
    Case { what: "a connection that nobody answers", code: 10, line, says, mends }.holds(tool);
}

/// A server that takes no more connections, so that each further one is left without an answer.
struct Full {
    address: SocketAddr,
    _listener: Socket,
    _connections: Vec<TcpStream>,
}

impl Full {
    fn new() -> Self {
        let listener = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
        listener.bind(&SocketAddr::from(([127, 0, 0, 1], 0)).into()).unwrap();
        listener.listen(0).unwrap();
        let address = listener.local_addr().unwrap().as_socket().unwrap();
        let mut connections = Vec::new();
        // Those that fit are there at once; the first that is not shows that it is full.
        while let Ok(connection) = TcpStream::connect_timeout(&address, Duration::from_millis(500)) {
            connections.push(connection);
            assert!(connections.len() < 100, "it is never full");
        }
        Self { address, _listener: listener, _connections: connections }
    }
}

/// A SOCKS proxy that leads to this address, whatever host it is asked for.
fn socks(backend: SocketAddr) -> SocketAddr {
    listening(move |mut client| {
        // The greeting was read; no login is wanted.
        let _ = client.write_all(&[5, 0]);
        let _ = client.read(&mut [0; 300]);
        let _ = client.write_all(&[5, 0, 0, 1, 0, 0, 0, 0, 0, 0]);
        let server = TcpStream::connect(backend).unwrap();
        let pairs = [(&client, &server), (&server, &client)]
            .map(|(from, to)| (from.try_clone().unwrap(), to.try_clone().unwrap()));
        for (mut from, mut to) in pairs {
            thread::spawn(move || {
                let _ = std::io::copy(&mut from, &mut to);
                let _ = to.shutdown(std::net::Shutdown::Write);
            });
        }
    })
}

/// Listens, and does this with each connection once something came in.
fn listening(serve: impl Fn(TcpStream) + Clone + Send + 'static) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let serve = serve.clone();
            thread::spawn(move || {
                let _ = stream.read(&mut [0; 100]);
                serve(stream);
            });
        }
    });
    address
}

#[test]
fn a_certificate_that_is_not_good_is_named_with_its_issuer() {
    let (authority, api) = (Authority::new(), healthy());
    let good = Front::tls(api.address(), &authority, "localhost");
    let other = Front::tls(api.address(), &authority, "other.example");
    let old = Front::expired(api.address(), &authority, "localhost");
    let url = |front: &Front| format!("https://localhost:{}", front.port());
    let trusting = |front: &Front| doctor(&url(front)).args(&["--ca-cert", authority.file().to_str().unwrap()]);
    let line = "\u{2717} tls";
    let issued = format!("issued by \"{}\", which is not trusted here", Authority::NAME);
    let mends = "set --ca-cert or SSL_CERT_FILE to that file";
    let run =
        Case { what: "a proxy that inspects TLS, with an authority of its own", code: 10, line, says: &issued, mends }
            .holds(doctor(&url(&good)));
    assert!(run.stdout.contains(&format!("\"{}\" is its authority", Authority::NAME)), "{run:#?}");
    let says = "is for another name: other.example";
    Case { what: "a certificate for another host", code: 10, line, says, mends: "base URL" }.holds(trusting(&other));
    let says = "expired on 2021-02-03";
    Case { what: "a certificate whose time is over", code: 10, line, says, mends: "clock says" }.holds(trusting(&old));
    assert_eq!(api.lines(), [""; 0]);

    let plain = listening(|mut stream| {
        let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n");
        // Whoever closes with something unread sends a reset, which can overtake what was written.
        let _ = stream.read_to_end(&mut Vec::new());
    });
    let says = "not in TLS: it may speak plain http on this port";
    let tool = doctor(&format!("https://localhost:{}", plain.port()));
    Case { what: "plain http on the port for TLS", code: 10, line, says, mends: "Check the port" }.holds(tool);
    let closing = listening(drop);
    let says = "closes the connection in the middle of the TLS handshake";
    let tool = doctor(&format!("https://localhost:{}", closing.port()));
    Case { what: "a firewall that cuts TLS off", code: 10, line, says, mends: "firewall" }.holds(tool);
    let silent = listening(|mut stream| {
        let _ = stream.read_to_end(&mut Vec::new());
    });
    let says = "does not answer the TLS handshake within 300.0ms";
    let tool = doctor(&format!("https://localhost:{}", silent.port())).args(&SHORT);
    Case { what: "a firewall that swallows TLS", code: 10, line, says, mends: "--request-timeout" }.holds(tool);
}

#[test]
fn roots_that_cannot_be_read_are_named() {
    let (authority, api, folder) = (Authority::new(), healthy(), tempfile::tempdir().unwrap());
    let front = Front::tls(api.address(), &authority, "localhost");
    let url = format!("https://localhost:{}", front.port());
    let empty = file(folder.path(), "empty.pem", "", 0o644);
    let ca = authority.file();
    let trusting = |path: &Path| doctor(&url).args(&["--ca-cert", path.to_str().unwrap()]);
    let says = format!("--ca-cert: no certificate could be read from {}", empty.display());
    let (line, mends) = ("\u{2717} roots", "BEGIN CERTIFICATE");
    Case { what: "--ca-cert names an empty file", code: 2, line, says: &says, mends }.holds(trusting(&empty));
    assert_eq!(api.lines(), [""; 0]);
    let line = "! roots";
    for (what, path) in [
        ("SSL_CERT_FILE names a file that is not there", Path::new("/nonexistent/ca.pem")),
        ("SSL_CERT_FILE names an empty file", &empty),
    ] {
        let says = format!("SSL_CERT_FILE: no certificate could be read from {}", path.display());
        let run = Case { what, code: 0, line, says: &says, mends }.holds(trusting(&ca).env("SSL_CERT_FILE", path));
        assert_eq!(run.stderr, "", "it is told once: {run:#?}");
    }
}
