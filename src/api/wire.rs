//! What the API's bodies mean. Lenient where the API may grow, strict where a mistake would cost something.

use reqwest::header::{HeaderMap, HeaderName};
use std::borrow::Borrow;
use std::collections::BTreeMap;
use std::fmt;

use jiff::Timestamp;
use serde::Deserialize;
use serde::de::{Deserializer, Error, Visitor};
use serde_json::value::RawValue;

use crate::model::poll::Reply;
use crate::model::session::{Account, SessionId, Started};

/// The longest piece of a foreign message that is passed on, in characters.
const LONGEST_MESSAGE: usize = 300;

/// The longest field that is passed on, in characters. An address has 254 at most, and a sentence hardly more.
pub(super) const LONGEST_FIELD: usize = 4000;

/// A JSON object whose fields are read one by one: a field that is odd does not cost the others.
pub(super) struct Object<'a>(BTreeMap<Lossy, &'a RawValue>);

impl<'a> Object<'a> {
    /// Reads the object that a body begins with. What follows it is ignored: the object is complete.
    pub(super) fn read(body: &'a str) -> Option<Self> {
        let body = body.trim_start_matches('\u{feff}');
        serde_json::Deserializer::from_str(body).into_iter().next()?.ok().map(Self)
    }

    /// A field that is a text; none where it is missing or something else.
    pub(super) fn text(&self, name: &str) -> Option<String> {
        serde_json::from_str::<Lossy>(self.0.get(name)?.get()).ok().map(|text| text.0)
    }

    /// A field that is a whole number; none where it is missing or something else.
    pub(super) fn number(&self, name: &str) -> Option<i64> {
        let number: f64 = serde_json::from_str(self.0.get(name)?.get()).ok()?;
        #[expect(clippy::cast_possible_truncation, reason = "codes of one or two digits; others are none of ours")]
        (number.fract() == 0.0).then_some(number as i64)
    }

    /// A field that is a list: the objects in it.
    pub(super) fn items(&self, name: &str) -> Option<Vec<Object<'a>>> {
        let items: Vec<&'a RawValue> = serde_json::from_str(self.0.get(name)?.get()).ok()?;
        Some(items.into_iter().filter_map(|item| Self::read(item.get())).collect())
    }

    /// A text that says something.
    pub(super) fn words(&self, name: &str) -> Option<String> {
        self.text(name).filter(|text| !text.trim().is_empty())
    }
}

/// A text in which half a surrogate pair, which a careless cut leaves behind, is replaced and not fatal.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Lossy(String);

impl Borrow<str> for Lossy {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl<'de> Deserialize<'de> for Lossy {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;

        impl Visitor<'_> for Text {
            type Value = Lossy;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string")
            }

            fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<Lossy, E> {
                Ok(Lossy(String::from_utf8_lossy(bytes).into_owned()))
            }
        }

        deserializer.deserialize_bytes(Text)
    }
}

/// Reads the answer to a session's start. The error says what is wrong with it.
pub(super) fn started(body: &str, server_now: Option<Timestamp>) -> Result<Started, String> {
    let object = Object::read(body).ok_or_else(|| not_json(body))?;
    let id = object.text("session_id").ok_or("it has no session_id")?;
    let id = SessionId::parse(&id).map_err(|error| format!("its session_id cannot be used: {error}"))?;
    let auth_url = object.text("auth_url").ok_or("it has no auth_url")?;
    let expires_at = object.text("expires_at").and_then(|text| text.trim().parse().ok());
    Ok(Started { id, auth_url, expires_at, server_now })
}

/// Reads the answer to a status request. The error says what is wrong with it.
///
/// Nothing but `status` is promised, and the read that brought a result destroyed it: whatever else is missing or
/// malformed is left out.
pub(super) fn state(body: &str) -> Result<Reply, String> {
    let object = Object::read(body).ok_or_else(|| not_json(body))?;
    let status = object.words("status").ok_or("it has no status")?;
    Ok(match status.trim().to_ascii_lowercase().as_str() {
        "pending" => Reply::Pending,
        "success" => Reply::Success(Account { email: object.words("email"), name: object.words("name") }),
        "error" => Reply::Error { code: object.words("error"), description: object.words("error_description") },
        "expired" => Reply::Expired,
        _ => Reply::Unknown(status),
    })
}

/// What an error's body says, however long that is: for [`clip`].
pub(super) fn message(body: &str) -> Option<String> {
    if let Some(object) = Object::read(body) {
        return object.words("message").or_else(|| object.words("error"));
    }
    if is_html(body) {
        return Some(match title(body) {
            Some(title) => format!("an HTML page, \"{title}\""),
            None => "an HTML page".into(),
        });
    }
    (!body.trim().is_empty()).then(|| body.to_owned())
}

/// A header, where it is text.
pub(super) fn header<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

/// Whether a body is what the API documents for an error: an object with `statusCode`, `error` and `message`.
pub(super) fn is_documented(body: &str) -> bool {
    Object::read(body).is_some_and(|object| object.words("error").is_some() && object.words("message").is_some())
        && body.contains("\"statusCode\"")
}

/// Whether a body is a JSON object, as all of the API's are, whatever its header says.
pub(super) fn is_json(body: &str) -> bool {
    Object::read(body).is_some()
}

/// Whether a body says something in another way than the API: it comes from something in front of it. An object that was
/// cut short on the way is still the API's.
pub(super) fn is_foreign(body: &str) -> bool {
    !matches!(body.trim_start_matches('\u{feff}').trim_start().chars().next(), None | Some('{'))
}

