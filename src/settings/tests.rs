use clap::Parser;
use secrecy::ExposeSecret;

use super::*;
use crate::cli::{Cli, Global};
use crate::error::Error;
use crate::model::base_url::BaseUrl;
use crate::model::environment::Environment;

fn flags(line: &str) -> Global {
    Cli::parse_from(format!("instantly-oauth status s1 {line}").split_whitespace()).global
}

fn connection(flags: &Global, environment: &Environment) -> Result<Config, Error> {
    Ok(Workspaces::new(flags, environment).asked()?.connection(flags, environment)?.0)
}

fn environment(pairs: &[(&str, &str)]) -> Environment {
    pairs.iter().copied().collect()
}

#[test]
fn a_flag_beats_the_environment_for_the_base() {
    let key = ("INSTANTLY_API_KEY", "k");
    for (line, pairs, base) in [
        ("", &[key][..], "https://api.instantly.ai"),
        ("", &[key, ("INSTANTLY_BASE_URL", "http://127.0.0.1:9/api/v2")], "http://127.0.0.1:9"),
        ("--base-url https://b", &[key, ("INSTANTLY_BASE_URL", "https://a")], "https://b"),
    ] {
        let config = connection(&flags(line), &environment(pairs)).unwrap();
        assert_eq!(config.base.to_string(), base, "{line} {pairs:?}");
    }
    let error = connection(&flags("--base-url http://api.instantly.ai"), &environment(&[key])).unwrap_err();
    assert_eq!((error.outcome.code(), error.message.contains("--base-url")), (2, true), "{error}");
}

#[test]
fn the_key_comes_from_the_nearest_place_and_is_never_repeated() {
    let directory = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| {
        let path = directory.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.display().to_string()
    };
    let (one, two) = (file("one", "\u{feff}from-file \r\nsecond line\n"), file("two", "from-variable-file"));
    for (line, pairs, key) in [
        (format!("--api-key-file {one}"), &[("INSTANTLY_API_KEY", "from-variable")][..], Some("from-file")),
        (
            String::new(),
            &[("INSTANTLY_API_KEY", " from-variable\n"), ("INSTANTLY_API_KEY_FILE", &two)],
            Some("from-variable"),
        ),
        (String::new(), &[("INSTANTLY_API_KEY", ""), ("INSTANTLY_API_KEY_FILE", &two)], Some("from-variable-file")),
        (String::new(), &[], None),
    ] {
        let found = connection(&flags(&line), &environment(pairs)).ok();
        assert_eq!(found.map(|config| config.key.expose_secret().to_owned()).as_deref(), key, "{line} {pairs:?}");
    }
    let (empty, odd) = (file("empty", "\n"), file("odd", "s3cret key"));
    for (line, code) in [
        ("", 4),
        (&format!("--api-key-file {empty}"), 4),
        (&format!("--api-key-file {odd}"), 4),
        ("--api-key-file /nowhere/at/all", 2),
    ] {
        let error = connection(&flags(line), &environment(&[])).unwrap_err();
        assert_eq!(error.outcome.code(), code, "{error}");
        assert!(!error.to_string().contains("s3cret"), "{error}");
    }
}

/// A config file with three profiles, and the pair of the environment that names it.
fn config(directory: &std::path::Path, default: &str) -> (&'static str, String) {
    let path = directory.join("config.toml");
    let text = format!(
        "{default}\n[profiles.acme]\napi_key_file = \"acme.key\"\ninterval = 7\n\
         [profiles.globex]\napi_key_env = \"GLOBEX\"\nbase_url = \"https://globex.example\"\nbrowser = \"fire fox\"\n\
         [profiles.hooli]\napi_key_command = \"echo from-command\"\n"
    );
    std::fs::write(&path, text).unwrap();
    std::fs::write(directory.join("acme.key"), "from-key-file\n").unwrap();
    ("INSTANTLY_OAUTH_CONFIG", path.display().to_string())
}

