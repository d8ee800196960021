//! Durations as people write them.

use std::time::Duration;

/// The longest duration that is taken: far more than any wait here, and far from any overflow.
const LONGEST: Duration = Duration::from_secs(7 * 24 * 3600);

/// Reads `500ms`, `90s`, `10m`, `1h30m`, or a bare number of seconds: at most 7 days. The error says what is wrong with it.
pub fn read(text: &str) -> Result<Duration, String> {
    let text = text.trim();
    let bare = text.starts_with(|first: char| first.is_ascii_digit())
        && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    let wait = if bare {
        text.parse().ok().and_then(|seconds| Duration::try_from_secs_f64(seconds).ok())
    } else {
        humantime::parse_duration(text).ok()
    };
    match wait {
        Some(wait) if wait <= LONGEST => Ok(wait),
        Some(_) => Err("it is longer than 7 days".into()),
        None => Err("write a duration like 500ms, 90s, 10m or 1h30m; a bare number is seconds".into()),
    }
}

/// The same, and more than none.
pub fn positive(text: &str) -> Result<Duration, String> {
    read(text).and_then(|wait| if wait.is_zero() { Err("it must be more than zero".into()) } else { Ok(wait) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_read_as_the_contract_says() {
        for (text, milliseconds) in [
            ("500ms", Some(500)),
            ("90s", Some(90_000)),
            ("10m", Some(600_000)),
            ("1h30m", Some(5_400_000)),
            ("7", Some(7000)),
            ("0.25", Some(250)),
            ("0", Some(0)),
            ("7d", Some(604_800_000)),
            ("8d", None),
            ("99999999999999999999", None),
            ("-1", None),
            ("1e3", None),
            ("", None),
            ("soon", None),
            ("5x", None),
        ] {
            assert_eq!(read(text).ok(), milliseconds.map(Duration::from_millis), "{text:?}");
        }
        assert!(positive("0").is_err());
    }
}
