use proptest::prelude::*;

use super::*;
use crate::model::poll::Suspicion;
use crate::model::record::Source;
use crate::model::session::SessionId;

/// A time of day of ours, in milliseconds.
fn at(millis: i64) -> Timestamp {
    Timestamp::from_millisecond(1_800_000_000_000 + millis).unwrap()
}

/// A Google session that was last seen alive then, and whose reply was lost then.
fn lost(alive: i64, lost: i64) -> Record {
    let life = SignedDuration::from_secs(600);
    let id = SessionId::parse("s").unwrap();
    let mut record = Record::met(id, "https://api".into(), "w".into(), life, at(alive));
    record.provider = Some(Provider::Google);
    (record.alive, record.lost, record.suspicion) = (Some(at(alive)), Some(at(lost)), Some(Suspicion::CutOff));
    record
}

/// One that still waits for its person.
fn open(alive: i64) -> Record {
    Record { lost: None, suspicion: None, ..lost(alive, alive) }
}

/// One that told its result then.
fn told(alive: i64, verdict: Verdict, then: i64) -> Record {
    let mut record = open(alive);
    record.finish(verdict, Source::Api, at(then));
    record
}

fn connected(email: &str) -> Verdict {
    Verdict::Connected(Account { email: Some(email.into()), name: None })
}

fn expecting(email: &str, record: Record) -> Record {
    Record { expect: Some(email.into()), ..record }
}

fn account(email: &str, created: i64) -> Listed {
    Listed {
        email: email.into(),
        name: None,
        provider: Some(Provider::Google),
        created: Some(at(created)),
        updated: Some(at(created)),
        broken: false,
    }
}

/// An account that is an hour old and was changed then.
fn again(email: &str, updated: i64) -> Listed {
    Listed { created: Some(at(-3_600_000)), updated: Some(at(updated)), ..account(email, 0) }
}

fn run(record: &Record, others: &[Record], accounts: &[Listed]) -> Result<String, Unsettled> {
    settle(Evidence { record, others, accounts, clock_ahead: None }).map(|account| account.email.unwrap())
}

/// The account that was told.
#[expect(clippy::unnecessary_wraps, reason = "it stands for a result in tables")]
fn yes(email: &str) -> Result<String, Unsettled> {
    Ok(email.into())
}

fn several(emails: &[&str]) -> Result<String, Unsettled> {
    Err(Unsettled::Several(emails.iter().map(|email| (*email).into()).collect()))
}

const NOTHING: Result<String, Unsettled> = Err(Unsettled::Nothing);

#[test]
fn one_account_that_appeared_meanwhile_and_belongs_to_nobody_else_is_it() {
    let mine = lost(10_000, 20_000);
    let microsoft = Listed { provider: Some(Provider::Microsoft), ..account("m", 15_000) };
    let imap = Listed { provider: None, ..account("i", 15_000) };
    for (accounts, expected) in [
        (vec![], NOTHING),
        (vec![account("a", 15_000)], yes("a")),
        (vec![account("a", 10_000)], yes("a")),
        (vec![account("a", 20_000)], yes("a")),
        // Clocks differ a little, and a request takes its time.
        (vec![account("a", 8500)], yes("a")),
        (vec![account("a", 45_000)], yes("a")),
        (vec![account("a", 7000)], NOTHING),
        (vec![account("a", 60_000)], NOTHING),
        (vec![again("a", 15_000)], NOTHING),
        (vec![account("a", 15_000), account("b", 16_000)], several(&["a", "b"])),
        (vec![account("a", 15_000), account("b", 9000)], yes("a")),
        (vec![account("a", 15_000), account("b", 5000)], yes("a")),
        (vec![microsoft.clone()], NOTHING),
        (vec![microsoft, imap.clone(), account("a", 15_000)], yes("a")),
        (vec![imap], NOTHING),
        (vec![Listed { created: None, ..account("a", 15_000) }], NOTHING),
    ] {
        assert_eq!(run(&mine, &[], &accounts), expected, "{accounts:#?}");
    }
}