#[test]
fn whose_key_it_is_follows_the_call_then_the_environment_then_the_config_file() {
    let directory = tempfile::tempdir().unwrap();
    let key = directory.path().join("key");
    std::fs::write(&key, "from-flag").unwrap();
    let flag = format!("--api-key-file {}", key.display());
    let key = key.display().to_string();
    let (variable, file) = (("INSTANTLY_API_KEY", "from-variable"), ("INSTANTLY_API_KEY_FILE", key.as_str()));
    let (globex, asked) = (("GLOBEX", "from-globex"), |name| ("INSTANTLY_PROFILE", name));
    for (default, line, pairs, told) in [
        ("", &*flag, &[variable][..], "- from-flag"),
        ("default_profile = \"acme\"", &flag, &[], "- from-flag"),
        ("", &flag, &[asked("acme")], "- from-flag"),
        ("", "--profile acme", &[variable], "acme from-key-file"),
        ("", "--profile globex", &[globex, asked("acme")], "globex from-globex"),
        ("", "--profile hooli", &[], "hooli from-command"),
        ("default_profile = \"acme\"", "", &[variable], "- from-variable"),
        ("default_profile = \"acme\"", "", &[file], "- from-flag"),
        ("default_profile = \"acme\"", "", &[asked("hooli")], "hooli from-command"),
        ("default_profile = \"acme\"", "", &[], "acme from-key-file"),
        ("", "", &[], "no API key"),
        ("", "--profile globex", &[], "no API key in the profile globex's api_key_env, GLOBEX: it is not set"),
        // Which workspace is meant is not clear, and none is taken.
        ("", &format!("{flag} --profile acme"), &[], "--api-key-file and --profile acme both say with whose key"),
        ("", "", &[variable, asked("acme")], "INSTANTLY_API_KEY and INSTANTLY_PROFILE=acme are both set"),
        ("", "", &[file, asked("acme")], "INSTANTLY_API_KEY_FILE and INSTANTLY_PROFILE=acme are both set"),
        ("", "--profile acm", &[variable], "--profile: no profile is called \"acm\": did you mean acme?"),
        ("", "", &[asked("initech")], "INSTANTLY_PROFILE: no profile is called \"initech\": there are acme, globex"),
    ] {
        let (name, path) = config(directory.path(), default);
        let pairs = [pairs, &[(name, path.as_str())]].concat();
        let (flags, environment) = (flags(line), environment(&pairs));
        let found = Workspaces::new(&flags, &environment).asked().and_then(|reach| {
            let (config, _) = reach.connection(&flags, &environment)?;
            Ok(format!("{} {}", reach.profile().as_deref().unwrap_or("-"), config.key.expose_secret()))
        });
        let found = found.unwrap_or_else(|error| error.to_string());
        assert!(found.starts_with(told), "{default} {line} {pairs:?}: {found}");
    }
}

#[test]
fn a_profile_says_how_its_workspace_is_reached_while_it_is_the_one() {
    let directory = tempfile::tempdir().unwrap();
    let base = ("INSTANTLY_BASE_URL", "https://variable.example");
    let (globex, key) = (("GLOBEX", "g"), ("INSTANTLY_API_KEY", "k"));
    for (default, line, pairs, reached) in [
        ("", "--profile globex", &[globex, base][..], "https://globex.example 5s fire fox"),
        ("", "--profile globex --base-url https://flag.example", &[globex], "https://flag.example 5s fire fox"),
        ("default_profile = \"globex\"", "", &[globex, base], "https://variable.example 5s fire fox"),
        ("default_profile = \"globex\"", "", &[globex], "https://globex.example 5s fire fox"),
        ("default_profile = \"globex\"", "", &[key], "https://api.instantly.ai 5s -"),
        ("", "--profile acme", &[base], "https://variable.example 7s -"),
    ] {
        let (name, path) = config(directory.path(), default);
        let pairs = [pairs, &[(name, path.as_str())]].concat();
        let (flags, environment) = (flags(line), environment(&pairs));
        let reach = Workspaces::new(&flags, &environment).asked().unwrap();
        let interval = humantime::format_duration(reach.interval(None).unwrap());
        let found = format!("{} {interval} {}", reach.base, reach.browser().unwrap_or("-"));
        assert_eq!(found, reached, "{default} {line} {pairs:?}");
        // What is said for this call holds in any case.
        assert_eq!(reach.interval(Some(Duration::from_secs(9))).unwrap(), Duration::from_secs(9));
    }
}

