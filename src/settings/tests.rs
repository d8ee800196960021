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
