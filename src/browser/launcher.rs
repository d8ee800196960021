//! How one program is started with a URL: its words, with a place for the URL in them.

use std::process::Command;

use super::call::Call;

/// What stands for the URL in the arguments of a launcher, as it does in `$BROWSER`.
const URL: &str = "%s";

/// The variable in which PowerShell finds the URL.
const URL_VARIABLE: &str = "INSTANTLY_OAUTH_URL";

/// One program that can be handed a URL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Launcher {
    /// The program: a path, or a name to be looked up in `PATH`. Nothing is replaced in it.
    pub program: String,
    /// Its arguments. Every `%s` in them stands for the URL.
    pub args: Vec<String>,
    /// The environment variable by which the program is handed the URL, where it is not an argument.
    pub url_variable: Option<String>,
    /// More environment variables, as they are.
    pub variables: Vec<(String, String)>,
    /// Whether the program reads the URL, or whatever else it is handed, from its standard input.
    pub reads: bool,
}

impl Launcher {
    /// A program with its arguments, the URL being the last of them where no `%s` says otherwise.
    pub(super) fn new(program: impl Into<String>, args: impl IntoIterator<Item = impl Into<String>>) -> Self {
        let mut args: Vec<String> = args.into_iter().map(Into::into).collect();
        if !args.iter().any(|arg| arg.contains(URL)) {
            args.push(URL.to_owned());
        }
        Self { program: program.into(), args, url_variable: None, variables: Vec::new(), reads: false }
    }

    /// A program that is handed its text on its standard input, with just these arguments.
    pub(super) fn reading(program: &str, args: &[&str]) -> Self {
        let args = args.iter().map(|&arg| arg.to_owned()).collect();
        Self { program: program.to_owned(), args, url_variable: None, variables: Vec::new(), reads: true }
    }

    /// The call that hands it this URL.
    pub(super) fn call(&self, url: &str) -> Call {
        let variable = self.url_variable.iter().map(|name| (name.clone(), url.to_owned()));
        Call {
            program: self.program.clone(),
            // One pass over the template, so a `%s` that is part of the URL stays what it is.
            args: self.args.iter().map(|arg| arg.replace(URL, url)).collect(),
            variables: self.variables.iter().cloned().chain(variable).collect(),
            input: self.reads.then(|| url.to_owned()),
            without: Vec::new(),
        }
    }

    /// What one of `open`'s commands is as a launcher. None for one that takes the URL otherwise than as an argument.
    fn from_command(command: &Command, url: &str) -> Option<Self> {
        let mut args = Vec::new();
        for arg in command.get_args() {
            let arg = arg.to_str()?;
            args.push(if arg == url { URL } else { arg });
        }
        let takes_the_url = args.contains(&URL) && command.get_envs().next().is_none();
        takes_the_url.then(|| Self::new(command.get_program().to_str().unwrap_or_default(), args))
    }
}

/// The launchers of this system's desktop, in the order in which they are to be tried. Those that reach Windows from
/// WSL are not among them: see [`windows`].
pub(super) fn system() -> Vec<Launcher> {
    let sample = "https://url.invalid/";
    open::commands(sample).iter().filter_map(|command| Launcher::from_command(command, sample)).collect()
}

/// `wslview`, which hands URLs from WSL to Windows, where it is installed.
pub(super) fn wslview() -> Launcher {
    Launcher::new("wslview", [URL])
}

/// What Windows itself brings along. `start` is not among it, being a command of a shell to which `&` and `%` mean
/// something, nor is `explorer.exe`, which shows a folder for a URL with a query and whose exit status says nothing.
pub(super) fn windows() -> [Launcher; 2] {
    [Launcher::new("rundll32.exe", ["url.dll,FileProtocolHandler", URL]), powershell()]
}

/// The same, for Linux inside Windows. `wslenv` is the `WSLENV` that is in force, and stays in force.
pub(super) fn windows_from_wsl(wslenv: Option<&str>) -> [Launcher; 2] {
    // Only what WSLENV names crosses over; `/w` is "from Linux to Windows, as it is".
    let crossing = match wslenv {
        Some(others) => format!("{URL_VARIABLE}/w:{others}"),
        None => format!("{URL_VARIABLE}/w"),
    };
    windows().map(|launcher| match launcher.url_variable {
        Some(_) => Launcher { variables: vec![("WSLENV".to_owned(), crossing.clone())], ..launcher },
        None => launcher,
    })
}

