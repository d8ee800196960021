//! What a key looks like, without telling it.

use super::{Check, Name};
use crate::model::words::failure::WHERE_KEYS_ARE;

/// What can be told of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
    /// How many characters it has.
    pub length: usize,
    /// What it is like.
    pub form: Form,
}

/// What a key is like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Base64 of two parts with a colon between, as keys of the API's second version are.
    Pair,
    /// Of the sandbox.
    Sandbox,
    /// Between quotation marks, which no shell took off.
    Quoted,
    /// With the name of its variable, or of its header, before it.
    Named,
    /// Base64 that ends too soon.
    Cut,
    /// Something else.
    Other,
}

impl Form {
    /// The word for it, which scripts see.
    const fn id(self) -> &'static str {
        match self {
            Self::Pair => "base64_pair",
            Self::Sandbox => "sandbox",
            Self::Quoted => "quoted",
            Self::Named => "named",
            Self::Cut => "cut",
            Self::Other => "other",
        }
    }
}

/// Looks at a key.
#[must_use]
pub fn shape(key: &str) -> Shape {
    let marks = |c: char| matches!(c, '"' | '\'' | '`');
    let form = match () {
        () if key.starts_with("sandbox-") => Form::Sandbox,
        () if key.starts_with(marks) || key.ends_with(marks) => Form::Quoted,
        () if ["INSTANTLY_", "Bearer", "Authorization"].iter().any(|name| key.starts_with(name)) => Form::Named,
        () => match decoded(key) {
            Some(bytes) if is_pair(&bytes) => Form::Pair,
            None if key.trim_end_matches('=').len() % 4 == 1 && key.bytes().all(|byte| sextet(byte).is_some()) => {
                Form::Cut
            }
            _ => Form::Other,
        },
    };
    Shape { length: key.chars().count(), form }
}

/// Whether a text is a key, or has one for one of its parts: it stands where something else should be named, and is not to be
/// repeated.
#[must_use]
pub fn has_key(text: &str) -> bool {
    text.split(|c: char| c == '/' || c == '\\' || c.is_whitespace()).any(|part| shape(part).form == Form::Pair)
}

fn is_pair(bytes: &[u8]) -> bool {
    let colon = bytes.iter().position(|byte| *byte == b':');
    colon.is_some_and(|at| at > 0 && at + 1 < bytes.len()) && bytes.iter().all(u8::is_ascii_graphic)
}

/// The bytes that Base64 stands for. How it is padded does not matter.
fn decoded(text: &str) -> Option<Vec<u8>> {
    let text = text.trim_end_matches('=');
    if text.len() % 4 == 1 {
        return None;
    }
    let (mut bytes, mut held, mut bits) = (Vec::new(), 0_u32, 0);
    for byte in text.bytes() {
        held = (held << 6) | u32::from(sextet(byte)?);
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            bytes.push(u8::try_from(held >> bits & 0xff).unwrap_or_default());
        }
    }
    Some(bytes)
}

const fn sextet(byte: u8) -> Option<u8> {
    Some(match byte {
        b'A'..=b'Z' => byte - b'A',
        b'a'..=b'z' => byte - b'a' + 26,
        b'0'..=b'9' => byte - b'0' + 52,
        b'+' | b'-' => 62,
        b'/' | b'_' => 63,
        _ => return None,
    })
}

/// A key that was found: where, and who else may read it there.
#[derive(Clone, Debug, Default)]
pub struct Found {
    /// In words.
    pub from: String,
    /// Another place that has one too, which does not count.
    pub over: Option<String>,
    /// The file that it is in.
    pub file: Option<String>,
    /// What others may do with that file: the bits of its mode. None where that cannot be told.
    pub mode: Option<u32>,
}

