//! A tab: what a person does in it, and what they see.

use std::sync::Arc;

use serde_json::{Value, json};

use super::chromium::Chromium;
use super::devtools::Devtools;

pub struct Tab {
    devtools: Arc<Devtools>,
    session: String,
    /// The person who sits before it, where that is one of this test's own.
    context: Option<String>,
    /// The browser stays for as long as it has a tab.
    browser: Option<Arc<Chromium>>,
}

/// A key on the keyboard: its name, its number, and what it types.
#[derive(Clone, Copy)]
pub struct Key(&'static str, u8, &'static str);

pub const TAB: Key = Key("Tab", 9, "");
pub const ENTER: Key = Key("Enter", 13, "\r");
pub const SPACE: Key = Key(" ", 32, " ");

impl Tab {
    pub fn new(browser: &Arc<Chromium>, context: &str) -> Self {
        let blank = json!({"url": "about:blank", "browserContextId": context});
        let target = browser.devtools.call("", "Target.createTarget", &blank);
        let mut tab = Self::of(&browser.devtools, target["targetId"].as_str().unwrap());
        tab.context = Some(context.to_owned());
        tab.browser = Some(Arc::clone(browser));
        tab
    }

    /// A tab that is there already.
    pub fn of(devtools: &Arc<Devtools>, target: &str) -> Self {
        let session = devtools.call("", "Target.attachToTarget", &json!({"targetId": target, "flatten": true}));
        let session = session["sessionId"].as_str().unwrap().to_owned();
        let tab = Self { devtools: Arc::clone(devtools), session, context: None, browser: None };
        for domain in ["Page", "Network", "Runtime", "Log", "Audits", "Accessibility", "DOM"] {
            tab.call(&format!("{domain}.enable"), &json!({}));
        }
        // As if it were the one in front: only there is anything focused.
        tab.call("Emulation.setFocusEmulationEnabled", &json!({"enabled": true}));
        tab
    }

    /// Another tab of the same person.
    pub fn beside(&self) -> Self {
        Self::new(self.browser.as_ref().unwrap(), self.context.as_ref().unwrap())
    }

    #[track_caller]
    pub fn call(&self, method: &str, parameters: &Value) -> Value {
        self.devtools.call(&self.session, method, parameters)
    }

    pub fn events(&self, method: &str) -> Vec<Value> {
        self.devtools.events(&self.session, method)
    }

    /// The value of a JavaScript expression, or why there is none, as while the page is being left.
    fn try_value(&self, expression: &str) -> Result<Value, String> {
        let parameters = json!({"expression": expression, "returnByValue": true, "awaitPromise": true});
        let mut answer = self.devtools.try_call(&self.session, "Runtime.evaluate", &parameters)?;
        match answer.get("exceptionDetails") {
            Some(exception) => Err(exception.to_string()),
            None => Ok(answer["result"]["value"].take()),
        }
    }

    #[track_caller]
    pub fn value(&self, expression: &str) -> Value {
        self.try_value(expression).unwrap_or_else(|error| panic!("{expression}: {error}"))
    }

    #[track_caller]
    pub fn text(&self, expression: &str) -> String {
        let value = self.value(expression);
        value.as_str().unwrap_or_else(|| panic!("{expression} is {value}")).to_owned()
    }

    /// Waits until this holds on the page, whichever page that is by then.
    #[track_caller]
    pub fn until(&self, condition: &str) {
        let seen = self.devtools.until(|| (self.try_value(condition) == Ok(Value::Bool(true))).then_some(()));
        assert!(seen.is_some(), "never came: {condition}; the page: {:?}", self.try_value("document.body.innerText"));
    }

    /// Waits until something was told of the page.
    #[track_caller]
    pub fn until_told(&self, method: &str, is_it: impl Fn(&Value) -> bool) -> Value {
        let told = self.devtools.until(|| self.events(method).into_iter().find(&is_it));
        told.unwrap_or_else(|| panic!("never told: {method}, only {:?}", self.events(method)))
    }

