//! The places where operators sit: behind proxies, in containers, over SSH, in WSL, on narrow and plain terminals.

mod container;
mod desks;
mod exempt;
mod locale;
mod narrow;
mod odd;
mod proxies;
mod trust;

use crate::support::{Act, Authority, Front, Scripted, Tool};

const CONNECTED: &str = "Connected ada@acme.com (Ada Lovelace)\n";

/// A name that nothing but a proxy of these tests leads to.
const FAR: &str = "https://api.example";

/// An API behind TLS, under a name that this machine does not know.
struct Far {
    authority: Authority,
    api: Scripted,
    front: Front,
}

impl Far {
    fn new(acts: impl IntoIterator<Item = Act>) -> Self {
        Self::named("api.example", acts)
    }

    fn named(name: &str, acts: impl IntoIterator<Item = Act>) -> Self {
        let (authority, api) = (Authority::new(), Scripted::new(acts));
        let front = Front::tls(api.address(), &authority, name);
        Self { authority, api, front }
    }

    /// A `connect` that trusts its authority.
    fn connect(&self, flags: &[&str]) -> Tool {
        Tool::connect(FAR, flags).env("SSL_CERT_FILE", self.authority.file())
    }
}
