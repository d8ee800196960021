//! Which certificates are trusted, and what the service's says.

use std::time::Duration;

use jiff::Timestamp;

use super::{Check, Name, millis};
use crate::exit::Outcome;

/// The certificate authorities that are trusted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Roots {
    /// How many are the system's.
    pub system: usize,
    /// The file or directory that has them, where there is one for all.
    pub place: Option<String>,
    /// How many come from what was named.
    pub named: usize,
    /// What names them: flag and variables.
    pub named_by: Vec<String>,
    /// How many are the built-in ones, which stand in where the system has none.
    pub built_in: usize,
    /// What is odd about what was named.
    pub odd: Vec<String>,
}

/// Judges the authorities.
#[must_use]
pub fn roots(roots: &Roots) -> Check {
    let Roots { system, place, named, named_by, built_in, odd } = roots;
    let place = place.as_ref().map(|place| format!(" ({place})")).unwrap_or_default();
    let own = match (system, built_in) {
        (0, built_in) => format!("the {built_in} built-in ones of Mozilla, since the system has none"),
        (system, _) => format!("{system} of the system{place}"),
    };
    let detail = match named_by.as_slice() {
        [] => own,
        list => format!("{own} and {named} beside them ({})", list.join(", ")),
    };
    let check = if odd.is_empty() {
        Check::ok(Name::Roots, detail)
    } else {
        let check = Check::warning(Name::Roots, format!("{}; trusted are {detail}", odd.join("; ")));
        check.mend("Name a file of the authority's certificates in PEM form (-----BEGIN CERTIFICATE-----), or none.")
    };
    let check = check.fact("system", *system).fact("named", *named).fact("built_in", *built_in);
    check.fact("named_by", named_by.clone())
}

/// A certificate, as far as people tell them apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certificate {
    /// Whom it is for, by what it calls itself.
    pub names: Vec<String>,
    /// From when on it holds.
    pub from: Timestamp,
    /// Until when.
    pub until: Timestamp,
}

/// What came of shaking hands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Handshake {
    /// The host that was to be met.
    pub host: String,
    /// Its certificate, if it showed one.
    pub certificate: Option<Certificate>,
    /// Who issued the last certificate of its chain, and whether Mozilla's list has that issuer.
    pub issuer: Option<(String, bool)>,
    /// Which version of TLS it is, or what went wrong.
    pub result: Result<&'static str, Fault>,
    /// How long it took.
    pub took: Duration,
}

/// Why there is no encryption.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The issuer is not trusted.
    Untrusted,
    /// The certificate's time is over.
    Expired,
    /// Its time has not begun.
    Early,
    /// It is for another name.
    Name,
    /// What came back is not TLS.
    Plain,
    /// The connection was closed in the middle.
    Closed,
    /// No answer in this time.
    Silent(Duration),
    /// Something else.
    Other(String),
}

/// Judges a handshake at this time of this machine.
#[must_use]
pub fn handshake(handshake: &Handshake, proxied: bool, now: Timestamp) -> Check {
    let Handshake { host, certificate, issuer, result, took } = handshake;
    let issued = issuer.as_ref().map_or("somebody", |(name, _)| name);
    let private = issuer.as_ref().is_some_and(|(_, known)| !known);
    let check = match result {
        Ok(version) => {
            let until = certificate.as_ref().map(|it| format!(", good until {}", day(it.until))).unwrap_or_default();
            let private = if private {
                ", which is not one of Mozilla's: a private authority, or a proxy that inspects TLS"
            } else {
                ""
            };
            let detail = format!("{version}; certificate issued by \"{issued}\"{private}{until}");
            Check::ok(Name::Tls, detail).fact("version", *version).fact("milliseconds", millis(*took))
        }
        Err(fault) => failed(fault, host, certificate.as_ref(), issued, proxied, now),
    };
    let check = check.fact("host", host.as_str()).fact_if("issuer", issuer.as_ref().map(|(name, _)| name.clone()));
    let check = check.fact_if("issuer_is_public", issuer.as_ref().map(|(_, known)| *known));
    let check = check.fact_if("names", certificate.as_ref().map(|it| it.names.clone()));
    let check = check.fact_if("not_before", certificate.as_ref().map(|it| it.from));
    check.fact_if("not_after", certificate.as_ref().map(|it| it.until))
}