#[test]
fn an_account_that_another_session_told_of_is_taken() {
    let mine = lost(10_000, 20_000);
    let accounts = [account("a", 15_000), account("b", 16_000)];
    assert_eq!(run(&mine, &[told(9000, connected("A"), 17_000)], &accounts), yes("b"));
    assert_eq!(run(&mine, &[told(9000, connected("a"), 17_000)], &accounts[..1]), NOTHING);
    let both = [told(9000, connected("a"), 17_000), told(9000, connected("b"), 17_000)];
    assert_eq!(run(&mine, &both, &accounts), NOTHING);
    // It was connected last week, removed since, and is new again.
    assert_eq!(run(&mine, &[told(-600_000_000, connected("a"), -599_000_000)], &accounts[..1]), yes("a"));
    // These connected nothing.
    let failed = Verdict::Error { code: None, description: None };
    assert_eq!(run(&mine, &[told(9000, failed, 17_000)], &accounts[..1]), yes("a"));
    assert_eq!(run(&mine, &[told(9000, Verdict::Expired { status: None }, 17_000)], &accounts[..1]), yes("a"));
}

#[test]
fn a_session_that_has_not_told_its_result_may_own_what_appeared_since_it_was_last_alive() {
    let mine = lost(10_000, 20_000);
    let accounts = [account("a", 15_000)];
    let unknown = Verdict::Unknown { suspicion: Suspicion::CutOff, unsettled: Unsettled::Nothing };
    let nameless = Verdict::Connected(Account::default());
    for (other, expected) in [
        (open(9000), several(&["a"])),
        (lost(9000, 20_000), several(&["a"])),
        (told(9000, unknown, 21_000), several(&["a"])),
        (told(9000, Verdict::NotFound, 21_000), several(&["a"])),
        (told(9000, nameless, 21_000), several(&["a"])),
        (open(18_000), yes("a")),
        (lost(-9000, 14_000), yes("a")),
        // Far enough from both ends to be told apart, if not by the server's whole seconds.
        (open(15_500), yes("a")),
        (Record { provider: Some(Provider::Microsoft), ..open(9000) }, yes("a")),
        (Record { provider: None, ..open(9000) }, several(&["a"])),
        (expecting("b", open(9000)), yes("a")),
        (expecting("A", open(9000)), several(&["a"])),
    ] {
        assert_eq!(run(&mine, std::slice::from_ref(&other), &accounts), expected, "{other:#?}");
    }
}

#[test]
fn sessions_that_were_lost_together_are_told_apart_by_what_only_one_of_them_can_own() {
    // Each begins before the one before it has gone.
    let sessions = [lost(0, 10_000), lost(4000, 14_000), lost(8000, 18_000)];
    let accounts = [account("a", 2000), account("b", 7000), account("c", 17_000)];
    for mine in 0..sessions.len() {
        let others: Vec<_> = (0..3).filter(|&other| other != mine).map(|other| sessions[other].clone()).collect();
        assert_eq!(run(&sessions[mine], &others, &accounts), yes(["a", "b", "c"][mine]), "{mine}");
    }
    // The second of these failed: nothing can be said of the account that both can own.
    assert_eq!(run(&sessions[0], &sessions[1..2], &accounts[1..2]), several(&["b"]));
    assert_eq!(run(&sessions[1], &sessions[..1], &accounts[1..2]), several(&["b"]));
}

