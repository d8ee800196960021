//! Certificates in a file that somebody named: what is in it, and what is odd about that.

use std::fmt;
use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::time::SystemTime;

use anyhow::{Error, anyhow};
use jiff::Timestamp;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use x509_parser::prelude::{FromDer, X509Certificate, X509Name};

/// More than this much of a file is not read, in bytes. The whole list of Mozilla's has a quarter of a megabyte.
const LARGEST: u64 = 16 << 20;

/// What stands where a certificate should, by the label of its PEM block, and what it is.
const OTHERS: [(&str, &str); 4] = [
    ("PRIVATE KEY", "it holds a private key, not a certificate; keep it to yourself"),
    ("CERTIFICATE REQUEST", "it holds a request for a certificate, not the certificate"),
    ("TRUSTED CERTIFICATE", "it is in a form of OpenSSL's own; openssl x509 -in IT -out ca.pem writes the usual one"),
    ("PKCS7", "it is in PKCS #7 form; openssl pkcs7 -print_certs -in IT -out ca.pem writes the usual one"),
];

/// The certificates in a file, in PEM form, or one in DER form as browsers and Windows write it.
pub(super) fn read(path: &Path) -> Result<Vec<CertificateDer<'static>>, Error> {
    let mut bytes = Vec::new();
    File::open(path)?.take(LARGEST).read_to_end(&mut bytes)?;
    let mut damage = None;
    let mut found = Vec::new();
    for certificate in CertificateDer::pem_slice_iter(&bytes) {
        match certificate {
            Ok(certificate) => found.push(certificate),
            Err(error) => damage = Some(error),
        }
    }
    if !found.is_empty() {
        return Ok(found);
    }
    if X509Certificate::from_der(&bytes).is_ok_and(|(rest, _)| rest.is_empty()) {
        return Ok(vec![CertificateDer::from(bytes)]);
    }
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Err(anyhow!("it is empty"));
    }
    let text = String::from_utf8_lossy(&bytes);
    let labels = || text.lines().filter_map(|line| line.trim().strip_prefix("-----BEGIN ")?.strip_suffix("-----"));
    let other = OTHERS.iter().find(|(label, _)| labels().any(|it| it.ends_with(label)));
    Err(match (other, damage) {
        (Some((_, what)), _) => anyhow!(*what),
        (None, Some(error)) => error.into(),
        (None, None) if bytes[0] == 0x30 => anyhow!("it is binary, and no certificate (a PKCS #12 or a key perhaps)"),
        (None, None) => anyhow!("there is no -----BEGIN CERTIFICATE----- in it"),
    })
}

/// What is odd about certificates that are to be trusted.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Doubt {
    /// None of them can have issued another.
    NoAuthority {
        /// Whose certificate it is.
        subject: String,
        /// Whose would be needed.
        issuer: String,
    },
    /// All of them are out of date.
    Expired {
        /// Whose certificate it is.
        subject: String,
        /// When its time was up.
        at: Timestamp,
    },
}

impl fmt::Display for Doubt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoAuthority { subject, issuer } => write!(
                f,
                "this is the certificate of \"{subject}\" and not of an authority; the one of \"{issuer}\", who issued it, \
                 is needed"
            ),
            Self::Expired { subject, at } => {
                let on = at.strftime("%Y-%m-%d");
                write!(
                    f,
                    "the certificate of \"{subject}\" expired on {on}; it is trusted all the same, and may have a successor"
                )
            }
        }
    }
}

/// What is odd about these, of which one is enough if it is in order.
pub(super) fn doubts(certificates: &[CertificateDer<'_>]) -> Vec<Doubt> {
    let parsed = certificates.iter().map(|der| X509Certificate::from_der(der).map(|(_, certificate)| certificate));
    let Ok(parsed) = parsed.collect::<Result<Vec<_>, _>>() else { return Vec::new() };
    let Some(first) = parsed.first() else { return Vec::new() };
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, |now| now.as_secs());
    let until = |certificate: &X509Certificate<'_>| certificate.validity().not_after.timestamp();
    let issues = |it: &X509Certificate<'_>| {
        // A certificate that issued itself is its own root, whatever else it says.
        it.subject() == it.issuer() || it.basic_constraints().is_ok_and(|says| says.is_some_and(|says| says.value.ca))
    };
    let mut doubts = Vec::new();
    if !parsed.iter().any(issues) {
        doubts.push(Doubt::NoAuthority { subject: name(first.subject()), issuer: name(first.issuer()) });
    }
    let last = parsed.iter().max_by_key(|certificate| until(certificate)).unwrap_or(first);
    if let Ok(at) = Timestamp::from_second(until(last))
        && i128::from(until(last)) < i128::from(now)
    {
        doubts.push(Doubt::Expired { subject: name(last.subject()), at });
    }
    doubts
}

/// The common name, or the whole name where there is none.
pub(super) fn name(name: &X509Name<'_>) -> String {
    let common = name.iter_common_name().find_map(|name| name.as_str().ok());
    common.map_or_else(|| name.to_string(), str::to_owned)
}

#[cfg(test)]
mod tests;