/// Whether a body is a page for people, whatever its header says.
pub(super) fn is_html(body: &str) -> bool {
    body.trim_start_matches('\u{feff}').trim_start().starts_with('<')
}

fn not_json(body: &str) -> String {
    if body.trim().is_empty() {
        return "it is empty".into();
    }
    if is_html(body) {
        return message(body).map_or_else(String::new, |page| format!("it is {page}"));
    }
    "it is not a complete JSON object".into()
}

fn title(page: &str) -> Option<String> {
    let lower = page.to_ascii_lowercase();
    let from = lower.find("<title")?;
    let from = from + lower[from..].find('>')? + 1;
    let to = from + lower[from..].find("</title")?;
    let title = page[from..to].trim();
    (!title.is_empty()).then(|| title.to_owned())
}

/// One line, and not a long one.
pub(super) fn clip(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(LONGEST_MESSAGE) {
        Some((end, _)) => format!("{}...", &line[..end]),
        None => line,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_is_read_whatever_else_is_odd() {
        let account = |email: Option<&str>, name: Option<&str>| {
            Reply::Success(Account { email: email.map(Into::into), name: name.map(Into::into) })
        };
        for (body, reply) in [
            (r#"{"status":"pending"}"#, Reply::Pending),
            (r#"{"status":"expired","new":{"deep":[1,{}]}}"#, Reply::Expired),
            (r#"{"status":"success","email":"a@b.c","name":"A"}"#, account(Some("a@b.c"), Some("A"))),
            (r#"{"status":"success"}"#, account(None, None)),
            (r#"{"status":"success","email":null,"name":7}"#, account(None, None)),
            (
                r#"{"status":"success","email":"a@b.c","name":"A\ud83d"}"#,
                account(Some("a@b.c"), Some("A\u{fffd}\u{fffd}\u{fffd}")),
            ),
            (
                r#"{"status":"error","error":"x","error_description":"y"}"#,
                Reply::Error { code: Some("x".into()), description: Some("y".into()) },
            ),
            (r#"{"status":"error"}"#, Reply::Error { code: None, description: None }),
            (r#"{"status":"in_review"}"#, Reply::Unknown("in_review".into())),
            ("\u{feff} {\"status\":\"pending\",\"status\":\"expired\"}\n<!-- edge -->", Reply::Expired),
        ] {
            assert_eq!(state(body), Ok(reply), "{body}");
        }
    }

    #[test]
    fn a_state_that_is_cut_short_or_no_state_at_all_is_refused_with_the_reason() {
        let whole = r#"{"status":"success","email":"ada@acme.com","name":"Ada"}"#;
        for end in 0..whole.len() {
            assert!(state(&whole[..end]).is_err(), "{}", &whole[..end]);
        }
        for (body, why) in [
            ("", "it is empty"),
            ("<html><title>\n 502 Bad Gateway</title>", "it is an HTML page, \"502 Bad Gateway\""),
            ("<!doctype html>", "it is an HTML page"),
            ("[]", "it is not a complete JSON object"),
            ("{\"status\":7}", "it has no status"),
            ("{}", "it has no status"),
            ("null", "it is not a complete JSON object"),
        ] {
            assert_eq!(state(body), Err(why.into()), "{body}");
        }
    }

    #[test]
    fn a_start_needs_an_id_and_a_url_and_nothing_else() {
        let body = r#"{"session_id":"s1","auth_url":"https://x/?a=%2f","expires_at":"2026-08-01T12:10:00.000Z"}"#;
        let reply = started(body, None).unwrap();
        assert_eq!((reply.id.as_str(), reply.auth_url.as_str()), ("s1", "https://x/?a=%2f"));
        assert_eq!(reply.expires_at, Some("2026-08-01T12:10:00Z".parse().unwrap()));
        for odd in ["null", "17", "\"tomorrow\""] {
            let body = format!(r#"{{"session_id":"s1","auth_url":"u","expires_at":{odd}}}"#);
            assert_eq!(started(&body, None).unwrap().expires_at, None, "{odd}");
        }
        for (body, why) in [
            (r#"{"auth_url":"u"}"#, "it has no session_id"),
            (r#"{"session_id":5,"auth_url":"u"}"#, "it has no session_id"),
            (r#"{"session_id":"","auth_url":"u"}"#, "its session_id cannot be used: it is empty"),
            (r#"{"session_id":"s1"}"#, "it has no auth_url"),
            (r#"{"session_id":"s1","auth_url":"u""#, "it is not a complete JSON object"),
        ] {
            assert_eq!(started(body, None), Err(why.into()), "{body}");
        }
    }

    #[test]
    fn an_errors_words_are_found_and_bounded() {
        for (body, said) in [
            (r#"{"statusCode":429,"error":"Too Many Requests","message":"slow down"}"#, Some("slow down")),
            (r#"{"error":"Too Many Requests"}"#, Some("Too Many Requests")),
            (r#"{"statusCode":429}"#, None),
            ("upstream\n timed out", Some("upstream timed out")),
            ("  ", None),
        ] {
            assert_eq!(message(body).as_deref().map(clip).as_deref(), said, "{body}");
        }
        assert_eq!(clip(&message(&"é".repeat(5000)).unwrap()).chars().count(), LONGEST_MESSAGE + 3);
    }
}
