//! One look at the machine: everything that decides whether a browser can be opened here, and by what.

use std::borrow::Cow;
use std::path::Path;

use super::launcher::{self, Launcher};
use crate::model::environment::Environment;

/// Variables that build services set, beside `CI` itself, which some of them leave out.
const BUILD_SERVICES: [&str; 11] = [
    "GITHUB_ACTIONS",
    "GITLAB_CI",
    "BUILDKITE",
    "CIRCLECI",
    "TRAVIS",
    "JENKINS_URL",
    "TEAMCITY_VERSION",
    "TF_BUILD",
    "APPVEYOR",
    "CODEBUILD_BUILD_ID",
    "BITBUCKET_BUILD_NUMBER",
];

/// The kind of system, as far as desktops differ. A value rather than a `cfg`, so that every rule is tested everywhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Platform {
    /// Linux, WSL included.
    Linux,
    /// macOS.
    Mac,
    /// Windows itself.
    Windows,
    /// The BSDs and their like.
    OtherUnix,
}

impl Platform {
    /// The system that this program was built for.
    #[must_use]
    pub fn current() -> Self {
        match std::env::consts::OS {
            "linux" => Self::Linux,
            "macos" => Self::Mac,
            "windows" => Self::Windows,
            _ => Self::OtherUnix,
        }
    }
}

/// What was seen of the machine. Nothing here is looked up again later.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(clippy::struct_excessive_bools, reason = "independent facts, every combination of which occurs")]
pub struct Surroundings {
    /// The kind of system.
    pub platform: Platform,
    /// Whether there is an X or Wayland display to show something on, forwarded ones included.
    pub display: bool,
    /// Whether this is a login over SSH.
    pub ssh: bool,
    /// Whether Linux runs inside Windows.
    pub wsl: bool,
    /// Whether this runs in a container or a pod.
    pub container: bool,
    /// The variable by which a build service gave itself away, if one did.
    pub ci: Option<String>,
    /// `$BROWSER`.
    pub browser_variable: Option<String>,
    /// `$WSLENV`, the names of the variables that Windows programs started from WSL are to see.
    pub wslenv: Option<String>,
    /// The launchers of this system's desktop, in the order in which they are tried.
    pub launchers: Vec<Launcher>,
}

impl Surroundings {
    /// Looks at the machine. The only function of this room, the opening apart, whose answer depends on more than its
    /// arguments: it reads the kernel's release, whether the marks of a container exist, and the desktop's launchers.
    #[must_use]
    pub fn look(environment: &Environment) -> Self {
        Self::from_facts(
            environment,
            &Facts {
                platform: Platform::current(),
                kernel: std::fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default(),
                container_mark: ["/.dockerenv", "/run/.containerenv"].iter().any(|mark| Path::new(mark).exists()),
                launchers: launcher::system(),
            },
        )
    }

    fn from_facts(environment: &Environment, facts: &Facts) -> Self {
        let any = |names: &[&str]| names.iter().any(|name| environment.is_set(name));
        // WSL is a kind of container to systemd, which then says so here; it has a desktop all the same.
        let container_variable = environment.var("container").is_some_and(|kind| kind != "wsl");
        let kernel_of_windows = facts.kernel.to_ascii_lowercase().contains("microsoft");
        Self {
            platform: facts.platform,
            // WAYLAND_SOCKET is left out: it names one connection, open for one client, not a display.
            display: any(&["DISPLAY", "WAYLAND_DISPLAY"]),
            ssh: any(&["SSH_CONNECTION", "SSH_CLIENT", "SSH_TTY"]),
            wsl: facts.platform == Platform::Linux && (kernel_of_windows || any(&["WSL_DISTRO_NAME", "WSL_INTEROP"])),
            container: facts.container_mark || container_variable || any(&["KUBERNETES_SERVICE_HOST"]),
            ci: build_service(environment).map(str::to_owned),
            browser_variable: environment.shown("BROWSER").map(Cow::into_owned),
            wslenv: environment.var("WSLENV").map(str::to_owned),
            launchers: facts.launchers.clone(),
        }
    }
}

/// What has to be asked of the machine rather than of its environment variables.
struct Facts {
    platform: Platform,
    kernel: String,
    container_mark: bool,
    launchers: Vec<Launcher>,
}

