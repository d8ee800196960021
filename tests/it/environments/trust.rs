//! Authorities that are not the system's.

use std::fs;
use std::path::PathBuf;

use super::{CONNECTED, Far};
use crate::support::{Act, Authority, Front, INIT, STATUS, Scripted, Tool};

/// A file in the home of this run.
fn file(tool: &Tool, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
    let path = tool.home().join(name);
    fs::write(&path, content).unwrap();
    path
}

fn connect(far: &Far) -> Tool {
    Tool::connect(&format!("https://localhost:{}", far.front.port()), &[])
}

#[test]
fn an_authority_is_read_in_the_forms_in_which_it_is_handed_out() {
    let forms: [fn(&Far) -> Vec<u8>; 4] = [
        |far| far.authority.own().pem().into(),
        |far| far.authority.own().der().to_vec(),
        |far| far.authority.own().pem().replace('\n', "\r\n").into(),
        // What `openssl s_client -showcerts` writes: words, the server's certificate, and the authority's.
        |far| {
            let (server, _) = far.authority.certificate("localhost");
            format!("CONNECTED(00000003)\n 0 s:CN\n{} 1 s:CN\n{}---\n", server.pem(), far.authority.own().pem()).into()
        },
    ];
    for form in forms {
        for flag in [true, false] {
            let far = Far::named("localhost", [Act::started(), Act::success()]);
            let tool = connect(&far);
            let path = file(&tool, "ca", form(&far));
            let tool =
                if flag { tool.args(&["--ca-cert", path.to_str().unwrap()]) } else { tool.env("SSL_CERT_FILE", &path) };
            let run = tool.run().expect(0);
            assert_eq!((run.stdout.as_str(), run.stderr.contains("warning")), (CONNECTED, false), "{run:#?}");
            assert_eq!(far.api.lines(), [INIT, STATUS]);
        }
    }
}

#[test]
fn what_is_no_certificate_is_told_as_what_it_is() {
    let far = Far::named("localhost", [Act::started()]);
    let (_, key) = far.authority.certificate("localhost");
    for (content, says) in [
        (Vec::new(), "it is empty"),
        (b"words".to_vec(), "there is no -----BEGIN CERTIFICATE----- in it"),
        (key.serialize_pem().into_bytes(), "it holds a private key, not a certificate"),
        (key.serialize_der(), "it is binary, and no certificate"),
    ] {
        let tool = connect(&far);
        let path = file(&tool, "given", content);
        let tool = tool.args(&["--ca-cert", path.to_str().unwrap()]);
        let run = tool.run().expect(2);
        let run = run.says(&format!("error: --ca-cert: no certificate could be read from {}: {says}", path.display()));
        assert_eq!(run.says("in PEM form").stdout, "");
    }
    let run = connect(&far).args(&["--ca-cert", "/nonexistent/ca.pem"]).run().expect(2);
    run.says("error: --ca-cert: no certificate could be read from /nonexistent/ca.pem: No such file or directory");
    let run = connect(&far).env("SSL_CERT_DIR", "/nonexistent").run().expect(10);
    run.says("warning: SSL_CERT_DIR: no certificate could be read from /nonexistent");
    assert_eq!(far.api.lines(), [""; 0]);
}

#[test]
fn a_servers_own_certificate_in_place_of_its_authoritys_is_told() {
    let far = Far::named("localhost", [Act::started()]);
    for name in ["--ca-cert", "SSL_CERT_FILE"] {
        let tool = connect(&far);
        let path = file(&tool, "leaf.pem", far.authority.certificate("localhost").0.pem());
        let flag = name.starts_with('-');
        let tool = if flag { tool.args(&[name, path.to_str().unwrap()]) } else { tool.env(name, &path) };
        tool.run()
            .expect(10)
            .says(&format!("warning: {name}: {}: this is the certificate of \"localhost\"", path.display()))
            .says(&format!("the one of \"{}\", who issued it, is needed", Authority::NAME))
            .says("error: no secure connection");
    }
    assert_eq!(far.api.lines(), [""; 0]);
}

#[test]
fn an_authority_that_is_out_of_date_is_told_and_trusted_all_the_same() {
    let authority = Authority::until(2020);
    let api = Scripted::new([Act::started(), Act::success()]);
    let front = Front::tls(api.address(), &authority, "localhost");
    let base = format!("https://localhost:{}", front.port());
    let run = Tool::connect(&base, &["--ca-cert", authority.file().to_str().unwrap()]).run().expect(0);
    let run = run.says(&format!("the certificate of \"{}\" expired on 2020-01-01", Authority::NAME));
    assert_eq!(run.stdout, CONNECTED);
}
