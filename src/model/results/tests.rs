use super::*;
use crate::model::list::{self, Terms};
use crate::model::provider::Provider;

/// A list of two that has all columns but the provider, which is Google for all; and a provider where one is named.
fn list() -> List {
    let text = "name,Email,provider\nAda,ada@acme.com,\n\"Bob, of\nAcme\",Bob@acme.com,Outlook\n";
    list::read(text.as_bytes(), &Terms { provider: Some(Provider::Google), profile: None, profiles: &[] }).unwrap()
}

fn ada() -> Entry {
    Entry {
        outcome: "connected".into(),
        connected_email: Some("ada@acme.com".into()),
        name: Some("Ada Lovelace".into()),
        error: None,
        error_description: None,
        session_id: Some("s1".into()),
        profile: None,
        attempts: 2,
        started_at: Some("2026-11-23T10:00:00Z".parse().unwrap()),
        finished_at: "2026-11-23T10:01:02.3456Z".parse().unwrap(),
    }
}

fn bob() -> Entry {
    Entry {
        outcome: "session_error".into(),
        connected_email: None,
        name: None,
        error: Some("account_exists\u{1b}[31m\nx".into()),
        error_description: Some("\"no\", it said".into()),
        session_id: None,
        profile: None,
        attempts: 0,
        started_at: None,
        finished_at: "2026-11-23T10:02:00Z".parse().unwrap(),
    }
}

/// The file that says both.
fn file() -> String {
    let list = list();
    let lines = [line(&list.rows[0], &ada(), Delimiter::Comma), line(&list.rows[1], &bob(), Delimiter::Comma)];
    header(&list.header) + &lines.concat()
}

const HEADER: &str = "name,Email,provider,outcome,connected_email,name,error,error_description,session_id,profile,attempts,\
                      started_at,finished_at\n";

