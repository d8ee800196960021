//! What stands below the help of each command: examples, and the codes that it can end with.

use crate::exit::{self, Outcome};

/// What a command line does, and the line.
type Example = (&'static str, &'static str);

pub(super) const ALL: &[Example] = &[
    ("Try it: no key, no network, nothing real", "instantly-oauth connect google --sandbox"),
    ("A key with accounts:create and accounts:read", "export INSTANTLY_API_KEY=..."),
    ("Connect one mailbox in the browser", "instantly-oauth connect google"),
    ("The same for a script", "instantly-oauth connect microsoft --json"),
    ("Go on with a session", "instantly-oauth status 7f3a91d2046b --wait"),
    ("Connect a whole list", "instantly-oauth batch mailboxes.csv"),
    ("What is wrong here, and how to mend it", "instantly-oauth doctor"),
];

pub(super) const DOCTOR: &[Example] = &[
    ("What is wrong here, and how to mend it", "instantly-oauth doctor"),
    ("Only what is wrong", "instantly-oauth doctor --quiet"),
    ("Of another workspace", "instantly-oauth doctor --profile acme"),
    ("A report for a support ticket, without a secret in it", "instantly-oauth doctor --json"),
];

pub(super) const CONNECT: &[Example] = &[
    ("Try it: no key, no network, nothing real", "instantly-oauth connect google --sandbox"),
    ("Open the browser, wait for the sign-in, say how it ended", "instantly-oauth connect google"),
    ("Another mailbox than this one is exit code 12", "instantly-oauth connect google --expect ada@acme.com"),
    ("Only print the URL, to be opened elsewhere", "instantly-oauth connect microsoft --no-browser"),
    ("For a script: events on stdout, and no longer than this", "instantly-oauth connect google --json --timeout 2m"),
    ("Start a session and leave; status --wait goes on with it", "instantly-oauth connect google --no-wait"),
];

pub(super) const STATUS: &[Example] = &[
    ("Ask once", "instantly-oauth status 7f3a91d2046b"),
    ("Go on waiting for what was started elsewhere, or stopped", "instantly-oauth status 7f3a91d2046b --wait"),
    ("For a script", "instantly-oauth status 7f3a91d2046b --json | jq -r .outcome"),
];

pub(super) const BATCH: &[Example] = &[
    ("Try it: no key, no network, nothing real", "instantly-oauth batch mailboxes.csv --sandbox=mixed"),
    ("Check the list and say what would be done", "instantly-oauth batch mailboxes.csv --dry-run"),
    ("One browser tab after the other; the same again goes on", "instantly-oauth batch mailboxes.csv"),
    ("For a driver", "instantly-oauth batch mailboxes.csv --parallel 10 --no-browser --json"),
    ("Those again that failed", "instantly-oauth batch mailboxes.csv --retry-failed"),
];

pub(super) const SESSIONS: &[Example] = &[
    ("The newest ten with Google", "instantly-oauth sessions --provider google --limit 10"),
    (
        "Those that nobody finished, or whose end is not known",
        "instantly-oauth sessions --outcome expired,outcome_unknown",
    ),
    (
        "The mailboxes that were connected",
        "instantly-oauth sessions --json | jq -r 'select(.outcome == \"connected\").email'",
    ),
    ("Erase one", "instantly-oauth sessions forget 7f3a91d2046b"),
];

pub(super) const FORGET: &[Example] = &[
    ("Erase two sessions", "instantly-oauth sessions forget 7f3a91d2046b c4d80b6e1a52"),
    ("Erase everything that the sandbox left", "instantly-oauth sessions forget --all --sandbox"),
];

pub(super) const SANDBOX: &[Example] = &[
    ("In one terminal", "instantly-oauth sandbox --port 8080 --scenario success"),
    ("In another, with the two lines that it printed", "instantly-oauth connect google"),
    ("The same in one shell", "eval \"$(instantly-oauth sandbox --scenario success --quiet &)\""),
    ("The service's limits, a hundred times as fast", "instantly-oauth sandbox --scenario mixed --seed 7 --speed 100"),
];

pub(super) const COMPLETIONS: &[Example] = &[
    ("bash, in ~/.bashrc", "eval \"$(instantly-oauth completions bash)\""),
    ("zsh, in ~/.zshrc", "source <(instantly-oauth completions zsh)"),
    ("fish, in ~/.config/fish/config.fish", "instantly-oauth completions fish | source"),
    ("PowerShell, in $PROFILE", "instantly-oauth completions powershell | Out-String | Invoke-Expression"),
    ("elvish, in ~/.config/elvish/rc.elv", "eval (instantly-oauth completions elvish | slurp)"),
];

pub(super) const MANUAL: &[Example] = &[
    ("Read it", "instantly-oauth manual | man -l -"),
    (
        "Have `man instantly-oauth` find it",
        "mkdir -p ~/.local/share/man/man1 && instantly-oauth manual >~/.local/share/man/man1/instantly-oauth.1",
    ),
    ("As Markdown", "instantly-oauth manual --format markdown >reference.md"),
];

/// How the commands can end that ask the service for nothing.
pub(super) const LOCAL: &[Outcome] = &[Outcome::Done, Outcome::Internal, Outcome::Usage];

/// The same, where something named may not be there.
pub(super) const NAMED: &[Outcome] = &[Outcome::Done, Outcome::Internal, Outcome::Usage, Outcome::NotFound];

/// The examples as text. What a line does stands above it, so that they read well where there are few columns.
pub(super) fn text(examples: &[Example]) -> String {
    let example = |(what, line): &Example| format!("  # {what}\n  {line}");
    format!("Examples:\n{}", examples.iter().map(example).collect::<Vec<_>>().join("\n"))
}

/// The examples with the codes of every outcome.
pub(super) fn with_codes(examples: &[Example]) -> String {
    format!("{}\n\n{}", text(examples), exit::table())
}

/// The examples with the codes of these outcomes.
pub(super) fn with_codes_of(examples: &[Example], outcomes: &[Outcome]) -> String {
    format!("{}\n\n{}", text(examples), exit::table_of(outcomes))
}
