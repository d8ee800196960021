//! The decision as a truth table over everything that it depends on.

use super::*;

const DESKTOP: &str = "xdg-open gio";
const WINDOWS: &str = "rundll32.exe powershell.exe";
const FROM_WSL: &str = "wslview rundll32.exe powershell.exe";
const FROM_WSL_THEN_DESKTOP: &str = "wslview rundll32.exe powershell.exe xdg-open gio";
const NO_BROWSER: &str = "no: --no-browser";
const CI: &str = "no: in CI (GITLAB_CI is set)";
const REMOTE: &str = "no: over SSH: a browser would open on the remote machine";
const SSH: &str = "no: over SSH without a display: neither DISPLAY nor WAYLAND_DISPLAY is set";
const CONTAINER: &str = "no: in a container without a display: neither DISPLAY nor WAYLAND_DISPLAY is set";
const HEADLESS: &str = "no: no desktop here: neither DISPLAY nor WAYLAND_DISPLAY is set";

/// The columns: wish (`N`othing, `P`rogram, `D`efault), `$BROWSER`, platform (`L`inux, `M`ac, `W`indows, other `U`nix),
/// display, ssh, wsl, container, ci; `.` is either. Every combination is in exactly one row.
const TABLE: [(&str, &str); 20] = [
    ("N . . . . . . .", NO_BROWSER),
    ("P . . . . . . .", "flagged"),
    ("D + . . . . . .", "first second"),
    ("D - . . . . . +", CI),
    // WSL, with and without a display of its own.
    ("D - L + - + - -", FROM_WSL_THEN_DESKTOP),
    ("D - L - - + - -", FROM_WSL),
    // A display is a desktop, be it forwarded or in a container.
    ("D - L + + . . -", DESKTOP),
    ("D - L + - - . -", DESKTOP),
    ("D - L + - + + -", DESKTOP),
    ("D - L - + . . -", SSH),
    ("D - L - - . + -", CONTAINER),
    ("D - L - - - - -", HEADLESS),
    ("D - U + . . . -", DESKTOP),
    ("D - U - + . . -", SSH),
    ("D - U - - . + -", CONTAINER),
    ("D - U - - . - -", HEADLESS),
    // Displays and containers say nothing about these two.
    ("D - M . - . . -", DESKTOP),
    ("D - M . + . . -", REMOTE),
    ("D - W . - . . -", WINDOWS),
    ("D - W . + . . -", REMOTE),
];

fn launcher(program: &str) -> Launcher {
    Launcher::new(program, [""; 0])
}

fn described(plan: &Plan) -> String {
    match plan {
        Plan::Try(launchers) => {
            launchers.iter().map(|launcher| launcher.program.as_str()).collect::<Vec<_>>().join(" ")
        }
        Plan::Nothing { reason } => format!("no: {reason}"),
    }
}

/// Every combination, with its letters in the order of the columns.
fn combinations() -> Vec<(String, Surroundings, Wish)> {
    let wishes = [('N', Wish::Nothing), ('P', Wish::Program("flagged".to_owned())), ('D', Wish::Default)];
    let platforms = [Platform::Linux, Platform::Mac, Platform::Windows, Platform::OtherUnix];
    let mut combinations = Vec::new();
    for (letter, wish) in wishes {
        for (platform, name) in platforms.into_iter().zip(['L', 'M', 'W', 'U']) {
            for bits in 0..64_u8 {
                let [browser, display, ssh, wsl, container, ci] = std::array::from_fn(|bit| bits >> bit & 1 == 1);
                let separator = if platform == Platform::Windows { ';' } else { ':' };
                let surroundings = Surroundings {
                    platform,
                    display,
                    ssh,
                    wsl,
                    container,
                    ci: ci.then(|| "GITLAB_CI".to_owned()),
                    browser_variable: browser.then(|| format!("first{separator}second")),
                    wslenv: None,
                    launchers: vec![launcher("xdg-open"), launcher("gio")],
                };
                let sign = |set: bool| if set { '+' } else { '-' };
                let facts = [display, ssh, wsl, container, ci].map(sign);
                let letters: String = [letter, sign(browser), name].into_iter().chain(facts).collect();
                combinations.push((letters, surroundings, wish.clone()));
            }
        }
    }
    combinations
}

