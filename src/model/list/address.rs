//! Whether a text is the address of a mailbox, and what is wrong with it if not.

use crate::model::problem::{is_invisible, plain, shown};
use crate::model::provider::Provider;

/// The longest address that mail can be sent to (RFC 5321), in bytes.
const LONGEST: usize = 254;

/// The longest part of a domain's name between two dots, in bytes.
const LONGEST_LABEL: usize = 63;

/// Where Google's personal mailboxes are.
const PERSONAL: [&str; 2] = ["gmail.com", "googlemail.com"];

/// Says what is wrong with an address, which is trimmed and not empty. `provider` is who signs its owner in, where that is
/// known.
pub(super) fn check(email: &str, provider: Option<Provider>) -> Result<(), String> {
    let shown = shown(email);
    let wrong = |what: &str| Err(format!("{shown} {what}"));
    if let Some((name, rest)) = email.split_once('<')
        && let Some((address, "")) = rest.split_once('>')
    {
        let name = if name.trim().is_empty() { "the brackets" } else { "the name" };
        let address = plain(address);
        return wrong(&format!("is more than an address: write {address} alone, without {name}"));
    }
    if let Some(scheme) = email.get(..7).filter(|scheme| scheme.eq_ignore_ascii_case("mailto:")) {
        return wrong(&format!("is a link: write the address alone, without {}", scheme.to_ascii_lowercase()));
    }
    if email.contains(['\n', '\r']) {
        return wrong("has a line break in it");
    }
    if let Some(sign) = email.chars().find(|&c| c.is_control() || is_invisible(c)) {
        return wrong(&format!("has an invisible character in it (U+{:04X})", u32::from(sign)));
    }
    let Some((local, domain)) = email.split_once('@') else { return wrong("has no @") };
    if domain.contains('@') {
        return wrong("has more than one @: a row is one mailbox");
    }
    if email.contains(char::is_whitespace) {
        return wrong("has a space in it");
    }
    if let Some(sign) = email.chars().find(|c| r#""(),:;<>[\]"#.contains(*c)) {
        return wrong(&format!("has a {sign} in it, which no address of a mailbox has"));
    }
    if local.is_empty() {
        return wrong("has nothing before its @");
    }
    if domain.is_empty() {
        return wrong("has nothing after its @");
    }
    if email.contains("..") {
        return wrong("has two dots in a row");
    }
    for (part, name) in [(local, "the part before its @"), (domain, "its domain")] {
        if part.starts_with('.') || part.ends_with('.') {
            return wrong(&format!("has a dot where {name} begins or ends"));
        }
    }
    if !domain.contains('.') {
        return wrong("has no dot in its domain");
    }
    let is_label = |label: &str| {
        let edge = label.starts_with('-') || label.ends_with('-');
        !edge
            && label.len() <= LONGEST_LABEL
            && label.chars().all(|c| !c.is_ascii() || c.is_ascii_alphanumeric() || c == '-')
    };
    if !domain.split('.').all(is_label) {
        return wrong("has a domain that cannot be");
    }
    if email.len() > LONGEST {
        return wrong("is longer than an address can be");
    }
    if provider == Some(Provider::Google) && PERSONAL.contains(&domain.to_ascii_lowercase().as_str()) {
        return wrong(
            "is a personal Google account, which the service refuses: only Google Workspace mailboxes can be connected",
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_that_can_be_is_one() {
        let long = format!("{}@acme.com", "a".repeat(LONGEST - 9));
        for email in [
            "ada@acme.com",
            "Ada.Lovelace+oauth@mail.acme.co.uk",
            "o'brien_1/x=y{z}@a-b.io",
            "zoë@münchen.de",
            "王@例子.中国",
            "1@2.xn--p1ai",
            &long,
        ] {
            assert_eq!(check(email, Some(Provider::Google)), Ok(()));
        }
        assert_eq!(check("ada@gmail.com", Some(Provider::Microsoft)), Ok(()));
        assert_eq!(check("ada@gmail.com", None), Ok(()));
        assert_eq!(check("ada@mail.gmail.com", Some(Provider::Google)), Ok(()));
    }

    #[test]
    fn what_is_wrong_is_said() {
        let personal = "is a personal Google account, which the service refuses: \
                        only Google Workspace mailboxes can be connected";
        let label = format!("ada@{}.com", "a".repeat(LONGEST_LABEL + 1));
        for (email, what) in [
            ("ada", "has no @"),
            ("acme.com", "has no @"),
            ("ada lovelace", "has no @"),
            ("ada@@acme.com", "has more than one @: a row is one mailbox"),
            ("ada@acme.com, bob@acme.com", "has more than one @: a row is one mailbox"),
            ("ada lovelace@acme.com", "has a space in it"),
            ("ada@acme.com bob", "has a space in it"),
            ("ada\u{a0}x@acme.com", "has a space in it"),
            ("ada@acme.com;", "has a ; in it, which no address of a mailbox has"),
            ("\"ada\"@acme.com", "has a \" in it, which no address of a mailbox has"),
            ("ada@[10.0.0.1]", "has a [ in it, which no address of a mailbox has"),
            ("ada@acme.com>", "has a > in it, which no address of a mailbox has"),
            ("@acme.com", "has nothing before its @"),
            ("ada@", "has nothing after its @"),
            ("ada..x@acme.com", "has two dots in a row"),
            ("ada@acme..com", "has two dots in a row"),
            (".ada@acme.com", "has a dot where the part before its @ begins or ends"),
            ("ada.@acme.com", "has a dot where the part before its @ begins or ends"),
            ("ada@acme.com.", "has a dot where its domain begins or ends"),
            ("ada@.acme.com", "has a dot where its domain begins or ends"),
            ("ada@acme", "has no dot in its domain"),
            ("ada@-acme.com", "has a domain that cannot be"),
            ("ada@acme_mail.com", "has a domain that cannot be"),
            (&label, "has a domain that cannot be"),
            ("Ada <ada@acme.com>", "is more than an address: write ada@acme.com alone, without the name"),
            ("<ada@acme.com>", "is more than an address: write ada@acme.com alone, without the brackets"),
            ("MailTo:ada@acme.com", "is a link: write the address alone, without mailto:"),
            ("ada@gmail.com", personal),
            ("Ada@GoogleMail.com", personal),
        ] {
            assert_eq!(check(email, Some(Provider::Google)), Err(format!("{} {what}", shown(email))));
        }
        let invisible = check("ada@acme.com\u{200b}", None).unwrap_err();
        assert_eq!(invisible, "\"ada@acme.com\" has an invisible character in it (U+200B)");
        assert!(check("ada\0@acme.com", None).unwrap_err().ends_with("(U+0000)"));
        let long = format!("{}@acme.com", "a".repeat(LONGEST - 8));
        assert!(check(&long, None).unwrap_err().ends_with("is longer than an address can be"));
        assert!(check("日本", None).is_err(), "a cut in the middle of a character is none");
    }
}
