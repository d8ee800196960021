//! The whole thing as a user does it: one command, which opens the browser by itself.

use std::io::Read;
use std::process::Stdio;
use std::sync::Arc;

use serde_json::json;

use super::chromium::{FLAGS, program};
use super::devtools::Devtools;
use super::{Chromium, Tab};
use crate::support::Tool;
use crate::support::run::finish;

#[test]
fn connect_opens_it() {
    let Some(program) = program() else { return };
    let profile = tempfile::tempdir().unwrap();
    let quoted: Vec<_> = FLAGS.iter().map(|flag| format!("'{flag}'")).collect();
    let folder = profile.path().display();
    let browser =
        format!("{} {} --remote-debugging-pipe --user-data-dir={folder}", program.display(), quoted.join(" "));
    let tool = Tool::new(["connect", "google", "--sandbox", "--interval", "20ms", "--browser", &browser]);
    // The browser finds the two pipes where it wants them, since nothing in between closes what it does not know.
    let (mut command, home) = tool.shell(r#"exec "$@" 3<&0 4>&2 </dev/null 2>"$HOME/stderr""#).into_command();
    let mut child = command.stdin(Stdio::piped()).spawn().unwrap();
    let devtools = Devtools::new(child.stdin.take().unwrap(), child.stderr.take().unwrap());
    let _ending = Ending(Arc::clone(&devtools), profile);
    let target = devtools.until(|| {
        let targets = devtools.call("", "Target.getTargets", &json!({}))["targetInfos"].take();
        let is_page = |url: &str| url.starts_with("http://127.0.0.1:") && url.contains("/consent/google?");
        let page = targets.as_array()?.iter().find(|target| target["url"].as_str().is_some_and(is_page))?;
        page["targetId"].as_str().map(str::to_owned)
    });
    let tab = Tab::of(&devtools, &target.expect("a tab with the page"));
    tab.shows("Connect a Google mailbox");
    tab.fill("ada@acme.example");
    tab.click("button.allow");
    tab.shows("Mailbox connected");
    let mut stdout = String::new();
    child.stdout.take().unwrap().read_to_string(&mut stdout).unwrap();
    let run = finish(child).expect(0);
    assert_eq!(stdout, "Connected ada@acme.example (Ada)\n", "{run:#?}");
    let stderr = std::fs::read_to_string(home.path().join("stderr")).unwrap();
    assert!(stderr.contains("SANDBOX: nothing here is real") && stderr.contains("Opened it with "), "{stderr}");
    // The page is whole though the server behind it is gone.
    assert_eq!(tab.text("getComputedStyle(document.querySelector('.seal')).borderRadius"), "50%");
}

/// Ends the browser that the command started, which is nobody's child.
struct Ending(Arc<Devtools>, tempfile::TempDir);

impl Drop for Ending {
    fn drop(&mut self) {
        self.0.hang_up();
        Chromium::end(self.1.path());
    }
}

#[test]
fn nothing_of_the_browser_is_left_behind() {
    let Some(program) = program() else { return };
    let browser = Arc::new(Chromium::start(&program));
    let profile = browser.profile().to_owned();
    let tab = browser.tab();
    tab.open("about:blank");
    assert!(!Chromium::processes(&profile).is_empty());
    drop(browser);
    // A tab has kept it until now.
    assert!(!Chromium::processes(&profile).is_empty());
    drop(tab);
    assert_eq!(Chromium::processes(&profile), [0; 0]);
    assert!(!profile.exists());
}
