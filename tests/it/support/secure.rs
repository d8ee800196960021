//! A private certificate authority, and what stands in front of a server: TLS, or a proxy.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::thread;

use rcgen::{
    BasicConstraints, Certificate, CertificateParams, CertifiedIssuer, DistinguishedName, DnType, IsCa, KeyPair,
};
use rustls::ServerConfig;
use rustls::pki_types::CertificateDer;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

/// A certificate authority that no system trusts, with its certificate in a file.
pub struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
    folder: TempDir,
}

impl Authority {
    /// What its certificate says it is called.
    pub const NAME: &str = "Inspection CA of the tests";

    pub fn new() -> Self {
        Self::until(4096)
    }

    /// One whose time is up at the beginning of this year.
    pub fn until(year: i32) -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.not_before = rcgen::date_time_ymd(1975, 1, 1);
        params.not_after = rcgen::date_time_ymd(year, 1, 1);
        params.distinguished_name.push(DnType::CommonName, Self::NAME);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("ca.pem"), issuer.pem()).unwrap();
        Self { issuer, folder }
    }

    /// Its certificate's file.
    pub fn file(&self) -> PathBuf {
        self.folder.path().join("ca.pem")
    }

    /// The folder in which that file is the only one.
    pub fn folder(&self) -> PathBuf {
        self.folder.path().to_owned()
    }

    /// A certificate for this name, and its key.
    pub fn certificate(&self, name: &str) -> (Certificate, KeyPair) {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        params.distinguished_name = DistinguishedName::new();
        params.distinguished_name.push(DnType::CommonName, name);
        (params.signed_by(&key, &self.issuer).unwrap(), key)
    }

    /// Its own certificate.
    pub fn own(&self) -> &Certificate {
        self.issuer.as_ref()
    }

    /// A server's side of TLS, with a certificate for this name, and its own along with it or not.
    fn server(&self, name: &str, along: bool) -> ServerConfig {
        let (leaf, key) = self.certificate(name);
        let chain = [&leaf, self.own()].into_iter().take(1 + usize::from(along)).map(|it| it.der().clone());
        Self::showing(chain.collect(), &key)
    }

    /// A server's side of TLS that shows these certificates, the first of which is for this key.
    fn showing(chain: Vec<CertificateDer<'static>>, key: &KeyPair) -> ServerConfig {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(chain, key.serialize_der().try_into().unwrap())
            .unwrap()
    }
}

/// Something that a connection goes through on its way to a server.
pub struct Front {
    address: SocketAddr,
    /// What was asked of a proxy: the head of each request, up to its empty line.
    heads: Arc<Mutex<Vec<String>>>,
}

impl Front {
    /// Takes TLS off in front of the server at this address, as the host of this name.
    pub fn tls(backend: SocketAddr, authority: &Authority, name: &str) -> Self {
        Self::secure(backend, authority.server(name, false))
    }

    /// The same with a certificate whose time was over on 3 February 2021.
    pub fn expired(backend: SocketAddr, authority: &Authority, name: &str) -> Self {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        (params.not_before, params.not_after) = (rcgen::date_time_ymd(2020, 1, 1), rcgen::date_time_ymd(2021, 2, 3));
        let leaf = params.signed_by(&key, &authority.issuer).unwrap();
        Self::secure(backend, Authority::showing(vec![leaf.der().clone()], &key))
    }

    /// The same, with the authority's own certificate presented along.
    pub fn chained(backend: SocketAddr, authority: &Authority, name: &str) -> Self {
        Self::secure(backend, authority.server(name, true))
    }

    fn secure(backend: SocketAddr, config: ServerConfig) -> Self {
        let acceptor = TlsAcceptor::from(Arc::new(config));
        Self::listen(move |stream, _| {
            let acceptor = acceptor.clone();
            async move {
                let Ok(mut stream) = acceptor.accept(stream).await else { return };
                let mut server = TcpStream::connect(backend).await.unwrap();
                let _ = copy_bidirectional(&mut stream, &mut server).await;
            }
        })
    }

    /// A proxy that leads every `CONNECT` to this address, whatever host it names, after this status line.
    pub fn proxy(backend: SocketAddr, answer: &'static str) -> Self {
        Self::listen(move |mut stream, heads| async move {
            let head = head(&mut stream).await;
            heads.lock().unwrap().push(head);
            let _ = stream.write_all(format!("HTTP/1.1 {answer}\r\n\r\n").as_bytes()).await;
            if answer.starts_with("200") {
                let mut server = TcpStream::connect(backend).await.unwrap();
                let _ = copy_bidirectional(&mut stream, &mut server).await;
            }
        })
    }

