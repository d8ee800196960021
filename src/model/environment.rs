//! The environment variables, read once at the edge and handed in from there.

use std::collections::BTreeMap;

/// A snapshot of the environment variables. A variable that is empty counts as unset.
#[derive(Clone, Debug, Default)]
pub struct Environment(BTreeMap<String, String>);

impl Environment {
    /// The value of a variable, or none where it is unset, empty or not UTF-8.
    #[must_use]
    pub fn var(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// Whether a variable is set to something other than the empty text.
    #[must_use]
    pub fn is_set(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }
}

impl<N: Into<String>, V: Into<String>> FromIterator<(N, V)> for Environment {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(pairs: I) -> Self {
        let pairs = pairs.into_iter().map(|(name, value)| (name.into(), value.into()));
        Self(pairs.filter(|(_, value): &(String, String)| !value.is_empty()).collect())
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
}
