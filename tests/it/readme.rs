//! What the README shows is run: every block of shell, as it stands, against a service of the test's own.

use std::fs;
use std::io::Write;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

use assert_cmd::cargo::cargo_bin;
use tempfile::TempDir;

use crate::batch::Office;
use crate::batch::office::Plan;
use crate::support::{KEY, Run, Tool};

/// A block of code: its language, its line in the README, and its text.
struct Block {
    language: String,
    line: usize,
    text: String,
}

fn readme() -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).unwrap()
}

fn blocks() -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    let mut open = false;
    for (index, line) in readme().lines().enumerate() {
        match line.strip_prefix("```") {
            Some(language) if !open => {
                blocks.push(Block { language: language.to_owned(), line: index + 1, text: String::new() });
                open = true;
            }
            Some(_) => open = false,
            None if open => blocks.last_mut().unwrap().text.extend([line, "\n"]),
            None => {}
        }
    }
    assert!(!open && blocks.len() > 15, "the README has lost its blocks");
    blocks
}

fn of_language<'a>(blocks: &'a [Block], languages: &[&str]) -> Vec<&'a Block> {
    let found: Vec<_> = blocks.iter().filter(|block| languages.contains(&&*block.language)).collect();
    assert!(!found.is_empty(), "no block is of {languages:?}");
    found
}

/// What stands for something else in the README, and what it stands for here.
const STANDS_FOR: [(&str, &str); 7] = [
    ("INSTANTLY_API_KEY=...", "INSTANTLY_API_KEY=$A_KEY"),
    ("SESSION_ID", "\"$A_SESSION\""),
    // Somebody would have to act on the page, which other tests do.
    ("--sandbox          #", "--sandbox=success          #"),
    // It serves until it is stopped.
    ("--speed 120 ", "--speed 120 --help "),
    // They take minutes, and the gate runs the two that matter, word for word.
    ("cargo install", ": cargo install"),
    ("cargo run", ": cargo run"),
    ("cargo test", ": cargo test"),
];

/// Commands that do not end with 0, and are not to.
const ENDS: [(&str, i32); 2] = [("connect google --sandbox=denied", 3), ("status s1", 8)];

/// A desk as the README supposes one: the files that it names, a service, and a profile for each that it names.
struct Desk {
    folder: TempDir,
    api: Office,
    session: String,
}

impl Desk {
    fn new() -> Self {
        let plans = (0..20).map(|_| Plan::connects("ada@acme.com"));
        let desk = Self { folder: tempfile::tempdir().unwrap(), api: Office::new(plans), session: String::new() };
        for (name, text) in [
            ("home/.config/instantly/key", KEY),
            ("key.txt", KEY),
            ("mailboxes.csv", "email,provider\nada@acme.com,google\n"),
        ] {
            desk.write(name, text, 0o600);
        }
        let url = desk.api.url();
        let profile =
            |name| format!("[profiles.{name}]\napi_key_env = \"A_KEY\"\nbase_url = \"{url}\"\ninterval = \"20ms\"\n");
        let config = format!("default_profile = \"acme\"\n{}", ["acme", "globex"].map(profile).concat());
        desk.write("home/.config/instantly-oauth/config.toml", &config, 0o600);
        desk.write("bin/drive-browser", "#!/bin/sh\nexit 0\n", 0o755);
        symlink(cargo_bin!("instantly-oauth"), desk.path("bin/the-binary")).unwrap();
        // Each end is noted, but for the servers, which are to get the signals themselves.
        let wrapper = "#!/bin/bash\nif [ \"$1\" = sandbox ]; then exec the-binary \"$@\"; fi\n\
                       the-binary \"$@\"; code=$?; echo \"$code $*\" >> \"$ENDS\"; exit $code\n";
        desk.write("bin/instantly-oauth", wrapper, 0o755);
        let run = desk.run("instantly-oauth connect google --no-wait --no-browser");
        let session = run.stdout.lines().next().unwrap_or_else(|| panic!("{run:#?}")).to_owned();
        fs::remove_file(desk.path("ends")).unwrap();
        Self { session, ..desk }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, text: &str, mode: u32) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
    }

    /// Runs a script here.
    fn run(&self, script: &str) -> Run {
        let path = format!("{}:{}", self.path("bin").display(), std::env::var("PATH").unwrap());
        let output = Command::new("bash")
            .args(["-uc", script])
            .current_dir(self.folder.path())
            .env_clear()
            .envs([("PATH", path.as_str()), ("LANG", "C.UTF-8"), ("TZ", "UTC"), ("BROWSER", "true")])
            .envs([("A_KEY", KEY), ("A_SESSION", &self.session), ("INSTANTLY_BASE_URL", &self.api.url())])
            .env("HOME", self.path("home"))
            .env("ENDS", self.path("ends"))
            .output()
            .unwrap();
        output.into()
    }

    /// Holds that every command of a script ended as it should.
    #[track_caller]
    fn hold(&self, run: &Run, line: usize) {
        let ends = fs::read_to_string(self.path("ends")).unwrap_or_default();
        for end in ends.lines() {
            let (code, command) = end.split_once(' ').unwrap();
            let due = ENDS.iter().find(|(words, _)| command.ends_with(words)).map_or(0, |(_, code)| *code);
            assert_eq!(code, due.to_string(), "README.md:{line}: {command}\n{run:#?}");
        }
        assert!(!run.stderr.contains("command not found") && !run.stderr.contains("syntax error"), "{run:#?}");
        // The last command's end is the script's.
        let last = ends.lines().last().and_then(|end| ENDS.iter().find(|(words, _)| end.ends_with(words)));
        let due = last.map_or(0, |(_, code)| *code);
        assert!(run.code == Some(0) || run.code == Some(due), "README.md:{line}: {run:#?}");
        assert!(!run.stdout.contains(KEY) && !run.stderr.contains(KEY), "{run:#?}");
    }
}

