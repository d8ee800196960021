mod rivals;

use super::*;
use crate::model::poll::Suspicion;
use crate::model::record::Source;
use crate::model::session::SessionId;

/// A time of day of ours, in milliseconds.
fn at(millis: i64) -> Timestamp {
    Timestamp::from_millisecond(1_800_000_000_000 + millis).unwrap()
}

/// A Google session that still waits for its person, and was last seen to do so then.
fn open(alive: i64) -> Record {
    let id = SessionId::parse("s").unwrap();
    let life = SignedDuration::from_secs(600);
    let mut record = Record::met(id, "https://api".into(), "w".into(), life, at(alive));
    record.provider = Some(Provider::Google);
    (record.alive, record.slowest) = (Some(at(alive)), Some(SignedDuration::from_millis(100)));
    record
}

/// One whose reply was lost then, and that was gone five seconds later.
fn lost(alive: i64, lost: i64) -> Record {
    let (lost, gone) = (Some(at(lost)), Some(at(lost + 5000)));
    Record { lost, gone, suspicion: Some(Suspicion::CutOff), ..open(alive) }
}

/// One whose reply was lost then, and that has not been asked for since.
fn cut_off(alive: i64, when: i64) -> Record {
    Record { gone: None, ..lost(alive, when) }
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

fn left(record: Record, unsettled: Unsettled) -> Record {
    let mut record = record;
    record.finish(Verdict::Unknown { suspicion: Suspicion::CutOff, unsettled }, Source::Api, at(99_000));
    record
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

/// What comes of it where the clocks are as far apart as this.
fn run_at(clock: Ahead, record: &Record, others: &[Record], accounts: &[Listed]) -> Result<String, Unsettled> {
    settle(Evidence { record, others, accounts, clock }).map(|account| account.email.unwrap())
}

fn run(record: &Record, others: &[Record], accounts: &[Listed]) -> Result<String, Unsettled> {
    run_at(Ahead::NONE, record, others, accounts)
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
        (vec![account("a", 24_000)], yes("a")),
        (vec![account("a", 7000)], NOTHING),
        // It was gone by then.
        (vec![account("a", 28_000)], NOTHING),
        (vec![again("a", 15_000)], NOTHING),
        (vec![account("a", 15_000), account("b", 16_000)], several(&["a", "b"])),
        // Only one of these fits what was measured.
        (vec![account("a", 15_000), account("b", 9000)], yes("a")),
        (vec![account("a", 15_000), account("b", 24_000)], yes("a")),
        (vec![account("a", 20_400), account("b", 15_000)], several(&["a", "b"])),
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
fn a_session_that_nothing_was_measured_of_may_have_been_slow() {
    let mine = Record { slowest: None, ..lost(10_000, 20_000) };
    assert_eq!(run(&mine, &[], &[account("a", 15_000), account("b", 24_500)]), several(&["a", "b"]));
    let slow = Record { slowest: Some(SignedDuration::from_secs(1)), ..mine };
    assert_eq!(run(&slow, &[], &[account("a", 15_000), account("b", 24_000)]), several(&["a", "b"]));
}

#[test]
fn a_loss_long_after_the_end_brings_nothing_new() {
    // Somebody asked again a day later, and that reply was lost as well.
    let mine = Record { gone: None, ..lost(10_000, 86_400_000) };
    assert_eq!(run(&mine, &[], &[account("a", 86_000_000)]), NOTHING);
    assert_eq!(run(&mine, &[], &[account("a", 600_000)]), yes("a"));
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
    let expired = Verdict::Expired { status: Some("expired".into()) };
    assert_eq!(run(&mine, &[told(9000, expired, 17_000)], &accounts[..1]), yes("a"));
}

#[test]
fn a_session_that_has_not_told_its_result_may_own_what_appeared_since_it_was_last_alive() {
    let mine = lost(10_000, 20_000);
    let accounts = [account("a", 15_000)];
    let nameless = Verdict::Connected(Account::default());
    let (late, odd) = (Verdict::Expired { status: None }, Verdict::Expired { status: Some("odd".into()) });
    let of = |emails: &[&str]| Unsettled::Several(emails.iter().map(|email| (*email).into()).collect());
    for (other, expected) in [
        (open(9000), several(&["a"])),
        (lost(9000, 20_000), several(&["a"])),
        (left(lost(9000, 20_000), Unsettled::Unread), several(&["a"])),
        (left(lost(9000, 20_000), Unsettled::Unreadable("x".into())), several(&["a"])),
        (told(9000, Verdict::NotFound, 21_000), several(&["a"])),
        (told(9000, nameless, 21_000), several(&["a"])),
        (told(9000, late, 21_000), several(&["a"])),
        (told(9000, odd, 21_000), several(&["a"])),
        // It may still be answered, whatever was lost before.
        (cut_off(-60_000, -50_000), several(&["a"])),
        // When that one was looked for, this account was not there.
        (left(lost(9000, 20_000), Unsettled::Nothing), yes("a")),
        (left(lost(9000, 20_000), of(&["b"])), yes("a")),
        (left(lost(9000, 20_000), of(&["b", "A"])), several(&["a"])),
        (open(18_000), yes("a")),
        (lost(-90_000, -80_000), yes("a")),
        (open(15_500), yes("a")),
        (Record { provider: Some(Provider::Microsoft), ..open(9000) }, yes("a")),
        (Record { provider: None, ..open(9000) }, several(&["a"])),
        // People choose the wrong mailbox.
        (expecting("b", open(9000)), several(&["a"])),
        (expecting("A", open(9000)), several(&["a"])),
    ] {
        assert_eq!(run(&mine, std::slice::from_ref(&other), &accounts), expected, "{other:#?}");
    }
    let meant = expecting("a", mine);
    assert_eq!(run(&meant, &[expecting("b", open(9000))], &accounts), yes("a"));
    assert_eq!(run(&meant, &[expecting("A", open(9000))], &accounts), several(&["a"]));
}

#[test]
fn what_may_have_come_from_elsewhere_is_nobodys() {
    // The first can only own one of them, and the second either.
    let (first, second) = (lost(0, 10_000), lost(4000, 24_000));
    let accounts = [account("b", 6000), account("elsewhere", 20_000)];
    assert_eq!(run(&first, std::slice::from_ref(&second), &accounts), several(&["b"]));
    assert_eq!(run(&second, std::slice::from_ref(&first), &accounts), several(&["b", "elsewhere"]));
}

#[test]
fn sessions_that_were_lost_one_after_the_other_are_told_apart() {
    let sessions = [lost(0, 10_000), lost(20_000, 30_000), lost(40_000, 50_000)];
    let accounts = [account("a", 2000), account("b", 27_000), account("c", 45_000)];
    for mine in 0..sessions.len() {
        let others: Vec<_> = (0..3).filter(|&other| other != mine).map(|other| sessions[other].clone()).collect();
        assert_eq!(run(&sessions[mine], &others, &accounts), yes(["a", "b", "c"][mine]), "{mine}");
    }
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
    let changed = [again("ada@acme.com", 15_000)];
    // It was connected before, and again now; or only before; or by one that has not told.
    assert_eq!(run(&mine, &[told(-50_000, connected("ada@acme.com"), -40_000)], &changed), yes("ada@acme.com"));
    assert_eq!(run(&mine, &[told(9000, connected("ada@acme.com"), 16_000)], &changed), NOTHING);
    for rival in [open(9000), expecting("ada@acme.com", open(9000))] {
        assert_eq!(run(&mine, &[rival], &changed), several(&["ada@acme.com"]));
    }
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
    let hour = Ahead { least: SignedDuration::from_hours(1), most: SignedDuration::from_hours(1) };
    let plain = lost(10_000, 20_000);
    let mine = Record { clock: Some(hour), ..plain.clone() };
    assert_eq!(run(&mine, &[], &[account("a", 15_000)]), NOTHING);
    let later = [account("a", 3_615_000)];
    assert_eq!(run(&mine, &[], &later), yes("a"));
    assert_eq!(run_at(hour, &plain, &[], &later), yes("a"));
    // Whether another session's own record tells or not.
    for clock in [Some(hour), None] {
        let other = [Record { clock, ..told(9000, connected("a"), 17_000) }];
        assert_eq!(run_at(hour, &mine, &other, &later), NOTHING);
    }
    assert_eq!(oldest_that_matters(&mine, Ahead::NONE), at(3_608_000));
    assert_eq!(oldest_that_matters(&plain, hour), at(3_608_000));
}

#[test]
fn clocks_that_may_agree_are_one_only_on_this_machine() {
    // A second before the session began, or at its very beginning: as far as whole seconds tell.
    let about = Ahead { least: SignedDuration::from_millis(-900), most: SignedDuration::from_millis(150) };
    let accounts = [account("a", 15_000), account("b", 9800)];
    let mine = Record { clock: Some(about), ..lost(10_000, 20_000) };
    assert_eq!(run(&mine, &[], &accounts), several(&["a", "b"]));
    assert_eq!(run(&Record { service: "http://127.0.0.1:1".into(), ..mine.clone() }, &[], &accounts), yes("a"));
    let apart = Ahead { least: SignedDuration::from_millis(-900), most: SignedDuration::from_millis(-100) };
    let here = Record { service: "http://127.0.0.1:1".into(), clock: Some(apart), ..mine };
    assert_eq!(run(&here, &[], &accounts), several(&["a", "b"]));
}
