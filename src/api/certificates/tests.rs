use std::fs;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, date_time_ymd};

use super::*;

/// An authority of this name that is one until this year.
fn authority(name: &str, until: i32) -> CertifiedIssuer<'static, KeyPair> {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    (params.not_before, params.not_after) = (date_time_ymd(2000, 1, 1), date_time_ymd(until, 1, 1));
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
}

/// A server's certificate by it.
fn server(authority: &CertifiedIssuer<'static, KeyPair>) -> rcgen::Certificate {
    let mut params = CertificateParams::new(vec!["api.example".to_owned()]).unwrap();
    params.distinguished_name = rcgen::DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, "api.example");
    params.signed_by(&KeyPair::generate().unwrap(), authority).unwrap()
}

#[test]
fn what_is_in_a_file_is_read_in_either_form_or_told_apart() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    let (ours, other) = (authority("Ours", 3000), authority("Other", 3000));
    let read = |bytes: &[u8]| {
        fs::write(&path, bytes).unwrap();
        read(&path).map(|found| found.len()).map_err(|error| error.to_string())
    };
    let label = |label: &str| format!("-----BEGIN {label}-----\nAAAA\n-----END {label}-----\n");
    assert_eq!(read(ours.pem().as_bytes()), Ok(1));
    assert_eq!(read(format!("words\n{}more\r\n{}", ours.pem(), other.pem()).as_bytes()), Ok(2));
    assert_eq!(read(format!("{}{}", KeyPair::generate().unwrap().serialize_pem(), ours.pem()).as_bytes()), Ok(1));
    assert_eq!(read(ours.der()), Ok(1));
    for (bytes, says) in [
        (b"".to_vec(), "it is empty"),
        (b" \r\n".to_vec(), "it is empty"),
        (b"words".to_vec(), "no -----BEGIN CERTIFICATE-----"),
        (KeyPair::generate().unwrap().serialize_pem().into_bytes(), "a private key"),
        (label("RSA PRIVATE KEY").into_bytes(), "a private key"),
        (label("CERTIFICATE REQUEST").into_bytes(), "a request"),
        (label("TRUSTED CERTIFICATE").into_bytes(), "openssl x509"),
        (label("PKCS7").into_bytes(), "openssl pkcs7"),
        (KeyPair::generate().unwrap().serialize_der(), "binary, and no certificate"),
        ([ours.der().as_ref(), b"x"].concat(), "binary, and no certificate"),
        (ours.pem().as_bytes()[..200].to_vec(), ""),
    ] {
        let error = read(&bytes).unwrap_err();
        assert!(error.contains(says), "{error}, not {says}");
    }
}

#[test]
fn what_can_vouch_for_nobody_or_is_out_of_date_is_doubted() {
    let (fresh, old) = (authority("Ours", 3000), authority("Old", 2020));
    let leaf = server(&fresh);
    let expired = Doubt::Expired { subject: "Old".into(), at: "2020-01-01T00:00:00Z".parse().unwrap() };
    let no_authority = Doubt::NoAuthority { subject: "api.example".into(), issuer: "Ours".into() };
    let certificates = |these: &[&CertificateDer<'static>]| these.iter().map(|it| (*it).clone()).collect::<Vec<_>>();
    let damaged = CertificateDer::from(b"damaged".to_vec());
    for (these, expected) in [
        (&[][..], &[][..]),
        (&[fresh.der()], &[]),
        (&[old.der()], &[expired]),
        (&[old.der(), fresh.der()], &[]),
        (&[leaf.der()], &[no_authority]),
        (&[leaf.der(), fresh.der()], &[]),
        (&[&damaged], &[]),
    ] {
        assert_eq!(doubts(&certificates(these)), expected);
    }
}