/// Judges a key. `here` is whether the API is on this machine, where a key may be anything.
#[must_use]
pub fn judge(found: &Found, shape: Shape, here: bool) -> Check {
    let Found { from, over, file, mode } = found;
    let Shape { length, form } = shape;
    let over = over.as_ref().map(|over| format!("; {over} is set as well and does not count")).unwrap_or_default();
    let plural = if length == 1 { "" } else { "s" };
    let told = |what: &str| format!("found in {from}: {length} character{plural}, {what}{over}");
    let again = "Copy it again, all of it, as the dashboard shows it.";
    let odd = |what: &str, mend: &str| {
        let check = Check::warning(Name::Key, told(what)).mend(mend);
        if form == Form::Other { check.mend(WHERE_KEYS_ARE) } else { check }
    };
    let open = file.as_ref().zip(mode.filter(|mode| mode & 0o077 != 0));
    let check = match form {
        Form::Quoted => odd("with a quotation mark at its beginning or end", "Take the quotation marks away."),
        Form::Named => odd("with a name before it", "Give the key alone, without what stands before it."),
        Form::Cut if !here => odd("of which some at the end are missing (it is no whole base64)", again),
        Form::Other if !here => {
            odd("which do not look like a key of the API's version 2 (base64 of id:secret)", "Make sure it is one.")
        }
        Form::Sandbox if !here => odd(
            "of the sandbox, which the service does not know",
            "Give a key of the service, or the sandbox's base URL with it (--base-url, INSTANTLY_BASE_URL).",
        ),
        Form::Sandbox => Check::ok(Name::Key, told("of the sandbox")),
        Form::Pair => Check::ok(Name::Key, told("as keys look (base64 of id:secret)")),
        Form::Cut | Form::Other => Check::ok(Name::Key, told("for something on this machine")),
    };
    let check = match open {
        Some((file, mode)) => {
            let detail = format!("{}; others here can use that file (its mode is {mode:03o})", check.detail);
            let mended = Check { detail, state: super::State::Warning, ..check };
            mended.mend(format!("Make it yours alone: chmod 600 {file}"))
        }
        None => check,
    };
    check.fact("from", from.as_str()).fact("length", length).fact("form", form.id()).fact_if("file", file.clone())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::check::State;

    #[test]
    fn a_key_is_known_by_its_shape() {
        for (key, form) in [
            ("YTEyMzQ1Njc4OmJjZGVm", Form::Pair),
            ("c2VjcmV0LWtleS1vZi10aGUtdGVzdHM6WFla==", Form::Pair),
            ("YTpi", Form::Pair),
            ("YWI6", Form::Other),
            ("OmFi", Form::Other),
            ("YTEyMzQ1Njc4OmJjZGVmZ", Form::Cut),
            ("not!base64", Form::Other),
            ("c2VjcmV0", Form::Other),
            ("sandbox-1", Form::Sandbox),
            ("'YTpi'", Form::Quoted),
            ("\"YTpi\"", Form::Quoted),
            ("INSTANTLY_API_KEY=YTpi", Form::Named),
            ("", Form::Other),
        ] {
            assert_eq!(shape(key), Shape { length: key.len(), form }, "{key}");
        }
    }

    #[test]
    fn what_is_odd_is_told_and_never_the_key() {
        let found = |mode| Found { from: "there".into(), file: Some("/k".into()), mode, over: None };
        for (form, here, mode, state, says) in [
            (Form::Pair, false, None, State::Ok, "base64 of id:secret"),
            (Form::Pair, false, Some(0o600), State::Ok, "base64 of id:secret"),
            (Form::Pair, false, Some(0o640), State::Warning, "others here can use that file (its mode is 640)"),
            (Form::Other, false, None, State::Warning, "do not look like"),
            (Form::Other, true, None, State::Ok, "on this machine"),
            (Form::Cut, false, None, State::Warning, "missing"),
            (Form::Quoted, true, None, State::Warning, "quotation mark"),
            (Form::Named, true, None, State::Warning, "a name before it"),
            (Form::Sandbox, false, None, State::Warning, "does not know"),
            (Form::Sandbox, true, None, State::Ok, "of the sandbox"),
        ] {
            let check = judge(&found(mode), Shape { length: 7, form }, here);
            assert_eq!(check.state, state, "{form:?} {here} {mode:?}");
            assert!(
                check.detail.starts_with("found in there: 7 characters") && check.detail.contains(says),
                "{check:?}"
            );
            assert_eq!(check.remedy.is_empty(), state == State::Ok, "{check:?}");
        }
    }
}
