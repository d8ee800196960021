//! The limits to keep.

use crate::error::Error;
use crate::model::base_url::BaseUrl;
use crate::model::environment::Environment;
use crate::model::limits::Limits;

const NAME: &str = "INSTANTLY_OAUTH_LIMITS";

/// The service's documented limits, or for something on this machine, which is for tests, those that are named in the
/// environment: `starts=N` a minute for a workspace and provider, twice as many for the address; `calls=N` a second.
pub fn limits(environment: &Environment, base: &BaseUrl) -> Result<Limits, Error> {
    let Some(text) = environment.var(NAME) else { return Ok(Limits::DOCUMENTED) };
    if !base.is_loopback() {
        return Err(Error::usage(format!("{NAME} is only for an API on this machine"))
            .hint("The limits of the service are what they are: unset it."));
    }
    parse(text).ok_or_else(|| {
        Error::usage(format!("{NAME} cannot be used: \"{text}\""))
            .hint("Write it like starts=1000,calls=500: so many a minute and a second, at least 1 and at most 1000000.")
    })
}

fn parse(text: &str) -> Option<Limits> {
    let mut limits = Limits::DOCUMENTED;
    for part in text.split(',') {
        let (name, number) = part.trim().split_once('=')?;
        let number = number.trim().parse().ok().filter(|number| (1..=1_000_000).contains(number))?;
        match name.trim() {
            "starts" => (limits.starts, limits.address_starts) = (number, 2 * number),
            "calls" => limits.calls = number,
            _ => return None,
        }
    }
    Some(limits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_on_this_machine_may_have_other_limits() {
        let limits = |base: &str, text: Option<&str>| {
            let environment = text.map(|text| (NAME, text)).into_iter().collect();
            super::limits(&environment, &BaseUrl::parse(base).unwrap()).map_err(|error| error.to_string())
        };
        let (here, there) = ("http://127.0.0.1:9", "https://api.instantly.ai");
        assert_eq!(limits(there, None), Ok(Limits::DOCUMENTED));
        assert_eq!(limits(here, None), Ok(Limits::DOCUMENTED));
        assert!(limits(there, Some("starts=1")).unwrap_err().contains("on this machine"));
        let raised = Limits { starts: 1000, address_starts: 2000, calls: 500 };
        assert_eq!(limits(here, Some("starts=1000, calls=500")), Ok(raised));
        assert_eq!(limits(here, Some("calls=7")), Ok(Limits { calls: 7, ..Limits::DOCUMENTED }));
        for text in [",", "7", "starts=0", "starts=", "stops=1", "calls=-1", "starts=1000001", "calls=1,,"] {
            assert!(limits(here, Some(text)).unwrap_err().contains(NAME), "{text}");
        }
    }
}
