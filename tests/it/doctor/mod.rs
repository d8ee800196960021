//! `doctor`: what it says where all is well, and in set-ups that are broken in one place each.

mod desk;
mod service;
mod storage;
mod way;
mod well;
mod who;

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use crate::support::{Act, Authority, Front, Run, Scripted, Tool};

/// `doctor` against this base URL, with a key, and a browser that is there.
fn doctor(base: &str) -> Tool {
    Tool::new(["doctor"]).at(base).env("BROWSER", "sh")
}

/// The API's answer to a question for a session that it does not have, at this time of its clock.
fn unknown_at(time: SystemTime) -> Act {
    Act::not_found().header(&format!("date: {}", httpdate::fmt_http_date(time)))
}

/// An API where all is well.
fn healthy() -> Scripted {
    Scripted::new([unknown_at(SystemTime::now())])
}

/// A host that is not on this machine, as far as its name tells: behind a proxy, which alone knows where it is.
struct Far {
    authority: Authority,
    api: Scripted,
    front: Front,
    proxy: Front,
}

impl Far {
    const URL: &str = "https://api.example";

    fn new() -> Self {
        let (authority, api) = (Authority::new(), healthy());
        let front = Front::tls(api.address(), &authority, "api.example");
        let proxy = Front::proxy(front.address(), "200 OK");
        Self { authority, api, front, proxy }
    }

    fn doctor(&self) -> Tool {
        doctor(Self::URL)
            .env("HTTPS_PROXY", format!("http://ada:s3cret@{}", self.proxy.address()))
            .env("SSL_CERT_FILE", self.authority.file())
    }
}

/// A broken set-up, and what is to be said of it.
struct Case<'a> {
    /// The set-up, for people.
    what: &'a str,
    /// The exit code.
    code: i32,
    /// The sign and the name of the check that names the fault.
    line: &'a str,
    /// What the line says.
    says: &'a str,
    /// What the lines below say on how to mend it.
    mends: &'a str,
}

impl Case<'_> {
    /// Runs it, and holds that this check alone names the fault, with its remedy below it.
    #[track_caller]
    fn holds(&self, tool: Tool) -> Run {
        let run = tool.run().expect(self.code);
        self.told(&run.stdout, &run);
        run
    }

    #[track_caller]
    fn told(&self, stdout: &str, run: &dyn std::fmt::Debug) {
        let what = self.what;
        let wrong = |line: &&str| line.starts_with('!') || line.starts_with('\u{2717}');
        let found: Vec<&str> = stdout.lines().filter(wrong).collect();
        let [line] = found.as_slice() else { panic!("{what}: not one fault but {found:#?} in {run:#?}") };
        assert!(line.starts_with(self.line) && line.contains(self.says), "{what}: {line}");
        let below = stdout.lines().skip_while(|other| other != line).skip(1);
        let remedy: Vec<&str> = below.take_while(|line| line.starts_with("    ")).collect();
        assert!(remedy.join(" ").contains(self.mends), "{what}: {remedy:#?}");
        // A failure is what is told on stderr as well, once.
        let fails = line.starts_with('\u{2717}');
        assert_eq!(fails, self.code != 0, "{what}: {line}");
        self.note(line);
    }

    /// Adds it to a list of set-ups, where somebody wants one.
    fn note(&self, line: &str) {
        use std::io::Write;
        let Some(path) = std::env::var_os("DOCTOR_SETUPS") else { return };
        let mut file = fs::OpenOptions::new().create(true).append(true).open(path).unwrap();
        let cell = |text: &str| text.replace('|', "\\|");
        file.write_all(format!("| {} | `{}` | {} |\n", cell(self.what), cell(line), self.code).as_bytes()).unwrap();
    }
}

/// A file with this text and mode in a folder.
fn file(folder: &Path, name: &str, text: &str, mode: u32) -> PathBuf {
    use std::os::unix::fs::PermissionsExt;
    let path = folder.join(name);
    fs::write(&path, text).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
    path
}

const HOUR: Duration = Duration::from_secs(3600);
