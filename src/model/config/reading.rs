//! The config file's text, entry by entry.

use std::collections::HashMap;
use std::ops::Range;
use std::time::Duration;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{Config, KeyFrom, Profile};
use crate::model::base_url::BaseUrl;
use crate::model::check::key::has_key;
use crate::model::duration;
use crate::model::problem::{Problem, near, shown};

const TOP: [&str; 2] = ["default_profile", "profiles"];

/// The ways to a key, of which a profile has one.
const KEYS: [&str; 3] = ["api_key_file", "api_key_env", "api_key_command"];

const OF_PROFILE: [&str; 6] = ["api_key_file", "api_key_env", "api_key_command", "base_url", "interval", "browser"];

/// What a profile can be called.
const NAMES: &str = "use letters, digits, and . _ @ -, and begin with none of the signs";

/// What is said of a key that stands here.
const NO_KEYS: &str = "keys are not kept in this file, name a file, variable or program that has it";

type Value<'a> = Spanned<DeValue<'a>>;

pub(super) fn read(text: &str) -> Result<Config, Vec<Problem>> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let (table, errors) = DeTable::parse_recoverable(text);
    let ends = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at).collect();
    let mut reading = Reading { ends, problems: Vec::new() };
    for error in &errors {
        let span = error.span().unwrap_or(0..0);
        // The parser's own words, in one line.
        reading.problem(span, error.message().lines().collect::<Vec<_>>().join(", "));
    }
    if !errors.is_empty() {
        return Err(reading.sorted());
    }
    let config = reading.config(table.get_ref());
    if reading.problems.is_empty() { Ok(config) } else { Err(reading.sorted()) }
}

/// A text of which a part is read.
struct Reading {
    /// Where its lines end.
    ends: Vec<usize>,
    problems: Vec<Problem>,
}

impl Reading {
    fn line(&self, span: &Range<usize>) -> u64 {
        1 + self.ends.partition_point(|end| *end < span.start) as u64
    }

    fn problem(&mut self, span: Range<usize>, what: impl Into<String>) {
        self.problems.push(Problem::at(self.line(&span), what));
    }

    fn sorted(mut self) -> Vec<Problem> {
        self.problems.sort_by_key(|problem| problem.line);
        self.problems
    }

    fn config(&mut self, table: &DeTable<'_>) -> Config {
        self.known(table, &TOP, "the config file");
        let mut config = Config::default();
        let profiles = table.get("profiles");
        if let Some(value) = profiles {
            match value.get_ref().as_table() {
                None => self.problem(value.span(), "profiles has to be a table: begin each with [profiles.NAME]"),
                Some(table) => {
                    // In the order of the file: the table has its own.
                    let mut entries: Vec<_> = table.iter().collect();
                    entries.sort_by_key(|(name, _)| name.span().start);
                    for (name, value) in entries {
                        config.profiles.extend(self.profile(name, value));
                    }
                }
            }
        }
        if let Some(value) = table.get("default_profile")
            && let Some(name) = self.text("default_profile", value)
        {
            let is_there =
                profiles.and_then(|value| value.get_ref().as_table()).is_some_and(|it| it.contains_key(&*name));
            if !is_there {
                let what = format!("default_profile: {}", config.unknown(&name));
                self.problem(value.span(), what);
            }
            config.default_profile = Some(name);
        }
        config
    }

    /// Finds what is not to be here: nothing is overlooked, since a misspelt setting would silently not hold.
    fn known(&mut self, table: &DeTable<'_>, known: &[&str], place: &str) {
        for key in table.keys() {
            let name: &str = key.get_ref();
            if known.contains(&name) {
                continue;
            }
            let meant = match near(name, known) {
                _ if name == "api_key" => "keys are not kept in this file: name what has it with api_key_file, \
                                           api_key_env or api_key_command"
                    .to_owned(),
                Some(near) => format!("did you mean {near}?"),
                None if OF_PROFILE.contains(&name) => "it belongs into a profile, below [profiles.NAME]".to_owned(),
                None => format!("there are {}", known.join(", ")),
            };
            self.problem(key.span(), format!("{place} has no setting {}: {meant}", shown(name)));
        }
    }

