//! Who issued a certificate that is not trusted: the name that a person behind an inspecting proxy needs.

use std::fmt;
use std::sync::Arc;

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, DigitallySignedStruct, Error, OtherError, SignatureScheme};
use x509_parser::prelude::{FromDer, X509Certificate};

/// The usual verification, which names the issuer where that is what failed.
#[derive(Debug)]
pub(super) struct Naming(pub(super) Arc<WebPkiServerVerifier>);

/// A certificate whose issuer is not among the trusted roots.
#[derive(Debug)]
struct Untrusted {
    issuer: String,
}

impl fmt::Display for Untrusted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "its certificate was issued by \"{}\", which is not trusted here", self.issuer)
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
                let last = intermediates.last().unwrap_or(end_entity);
                issuer(last).map_or(error, |issuer| {
                    Error::InvalidCertificate(CertificateError::Other(OtherError(Arc::new(Untrusted { issuer }))))
                })
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

/// The issuer's common name, or its whole name where it has none.
fn issuer(certificate: &CertificateDer<'_>) -> Option<String> {
    let (_, certificate) = X509Certificate::from_der(certificate).ok()?;
    let name = certificate.issuer();
    let common = name.iter_common_name().find_map(|name| name.as_str().ok()).map(str::to_owned);
    Some(common.unwrap_or_else(|| name.to_string())).filter(|name| !name.is_empty())
}

/// What a TLS error says, without the shells that the library puts around ours.
pub(super) fn words(error: &Error) -> String {
    match error {
        Error::InvalidCertificate(CertificateError::Other(OtherError(inner))) => inner.to_string(),
        error => error.to_string(),
    }
}
