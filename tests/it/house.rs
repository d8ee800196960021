//! The rules of the house, read from its own files.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use instantly_oauth::exit::Outcome;

use crate::support::Tool;

/// The table in `src/lib.rs`: a room, and those that it may import. `exit` and `error` are open to all.
const ROOMS: [(&str, &[&str]); 13] = [
    ("exit", &[]),
    ("error", &[]),
    ("model", &[]),
    ("api", &["model"]),
    ("browser", &["model"]),
    ("report", &["model"]),
    ("sandbox", &["model"]),
    ("flow", &["model"]),
    ("store", &["model"]),
    ("cli", &["model", "sandbox"]),
    ("settings", &["cli", "model", "api", "report", "store"]),
    ("commands", &["model", "api", "browser", "report", "sandbox", "store", "flow", "cli", "settings"]),
    ("main", &["cli", "commands"]),
];

/// No file is longer than what fits into a head.
const LONGEST_FILE: usize = 320;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every file under a folder with this ending, by its path from there, and its text.
fn files(folder: &str, ending: &str) -> Vec<(PathBuf, String)> {
    let (mut found, mut folders) = (Vec::new(), vec![root().join(folder)]);
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == ending) {
                let text = fs::read_to_string(&path).unwrap();
                found.push((path.strip_prefix(root()).unwrap().to_owned(), text));
            }
        }
    }
    assert!(found.len() > 3, "nothing is read in {folder}");
    found
}

/// The room that a file of `src/` is in: its folder, or itself.
fn room(path: &Path) -> String {
    let first = path.strip_prefix("src").unwrap().components().next().unwrap();
    first.as_os_str().to_str().unwrap().trim_end_matches(".rs").to_owned()
}

/// The code without its comments, each line with its number.
fn code(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let lines = text.lines().enumerate().map(|(number, line)| (number + 1, line));
    lines.filter(|(_, line)| !line.trim_start().starts_with("//"))
}

/// The rooms named behind `crate::` in this text, one or a list of them in braces.
fn imports(text: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    for (number, line) in code(text) {
        for path in line.split("crate::").skip(1) {
            let names = path.strip_prefix('{').map_or(path, |list| list.split('}').next().unwrap());
            let braces = names.len() != path.len();
            for name in names.split(if braces { ',' } else { ' ' }).take(if braces { usize::MAX } else { 1 }) {
                let end = |sign: char| !sign.is_alphanumeric() && sign != '_';
                found.push((number, name.trim().split(end).next().unwrap().to_owned()));
            }
        }
        // In the binary the library has a name.
        found.extend(line.split("instantly_oauth::").skip(1).map(|path| {
            let name = path.split(|sign: char| !sign.is_alphanumeric() && sign != '_').next().unwrap();
            (number, name.to_owned())
        }));
    }
    found
}

#[test]
fn imports_follow_the_arrows() {
    for (path, text) in files("src", "rs") {
        let room = room(&path);
        if room == "lib" {
            continue;
        }
        let (_, allowed) = ROOMS.iter().find(|(name, _)| *name == room).unwrap_or_else(|| {
            panic!("{}: {room} is no room of the table in src/lib.rs and in this test", path.display())
        });
        for (line, import) in imports(&text) {
            let open = ["exit", "error", &room].contains(&import.as_str());
            assert!(open || allowed.contains(&&*import), "{}:{line}: {room} may not import {import}", path.display());
        }
        // Two steps up from a room's own file, or one from its top, are the way around that.
        let depth = path.components().count() - usize::from(path.ends_with("mod.rs"));
        let up = "super::".repeat(depth);
        assert!(!text.contains(&up), "{}: {up} leads out of {room}", path.display());
    }
}

#[test]
fn the_reading_of_imports_finds_what_it_is_to_find() {
    let text = "use crate::{api, browser::Plan};\n// use crate::no;\nlet x = crate::report::line(crate::cli::y);";
    let found: Vec<_> = imports(text).into_iter().map(|(line, name)| format!("{line} {name}")).collect();
    assert_eq!(found, ["1 api", "1 browser", "3 report", "3 cli"]);
    let known: BTreeSet<_> = ROOMS.iter().map(|(room, _)| (*room).to_owned()).collect();
    let mut there: BTreeSet<_> = files("src", "rs").iter().map(|(path, _)| room(path)).collect();
    assert!(there.remove("lib"));
    assert_eq!(there, known, "the table and src/ differ");
    // And the map for people has the same rooms.
    let map = fs::read_to_string(root().join("src/lib.rs")).unwrap();
    for room in known.iter().filter(|room| *room != "main") {
        assert!(map.contains(&format!("[`{room}`]")), "src/lib.rs does not tell of {room}");
    }
}

