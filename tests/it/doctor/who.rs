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
    let says = "others on this machine may use";
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
fn a_base_url_or_a_profile_that_cannot_be_used_is_named() {
    let api = healthy();
    let far = doctor("http://api.example");
    let (line, says) =
        ("\u{2717} base url", "INSTANTLY_BASE_URL cannot be used: plain http would send the API key in the clear");
    let run =
        Case { what: "a base URL with plain http", code: 2, line, says, mends: "Write it like https://" }.holds(far);
    assert!(run.stdout.contains("- dns       skipped: it depends on base url"), "{run:#?}");
    let secret = doctor("https://ada:s3cret@api.example").run().expect(2);
    assert!(!secret.stdout.contains("s3cret") && !secret.stderr.contains("s3cret"), "{secret:#?}");

    let (line, says) = ("\u{2717} config", "there is no profile named \"acme\"");
    let case = Case { what: "a profile that there is not", code: 2, line, says, mends: "" };
    let run = case.holds(doctor(&api.url()).args(&["--profile", "acme"]));
    assert!(run.stdout.contains("- key       skipped: it depends on config"), "{run:#?}");
    assert_eq!(api.lines(), [""; 0], "never with another workspace's key");
}
