//! What a shell offers after TAB. Its script (`completions/`) runs this program with the words that are on the line, and
//! gets the candidates a line each, with what they are behind a tab.
//!
//! It has to be fast, silent and harmless: nothing is made, waited for or asked, no key is read, nothing is said on stderr,
//! and where something is broken there are fewer candidates.

mod bash;
mod candidates;

use std::ffi::OsString;
use std::panic::{AssertUnwindSafe, catch_unwind};

use clap::{Command, CommandFactory};
use clap_complete::engine;

use super::{Exit, environment};
use crate::cli::Cli;
use crate::model::environment::Environment;
use crate::report::{self, Candidate};
use candidates::Words;

/// Names the shell that asks. The usual `COMPLETE` is anybody's: a program that is run with it left over from another would do
/// nothing of what it was told.
const VARIABLE: &str = "INSTANTLY_OAUTH_COMPLETE";

/// Answers a shell that asks for candidates. None where this is a command to be carried out: whoever only inherited the
/// variable does not begin with `--`, and is no shell that is known here.
#[must_use]
pub fn complete() -> Option<Exit> {
    let shell = std::env::var(VARIABLE).ok()?;
    let arguments: Vec<OsString> = std::env::args_os().skip(1).collect();
    let arguments = arguments.strip_prefix(&["--".into()])?;
    let arguments: Vec<String> = arguments.iter().map(|word| word.to_string_lossy().into_owned()).collect();
    let answer: fn(&[String]) -> Option<Vec<Candidate>> = match shell.as_str() {
        "bash" => in_bash,
        "zsh" | "fish" | "elvish" | "powershell" => in_any_other,
        _ => return None,
    };
    // A person is in the middle of a line, where nothing else may appear.
    std::panic::set_hook(Box::new(|_| {}));
    let found = catch_unwind(AssertUnwindSafe(|| answer(&arguments)));
    // A shell that has gone wants nothing any more.
    let _ = report::offer(&found.ok().flatten().unwrap_or_default());
    Some(0.into())
}

/// Behind the line to the cursor comes what bash is going to replace of its last word.
fn in_bash(arguments: &[String]) -> Option<Vec<Candidate>> {
    let [line, replaced] = arguments else { return None };
    let line = bash::Line::read(line);
    let found = matching(&line.words, &line.word, &environment());
    Some(line.fit(found, replaced.strip_prefix(':')?))
}

/// Behind the words before the cursor comes the one that it is in. A colon is before that: some shells drop a word that is
/// empty.
fn in_any_other(arguments: &[String]) -> Option<Vec<Candidate>> {
    let (word, words) = arguments.split_last()?;
    Some(matching(words, word.strip_prefix(':')?, &environment()))
}

/// What can stand in this word's place behind these.
fn matching(words: &[String], word: &str, environment: &Environment) -> Vec<Candidate> {
    let mut command = candidates::known(Cli::command(), &Words { words, word }, environment);
    command.build();
    let equals = with_equals(&command);
    // What is behind such a flag without its sign is not its value.
    let bare = |word: &String| if equals.contains(word) { format!("{word}=") } else { word.clone() };
    let arguments = words.iter().map(bare).chain([word.to_owned()]).map(OsString::from).collect();
    let here = std::env::current_dir().ok();
    let found = engine::complete(&mut command, arguments, words.len(), here.as_deref()).unwrap_or_default();
    let found: Vec<_> = found
        .into_iter()
        .map(|candidate| Candidate {
            value: candidate.get_value().to_string_lossy().into_owned(),
            about: candidate.get_help().map(|help| help.to_string().lines().next().unwrap_or_default().to_owned()),
        })
        .collect();
    // Whoever has not begun a flag wants to see what has to stand here, and not every flag as well.
    let is_flag = |candidate: &Candidate| candidate.value.starts_with('-');
    if word.is_empty() && !found.iter().all(is_flag) {
        return found.into_iter().filter(|candidate| !is_flag(candidate)).collect();
    }
    found
}

/// The flags that take their value only behind `=`.
fn with_equals(command: &Command) -> Vec<String> {
    let own = command.get_arguments().filter(|arg| arg.is_require_equals_set());
    let own = own.filter_map(|arg| Some(format!("--{}", arg.get_long()?)));
    own.chain(command.get_subcommands().flat_map(with_equals)).collect()
}

#[cfg(test)]
mod tests;
