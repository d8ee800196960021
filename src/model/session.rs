//! A session: its id, and what the API says when it starts one.

use std::fmt;

use jiff::Timestamp;

/// The id under which the API knows a session.
///
/// The API promises no form. What is accepted is 1 to 256 visible ASCII characters, which is enough to put it into a
/// path, a terminal and a shell without surprises; `.` and `..` mean something else in a path and are refused.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct SessionId(String);

/// The longest id that is accepted, in bytes.
const LONGEST_ID: usize = 256;

impl SessionId {
    /// Reads an id. The error says what is wrong with it, without repeating it.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        match text {
            "" => Err("it is empty"),
            "." | ".." => Err("it is a path, not an id"),
            _ if text.len() > LONGEST_ID => Err("it is longer than 256 characters"),
            _ if !text.bytes().all(|byte| byte.is_ascii_graphic()) => {
                Err("it has a character that is not visible ASCII")
            }
            _ => Ok(Self(text.to_owned())),
        }
    }

    /// The id as the API wrote it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for SessionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What the API answers to a session's start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Started {
    /// The id to ask for the session's state with.
    pub id: SessionId,
    /// Where the person consents, exactly as it came: not yet checked.
    pub auth_url: String,
    /// When the session ends, by the server's clock; none where the reply did not say so legibly.
    pub expires_at: Option<Timestamp>,
    /// The server's now when it answered, from the reply's `Date` header (whole seconds).
    pub server_now: Option<Timestamp>,
}

/// The mailbox that a session connected. The API promises neither field.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Account {
    /// The mailbox's address.
    pub email: Option<String>,
    /// Its owner's name.
    pub name: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_visible_ascii_and_no_path() {
        let long = "a".repeat(257);
        for (text, fine) in [
            ("abc123def456", true),
            ("a/b?c#d%2F", true),
            ("...", true),
            ("", false),
            (".", false),
            ("..", false),
            ("a b", false),
            ("a\nb", false),
            ("a\u{1b}[2J", false),
            ("é", false),
            (&long, false),
            (&long[1..], true),
        ] {
            assert_eq!(SessionId::parse(text).is_ok(), fine, "{text:?}");
        }
    }
}