    /// The same, for those alone who send this as `Proxy-Authorization`.
    pub fn guarded(backend: SocketAddr, login: &'static str) -> Self {
        Self::listen(move |mut stream, heads| async move {
            let head = head(&mut stream).await;
            // The name of a header is in any case, what it holds is not.
            let sent = head.lines().filter_map(|line| line.split_once(": "));
            let welcome = sent
                .into_iter()
                .any(|(name, value)| name.eq_ignore_ascii_case("proxy-authorization") && value == login);
            heads.lock().unwrap().push(head);
            if !welcome {
                let refusal =
                    b"HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm=\"x\"\r\n\r\n";
                let _ = stream.write_all(refusal).await;
                return;
            }
            let _ = stream.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n").await;
            let mut server = TcpStream::connect(backend).await.unwrap();
            let _ = copy_bidirectional(&mut stream, &mut server).await;
        })
    }

    /// A SOCKS5 proxy that leads every connection to this address, for those alone who have this login, if there is one.
    /// What it notes is `user:password host:port`.
    pub fn socks(backend: SocketAddr, login: Option<&'static str>) -> Self {
        Self::listen(move |mut stream, heads| async move {
            let Ok(asked) = socks(&mut stream, login).await else { return };
            heads.lock().unwrap().push(asked);
            let mut server = TcpStream::connect(backend).await.unwrap();
            let _ = copy_bidirectional(&mut stream, &mut server).await;
        })
    }

    fn listen<F, S>(serve: S) -> Self
    where
        F: Future<Output = ()> + Send + 'static,
        S: Fn(TcpStream, Arc<Mutex<Vec<String>>>) -> F + Send + 'static,
    {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let address = listener.local_addr().unwrap();
        let heads = Arc::<Mutex<Vec<String>>>::default();
        let shared = Arc::clone(&heads);
        thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let listener = TcpListener::from_std(listener).unwrap();
                while let Ok((stream, _)) = listener.accept().await {
                    tokio::spawn(serve(stream, Arc::clone(&shared)));
                }
            });
        });
        Self { address, heads }
    }

    pub fn port(&self) -> u16 {
        self.address.port()
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// What a proxy was asked.
    pub fn heads(&self) -> Vec<String> {
        self.heads.lock().unwrap().clone()
    }
}

async fn head(stream: &mut TcpStream) -> String {
    let mut head = Vec::new();
    // What does not begin with a word is no HTTP.
    while !head.ends_with(b"\r\n\r\n") && head.first().is_none_or(u8::is_ascii_alphabetic) {
        match stream.read_u8().await {
            Ok(byte) => head.push(byte),
            Err(_) => break,
        }
    }
    String::from_utf8_lossy(&head).into_owned()
}

/// A proxy's side of SOCKS5 (RFC 1928, RFC 1929), up to where the connection begins.
async fn socks(stream: &mut TcpStream, login: Option<&str>) -> std::io::Result<String> {
    let refused = || std::io::Error::other("refused");
    let (_version, methods) = (stream.read_u8().await?, stream.read_u8().await?);
    let mut offered = vec![0; methods.into()];
    stream.read_exact(&mut offered).await?;
    let method = if login.is_some() { 2 } else { 0 };
    if !offered.contains(&method) {
        stream.write_all(&[5, 0xff]).await?;
        return Err(refused());
    }
    stream.write_all(&[5, method]).await?;
    let mut who = String::new();
    if let Some(login) = login {
        let _version = stream.read_u8().await?;
        who = format!("{}:{}", text(stream).await?, text(stream).await?);
        stream.write_all(&[1, u8::from(who != login)]).await?;
        if who != login {
            return Err(refused());
        }
    }
    let mut request = [0; 4];
    stream.read_exact(&mut request).await?;
    let host = match request[3] {
        1 => std::net::Ipv4Addr::from(stream.read_u32().await?).to_string(),
        _ => text(stream).await?,
    };
    let port = stream.read_u16().await?;
    stream.write_all(&[5, 0, 0, 1, 127, 0, 0, 1, 0, 0]).await?;
    Ok(format!("{who} {host}:{port}"))
}

/// A text with its length in front.
async fn text(stream: &mut TcpStream) -> std::io::Result<String> {
    let mut text = vec![0; stream.read_u8().await?.into()];
    stream.read_exact(&mut text).await?;
    Ok(String::from_utf8(text).unwrap())
}