#[test]
fn the_mailbox_that_was_expected_counts_even_if_it_was_only_changed() {
    let mine = expecting("Ada@acme.com", lost(10_000, 20_000));
    let broken = Listed { broken: true, ..again("ada@acme.com", 15_000) };
    for (accounts, expected) in [
        (vec![account("ada@acme.com", 15_000), account("b", 15_000)], yes("ada@acme.com")),
        (vec![again("ada@acme.com", 15_000)], yes("ada@acme.com")),
        (vec![again("ada@acme.com", 5000)], NOTHING),
        (vec![broken], NOTHING),
        (vec![Listed { broken: true, ..account("ada@acme.com", 15_000) }], yes("ada@acme.com")),
        (vec![account("b", 15_000)], NOTHING),
    ] {
        assert_eq!(run(&mine, &[], &accounts), expected, "{accounts:#?}");
    }
    // It was connected before, and again now; or only before.
    let before = [told(-50_000, connected("ada@acme.com"), -40_000)];
    assert_eq!(run(&mine, &before, &[again("ada@acme.com", 15_000)]), yes("ada@acme.com"));
    let meanwhile = [told(9000, connected("ada@acme.com"), 16_000)];
    assert_eq!(run(&mine, &meanwhile, &[again("ada@acme.com", 15_000)]), NOTHING);
}

#[test]
fn a_session_from_elsewhere_needs_a_sign_of_life_or_a_name() {
    let mut mine = Record { provider: None, alive: None, ..lost(100_000, 100_000) };
    let accounts = [account("a", 99_000)];
    assert_eq!(run(&mine, &[], &accounts), NOTHING);
    assert_eq!(run(&expecting("a", mine.clone()), &[], &accounts), yes("a"));
    mine.alive = Some(at(98_900));
    assert_eq!(run(&mine, &[], &accounts), yes("a"));
}

#[test]
fn the_servers_clock_is_reckoned_with() {
    let hour = SignedDuration::from_hours(1);
    let mine = Record { clock_ahead: Some(hour), ..lost(10_000, 20_000) };
    assert_eq!(run(&mine, &[], &[account("a", 15_000)]), NOTHING);
    assert_eq!(run(&mine, &[], &[account("a", 3_615_000)]), yes("a"));
    let other = [Record { clock_ahead: Some(hour), ..told(9000, connected("a"), 17_000) }];
    assert_eq!(run(&mine, &other, &[account("a", 3_615_000)]), NOTHING);
    let plain = lost(10_000, 20_000);
    let account = [account("a", 3_615_000)];
    let evidence = Evidence { record: &plain, others: &[], accounts: &account, clock_ahead: Some(hour) };
    assert!(settle(evidence).is_ok());
    assert_eq!(oldest_that_matters(&mine, None), at(3_608_000));
    assert_eq!(oldest_that_matters(&plain, Some(hour)), at(3_608_000));
}

proptest! {
    /// However sessions overlap: one that connected nothing is never given an account that another one, which is in the
    /// journal, connected, as long as the clocks agree; and nobody is given somebody else's.
    #[test]
    fn nobody_is_given_what_another_connected(
        sessions in prop::collection::vec((0_i64..60_000, 20_i64..8000, 0_i64..100, any::<bool>(), 0_u8..3), 1..8),
    ) {
        let mut accounts = Vec::new();
        let records: Vec<Record> = sessions.iter().enumerate().map(|(index, (alive, length, place, success, fate))| {
            let when = alive + length * place / 100;
            let email = index.to_string();
            if *success {
                accounts.push(account(&email, when));
            }
            match (fate, success) {
                (0, true) => told(*alive, connected(&email), alive + length),
                (0, false) => told(*alive, Verdict::Error { code: None, description: None }, alive + length),
                _ => lost(*alive, alive + length),
            }
        }).collect();
        for (index, record) in records.iter().enumerate().filter(|(_, record)| record.end.is_none()) {
            let others: Vec<_> = records.iter().enumerate().filter(|(other, _)| *other != index).map(|(_, other)| other.clone()).collect();
            if let Ok(email) = run(record, &others, &accounts) {
                prop_assert_eq!((email, sessions[index].3), (index.to_string(), true));
            }
        }
    }
}
