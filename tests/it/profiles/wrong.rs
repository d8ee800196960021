//! What is wrong with a config file, or with what is asked of it: told with its line, and nothing sent.

use super::{Desk, acme};
use crate::support::{KEY, Tool};

#[test]
fn every_problem_of_the_file_is_told_with_its_line() {
    let text = "default_profile = \"acm\"\n[profiles.acme]\napi_key_fil = \"k\"\ninterval = \"soon\"\n";
    let desk = Desk::new(text);
    let config = desk.config().display().to_string();
    let run = desk.connect(&["--profile", "acme"]).run().expect(2);
    assert_eq!(
        run.stderr,
        format!(
            "error: the config file {config} has 4 problems; nothing was sent\n  \
             line 1: default_profile: no profile is called \"acm\": there is none in the config file\n  \
             line 2: the profile \"acme\" does not say where its key is: give it one of api_key_file, api_key_env, \
             api_key_command\n  \
             line 3: a profile has no setting \"api_key_fil\": did you mean api_key_file?\n  \
             line 4: interval cannot be used: write a duration like 500ms, 90s, 10m or 1h30m; a bare number is seconds\n"
        )
    );
}

#[test]
fn what_is_asked_and_is_not_there_is_told_and_no_other_key_is_taken() {
    let desk = Desk::new(&(acme("http://127.0.0.1:9") + "[profiles.globex]\napi_key_env = \"GLOBEX_KEY\"\n"));
    let key = ("INSTANTLY_API_KEY", KEY);
    for (arguments, pairs, code, told) in [
        (
            &["--profile", "acm"][..],
            &[key][..],
            2,
            "error: --profile: no profile is called \"acm\": did you mean acme?",
        ),
        (
            &[],
            &[("INSTANTLY_PROFILE", "hooli")],
            2,
            "INSTANTLY_PROFILE: no profile is called \"hooli\": there are acme, globex",
        ),
        (&[], &[key, ("INSTANTLY_PROFILE", "acme")], 2, "INSTANTLY_API_KEY and INSTANTLY_PROFILE=acme are both set"),
        (
            &["--profile", "acme", "--api-key-file", "k"],
            &[],
            2,
            "--api-key-file and --profile acme both say with whose key",
        ),
        (
            &["--profile", "globex"],
            &[key],
            4,
            "no API key in the profile globex's api_key_env, GLOBEX_KEY: it is not set",
        ),
        (&["--profile", "globex", "--interval", "1ms"], &[("GLOBEX_KEY", KEY)], 2, "--interval 1ms is too short"),
        (&[], &[], 4, "error: no API key"),
    ] {
        let tool = pairs.iter().fold(desk.connect(arguments), |tool, (name, value)| tool.env(name, value));
        tool.run().expect(code).says(told);
    }
}

#[test]
fn a_file_that_is_not_there_is_said_to_be_missing() {
    let run = Tool::new(["connect", "google", "--profile", "acme"]).run().expect(2);
    let run = run.says("--profile: there is no profile named \"acme\", since there is no config file");
    run.says("/.config/instantly-oauth/config.toml with a [profiles.acme] that has api_key_file");
    let run = Tool::new(["connect", "google", "--profile", "acme"]).no_env("HOME").run().expect(2);
    run.says("name a config file with INSTANTLY_OAUTH_CONFIG");
    // One that was named has to be there.
    let tool = Tool::new(["connect", "google"]).env("INSTANTLY_OAUTH_CONFIG", "/nowhere/config.toml");
    tool.run().expect(2).says("the config file /nowhere/config.toml cannot be read: No such file");
}

#[test]
fn the_file_is_found_where_the_system_keeps_such_files() {
    let tool = Tool::new(["connect", "google", "--profile", "acme"]);
    let folder = tool.home().join(".config/instantly-oauth");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("config.toml"), "[profiles.acme]\napi_key_env = \"NOT_SET\"\n").unwrap();
    tool.run().expect(4).says("NOT_SET: it is not set");
}
