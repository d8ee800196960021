//! The environment variables, read once at the edge and handed in from there.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::PathBuf;

/// A snapshot of the environment variables. A variable that is empty counts as unset.
#[derive(Clone, Default)]
pub struct Environment(BTreeMap<String, OsString>);

impl Environment {
    /// The value of a variable, or none where it is unset, empty or not UTF-8.
    #[must_use]
    pub fn var(&self, name: &str) -> Option<&str> {
        self.0.get(name)?.to_str()
    }

    /// The value of a variable that names a file or a directory. Such names need not be UTF-8.
    #[must_use]
    pub fn path(&self, name: &str) -> Option<PathBuf> {
        self.0.get(name).map(PathBuf::from)
    }

    /// The value of a variable with a sign in the place of what is not UTF-8: it can be shown, and leads nowhere else.
    #[must_use]
    pub fn shown(&self, name: &str) -> Option<Cow<'_, str>> {
        self.0.get(name).map(|value| value.to_string_lossy())
    }

    /// Those that are set and are not UTF-8.
    pub fn unreadable(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter(|(_, value)| value.to_str().is_none()).map(|(name, _)| name.as_str())
    }

    /// Whether a variable is set to something other than the empty text.
    #[must_use]
    pub fn is_set(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }
}

impl<N: Into<String>, V: Into<OsString>> FromIterator<(N, V)> for Environment {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(pairs: I) -> Self {
        let pairs = pairs.into_iter().map(|(name, value)| (name.into(), value.into()));
        Self(pairs.filter(|(_, value): &(String, OsString)| !value.is_empty()).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_variable_is_unset() {
        let environment: Environment = [("CI", ""), ("TERM", "xterm")].into_iter().collect();
        assert_eq!(environment.var("CI"), None);
        assert_eq!(environment.var("TERM"), Some("xterm"));
        assert!(!environment.is_set("HOME"));
    }

    #[cfg(unix)]
    #[test]
    fn what_is_not_text_is_no_text_and_still_a_path() {
        use std::os::unix::ffi::OsStringExt;
        let odd = || OsString::from_vec(b"/caf\xe9".to_vec());
        let environment: Environment = [("ODD", odd()), ("EVEN", "/caf\u{e9}".into())].into_iter().collect();
        assert_eq!((environment.var("ODD"), environment.var("EVEN")), (None, Some("/caf\u{e9}")));
        assert_eq!(environment.path("ODD"), Some(odd().into()));
        assert_eq!(environment.shown("ODD").as_deref(), Some("/caf\u{fffd}"));
        assert!(environment.is_set("ODD"));
        assert_eq!(environment.unreadable().collect::<Vec<_>>(), ["ODD"]);
    }
}
