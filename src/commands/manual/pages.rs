//! What the manual consists of, from the command line's definition.

use std::fmt::Write as _;

use clap::builder::PossibleValue;
use clap::{Arg, ArgAction, Command};

use super::{Block, Span, words};
use crate::exit::Outcome;

/// All of it.
pub(super) fn blocks(command: &mut Command) -> Vec<Block> {
    let mut blocks = vec![section("Synopsis"), Block::Code(synopsis(command))];
    blocks.push(section("Description"));
    blocks.extend(words::DESCRIPTION.iter().map(|text| Block::Text((*text).into())));
    blocks.push(section("Commands"));
    let global: Vec<_> = command.get_arguments().cloned().collect();
    for sub in shown(command) {
        blocks.extend(about(&mut sub.clone(), &global));
    }
    blocks.push(section("Global options"));
    blocks.push(Block::Text(words::GLOBAL.into()));
    blocks.extend(global.iter().filter(|arg| !is_help(arg)).map(argument));
    blocks.push(section("Exit status"));
    blocks.push(Block::Text(words::EXIT.into()));
    blocks.extend(Outcome::ALL.iter().filter(|&&outcome| outcome != Outcome::Done).map(|outcome| {
        let name =
            [Span::Literal(outcome.code().to_string()), Span::Plain(" ".into()), Span::Variable(outcome.name().into())];
        Block::Term { term: name.into(), text: format!("{}.", outcome.when()), values: Vec::new() }
    }));
    for (heading, said, terms) in
        [("Environment", words::ENVIRONMENT_ORDER, words::ENVIRONMENT), ("Files", words::FILES_KEPT, words::FILES)]
    {
        blocks.push(section(heading));
        blocks.push(Block::Text(said.into()));
        blocks.extend(terms.iter().map(|(names, text)| named(names, text)));
    }
    blocks.push(section("Examples"));
    blocks.extend(examples(command));
    blocks
}

fn section(heading: &str) -> Block {
    Block::Section(heading.into())
}

/// The commands below this one, without clap's own.
fn shown(command: &Command) -> impl Iterator<Item = &Command> {
    command.get_subcommands().filter(|sub| sub.get_name() != "help" && !sub.is_hide_set())
}

/// How each command is called, a line each.
fn synopsis(command: &Command) -> String {
    let all = shown(command).flat_map(|sub| std::iter::once(sub).chain(shown(sub)));
    all.map(|sub| usage(&mut sub.clone())).collect::<Vec<_>>().join("\n")
}

fn usage(command: &mut Command) -> String {
    let usage = command.render_usage().to_string();
    usage.trim_start_matches("Usage:").lines().map(str::trim).collect::<Vec<_>>().join("\n")
}

/// A command, and those below it.
fn about(command: &mut Command, global: &[Arg]) -> Vec<Block> {
    let name = command.get_bin_name().unwrap_or_else(|| command.get_name()).to_owned();
    let what = command.get_long_about().or_else(|| command.get_about()).map(ToString::to_string).unwrap_or_default();
    let mut blocks = vec![Block::Part(name)];
    blocks.extend(what.split("\n\n").map(|text| Block::Text(sentence(text))));
    blocks.push(Block::Code(usage(command)));
    let is_own = |arg: &&Arg| !is_help(arg) && !global.iter().any(|global| global.get_id() == arg.get_id());
    let (positional, flags): (Vec<_>, Vec<_>) =
        command.get_arguments().filter(is_own).partition(|arg| arg.is_positional());
    blocks.extend(positional.into_iter().chain(flags).map(argument));
    blocks.extend(examples(command));
    blocks.extend(shown(command).flat_map(|sub| about(&mut sub.clone(), global)));
    blocks
}

/// The examples of a command's help; the exit codes behind them have a place of their own.
fn examples(command: &Command) -> Option<Block> {
    let text = command.get_after_long_help()?.to_string();
    let text = text.strip_prefix("Examples:\n")?.split("\n\n").next()?.to_owned();
    Some(Block::Code(text.lines().map(str::trim_start).collect::<Vec<_>>().join("\n")))
}

fn is_help(arg: &Arg) -> bool {
    matches!(arg.get_id().as_str(), "help" | "version")
}

/// A flag, or what stands by itself.
fn argument(arg: &Arg) -> Block {
    let takes = arg.get_action().takes_values();
    let value =
        arg.get_value_names().and_then(|names| names.first()).map_or(arg.get_id().as_str(), |name| name.as_str());
    let mut term = Vec::new();
    if arg.is_positional() {
        let many = if matches!(arg.get_action(), ArgAction::Append) { "..." } else { "" };
        term.push(Span::Variable(format!("<{value}>{many}")));
    } else {
        if let Some(short) = arg.get_short() {
            term.extend([Span::Literal(format!("-{short}")), Span::Plain(", ".into())]);
        }
        term.push(Span::Literal(format!("--{}", arg.get_long().unwrap_or_default())));
        let optional = arg.get_num_args().is_some_and(|range| range.min_values() == 0);
        match (takes, optional) {
            (true, true) => {
                term.extend([Span::Plain("[=".into()), Span::Variable(format!("<{value}>")), Span::Plain("]".into())]);
            }
            (true, false) => term.extend([Span::Plain(" ".into()), Span::Variable(format!("<{value}>"))]),
            (false, _) => {}
        }
    }
    let possible: Vec<_> = if takes { arg.get_possible_values() } else { Vec::new() };
    let told = possible.iter().all(|value| value.get_help().is_some());
    let mut text = sentence(&arg.get_help().map(ToString::to_string).unwrap_or_default());
    if !possible.is_empty() && !told {
        let _ = write!(text, " One of {}.", listed(possible.iter().map(PossibleValue::get_name)));
    }
    let default = arg.get_default_values().first().filter(|_| takes && !arg.is_hide_default_value_set());
    if let Some(default) = default {
        let _ = write!(text, " Default: `{}`.", default.to_string_lossy());
    }
    let value = |value: &PossibleValue| Some((value.get_name().to_owned(), sentence(&value.get_help()?.to_string())));
    let values = if told { possible.iter().filter_map(value).collect() } else { Vec::new() };
    Block::Term { term, text, values }
}

/// Variables or files of these names.
fn named(names: &[&str], text: &str) -> Block {
    let mut term = Vec::new();
    for name in names {
        if !term.is_empty() {
            term.push(Span::Plain(", ".into()));
        }
        term.push(Span::Literal((*name).into()));
    }
    Block::Term { term, text: text.into(), values: Vec::new() }
}

/// What the help says, as a sentence, with what it notes in brackets behind it.
fn sentence(help: &str) -> String {
    let mut notes = help.split(" [");
    let said = notes.next().unwrap_or_default();
    let mut signs = said.chars();
    let first = signs.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
    let stop = if said.ends_with(['.', ':']) { "" } else { "." };
    let mut text = format!("{first}{}{stop}", signs.as_str());
    for note in notes {
        let note = note.trim_end_matches(']');
        // Writing to a string cannot fail.
        let _ = match note.split_once(": ") {
            Some(("env", variables)) => write!(text, " Environment: {}.", listed(variables.split(", "))),
            Some(("default", value)) if !value.contains(' ') => write!(text, " Default: `{value}`."),
            Some(("default", value)) => write!(text, " Default: {value}."),
            _ => write!(text, " [{note}]"),
        };
    }
    text
}

/// Words that are to be typed.
fn listed<'a>(words: impl Iterator<Item = &'a str>) -> String {
    words.map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}