fn build_service(environment: &Environment) -> Option<&'static str> {
    let ci = environment.var("CI").is_some_and(|value| !value.eq_ignore_ascii_case("false") && value != "0");
    if ci { Some("CI") } else { BUILD_SERVICES.into_iter().find(|name| environment.is_set(name)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(platform: Platform, kernel: &str, container_mark: bool, variables: &[(&str, &str)]) -> Surroundings {
        let environment = variables.iter().copied().collect();
        let facts = Facts { platform, kernel: kernel.to_owned(), container_mark, launchers: Vec::new() };
        Surroundings::from_facts(&environment, &facts)
    }

    fn on_linux(variables: &[(&str, &str)]) -> Surroundings {
        seen(Platform::Linux, "6.1.0-18-amd64\n", false, variables)
    }

    #[test]
    fn a_bare_machine_shows_nothing() {
        let bare = on_linux(&[("TERM", "xterm"), ("DISPLAY", ""), ("BROWSER", "")]);
        assert!(!bare.display && !bare.ssh && !bare.wsl && !bare.container);
        assert_eq!((bare.ci, bare.browser_variable, bare.wslenv), (None, None, None));
    }

    #[test]
    fn each_variable_shows_its_fact_and_no_other() {
        // The columns: display, ssh, wsl, container.
        let table: [(&str, &str, [bool; 4]); 12] = [
            ("DISPLAY", ":0", [true, false, false, false]),
            ("WAYLAND_DISPLAY", "wayland-0", [true, false, false, false]),
            ("WAYLAND_SOCKET", "5", [false, false, false, false]),
            ("SSH_CONNECTION", "10.0.0.2 50000 10.0.0.1 22", [false, true, false, false]),
            ("SSH_CLIENT", "10.0.0.2 50000 22", [false, true, false, false]),
            ("SSH_TTY", "/dev/pts/0", [false, true, false, false]),
            ("SSH_AUTH_SOCK", "/run/user/1000/keyring/ssh", [false, false, false, false]),
            ("WSL_DISTRO_NAME", "Ubuntu", [false, false, true, false]),
            ("WSL_INTEROP", "/run/WSL/8_interop", [false, false, true, false]),
            ("container", "podman", [false, false, false, true]),
            ("container", "wsl", [false, false, false, false]),
            ("KUBERNETES_SERVICE_HOST", "10.96.0.1", [false, false, false, true]),
        ];
        for (name, value, expected) in table {
            let seen = on_linux(&[(name, value)]);
            assert_eq!([seen.display, seen.ssh, seen.wsl, seen.container], expected, "{name}={value}");
        }
    }

    #[test]
    fn the_kernel_and_the_marks_of_a_container_count_too() {
        let kernel = "5.15.153.1-microsoft-standard-WSL2\n";
        assert!(seen(Platform::Linux, kernel, false, &[]).wsl);
        assert!(seen(Platform::Linux, "4.4.0-19041-Microsoft\n", false, &[]).wsl);
        assert!(!seen(Platform::Windows, "", false, &[("WSL_DISTRO_NAME", "Ubuntu")]).wsl);
        assert!(seen(Platform::Linux, kernel, true, &[]).container);
    }

    #[test]
    fn a_build_service_is_named_by_its_variable() {
        let table = [
            ("CI=true", Some("CI")),
            ("CI=1", Some("CI")),
            ("CI=woodpecker GITLAB_CI=true", Some("CI")),
            ("CI=false", None),
            ("CI=False", None),
            ("CI=0", None),
            ("CI=false GITHUB_ACTIONS=true", Some("GITHUB_ACTIONS")),
            ("JENKINS_URL=https://ci.example.com/", Some("JENKINS_URL")),
        ];
        for (variables, expected) in table {
            let pairs: Vec<_> = variables.split(' ').filter_map(|pair| pair.split_once('=')).collect();
            assert_eq!(on_linux(&pairs).ci.as_deref(), expected, "{variables}");
        }
    }

    #[test]
    fn a_look_at_this_machine_finds_its_platform_and_its_variables() {
        let environment = [("BROWSER", "firefox"), ("WSLENV", "USERPROFILE/p")].into_iter().collect();
        let here = Surroundings::look(&environment);
        assert_eq!(here.platform, Platform::current());
        assert_eq!(here.browser_variable.as_deref(), Some("firefox"));
        assert_eq!(here.wslenv.as_deref(), Some("USERPROFILE/p"));
        assert!(!here.launchers.is_empty());
    }
}