#[test]
fn only_main_exits_and_only_report_prints() {
    // What is looked for, where it may be, and why there.
    let rules: [(&str, &[(&str, &str)]); 9] = [
        ("process::exit", &[]),
        (".die()", &[("src/main.rs", "the last thing that happens")]),
        ("println!", &[]),
        ("print!", &[]),
        ("dbg!", &[]),
        (".print();", &[("src/main.rs", "clap's own help and complaints")]),
        (
            "io::stdout()",
            &[("src/report", "it prints"), ("src/commands/mod.rs", "is it a terminal? nothing is written")],
        ),
        (
            "io::stderr()",
            &[("src/report", "it prints"), ("src/commands/mod.rs", "is it a terminal? nothing is written")],
        ),
        ("dup2_stdout", &[("src/commands/sandbox.rs", "a shell's $(...) waits until it is let go of")]),
    ];
    let files = files("src", "rs");
    for (word, places) in rules {
        for (path, text) in &files {
            let found = code(text).find(|(_, line)| line.contains(word));
            let allowed = places.iter().any(|(place, _)| path.starts_with(place));
            assert!(allowed || found.is_none(), "{}: {word} in {found:?}", path.display());
        }
        for (place, why) in places {
            let used = files.iter().any(|(path, text)| path.starts_with(place) && text.contains(word));
            assert!(used, "{word} is not in {place} any more ({why}): take the exception out");
        }
    }
}

#[test]
fn no_file_is_longer_than_it_should_be() {
    for (path, text) in [files("src", "rs"), files("tests", "rs")].concat() {
        let lines = text.lines().count();
        assert!(lines <= LONGEST_FILE, "{} has {lines} lines, more than {LONGEST_FILE}", path.display());
    }
}

#[test]
fn the_committed_completions_are_those_of_this_command_line() {
    for (shell, file) in [
        ("bash", "instantly-oauth.bash"),
        ("zsh", "_instantly-oauth"),
        ("fish", "instantly-oauth.fish"),
        ("powershell", "_instantly-oauth.ps1"),
        ("elvish", "instantly-oauth.elv"),
    ] {
        let run = Tool::new(["completions", shell]).run().expect(0);
        let committed = fs::read_to_string(root().join("completions").join(file)).unwrap_or_default();
        assert!(run.stdout == committed, "completions/{file} is not what is printed");
        assert_eq!(run.stderr, "");
    }
}

#[test]
fn the_committed_manual_is_that_of_this_command_line() {
    for (format, file) in [("roff", "instantly-oauth.1"), ("markdown", "reference.md")] {
        let run = Tool::new(["manual", "--format", format]).run().expect(0);
        let committed = fs::read_to_string(root().join("completions").join(file)).unwrap_or_default();
        let regenerate = format!("cargo run -- manual --format {format} >completions/{file}");
        assert!(run.stdout == committed, "completions/{file} is out of date; run: {regenerate}");
        assert_eq!(run.stderr, "");
    }
}

/// The variables that `src` reads from the environment, and where.
fn variables() -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for (path, text) in files("src", "rs") {
        let ours = |text: &str| {
            text.starts_with("INSTANTLY_")
                && !text.ends_with('_')
                && text.bytes().all(|b| b == b'_' || b.is_ascii_uppercase())
        };
        let tests = path.components().any(|part| part.as_os_str().to_string_lossy().starts_with("tests"));
        let words = text.split("#[cfg(test)]").next().unwrap().split('"').filter(|word| !tests && ours(word));
        found.extend(words.map(str::to_owned));
    }
    found
}

#[test]
fn the_manual_has_every_variable_of_ours() {
    let reference = fs::read_to_string(root().join("completions/reference.md")).unwrap();
    // These are for the programs that this tool starts, and not read.
    let handed_on = ["INSTANTLY_OAUTH_URL", "INSTANTLY_OAUTH_TITLE", "INSTANTLY_OAUTH_BODY"];
    let told = variables().into_iter().filter(|name| !handed_on.contains(&&**name)).collect::<Vec<_>>();
    assert!(told.len() > 5, "{told:?}");
    for name in told {
        assert!(reference.contains(&format!("- `{name}`")), "the manual does not tell of {name}");
    }
}

