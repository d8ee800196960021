//! The way to the service, gone step by step without asking it anything: the name, the connection, the way through a proxy,
//! the handshake. Each step has its time, and says how it ended.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use hyper_util::client::proxy::matcher::Intercept;
use rustls::pki_types::ServerName;
use rustls::{CertificateError, ProtocolVersion};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout};
use tokio_rustls::TlsConnector;

use super::client::LONGEST_CONNECT;
use super::proxy::ProxyChoice;
use super::tls::{self, Trusted};
use crate::error::Error;
use crate::model::base_url::BaseUrl;
use crate::model::check::route::{Attempt, Peer, Trouble, Tunnel};
use crate::model::check::tls::{Fault, Handshake};

/// The most of a proxy's answer that is read, in bytes.
const LONGEST_HEAD: u64 = 16 * 1024;

/// The way to the service.
pub struct Probe {
    /// What is connected to: the service, or the proxy before it.
    pub peer: Peer,
    host: String,
    port: u16,
    proxy: Option<Intercept>,
    limit: Duration,
}

/// Something that bytes go through, both ways.
pub trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

/// A connection of any kind.
pub type Connection = Box<dyn Stream>;

impl Probe {
    /// The way to this API through this proxy, if it is for that. Each step may take as long as `limit`.
    #[must_use]
    pub fn new(base: &BaseUrl, proxy: Option<&ProxyChoice>, limit: Duration) -> Self {
        let through = proxy.and_then(|proxy| Some((proxy.variable(), proxy.through(base)?)));
        let (host, port) = (base.host().to_owned(), base.port());
        let peer = match &through {
            Some((variable, proxy)) => {
                let uri = proxy.uri();
                let usual = match uri.scheme_str() {
                    Some("https") => 443,
                    Some(scheme) if scheme.starts_with("socks") => 1080,
                    _ => 80,
                };
                let (host, port) = (uri.host().unwrap_or_default().to_owned(), uri.port_u16().unwrap_or(usual));
                Peer { host, port, proxy: Some(variable), here: false }
            }
            None => Peer { host: host.clone(), port, proxy: None, here: base.is_loopback() },
        };
        Self { peer, host, port, proxy: through.map(|(_, proxy)| proxy), limit }
    }

    /// The service, for people and for a proxy.
    #[must_use]
    pub fn target(&self) -> String {
        format!("{}:{}", self.host, self.port)
    }

    /// Looks the name up: its addresses, or why there are none, and how long that took.
    pub async fn resolve(&self) -> (Result<Vec<IpAddr>, String>, Duration) {
        let begun = Instant::now();
        let host = bare(&self.peer.host);
        let found = match host.parse() {
            Ok(address) => Ok(vec![address]),
            // The name means this machine, whatever a resolver may say.
            Err(_) if self.peer.here => Ok(vec![[127, 0, 0, 1].into(), [0_u16, 0, 0, 0, 0, 0, 0, 1].into()]),
            Err(_) => match timeout(self.limit, tokio::net::lookup_host((host, self.peer.port))).await {
                Err(_) => Err(format!("no answer within {:.1?}", self.limit)),
                Ok(Err(error)) => Err(error.to_string()),
                Ok(Ok(addresses)) => {
                    let mut found: Vec<IpAddr> = Vec::new();
                    for address in addresses {
                        if !found.contains(&address.ip()) {
                            found.push(address.ip());
                        }
                    }
                    if found.is_empty() { Err("it has no address".to_owned()) } else { Ok(found) }
                }
            },
        };
        (found, begun.elapsed())
    }

    /// Connects to one of these addresses after the other until one answers. They share the time that there is.
    pub async fn connect(&self, addresses: &[IpAddr]) -> (Vec<Attempt>, Option<Connection>) {
        let all = LONGEST_CONNECT.min(self.limit * 2 / 3);
        let each = all / u32::try_from(addresses.len().max(1)).unwrap_or(u32::MAX);
        let mut attempts = Vec::new();
        for address in addresses {
            let address = SocketAddr::new(*address, self.peer.port);
            let begun = Instant::now();
            let trouble = match timeout(each, TcpStream::connect(address)).await {
                Ok(Ok(stream)) => {
                    attempts.push((address, Ok(begun.elapsed())));
                    return (attempts, Some(Box::new(stream)));
                }
                Ok(Err(error)) if error.kind() == io::ErrorKind::ConnectionRefused => Trouble::Refused,
                Ok(Err(error)) if error.kind() == io::ErrorKind::TimedOut => Trouble::Silent(begun.elapsed()),
                Ok(Err(error)) => Trouble::Other(error.to_string()),
                Err(_) => Trouble::Silent(each),
            };
            attempts.push((address, Err(trouble)));
        }
        (attempts, None)
    }

