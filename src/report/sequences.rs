//! What a terminal obeys that takes no room on its screen, as text. Whether it is understood was decided before.

use super::abilities::{Between, Call};
use super::foreign::plain;

/// Where a text leads; nothing, after it. VTE takes no longer address than this, and shows the text alone.
const LONGEST_LINK: usize = 2083;

/// What GNU screen takes in one wrapping.
const SCREEN_PART: usize = 256;

/// The longest text of a notice: more is not read, and some desktops show none that is much longer.
const LONGEST_NOTICE: usize = 240;

/// A URL that is a link to itself. What is shown is the URL, whole, and nothing else.
pub(super) fn link(url: &str) -> String {
    let fine = url.len() <= LONGEST_LINK && url.bytes().all(|byte| byte.is_ascii_graphic());
    if fine { format!("\u{1b}]8;;{url}\u{1b}\\{url}\u{1b}]8;;\u{1b}\\") } else { url.to_owned() }
}

/// Asks the terminal to put this on the clipboard.
pub(super) fn clipboard(text: &str, between: Between) -> String {
    let ask = format!("\u{1b}]52;c;{}\u{7}", base64(text.as_bytes()));
    match between {
        Between::Nothing => ask,
        // It takes this itself with `set-clipboard on`, and hands on the second with `allow-passthrough on`.
        Between::Tmux => format!("{ask}\u{1b}Ptmux;{}\u{1b}\\", ask.replace('\u{1b}', "\u{1b}\u{1b}")),
        Between::Screen => {
            // ASCII, so that every place is one to cut at.
            let parts = ask.as_bytes().chunks(SCREEN_PART).map(String::from_utf8_lossy);
            parts.fold(String::new(), |sent, part| sent + "\u{1b}P" + &part + "\u{1b}\\")
        }
    }
}

/// Calls for attention, with these words where it can show any. Nothing where it cannot.
pub(super) fn call(how: Call, title: &str, body: &str) -> String {
    let text = |text: &str| plain(text).chars().take(LONGEST_NOTICE).collect::<String>();
    let (title, body) = (text(title), text(body));
    match how {
        Call::None => String::new(),
        Call::Bell => "\u{7}".to_owned(),
        // It does not begin with a digit: that would be a command of ConEmu's.
        Call::Osc9 => format!("\u{1b}]9;{title}. {body}\u{7}"),
        // A semicolon would be one field more, and then there are terminals that show none.
        Call::Osc777 => format!("\u{1b}]777;notify;{};{}\u{7}", title.replace(';', ","), body.replace(';', ",")),
        Call::Osc99 => format!(
            "\u{1b}]99;i=instantly-oauth:d=0:e=1;{}\u{1b}\\\u{1b}]99;i=instantly-oauth:d=1:e=1:p=body;{}\u{1b}\\",
            base64(title.as_bytes()),
            base64(body.as_bytes())
        ),
    }
}

/// Base 64, with padding.
fn base64(bytes: &[u8]) -> String {
    const SIGNS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for group in bytes.chunks(3) {
        let bits = group.iter().fold(0_u32, |bits, &byte| bits << 8 | u32::from(byte)) << (8 * (3 - group.len()));
        for place in 0..4 {
            let sign = SIGNS[(bits >> (18 - 6 * place) & 63) as usize];
            text.push(if place <= group.len() { char::from(sign) } else { '=' });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_that_of_the_rfc() {
        for (bytes, text) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
            ("fooba", "Zm9vYmE="),
            ("foobar", "Zm9vYmFy"),
            ("\u{3ff}\u{fff}?>~", "z7/gv78/Pn4="),
        ] {
            assert_eq!(base64(bytes.as_bytes()), text, "{bytes:?}");
        }
    }

    #[test]
    fn a_link_shows_its_url_or_is_none() {
        let url = "https://accounts.google.com/o/oauth2?a=1&b=%2f;c#d";
        assert_eq!(link(url), format!("\u{1b}]8;;{url}\u{1b}\\{url}\u{1b}]8;;\u{1b}\\"));
        for odd in [format!("https://x/{}", "a".repeat(LONGEST_LINK)), "https://x/\u{1b}\\y".to_owned()] {
            assert_eq!(link(&odd), odd);
        }
    }

    #[test]
    fn what_is_between_is_passed() {
        let text = "x".repeat(300);
        let plain = clipboard(&text, Between::Nothing);
        assert_eq!(plain, format!("\u{1b}]52;c;{}\u{7}", "eHh4".repeat(100)));
        let tmux = clipboard(&text, Between::Tmux);
        let wrapped = tmux.strip_prefix(&plain).unwrap();
        assert_eq!(wrapped, format!("\u{1b}Ptmux;\u{1b}{plain}\u{1b}\\"));
        let screen = clipboard(&text, Between::Screen);
        let parts: Vec<_> =
            screen.split_terminator("\u{1b}\\").map(|part| part.strip_prefix("\u{1b}P").unwrap()).collect();
        assert_eq!(parts.concat(), plain);
        assert_eq!(parts.len(), 2);
        assert!(parts.iter().all(|part| part.len() <= SCREEN_PART));
    }

    #[test]
    fn a_call_has_its_words_and_nothing_that_is_obeyed() {
        let foreign = "Connected \u{1b}]0;pwned\u{7} a;b \u{9c}\u{202e}\n王";
        for (how, expected) in [
            (Call::None, String::new()),
            (Call::Bell, "\u{7}".to_owned()),
            (Call::Osc9, "\u{1b}]9;us: done. Connected ]0;pwned a;b  王\u{7}".to_owned()),
            (Call::Osc777, "\u{1b}]777;notify;us: done;Connected ]0,pwned a,b  王\u{7}".to_owned()),
            (
                Call::Osc99,
                "\u{1b}]99;i=instantly-oauth:d=0:e=1;dXM6IGRvbmU=\u{1b}\\\u{1b}]99;i=instantly-oauth:d=1:e=1:p=body;\
                 Q29ubmVjdGVkIF0wO3B3bmVkIGE7YiAg546L\u{1b}\\"
                    .to_owned(),
            ),
        ] {
            assert_eq!(call(how, "us: done", foreign), expected);
        }
        let long = call(Call::Osc9, "us", &"a".repeat(1000));
        assert!(long.len() < LONGEST_NOTICE + 20);
    }
}