fn matches(row: &str, letters: &str) -> bool {
    let columns: Vec<char> = row.split(' ').map(|column| column.chars().next().unwrap()).collect();
    assert_eq!(columns.len(), letters.len(), "{row}");
    columns.iter().zip(letters.chars()).all(|(column, letter)| *column == '.' || *column == letter)
}

#[test]
fn every_combination_is_decided_as_in_the_table() {
    let combinations = combinations();
    assert_eq!(combinations.len(), 3 * 4 * 64);
    for (letters, surroundings, wish) in combinations {
        let rows: Vec<_> = TABLE.iter().filter(|(row, _)| matches(row, &letters)).collect();
        assert_eq!(rows.len(), 1, "{letters} is in {rows:?}");
        let plan = plan(&surroundings, &wish, &|_| false).unwrap();
        assert_eq!(described(&plan), rows[0].1, "{letters}");
    }
}

fn linux_desktop(browser: Option<&str>) -> Surroundings {
    Surroundings {
        platform: Platform::Linux,
        display: true,
        ssh: false,
        wsl: false,
        container: false,
        ci: None,
        browser_variable: browser.map(str::to_owned),
        wslenv: None,
        launchers: vec![launcher("xdg-open")],
    }
}

#[test]
fn nothing_is_tried_beside_what_was_named() {
    let surroundings = linux_desktop(Some("/bin/false"));
    let named = plan(&surroundings, &Wish::Default, &|_| false).unwrap();
    assert_eq!(named, Plan::Try(vec![launcher("/bin/false")]));
    let flagged = plan(&surroundings, &Wish::Program("w3m".to_owned()), &|_| false).unwrap();
    assert_eq!(flagged, Plan::Try(vec![launcher("w3m")]));
}

#[test]
fn what_names_no_program_fails_only_where_it_matters() {
    let broken = linux_desktop(Some("firefox '"));
    assert_eq!(plan(&broken, &Wish::Default, &|_| false).unwrap_err().outcome.code(), 2);
    assert!(plan(&broken, &Wish::Nothing, &|_| false).is_ok());
    assert!(plan(&broken, &Wish::Program("w3m".to_owned()), &|_| false).is_ok());
    assert_eq!(plan(&broken, &Wish::Program(" ".to_owned()), &|_| false).unwrap_err().outcome.code(), 2);
}

#[test]
fn a_program_is_a_file_with_spaces_where_there_is_one() {
    let chrome = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome";
    let wish = Wish::Program(chrome.to_owned());
    let found = plan(&linux_desktop(None), &wish, &|path| path == Path::new(chrome)).unwrap();
    assert_eq!(found, Plan::Try(vec![launcher(chrome)]));
}

#[test]
fn the_environment_that_crosses_to_windows_is_kept() {
    let surroundings = Surroundings { wsl: true, wslenv: Some("GOPATH/l".to_owned()), ..linux_desktop(None) };
    let Ok(Plan::Try(launchers)) = plan(&surroundings, &Wish::Default, &|_| false) else { panic!("nothing to try") };
    let powershell = launchers.iter().find(|launcher| launcher.program == "powershell.exe").unwrap();
    assert!(powershell.variables.iter().any(|(name, value)| name == "WSLENV" && value.ends_with(":GOPATH/l")));
}

#[test]
fn a_desktop_without_launchers_says_so() {
    let surroundings = Surroundings { launchers: Vec::new(), ..linux_desktop(None) };
    let plan = plan(&surroundings, &Wish::Default, &|_| false).unwrap();
    assert_eq!(described(&plan), "no: no program that opens URLs is known on this system");
}
