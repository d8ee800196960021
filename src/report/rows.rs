//! The rows of a list as lines for a person.

use super::Output;
use super::foreign::plain;
use crate::exit::Outcome;
use crate::model::event::{Event, Row, RowEnd};
use crate::model::record::Source;

/// The lines for an event about a row, which stay in the scroll-back, and so are short; none where they are those that it
/// always has.
pub(super) fn lines(row: &Row, event: &Event, output: Output) -> Option<Vec<String>> {
    Some(match event {
        Event::Session { profile, provider, auth_url, .. } => {
            // Alone, from column 0, as it came: a person selects it, a script greps it.
            let url = output.linked(auth_url);
            if output.quiet {
                return Some(vec![format!("{}:", plain(&row.email)), url]);
            }
            let (number, of, email) = (row.number, row.of, plain(&row.email));
            let into = profile.as_deref().map(|profile| format!(", {}", plain(profile))).unwrap_or_default();
            vec![format!("[{number}/{of}] Sign in as {email} ({}{into}):", provider.name()), url]
        }
        // That the tab is there is seen.
        Event::Browser(Ok(_)) if output.animate => Vec::new(),
        _ => return None,
    })
}

/// The line for a row that is over, or is tried again.
pub(super) fn end(RowEnd { row, end, again, .. }: &RowEnd, output: Output) -> String {
    let email = plain(&row.email);
    let (signs, color) = match end.outcome {
        _ if *again => (["!", "!"], "33"),
        Outcome::Connected | Outcome::Done => (["\u{2713}", "+"], "32"),
        _ => (["\u{2717}", "x"], "31"),
    };
    let sign = output.painted(signs[usize::from(!output.unicode)], color);
    if end.outcome == Outcome::Connected {
        let name = end.name.as_ref().map(|name| format!(" ({})", plain(name))).unwrap_or_default();
        let how = match end.source {
            Source::Api => "",
            Source::Journal => ", as this machine had read before",
            Source::Reconciled => ", as the account list shows",
        };
        return format!("{sign} {email} connected{name}{how}");
    }
    let again = if *again { "; it is tried again at the end" } else { "" };
    format!("{sign} {email}: {}{again}", plain(&end.message))
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::model::conclusion::Conclusion;

    #[test]
    fn a_row_ends_in_one_line() {
        let output = Output {
            json: false,
            quiet: false,
            verbosity: 0,
            color: false,
            color_stdout: false,
            animate: true,
            unicode: false,
            abilities: crate::report::Abilities::default(),
        };
        let line = |outcome, message: &str, source, again| {
            let end = Conclusion::new(outcome, message, Timestamp::UNIX_EPOCH);
            let end = Conclusion { name: Some("Ada\u{1b}[2J Lovelace".into()), source, ..end };
            let row = Row { number: 3, email: "ada@acme.com".into(), of: 9 };
            super::end(&RowEnd { row, end, attempts: 1, again, skipped: false }, output)
        };
        assert!(line(Outcome::Connected, "", Source::Api, false).starts_with("+ ada@acme.com connected (Ada"));
        assert!(!line(Outcome::Connected, "", Source::Api, false).contains('\u{1b}'));
        assert!(line(Outcome::Connected, "", Source::Reconciled, false).ends_with("as the account list shows"));
        assert_eq!(line(Outcome::Expired, "too late", Source::Api, false), "x ada@acme.com: too late");
        let again = line(Outcome::WrongAccount, "bob@acme.com was connected", Source::Api, true);
        assert_eq!(again, "! ada@acme.com: bob@acme.com was connected; it is tried again at the end");
    }
}
