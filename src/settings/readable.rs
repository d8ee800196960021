//! Variables that hold no text where text is needed.

use crate::error::Error;
use crate::model::environment::Environment;

/// Variables of this tool's that name a file or a directory, which need not be text.
const PATHS: [&str; 3] = ["INSTANTLY_API_KEY_FILE", "INSTANTLY_OAUTH_CONFIG", "INSTANTLY_OAUTH_STATE_DIR"];

/// Those that decide over the way to the API.
const WAY: [&str; 6] = ["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY", "no_proxy", "NO_PROXY"];

/// Fails where a variable that decides something is set and cannot be read. To go on as if it were not there could mean
/// another workspace, or another way to it.
pub fn readable(environment: &Environment) -> Result<(), Error> {
    let ours = |name: &str| name.starts_with("INSTANTLY_") && !PATHS.contains(&name);
    let Some(name) = environment.unreadable().find(|name| ours(name) || WAY.contains(name)) else { return Ok(()) };
    // Not its value, which may be the key or hold a password.
    Err(Error::usage(format!("{name} is set to something that is not UTF-8 text"))
        .hint("Set it again, or unset it. Nothing was sent."))
}

#[cfg(all(test, unix))]
mod tests {
    use std::ffi::OsString;
    use std::os::unix::ffi::OsStringExt;

    use super::*;

    #[test]
    fn what_decides_something_must_be_text() {
        for (name, fine) in [
            ("INSTANTLY_API_KEY", false),
            ("INSTANTLY_BASE_URL", false),
            ("INSTANTLY_PROFILE", false),
            ("INSTANTLY_OAUTH_LIMITS", false),
            ("HTTPS_PROXY", false),
            ("no_proxy", false),
            ("INSTANTLY_API_KEY_FILE", true),
            ("INSTANTLY_OAUTH_STATE_DIR", true),
            ("SSL_CERT_FILE", true),
            ("HOME", true),
            ("LS_COLORS", true),
        ] {
            let environment = [(name, OsString::from_vec(b"s3cret\xff".to_vec()))].into_iter().collect();
            let told = readable(&environment).map_err(|error| (error.outcome.code(), error.to_string()));
            let expected =
                if fine { Ok(()) } else { Err((2, format!("{name} is set to something that is not UTF-8 text"))) };
            assert_eq!(told, expected);
        }
    }
}
