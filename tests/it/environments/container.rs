//! In a container that holds the binary and nothing else: no home, no name for the user, no certificates, no `/etc`, no
//! `/dev`, no `/proc`, and a root that nobody can write to.

use super::{CONNECTED, Far};
use crate::support::room::Room;
use crate::support::run::KEY;
use crate::support::{Act, Authority, Front, STATUS, Scripted, Tool};

/// Where systems keep their roots. These are the names that the binary knows.
const STORES: [&str; 11] = [
    "etc/ssl/certs/ca-certificates.crt",
    "etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    "etc/pki/tls/certs/ca-bundle.crt",
    "etc/ssl/ca-bundle.pem",
    "etc/ssl/cert.pem",
    "usr/local/etc/ssl/cert.pem",
    "usr/local/share/certs/ca-root-nss.crt",
    "etc/ca-certificates/extracted/tls-ca-bundle.pem",
    "etc/openssl/certs/ca-certificates.crt",
    "etc/ssl/certs/0a1b2c3d.0",
    "etc/pki/tls/certs/0a1b2c3d.0",
];

macro_rules! room {
    () => {
        match Room::new() {
            Ok(room) => room,
            Err(why) => return println!("{why}"),
        }
    };
}

#[test]
fn the_sandbox_connects_and_says_how_to_have_a_journal() {
    let room = room!();
    for (variables, why) in [
        (&[][..], "HOME is not set"),
        (&[("HOME", "")], "HOME is not set"),
        (&[("HOME", "/home/nobody")], "/home/nobody/.local/state/instantly-oauth"),
        (&[("HOME", "/")], "/.local/state/instantly-oauth"),
        (&[("HOME", "relative")], "HOME"),
    ] {
        let run = room.run(&["connect", "google", "--sandbox=success", "--interval", "20ms"], variables).expect(0);
        assert_eq!(run.stdout, "Connected ada@acme.example (Ada Lovelace)\n", "{run:#?}");
        let warnings: Vec<_> = run.stderr.lines().filter(|line| line.starts_with("warning: ")).collect();
        let [warning] = *warnings else { panic!("not one warning: {run:#?}") };
        for words in ["the journal cannot be used", why, "--state-dir"] {
            assert!(warning.contains(words), "it does not say {words}: {warning}");
        }
        assert!(run.stderr.is_ascii(), "no locale is set: {run:#?}");
    }
    // Which then works.
    let state = [("INSTANTLY_OAUTH_STATE_DIR", "/state")];
    let run = room.run(&["connect", "google", "--sandbox=success", "--interval", "20ms"], &state).expect(0);
    assert!(!run.stderr.contains("warning"), "{run:#?}");
    let listed = room.run(&["sessions", "--sandbox", "--json"], &state).expect(0);
    assert!(listed.stdout.contains("ada@acme.example"), "{listed:#?}");
}

#[test]
fn https_works_with_an_authority_that_is_named_and_says_whom_it_trusts_otherwise() {
    let room = room!();
    let far = Far::named("localhost", [Act::pending()]);
    room.put("ca.pem", far.authority.own().pem().as_bytes());
    let url = format!("https://localhost:{}", far.front.port());
    let key = [("INSTANTLY_API_KEY", KEY), ("INSTANTLY_OAUTH_STATE_DIR", "/state")];
    let status = ["status", "s1", "--base-url", &url];
    let run = room.run(&[&status[..], &["--ca-cert", "/ca.pem"]].concat(), &key).expect(8);
    assert_eq!((run.stdout.as_str(), far.api.lines()), ("pending\n", vec![STATUS.to_owned()]));
    // Mozilla's list stands in for what is not there, and this authority is not on it.
    room.run(&status, &key)
        .expect(10)
        .says(&format!("issued by \"{}\", which is not trusted here", Authority::NAME))
        .says("Trusted here: Mozilla's certificates (this system has none).");
    // So it does for a store that cannot be read.
    room.put(STORES[0], b"not a certificate");
    room.run(&status, &key).expect(10).says("warning: the system's certificates in /etc/ssl/certs/ca-certificates.crt");
}

#[test]
fn a_system_store_is_found_wherever_systems_keep_it() {
    let room = room!();
    let key = [("INSTANTLY_API_KEY", KEY), ("INSTANTLY_OAUTH_STATE_DIR", "/state")];
    let far = Far::named("localhost", [Act::pending()]);
    let url = format!("https://localhost:{}", far.front.port());
    let status = ["status", "s1", "--base-url", &url];
    for store in STORES {
        room.run(&status, &key).expect(10).says("(this system has none)");
        room.put(store, far.authority.own().pem().as_bytes());
        assert_eq!(room.run(&status, &key).expect(8).stdout, "pending\n", "{store}");
        room.remove(store);
    }
    // A variable adds to it: both authorities are trusted.
    let other = Authority::new();
    room.put(STORES[0], far.authority.own().pem().as_bytes());
    room.put("other.pem", other.own().pem().as_bytes());
    let beside = [&key[..], &[("SSL_CERT_FILE", "/other.pem")]].concat();
    room.run(&status, &beside).expect(8);
    let api = Scripted::new([Act::pending()]);
    let front = Front::tls(api.address(), &other, "localhost");
    let url = format!("https://localhost:{}", front.port());
    room.run(&["status", "s1", "--base-url", &url], &beside).expect(8);
    room.run(&["status", "s1", "--base-url", &url], &key)
        .expect(10)
        .says("Trusted here: the system's certificates (/etc/ssl/certs/ca-certificates.crt).");
}

#[test]
fn a_name_that_nobody_can_resolve_and_a_desktop_that_is_not_there_are_told() {
    let room = room!();
    let variables = [("INSTANTLY_API_KEY", KEY), ("INSTANTLY_OAUTH_STATE_DIR", "/state")];
    // Without a resolv.conf, this machine itself is asked for names.
    let run = room.run(&["status", "s1", "--base-url", "https://api.example"], &variables).expect(10);
    run.says("error: the name api.example could not be resolved").says("the DNS server");
    let run =
        room.run(&["connect", "google", "--sandbox=success", "--interval", "20ms", "--json"], &variables).expect(0);
    assert_eq!(run.result()["outcome"], "connected");
    assert!(run.stdout.contains("neither DISPLAY nor WAYLAND_DISPLAY is set"), "{run:#?}");
    let run = room
        .run(&["connect", "google", "--sandbox=success", "--interval", "20ms", "--browser", "firefox"], &variables)
        .expect(0);
    assert!(!run.stderr.contains("Opened it"), "{run:#?}");
}

#[test]
fn without_namespaces_too_nothing_of_the_environment_is_needed() {
    for name in ["HOME", "PATH", "LANG", "TZ"] {
        let run = Tool::new(["connect", "google", "--sandbox=success", "--no-browser", "--interval", "20ms"])
            .no_env(name)
            .run()
            .expect(0);
        assert_eq!(run.stdout, "Connected ada@acme.example (Ada Lovelace)\n", "{name}");
        assert_eq!(run.stderr.contains("HOME is not set"), name == "HOME", "{run:#?}");
    }
    let api = Scripted::new([Act::started(), Act::success()]);
    let tool = Tool::connect(&api.url(), &[]);
    // Where a home can be made, it is.
    let home = tool.home().join("new/home");
    let run = tool.env("HOME", &home).run().expect(0);
    assert_eq!((run.stdout.as_str(), run.stderr.contains("warning")), (CONNECTED, false), "{run:#?}");
}
