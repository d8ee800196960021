use super::*;

const PRESENTED: NetworkKind = NetworkKind::Untrusted { presented: true };

fn route(desk: Desk, proxy: Option<&str>) -> Route {
    Route {
        host: "api.instantly.ai".into(),
        proxy: proxy.map(Into::into),
        login: false,
        roots: "the system's certificates".into(),
        desk,
        profile: None,
    }
}

fn told(kind: NetworkKind, detail: &str, route: &Route) -> String {
    let (message, hints) = words(kind, detail, route);
    [vec![message], hints].concat().join("\n")
}

#[test]
fn an_authority_that_is_not_trusted_is_named_with_what_to_set_on_this_system() {
    let name = "Acme Root CA-2";
    for (desk, says) in [
        (Desk::Unix, ["openssl s_client -showcerts -connect api.instantly.ai:443 ", "export SSL_CERT_FILE="]),
        (Desk::Wsl, ["certutil.exe -store Root \"Acme Root CA-2\" ca.cer", "export SSL_CERT_FILE="]),
        (Desk::Mac, ["security find-certificate -a -p -c \"Acme Root CA-2\" > ca.pem", "export SSL_CERT_FILE="]),
        (Desk::Windows, ["certutil -store Root \"Acme Root CA-2\" ca.cer", "$env:SSL_CERT_FILE = "]),
    ] {
        let told = told(PRESENTED, name, &route(desk, None));
        let always = [
            "no secure connection to api.instantly.ai: its certificate was issued by \"Acme Root CA-2\", which is not",
            "--ca-cert FILE",
            "Trusted here: the system's certificates.",
        ];
        for words in says.iter().chain(&always) {
            assert!(told.contains(words), "{desk:?} does not say {words}: {told}");
        }
        assert!(!told.contains("the proxy "), "{told}");
    }
    let proxied = route(Desk::Unix, Some("http://proxy:3128 (HTTPS_PROXY)"));
    let alone = told(NetworkKind::Untrusted { presented: false }, name, &proxied);
    assert!(alone.contains("or export \"Acme Root CA-2\" from") && !alone.contains("openssl"), "{alone}");
    let login = told(PRESENTED, name, &Route { login: true, ..proxied.clone() });
    assert!(login.contains("-proxy proxy:3128 -proxy_user USER -proxy_pass pass:PASSWORD -connect"), "{login}");
    let told = told(PRESENTED, name, &proxied);
    assert!(told.contains("went through the proxy http://proxy:3128 (HTTPS_PROXY)."), "{told}");
    assert!(told.contains("s_client -showcerts -proxy proxy:3128 -connect api.instantly.ai:443 </dev/null"), "{told}");
}

#[test]
fn a_name_that_a_shell_would_obey_is_in_no_line_for_a_shell() {
    for name in ["", "a\"; rm -rf ~; \"", "$(id)", "`id`", "a\nb", "-rf", "%PATH%", "Zo\u{eb}"] {
        for desk in [Desk::Unix, Desk::Wsl, Desk::Mac, Desk::Windows] {
            for presented in [true, false] {
                let (message, hints) = words(NetworkKind::Untrusted { presented }, name, &route(desk, None));
                assert!(name.is_empty() || message.contains(&format!("\"{name}\"")), "{message}");
                assert!(desk == Desk::Unix || hints.iter().any(|hint| hint.contains("\"NAME\"")), "{hints:?}");
                assert!(name.is_empty() || hints.iter().all(|hint| !hint.contains(name)), "{hints:?}");
            }
        }
    }
}

#[test]
fn what_is_wrong_with_a_proxy_says_which_and_what_to_set() {
    let mut route = route(Desk::Unix, Some("http://proxy:3128 (https_proxy)"));
    for (kind, detail, login, says) in [
        (NetworkKind::Dns, "no such host", false, &["name of the proxy http://proxy:3128 (https_proxy)", "VPN"][..]),
        (
            NetworkKind::Connect,
            "refused",
            false,
            &["no connection through the proxy http://proxy", "the port in https_proxy"],
        ),
        (
            NetworkKind::Proxy,
            "tunnel error: unsuccessful",
            false,
            &["answered CONNECT with a refusal", "to allow api."],
        ),
        (NetworkKind::Proxy, "SOCKS error: not allowed", false, &["(not allowed)"]),
        (
            NetworkKind::ProxyLogin,
            "tunnel error: proxy authorization required",
            false,
            &[
                "wants a user name and password (HTTP 407)",
                "https_proxy=http://USER:PASSWORD@proxy:3128",
                "%40",
                "cntlm",
            ],
        ),
        (NetworkKind::ProxyLogin, "x", true, &["refused the user name and password in https_proxy (x)"]),
        (NetworkKind::Proxy, "x", false, &["NO_PROXY=api.instantly.ai"]),
    ] {
        route.login = login;
        let told = told(kind, detail, &route);
        for words in says {
            assert!(told.contains(words), "{kind:?} does not say {words}: {told}");
        }
    }
    for kind in [NetworkKind::Timeout, NetworkKind::Broken, NetworkKind::Tls] {
        let told = told(kind, "x", &route);
        assert!(told.contains("went through the proxy http://proxy:3128 (https_proxy)."), "{told}");
    }
    route.proxy = Some("https://proxy:3128 (HTTPS_PROXY)".into());
    let told = told(NetworkKind::Tls, "InvalidContentType", &route);
    assert!(told.contains("written as http://proxy:3128"), "{told}");
}

#[test]
fn the_desk_is_known_by_its_system_and_wsl_by_its_variables() {
    let none = Environment::default();
    let wsl: Environment = [("WSL_DISTRO_NAME", "Ubuntu")].into_iter().collect();
    assert_eq!(
        ["linux", "macos", "windows", "freebsd"].map(|system| Desk::of(system, &none)),
        [Desk::Unix, Desk::Mac, Desk::Windows, Desk::Unix]
    );
    assert_eq!((Desk::of("linux", &wsl), Desk::of("windows", &wsl)), (Desk::Wsl, Desk::Windows));
}
