//! 11: the result is gone, and nobody can say what it was.

use crate::support::{ACCOUNTS, Act, INIT, STATUS, Scripted, Tool};

#[test]
fn a_session_that_is_gone_after_a_lost_reply_has_an_unknown_outcome() {
    let cut = Act::Raw(b"HTTP/1.1 200 OK\r\ncontent-length: 57\r\n\r\n{\"status\":\"succ".into());
    for (act, says) in [
        (Act::Drop, "the connection broke"),
        (Act::Reset, "the connection broke"),
        (cut, "the connection broke"),
        (Act::error(502, "bad gateway"), "HTTP 502: bad gateway"),
        (Act::error(503, "busy"), "HTTP 503: busy"),
        (Act::json("not json"), "an unusable reply"),
        (Act::json(r#"{"email":"ada@acme.com"}"#), "it has no status"),
    ] {
        let api = Scripted::new([Act::started(), Act::pending(), act, Act::not_found(), Act::accounts(&[])]);
        let run = Tool::connect(&api.url(), &["--interval", "20ms"]).run().expect(11).says(says);
        let run = run.says("error: the session is over, but its result was lost").says("Email accounts");
        assert_eq!(run.stdout, "");
        assert_eq!(api.lines(), [INIT, STATUS, STATUS, STATUS, ACCOUNTS, ACCOUNTS, ACCOUNTS]);
    }
}

#[test]
fn a_loss_is_remembered_through_what_proves_nothing() {
    let between = [Act::error(429, "slow down"), Act::status(425, "{}"), Act::error(500, "oops")];
    let acts = [Act::started(), Act::Drop].into_iter().chain(between).chain([Act::not_found(), Act::accounts(&[])]);
    let api = Scripted::new(acts);
    let run = Tool::connect(&api.url(), &["--interval", "20ms"]).run().expect(11).says("its result was lost");
    assert_eq!(run.stdout, "");
    assert_eq!(api.lines().len(), 6 + 3);
}

#[test]
fn a_session_that_is_gone_after_an_unknown_state_has_an_unknown_outcome() {
    let odd = Act::json(r#"{"status":"completed"}"#);
    let api = Scripted::new([Act::started(), odd, Act::not_found(), Act::accounts(&[]), Act::error(404, "no")]);
    let run = Tool::connect(&api.url(), &["--interval", "20ms", "--expect", "ada@acme.com"]).run().expect(11);
    let run = run.says("error: the session is over: the API called it \"completed\"").says("Look for ada@acme.com");
    assert_eq!(run.stdout, "");
    let one = "GET /api/v2/accounts/ada%40acme.com";
    assert_eq!(api.lines()[..5], [INIT, STATUS, STATUS, ACCOUNTS, one]);
}

#[test]
fn a_session_that_is_seen_alive_again_has_lost_nothing() {
    for act in [Act::Drop, Act::error(502, "bad gateway"), Act::json("")] {
        let api = Scripted::new([Act::started(), act, Act::pending(), Act::not_found()]);
        let run = Tool::connect(&api.url(), &["--interval", "20ms"]).run().expect(6);
        assert_eq!(run.says("the API does not know this session").stdout, "");
        assert_eq!(api.lines(), [INIT, STATUS, STATUS, STATUS]);
    }
}

#[test]
fn what_proves_that_nothing_was_given_out_is_no_loss() {
    // The 429's one second of waiting is covered elsewhere: here a status that is no result will do.
    for act in [Act::status(425, "{}"), Act::status(403, "<html>")] {
        let api = Scripted::new([Act::started(), act, Act::not_found()]);
        let run = Tool::connect(&api.url(), &["--interval", "20ms"]).run().expect(6);
        assert_eq!(run.stdout, "");
    }
}