#[cfg(unix)]
#[test]
fn what_others_can_get_at_is_warned_of() {
    use std::os::unix::fs::PermissionsExt;
    let directory = tempfile::tempdir().unwrap();
    let (name, path) = config(directory.path(), "");
    let (flags, environment) = (flags("--profile acme"), environment(&[(name, &path)]));
    let warnings = |key: u32, config: u32| {
        let set = |file: &str, mode| {
            std::fs::set_permissions(directory.path().join(file), PermissionsExt::from_mode(mode)).unwrap();
        };
        set("acme.key", key);
        set("config.toml", config);
        Workspaces::new(&flags, &environment).asked().unwrap().connection(&flags, &environment).unwrap().1
    };
    assert_eq!(warnings(0o600, 0o664), Vec::<String>::new());
    assert_eq!(warnings(0o400, 0o644), Vec::<String>::new());
    let told = warnings(0o640, 0o602).join("\n");
    assert!(told.contains("anybody here can change the config file") && told.contains("chmod o-w"), "{told}");
    assert!(told.contains("others here can get at the key file") && told.contains("(mode 640)"), "{told}");
}

#[test]
fn a_profile_that_cannot_be_had_never_falls_back_to_another_key() {
    let key = ("INSTANTLY_API_KEY", "k");
    for (line, pairs) in [("--profile acme", &[key][..]), ("", &[key, ("INSTANTLY_PROFILE", "acme")])] {
        let error = connection(&flags(line), &environment(pairs)).unwrap_err();
        assert_eq!((error.outcome.code(), error.message.contains("acme")), (2, true), "{error}");
    }
}

#[test]
fn the_interval_has_a_floor_that_depends_on_the_base() {
    let (far, near) = (BaseUrl::parse("https://x").unwrap(), BaseUrl::parse("http://127.0.0.1").unwrap());
    for (base, milliseconds, fine) in [
        (&far, Some(1000), true),
        (&far, Some(999), false),
        (&near, Some(20), true),
        (&near, Some(19), false),
        (&far, None, true),
    ] {
        assert_eq!(interval(milliseconds.map(Duration::from_millis), base).is_ok(), fine, "{base} {milliseconds:?}");
    }
}

#[test]
fn colour_and_motion_depend_on_the_flag_the_environment_and_the_terminal() {
    for (line, pairs, stderr, color, animate) in [
        ("", &[][..], true, true, true),
        ("", &[], false, false, false),
        ("", &[("TERM", "dumb")], true, false, false),
        ("", &[("TERM", "")], true, cfg!(windows), cfg!(windows)),
        ("", &[("NO_COLOR", "1")], true, false, true),
        ("", &[("NO_COLOR", "1"), ("CLICOLOR_FORCE", "1")], true, false, true),
        ("", &[("CLICOLOR_FORCE", "1")], false, true, false),
        ("", &[("CLICOLOR_FORCE", "0")], false, false, false),
        ("", &[("CLICOLOR", "0")], true, false, true),
        ("", &[("CI", "true")], true, true, false),
        ("--color always", &[("NO_COLOR", "1")], false, true, false),
        ("--color never", &[("CLICOLOR_FORCE", "1")], true, false, true),
        ("--quiet", &[], true, true, false),
    ] {
        let named = pairs.iter().any(|(name, _)| *name == "TERM");
        let pairs = if named { pairs.to_vec() } else { [&[("TERM", "xterm")], pairs].concat() };
        let decided = output(&flags(line), &environment(&pairs), Terminal { stderr, stdout: !stderr });
        assert_eq!((decided.color, decided.animate), (color, animate), "{line} {pairs:?} {stderr}");
        // Each stream is coloured for its own reader.
        let decided = output(&flags(line), &environment(&pairs), Terminal { stderr: !stderr, stdout: stderr });
        assert_eq!(decided.color_stdout, color, "{line} {pairs:?} {stderr}");
    }
    let terminal = Terminal { stderr: true, stdout: true };
    let unicode = |pairs| output(&flags(""), &environment(pairs), terminal).unicode;
    assert!(unicode(&[("LANG", "en_GB.UTF-8")]) && !unicode(&[("LANG", "en_GB.UTF-8"), ("LC_ALL", "C")]));
}
