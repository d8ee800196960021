use std::cell::RefCell;
use std::fs;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DistinguishedName, DnType, IsCa, KeyPair};
use rustls::{ClientConnection, Connection, ServerConfig, ServerConnection};
use tempfile::TempDir;

use super::*;
use crate::api::issuer;

/// An authority that no system trusts.
struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    fn new(name: DistinguishedName) -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.distinguished_name = name;
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        Self(CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap())
    }

    /// A server's side of TLS, with a certificate for `api.example`.
    fn server(&self, versions: &[&'static rustls::SupportedProtocolVersion]) -> ServerConfig {
        let key = KeyPair::generate().unwrap();
        let leaf = CertificateParams::new(vec!["api.example".to_owned()]).unwrap().signed_by(&key, &self.0).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        ServerConfig::builder_with_provider(provider)
            .with_protocol_versions(versions)
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![leaf.der().clone()], key.serialize_der().try_into().unwrap())
            .unwrap()
    }
}

fn named(kind: DnType, name: &str) -> DistinguishedName {
    let mut distinguished = DistinguishedName::new();
    distinguished.push(kind, name);
    distinguished
}

/// Shakes hands without a network: what one side writes, the other reads.
fn shake(client: ClientConfig, server: ServerConfig, host: &'static str) -> Result<(), rustls::Error> {
    let client = ClientConnection::new(Arc::new(client), host.try_into().unwrap()).unwrap();
    let mut sides: [Connection; 2] = [client.into(), ServerConnection::new(Arc::new(server)).unwrap().into()];
    while sides[0].is_handshaking() {
        let mut flight = Vec::new();
        while sides[0].wants_write() {
            sides[0].write_tls(&mut flight).unwrap();
        }
        sides[1].read_tls(&mut &flight[..]).unwrap();
        sides[1].process_new_packets()?;
        let mut answer = Vec::new();
        while sides[1].wants_write() {
            sides[1].write_tls(&mut answer).unwrap();
        }
        sides[0].read_tls(&mut &answer[..]).unwrap();
        sides[0].process_new_packets()?;
    }
    Ok(())
}

fn roots(given: Option<&Path>, variables: &[(&str, String)]) -> Roots {
    Roots::read(given, &variables.iter().cloned().collect())
}

fn strict(warning: String) {
    std::panic::panic_any(warning);
}

const BOTH: &[&rustls::SupportedProtocolVersion] = &[&rustls::version::TLS12, &rustls::version::TLS13];

#[test]
fn an_authority_is_trusted_wherever_it_was_named() {
    let authority = Authority::new(named(DnType::CommonName, "Ours"));
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("ca.pem");
    fs::write(&file, authority.0.pem()).unwrap();
    let hashed = folder.path().join("hashed");
    fs::create_dir(&hashed).unwrap();
    fs::copy(&file, hashed.join("0a1b2c3d.0")).unwrap();
    let (path, directory) = (file.display().to_string(), hashed.display().to_string());
    for roots in [
        roots(Some(&file), &[]),
        roots(None, &[("SSL_CERT_FILE", path.clone())]),
        roots(None, &[("SSL_CERT_DIR", format!("{directory}:"))]),
    ] {
        for versions in [&BOTH[..1], &BOTH[1..]] {
            let client = config(Some(&roots), strict).unwrap();
            assert_eq!(shake(client, authority.server(versions), "api.example"), Ok(()), "{roots:?}");
        }
        let client = config(Some(&roots), strict).unwrap();
        let error = shake(client, authority.server(BOTH), "other.example").unwrap_err();
        assert!(error.to_string().contains("not valid for name"), "{error}");
    }
    let all = roots(Some(&file), &[("SSL_CERT_FILE", path.clone()), ("SSL_CERT_DIR", directory.clone())]);
    let described = format!(", --ca-cert {path}, SSL_CERT_FILE={path}, SSL_CERT_DIR {directory}");
    assert!(all.describe().ends_with(&described), "{}", all.describe());
    assert!(all.describe().contains("'s certificates ("), "{}", all.describe());
}

#[test]
fn an_authority_that_is_not_trusted_is_named() {
    for (name, says) in [
        (named(DnType::CommonName, "Inspection \u{1b}[2J"), "Inspection \u{1b}[2J"),
        (named(DnType::OrganizationName, "Acme"), "O=Acme"),
        (DistinguishedName::new(), ""),
    ] {
        let client = config(Some(&Roots::default()), strict).unwrap();
        let error = shake(client, Authority::new(name).server(BOTH), "api.example").unwrap_err();
        let untrusted = issuer::untrusted(&error).unwrap();
        // The server presents its own certificate alone.
        assert_eq!((untrusted.issuer.as_str(), untrusted.presented), (says, false), "{error}");
    }
}

#[test]
fn nothing_is_trusted_where_nothing_is_encrypted() {
    let client = config(None, strict).unwrap();
    let authority = Authority::new(named(DnType::CommonName, "Ours"));
    assert!(shake(client, authority.server(BOTH), "api.example").is_err());
}

#[test]
fn a_file_that_was_given_must_hold_a_certificate_and_one_of_a_variable_had_better() {
    let folder: TempDir = tempfile::tempdir().unwrap();
    let garbage = folder.path().join("garbage.pem");
    fs::write(&garbage, "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n").unwrap();
    for path in [garbage, folder.path().join("missing.pem")] {
        let error = config(Some(&roots(Some(&path), &[])), strict).unwrap_err();
        assert_eq!(error.outcome.code(), 2, "{error}");
        assert!(error.to_string().contains(&path.display().to_string()), "{error}");
        let warnings = RefCell::new(Vec::new());
        let variable = roots(None, &[("SSL_CERT_FILE", path.display().to_string())]);
        config(Some(&variable), |warning| warnings.borrow_mut().push(warning)).unwrap();
        assert!(warnings.borrow()[0].starts_with("SSL_CERT_FILE: no certificate could be read"), "{warnings:?}");
    }
}
