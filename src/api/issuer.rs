//! Who issued a certificate that is not trusted: the name that a person behind an inspecting proxy needs.

use std::fmt;
use std::sync::Arc;

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, DigitallySignedStruct, Error, OtherError, SignatureScheme};
use x509_parser::prelude::{FromDer, X509Certificate};

use super::certificates::name;
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

/// The issuer's common name, or its whole name where it has none.
fn issuer(certificate: &CertificateDer<'_>) -> Option<String> {
    let (_, certificate) = X509Certificate::from_der(certificate).ok()?;
    Some(name(certificate.issuer()))
}

/// Who issued the certificate, where a TLS error is that this is nobody who is trusted.
pub(super) fn untrusted(error: &Error) -> Option<&Untrusted> {
    let Error::InvalidCertificate(CertificateError::Other(OtherError(inner))) = error else { return None };
    inner.downcast_ref()
}