    /// Waits until a page with this heading is there as a whole.
    #[track_caller]
    pub fn shows(&self, heading: &str) {
        let heading = json!(heading);
        self.until(&format!(
            "document.readyState === 'complete' && document.querySelector('h1')?.textContent === {heading}"
        ));
    }

    #[track_caller]
    pub fn open(&self, url: &str) {
        let answer = self.call("Page.navigate", &json!({"url": url}));
        assert!(answer.get("errorText").is_none(), "{url}: {answer}");
        self.until("document.readyState === 'complete'");
    }

    /// The page is the form, filled in with this mailbox.
    #[track_caller]
    pub fn fill(&self, mailbox: &str) {
        // The browser gives it the focus a moment after the page is there, and complains where a click was quicker.
        self.until("document.activeElement?.id === 'mailbox'");
        self.click("#mailbox");
        self.call("Input.insertText", &json!({"text": mailbox}));
        self.until(&format!("document.querySelector('#mailbox').value === {}", json!(mailbox)));
    }

    /// Takes away what is in the field.
    pub fn clear(&self) {
        self.value("document.querySelector('#mailbox').value = ''");
    }

    /// Clicks into the middle of an element, as a mouse does.
    #[track_caller]
    pub fn click(&self, element: &str) {
        self.clicks(element, 1);
    }

    /// The same so many times, as quickly as a hand that does not wait can.
    #[track_caller]
    pub fn clicks(&self, element: &str, times: u32) {
        let element = json!(element);
        let middle = self.value(&format!(
            "(() => {{ const e = document.querySelector({element}); e.scrollIntoView({{block: 'center'}}); \
             const b = e.getBoundingClientRect(); return [b.x + b.width / 2, b.y + b.height / 2]; }})()"
        ));
        for count in 1..=times {
            for kind in ["mousePressed", "mouseReleased"] {
                let click =
                    json!({"type": kind, "x": middle[0], "y": middle[1], "button": "left", "clickCount": count});
                self.call("Input.dispatchMouseEvent", &click);
            }
        }
    }

    /// Types with the keyboard, wherever the focus is.
    pub fn types(&self, text: &str) {
        for sign in text.chars() {
            for kind in ["keyDown", "keyUp"] {
                let text = if kind == "keyDown" { sign.to_string() } else { String::new() };
                self.call("Input.dispatchKeyEvent", &json!({"type": kind, "key": sign.to_string(), "text": text}));
            }
        }
    }

    pub fn press(&self, key: Key) {
        self.press_with(key, 0);
    }

    /// With Shift held down.
    pub fn press_shift(&self, key: Key) {
        self.press_with(key, 8);
    }

    fn press_with(&self, Key(name, number, text): Key, modifiers: u8) {
        let code = if name == " " { "Space" } else { name };
        let down = if text.is_empty() { "rawKeyDown" } else { "keyDown" };
        for (kind, text) in [(down, text), ("keyUp", "")] {
            let event = json!({"type": kind, "key": name, "code": code, "windowsVirtualKeyCode": number,
                "modifiers": modifiers, "text": text});
            self.call("Input.dispatchKeyEvent", &event);
        }
    }

    /// A window of this many CSS pixels, with this many device pixels for each.
    pub fn size(&self, width: u32, height: u32, scale: f64) {
        let size = json!({"width": width, "height": height, "deviceScaleFactor": scale, "mobile": false});
        self.call("Emulation.setDeviceMetricsOverride", &size);
    }

    /// What the person prefers, as the style asks for it.
    pub fn prefers(&self, features: &[(&str, &str)]) {
        let features: Vec<_> = features.iter().map(|(name, value)| json!({"name": name, "value": value})).collect();
        self.call("Emulation.setEmulatedMedia", &json!({"features": features}));
    }
}

impl Drop for Tab {
    fn drop(&mut self) {
        // Its other tabs go along, which is as well: the test is over.
        if let Some(context) = &self.context {
            let context = json!({"browserContextId": context});
            let _ = self.devtools.try_call("", "Target.disposeBrowserContext", &context);
        }
    }
}
