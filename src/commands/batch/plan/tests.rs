use jiff::{SignedDuration, Timestamp};

use super::*;
use crate::model::list::{self, Terms};
use crate::model::provider::Provider;
use crate::model::session::SessionId;

const LIST: &[u8] = b"email,provider\na@x.com,google\nb@x.com,google\nc@x.com,microsoft\nd@x.com,google\n";

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + second).unwrap()
}

fn key(email: &str, provider: Provider) -> Key {
    Key::new(provider, email, None)
}

fn entry(outcome: &str, second: i64) -> Entry {
    Entry {
        outcome: outcome.into(),
        connected_email: None,
        name: None,
        error: None,
        error_description: None,
        session_id: None,
        profile: None,
        attempts: 2,
        started_at: None,
        finished_at: at(second),
    }
}

fn session(id: &str, expect: &str, second: i64) -> Owed {
    let life = SignedDuration::from_secs(600);
    let mut record = Record::met(SessionId::parse(id).unwrap(), "s".into(), "w".into(), life, at(second));
    (record.provider, record.expect) = (Some(Provider::Google), Some(expect.into()));
    (record, Rc::from(id))
}

/// What is done about each of the four rows: `done`, `skipped`, `new`, or the sessions that are taken up.
fn planned(
    past: &[(&str, Entry)],
    owed: Vec<Owed>,
    healthy: &[(&str, Provider)],
    retry_failed: bool,
    take_skipped: bool,
) -> (Vec<String>, Vec<String>) {
    let list = list::read(LIST, &Terms::default()).unwrap();
    let past = past.iter().map(|(email, entry)| (key(email, Provider::Google), entry.clone())).collect();
    let healthy = healthy.iter().map(|(email, provider)| key(email, *provider)).collect();
    let plan = plan(Known { list: &list, past: &past, owed, healthy: &healthy, retry_failed, take_skipped });
    let mut rows = vec![String::new(); 4];
    plan.done.iter().for_each(|&row| rows[row] += "done");
    plan.skipped.iter().for_each(|&row| rows[row] += "skipped");
    for job in &plan.fresh {
        rows[job.index] = format!("new after {}", job.before);
    }
    for (job, sessions) in &plan.owed {
        let ids: Vec<_> = sessions.iter().map(|(record, _)| record.id.to_string()).collect();
        rows[job.index] = format!("{}takes up {} after {}", rows[job.index], ids.join("+"), job.before);
    }
    (rows, plan.paid.iter().map(ToString::to_string).collect())
}

#[test]
fn a_first_run_takes_all_but_the_healthy_of_the_same_provider() {
    let healthy = [("b@x.com", Provider::Google), ("c@x.com", Provider::Google), ("zoe@x.com", Provider::Google)];
    let (rows, _) = planned(&[], Vec::new(), &healthy, false, false);
    assert_eq!(rows, ["new after 0", "skipped", "new after 0", "new after 0"]);
}

#[test]
fn a_later_run_takes_what_is_left_and_what_failed_if_that_is_asked_for() {
    let past = [("a@x.com", entry("connected", 9)), ("b@x.com", entry("expired", 9)), ("d@x.com", entry("skipped", 9))];
    for (retry_failed, take_skipped, expected) in [
        (false, false, ["done", "done", "new after 0", "done"]),
        (true, false, ["done", "new after 2", "new after 0", "done"]),
        (false, true, ["done", "done", "new after 0", "new after 2"]),
    ] {
        let (rows, _) = planned(&past, Vec::new(), &[], retry_failed, take_skipped);
        assert_eq!(rows, expected, "{retry_failed} {take_skipped}");
    }
}

#[test]
fn sessions_that_nobody_was_told_of_are_taken_up_and_others_are_paid() {
    let past = [("a@x.com", entry("expired", 100))];
    let owed = vec![
        // The results tell of it.
        session("s1", "a@x.com", 50),
        // It was begun after that, to try again.
        session("s2", "A@X.com", 150),
        session("s3", "b@x.com", 10),
        session("s4", "b@x.com", 20),
        // A row that is no longer in the list.
        session("s5", "zoe@x.com", 30),
    ];
    let (rows, paid) = planned(&past, owed, &[("b@x.com", Provider::Google)], false, false);
    assert_eq!(rows, ["takes up s2 after 2", "takes up s3+s4 after 0", "new after 0", "new after 0"]);
    assert_eq!(paid, ["s1"]);
}

#[test]
fn a_row_that_another_session_has_connected_is_done_while_its_own_is_asked_after() {
    let past = [("a@x.com", entry("connected", 100))];
    let owed = vec![session("s1", "a@x.com", 50), session("s2", "a@x.com", 150)];
    let (rows, paid) = planned(&past, owed, &[], false, false);
    assert_eq!(rows, ["donetakes up s2 after 2", "new after 0", "new after 0", "new after 0"]);
    assert_eq!(paid, ["s1"]);
}