#[test]
fn help_has_every_flag_and_the_exit_codes() {
    let global: &[&str] = &[
        "--json",
        "--quiet",
        "--verbose",
        "--color",
        "--profile",
        "--api-key-file",
        "--base-url",
        "--ca-cert",
        "--request-timeout",
        "--state-dir",
        "--help",
    ];
    let connect: &[&str] = &[
        "--no-browser",
        "--browser",
        "--qr",
        "--copy",
        "--no-wait",
        "--timeout",
        "--interval",
        "--max-wait",
        "--notify",
        "--expect",
        "--sandbox",
    ];
    let batch: &[&str] = &[
        "--provider",
        "--parallel",
        "--results",
        "--retries",
        "--retry-failed",
        "--skip-connected",
        "--no-skip-connected",
        "--dry-run",
        "--no-browser",
        "--browser",
        "--qr",
        "--notify",
        "--interval",
        "--max-wait",
        "--sandbox",
        "--seed",
    ];
    let sandbox: &[&str] =
        &["--port", "--scenario", "--seed", "--delay", "--ttl", "--init-limit", "--call-limit", "--speed"];
    for (command, flags, ends_by_code) in [
        (&[][..], &[][..], true),
        (&["connect"], connect, true),
        (&["status"], &["--wait", "--timeout", "--interval", "--notify", "--expect"], true),
        (&["batch"], batch, true),
        (&["sessions"], &["--outcome", "--provider", "--limit", "--sandbox"], false),
        (&["sessions", "forget"], &["--all", "--sandbox"], false),
        (&["doctor"], &[], true),
        (&["sandbox"], sandbox, false),
        (&["completions"], &[], false),
        (&["manual"], &["--format"], false),
    ] {
        for help in ["--help", "-h"] {
            let run = Tool::new(command).args(&[help]).run().expect(0);
            for flag in [flags, global].concat() {
                // Its own entry, and not a word in some sentence.
                let entry = |line: &str| line.trim_start().trim_start_matches(|c| c != '-').contains(flag);
                let listed = run.stdout.lines().any(|line| line.trim_start().starts_with('-') && entry(line));
                assert!(listed, "{command:?} {help} lacks {flag}: {}", run.stdout);
            }
            let table = run.stdout.contains(&instantly_oauth::exit::table());
            assert_eq!(table, ends_by_code && help == "--help", "{command:?} {help}: {}", run.stdout);
            // Each has examples that call it, and at least the codes that it can end with. The short help is short.
            let called = format!("  {}", [&["instantly-oauth"], command].concat().join(" "));
            let codes = run.stdout.contains("Examples:\n") && run.stdout.contains("\nExit codes:\n    0  ");
            let examples = run.stdout.lines().filter(|line| line.starts_with(&called)).count() > 1;
            assert_eq!(
                (codes, examples || command.is_empty()),
                (help == "--help", help == "--help" || command.is_empty())
            );
            assert!(run.stdout.lines().all(|line| line.len() <= 100), "{command:?} {help}: {}", run.stdout);
            assert_eq!(run.stderr, "");
        }
    }
}

#[test]
fn the_readme_has_the_table_of_exit_codes() {
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    let mut told = BTreeSet::new();
    for line in readme.lines() {
        let cells: Vec<_> = line.trim_matches('|').split('|').map(str::trim).collect();
        let [codes, name, ..] = cells.as_slice() else { continue };
        let codes: Vec<u8> = codes.split(',').filter_map(|code| code.trim().trim_matches('`').parse().ok()).collect();
        let name = name.strip_prefix('`').and_then(|name| name.strip_suffix('`'));
        told.extend(codes.iter().filter_map(|code| Some((*code, name?.to_owned()))));
    }
    // What a command that connects nothing ends with shares its row with success; `batch` has a code that is not here.
    let own = Outcome::ALL.iter().filter(|&&outcome| outcome != Outcome::Done);
    let own: BTreeSet<_> = own.map(|outcome| (outcome.code(), outcome.name().to_owned())).collect();
    assert_eq!(told, own, "README.md and exit::Outcome differ");
}
