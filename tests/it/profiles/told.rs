//! A session of a profile: how it is started and what is told of it.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use serde_json::json;

use super::{Desk, acme};
use crate::support::{Act, KEY, Program, Scripted, Tool};

fn succeeding() -> Scripted {
    Scripted::new([Act::started(), Act::pending(), Act::success()])
}

#[test]
fn a_profile_has_its_key_its_api_and_its_name_in_all_that_is_told() {
    let api = succeeding();
    let desk = Desk::new(&acme(&api.url()));
    let run = desk.connect(&["--profile", "acme", "--json", "-vv"]).run().expect(0);
    let requests = api.requests();
    assert!(!requests.is_empty());
    for request in &requests {
        assert_eq!(request.header("authorization"), Some(&*format!("Bearer {KEY}")));
    }
    let events = run.events();
    assert_eq!((&events[0]["event"], &events[0]["profile"]), (&json!("session"), &json!("acme")));
    assert_eq!(run.result()["profile"], "acme");
    assert!(!format!("{run:?}").contains("second line"), "{run:#?}");
    // The journal has it, and tells of it and of nobody else.
    desk.connect(&["--base-url", &Scripted::new([Act::started(), Act::success()]).url()])
        .env("INSTANTLY_API_KEY", "another-key")
        .run()
        .expect(0);
    let run = desk.tool(&["sessions"]).run().expect(0);
    let lines: Vec<_> = run.stdout.lines().map(|line| line.split_whitespace().nth(3).unwrap().to_owned()).collect();
    assert!(run.stdout.contains("PROFILE") && lines.len() == 3, "{run:#?}");
    let run = desk.tool(&["sessions", "--profile", "acme", "--json"]).run().expect(0);
    let profiles: Vec<_> = run.events().iter().filter_map(|event| event.get("profile").cloned()).collect();
    assert_eq!(profiles, [json!("acme"), json!(null)], "the record's, and that of the result that ends the stream");
    let run = desk.tool(&["sessions", "--profile", "acm"]).run().expect(0);
    assert_eq!(run.stdout, "", "{run:#?}");
    // Whoever chooses by it did not mean to erase the rest.
    desk.tool(&["sessions", "forget", "--all", "--profile", "acme"]).run().expect(2).says("--profile");
}

#[test]
fn a_person_is_told_for_which_workspace() {
    let api = succeeding();
    let desk = Desk::new(&format!("default_profile = \"acme\"\n{}", acme(&api.url())));
    let run = desk.connect(&[]).run().expect(0);
    assert_eq!(run.stdout, "Connected ada@acme.com (Ada Lovelace)\n");
    run.says("Open this URL and sign in with the Google mailbox to connect, for acme:");
}

#[test]
fn a_key_in_the_environment_is_used_rather_than_the_default_profile() {
    let api = succeeding();
    let desk = Desk::new(&format!("default_profile = \"acme\"\n{}", acme("http://127.0.0.1:9")));
    let run = desk.connect(&["--json"]).at(&api.url()).run().expect(0);
    assert_eq!(run.result()["profile"], json!(null));
    // The config file was not needed, and is not in the way.
    let api = succeeding();
    Desk::new("nonsense").connect(&[]).at(&api.url()).run().expect(0);
}

#[test]
fn the_command_that_goes_on_names_the_profile_and_another_key_is_warned_of() {
    let api = Scripted::new([Act::started(), Act::not_found()]);
    let url = api.url();
    let desk = Desk::new(&acme(&url));
    let run = desk.connect(&["--profile", "acme", "--no-wait", "--json"]).run().expect(0);
    assert_eq!(run.result()["next"], "instantly-oauth status s1 --wait --profile acme");
    let run =
        desk.tool(&["status", "s1"]).env("INSTANTLY_API_KEY", "another-key").env("INSTANTLY_BASE_URL", &url).run();
    run.says("session s1 was started with the profile acme, and this key is not that profile's; say --profile acme");
    // What has been read is told with the profile that it was of.
    let api = succeeding();
    let desk = Desk::new(&acme(&api.url()));
    desk.connect(&["--profile", "acme"]).run().expect(0);
    let run = desk.tool(&["status", "s1", "--json"]).at(&api.url()).run().expect(0);
    assert_eq!((&run.result()["profile"], &run.result()["source"]), (&json!("acme"), &json!("journal")), "{run:#?}");
    assert!(!run.stderr.contains("warning"), "{run:#?}");
}

#[test]
fn a_profile_opens_its_own_browser() {
    let (own, others) = (Program::new("echo \"$1 $2\" | note seen"), Program::new("echo x | note seen"));
    let api = succeeding();
    let text = acme(&api.url()) + &format!("browser = \"{} --profile=acme\"\n", own.command());
    let desk = Desk::new(&text);
    let run = desk.tool(&["connect", "google", "--profile", "acme"]).env("BROWSER", others.path()).run().expect(0);
    assert!(own.note("seen").starts_with("--profile=acme https://accounts.google.com/"), "{run:#?}");
    assert_eq!(others.noted("seen"), None);
    // What is said for this call holds all the same.
    let api = succeeding();
    let desk = Desk::new(&(acme(&api.url()) + "browser = \"/nonexistent\"\n"));
    let run = desk.tool(&["connect", "google", "--profile", "acme", "--browser", &others.command()]).run().expect(0);
    assert_eq!(others.note("seen"), "x\n", "{run:#?}");
    let desk = Desk::new(&(acme("http://127.0.0.1:9") + "browser = \"'open\"\n"));
    let run = desk.tool(&["connect", "google", "--profile", "acme"]).run().expect(2);
    run.says("the profile acme's browser cannot be split into words");
}

#[test]
fn a_key_file_is_beside_the_config_file_and_one_that_others_can_read_is_warned_of() {
    let api = succeeding();
    let url = api.url();
    let desk = Desk::new(&format!("[profiles.acme]\napi_key_file = \"acme.key\"\nbase_url = \"{url}\"\n"));
    let key = desk.write("acme.key", &format!("{KEY}\n"));
    let run = desk.connect(&["--profile", "acme", "--interval", "20ms"]).run().expect(0);
    assert!(!run.stderr.contains("warning"), "{run:#?}");
    fs::set_permissions(&key, fs::Permissions::from_mode(0o644)).unwrap();
    let api = succeeding();
    let arguments = ["--profile", "acme", "--interval", "20ms", "--base-url", &api.url()];
    let told = format!("warning: others here can get at the key file {0} (mode 644): chmod 600 {0}\n", key.display());
    desk.connect(&arguments).run().expect(0).says(&told);
    // So it is with one that a flag names.
    let api = succeeding();
    let run = Tool::connect(&api.url(), &["--api-key-file", key.to_str().unwrap()]).no_env("INSTANTLY_API_KEY").run();
    run.expect(0).says(&told);
}
