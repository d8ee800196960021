//! Sessions of this machine beside the one that was lost: what can still be theirs, and which are asked after.

use super::*;

#[test]
fn whoever_fell_silent_before_another_session_began_connected_nothing_after_that() {
    let begun = |began, then| Record { began: at(began), started_here: true, ..lost(began, then) };
    let mine = begun(10_000, 20_000);
    for (created, quiet, gone, expected) in [
        (10_100, Some(9900), 60_000, yes("a")),
        (10_100, None, 9950, yes("a")),
        // It may have asked until then, or cannot be told to have stopped.
        (10_100, Some(10_100), 60_000, several(&["a"])),
        (10_100, None, 60_000, several(&["a"])),
        // As far as two clocks tell, it was there before.
        (10_040, Some(9900), 60_000, several(&["a"])),
    ] {
        let accounts = [account("a", created)];
        let other = Record { quiet: quiet.map(at), gone: Some(at(gone)), ..begun(4000, 9800) };
        assert_eq!(run(&mine, std::slice::from_ref(&other), &accounts), expected, "{quiet:?} {gone}");
        // It is not the other one's either way, unless this one is known to have connected something else.
        assert!(run(&other, std::slice::from_ref(&mine), &accounts).is_err());
    }
    let other = Record { quiet: Some(at(9900)), ..begun(4000, 9800) };
    let elsewhere = told(10_000, connected("b"), 20_000);
    assert_eq!(run(&other, &[Record { started_here: true, ..elsewhere }], &[account("a", 10_100)]), yes("a"));
}

#[test]
fn those_that_were_cut_off_here_are_asked_after_where_they_may_have_connected_the_same() {
    let mine = lost(10_000, 20_000);
    let here = |alive, id: &str| {
        let id = SessionId::parse(id).unwrap();
        Record { id, started_here: true, unheard: true, ..open(alive) }
    };
    let others = [
        here(9000, "yes"),
        // It told its result; it is gone; it began too late; nobody was cut off; others know more of it.
        told(9000, connected("b"), 17_000),
        Record { gone: Some(at(30_000)), lost: Some(at(9000)), ..here(9000, "gone") },
        here(18_000, "late"),
        Record { unheard: false, ..here(9000, "left") },
        Record { started_here: false, ..here(9000, "elsewhere") },
        Record { workspace: "other".into(), ..here(9000, "other") },
        Record { unheard: false, suspicion: Some(Suspicion::CutOff), ..here(9000, "lost") },
    ];
    let asked = |record: &Record, created| {
        let accounts = [account("a", created)];
        let asked = in_question(Evidence { record, others: &others, accounts: &accounts, clock: Ahead::NONE });
        asked.iter().map(|other| other.id.as_str().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(asked(&mine, 15_000), ["yes", "lost"]);
    assert_eq!(asked(&mine, 5000), [""; 0], "it is not this session's either");
    assert_eq!(asked(&expecting("c", mine), 15_000), [""; 0]);
}
