//! 0, 3, 5, 6, 8 and 12: what the API says about the session.

use crate::support::scripted::started_body;
use crate::support::{Act, INIT, STATUS, Scripted, Tool};

#[test]
fn a_mailbox_is_connected_with_just_the_requests_that_it_takes() {
    let api = Scripted::new([Act::started(), Act::pending(), Act::success()]);
    let run = Tool::connect(&api.url(), &["--interval", "20ms"]).run().expect(0);
    assert_eq!(run.stdout, "Connected ada@acme.com (Ada Lovelace)\n");
    assert!(!run.stderr.contains("error:"), "{run:#?}");
    assert_eq!(api.lines(), [INIT, STATUS, STATUS]);
    assert_eq!(api.most_in_flight(), 1);
}

#[test]
fn microsoft_is_started_where_microsoft_is() {
    let api = Scripted::new([
        Act::json(started_body("https://login.microsoftonline.com/common/oauth2/v2.0/authorize?a=b", "")),
        Act::success(),
    ]);
    let run = Tool::new(["connect", "microsoft", "--no-browser"]).at(&api.url()).run().expect(0);
    assert_eq!(run.stdout, "Connected ada@acme.com (Ada Lovelace)\n");
    assert!(!run.stderr.contains("warning:"), "{run:#?}");
    assert_eq!(api.lines(), ["POST /api/v2/oauth/microsoft/init", STATUS]);
}

#[test]
fn a_sign_in_page_on_a_foreign_host_is_used_with_a_warning() {
    let api = Scripted::new([Act::json(started_body("https://accounts.google.com.example/x", "")), Act::success()]);
    let run = Tool::connect(&api.url(), &["--quiet"]).run().expect(0);
    assert_eq!(run.stdout, "Connected ada@acme.com (Ada Lovelace)\n");
    assert_eq!(
        run.stderr,
        "warning: the URL leads to accounts.google.com.example, which is not Google's own sign-in; look twice before \
         signing in\nhttps://accounts.google.com.example/x\n"
    );
}

#[test]
fn without_waiting_the_session_and_its_url_are_the_output() {
    let api = Scripted::new([Act::started()]);
    let run = Tool::connect(&api.url(), &["--no-wait"]).run().expect(0).says("status s1 --wait");
    assert_eq!(run.stdout, "s1\nhttps://accounts.google.com/o/oauth2/auth?state=a%2fb\n");
    assert!(!run.stderr.contains("error:"), "{run:#?}");
    assert_eq!(api.lines(), [INIT]);
}

