//! Which certificate authorities are trusted: the system's, more that were given, Mozilla's where there are none.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::client::WebPkiServerVerifier;
use rustls::pki_types::CertificateDer;
use rustls::{ClientConfig, RootCertStore};
use rustls_native_certs::{load_certs_from_paths, load_native_certs};

use super::issuer::{Naming, Watching};
use crate::error::Error;
use crate::model::check::tls::Roots as Found;
use crate::model::environment::Environment;

/// Where a Unix system keeps all its roots in one file, most common first.
const BUNDLES: [&str; 7] = [
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
    "/usr/local/share/certs/ca-root-nss.crt",
    "/etc/ca-certificates/extracted/tls-ca-bundle.pem",
];

/// More roots than the system's.
#[derive(Clone, Debug, Default)]
pub struct Roots {
    given: Option<PathBuf>,
    file: Option<PathBuf>,
    directories: Vec<PathBuf>,
}

impl Roots {
    /// What `--ca-cert`, `SSL_CERT_FILE` and `SSL_CERT_DIR` ask for, all of them beside the system's.
    #[must_use]
    pub fn read(given: Option<&Path>, environment: &Environment) -> Self {
        let directories = environment.var("SSL_CERT_DIR").map(|list| std::env::split_paths(list).collect());
        Self {
            given: given.map(Into::into),
            file: environment.var("SSL_CERT_FILE").map(Into::into),
            directories: directories.unwrap_or_default(),
        }
    }

    /// Where the trusted roots come from, in words.
    #[must_use]
    pub fn describe(&self) -> String {
        let system = std::iter::once("the system's certificates".to_owned());
        system.chain(self.named()).collect::<Vec<_>>().join(", ")
    }

    /// What names more than the system's.
    fn named(&self) -> Vec<String> {
        let mut words = Vec::new();
        words.extend(self.given.iter().map(|path| format!("--ca-cert {}", path.display())));
        words.extend(self.file.iter().map(|path| format!("SSL_CERT_FILE={}", path.display())));
        words.extend(self.directories.iter().map(|path| format!("SSL_CERT_DIR {}", path.display())));
        words
    }

    /// Loads them. A file that was given and holds no certificate is an error. One that a variable names, which may have
    /// been inherited from anywhere, deserves a warning: its roots only stand beside the system's.
    pub fn load(&self) -> Result<Trusted, Error> {
        let mut store = RootCertStore::empty();
        let mut unread = Vec::new();
        if let Some(path) = &self.given {
            add_named(&mut store, "--ca-cert", path)?;
        }
        if let Some(path) = &self.file
            && let Err(error) = add_named(&mut store, "SSL_CERT_FILE", path)
        {
            unread.push(error.to_string());
        }
        for path in &self.directories {
            store.add_parsable_certificates(load_certs_from_paths(None, Some(path)).certs);
        }
        let named = store.len();
        let (system, file) = system();
        // A machine without roots, a bare container, would trust nobody: Mozilla's list is what its neighbours have.
        if system.is_empty() {
            store.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
        }
        let built_in = store.len() - named;
        let (system, _) = store.add_parsable_certificates(system);
        Ok(Trusted {
            store,
            found: Found { system, file: file.map(str::to_owned), named, named_by: self.named(), built_in, unread },
        })
    }
}

/// The roots, loaded.
pub struct Trusted {
    store: RootCertStore,
    /// How many there are, and from where.
    pub found: Found,
}

fn add_named(store: &mut RootCertStore, name: &str, path: &Path) -> Result<(), Error> {
    let loaded = load_certs_from_paths(Some(path), None);
    let (added, _) = store.add_parsable_certificates(loaded.certs);
    if added > 0 {
        return Ok(());
    }
    let error = Error::usage(format!("{name}: no certificate could be read from {}", path.display()))
        .hint("Give a file of certificates in PEM form (-----BEGIN CERTIFICATE-----).");
    Err(match loaded.errors.into_iter().next() {
        Some(cause) => error.because(cause),
        None => error,
    })
}

/// The system's roots, and the file that has them, where there is one for all.
fn system() -> (Vec<CertificateDer<'static>>, Option<&'static str>) {
    let bundle = BUNDLES.into_iter().find(|path| Path::new(path).is_file());
    match bundle {
        Some(path) if cfg!(all(unix, not(target_vendor = "apple"))) => {
            (load_certs_from_paths(Some(Path::new(path)), None).certs, bundle)
        }
        _ => (load_native_certs().certs, None),
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
    found.unread.into_iter().for_each(warn);
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
