//! Which certificate authorities are trusted: the system's, more that were given, Mozilla's where there are none.

use std::cell::RefCell;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::client::WebPkiServerVerifier;
use rustls::pki_types::CertificateDer;
use rustls::{ClientConfig, RootCertStore};
use rustls_native_certs::{load_certs_from_paths, load_native_certs};

use super::certificates;
use super::issuer::{Naming, Watching};
use crate::error::Error;
use crate::model::check::tls::Roots as Found;
use crate::model::environment::Environment;
use crate::model::words::Desk;

/// Where a Unix system keeps all its roots in one file, most common first.
const BUNDLES: [&str; 9] = [
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
    "/usr/local/etc/ssl/cert.pem",
    "/usr/local/share/certs/ca-root-nss.crt",
    "/etc/ca-certificates/extracted/tls-ca-bundle.pem",
    "/etc/openssl/certs/ca-certificates.crt",
];

/// Where it keeps them one by one.
const DIRECTORIES: [&str; 4] =
    ["/etc/ssl/certs", "/etc/pki/tls/certs", "/usr/local/share/certs", "/system/etc/security/cacerts"];

/// As many certificates as somebody puts into a file by hand.
const FEW: usize = 10;

/// More roots than the system's.
#[derive(Clone, Debug, Default)]
pub struct Roots {
    given: Option<PathBuf>,
    file: Option<PathBuf>,
    directories: Vec<PathBuf>,
    desk: Desk,
}

/// Where the system's roots are.
enum System {
    /// In a file or a directory of a Unix system.
    At(&'static Path),
    /// Where the system itself finds them.
    Kept,
    /// Out of sight, as the library takes what a variable names in the place of what the system keeps.
    Hidden,
    /// Nowhere.
    None,
}

impl Roots {
    /// What `--ca-cert`, `SSL_CERT_FILE` and `SSL_CERT_DIR` ask for, all of them beside the system's.
    #[must_use]
    pub fn read(given: Option<&Path>, environment: &Environment) -> Self {
        let directories = environment
            .path("SSL_CERT_DIR")
            .map(|list| std::env::split_paths(&list).filter(|path| !path.as_os_str().is_empty()).collect());
        Self {
            given: given.map(Into::into),
            file: environment.path("SSL_CERT_FILE"),
            directories: directories.unwrap_or_default(),
            desk: Desk::of(std::env::consts::OS, environment),
        }
    }

    /// Where the trusted roots come from, in words.
    #[must_use]
    pub fn describe(&self) -> String {
        let mut words = vec![match self.system() {
            System::At(path) => format!("the system's certificates ({})", path.display()),
            System::Kept => "the system's certificates".to_owned(),
            System::Hidden => {
                "Mozilla's certificates (not the system's, where SSL_CERT_FILE or SSL_CERT_DIR is set)".to_owned()
            }
            System::None => "Mozilla's certificates (this system has none)".to_owned(),
        }];
        words.extend(self.named());
        words.join(", ")
    }

    /// What names more than the system's.
    fn named(&self) -> Vec<String> {
        let mut words = Vec::new();
        words.extend(self.given.iter().map(|path| format!("--ca-cert {}", path.display())));
        words.extend(self.file.iter().map(|path| format!("SSL_CERT_FILE={}", path.display())));
        words.extend(self.directories.iter().map(|path| format!("SSL_CERT_DIR {}", path.display())));
        words
    }

    /// Where this runs.
    #[must_use]
    pub const fn desk(&self) -> Desk {
        self.desk
    }

    /// Loads them. A file that was given and holds no certificate is an error. One that a variable names, which may have
    /// been inherited from anywhere, deserves a warning: its roots only stand beside the system's.
    pub fn load(&self) -> Result<Trusted, Error> {
        let mut store = RootCertStore::empty();
        let odd = RefCell::<Vec<String>>::default();
        let warn = |what| odd.borrow_mut().push(what);
        if let Some(path) = &self.given {
            add_named(&mut store, "--ca-cert", path, warn)?;
        }
        if let Some(path) = &self.file
            && let Err(error) = add_named(&mut store, "SSL_CERT_FILE", path, warn)
        {
            warn(error.to_string());
        }
        for path in &self.directories {
            let (added, _) = store.add_parsable_certificates(load_certs_from_paths(None, Some(path)).certs);
            if added == 0 {
                warn(format!("SSL_CERT_DIR: no certificate could be read from {}", path.display()));
            }
        }
        let named = store.len();
        let place = self.system();
        let (added, _) = store.add_parsable_certificates(system(&place));
        // A machine without roots, a bare container, would trust nobody: Mozilla's list is what its neighbours have.
        if added == 0 {
            if let System::At(path) = place {
                let path = path.display();
                warn(format!("the system's certificates in {path} cannot be read; Mozilla's are used instead"));
            }
            store.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
        }
        let found = Found {
            system: added,
            place: if let System::At(path) = place { Some(path.display().to_string()) } else { None },
            named,
            named_by: self.named(),
            built_in: store.len() - named - added,
            odd: odd.into_inner(),
        };
        Ok(Trusted { store, found })
    }

