//! Mailbox addresses and names, as a person types them into the consent page.

/// The longest address there is, in bytes (RFC 5321, section 4.5.3.1.3, less the angle brackets).
const LONGEST: usize = 254;
/// The longest part before the `@`, in bytes (RFC 5321, section 4.5.3.1.1).
const LONGEST_LOCAL: usize = 64;
/// The longest name that is kept, in characters.
const LONGEST_NAME: usize = 100;

/// The address in lower case without the spaces around it, or none where it is not one that could receive mail. The
/// rule is that of HTML's `<input type=email>`, and a dot in the domain besides: `ada@acme` is a slip here.
pub(super) fn address(text: &str) -> Option<String> {
    let text = text.trim().to_ascii_lowercase();
    let (local, domain) = text.split_once('@')?;
    let local_is_sound = !local.is_empty()
        && local.len() <= LONGEST_LOCAL
        && local.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".!#$%&'*+/=?^_`{|}~-".contains(&byte));
    let domain_is_sound = domain.contains('.') && domain.split('.').all(is_label);
    (local_is_sound && domain_is_sound && text.len() <= LONGEST).then_some(text)
}

fn is_label(label: &str) -> bool {
    (1..=63).contains(&label.len())
        && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        && !label.starts_with('-')
        && !label.ends_with('-')
}

/// Whether Google counts this address (lower case) as a personal one.
pub(super) fn is_personal_gmail(address: &str) -> bool {
    matches!(address.split_once('@'), Some((_, "gmail.com" | "googlemail.com")))
}

/// The name without control characters and needless spaces, cut to 100 characters; none where nothing is left.
pub(super) fn name(text: &str) -> Option<String> {
    let printable: String = text.chars().filter(|sign| !sign.is_control()).take(LONGEST_NAME).collect();
    let name = printable.split_whitespace().collect::<Vec<_>>().join(" ");
    (!name.is_empty()).then_some(name)
}

/// A name for an address whose owner gave none: `ada.lovelace@…` is Ada Lovelace.
pub(super) fn name_of(address: &str) -> String {
    let local = address.split('@').next().unwrap_or_default();
    let words = local.split(|sign: char| !sign.is_alphabetic()).filter(|word| !word.is_empty());
    let words: Vec<String> = words.map(capitalised).collect();
    if words.is_empty() { local.to_owned() } else { words.join(" ") }
}

fn capitalised(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses() {
        let sound = ["ada@acme.example", " Ada.L+x@Acme.Example ", "o'hara@a-b.c.example", "1@2.example"];
        for text in sound {
            assert_eq!(address(text).as_deref(), Some(text.trim().to_lowercase().as_str()), "{text}");
        }
        let long = format!("{}@acme.example", "a".repeat(65));
        let longer = format!("ada@{}example", "label-of-a-length.".repeat(14));
        let unsound = [
            "",
            "ada",
            "@acme.example",
            "ada@",
            "ada@acme",
            "ada@acme..example",
            "ada@.example",
            "ada@-a.example",
            "ada@a-.example",
            "a b@acme.example",
            "ada@acme.example>",
            "a@b@acme.example",
            "ädä@acme.example",
            "<ada@acme.example>",
            "ada@acme.example\r\nX: y",
            long.as_str(),
            longer.as_str(),
        ];
        for text in unsound {
            assert_eq!(address(text), None, "{text}");
        }
    }

    #[test]
    fn personal_gmail_is_known_by_its_domain() {
        let table = [
            ("ada@gmail.com", true),
            ("ada@googlemail.com", true),
            ("gmail.com@acme.example", false),
            ("ada@gmail.com.example", false),
            ("ada@notgmail.com", false),
        ];
        for (address, personal) in table {
            assert_eq!(is_personal_gmail(address), personal, "{address}");
        }
    }

    #[test]
    fn names() {
        assert_eq!(name("  Ada \u{7}  Lovelace\n").as_deref(), Some("Ada Lovelace"));
        assert_eq!(name(" \t "), None);
        assert_eq!(name(&"ä".repeat(300)).map(|name| name.chars().count()), Some(LONGEST_NAME));
        for (address, name) in [("ada.lovelace@x.example", "Ada Lovelace"), ("ada2@x.example", "Ada"), ("42@x.y", "42")]
        {
            assert_eq!(name_of(address), name);
        }
    }
}
