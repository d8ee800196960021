use super::*;

fn problems(text: &str) -> String {
    let problems = Config::read(text).unwrap_err();
    problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_whole_file_is_read() {
    let text = "\u{feff}# Workspaces\r\n\
                default_profile = \"globex\"\r\n\
                [profiles.globex]\n\
                api_key_command = [\"op\", \"read\", \"op://Work/Instantly Globex/key\"]\n\
                [profiles.acme]\n\
                api_key_file = \"acme.key\"\n\
                base_url = \"https://api.acme.example/api/v2/\"\n\
                interval = \"7s\"\n\
                browser = \"firefox -P acme\"\n\
                [profiles.\"initech.com\"]\n\
                api_key_env = \"INITECH_KEY\"\n\
                interval = 10\n\
                [profiles.hooli]\n\
                api_key_command = \"pass show 'instantly/hooli key'\"\n\
                interval = 2.5\n";
    let config = Config::read(text).unwrap();
    assert_eq!(config.default_profile.as_deref(), Some("globex"));
    let names: Vec<_> = config.profiles.iter().map(|profile| profile.name.as_str()).collect();
    assert_eq!(names, ["globex", "acme", "initech.com", "hooli"]);
    let words = |words: &[&str]| KeyFrom::Command(words.iter().map(|&word| word.to_owned()).collect());
    assert_eq!(config.profiles[0].key, words(&["op", "read", "op://Work/Instantly Globex/key"]));
    let acme = config.profile("acme").unwrap();
    assert_eq!(acme.key, KeyFrom::File("acme.key".into()));
    assert_eq!(acme.base_url.as_ref().unwrap().to_string(), "https://api.acme.example");
    assert_eq!((acme.interval, acme.browser.as_deref()), (Some(Duration::from_secs(7)), Some("firefox -P acme")));
    assert_eq!(config.profiles[2].key, KeyFrom::Variable("INITECH_KEY".into()));
    assert_eq!(config.profiles[2].interval, Some(Duration::from_secs(10)));
    assert_eq!(config.profiles[3].key, words(&["pass", "show", "instantly/hooli key"]));
    assert_eq!(config.profiles[3].interval, Some(Duration::from_millis(2500)));
    assert_eq!((config.profiles[3].base_url.as_ref(), config.profiles[3].browser.as_ref()), (None, None));
    assert_eq!(config.profile("Acme"), None);
}

#[test]
fn an_empty_file_has_no_profile() {
    for text in ["", "# nothing yet\n", "[profiles]\n"] {
        assert_eq!(Config::read(text), Ok(Config::default()), "{text:?}");
    }
}

#[test]
fn each_problem_is_told_with_its_line_and_what_to_do() {
    for (text, told) in [
        (
            "default_profil = \"acme\"\n",
            "line 1: the config file has no setting \"default_profil\": did you mean default_profile?",
        ),
        (
            "\n[profile.acme]\napi_key_env = \"K\"\n",
            "line 2: the config file has no setting \"profile\": did you mean profiles?",
        ),
        (
            "base_url = \"https://a.example\"\n",
            "line 1: the config file has no setting \"base_url\": it belongs into a profile, below [profiles.NAME]",
        ),
        ("colour = 1\n", "line 1: the config file has no setting \"colour\": there are default_profile, profiles"),
        (
            "[profiles.acme]\napi_key = \"s3cret\"\napi_key_env = \"K\"\n",
            "line 2: a profile has no setting \"api_key\": keys are not kept in this file: name what has it with \
             api_key_file, api_key_env or api_key_command",
        ),
        (
            "[profiles.acme]\napi_key_env = \"K\"\n\nbrowsr = \"firefox\"\n",
            "line 4: a profile has no setting \"browsr\": did you mean browser?",
        ),
        (
            "\n[profiles.acme]\ninterval = \"5s\"\n",
            "line 2: the profile \"acme\" does not say where its key is: give it one of api_key_file, api_key_env, \
             api_key_command",
        ),
        (
            "[profiles.acme]\napi_key_env = \"K\"\napi_key_file = \"k\"\n",
            "line 1: the profile \"acme\" has more than one way to its key: give it one of api_key_file, api_key_env, \
             api_key_command",
        ),
        (
            "[profiles.acme]\napi_key_env = \"$KEY\"\n",
            "line 2: api_key_env cannot be used: write the name of an environment variable, without $",
        ),
        (
            "[profiles.acme]\napi_key_file = \"-\"\n",
            "line 2: api_key_file cannot be used: stdin is for this call only: use --api-key-file -",
        ),
        (
            "[profiles.acme]\napi_key_file = 7\n",
            "line 2: api_key_file has to be a text in quotation marks, and is of type integer",
        ),
        (
            "[profiles.acme]\napi_key_command = \"pass 'show\"\n",
            "line 2: api_key_command cannot be used: write the program and its arguments, like [\"pass\", \"show\", \
             \"instantly/acme\"]",
        ),
        (
            "[profiles.acme]\napi_key_env = \"K\"\nbase_url = \"http://api.acme.example\"\n",
            "line 3: base_url cannot be used: plain http would send the API key in the clear; use https",
        ),
        (
            "[profiles.acme]\napi_key_env = \"K\"\ninterval = \"soon\"\n",
            "line 3: interval cannot be used: write a duration like 500ms, 90s, 10m or 1h30m; a bare number is seconds",
        ),
        ("[profiles.acme]\napi_key_env = \"K\"\ninterval = 0\n", "line 3: interval: it must be more than zero"),
        (
            "[profiles.acme]\napi_key_env = \"K\"\nbrowser = \" \"\n",
            "line 3: browser cannot be used: it names no program",
        ),
        (
            "[profiles.\"a b\"]\napi_key_env = \"K\"\n",
            "line 1: \"a b\" is no name for a profile: use letters, digits, and . _ @ -, and begin with none of the \
             signs",
        ),
        ("profiles = 1\n", "line 1: profiles has to be a table: begin each with [profiles.NAME]"),
        (
            "[profiles]\nacme = \"key\"\n",
            "line 2: the profile \"acme\" has to be a table: begin it with [profiles.NAME]",
        ),
        (
            "[profiles.acme]\napi_key_env = \"K\"\n[profiles]\ndefault_profile = \"acme\"\n",
            "line 4: default_profile is a setting of the whole file: put it above the first profile",
        ),
        (
            "default_profile = \"acem\"\n[profiles.acme]\napi_key_env = \"K\"\n",
            "line 1: default_profile: no profile is called \"acem\": did you mean acme?",
        ),
    ] {
        assert_eq!(problems(text), told, "{text}");
    }
}

#[test]
fn all_problems_are_told_at_once_and_no_secret_is() {
    let text = "default_profile = \"x\"\n[profiles.acme]\napi_key = \"s3cret\"\nintervall = 5\n[profiles.b]\n";
    let told = problems(text);
    let lines: Vec<_> = told.lines().map(|line| line.split(':').next().unwrap()).collect();
    assert_eq!(lines, ["line 1", "line 2", "line 3", "line 4", "line 5"], "{told}");
    assert!(!told.contains("s3cret"), "{told}");
    // What is no TOML is told in the parser's words, with the line.
    for text in ["default_profile = \"acme\n", "[profiles.acme]\nx = 1\n[profiles.acme]\n"] {
        assert!(problems(text).starts_with("line "), "{}", problems(text));
    }
    let told = problems("[profiles.acme]\napi_key_env = K\n");
    assert!(told.starts_with("line 2: ") && !told.contains('\n'), "{told}");
}

#[test]
fn a_key_that_stands_in_the_file_is_not_repeated() {
    let key = "c2VjcmV0LWtleS1vZi10aGUtdGVzdHM6WFla";
    for text in [
        format!("default_profile = \"{key}\"\n"),
        format!("[profiles.{key}]\napi_key_env = \"K\"\n"),
        format!("[profiles.acme]\n{key} = 1\n"),
        format!("[profiles.acme]\napi_key_env = \"{key}\"\n"),
        format!("[profiles.acme]\napi_key_file = \"~/{key}\"\n"),
        format!("[profiles.acme]\napi_key_command = \"{key}\"\n"),
        format!("[profiles.acme]\napi_key_command = [\"echo\", \"{key}\"]\n"),
    ] {
        let told = problems(&text);
        assert!(told.contains("API key") && !told.contains(key), "{told}");
    }
    assert_eq!(no_profile(key, &[]), "no profile is called [an API key]: there is none in the config file");
}

#[test]
fn a_name_that_was_meant_is_told() {
    for (names, told) in [
        (&["acme", "globex"][..], "no profile is called \"acm\": did you mean acme?"),
        (&["globex", "hooli"], "no profile is called \"acm\": there are globex, hooli"),
        (&[], "no profile is called \"acm\": there is none in the config file"),
    ] {
        assert_eq!(no_profile("acm", names), told);
    }
}