fn failed(
    fault: &Fault,
    host: &str,
    certificate: Option<&Certificate>,
    issued: &str,
    proxied: bool,
    now: Timestamp,
) -> Check {
    let failed = |detail: String| Check::failed(Name::Tls, Outcome::Network, detail);
    let at =
        |time: fn(&Certificate) -> Timestamp| certificate.map(|it| format!(" {}", day(time(it)))).unwrap_or_default();
    let clock = format!("This machine's clock says {now:.0}: if that is wrong, set it.");
    let shows = format!("the certificate that {host} shows");
    match fault {
        Fault::Untrusted => failed(format!("{shows} was issued by \"{issued}\", which is not trusted here"))
            .mend(format!("If a proxy or antivirus inspects TLS here, \"{issued}\" is its authority: get its"))
            .mend("certificate from whoever runs it, and set --ca-cert or SSL_CERT_FILE to that file (PEM)."),
        Fault::Expired => {
            failed(format!("{shows}, issued by \"{issued}\", expired on{}", at(|it| it.until))).mend(clock).mend(
                "If it is right, whoever runs that server, or the proxy that inspects TLS, has to renew the certificate.",
            )
        }
        Fault::Early => failed(format!("{shows} is good only from{} on", at(|it| it.from))).mend(clock),
        Fault::Name => {
            let names = certificate.map(|it| it.names.join(", ")).unwrap_or_default();
            failed(format!("{shows} is for another name: {names} (issued by \"{issued}\")"))
                .mend("Check the host in the base URL.")
                .mend("If it is right, something else answers in its place: a portal, a proxy, a wrong DNS entry.")
        }
        Fault::Plain => failed(format!("{host} answers, but not in TLS: it may speak plain http on this port"))
            .mend("Check the port in the base URL; plain http is taken only for an address of this machine."),
        Fault::Closed => failed(format!("{host} closes the connection in the middle of the TLS handshake"))
            .mend("A firewall that looks at host names may do that, or a server that speaks something else.")
            .mend("Check the base URL's port; if this network has a proxy, set HTTPS_PROXY to it."),
        Fault::Silent(limit) => {
            let who = if proxied { "The proxy" } else { "A firewall" };
            failed(format!("{host} does not answer the TLS handshake within {limit:.1?}"))
                .mend(format!("{who} may let connections through and nothing else: ask whoever runs this network."))
                .mend("Where the network is only slow, give it longer: --request-timeout 60s.")
        }
        Fault::Other(why) => failed(format!("no secure connection to {host}: {why}"))
            .mend("If a proxy or antivirus inspects TLS here, set --ca-cert or SSL_CERT_FILE to its certificate."),
    }
}

fn day(time: Timestamp) -> String {
    time.strftime("%Y-%m-%d").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::check::State;

    #[test]
    fn each_fault_is_told_with_what_to_set() {
        let time = |text: &str| text.parse::<Timestamp>().unwrap();
        let certificate = Certificate {
            names: vec!["one.example".into(), "two.example".into()],
            from: time("2026-01-01T00:00:00Z"),
            until: time("2026-03-01T00:00:00Z"),
        };
        for (result, says, mends) in [
            (Ok("TLS 1.3"), "TLS 1.3; certificate issued by \"Corp CA\", which is not one of Mozilla's", ""),
            (Err(Fault::Untrusted), "issued by \"Corp CA\", which is not trusted", "--ca-cert or SSL_CERT_FILE"),
            (Err(Fault::Expired), "expired on 2026-03-01", "clock says 2026-06-01"),
            (Err(Fault::Early), "good only from 2026-01-01", "clock says"),
            (Err(Fault::Name), "another name: one.example, two.example", "base URL"),
            (Err(Fault::Plain), "not in TLS", "port"),
            (Err(Fault::Closed), "closes the connection", "firewall"),
            (Err(Fault::Silent(Duration::from_secs(3))), "within 3.0s", "--request-timeout"),
            (Err(Fault::Other("odd".into())), "odd", "SSL_CERT_FILE"),
        ] {
            let shaken = Handshake {
                host: "api.example".into(),
                certificate: Some(certificate.clone()),
                issuer: Some(("Corp CA".into(), false)),
                result,
                took: Duration::ZERO,
            };
            let check = handshake(&shaken, false, time("2026-06-01T00:00:00Z"));
            assert_eq!(check.state == State::Ok, shaken.result.is_ok(), "{check:?}");
            assert!(check.detail.contains(says) && check.remedy.join(" ").contains(mends), "{check:?}");
            assert_eq!(check.remedy.is_empty(), check.state == State::Ok);
        }
    }

    #[test]
    fn roots_are_counted() {
        let own = Roots { system: 140, place: Some("/ca.crt".into()), ..Roots::default() };
        assert_eq!(roots(&own).detail, "140 of the system (/ca.crt)");
        let bare = Roots { built_in: 7, named: 2, named_by: vec!["--ca-cert /c".into()], ..Roots::default() };
        let told = "the 7 built-in ones of Mozilla, since the system has none and 2 beside them (--ca-cert /c)";
        assert_eq!(roots(&bare).detail, told);
        let odd = Roots { odd: vec!["SSL_CERT_FILE: no".into()], ..own };
        let check = roots(&odd);
        assert!(check.state == State::Warning && check.detail.starts_with("SSL_CERT_FILE: no; trusted are 140"));
    }
}