#[test]
fn one_question_gives_the_state() {
    let account = |rest: &str| Act::json(format!(r#"{{"status":"success"{rest}}}"#));
    for (act, code, stdout, says) in [
        (Act::success(), 0, "Connected ada@acme.com (Ada Lovelace)\n", ""),
        (account(r#","email":"ada@acme.com""#), 0, "Connected ada@acme.com\n", ""),
        (account(r#","name":"Ada""#), 0, "Connected the mailbox of Ada; the API did not say which\n", ""),
        (account(""), 0, "Connected; the API did not say which mailbox\n", ""),
        (Act::json(r#"{"status":"error","error":"access_denied"}"#), 3, "error access_denied\n", "was refused"),
        (Act::json(r#"{"status":"error"}"#), 3, "error\n", "no reason was given"),
        (Act::json(r#"{"status":"expired"}"#), 5, "expired\n", "the session expired"),
        (Act::not_found(), 6, "not found\n", "the API does not know this session"),
        (Act::pending(), 8, "pending\n", "status s1 --wait"),
        (Act::json(r#"{"status":"in_review"}"#), 8, "in_review\n", "status s1 --wait"),
    ] {
        let api = Scripted::new([act]);
        let run = Tool::status(&api.url(), &["s1"]).run().expect(code).says(says);
        assert_eq!(run.stdout, stdout, "{run:#?}");
        assert_eq!(run.stderr.contains("error: "), ![0, 8].contains(&code), "{run:#?}");
        assert_eq!(api.lines(), [STATUS]);
    }
}

#[test]
fn a_session_error_is_told_with_its_meaning_and_as_it_came() {
    for (code, description, says) in [
        ("account_exists", "Account is connected elsewhere", "another Instantly workspace"),
        ("access_denied", "User denied access", "permission was refused in the browser"),
        ("access_denied", "Non GSuite accounts are not allowed", "personal Gmail"),
        ("server_error", "Internal error", "Next: instantly-oauth connect google"),
        ("expired", "Session expired", "finished too late"),
        ("admin_policy_enforced", "Blocked", "administrator"),
        ("invalid_account", "Account contains prohibited content", "prohibited content"),
        ("brand_new", "Some sentence.", "the session ended in an error"),
    ] {
        let body = serde_json::json!({"status": "error", "error": code, "error_description": description});
        let api = Scripted::new([Act::started(), Act::pending(), Act::json(body.to_string())]);
        let run = Tool::connect(&api.url(), &["--interval", "20ms"]).run().expect(3).says(says).says("error: ");
        assert!(run.stderr.contains(&format!("{code}: {description}")), "{run:#?}");
        assert_eq!(run.stdout, "", "{run:#?}");
        assert_eq!(api.lines(), [INIT, STATUS, STATUS]);
    }
}

#[test]
fn an_expiry_that_the_server_tells_is_believed_at_once() {
    let api = Scripted::new([Act::started(), Act::pending(), Act::json(r#"{"status":"expired"}"#)]);
    let run = Tool::connect(&api.url(), &["--interval", "20ms"]).run().expect(5).says("nobody finished signing in");
    assert_eq!(run.stdout, "");
    assert_eq!(api.lines(), [INIT, STATUS, STATUS]);
}

#[test]
fn a_session_that_is_pending_past_its_end_has_expired() {
    let api = Scripted::new([Act::started_briefly(), Act::pending()]);
    let run = Tool::connect(&api.url(), &["--interval", "20ms"]).run().expect(5).says("error: the session expired");
    assert!(run.stderr.contains("Next: instantly-oauth connect google"), "{run:#?}");
    assert_eq!(run.stdout, "");
    assert_eq!(api.lines()[..2], [INIT, STATUS]);
}

#[test]
fn a_session_that_stays_in_an_unknown_state_has_expired_in_it() {
    let api = Scripted::new([Act::started_briefly(), Act::json(r#"{"status":"in_review"}"#)]);
    let run = Tool::connect(&api.url(), &["--interval", "20ms"]).run().expect(5).says("\"in_review\"");
    assert_eq!(run.stdout, "");
}

#[test]
fn a_session_that_nobody_knows_is_not_found() {
    for acts in [vec![Act::not_found()], vec![Act::pending(), Act::not_found()]] {
        let asked = acts.len();
        let api = Scripted::new(acts);
        let run = Tool::status(&api.url(), &["s1", "--wait", "--interval", "20ms"]).run();
        assert_eq!(run.expect(6).says("error: the API does not know this session").stdout, "not found\n");
        assert_eq!(api.lines(), vec![STATUS; asked]);
    }
    let api = Scripted::new([Act::started(), Act::not_found()]);
    let run = Tool::connect(&api.url(), &[]).run().expect(6).says("given out once");
    assert_eq!(run.stdout, "");
    assert_eq!(api.lines(), [INIT, STATUS]);
}

#[test]
fn giving_up_early_leaves_the_session_to_be_gone_on_with() {
    let api = Scripted::new([Act::started(), Act::pending()]);
    let run = Tool::connect(&api.url(), &["--interval", "20ms", "--timeout", "200ms"]).run();
    let run = run.expect(8).says("not finished yet").says("Next: instantly-oauth status s1 --wait");
    assert_eq!(run.stdout, "");
    assert_eq!(api.lines()[..2], [INIT, STATUS]);
    let api = Scripted::new([Act::pending()]);
    let run = Tool::status(&api.url(), &["s1", "--wait", "--interval", "20ms", "--timeout", "0"]).run();
    assert_eq!(run.expect(8).says("Next: ").stdout, "pending\n");
    assert_eq!(api.lines(), [STATUS]);
    let api = Scripted::new([Act::error(500, "oops")]);
    let run = Tool::status(&api.url(), &["s1", "--wait", "--interval", "20ms", "--timeout", "200ms"]).run();
    assert_eq!(run.expect(8).says("the last request failed (HTTP 500: oops)").stdout, "");
}

#[test]
fn another_mailbox_than_the_expected_one_is_a_failure() {
    let bare = Act::json(r#"{"status":"success"}"#);
    for (act, expect, code, stdout, says) in [
        (Act::success(), "ADA@Acme.COM", 0, "Connected ada@acme.com (Ada Lovelace)\n", "as ADA@Acme.COM"),
        (Act::success(), "bob@acme.com", 12, "", "error: ada@acme.com was connected, not bob@acme.com"),
        (Act::success(), "ada+x@acme.com", 12, "", "not ada+x@acme.com"),
        (bare.clone(), "ada@acme.com", 12, "", "did not say whether it is ada@acme.com"),
    ] {
        let api = Scripted::new([Act::started(), act]);
        let run = Tool::connect(&api.url(), &["--expect", expect]).run().expect(code).says(says);
        assert_eq!(run.stdout, stdout, "{run:#?}");
        assert_eq!(api.lines(), [INIT, STATUS]);
    }
    for (act, line) in [(Act::success(), "Connected ada@acme.com\n"), (bare, "Connected another mailbox\n")] {
        let api = Scripted::new([act]);
        let run = Tool::status(&api.url(), &["s1", "--expect", "bob@acme.com"]).run().expect(12);
        assert_eq!(run.stdout, line, "{run:#?}");
    }
}
