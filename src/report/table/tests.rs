use jiff::SignedDuration;

use super::*;
use crate::model::poll::{Suspicion, Unsettled, Verdict};
use crate::model::record::{End, Record, Source};
use crate::model::session::{Account, SessionId};

const NOW: Timestamp = Timestamp::constant(1_800_000_000, 0);

fn session(seconds: i64, id: &str, expect: Option<&str>, verdict: Option<Verdict>) -> Summary {
    let (id, began) = (SessionId::parse(id).unwrap(), NOW - SignedDuration::from_secs(seconds));
    let life = SignedDuration::from_secs(600);
    let mut record = Record::met(id, "https://api".into(), "w".into(), life, began);
    record.provider = Some(if seconds < 10 { Provider::Google } else { Provider::Microsoft });
    record.expect = expect.map(str::to_owned);
    record.end = verdict.map(|verdict| End { verdict, source: Source::Api, at: began });
    Summary::new(record, false, false)
}

fn connected(email: &str) -> Verdict {
    Verdict::Connected(Account { email: Some(email.into()), name: Some("Ada".into()) })
}

fn plainly(sessions: &[Summary], width: usize) -> Vec<String> {
    lines(sessions, NOW, Look { width, unicode: true, color: false })
}

/// Four sessions of all kinds, with ids of this length.
fn some(id: usize) -> Vec<Summary> {
    let id = |first: &str| format!("{first}{}", "7".repeat(id - 1));
    let mut all = vec![
        session(1, &id("a"), Some("ada@acme.example"), None),
        session(42, &id("b"), None, Some(connected("grace.hopper@acme.example"))),
        session(4000, &id("c"), Some("bob@acme.example"), Some(Verdict::Error { code: None, description: None })),
        session(90_000, &id("d"), Some("bob@acme.example"), Some(connected("ada@acme.example"))),
    ];
    all[0].waiting = true;
    all[3].record.provider = None;
    all
}

#[test]
fn a_profile_has_a_column_where_there_is_one() {
    let mut sessions = some(3);
    sessions[1].record.profile = Some("globex".into());
    assert_eq!(
        plainly(&sessions[..3], 80),
        [
            "WHEN      PROVIDER   PROFILE  OUTCOME        MAILBOX                    ID",
            "just now  google              waiting        (ada@acme.example)         a77",
            "42 s ago  microsoft  globex   connected      grace.hopper@acme.example  b77",
            "1 h ago   microsoft           session_error  (bob@acme.example)         c77",
        ]
    );
    assert!(plainly(&sessions, 40).iter().all(|line| line.chars().count() <= 40));
}

#[test]
fn where_there_is_room_a_session_is_one_line() {
    assert_eq!(
        plainly(&some(12), 80),
        [
            "WHEN      PROVIDER   OUTCOME        MAILBOX                    ID",
            "just now  google     waiting        (ada@acme.example)         a77777777777",
            "42 s ago  microsoft  connected      grace.hopper@acme.example  b77777777777",
            "1 h ago   microsoft  session_error  (bob@acme.example)         c77777777777",
            "1 d ago   -          wrong_account  ada@acme.example           d77777777777",
        ]
    );
    // The mailbox is what gives way to the id.
    assert_eq!(
        plainly(&some(28), 80),
        [
            "WHEN      PROVIDER   OUTCOME        MAILBOX         ID",
            "just now  google     waiting        (ada@acme.ex…)  a777777777777777777777777777",
            "42 s ago  microsoft  connected      grace.hopper@…  b777777777777777777777777777",
            "1 h ago   microsoft  session_error  (bob@acme.ex…)  c777777777777777777777777777",
            "1 d ago   -          wrong_account  ada@acme.exam…  d777777777777777777777777777",
        ]
    );
}

#[test]
fn where_the_ids_leave_too_little_each_has_its_own_line() {
    assert_eq!(
        plainly(&some(36)[1..3], 70),
        [
            "WHEN      PROVIDER   OUTCOME        MAILBOX",
            "  ID",
            "42 s ago  microsoft  connected      grace.hopper@acme.example",
            "  b77777777777777777777777777777777777",
            "1 h ago   microsoft  session_error  (bob@acme.example)",
            "  c77777777777777777777777777777777777",
        ]
    );
    assert_eq!(
        plainly(&some(36)[1..3], 40),
        [
            "WHEN      PROVIDER   OUTCOME",
            "  MAILBOX",
            "  ID",
            "42 s ago  microsoft  connected",
            "  grace.hopper@acme.example",
            "  b77777777777777777777777777777777777",
            "1 h ago   microsoft  session_error",
            "  (bob@acme.example)",
            "  c77777777777777777777777777777777777",
        ]
    );
}