    fn system(&self) -> System {
        if cfg!(all(unix, not(target_vendor = "apple"))) {
            let full = |path: &&Path| path.read_dir().is_ok_and(|mut entries| entries.next().is_some());
            let bundle = BUNDLES.iter().map(Path::new).find(|path| path.is_file());
            let place = bundle.or_else(|| DIRECTORIES.iter().map(Path::new).find(full));
            place.map_or(System::None, System::At)
        } else if self.file.is_some() || !self.directories.is_empty() {
            System::Hidden
        } else {
            System::Kept
        }
    }
}

/// The roots, loaded.
pub struct Trusted {
    store: RootCertStore,
    /// How many there are, and from where, and what is odd about those that were named.
    pub found: Found,
}

/// Trusts what is in a file, and warns of what is odd about it.
fn add_named(store: &mut RootCertStore, name: &str, path: &Path, warn: impl Fn(String)) -> Result<(), Error> {
    let refuse = |why: anyhow::Error| {
        Error::usage(format!("{name}: no certificate could be read from {}", path.display()))
            .because(why)
            .hint("Give a file of certificates in PEM form (-----BEGIN CERTIFICATE-----), or one in DER form.")
    };
    let read = certificates::read(path).map_err(refuse)?;
    // A whole system's list has enough that are in order, and takes its time.
    let doubts = if read.len() > FEW { Vec::new() } else { certificates::doubts(&read) };
    let (added, _) = store.add_parsable_certificates(read);
    if added == 0 {
        return Err(refuse(anyhow::anyhow!("what is in it is damaged")));
    }
    for doubt in doubts {
        warn(format!("{name}: {}: {doubt}", path.display()));
    }
    Ok(())
}

fn system(place: &System) -> Vec<CertificateDer<'static>> {
    match place {
        System::At(path) if path.is_file() => load_certs_from_paths(Some(path), None).certs,
        System::At(path) => load_certs_from_paths(None, Some(path)).certs,
        System::Kept => load_native_certs().certs,
        System::Hidden | System::None => Vec::new(),
    }
}

/// The client's side of TLS. Where nothing will be encrypted, no root is loaded: that alone takes milliseconds.
pub(super) fn config(roots: Option<&Roots>, warn: impl FnMut(String)) -> Result<ClientConfig, Error> {
    let refuse = |error: anyhow::Error| Error::internal("TLS cannot be set up").because(error);
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .map_err(|error| refuse(error.into()))?;
    let Some(roots) = roots else {
        return Ok(config.with_root_certificates(RootCertStore::empty()).with_no_client_auth());
    };
    let Trusted { store, found } = roots.load()?;
    found.odd.into_iter().for_each(warn);
    let verifier = WebPkiServerVerifier::builder_with_provider(Arc::new(store), provider)
        .build()
        .map_err(|error| refuse(error.into()))?;
    // It verifies as usual, and only says more where that fails.
    let config = config.dangerous().with_custom_certificate_verifier(Arc::new(Naming(verifier)));
    Ok(config.with_no_client_auth())
}

/// The same for one handshake that is only looked at: it fails as usual, and what was shown is kept.
pub(super) fn watched(trusted: &Trusted) -> Result<(ClientConfig, Arc<Watching>), Error> {
    let refuse = |error: anyhow::Error| Error::internal("TLS cannot be set up").because(error);
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let verifier = WebPkiServerVerifier::builder_with_provider(Arc::new(trusted.store.clone()), Arc::clone(&provider))
        .build()
        .map_err(|error| refuse(error.into()))?;
    let watching = Arc::new(Watching::new(verifier));
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| refuse(error.into()))?;
    let config = config.dangerous().with_custom_certificate_verifier(Arc::clone(&watching) as _);
    Ok((config.with_no_client_auth(), watching))
}

#[cfg(test)]
mod tests;
