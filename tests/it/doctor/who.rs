//! Keys, profiles and base URLs.

use super::*;

#[test]
fn a_key_that_is_missing_or_odd_is_named_with_where_it_was_looked_for() {
    let (api, folder) = (healthy(), tempfile::tempdir().unwrap());
    let key_file = |name: &str, text: &str, mode| {
        let path = file(folder.path(), name, text, mode);
        doctor(&api.url()).no_env("INSTANTLY_API_KEY").env("INSTANTLY_API_KEY_FILE", path)
    };
    let key = |key: &str| doctor(&api.url()).env("INSTANTLY_API_KEY", key);
    let cases = [
        ("no key at all", 4, "no API key", "INSTANTLY_API_KEY=", doctor(&api.url()).no_env("INSTANTLY_API_KEY")),
        ("an empty key file", 4, "it is empty", "Settings > Integrations > API keys", key_file("empty", "\n", 0o600)),
        (
            "a key file that is not there",
            2,
            "--api-key-file: /nonexistent/key cannot be read: No such file",
            "Name a file whose first line is the key",
            key("x").args(&["--api-key-file", "/nonexistent/key"]),
        ),
        (
            "the key itself where its file is to be named",
            2,
            "--api-key-file: what it names is no file, and looks like an API key itself",
            "Put the key into a file",
            doctor(&api.url()).args(&["--api-key-file", crate::support::run::KEY]),
        ),
        ("a key with a blank in it", 4, "it has a space", "Settings > Integrations", key("c2VjcmV0 OmtleQ==")),
        ("a key with the word Bearer before it", 4, "it has a space", "Settings > Integrations", key("Bearer YTpi")),
    ];
    for (what, code, says, mends, tool) in cases {
        let run = Case { what, code, line: "\u{2717} key", says, mends }.holds(tool);
        assert!(run.stdout.contains("- service   skipped: it depends on key"), "{run:#?}");
        run.says("error: key: ");
    }
    assert_eq!(api.lines(), [""; 0], "nothing is sent without a key");
}

#[test]
fn a_key_that_may_be_wrong_is_a_warning_and_is_tried() {
    let (api, folder) = (healthy(), tempfile::tempdir().unwrap());
    let line = "! key";
    let open = file(folder.path(), "open", "YTEyMzQ6YmNkZWY=\n", 0o644);
    let tool = doctor(&api.url()).no_env("INSTANTLY_API_KEY").env("INSTANTLY_API_KEY_FILE", &open);
    let mends = format!("chmod 600 {}", open.display());
    let says = "others here can use that file (its mode is 644)";
    let run = Case { what: "a key file that others can read", code: 0, line, says, mends: &mends }.holds(tool);
    assert!(run.stdout.ends_with("All is well, with 1 warning.\n"), "{run:#?}");
    assert!(!run.stdout.contains("YTEyMzQ6"), "{run:#?}");

    let quoted = doctor(&api.url()).env("INSTANTLY_API_KEY", "'YTEyMzQ6YmNkZWY='");
    let (says, mends) = ("18 characters, with a quotation mark", "Take the quotation marks away");
    Case { what: "a key in quotation marks", code: 0, line, says, mends }.holds(quoted);
    assert_eq!(api.lines().len(), 2);

    // What is no key of the service's may be one of something on this machine.
    doctor(&api.url()).env("INSTANTLY_API_KEY", "anything").run().expect(0);
    let far = Far::new();
    for (what, key, says, mends) in [
        (
            "a key of the API's version 1",
            "k_1234567890",
            "12 characters, which do not look like a key of the API's version 2",
            "Make sure",
        ),
        (
            "a key that was cut as it was copied",
            "YTEyMzQ1Njc4OmJjZGVmZ",
            "some at the end are missing",
            "Copy it again",
        ),
        (
            "the sandbox's key with the service",
            "sandbox-key",
            "of the sandbox, which the service does not know",
            "INSTANTLY_BASE_URL",
        ),
    ] {
        Case { what, code: 0, line, says, mends }.holds(far.doctor().env("INSTANTLY_API_KEY", key));
    }
    assert_eq!(far.api.lines().len(), 3);
}

#[test]
fn which_of_two_keys_counts_is_told() {
    let (api, folder) = (healthy(), tempfile::tempdir().unwrap());
    let other = file(folder.path(), "other", "YTpi", 0o600);
    let run = doctor(&api.url()).env("INSTANTLY_API_KEY_FILE", &other).run().expect(0);
    let told = "found in INSTANTLY_API_KEY: 38 characters, as keys look (base64 of id:secret); INSTANTLY_API_KEY_FILE is set as well";
    assert!(run.stdout.contains(told), "{run:#?}");
    let run = doctor(&api.url()).args(&["--api-key-file", "-"]).stdin("YTpi\n").run().expect(0);
    assert!(run.stdout.contains("found in stdin (--api-key-file -): 4 characters"), "{run:#?}");
}

#[test]
fn a_base_url_that_cannot_be_used_is_named() {
    let api = healthy();
    let far = doctor("http://api.example");
    let (line, says) =
        ("\u{2717} base url", "INSTANTLY_BASE_URL cannot be used: plain http would send the API key in the clear");
    let run =
        Case { what: "a base URL with plain http", code: 2, line, says, mends: "Write it like https://" }.holds(far);
    assert!(run.stdout.contains("- dns       skipped: it depends on base url"), "{run:#?}");
    let secret = doctor("https://ada:s3cret@api.example").run().expect(2);
    assert!(!secret.stdout.contains("s3cret") && !secret.stderr.contains("s3cret"), "{secret:#?}");

    assert_eq!(api.lines(), [""; 0]);
}

