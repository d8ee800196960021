//! Without a mouse, and without scripts.

use serde_json::json;

use super::tab::{ENTER, SPACE, TAB};
use super::{Desk, sit_down};

/// What has the focus, by its name on the page.
const FOCUSED: &str = "(document.activeElement.id || document.activeElement.value || 'nothing')";

/// The browser gives the focus to the first field a moment after the page is there.
const READY: &str = "document.activeElement.id === 'mailbox'";

#[test]
fn the_focus_goes_once_around_and_is_seen() {
    let (tab, desk) = (sit_down!(), Desk::new());
    let connect = desk.connect("google");
    for scheme in ["light", "dark"] {
        tab.prefers(&[("prefers-color-scheme", scheme)]);
        tab.open(&connect.link);
        tab.until(READY);
        for stop in ["mailbox", "name", "allow", "deny"] {
            assert_eq!(tab.text(FOCUSED), stop);
            let outline = tab.text(
                "(s => s.outlineStyle + ' ' + (parseFloat(s.outlineWidth) >= 2))(getComputedStyle(document.activeElement))",
            );
            assert_eq!(outline, "solid true", "{stop} does not show that it has the focus");
            tab.press(TAB);
        }
        // Out of the page, to whatever the browser has besides, and in again on the way back or around.
        let after = tab.text(FOCUSED);
        assert!(["nothing", "mailbox"].contains(&&*after), "{after}");
        tab.value("document.querySelector('[value=deny]').focus()");
        for stop in ["deny", "allow", "name", "mailbox"] {
            assert_eq!(tab.text(FOCUSED), stop);
            tab.press_shift(TAB);
        }
        assert!(["nothing", "deny"].contains(&&*tab.text(FOCUSED)));
    }
}

#[test]
fn a_keyboard_is_enough() {
    let steps: [(&[_], _, _, _); 4] = [
        // Enter in the field stands for the first button, as in any form.
        (&[ENTER], "Mailbox connected", 0, "Connected ada@acme.example (Ada)"),
        (&[TAB, TAB, SPACE], "Mailbox connected", 0, "Connected ada@acme.example (Ada)"),
        (&[TAB, TAB, ENTER], "Mailbox connected", 0, "Connected ada@acme.example (Ada)"),
        (&[TAB, TAB, TAB, SPACE], "Access denied", 3, "permission was refused in the browser"),
    ];
    for (keys, heading, code, words) in steps {
        let (tab, desk) = (sit_down!(), Desk::new());
        let connect = desk.connect("google");
        tab.open(&connect.link);
        tab.until(READY);
        tab.types("ada@acme.example");
        for key in keys {
            tab.press(*key);
        }
        tab.shows(heading);
        connect.ends(code, words);
    }
}

#[test]
fn it_needs_no_script() {
    let (tab, desk) = (sit_down!(), Desk::new());
    tab.call("Emulation.setScriptExecutionDisabled", &json!({"value": true}));
    let connect = desk.connect("google");
    tab.open(&connect.link);
    tab.fill("ada@acme.example");
    tab.click("#name");
    tab.types("Ada Lovelace");
    tab.click("button.allow");
    tab.shows("Mailbox connected");
    connect.ends(0, "Connected ada@acme.example (Ada Lovelace)");
}
