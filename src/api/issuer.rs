//! Who issued a certificate that is not trusted: the name that a person behind an inspecting proxy needs. And what else a
//! certificate says.

use std::fmt;
use std::sync::{Arc, Mutex};

use jiff::Timestamp;
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, DigitallySignedStruct, Error, OtherError, SignatureScheme};
use x509_parser::extensions::GeneralName;
use x509_parser::prelude::{FromDer, X509Certificate};

use super::certificates::name;
use crate::model::check::tls::Certificate;
use crate::model::failure::issued_by;

/// The usual verification, which names the issuer where that is what failed.
#[derive(Debug)]
pub(super) struct Naming(pub(super) Arc<WebPkiServerVerifier>);

/// A certificate whose issuer is not among the trusted roots.
#[derive(Debug)]
pub(super) struct Untrusted {
    /// Its name, or nothing where it has none.
    pub(super) issuer: String,
    /// Whether more was presented than the server's own certificate.
    pub(super) presented: bool,
}

impl fmt::Display for Untrusted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&issued_by(&self.issuer))
    }
}

impl std::error::Error for Untrusted {}

impl ServerCertVerifier for Naming {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let verified = self.0.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now);
        verified.map_err(|error| match error {
            Error::InvalidCertificate(CertificateError::UnknownIssuer) => {
                // The last of the chain is the one whose issuer would have to be known.
                let presented = !intermediates.is_empty();
                let issuer = issuer(intermediates.last().unwrap_or(end_entity)).unwrap_or_default();
                Error::InvalidCertificate(CertificateError::Other(OtherError(Arc::new(Untrusted {
                    issuer,
                    presented,
                }))))
            }
            error => error,
        })
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.0.verify_tls12_signature(message, certificate, signature)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.0.verify_tls13_signature(message, certificate, signature)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.supported_verify_schemes()
    }
}

/// The usual verification, which keeps the certificates that it was shown.
#[derive(Debug)]
pub(super) struct Watching {
    verifier: Arc<WebPkiServerVerifier>,
    shown: Mutex<Vec<CertificateDer<'static>>>,
}

impl Watching {
    pub(super) fn new(verifier: Arc<WebPkiServerVerifier>) -> Self {
        Self { verifier, shown: Mutex::default() }
    }

    /// What was shown: the certificate, and who issued the last of its chain, with whether Mozilla's list has that issuer.
    pub(super) fn seen(&self) -> (Option<Certificate>, Option<(String, bool)>) {
        let shown = self.shown.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let own = shown.first().and_then(certificate);
        let issuer = shown.last().and_then(|last| Some((issuer(last)?, is_public(last))));
        (own, issuer)
    }
}

impl ServerCertVerifier for Watching {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        if let Ok(mut shown) = self.shown.lock() {
            *shown = std::iter::once(end_entity).chain(intermediates).map(|it| it.clone().into_owned()).collect();
        }
        self.verifier.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now)
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.verifier.verify_tls12_signature(message, certificate, signature)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.verifier.verify_tls13_signature(message, certificate, signature)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.verifier.supported_verify_schemes()
    }
}

/// What a certificate says of itself.
fn certificate(der: &CertificateDer<'_>) -> Option<Certificate> {
    let (_, it) = X509Certificate::from_der(der).ok()?;
    let names = it.subject_alternative_name().ok().flatten();
    let name = |name: &GeneralName<'_>| match name {
        GeneralName::DNSName(name) => Some((*name).to_owned()),
        GeneralName::IPAddress(bytes) => Some(match <[u8; 4]>::try_from(*bytes) {
            Ok(four) => std::net::IpAddr::from(four).to_string(),
            Err(_) => std::net::IpAddr::from(<[u8; 16]>::try_from(*bytes).ok()?).to_string(),
        }),
        _ => None,
    };
    let names = names.map(|names| names.value.general_names.iter().filter_map(name).collect()).unwrap_or_default();
    let validity = it.validity();
    let time =
        |seconds| Timestamp::from_second(seconds).unwrap_or(if seconds < 0 { Timestamp::MIN } else { Timestamp::MAX });
    Some(Certificate {
        names,
        from: time(validity.not_before.timestamp()),
        until: time(validity.not_after.timestamp()),
    })
}

/// Whether the issuer is in the list of authorities that browsers know.
fn is_public(der: &CertificateDer<'_>) -> bool {
    let Ok((_, it)) = X509Certificate::from_der(der) else { return false };
    // The list has names without the header that says that one follows.
    let issuer = it.issuer().as_raw();
    let known = |name: &[u8]| issuer.ends_with(name) && issuer.len() <= name.len() + 4;
    webpki_roots::TLS_SERVER_ROOTS.iter().any(|root| known(&root.subject))
}

/// The issuer's common name, or its whole name where it has none.
fn issuer(certificate: &CertificateDer<'_>) -> Option<String> {
    let (_, certificate) = X509Certificate::from_der(certificate).ok()?;
    Some(name(certificate.issuer()))
}

/// What is wrong with a certificate.
pub(super) fn in_words(error: &CertificateError) -> String {
    match error {
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => "its certificate has expired".to_owned(),
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            "its certificate is not valid yet".to_owned()
        }
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            "its certificate is for another name".to_owned()
        }
        // The layer below has no word of its own for it.
        CertificateError::Other(other) if format!("{other:?}").contains("CaUsedAsEndEntity") => {
            "its certificate is an authority's own (CA:TRUE), which no server may show; one with CA:FALSE is needed"
                .to_owned()
        }
        other => other.to_string(),
    }
}

/// Who issued the certificate, where a TLS error is that this is nobody who is trusted.
pub(super) fn untrusted(error: &Error) -> Option<&Untrusted> {
    let Error::InvalidCertificate(CertificateError::Other(OtherError(inner))) = error else { return None };
    inner.downcast_ref()
}