/// `doctor` with this config file, and no key in the environment.
fn configured(api: &Scripted, folder: &Path, config: &str) -> Tool {
    // Each has its own, since one is made before another is read.
    let path = file(&tempfile::tempdir_in(folder).unwrap().keep(), "config.toml", config, 0o600);
    doctor(&api.url()).no_env("INSTANTLY_API_KEY").env("INSTANTLY_OAUTH_CONFIG", path)
}

#[test]
fn a_config_file_that_is_wrong_is_named_with_its_line() {
    let (api, folder) = (healthy(), tempfile::tempdir().unwrap());
    let acme = "[profiles.acme]\napi_key_env = \"ACME\"\n";
    let with = |config: &str| configured(&api, folder.path(), config).env("ACME", "YTpi");
    for (what, tool, says, mends) in [
        (
            "a profile, and no config file",
            doctor(&api.url()).args(&["--profile", "acme"]),
            "--profile: there is no profile named \"acme\", since there is no config file",
            "instantly-oauth/config.toml with a [profiles.acme]",
        ),
        (
            "a profile that is not in the config file",
            with(acme).args(&["--profile", "acne"]),
            "--profile: no profile is called \"acne\": did you mean acme?",
            "The config file is ",
        ),
        (
            "a config file with an unknown key",
            with(&format!("{acme}api_key_fiel = \"x\"\n")).args(&["--profile", "acme"]),
            "config.toml, line 3: ",
            "Mend it: ",
        ),
        (
            "a key and a profile in the environment",
            with(acme).env("INSTANTLY_API_KEY", "YTpi").env("INSTANTLY_PROFILE", "acme"),
            "which workspace is meant is not clear",
            "Unset one of them",
        ),
        (
            "a config file that is named and not there",
            doctor(&api.url()).env("INSTANTLY_OAUTH_CONFIG", "/nonexistent/config.toml"),
            "the config file /nonexistent/config.toml cannot be read",
            "INSTANTLY_OAUTH_CONFIG",
        ),
    ] {
        let named = what.contains("named");
        let run = Case { what, code: 2, line: "\u{2717} config", says, mends }.holds(tool);
        // A key from elsewhere is one all the same.
        assert_eq!(run.stdout.contains("- key       skipped: it depends on config"), !named, "{run:#?}");
    }
    assert_eq!(api.lines().len(), 1, "never with another workspace's key");
    let short = with(&format!("{acme}interval = 0.001\n")).args(&["--profile", "acme"]).run().expect(2);
    assert!(short.stdout.contains("\u{2717} config    the profile acme's interval 1ms is too short"), "{short:#?}");

    let open = file(folder.path(), "config.toml", acme, 0o666);
    let open = with(acme).env("INSTANTLY_OAUTH_CONFIG", open).args(&["--profile", "acme"]);
    let case = Case {
        what: "a config file that anybody can change",
        code: 0,
        line: "! config",
        says: "config.toml (its mode is 666), which has 1 profile; acme is used, which --profile names",
        mends: "chmod o-w ",
    };
    let run = case.holds(open);
    assert!(run.stdout.contains("found in ACME (of the profile acme, which --profile names)"), "{run:#?}");
}

#[test]
fn a_profile_that_cannot_be_used_is_named_with_what_it_lacks() {
    let (api, folder) = (healthy(), tempfile::tempdir().unwrap());
    let profile =
        |lines: &str| configured(&api, folder.path(), &format!("default_profile = \"a\"\n[profiles.a]\n{lines}\n"));
    let line = "\u{2717} key";
    for (what, code, lines, says, mends) in [
        (
            "a profile whose key file is not there",
            2,
            "api_key_file = \"none.key\"",
            "the profile a's api_key_file: ",
            "Name a file whose first line is the key",
        ),
        ("a profile whose variable is not set", 4, "api_key_env = \"ACME\"", "ACME: it is not set", "Settings >"),
        (
            "a profile whose password manager fails",
            4,
            "api_key_command = [\"sh\", \"-c\", \"echo s3cret; exit 3\"]",
            "no API key from the profile a's api_key_command: sh failed (exit 3)",
            "Run it yourself",
        ),
    ] {
        let run = Case { what, code, line, says, mends }.holds(profile(lines));
        assert!(!run.stdout.contains("s3cret") && !run.stderr.contains("s3cret"), "{run:#?}");
    }
    let command = "api_key_command = [\"sh\", \"-c\", \"echo YTpi; : s3cret\"]";
    let tool = profile(&format!("{command}\nbrowser = \"'firefox\""));
    let (line, says) = ("\u{2717} browser", "the profile a's browser cannot be split into words");
    Case { what: "a profile whose browser cannot be read", code: 2, line, says, mends: "" }.holds(tool);
    let run = profile(&format!("{command}\nbrowser = \"sh\"")).args(&["--json"]).run().expect(0);
    assert_eq!(run.result()["profile"], "a");
    assert!(run.stdout.contains("found in what sh prints (of the profile a, which default_profile names)"), "{run:#?}");
    assert!(run.stdout.contains(", as the profile a says") && !run.stdout.contains("s3cret"), "{run:#?}");
}