#[test]
fn nothing_is_wider_than_it_may_be_and_no_id_is_ever_cut() {
    let names = [
        "ada@acme.com",
        "王小明@例子.公司",
        "e\u{301}te\u{301}@acme.com",
        "\u{2764}\u{fe0f}\u{2764}\u{fe0f}@acme.com",
        "👩‍💻👩‍💻@acme.com",
    ];
    for (width, id, unicode) in [40, 60, 80, 200]
        .into_iter()
        .flat_map(|width| [3, 12, 32, 36, 38].map(|id| (width, id)))
        .flat_map(|(width, id)| [true, false].map(|unicode| (width, id, unicode)))
    {
        for email in names.map(|name| name.repeat(1 + width / 25)).iter().map(String::as_str).chain(names) {
            let mut sessions = some(id);
            sessions.push(session(3_599, &"z".repeat(id), None, Some(connected(email))));
            sessions.push(session(86_399, &"y".repeat(id), Some(email), None));
            let unknown = Verdict::Unknown { suspicion: Suspicion::CutOff, unsettled: Unsettled::Unread };
            sessions.push(session(5, &"x".repeat(id), Some(email), Some(unknown)));
            let lines = lines(&sessions, NOW, Look { width, unicode, color: false });
            let case = format!("{width} {id} {email} {lines:#?}");
            assert!(lines.iter().all(|line| measure_text_width(line) <= width), "{case}");
            assert!(lines.iter().all(|line| line == line.trim_end() && !line.is_empty()), "{case}");
            let shows_id = |line: &&String| sessions.iter().any(|it| line.ends_with(it.record.id.as_str()));
            assert_eq!(lines.iter().filter(shows_id).count(), sessions.len(), "{case}");
            let ascii = lines.iter().all(|line| line.is_ascii());
            assert!(ascii || unicode || !email.is_ascii(), "{case}");
        }
    }
}

#[test]
fn an_id_longer_than_a_line_stands_alone_from_the_first_column() {
    for width in [40, 80, 200] {
        let long = "i".repeat(256);
        let sessions = [session(42, &long, None, Some(connected("ada@acme.com"))), session(42, "short", None, None)];
        let lines = plainly(&sessions, width);
        assert!(lines.contains(&long) && lines.contains(&"  short".to_owned()), "{lines:#?}");
        assert!(lines.iter().filter(|line| **line != long).all(|line| line.len() <= width), "{lines:#?}");
    }
}

#[test]
fn what_is_foreign_is_made_safe_and_what_is_not_known_is_a_dash() {
    let nasty = session(42, "s1", None, Some(connected("a\u{1b}[2J\n\u{202e}b@acme.com")));
    let nameless = session(42, "s2", None, Some(Verdict::Connected(Account::default())));
    let lines = plainly(&[nasty, nameless], 80);
    assert_eq!(
        lines[1..],
        ["42 s ago  microsoft  connected  a[2J b@acme.com  s1", "42 s ago  microsoft  connected  -                s2"]
    );
}

#[test]
fn only_the_header_and_the_outcome_are_coloured_and_nothing_moves_for_it() {
    for width in [40, 60, 80] {
        let [colored, plain] =
            [true, false].map(|color| lines(&some(12), NOW, Look { width, unicode: true, color }).join("\n"));
        assert!(colored.contains("\u{1b}[32mconnected\u{1b}[0m") && colored.contains("\u{1b}[36mwaiting\u{1b}[0m"));
        let header = plain.lines().next().unwrap();
        assert!(colored.starts_with(&format!("\u{1b}[1m{header}\u{1b}[0m\n")), "{colored:?}");
        let codes = ["\u{1b}[1m", "\u{1b}[31m", "\u{1b}[32m", "\u{1b}[33m", "\u{1b}[36m", "\u{1b}[0m"];
        assert_eq!(codes.iter().fold(colored, |text, code| text.replace(code, "")), plain);
    }
}

#[test]
fn how_long_ago_is_told_in_one_unit() {
    for (seconds, text) in [
        (-86_400, "in future"),
        (-61, "in future"),
        (-60, "just now"),
        (0, "just now"),
        (4, "just now"),
        (5, "5 s ago"),
        (59, "59 s ago"),
        (60, "1 min ago"),
        (3_599, "59 min ago"),
        (3_600, "1 h ago"),
        (86_399, "23 h ago"),
        (86_400, "1 d ago"),
        (30 * 86_400, "30 d ago"),
    ] {
        assert_eq!(ago(NOW - SignedDuration::from_secs(seconds), NOW), text);
    }
}
