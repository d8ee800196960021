//! The sandbox as a process of its own, and a browser small enough for it.

use std::io::{Read, Write};
use std::net::TcpStream;

use super::{Live, Run, Tool};

/// `instantly-oauth sandbox`, told where it is.
pub struct Service {
    live: Live,
    pub url: String,
    pub key: String,
}

impl Service {
    pub fn start(arguments: &[&str]) -> Self {
        let mut live = Live::start(Tool::new(["sandbox"]).args(arguments));
        let mut export = |name: &str| {
            let export = live.stdout.until(name);
            export.strip_prefix(&format!("export {name}=")).expect("an export line").to_owned()
        };
        let (url, key) = (export("INSTANTLY_BASE_URL"), export("INSTANTLY_API_KEY"));
        Self { live, url, key }
    }

    /// A command against it, with its key.
    pub fn tool(&self, arguments: &[&str]) -> Tool {
        Tool::new(arguments).env("INSTANTLY_BASE_URL", &self.url).env("INSTANTLY_API_KEY", &self.key)
    }

    /// Stops it with this signal.
    pub fn stop(self, signal: &str) -> Run {
        self.live.signal(signal);
        self.live.end()
    }
}

/// One request as a browser makes it, and the page that comes back: its status and its whole text.
pub fn browse(method: &str, url: &str, form: Option<&str>) -> (u16, String) {
    let (host, path) = url.strip_prefix("http://").unwrap().split_once('/').unwrap();
    let mut stream = TcpStream::connect(host).unwrap();
    let body = form.unwrap_or_default();
    let kind = if form.is_some() { "content-type: application/x-www-form-urlencoded\r\n" } else { "" };
    let head = format!("{method} /{path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n{kind}");
    stream.write_all(format!("{head}content-length: {}\r\n\r\n{body}", body.len()).as_bytes()).unwrap();
    let mut reply = String::new();
    stream.read_to_string(&mut reply).unwrap();
    let status = reply.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
    (status, reply)
}
