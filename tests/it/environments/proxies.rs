//! Behind a forward proxy.

use super::{CONNECTED, FAR, Far};
use crate::support::run::KEY;
use crate::support::{Act, Authority, Front, INIT, Run, STATUS, Scripted, Tool, at_once, nobody};

/// `ada:s3cret!`, as it is sent.
const LOGIN: &str = "Basic YWRhOnMzY3JldCE=";

/// Holds that the password, in none of its forms, and the key were not shown.
#[track_caller]
fn tells_no_secret(run: &Run) {
    for secret in ["s3cret", "YWRh", KEY] {
        assert!(!run.stdout.contains(secret) && !run.stderr.contains(secret), "{secret}: {run:#?}");
    }
}

#[test]
fn a_whole_connect_goes_through_one_that_wants_a_login() {
    let cases = [
        ("HTTPS_PROXY", "http://ada:s3cret!@", ""),
        ("HTTPS_PROXY", "http://ada:s3cret!@", "/"),
        ("HTTPS_PROXY", "http://ada:s3cret!@", "/a/path?x"),
        ("https_proxy", "http://ada:s3cret%21@", ""),
        ("ALL_PROXY", "http://ada:s3cret%21@", ""),
        ("all_proxy", "ada:s3cret!@", ""),
    ];
    at_once(cases, |(name, value, tail)| {
        let far = Far::new([Act::started(), Act::pending(), Act::success()]);
        let proxy = Front::guarded(far.front.address(), LOGIN);
        // Nothing that is not on this machine is asked more often than once a second.
        let tool = far.connect(&["--interval", "1s", "-vv"]);
        let run = tool.env(name, format!("{value}{}{tail}", proxy.address())).run().expect(0);
        assert_eq!(run.stdout, CONNECTED);
        tells_no_secret(&run);
        // A connection a request, each of them through the proxy, which learns the host and nothing of what is said.
        assert_eq!(far.api.lines(), [INIT, STATUS, STATUS], "{name}");
        assert_eq!(proxy.heads().len(), 3, "{name}");
        for head in proxy.heads() {
            assert!(head.starts_with("CONNECT api.example:443 HTTP/1.1\r\n"), "{head}");
            assert!(!head.to_ascii_lowercase().contains("\r\nauthorization:") && !head.contains(KEY), "{head}");
        }
        assert!(far.api.requests().iter().all(|request| request.header("proxy-authorization").is_none()));
    });
}

#[test]
fn every_sign_of_a_login_arrives_as_it_is_meant() {
    let far = Far::new([Act::started(), Act::success()]);
    // ada@acme.com:p:s/3#c%?é
    let proxy = Front::guarded(far.front.address(), "Basic YWRhQGFjbWUuY29tOnA6cy8zI2MlP8Op");
    let url = format!("http://ada%40acme.com:p%3As%2F3%23c%25%3F%C3%A9@{}", proxy.address());
    assert_eq!(far.connect(&[]).env("HTTPS_PROXY", url).run().expect(0).stdout, CONNECTED);
    // A name without a password.
    let far = Far::new([Act::started(), Act::success()]);
    let proxy = Front::guarded(far.front.address(), "Basic YWRhOg==");
    far.connect(&[]).env("HTTPS_PROXY", format!("http://ada@{}", proxy.address())).run().expect(0);
}

#[test]
fn a_login_that_is_missing_is_told_apart_from_a_wrong_one() {
    for (login, says) in [
        ("", "error: the proxy http://PROXY (HTTPS_PROXY) wants a user name and password (HTTP 407)"),
        (
            "ada:s3cret@",
            "error: the proxy http://PROXY (HTTPS_PROXY) refused the user name and password in HTTPS_PROXY",
        ),
    ] {
        let far = Far::new([Act::started()]);
        let proxy = Front::guarded(far.front.address(), LOGIN);
        let address = proxy.address().to_string();
        for flags in [&["-vv"][..], &["--json", "-vv"]] {
            let run = far.connect(flags).env("HTTPS_PROXY", format!("http://{login}{address}")).run().expect(10);
            let run = run.says(
                &says.replace("PROXY)", "\0").replace("PROXY (", &format!("{address} (")).replace('\0', "PROXY)"),
            );
            let run = run.says(&format!("HTTPS_PROXY=http://USER:PASSWORD@{address}, where @ is written as %40"));
            tells_no_secret(&run.says("NTLM or Kerberos").says("NO_PROXY=api.example"));
        }
        // Asking again would only lock somebody out.
        assert_eq!(proxy.heads().len(), 2);
        assert_eq!(far.api.lines(), [""; 0]);
    }
}

