//! The two mail providers that the API can connect by OAuth.

use std::fmt;
use std::str::FromStr;

/// Who signs the person in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Provider {
    /// Google Workspace. Personal Gmail accounts are refused by the service.
    Google,
    /// Microsoft 365 and personal Microsoft accounts.
    Microsoft,
}

impl Provider {
    /// Both, in the order in which they are offered.
    pub const ALL: [Self; 2] = [Self::Google, Self::Microsoft];

    /// The word in commands, paths and events.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::Google => "google",
            Self::Microsoft => "microsoft",
        }
    }

    /// The name that people use.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Google => "Google",
            Self::Microsoft => "Microsoft",
        }
    }

    /// The hosts on which this provider asks for consent, lower case.
    #[must_use]
    pub const fn consent_hosts(self) -> &'static [&'static str] {
        match self {
            Self::Google => &["accounts.google.com"],
            Self::Microsoft => &[
                "login.microsoftonline.com",
                "login.microsoftonline.us",
                "login.microsoft.com",
                "login.live.com",
                "login.windows.net",
            ],
        }
    }
}

impl fmt::Display for Provider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}

impl FromStr for Provider {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|provider| provider.id() == text).ok_or(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_provider_is_read_as_it_is_written() {
        for provider in Provider::ALL {
            assert_eq!(provider.to_string().parse(), Ok(provider));
        }
        assert_eq!("gmail".parse::<Provider>(), Err(()));
    }
}
