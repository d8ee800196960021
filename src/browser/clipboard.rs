//! What puts a text on the clipboard here: a decision, made of what was seen of the machine.

use super::launcher::Launcher;
use super::plan::{why_no_desktop, windows_is_around};
use super::surroundings::{Platform, Surroundings};

/// The programs to be tried, in this order, until one takes the text; or why there are none, so that the terminal is
/// what is left to ask. `tmux` says whether this runs in one.
///
/// Over SSH the clipboard of the remote machine is nobody's, even where its display is forwarded: a program there would
/// have to stay to serve it, and would keep the connection open. tmux hands the text to the terminal that it is shown on.
pub fn clipboard(surroundings: &Surroundings, tmux: bool) -> Result<Vec<Launcher>, String> {
    let mut programs = Vec::new();
    let why = why_no_desktop(surroundings);
    if why.is_none() && !surroundings.ssh {
        programs = of_the_system(surroundings);
    }
    // In CI nobody is there to paste it.
    if tmux && surroundings.ci.is_none() {
        programs.push(Launcher::reading("tmux", &["load-buffer", "-w", "-"]));
    }
    if programs.is_empty() {
        return Err(why.unwrap_or_else(|| "over SSH".to_owned()));
    }
    Ok(programs)
}

fn of_the_system(surroundings: &Surroundings) -> Vec<Launcher> {
    match surroundings.platform {
        Platform::Mac => vec![Launcher::reading("pbcopy", &[])],
        Platform::Windows => vec![Launcher::reading("clip.exe", &[])],
        Platform::Linux | Platform::OtherUnix => {
            let mut programs = Vec::new();
            if windows_is_around(surroundings) {
                programs.push(Launcher::reading("clip.exe", &[]));
            }
            if surroundings.display {
                // Each says by its exit status that it has no display of its kind, and leaves a process that serves the
                // text for as long as it is on the clipboard.
                programs.push(Launcher::reading("wl-copy", &[]));
                programs.push(Launcher::reading("xclip", &["-selection", "clipboard"]));
                programs.push(Launcher::reading("xsel", &["--clipboard", "--input"]));
            }
            programs
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_programs_are_those_of_the_desktop_that_the_person_sees() {
        let (x, tmux, windows) = ("wl-copy xclip xsel", "tmux", "clip.exe");
        let none = "no: no desktop here: neither DISPLAY nor WAYLAND_DISPLAY is set";
        // The columns: platform, display, ssh, wsl, ci, tmux.
        for (case, expected) in [
            ("L+---- ", x.to_owned()),
            ("L+---+ ", format!("{x} {tmux}")),
            ("L-----", none.to_owned()),
            ("L----+", tmux.to_owned()),
            ("L++---", "no: over SSH".to_owned()),
            ("L++--+", tmux.to_owned()),
            ("L-+---", "no: over SSH without a display: neither DISPLAY nor WAYLAND_DISPLAY is set".to_owned()),
            ("L--+--", windows.to_owned()),
            ("L+-+--", format!("{windows} {x}")),
            ("L+--+-", "no: in CI (CI is set)".to_owned()),
            ("L+--++", "no: in CI (CI is set)".to_owned()),
            ("U+----", x.to_owned()),
            ("U-----", none.to_owned()),
            ("M-----", "pbcopy".to_owned()),
            ("M----+", "pbcopy tmux".to_owned()),
            ("M-+---", "no: over SSH: a browser would open on the remote machine".to_owned()),
            ("M-+--+", tmux.to_owned()),
            ("W-----", windows.to_owned()),
        ] {
            let sign = |at: usize| case.as_bytes()[at] == b'+';
            let surroundings = Surroundings {
                platform: match &case[..1] {
                    "L" => Platform::Linux,
                    "U" => Platform::OtherUnix,
                    "M" => Platform::Mac,
                    _ => Platform::Windows,
                },
                display: sign(1),
                ssh: sign(2),
                wsl: sign(3),
                container: false,
                ci: sign(4).then(|| "CI".to_owned()),
                browser_variable: None,
                wslenv: None,
                launchers: Vec::new(),
            };
            let planned = match clipboard(&surroundings, sign(5)) {
                Ok(programs) => {
                    assert!(programs.iter().all(|program| program.reads && !program.args.contains(&"%s".to_owned())));
                    programs.iter().map(|program| program.program.as_str()).collect::<Vec<_>>().join(" ")
                }
                Err(reason) => format!("no: {reason}"),
            };
            assert_eq!(planned, expected, "{case}");
        }
    }

    #[test]
    fn the_text_is_read_and_is_no_argument() {
        let call = Launcher::reading("xclip", &["-selection", "clipboard"]).call("https://x/%s?a=$(id)");
        assert_eq!(call.args, ["-selection", "clipboard"]);
        assert_eq!(call.input.as_deref(), Some("https://x/%s?a=$(id)"));
    }
}
