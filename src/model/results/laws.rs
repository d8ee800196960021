//! What must hold for any list and any results: what was written is read, and wherever a crash cuts the file, just what was
//! whole.

use jiff::Timestamp;
use proptest::prelude::*;

use super::*;
use crate::exit::Outcome;
use crate::model::list::{self, Terms};
use crate::model::problem::plain;
use crate::model::provider::Provider;

/// Text with everything in it that means something to anybody.
const ODD: &str = "[a,;\t\"'\r\n \u{1b}=é王\u{feff}\u{202e}-]{0,6}";

fn odd() -> impl Strategy<Value = Option<String>> {
    prop::option::of(ODD)
}

fn entries() -> impl Strategy<Value = Entry> {
    let outcomes: Vec<_> = Outcome::ALL.iter().map(|outcome| outcome.name()).chain(["skipped"]).collect();
    let texts = (odd(), odd(), odd(), odd(), odd());
    let rest = (prop::sample::select(outcomes), any::<u32>(), prop::option::of(0..4_000_000_000_000_i64));
    (texts, rest).prop_map(|(texts, (outcome, attempts, started))| Entry {
        outcome: outcome.to_owned(),
        connected_email: texts.0,
        name: texts.1,
        error: texts.2,
        error_description: texts.3,
        session_id: texts.4,
        profile: None,
        attempts,
        started_at: started.map(|at| Timestamp::from_millisecond(at).unwrap()),
        finished_at: Timestamp::UNIX_EPOCH,
    })
}

/// A list of up to four mailboxes, with up to three columns of somebody else's before and behind the address.
fn lists() -> impl Strategy<Value = List> {
    let rows = prop::collection::vec((prop::collection::vec(ODD, 3), any::<bool>()), 1..5);
    (0..=3_usize, prop::collection::vec(ODD, 3), rows).prop_map(|(place, names, rows)| {
        let line = |mut cells: Vec<String>, email: String| {
            cells.insert(place, email);
            Delimiter::Comma.line(cells.into_iter().map(Cow::Owned))
        };
        let names = names.into_iter().map(|name| format!("x{name}")).collect();
        let mut text = line(names, "email".into());
        for (index, (cells, quoted)) in rows.into_iter().enumerate() {
            let email = if quoted { format!("é{index}@Acme.com") } else { format!("{index}@acme.com") };
            text += &line(cells, email);
        }
        list::read(text.as_bytes(), &Terms { provider: Some(Provider::Google), profile: None, profiles: &[] }).unwrap()
    })
}

/// An entry as it is read again.
fn again(entry: &Entry) -> Entry {
    let own = |text: &Option<String>| {
        let text = plain(text.as_deref().unwrap_or_default());
        Some(text.trim().to_owned()).filter(|text| !text.is_empty())
    };
    Entry {
        connected_email: own(&entry.connected_email),
        name: own(&entry.name),
        error: own(&entry.error),
        error_description: own(&entry.error_description),
        session_id: own(&entry.session_id),
        ..entry.clone()
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn what_was_written_is_read_wherever_it_is_cut(
        list in lists(),
        entries in prop::collection::vec((entries(), any::<prop::sample::Index>()), 0..6),
        delimiter in prop::sample::select(&Delimiter::ALL[..]),
        cuts in prop::collection::vec(any::<prop::sample::Index>(), 30),
    ) {
        let mut text = delimiter.line(names(&list.header).map(Cow::Borrowed));
        let mut expected = Past { delimiter, ..Past::default() };
        // What is to be read of each length, until the next.
        let mut steps = vec![(0, Past::default()), (text.len(), Past { sound: text.len(), ..expected.clone() })];
        for (second, (entry, row)) in (0..).zip(entries) {
            let row = row.get(&list.rows);
            let finished_at = Timestamp::from_millisecond(second).unwrap();
            let entry = Entry { finished_at, ..entry };
            let line = line(row, &entry, delimiter);
            // The list's own cells may go over several lines. Nothing else does.
            let own = row.cells.iter().flat_map(str::chars).filter(|c| matches!(c, '\n' | '\r')).count();
            prop_assert_eq!(line.chars().filter(|c| matches!(c, '\n' | '\r')).count(), own + 1);
            text += &line;
            expected.entries.insert(row.key(), again(&entry));
            expected.sound = text.len();
            steps.push((text.len(), expected.clone()));
        }
        let bytes = text.as_bytes();
        // Only the header with commas is ever begun anew.
        let first = if delimiter == Delimiter::Comma { 0 } else { steps[1].0 - 1 };
        // Wherever it may be, and all around the end of each line.
        let anywhere = cuts.iter().map(|cut| cut.index(bytes.len() + 1));
        let at_ends = steps.iter().flat_map(|(length, _)| length.saturating_sub(3)..length + 3);
        for cut in anywhere.chain(at_ends).filter(|cut| (first..=bytes.len()).contains(cut)) {
            let (_, past) = steps.iter().rev().find(|(length, _)| *length <= cut).unwrap();
            let found = read(&bytes[..cut], &list);
            prop_assert_eq!(found.as_ref(), Ok(past), "cut at {} of {:?}", cut, text);
        }
        if delimiter == Delimiter::Comma {
            prop_assert!(text.starts_with(&header(&list.header)));
        }
    }
}