    fn profile(&mut self, name: &Spanned<std::borrow::Cow<'_, str>>, value: &Value<'_>) -> Option<Profile> {
        let (span, name) = (name.span(), name.get_ref().as_ref());
        if has_key(name) {
            self.problem(span.clone(), format!("a profile is called what looks like an API key: {NO_KEYS}"));
        } else if !is_name(name) {
            self.problem(span.clone(), format!("{} is no name for a profile: {NAMES}", shown(name)));
        }
        let Some(table) = value.get_ref().as_table() else {
            let what = match near(name, &TOP) {
                Some(_) => format!("{name} is a setting of the whole file: put it above the first profile"),
                None => format!("the profile {} has to be a table: begin it with [profiles.NAME]", shown(name)),
            };
            self.problem(span, what);
            return None;
        };
        self.known(table, &OF_PROFILE, "a profile");
        let key = self.key(name, span, table);
        let base_url = self.setting(table, "base_url", BaseUrl::parse);
        let interval = self.interval(table);
        let browser = self.setting(table, "browser", |text| match text.trim() {
            "" => Err("it names no program".to_owned()),
            command => Ok(command.to_owned()),
        });
        Some(Profile { name: name.to_owned(), key: key?, base_url, interval, browser })
    }

    /// The one way to the key.
    fn key(&mut self, name: &str, span: Range<usize>, table: &DeTable<'_>) -> Option<KeyFrom> {
        let ways: HashMap<&str, &Value<'_>> = KEYS.into_iter().filter_map(|way| Some((way, table.get(way)?))).collect();
        if ways.len() != 1 {
            let how =
                if ways.is_empty() { "does not say where its key is" } else { "has more than one way to its key" };
            let what = format!("the profile {} {how}: give it one of {}", shown(name), KEYS.join(", "));
            self.problem(span, what);
            return None;
        }
        if let Some(value) = ways.get("api_key_command") {
            return self.command(value).map(KeyFrom::Command);
        }
        let file = self.setting(table, "api_key_file", |path| match path.trim() {
            "" => Err("it names no file".to_owned()),
            "-" => Err("stdin is for this call only: use --api-key-file -".to_owned()),
            _ => Ok(KeyFrom::File(path.to_owned())),
        });
        file.or_else(|| {
            self.setting(table, "api_key_env", |name| {
                let is_name = |name: &str| !name.is_empty() && !name.contains(['=', '\0', '$']);
                if is_name(name) {
                    Ok(KeyFrom::Variable(name.to_owned()))
                } else {
                    Err("write the name of an environment variable, without $".to_owned())
                }
            })
        })
    }

    /// A program with its arguments: a list of them, or one text that is split as a shell would, and then given to none.
    fn command(&mut self, value: &Value<'_>) -> Option<Vec<String>> {
        const WRITE: &str = "write the program and its arguments, like [\"pass\", \"show\", \"instantly/acme\"]";
        let words = match value.get_ref() {
            DeValue::String(text) => shlex::split(text),
            DeValue::Array(array) => array.iter().map(|word| word.get_ref().as_str().map(str::to_owned)).collect(),
            _ => None,
        };
        if words.iter().flatten().any(|word| has_key(word)) {
            self.problem(value.span(), format!("api_key_command has what looks like an API key in it: {NO_KEYS}"));
            return None;
        }
        let words = words.filter(|words| words.first().is_some_and(|program| !program.trim().is_empty()));
        if words.is_none() {
            self.problem(value.span(), format!("api_key_command cannot be used: {WRITE}"));
        }
        words
    }

    fn interval(&mut self, table: &DeTable<'_>) -> Option<Duration> {
        let number = table.get("interval").and_then(|value| match value.get_ref() {
            DeValue::Integer(number) => Some(number.as_str().to_owned()),
            DeValue::Float(number) => Some(number.as_str().to_owned()),
            _ => None,
        });
        match number {
            Some(seconds) => duration::positive(&seconds)
                .map_err(|why| self.problem(table["interval"].span(), format!("interval: {why}")))
                .ok(),
            None => self.setting(table, "interval", duration::positive),
        }
    }

    /// A setting that is a text, if it is there and can be used.
    fn setting<T>(
        &mut self,
        table: &DeTable<'_>,
        name: &str,
        read: impl FnOnce(&str) -> Result<T, String>,
    ) -> Option<T> {
        let value = table.get(name)?;
        let text = self.text(name, value)?;
        read(&text).map_err(|why| self.problem(value.span(), format!("{name} cannot be used: {why}"))).ok()
    }

    fn text(&mut self, name: &str, value: &Value<'_>) -> Option<String> {
        let text = value.get_ref().as_str();
        if text.is_some_and(has_key) {
            self.problem(value.span(), format!("{name} has what looks like an API key in it: {NO_KEYS}"));
            return None;
        }
        if text.is_none() {
            let is = value.get_ref().type_str();
            self.problem(value.span(), format!("{name} has to be a text in quotation marks, and is of type {is}"));
        }
        text.map(str::to_owned)
    }
}

/// Whether a profile can be called so: nothing that a shell, a table or a file name would take otherwise.
fn is_name(name: &str) -> bool {
    let is_sign = |c: char| ['.', '_', '@', '-'].contains(&c);
    name.chars().next().is_some_and(char::is_alphanumeric) && name.chars().all(|c| c.is_alphanumeric() || is_sign(c))
}