#[test]
fn a_proxy_that_lets_nothing_through_is_named_with_what_to_do() {
    let html = "403 Forbidden\r\ncontent-type: text/html\r\ncontent-length: 26\r\n\r\n<html>Blocked: s3cret</html>";
    at_once([html, "403 Forbidden", "502 Bad Gateway", "302 Found\r\nlocation: http://portal.example/"], |answer| {
        let far = Far::new([Act::started()]);
        let proxy = Front::proxy(far.front.address(), answer);
        let run = far.connect(&["--json"]).env("HTTPS_PROXY", format!("http://ada:s3cret@{}", proxy.address()));
        let run = run.run().expect(10);
        let run = run.says(&format!(
            "error: the proxy http://{} (HTTPS_PROXY) did not let the request to api.example through (it answered CONNECT \
             with a refusal)",
            proxy.address()
        ));
        let run = run.says("ask whoever runs the proxy to allow api.example").says("NO_PROXY=api.example");
        tells_no_secret(&run);
        assert_eq!(run.result()["outcome"], "network");
        assert_eq!(far.api.lines(), [""; 0]);
    });
}

#[test]
fn a_proxy_that_is_not_there_or_is_none_is_told_with_its_variable() {
    let (_socket, address) = nobody();
    let away = |value: String| {
        let run = Tool::status(FAR, &["s1"]).env("https_proxy", value).run().expect(10);
        tells_no_secret(&run);
        run
    };
    away(format!("http://ada:s3cret@{address}"))
        .says(&format!("error: no connection through the proxy http://{address} (https_proxy) (Connection refused"))
        .says("Check the address and the port in https_proxy, and that the proxy runs.");
    away(format!("socks5h://ada:s3cret@{address}"))
        .says(&format!("error: no connection through the proxy socks5h://{address} (https_proxy)"));
    // What speaks HTTP and no TLS, named as if it spoke TLS.
    let plain = Front::proxy(address, "400 Bad Request");
    away(format!("https://ada:s3cret@{}", plain.address()))
        .says(&format!("written as http://{} (https_proxy)", plain.address()));
    // And what is no proxy at all, but an API.
    let api = Scripted::new([Act::not_found()]);
    away(format!("http://{}", api.address())).says("it answered CONNECT with a refusal");
}

#[test]
fn a_proxy_that_itself_speaks_tls_is_gone_through() {
    let far = Far::new([Act::started(), Act::success()]);
    let proxy = Front::guarded(far.front.address(), LOGIN);
    let secure = Front::tls(proxy.address(), &far.authority, "localhost");
    let url = format!("https://ada:s3cret!@localhost:{}", secure.port());
    assert_eq!(far.connect(&[]).env("HTTPS_PROXY", url).run().expect(0).stdout, CONNECTED);
    assert_eq!(proxy.heads().len(), 2);
}

#[test]
fn socks_is_spoken_with_and_without_a_login() {
    for (scheme, login, asked) in
        [("socks5h", None, " api.example:443"), ("socks5h", Some("ada:s3cret!"), "ada:s3cret! api.example:443")]
    {
        let far = Far::new([Act::started(), Act::success()]);
        let proxy = Front::socks(far.front.address(), login);
        let user = if login.is_some() { "ada:s3cret%21@" } else { "" };
        let url = format!("{scheme}://{user}{}", proxy.address());
        let run = far.connect(&["-vv"]).env("ALL_PROXY", url).run().expect(0);
        tells_no_secret(&run);
        assert_eq!((run.stdout.as_str(), proxy.heads()), (CONNECTED, vec![asked.to_owned(); 2]));
    }
    // One that wants another login, or any.
    for (login, says) in [("", "wants a user name and password"), ("ada:s3cret@", "refused the user name and password")]
    {
        let far = Far::new([Act::started()]);
        let proxy = Front::socks(far.front.address(), Some("ada:s3cret!"));
        let run = far.connect(&[]).env("ALL_PROXY", format!("socks5h://{login}{}", proxy.address())).run().expect(10);
        tells_no_secret(&run.says(&format!("the proxy socks5h://{} (ALL_PROXY) {says}", proxy.address())));
        assert_eq!(far.api.lines(), [""; 0]);
    }
}