/// PowerShell parses its arguments as code, and takes even typographic quotation marks for quotation marks; so its
/// command is always the same, and the URL is data in a variable, which is never parsed. `Stop` makes the exit status
/// tell a failure.
fn powershell() -> Launcher {
    let script = format!("$ErrorActionPreference = 'Stop'; Start-Process -FilePath $env:{URL_VARIABLE}");
    let args = ["-NoProfile", "-NonInteractive", "-Command", &script].map(str::to_owned);
    Launcher {
        program: "powershell.exe".to_owned(),
        args: args.to_vec(),
        url_variable: Some(URL_VARIABLE.to_owned()),
        variables: Vec::new(),
        reads: false,
    }
}

#[cfg(test)]
mod tests {
    use std::ffi::OsStr;

    use super::*;

    /// Legal in a URL, and each of them means something to some shell or template.
    const NASTY: &str =
        "https://accounts.google.com/o/oauth2?a=1&b=%2F%41&c='x'&d=$(id)&e=%s%%s&f=;g!h`i`*[j]~{k}|l^m\\#n";

    fn args(launcher: &Launcher, url: &str) -> Vec<String> {
        launcher.call(url).command().get_args().map(|arg| arg.to_str().unwrap().to_owned()).collect()
    }

    #[test]
    fn the_url_arrives_byte_for_byte() {
        let table: [(&[&str], Vec<String>); 6] = [
            (&[], vec![NASTY.to_owned()]),
            (&["--new-window"], vec!["--new-window".to_owned(), NASTY.to_owned()]),
            (&["%s", "--new-window"], vec![NASTY.to_owned(), "--new-window".to_owned()]),
            (&["--app=%s"], vec![format!("--app={NASTY}")]),
            (&["%s", "%s,%s"], vec![NASTY.to_owned(), format!("{NASTY},{NASTY}")]),
            (&["%S", "$BROWSER"], vec!["%S".to_owned(), "$BROWSER".to_owned(), NASTY.to_owned()]),
        ];
        for (template, expected) in table {
            assert_eq!(args(&Launcher::new("p", template.iter().copied()), NASTY), expected, "{template:?}");
        }
    }

    #[test]
    fn nothing_is_replaced_in_the_name_of_a_program() {
        assert_eq!(Launcher::new("%s", [""; 0]).call(NASTY).command().get_program(), OsStr::new("%s"));
    }

    #[test]
    fn the_key_is_not_handed_on() {
        let mut launcher = Launcher::new("firefox", [""; 0]);
        // Not even by a launcher that sets it.
        launcher.variables.push(("INSTANTLY_API_KEY".to_owned(), "secret".to_owned()));
        let command = launcher.call(NASTY).command();
        let removed: Vec<_> = command.get_envs().filter(|(_, value)| value.is_none()).map(|(name, _)| name).collect();
        assert_eq!(removed, ["INSTANTLY_API_KEY", "INSTANTLY_API_KEY_FILE"]);
    }

    #[test]
    fn powershell_gets_the_url_as_data_only() {
        let [_, here] = windows();
        assert!(args(&here, NASTY).iter().all(|arg| !arg.contains("https")));
        assert_eq!(args(&here, NASTY), args(&here, "https://example.com/"));
        assert!(
            here.call(NASTY).command().get_envs().any(|pair| pair == (URL_VARIABLE.as_ref(), Some(NASTY.as_ref())))
        );
        assert_eq!(here.variables, []);
    }

    #[test]
    fn from_wsl_the_variable_is_let_across_and_others_stay_so() {
        let wslenv = |existing| windows_from_wsl(existing)[1].variables.clone();
        assert_eq!(wslenv(None), [("WSLENV".to_owned(), "INSTANTLY_OAUTH_URL/w".to_owned())]);
        assert_eq!(
            wslenv(Some("USERPROFILE/p:GOPATH/l")),
            [("WSLENV".to_owned(), "INSTANTLY_OAUTH_URL/w:USERPROFILE/p:GOPATH/l".to_owned())]
        );
        assert_eq!(windows_from_wsl(None)[0], windows()[0]);
    }

    #[test]
    fn a_command_that_takes_the_url_otherwise_is_no_launcher() {
        let url = "https://url.invalid/";
        let mut command = Command::new("gio");
        command.args(["open", url]);
        let gio = Launcher::from_command(&command, url).unwrap();
        assert_eq!((gio.program.as_str(), gio.args), ("gio", vec!["open".to_owned(), "%s".to_owned()]));
        command.env("TARGET", url);
        assert_eq!(Launcher::from_command(&command, url), None);
        assert_eq!(Launcher::from_command(Command::new("powershell.exe").arg("-Command"), url), None);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn the_desktop_of_linux_is_asked_through_xdg_open_first() {
        let system = system();
        assert_eq!(system.first().map(|launcher| launcher.program.as_str()), Some("xdg-open"));
        assert!(system.iter().all(|launcher| launcher.program != "powershell.exe"));
        assert!(system.iter().all(|launcher| args(launcher, NASTY).contains(&NASTY.to_owned())));
    }
}
