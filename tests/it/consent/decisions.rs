//! Every way in which a person, or two of their tabs, may leave the page, and what `connect` makes of it.

use super::{Desk, LIFE, sit_down};

#[test]
fn allow_connects() {
    let (tab, desk) = (sit_down!(), Desk::new());
    let connect = desk.connect("google");
    tab.open(&connect.link);
    tab.shows("Connect a Google mailbox");
    tab.fill("Grace.Hopper@Acme.example");
    tab.click("button.allow");
    tab.shows("Mailbox connected");
    connect.ends(0, "Connected grace.hopper@acme.example (Grace Hopper)");
    assert_eq!(desk.pages(), ["GET /consent/google 200", "POST /consent/google 200"]);
}

#[test]
fn deny_is_told_as_such() {
    let (tab, desk) = (sit_down!(), Desk::new());
    let connect = desk.connect("microsoft");
    tab.open(&connect.link);
    // Nothing has to be filled in to say no.
    tab.click("[value=deny]");
    tab.shows("Access denied");
    connect.ends(3, "permission was refused in the browser (access_denied");
}

#[test]
fn a_gmail_address_is_refused_at_google_only() {
    for (provider, heading, code, words) in [
        ("google", "Mailbox refused", 3, "Google refused a personal Gmail account"),
        ("microsoft", "Mailbox connected", 0, "Connected ada@gmail.com (Ada)"),
    ] {
        let (tab, desk) = (sit_down!(), Desk::new());
        let connect = desk.connect(provider);
        tab.open(&connect.link);
        tab.fill("ada@gmail.com");
        tab.click("button.allow");
        tab.shows(heading);
        connect.ends(code, words);
    }
}

#[test]
fn a_slip_is_asked_again() {
    let (tab, desk) = (sit_down!(), Desk::new());
    let connect = desk.connect("google");
    tab.open(&connect.link);
    // The browser itself holds an empty field and half an address back, and says so at the field.
    for (typed, fault) in [("", "valueMissing"), ("ada", "typeMismatch")] {
        tab.clear();
        tab.fill(typed);
        tab.click("button.allow");
        tab.until(&format!("document.querySelector('#mailbox:invalid').validity.{fault}"));
        tab.until("document.activeElement.id === 'mailbox'");
    }
    assert_eq!(desk.pages().len(), 1, "{:?}", desk.pages());
    // What only looks like a whole one is asked for again by the page, which keeps what was typed.
    tab.clear();
    tab.fill("ada@acme");
    tab.click("button.allow");
    tab.until("document.title.startsWith('Error: ')");
    assert_eq!(
        tab.text("document.querySelector('[role=alert]').innerText"),
        "Enter a whole address, such as ada@acme.example."
    );
    tab.until("document.activeElement.id === 'mailbox' && document.activeElement.value === 'ada@acme'");
    tab.clear();
    tab.fill("ada@acme.example");
    tab.click("button.allow");
    tab.shows("Mailbox connected");
    connect.ends(0, "Connected ada@acme.example (Ada)");
}

#[test]
fn an_expired_tab_decides_nothing() {
    // Opened in time and clicked too late, by either button; and opened too late.
    for button in [Some("button.allow"), Some("[value=deny]"), None] {
        let (tab, desk) = (sit_down!(), Desk::new());
        let connect = desk.connect("google");
        if let Some(button) = button {
            tab.open(&connect.link);
            tab.fill("ada@acme.example");
            desk.pass(LIFE);
            tab.click(button);
        } else {
            desk.pass(LIFE);
            tab.open(&connect.link);
        }
        tab.shows("This link has expired");
        let link = connect.link.clone();
        connect.ends(5, "the session expired: nobody finished signing in");
        // After some more time nobody knows it any more.
        desk.pass(LIFE);
        tab.open(&link);
        tab.shows("Unknown link");
    }
}

#[test]
fn a_double_click_is_one_decision() {
    for (button, heading, code, words) in [
        ("button.allow", "Mailbox connected", 0, "Connected ada@acme.example (Ada)"),
        ("[value=deny]", "Access denied", 3, "permission was refused in the browser"),
    ] {
        let (tab, desk) = (sit_down!(), Desk::new());
        let connect = desk.connect("google");
        tab.open(&connect.link);
        tab.fill("ada@acme.example");
        tab.clicks(button, 2);
        tab.shows(heading);
        connect.ends(code, words);
        let pages = desk.pages();
        assert!(pages[1..].iter().all(|page| page == "POST /consent/google 200"), "{pages:?}");
    }
}

#[test]
fn the_first_of_two_tabs_decides() {
    let (first, desk) = (sit_down!(), Desk::new());
    let second = first.beside();
    let connect = desk.connect("google");
    for tab in [&first, &second] {
        tab.open(&connect.link);
        tab.fill("ada@acme.example");
    }
    first.click("[value=deny]");
    first.shows("Access denied");
    second.click("button.allow");
    second.shows("This link has been used");
    connect.ends(3, "permission was refused in the browser");
}

#[test]
fn the_way_back_leads_to_no_second_decision() {
    let (tab, desk) = (sit_down!(), Desk::new());
    let connect = desk.connect("google");
    tab.open(&connect.link);
    tab.fill("ada@acme.example");
    tab.click("button.allow");
    tab.shows("Mailbox connected");
    connect.ends(0, "Connected ada@acme.example (Ada)");
    // Chromium shows the form as it was left, though it is not to be stored; others ask for it again.
    tab.value("history.back()");
    tab.until("document.readyState === 'complete' && document.querySelector('h1').innerText !== 'Mailbox connected'");
    if tab.text("document.querySelector('h1').innerText") == "Connect a Google mailbox" {
        tab.click("[value=deny]");
    }
    tab.shows("This link has been used");
}

#[test]
fn a_page_that_is_loaded_again_says_the_same() {
    let (tab, desk) = (sit_down!(), Desk::new());
    let connect = desk.connect("google");
    tab.open(&connect.link);
    tab.fill("ada@acme.example");
    tab.click("button.allow");
    tab.shows("Mailbox connected");
    connect.ends(0, "Connected ada@acme.example (Ada)");
    tab.value("window.before = true");
    tab.call("Page.reload", &serde_json::json!({}));
    tab.until("window.before === undefined");
    tab.shows("Mailbox connected");
    assert_eq!(desk.pages().last().unwrap(), "POST /consent/google 200");
}
