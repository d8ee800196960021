use super::*;

fn offered(line: &str, environment: &Environment) -> Vec<String> {
    let line = bash::Line::read(line);
    matching(&line.words, &line.word, environment).into_iter().map(|candidate| candidate.value).collect()
}

#[test]
fn what_has_to_stand_here_is_offered() {
    let folder = tempfile::tempdir().unwrap();
    let tools = folder.path().join("tools");
    std::fs::create_dir(&tools).unwrap();
    std::fs::write(tools.join("a-browser"), "").unwrap();
    std::fs::write(folder.path().join("list.csv"), "").unwrap();
    #[cfg(unix)]
    std::fs::set_permissions(tools.join("a-browser"), std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let environment = [("PATH", tools.to_str().unwrap())].into_iter().collect();
    let here = folder.path().display();
    for (line, offer) in [
        ("io conn", &["connect"][..]),
        ("io connect ", &["google", "microsoft"]),
        ("io connect google --sandbox=su", &["--sandbox=success"]),
        ("io connect google --sandbox m", &[]),
        ("io connect --sandbox ", &["google", "microsoft"]),
        ("io connect google --no-b", &["--no-browser"]),
        ("io batch x --sandbox=lost --provider m", &["microsoft"]),
        ("io sandbox --scenario ", &sandbox_scenarios()),
        ("io sessions --outcome expired,conn", &["expired,connected"]),
        ("io --color n", &["never"]),
        ("io completions p", &["powershell"]),
        ("io connect google --expect a", &[]),
        ("io connect google --timeout ", &[]),
        ("io s", &["status", "sessions", "sandbox"]),
        (&format!("io batch {here}/"), &[&format!("{here}/list.csv"), &format!("{here}/tools/")]),
        (&format!("io --state-dir {here}/"), &[&format!("{here}/tools/")]),
        (&format!("io connect google --browser {here}/tools/"), &[&format!("{here}/tools/a-browser")]),
        #[cfg(unix)]
        ("io connect google --browser a-", &["a-browser"]),
    ] {
        assert_eq!(offered(line, &environment), offer, "{line}");
    }
}

fn sandbox_scenarios() -> Vec<&'static str> {
    crate::sandbox::Scenario::ALL.map(crate::sandbox::Scenario::name).to_vec()
}

#[test]
fn flags_are_offered_to_whoever_begins_one() {
    let environment = Environment::default();
    let offer = offered("io connect google --", &environment);
    for flag in ["--expect", "--sandbox", "--json", "--profile", "--help"] {
        assert!(offer.iter().any(|offered| offered == flag), "{flag} is not among {offer:?}");
    }
    // Where nothing else can stand, they are all that there is.
    assert!(offered("io connect google ", &environment).contains(&"--expect".to_owned()));
}
