//! What shows a notice of the desktop here: a decision, made of what was seen of the machine. Whatever the text holds, it
//! is data: no program here parses it as code, and none takes it for an option.

use super::call::Call;
use super::plan::{why_no_desktop, windows_is_around};
use super::surroundings::{Platform, Surroundings};

/// The variables in which PowerShell finds the text. It parses its arguments as code, and these never.
const TITLE: &str = "INSTANTLY_OAUTH_TITLE";
const BODY: &str = "INSTANTLY_OAUTH_BODY";

/// Whose notice it is to Windows, which shows none of a program that it does not know: PowerShell's own.
const SHOWN_BY: &str = r"{1AC14E77-02E7-4E5D-B744-2EB1AE5198B7}\WindowsPowerShell\v1.0\powershell.exe";

/// The programs to be tried, in this order, until one shows it; none where no desktop is to be expected, or it is not
/// the one that the person sees. The title is ours, and begins with a letter.
#[must_use]
pub fn notice(surroundings: &Surroundings, title: &str, body: &str) -> Vec<Call> {
    if surroundings.ssh || why_no_desktop(surroundings).is_some() {
        return Vec::new();
    }
    match surroundings.platform {
        Platform::Mac => vec![osascript(title, body)],
        Platform::Windows => vec![powershell(title, body, Vec::new())],
        Platform::Linux | Platform::OtherUnix => {
            let mut calls = Vec::new();
            if windows_is_around(surroundings) {
                // Only what WSLENV names crosses over; `/w` is "from Linux to Windows, as it is".
                let others = surroundings.wslenv.as_deref().map(|others| format!(":{others}")).unwrap_or_default();
                let crossing = ("WSLENV".to_owned(), format!("{TITLE}/w:{BODY}/w{others}"));
                calls.push(powershell(title, body, vec![crossing]));
            }
            if surroundings.display {
                calls.push(notify_send(title, body));
            }
            calls
        }
    }
}

fn call(program: &str, args: &[&str]) -> Call {
    let args = args.iter().map(|&arg| arg.to_owned()).collect();
    Call { program: program.to_owned(), args, variables: Vec::new(), input: None, without: Vec::new() }
}

/// Its body is markup to many desktops, and what stands behind `--` is no option.
fn notify_send(title: &str, body: &str) -> Call {
    let body = body.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    call("notify-send", &["--app-name=instantly-oauth", "--", title, &body])
}

/// The script is always the same, and its arguments are what it is run with. The first of them is no option, and so
/// none behind it is.
fn osascript(title: &str, body: &str) -> Call {
    let show = "display notification (item 2 of argv) with title (item 1 of argv)";
    call("osascript", &["-e", "on run argv", "-e", show, "-e", "end run", title, body])
}

fn powershell(title: &str, body: &str, mut variables: Vec<(String, String)>) -> Call {
    let of = "Windows.UI.Notifications";
    let script = [
        "$ErrorActionPreference = 'Stop'".to_owned(),
        format!("$null = [{of}.ToastNotificationManager, {of}, ContentType = WindowsRuntime]"),
        format!("$xml = [{of}.ToastNotificationManager]::GetTemplateContent([{of}.ToastTemplateType]::ToastText02)"),
        "$text = $xml.GetElementsByTagName('text')".to_owned(),
        format!("$null = $text.Item(0).AppendChild($xml.CreateTextNode($env:{TITLE}))"),
        format!("$null = $text.Item(1).AppendChild($xml.CreateTextNode($env:{BODY}))"),
        format!("$toast = [{of}.ToastNotification]::new($xml)"),
        format!("[{of}.ToastNotificationManager]::CreateToastNotifier('{SHOWN_BY}').Show($toast)"),
    ];
    variables.extend([(TITLE.to_owned(), title.to_owned()), (BODY.to_owned(), body.to_owned())]);
    let args = ["-NoProfile", "-NonInteractive", "-Command", &script.join("; ")];
    Call { variables, ..call("powershell.exe", &args) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Code to some shell or language, and an option to some program.
    const NASTY: &str = "--help' \"$(id)`id` & \u{201d}; do shell script <img src='x'>";

    fn surroundings(platform: Platform, facts: &str) -> Surroundings {
        let has = |fact: &str| facts.split(' ').any(|known| known == fact);
        Surroundings {
            platform,
            display: has("display"),
            ssh: has("ssh"),
            wsl: has("wsl"),
            container: has("container"),
            ci: has("ci").then(|| "CI".to_owned()),
            browser_variable: None,
            wslenv: has("wslenv").then(|| "USERPROFILE/p".to_owned()),
            launchers: Vec::new(),
        }
    }

    #[test]
    fn the_desktop_that_the_person_sees_is_told() {
        for (platform, facts, expected) in [
            (Platform::Linux, "display", "notify-send"),
            (Platform::Linux, "", ""),
            (Platform::Linux, "display ssh", ""),
            (Platform::Linux, "display ci", ""),
            (Platform::Linux, "container", ""),
            (Platform::Linux, "display container", "notify-send"),
            (Platform::Linux, "wsl", "powershell.exe"),
            (Platform::Linux, "wsl display", "powershell.exe notify-send"),
            (Platform::Linux, "wsl container", ""),
            (Platform::OtherUnix, "display", "notify-send"),
            (Platform::Mac, "", "osascript"),
            (Platform::Mac, "ssh", ""),
            (Platform::Windows, "", "powershell.exe"),
            (Platform::Windows, "ssh", ""),
        ] {
            let calls = notice(&surroundings(platform, facts), "title", "body");
            let programs: Vec<_> = calls.iter().map(|call| call.program.as_str()).collect();
            assert_eq!(programs.join(" "), expected, "{platform:?} {facts}");
        }
    }

    #[test]
    fn the_text_is_data_and_nothing_else() {
        let one = |platform, facts| notice(&surroundings(platform, facts), "us: done", NASTY).remove(0);
        let powershell = one(Platform::Linux, "wsl wslenv");
        assert_eq!(powershell.args, notice(&surroundings(Platform::Windows, ""), "x", "y")[0].args);
        let variable = |name: &str| powershell.variables.iter().find(|(known, _)| known == name).unwrap().1.as_str();
        assert_eq!((variable(TITLE), variable(BODY)), ("us: done", NASTY));
        assert_eq!(variable("WSLENV"), "INSTANTLY_OAUTH_TITLE/w:INSTANTLY_OAUTH_BODY/w:USERPROFILE/p");
        let osascript = one(Platform::Mac, "");
        assert_eq!(osascript.args[6..], ["us: done", NASTY]);
        let notify = one(Platform::Linux, "display");
        assert_eq!(notify.args[1..3], ["--", "us: done"]);
        assert!(notify.args[3].contains("&lt;img src='x'&gt;") && !notify.args[3].contains('<'), "{:?}", notify.args);
    }
}