fn is_here(program: &str) -> bool {
    Command::new("sh").args(["-c", &format!("command -v {program}")]).output().unwrap().status.success()
}

/// Runs a script of the README at a desk of its own.
fn try_out(block: &Block, script: &str) {
    if script.contains("jq ") && !is_here("jq") {
        // Past the test runner, which shows nothing of a test that passes.
        let _ = writeln!(std::io::stderr(), "skipped: README.md:{}: jq is not installed", block.line);
        return;
    }
    let script = STANDS_FOR.iter().fold(script.to_owned(), |script, (from, to)| script.replace(from, to));
    let desk = Desk::new();
    desk.hold(&desk.run(&script), block.line);
}

#[test]
fn every_block_of_shell_does_what_it_says() {
    let all = readme();
    assert!(STANDS_FOR.iter().all(|(from, _)| all.contains(from)), "something in STANDS_FOR is in no block any more");
    let blocks = blocks();
    crate::support::at_once(of_language(&blocks, &["sh", "bash"]), |block| try_out(block, &block.text));
}

#[test]
fn the_steps_of_the_workflow_run() {
    let blocks = blocks();
    for block in of_language(&blocks, &["yaml"]) {
        let mut lines = block.text.lines();
        let mut scripts = 0;
        while let Some(line) = lines.next() {
            let Some((indent, script)) = line.split_once("run: ") else { continue };
            let depth = indent.len();
            let script = match script {
                "|" => lines
                    .clone()
                    .take_while(|line| line.find(|c| c != ' ') > Some(depth))
                    .collect::<Vec<_>>()
                    .join("\n"),
                script => script.to_owned(),
            };
            scripts += 1;
            try_out(block, &script);
        }
        assert_eq!(scripts, 3);
    }
}

#[test]
fn every_command_in_a_screen_is_one() {
    let blocks = blocks();
    let mut commands = 0;
    for block in of_language(&blocks, &["console"]) {
        for command in block.text.lines().filter_map(|line| line.strip_prefix("$ instantly-oauth ")) {
            let words = command.split(" | ").next().unwrap().split_whitespace();
            Tool::new(words).args(&["--help"]).run().expect(0);
            commands += 1;
        }
    }
    assert!(commands > 4);
}

#[test]
fn the_screen_with_events_is_what_comes_out() {
    if !is_here("jq") {
        println!("skipped: jq is not installed");
        return;
    }
    let blocks = blocks();
    let screen = blocks.iter().find(|block| block.text.contains("--json | jq -c")).unwrap();
    let (command, output) = screen.text.split_once('\n').unwrap();
    let run = Desk::new().run(command.strip_prefix("$ ").unwrap());
    assert_eq!(run.stdout, output, "{run:#?}");
}

#[test]
fn the_config_file_is_one() {
    let blocks = blocks();
    let desk = Desk::new();
    for block in of_language(&blocks, &["toml"]) {
        desk.write("home/.config/instantly-oauth/config.toml", &block.text, 0o600);
        let run = desk.run("instantly-oauth connect google --profile staging").expect(4);
        run.says("the profile staging's api_key_env, STAGING_KEY: it is not set");
    }
}

#[test]
fn the_driver_is_a_program() {
    if !is_here("node") {
        println!("skipped: node is not installed");
        return;
    }
    let blocks = blocks();
    let desk = Desk::new();
    for block in of_language(&blocks, &["js"]) {
        desk.write("sign-in.mjs", &block.text, 0o600);
        desk.run("node --check sign-in.mjs").expect(0);
    }
}
