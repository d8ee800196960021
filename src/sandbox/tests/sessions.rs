//! The life of a session, and what the scenarios make of it.

use proptest::prelude::*;
use serde_json::json;

use super::*;

#[test]
fn init_answers_with_a_link_and_an_expiry() {
    let mut lab = Lab::new(Scenario::Ask);
    let got = lab.init_as(KEY, "microsoft");
    assert_eq!(got.json["expires_at"], "2026-08-01T12:10:00.000Z");
    assert!(text(&got.json["session_id"]).len() >= 24);
    let link = text(&got.json["auth_url"]);
    assert!(link.starts_with("http://127.0.0.1:7070/consent/microsoft?"), "{link}");
    // What a client would change that takes the link apart and puts it together again.
    for fragile in ["+", "%20", "%2B", "%2f", "%2F", "%3d", "~"] {
        assert!(lab.begin("google").1.contains(fragile), "{fragile}");
    }
}

/// Each scenario: what the status call answers before and after the simulated person acts, and after that again.
#[test]
fn scenarios() {
    let error = |error: &str, text: &str| json!({"status": "error", "error": error, "error_description": text});
    let ada = json!({"status": "success", "email": "ada@acme.example", "name": "Ada Lovelace"});
    let pending = json!({"status": "pending"});
    let elsewhere = error("account_exists", "This account is already connected to another workspace");
    let personal = error("non_gsuite_account", "Non GSuite accounts are not allowed");
    let microsoft = json!({"status": "success", "email": "ada.sandbox@gmail.com", "name": "Ada Lovelace"});
    let broken = error("server_error", "Something went wrong while connecting the account");
    let table = [
        (Scenario::Ask, "google", &pending),
        (Scenario::Expire, "google", &pending),
        (Scenario::Success, "google", &ada),
        (Scenario::Success, "microsoft", &ada),
        (Scenario::Denied, "google", &error("access_denied", "The user denied access")),
        (Scenario::AccountExists, "google", &elsewhere),
        (Scenario::PersonalGmail, "google", &personal),
        (Scenario::PersonalGmail, "microsoft", &microsoft),
        (Scenario::ServerError, "google", &broken),
    ];
    for (scenario, provider, end) in table {
        let mut lab = Lab::new(scenario);
        let (id, _) = lab.begin(provider);
        lab.pass(DELAY.checked_sub(Duration::from_millis(1)).unwrap());
        assert_eq!(lab.status(&id).json, pending, "{scenario}");
        lab.pass(Duration::from_millis(1));
        assert_eq!(lab.status(&id).json, *end, "{scenario}");
        let again = lab.status(&id);
        if *end == pending {
            assert_eq!(again.json, pending);
        } else {
            let gone = json!({"statusCode": 404, "error": "Not Found", "message": "Session not found"});
            assert_eq!(again.json, gone, "a result is handed out once");
        }
    }
}

#[test]
fn a_lost_reply_consumes_the_result() {
    let mut lab = Lab::new(Scenario::LostReply);
    let (id, _) = lab.begin("google");
    assert_eq!(lab.status(&id).json["status"], "pending");
    lab.pass(DELAY);
    let path = format!("/api/v2/oauth/session/status/{id}");
    assert!(lab.send(&Call { authorization: Some(KEY), ..call("GET", &path) }).is_none());
    assert_eq!(lab.status(&id).status, 404);
    assert_eq!(lab.get("/api/v2/accounts/ada@acme.example").status, 200, "which the account list can settle");
}

#[test]
fn a_session_is_its_workspaces_own() {
    let mut lab = Lab::new(Scenario::Success);
    let (id, _) = lab.begin("google");
    lab.pass(DELAY);
    let path = format!("/api/v2/oauth/session/status/{id}");
    assert_eq!(lab.get_as("Bearer sandbox-other", &path).status, 404);
    assert_eq!(lab.get(&path).json["status"], "success", "and a stranger's call consumes nothing");
}

#[test]
fn every_session_of_a_workspace_has_another_person() {
    let mut lab = Lab::new(Scenario::Success);
    let ids: Vec<String> = (0..3).map(|_| lab.begin("google").0).collect();
    lab.pass(DELAY);
    let mailboxes = ids.iter().map(|id| text(&lab.status(id).json["email"]));
    assert_eq!(mailboxes.collect::<Vec<_>>(), ["ada@acme.example", "grace@acme.example", "alan@acme.example"]);
}

/// At which second after init a session that nobody decided, and one that was decided and not read, answers what.
#[test]
fn lifetimes() {
    let table = [
        (Scenario::Expire, 599, "pending"),
        (Scenario::Expire, 600, "expired"),
        (Scenario::Expire, 1199, "expired"),
        (Scenario::Expire, 1200, "404"),
        (Scenario::Success, 599, "success"),
        (Scenario::Success, 600, "success"),
        (Scenario::Success, 1199, "success"),
        (Scenario::Success, 1200, "404"),
    ];
    for (scenario, second, answer) in table {
        let mut lab = Lab::new(scenario);
        let (id, _) = lab.begin("google");
        lab.pass(Duration::from_secs(second));
        let got = lab.status(&id);
        let word = got.json["status"].as_str().map_or_else(|| got.status.to_string(), str::to_owned);
        assert_eq!(word, answer, "{scenario} after {second} s");
    }
}

#[test]
fn expired_can_be_read_again() {
    let mut lab = Lab::new(Scenario::Expire);
    let (id, _) = lab.begin("google");
    lab.pass(TTL);
    for _ in 0..3 {
        assert_eq!(lab.status(&id).json, json!({"status": "expired"}));
    }
}

#[test]
fn a_person_slower_than_the_session_is_too_late() {
    let mut lab = Lab::with(Scenario::Success, |settings| settings.delay = TTL);
    let (id, _) = lab.begin("google");
    lab.pass(TTL);
    assert_eq!(lab.status(&id).json["status"], "expired");
    assert_eq!(lab.get("/api/v2/accounts").json["items"], json!([]));
}

#[test]
fn an_endless_lifetime_does_no_harm() {
    let mut lab = Lab::with(Scenario::Expire, |settings| settings.ttl = Duration::MAX);
    let (id, _) = lab.begin("google");
    lab.pass(TTL);
    assert_eq!(lab.status(&id).json["status"], "pending");
}

proptest! {
    /// Whatever is polled whenever, each result is handed out exactly once, and in the end there is none left.
    #[test]
    fn a_result_is_handed_out_once(steps in prop::collection::vec((0_usize..4, 0_u64..2000), 1..60)) {
        let mut lab = Lab::new(Scenario::Success);
        let ids: Vec<String> = (0..3).map(|_| lab.begin("google").0).collect();
        let mut handed_out = [0; 3];
        let steps = steps.into_iter().chain([(0, 2000), (1, 0), (2, 0)]);
        for (which, millis) in steps {
            lab.pass(Duration::from_millis(millis));
            let Some(id) = ids.get(which) else { continue };
            let got = lab.status(id);
            prop_assert_eq!(got.status == 404, handed_out[which] > 0);
            handed_out[which] += usize::from(got.json["status"] == "success");
        }
        prop_assert_eq!(handed_out, [1; 3]);
    }
}
