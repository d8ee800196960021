//! What the manual says beside what the command line's definition says of itself.

/// Names, and what is said of them.
type Terms = &'static [(&'static [&'static str], &'static str)];

/// In one line, as manuals are listed.
pub(super) const NAME: &str = "connect Google Workspace and Microsoft mailboxes to an Instantly workspace";

pub(super) const DESCRIPTION: &[&str] = &[
    "`instantly-oauth` starts an OAuth session with the Instantly API, opens the page on which the mailbox's owner signs in, waits, \
     and says how it ended: in words for a person, in exit codes and JSON for a script.",
    "A result can be read from the service once. Every session is therefore written down in a journal on this machine, before each \
     request that may bring its result and before that result is printed. `status` answers from it, and goes on with what was \
     stopped.",
    "Everything can be tried without a key and without a network: `--sandbox` simulates the API inside the process.",
];

pub(super) const GLOBAL: &str = "Every command takes these, before or behind its name. A DURATION reads `500ms`, `90s`, `10m` or \
                                 `1h30m`; a bare number is seconds.";

pub(super) const EXIT: &str = "Scripts may depend on the numbers and on the names, which `--json` events carry as `outcome`. The last \
                               two are deaths by the signal itself.";

pub(super) const ENVIRONMENT_ORDER: &str = "A flag stands against a variable. One that is empty counts as unset.";

pub(super) const ENVIRONMENT: Terms = &[
    (
        &["INSTANTLY_API_KEY"],
        "The API key, with the scopes `accounts:create` and `accounts:read`. No flag takes it: other users can read command lines.",
    ),
    (&["INSTANTLY_API_KEY_FILE"], "A file that holds the key in its first line."),
    (&["INSTANTLY_PROFILE"], "A workspace from the config file, as `--profile`."),
    (&["INSTANTLY_OAUTH_CONFIG"], "The config file, if it is not at its usual place."),
    (&["INSTANTLY_BASE_URL"], "Where the API is, as `--base-url`."),
    (&["INSTANTLY_OAUTH_STATE_DIR"], "Where the journal is kept, as `--state-dir`."),
    (
        &["INSTANTLY_OAUTH_LIMITS"],
        "Other limits for an API on this machine, as `starts=1000,calls=500`: session starts a minute and calls a second.",
    ),
    (
        &["BROWSER"],
        "Programs to open URLs with, with a colon between them; `%s` stands for the URL, else it comes last.",
    ),
    (
        &["HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "NO_PROXY"],
        "The proxy to use, and the hosts that are reached without it.",
    ),
    (&["SSL_CERT_FILE", "SSL_CERT_DIR"], "Certificates to trust, in PEM or DER form."),
    (&["NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE"], "Whether to colour, where `--color` does not say."),
    (&["FORCE_HYPERLINK"], "Whether the URL is a link on a terminal: `1` or `0`, where it is not to be found out."),
    (&["COLORFGBG"], "Whether text is dark on light, for `--qr` without colour."),
    (&["CI", "TERM"], "With `CI` set, or a terminal that calls itself `dumb`, nothing moves on the screen."),
    (&["LC_ALL", "LC_CTYPE", "LANG"], "Whether more than ASCII is shown."),
    (
        &["DISPLAY", "WAYLAND_DISPLAY", "SSH_CONNECTION", "WSL_DISTRO_NAME"],
        "Among what tells whether a browser can be opened here, and which.",
    ),
    (
        &["INSTANTLY_OAUTH_COMPLETE"],
        "Set by the shells' completion scripts for the one call that asks what can be typed.",
    ),
];

pub(super) const FILES_KEPT: &str = "The journal can be read by its owner alone. Its directory is that of `--state-dir`, else \
                                     `$XDG_STATE_HOME/instantly-oauth`, else `~/.local/state/instantly-oauth`; on macOS \
                                     `~/Library/Application Support/instantly-oauth`, on Windows `%LOCALAPPDATA%\\instantly-oauth`.";

pub(super) const FILES: Terms = &[
    (
        &["config.toml"],
        "The workspaces that `--profile` names, each with a place for its key, in `$XDG_CONFIG_HOME/instantly-oauth`, else \
         `~/.config/instantly-oauth`; on macOS beside the journal, on Windows in `%APPDATA%\\instantly-oauth`.",
    ),
    (
        &["journal.db"],
        "The sessions of the last thirty days, and what was sent under which limits. `sessions` shows it, `sessions forget` erases \
         from it. Never the key.",
    ),
    (&["sandbox.db"], "The same for the sandbox, which is kept apart."),
    (&["journal.db.queue", "journal.live"], "Locks that the processes here share. They hold nothing."),
    (
        &["FILE.results.csv"],
        "Beside the list of a `batch`: a line a mailbox, on the disk as soon as it is finished. A second run goes on from it.",
    ),
];
