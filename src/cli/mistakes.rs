//! What clap's complaint about a command line leaves unsaid: how it was probably meant.

use std::ffi::OsString;

use clap::Error;
use clap::Parser;
use clap::builder::StyledStr;
use clap::error::{ContextKind, ContextValue, ErrorKind};

use super::Cli;

/// Words that are not among the commands, and the command that whoever writes them is looking for.
const COMMANDS: &[(&[&str], &str)] = &[
    (&["login", "signin", "auth", "authorize", "oauth", "add", "link", "start"], "connect"),
    (&["show", "get", "wait", "resume", "result"], "status"),
    (&["import", "csv", "bulk"], "batch"),
    (&["check", "diagnose", "diag", "health", "debug"], "doctor"),
    (&["list", "ls", "history", "log", "journal", "forget"], "sessions"),
    (&["server", "serve", "mock", "fake"], "sandbox"),
];

/// The names under which people know a provider.
const PROVIDERS: &[(&[&str], &str)] = &[
    (&["gmail", "googlemail", "gsuite", "g-suite", "workspace", "gws"], "google"),
    (
        &[
            "ms",
            "msft",
            "outlook",
            "office",
            "office365",
            "o365",
            "m365",
            "microsoft365",
            "exchange",
            "azure",
            "hotmail",
            "live",
        ],
        "microsoft",
    ),
];

/// Reads a command line.
pub(super) fn read(arguments: &[OsString]) -> Result<Cli, Error> {
    let text = |word: &OsString| word.to_string_lossy().into_owned();
    Cli::try_parse_from(arguments).map_err(|error| explained(error, &arguments.iter().map(text).collect::<Vec<_>>()))
}

fn explained(mut error: Error, arguments: &[String]) -> Error {
    let word = |error: &Error, kind| match error.get(kind) {
        Some(ContextValue::String(word)) => Some(word.clone()),
        _ => None,
    };
    match error.kind() {
        ErrorKind::InvalidSubcommand => {
            let Some(command) = word(&error, ContextKind::InvalidSubcommand) else { return error };
            if error.get(ContextKind::SuggestedSubcommand).is_none() {
                if let Some(meant) = meant(&command, COMMANDS) {
                    suggest(&mut error, format!("perhaps '{meant}' is what you are looking for"));
                } else if arguments.get(1).is_some_and(|first| first == "help") {
                    // `help` itself does not look for similar ones.
                    let asked = [arguments[0].clone(), command];
                    return Cli::try_parse_from(&asked).err().unwrap_or(error);
                }
            }
        }
        ErrorKind::InvalidValue if word(&error, ContextKind::SuggestedValue).is_none() => {
            let value = word(&error, ContextKind::InvalidValue).unwrap_or_default();
            let argument = word(&error, ContextKind::InvalidArg).unwrap_or_default();
            if let Some(meant) = argument.contains("PROVIDER").then(|| meant(&value, PROVIDERS)).flatten() {
                suggest(&mut error, format!("mailboxes of that kind sign in with '{meant}'"));
            }
        }
        ErrorKind::UnknownArgument => {
            let argument = word(&error, ContextKind::InvalidArg).unwrap_or_default();
            let before =
                arguments.iter().position(|word| *word == argument).and_then(|at| arguments.get(at.checked_sub(1)?));
            if before.is_some_and(|before| before == "--sandbox") {
                suggest(&mut error, format!("a scenario stands behind a sign: '--sandbox={argument}'"));
            } else if argument == "--provider" {
                // The flag that looks like it is about something else.
                error.remove(ContextKind::SuggestedArg);
                error.remove(ContextKind::Usage);
                suggest(&mut error, "the provider stands by itself: 'instantly-oauth connect google'");
            }
        }
        ErrorKind::MissingRequiredArgument => {
            let missing = error.get(ContextKind::InvalidArg).map(ToString::to_string).unwrap_or_default();
            if missing.contains("<PROVIDER>") {
                suggest(&mut error, "the provider is 'google' or 'microsoft'");
            } else if missing.contains("<SESSION_ID>") {
                suggest(&mut error, "'instantly-oauth sessions' lists those of this machine");
            }
        }
        _ => {}
    }
    error
}

fn meant(word: &str, known: &[(&[&str], &'static str)]) -> Option<&'static str> {
    let word = word.to_ascii_lowercase();
    known.iter().find(|(words, _)| words.contains(&&*word)).map(|(_, meant)| *meant)
}

fn suggest(error: &mut Error, tip: impl Into<StyledStr>) {
    error.insert(ContextKind::Suggested, ContextValue::StyledStrs(vec![tip.into()]));
}
