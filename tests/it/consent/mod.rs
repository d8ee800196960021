//! The consent page in a real browser, before which `connect` waits. Where Chromium is not installed these tests say so
//! and hold nothing; the gate installs it.

mod chromium;
mod decisions;
mod desk;
mod devtools;
mod elsewhere;
mod keyboard;
mod looks;
mod readers;
mod safety;
mod states;
mod tab;
mod whole;

pub use chromium::{Chromium, chromium};
pub use desk::{Desk, LIFE};
pub use states::STATES;
pub use tab::Tab;

/// A tab of the browser, or the end of the test where there is none.
macro_rules! sit_down {
    () => {
        match $crate::consent::chromium() {
            Some(browser) => browser.tab(),
            None => return,
        }
    };
}
use sit_down;