fn problems(text: &str) -> String {
    let problems = read(text.as_bytes(), &list()).unwrap_err();
    problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

/// What each mailbox of the list came to.
fn outcomes(past: &Past) -> Vec<&str> {
    let outcome = |row: &Row| past.entries.get(&row.key()).map_or("-", |entry| &*entry.outcome);
    list().rows.iter().map(outcome).collect()
}

#[test]
fn a_file_has_what_was_in_the_list_and_what_became_of_it() {
    let expected = [
        HEADER,
        "Ada,ada@acme.com,,connected,ada@acme.com,Ada Lovelace,,,s1,,2,2026-11-23T10:00:00.000Z,2026-11-23T10:01:02.345Z\n",
        "\"Bob, of\nAcme\",Bob@acme.com,Outlook,session_error,,,account_exists[31m x,\"\"\"no\"\", it said\",,,0,,\
         2026-11-23T10:02:00.000Z\n",
    ];
    assert_eq!(file(), expected.concat());
}

#[test]
fn what_became_of_a_mailbox_in_one_workspace_says_nothing_of_another() {
    let of = |profile| {
        let terms = Terms { provider: Some(Provider::Google), profile, profiles: &["acme", "globex"] };
        list::read(b"email\nada@acme.com\n", &terms).unwrap()
    };
    let acme = of(Some("acme"));
    let entry = Entry { profile: Some("acme".into()), ..ada() };
    let file = header(&acme.header) + &line(&acme.rows[0], &entry, Delimiter::Comma);
    for (profile, known, strangers) in [(Some("acme"), 1, 0), (Some("globex"), 0, 1), (None, 0, 1)] {
        let past = read(file.as_bytes(), &of(profile)).unwrap();
        assert_eq!((past.entries.len(), past.strangers), (known, strangers), "{profile:?}");
    }
}

#[test]
fn what_a_spreadsheet_saved_again_says_the_same_and_goes_on() {
    let plain = file();
    let first = plain.find("Ada,").unwrap();
    let second = plain.find("\"Bob").unwrap();
    let turned = [&plain[..first], &plain[second..], &plain[first..second]].concat();
    let quoted = plain.replace("Ada,ada@acme.com,,", "\"Ada\",\"ada@acme.com\",\"\",");
    let semicolons = plain.replace(", ", "\0").replace(',', ";").replace('\0', ", ");
    let whole = read(plain.as_bytes(), &list()).unwrap();
    assert_eq!((whole.strangers, whole.sound, whole.delimiter), (0, plain.len(), Delimiter::Comma));
    let key = list().rows[0].key();
    assert_eq!(whole.entries[&key].finished_at, "2026-11-23T10:01:02.345Z".parse().unwrap());
    for (text, delimiter) in [
        (format!("\u{feff}{plain}"), Delimiter::Comma),
        (plain.replace('\n', "\r\n"), Delimiter::Comma),
        (turned, Delimiter::Comma),
        (quoted, Delimiter::Comma),
        (semicolons.clone(), Delimiter::Semicolon),
        (semicolons.replace(';', "\t"), Delimiter::Tab),
        (plain.replace("finished_at\n", "finished_at,,\n").replace("345Z\n", "345Z,,\n"), Delimiter::Comma),
        (plain.replace("23T", "23 ").replace("Z\n", "\n"), Delimiter::Comma),
    ] {
        let past = read(text.as_bytes(), &list()).unwrap();
        assert_eq!(past, Past { sound: text.len(), delimiter, ..whole.clone() }, "{text}");
        let again = Entry { finished_at: "2026-11-24T00:00:00Z".parse().unwrap(), ..bob() };
        // With a torn line in between, which may be cut anywhere.
        for torn in ["", "Ada,ada@acme.com", "\"Ada\n", "\u{e9}"] {
            let torn = format!("{text}{torn}");
            let mut bytes = torn.into_bytes();
            bytes.truncate(read(&bytes, &list()).unwrap().sound);
            bytes.extend_from_slice(line(&list().rows[0], &again, past.delimiter).as_bytes());
            let past = read(&bytes, &list()).unwrap();
            assert_eq!(outcomes(&past), ["session_error", "session_error"]);
            assert_eq!(past.sound, bytes.len());
        }
    }
}

#[test]
fn of_several_lines_the_one_that_was_finished_last_counts() {
    let list = list();
    let at = |outcome: &str, second: i64| {
        let finished_at = jiff::Timestamp::from_second(second).unwrap();
        line(&list.rows[0], &Entry { outcome: outcome.into(), finished_at, ..ada() }, Delimiter::Comma)
    };
    for (lines, outcome) in [
        ([at("expired", 1), at("not_found", 2), at("connected", 3)], "connected"),
        ([at("connected", 3), at("expired", 1), at("not_found", 2)], "connected"),
        ([at("expired", 1), at("connected", 1), at("skipped", 1)], "skipped"),
    ] {
        let text = header(&list.header) + &lines.concat();
        assert_eq!(outcomes(&read(text.as_bytes(), &list).unwrap()), [outcome, "-"]);
    }
}

#[test]
fn rows_of_other_mailboxes_are_counted() {
    let text = file().replace("Ada,ada@", "Ada,eve@").replace("Outlook", "yahoo");
    let past = read(text.as_bytes(), &list()).unwrap();
    assert_eq!((past.strangers, past.entries.len(), past.sound), (2, 0, text.len()));
    // Another provider is another mailbox; another way to write it is not.
    let past = read(file().replace("Outlook", "google").as_bytes(), &list()).unwrap();
    assert_eq!((past.strangers, outcomes(&past)), (1, vec!["connected", "-"]));
    let text = file()
        .replace("Bob@acme.com,Outlook", " bob@ACME.com,microsoft")
        .replace("ada@acme.com,,", "ada@acme.com,Google,");
    let past = read(text.as_bytes(), &list()).unwrap();
    assert_eq!((past.strangers, outcomes(&past)), (0, vec!["connected", "session_error"]));
}

#[test]
fn a_file_that_was_only_begun_is_as_good_as_none() {
    let whole = header(&list().header);
    let zeros = format!("{}\0\0\0", &whole[..20]);
    for text in ["", "\u{feff}", "\n", "\r\n\r\n", "\0\0\0", &whole[..1], &whole[..whole.len() - 1], &zeros] {
        assert_eq!(read(text.as_bytes(), &list()), Ok(Past::default()), "{text:?}");
    }
    let past = read(whole.as_bytes(), &list()).unwrap();
    assert_eq!(past, Past { sound: whole.len(), ..Past::default() });
    let zeros = format!("{whole}\0\0\0");
    assert_eq!(read(zeros.as_bytes(), &list()).unwrap().sound, whole.len());
}

#[test]
fn what_is_not_torn_and_cannot_be_read_is_a_problem() {
    let other = "the columns are not those of this list's results, for";
    let otherwise = "name another file with --results, or move this one away";
    for (from, to, problem) in [
        ("name,Email", "name,Mail", format!("line 1: {other} \"Email\" is missing: {otherwise}")),
        ("name,Email", "id,name,Email", format!("line 1: {other} \"id\" is none of them: {otherwise}")),
        ("name,Email", "Email,name", format!("line 1: {other} they are in another order: {otherwise}")),
        (
            "connected,",
            "done!,",
            "line 2: outcome is \"done!\" and should be an outcome, like connected: mend it, or take the row out".into(),
        ),
        (
            ",s1,,2,",
            ",s1,,two,",
            "line 2: attempts is \"two\" and should be a whole number: mend it, or take the row out".into(),
        ),
        (
            "2026-11-23T10:00:00.000Z",
            "noon",
            "line 2: started_at is \"noon\" and should be a time, like 2026-11-23T10:00:00.000Z: mend it, or take the row out"
                .into(),
        ),
        (
            "2026-11-23T10:02:00.000Z",
            "",
            "line 3: finished_at is \"\" and should be a time, like 2026-11-23T10:00:00.000Z: mend it, or take the row out"
                .into(),
        ),
        (",s1,", ",", "line 2: this row has 12 cells, and the header has 13: mend it, or take it out".into()),
        (",s1,", ",s1,,", "line 2: this row has 14 cells, and the header has 13: mend it, or take it out".into()),
        ("Ada,ada@", "Ada\nAda,ada@", "line 2: this row has 1 cell, and the header has 13: mend it, or take it out".into()),
    ] {
        let text = file().replacen(from, to, 1);
        assert_ne!(text, file());
        assert_eq!(problems(&text), problem);
    }
    let two = file().replace(",connected,", ",?,").replace(",session_error,", ",?,");
    assert_eq!(problems(&two).lines().count(), 2);
    let mut bytes = file().into_bytes();
    let at = file().find("Lovelace").unwrap();
    bytes[at] = 0xeb;
    let utf8 = "save it as \"CSV UTF-8\" (comma delimited)";
    assert_eq!(read(&bytes, &list()).unwrap_err(), [Problem::at(2, format!("this is not UTF-8: {utf8}"))]);
    assert_eq!(read(b"\xff\xfen\0", &list()).unwrap_err(), [Problem::whole(format!("it is in UTF-16: {utf8}"))]);
    assert!(problems("Dear diary,\nnothing happened").starts_with(&format!("line 1: {other}")));
}