#[test]
fn a_value_that_is_no_proxy_is_a_wrong_argument_and_is_not_repeated() {
    for value in [
        "ftp://ada:s3cret@proxy",
        "http://ada:s3cret@",
        "http://ada:s3cret@proxy:99999",
        "http://ada:12/s3cret@proxy:3128",
        "http://ada:12#s3cret@proxy:3128",
        "ada:s3cret/x@proxy:3128",
    ] {
        for name in ["HTTPS_PROXY", "all_proxy"] {
            let run = Tool::connect(FAR, &["-vv"]).env(name, value).run().expect(2);
            let run = run.says(&format!("error: {name} is not a proxy's URL")).says("/ as %2F");
            tells_no_secret(&run);
            assert_eq!(run.stdout, "");
        }
    }
}

#[test]
fn a_proxy_that_inspects_tls_is_told_with_what_to_set_and_then_works() {
    let inspection = Authority::new();
    let api = Scripted::new([Act::started(), Act::success()]);
    let inside = Front::tls(api.address(), &inspection, "api.example");
    let proxy = Front::proxy(inside.address(), "200 OK");
    let url = format!("http://{}", proxy.address());
    let connect = |flags: &[&str]| Tool::connect(FAR, flags).env("HTTPS_PROXY", &url);
    let run = connect(&["--json"]).run().expect(10);
    for words in [
        "error: no secure connection to api.example: its certificate was issued by \"Inspection CA of the tests\", which is \
         not trusted here",
        &format!("a company's proxy, a VPN or an antivirus. The request went through the proxy {url} (HTTPS_PROXY)."),
        "--ca-cert FILE for one command, export SSL_CERT_FILE=/path/to/ca.pem for all. FILE is its CA certificate.",
        "If nothing here is meant to inspect TLS, stop: somebody else may be reading along.",
        "Trusted here: ",
    ] {
        assert!(run.stderr.contains(words), "not {words:?}: {run:#?}");
    }
    assert_eq!((run.events().len(), proxy.heads().len()), (1, 1), "it was tried again: {run:#?}");
    // The key was not among what was read along.
    assert_eq!(api.lines(), [""; 0]);
    let wsl = connect(&[]).env("WSL_DISTRO_NAME", "Ubuntu").run().expect(10);
    // Where it presents its own certificate as well, that is one way to have it.
    let along = Front::chained(api.address(), &inspection, "api.example");
    let along = Front::proxy(along.address(), "200 OK");
    let along = Tool::connect(FAR, &[]).env("HTTPS_PROXY", format!("http://a:s3cret@{}", along.address()));
    let along = along.run().expect(10);
    tells_no_secret(&along);
    if cfg!(target_os = "linux") {
        run.says(&format!("ask your IT, or export \"{}\" from the authorities of a browser", Authority::NAME));
        wsl.says(&format!("certutil.exe -store Root \"{}\" ca.cer", Authority::NAME));
        along
            .says("openssl s_client -showcerts -proxy 127.0.0.1:")
            .says(" -proxy_user USER -proxy_pass pass:PASSWORD -connect api.example:443 </dev/null >ca.pem");
    }
    let run = connect(&["--ca-cert", inspection.file().to_str().unwrap()]).run().expect(0);
    assert_eq!((run.stdout.as_str(), run.stderr.contains("warning")), (CONNECTED, false), "{run:#?}");
    assert_eq!(api.lines(), [INIT, STATUS]);
}
