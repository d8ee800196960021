//! Around a forward proxy.

use super::Far;
use crate::support::run::KEY;
use crate::support::{Act, Front, INIT, Run, STATUS, Scripted, Tool};

/// Linux leads this address to itself, and no rule takes it for an address of this machine: it stands for a host elsewhere
/// that is reached without asking for a name.
const ELSEWHERE: &str = "0.0.0.0";

/// A question to that host where there is a proxy that lets nothing through, and what the proxy was asked.
fn ask(variable: &str, list: &dyn Fn(u16) -> String) -> (Run, usize) {
    let far = Far::named(ELSEWHERE, [Act::pending()]);
    let proxy = Front::proxy(far.front.address(), "403 Forbidden");
    let port = far.front.port();
    let run = Tool::status(&format!("https://{ELSEWHERE}:{port}"), &["s1"])
        .env("SSL_CERT_FILE", far.authority.file())
        .env("HTTPS_PROXY", format!("http://{}", proxy.address()))
        .env(variable, list(port))
        .run();
    assert_eq!(far.api.lines(), if run.code == Some(8) { &[STATUS][..] } else { &[] }, "{run:#?}");
    (run, proxy.heads().len())
}

#[test]
fn an_exempt_host_is_reached_without_the_proxy() {
    if !cfg!(target_os = "linux") {
        return println!("skipped: {ELSEWHERE} leads nowhere on this system");
    }
    let port: fn(u16) -> String = |port| format!("x.example 0.0.0.0:{port}");
    let plain = |list: &'static str| move |_| list.to_owned();
    for (variable, list) in [
        ("NO_PROXY", &plain("0.0.0.0") as &dyn Fn(u16) -> String),
        ("no_proxy", &plain("0.0.0.0/8")),
        ("NO_PROXY", &plain("other.example, *")),
        ("NO_PROXY", &port),
    ] {
        let (run, asked) = ask(variable, list);
        assert_eq!((run.expect(8).stdout.as_str(), asked), ("pending\n", 0));
    }
    for list in ["other.example", "10.0.0.0/8", "0.0.0.0:1", "", ".0"] {
        let (run, asked) = ask("NO_PROXY", &plain(list));
        assert_eq!(asked, 1, "{list}");
        run.expect(10).says("did not let the request to 0.0.0.0:");
    }
}

#[test]
fn this_machine_is_reached_without_a_proxy_whatever_is_set() {
    let proxied = |tool: Tool, proxy: &Front| {
        ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"]
            .into_iter()
            .fold(tool, |tool, name| tool.env(name, format!("http://{}", proxy.address())))
    };
    let api = Scripted::new([Act::started(), Act::success()]);
    let proxy = Front::proxy(api.address(), "403 Forbidden");
    proxied(Tool::connect(&api.url(), &[]), &proxy).run().expect(0);
    assert_eq!((api.lines(), proxy.heads()), (vec![INIT.to_owned(), STATUS.to_owned()], vec![]));
    for host in ["localhost", "127.0.0.1"] {
        let far = Far::named(host, [Act::pending()]);
        let tool = Tool::status(&format!("https://{host}:{}", far.front.port()), &["s1"]);
        let tool = tool.env("SSL_CERT_FILE", far.authority.file());
        proxied(tool, &proxy).run().expect(8);
        assert_eq!((far.api.lines(), proxy.heads()), (vec![STATUS.to_owned()], vec![]), "{host}");
    }
    assert!(!proxy.heads().concat().contains(KEY));
}
