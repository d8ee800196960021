//! The way to the service, step by step: what is trusted, the proxy, the name, the connection, the encryption.

use super::Report;
use crate::api::{Probe, ProxyChoice, Roots, Trusted};
use crate::cli::Global;
use crate::error::Error;
use crate::flow::{Clock, System};
use crate::model::base_url::BaseUrl;
use crate::model::check::route::Proxy;
use crate::model::check::{Check, Name, route, tls};
use crate::model::environment::Environment;

/// How the API is to be reached, as far as that can be told.
pub(super) struct Way {
    pub(super) roots: Roots,
    pub(super) proxy: Option<ProxyChoice>,
    /// Whether the proxy is for the API's host.
    pub(super) is_proxied: bool,
}

/// Goes the way as far as it leads.
pub(super) async fn look(
    global: &Global,
    environment: &Environment,
    base: Option<&BaseUrl>,
    report: &Report<'_>,
) -> Way {
    let roots = Roots::read(global.ca_cert.as_deref(), environment);
    let mut way = Way { roots, proxy: None, is_proxied: false };
    let Some(base) = base else {
        for name in [Name::Roots, Name::Proxy, Name::Dns, Name::Tcp, Name::Tls] {
            report.can(name, &[Name::BaseUrl]);
        }
        return way;
    };
    let trusted = trusted(&way.roots, base, report);
    let chosen = ProxyChoice::read(environment, base);
    let proxy = chosen.as_ref().ok().and_then(|chosen| Some(chosen.as_ref()?.look()));
    report.tell(match &chosen {
        Ok(_) => route::proxy(proxy.as_ref(), !base.is_loopback()),
        Err(error) => Check::of_error(Name::Proxy, error),
    });
    way.is_proxied = proxy.as_ref().is_some_and(|proxy| proxy.used);
    way.proxy = chosen.ok().flatten();
    let probe = Probe::new(base, way.proxy.as_ref(), global.request_timeout);
    if let Err(error) = go(&probe, base, proxy.filter(|proxy| proxy.used), trusted.as_ref(), report).await {
        report.tell(Check::of_error(Name::Tls, &error));
    }
    way
}

/// The roots, where any are needed and can be had.
fn trusted(roots: &Roots, base: &BaseUrl, report: &Report<'_>) -> Option<Trusted> {
    if !base.is_https() {
        report.tell(Check::ok(Name::Roots, "none are needed: plain http to this machine"));
        return None;
    }
    match roots.load() {
        Ok(trusted) => {
            report.tell(tls::roots(&trusted.found));
            Some(trusted)
        }
        Err(error) => {
            report.tell(Check::of_error(Name::Roots, &error));
            None
        }
    }
}

async fn go(
    probe: &Probe,
    base: &BaseUrl,
    proxy: Option<Proxy>,
    trusted: Option<&Trusted>,
    report: &Report<'_>,
) -> Result<(), Error> {
    let mut addresses = Vec::new();
    if report.can(Name::Dns, &[Name::Proxy]) {
        let (found, took) = probe.resolve().await;
        report.tell(route::dns(&probe.peer, &found, took));
        addresses = found.unwrap_or_default();
    }
    let mut connection = None;
    if report.can(Name::Tcp, &[Name::Dns]) {
        let (attempts, connected) = probe.connect(&addresses).await;
        report.tell(route::tcp(&probe.peer, &attempts));
        connection = connected;
    }
    let mut is_untried = false;
    if let Some(proxy) = &proxy
        && report.can(Name::Tunnel, &[Name::Tcp, Name::Roots])
        && let (Some(stream), Some(trusted)) = (connection.take(), trusted)
    {
        let (tunnel, through) = probe.tunnel(stream, trusted).await?;
        report.tell(route::tunnel(proxy, &probe.target(), &tunnel));
        is_untried = tunnel == route::Tunnel::Untried;
        connection = through;
    }
    if !base.is_https() {
        if report.can(Name::Tls, &[Name::Tcp]) {
            report.tell(Check::ok(Name::Tls, "none is needed: plain http to this machine"));
        }
    } else if report.can(Name::Tls, &[Name::Roots, Name::Tcp, Name::Tunnel]) {
        if let (Some(stream), Some(trusted)) = (connection, trusted) {
            let shaken = probe.handshake(stream, trusted).await?;
            report.tell(tls::handshake(&shaken, proxy.is_some(), System.time()));
        } else if is_untried {
            report.tell(Check::ok(Name::Tls, "behind the SOCKS proxy, tried by the request below"));
        }
    }
    Ok(())
}