    /// Asks the proxy to lead through to the service. None where there is none.
    pub async fn tunnel(&self, stream: Connection, trusted: &Trusted) -> Result<(Tunnel, Option<Connection>), Error> {
        let Some(proxy) = &self.proxy else { return Ok((Tunnel::Open(Duration::ZERO), Some(stream))) };
        let begun = Instant::now();
        let mut stream = match proxy.uri().scheme_str() {
            Some(scheme) if scheme.starts_with("socks") => return Ok((Tunnel::Untried, None)),
            Some("https") => match self.shake(stream, &self.peer.host, trusted).await? {
                (_, Some(stream)) => stream,
                (shaken, None) => {
                    let why = format!("no secure connection to it: {}", fault(&shaken));
                    return Ok((Tunnel::Broken(why), None));
                }
            },
            _ => stream,
        };
        let target = self.target();
        let mut request = format!("CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n").into_bytes();
        if let Some(login) = proxy.basic_auth() {
            request.extend([b"Proxy-Authorization: ", login.as_bytes(), b"\r\n"].concat());
        }
        request.extend(b"\r\n");
        let answer = timeout(self.limit, async {
            stream.write_all(&request).await?;
            stream.flush().await?;
            head(&mut stream).await
        });
        let head = match answer.await {
            Err(_) => return Ok((Tunnel::Broken(format!("no answer within {:.1?}", self.limit)), None)),
            Ok(Err(error)) => return Ok((Tunnel::Broken(error.to_string()), None)),
            Ok(Ok(head)) => head,
        };
        let line = head.lines().next().unwrap_or_default().trim();
        let mut words = line.splitn(3, ' ');
        let is_http = words.next().is_some_and(|word| word.starts_with("HTTP/"));
        let status = words.next().and_then(|word| word.parse::<u16>().ok()).filter(|_| is_http);
        let said: String = words.next().unwrap_or_default().chars().take(100).collect();
        let said = if said.is_empty() { said } else { format!(": {said}") };
        Ok(match status {
            Some(200..=299) => (Tunnel::Open(begun.elapsed()), Some(stream)),
            Some(status) => (Tunnel::Refused(status, said), None),
            None if head.is_empty() => (Tunnel::Broken("it closed the connection".to_owned()), None),
            None => (Tunnel::Broken("what it answers is not HTTP".to_owned()), None),
        })
    }

    /// Shakes hands with the service.
    pub async fn handshake(&self, stream: Connection, trusted: &Trusted) -> Result<Handshake, Error> {
        Ok(self.shake(stream, &self.host, trusted).await?.0)
    }

    async fn shake(
        &self,
        stream: Connection,
        host: &str,
        trusted: &Trusted,
    ) -> Result<(Handshake, Option<Connection>), Error> {
        let (config, watching) = tls::watched(trusted)?;
        let begun = Instant::now();
        let (mut secure, result) = (None, Err(Fault::Name));
        let result = match ServerName::try_from(bare(host).to_owned()) {
            Err(_) => result,
            Ok(name) => match timeout(self.limit, TlsConnector::from(Arc::new(config)).connect(name, stream)).await {
                Err(_) => Err(Fault::Silent(self.limit)),
                Ok(Err(error)) => Err(cause(&error)),
                Ok(Ok(stream)) => {
                    let version = stream.get_ref().1.protocol_version();
                    secure = Some(Box::new(stream) as Connection);
                    Ok(if version == Some(ProtocolVersion::TLSv1_2) { "TLS 1.2" } else { "TLS 1.3" })
                }
            },
        };
        let (certificate, issuer) = watching.seen();
        Ok((Handshake { host: host.to_owned(), certificate, issuer, result, took: begun.elapsed() }, secure))
    }
}

/// An address without the brackets that a URL has around it.
fn bare(host: &str) -> &str {
    host.trim_start_matches('[').trim_end_matches(']')
}

/// The head of an answer, up to its empty line.
async fn head(stream: &mut Connection) -> io::Result<String> {
    let mut head = Vec::new();
    let mut limited = stream.take(LONGEST_HEAD);
    while !head.ends_with(b"\r\n\r\n") && !head.ends_with(b"\n\n") {
        match limited.read_u8().await {
            Ok(byte) => head.push(byte),
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => break,
            Err(error) => return Err(error),
        }
    }
    Ok(String::from_utf8_lossy(&head).into_owned())
}

/// What kept two sides from understanding each other.
fn cause(error: &io::Error) -> Fault {
    let Some(tls) = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>()) else {
        return match error.kind() {
            io::ErrorKind::UnexpectedEof | io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe => Fault::Closed,
            _ => Fault::Other(error.to_string()),
        };
    };
    match tls {
        rustls::Error::InvalidMessage(_) => Fault::Plain,
        rustls::Error::InvalidCertificate(certificate) => match certificate {
            CertificateError::UnknownIssuer => Fault::Untrusted,
            CertificateError::Expired | CertificateError::ExpiredContext { .. } => Fault::Expired,
            CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => Fault::Early,
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => Fault::Name,
            other => Fault::Other(super::issuer::in_words(other)),
        },
        other => Fault::Other(other.to_string()),
    }
}

fn fault(shaken: &Handshake) -> String {
    let issuer = shaken.issuer.as_ref().map_or("somebody", |(name, _)| name);
    match &shaken.result {
        Err(Fault::Untrusted) => format!("its certificate was issued by \"{issuer}\", which is not trusted here"),
        Err(Fault::Other(why)) => why.clone(),
        Err(Fault::Plain) => "it does not answer in TLS".to_owned(),
        Err(Fault::Closed) => "it closes the connection".to_owned(),
        Err(Fault::Expired) => "its certificate has expired".to_owned(),
        Err(Fault::Early) => "its certificate is not valid yet".to_owned(),
        Err(Fault::Name) => "its certificate is for another name".to_owned(),
        Err(Fault::Silent(limit)) => format!("it does not answer within {limit:.1?}"),
        Ok(_) => String::new(),
    }
}
