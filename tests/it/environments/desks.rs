//! Where the browser is elsewhere or nowhere: WSL, SSH, containers. The programs are stand-ins in a `PATH` of the test's own.

use std::path::Path;

use tempfile::TempDir;

use super::CONNECTED;
use crate::support::scripted::started_body;
use crate::support::{Act, Program, Run, Scripted, Tool};

/// Legal in a URL, and each of them means something to some shell.
const ODD: &str = "https://accounts.google.com/o/oauth2?a=1&b=%2f%41&c='x'&d=$(id)&e=%s%%s&f=;g!h`i`*[j]~{k}|l^m\\#n";

/// Keeps what it was given, a line each, and what came by the environment.
const KEEP: &str = "PATH=/usr/bin:/bin\nprintf '%s\\n' \"$@\" | note arguments\n\
                    printf '%s\\n' \"$INSTANTLY_OAUTH_URL\" \"$WSLENV\" | note variables";

/// A folder with programs of these names, each ending with its code, and where they leave their notes.
fn programs(codes: &[(&'static str, u8)]) -> (TempDir, Vec<Program>) {
    let path = tempfile::tempdir().unwrap();
    let make = |&(name, code): &(&'static str, u8)| {
        let program = Program::named(name, &format!("{KEEP}\nexit {code}"));
        std::os::unix::fs::symlink(program.path(), path.path().join(name)).unwrap();
        program
    };
    let programs = codes.iter().map(make).collect();
    (path, programs)
}

/// A `connect` whose session is open until all programs have had their turn, in this `PATH` and with these variables.
fn connect(path: &Path, variables: &[(&str, &str)], flags: &[&str]) -> Run {
    let api = Scripted::new([Act::json(started_body(ODD, "x")), Act::Hold(Box::new(Act::success()))]);
    let tool = Tool::new(["connect", "google", "--interval", "20ms"]).args(flags).at(&api.url());
    let tool = tool.no_env("BROWSER").env("PATH", path);
    let tool = variables.iter().fold(tool, |tool, (name, value)| tool.env(name, value));
    let mut live = crate::support::Live::start(tool);
    live.stderr.until("pened");
    api.release();
    live.end().expect(0)
}

/// Why no set of variables can make a WSL of this machine, where that is so.
fn never_wsl() -> Option<&'static str> {
    let marked = ["/.dockerenv", "/run/.containerenv"].iter().any(|mark| Path::new(mark).exists());
    (marked || !cfg!(target_os = "linux")).then_some("skipped: this is a container or no Linux, which WSL never is")
}

const WSL: (&str, &str) = ("WSL_DISTRO_NAME", "Ubuntu");

#[test]
fn from_wsl_each_way_to_windows_is_tried_until_one_ends_well() {
    if let Some(why) = never_wsl() {
        return println!("{why}");
    }
    let (view, dll, shell) = ("wslview", "rundll32.exe", "powershell.exe");
    for (codes, opened, reached) in [
        (&[(view, 0), (dll, 0), (shell, 0)][..], Some(view), 1),
        (&[(view, 1), (dll, 0), (shell, 0)], Some(dll), 2),
        (&[(view, 1), (dll, 2), (shell, 0)], Some(shell), 3),
        (&[(view, 1), (dll, 2), (shell, 3)], None, 3),
        (&[(dll, 0), (shell, 0)], Some(dll), 1),
        (&[(shell, 0)], Some(shell), 1),
        (&[], None, 0),
    ] {
        let (path, programs) = programs(codes);
        let run = connect(path.path(), &[WSL], &[]);
        assert_eq!(run.stdout, CONNECTED);
        match opened {
            Some(name) => drop(run.says(&format!("Opened it with {name}."))),
            None if codes.is_empty() => drop(run.says("(wslview, rundll32.exe, powershell.exe: not found)")),
            None => drop(run.says("(wslview: exit 1; rundll32.exe: exit 2; powershell.exe: exit 3)")),
        }
        for (at, (program, (name, _))) in programs.iter().zip(codes).enumerate() {
            assert_eq!(program.noted("arguments").is_some(), at < reached, "{name} of {codes:?}");
        }
    }
}

#[test]
fn the_url_reaches_windows_whole_and_never_as_code() {
    if let Some(why) = never_wsl() {
        return println!("{why}");
    }
    let codes = [("wslview", 1), ("rundll32.exe", 1), ("powershell.exe", 0)];
    for (wslenv, crosses) in [
        (None, "INSTANTLY_OAUTH_URL/w"),
        (Some("GOPATH/l:USERPROFILE/pw"), "INSTANTLY_OAUTH_URL/w:GOPATH/l:USERPROFILE/pw"),
    ] {
        let (path, programs) = programs(&codes);
        let mut variables = vec![WSL];
        variables.extend(wslenv.map(|names| ("WSLENV", names)));
        connect(path.path(), &variables, &[]);
        let [view, dll, shell] = &programs[..] else { panic!("three programs") };
        assert_eq!(view.note("arguments"), format!("{ODD}\n"));
        assert_eq!(dll.note("arguments"), format!("url.dll,FileProtocolHandler\n{ODD}\n"));
        let script = shell.note("arguments");
        assert!(!script.contains("https") && script.contains("$env:INSTANTLY_OAUTH_URL"), "{script}");
        assert_eq!(shell.note("variables"), format!("{ODD}\n{crosses}\n"));
        // Nobody else needs it, and what was there stays as it was.
        assert_eq!(view.note("variables"), format!("\n{}\n", wslenv.unwrap_or_default()));
    }
}

#[test]
fn in_wsl_what_was_named_is_opened_and_nothing_beside_it() {
    if let Some(why) = never_wsl() {
        return println!("{why}");
    }
    let (path, windows) = programs(&[("wslview", 0), ("rundll32.exe", 0), ("powershell.exe", 0)]);
    let browser = Program::new(KEEP);
    let run = connect(path.path(), &[WSL, ("BROWSER", &browser.command())], &[]);
    run.says(&format!("Opened it with {}.", browser.command()));
    assert_eq!(browser.note("arguments"), format!("{ODD}\n"));
    let bad = Program::new("exit 4");
    connect(path.path(), &[WSL, ("BROWSER", &bad.command())], &[]).says(&format!("({}: exit 4)", bad.command()));
    // Over SSH the screen of Windows is not the one that the person sees, and in a container there is no way to it.
    for (variable, says) in [
        (("SSH_CONNECTION", "10.0.0.2 50000 10.0.0.1 22"), "over SSH without a display"),
        (("container", "podman"), "in a container without a display"),
        (("GITHUB_ACTIONS", "true"), "in CI (GITHUB_ACTIONS is set)"),
    ] {
        connect(path.path(), &[WSL, variable], &[]).says(&format!("Not opened from here ({says}"));
    }
    assert!(windows.iter().all(|program| program.noted("arguments").is_none()));
}

#[test]
fn a_display_decides_over_ssh_and_in_containers() {
    let ssh = ("SSH_CONNECTION", "10.0.0.2 50000 10.0.0.1 22");
    let pod = ("KUBERNETES_SERVICE_HOST", "10.0.0.1");
    for (variables, says) in [
        (&[ssh][..], Some("over SSH without a display: neither DISPLAY nor WAYLAND_DISPLAY is set")),
        (&[("SSH_TTY", "/dev/pts/0"), ("DISPLAY", "")], Some("over SSH without a display")),
        (&[ssh, ("DISPLAY", "localhost:10.0")], None),
        (&[("WAYLAND_DISPLAY", "wayland-0")], None),
        (&[("container", "podman")], Some("in a container without a display")),
        (&[pod], Some("in a container without a display")),
        (&[pod, ("DISPLAY", ":0")], None),
        (&[("CI", "true"), ("DISPLAY", ":0")], Some("in CI (CI is set)")),
    ] {
        let (path, programs) = programs(&[("xdg-open", 0)]);
        let run = connect(path.path(), variables, &[]);
        match says {
            Some(why) => drop(run.says(&format!("Not opened from here ({why}"))),
            None if cfg!(target_os = "linux") => drop(run.says("Opened it with xdg-open.")),
            None => {}
        }
        assert_eq!(
            programs[0].noted("arguments").is_some(),
            says.is_none() && cfg!(target_os = "linux"),
            "{variables:?}"
        );
    }
}
