//! What is connected, and the list of it.

use serde_json::json;

use super::*;

const LIST: &str = "/api/v2/accounts";

/// Connects these mailboxes a second apart, those on `live.example` with Microsoft.
fn connected(mailboxes: &[&str]) -> Lab {
    let mut lab = Lab::new(Scenario::Ask);
    for mailbox in mailboxes {
        let provider = if mailbox.ends_with("@live.example") { "microsoft" } else { "google" };
        assert_eq!(lab.connect(KEY, provider, mailbox).1.status, 200);
        lab.pass(Duration::from_secs(1));
    }
    lab
}

fn emails(list: &Value) -> Vec<&str> {
    list["items"].as_array().unwrap().iter().map(|item| item["email"].as_str().unwrap()).collect()
}

#[test]
fn an_account_has_the_fields_of_the_schema() {
    let mut lab = connected(&["ada.lovelace@acme.example"]);
    let account = lab.get("/api/v2/accounts/ada.lovelace@acme.example").json;
    let expected = json!({
        "email": "ada.lovelace@acme.example", "first_name": "Ada", "last_name": "Lovelace", "provider_code": 2,
        "timestamp_created": "2026-08-01T12:00:00.000Z", "timestamp_updated": "2026-08-01T12:00:00.000Z", "status": 1,
        "organization": account["organization"], "warmup_status": 0, "setup_pending": false,
        "is_managed_account": false,
    });
    assert_eq!(account, expected);
    assert_eq!(lab.get(LIST).json, json!({"items": [expected]}));
}

#[test]
fn one_account_is_found_however_its_address_is_written() {
    let mut lab = connected(&["o'hara+x@acme.example"]);
    let table = [
        ("o'hara+x@acme.example", 200),
        ("o%27hara%2Bx%40acme.example", 200),
        ("O'Hara+X@ACME.example", 200),
        ("o'hara%20x@acme.example", 404),
        ("nobody@acme.example", 404),
    ];
    for (email, status) in table {
        assert_eq!(lab.get(&format!("{LIST}/{email}")).status, status, "{email}");
    }
    let got = lab.get_as("Bearer sandbox-other", &format!("{LIST}/o'hara+x@acme.example"));
    assert_eq!(got.json, json!({"statusCode": 404, "error": "Not Found", "message": "Account not found"}));
}

#[test]
fn lists() {
    let mut lab = connected(&["a@x.example", "b@live.example", "c@x.example", "d@live.example"]);
    let all = ["d@live.example", "c@x.example", "b@live.example", "a@x.example"];
    let table: [(&str, &[&str], bool); 13] = [
        ("", &all, false),
        ("?provider_code=2", &["c@x.example", "a@x.example"], false),
        (
            "?provider_code=3&sort_by=timestamp_created&sort_order=desc&limit=100",
            &["d@live.example", "b@live.example"],
            false,
        ),
        ("?provider_code=1", &[], false),
        ("?sort_order=asc&limit=1", &["a@x.example"], true),
        ("?limit=3", &all[..3], true),
        ("?limit=4", &all, false),
        ("?starting_after=2026-08-01T12%3A00%3A01.000Z%26b%40live.example", &all[3..], false),
        ("?starting_after=2026-08-01T12:00:01.000Z", &all[3..], false),
        ("?starting_after=2026-08-01T12:00:01.000Z&sort_order=asc", &["c@x.example", "d@live.example"], false),
        (
            "?starting_after=2026-08-01T12:00:01.000Z%26a&sort_order=asc&limit=2",
            &["b@live.example", "c@x.example"],
            true,
        ),
        ("?starting_after=z&sort_order=asc", &[], false),
        ("?starting_after=z&limit=2&provider_code=3", &["d@live.example", "b@live.example"], false),
    ];
    for (query, expected, more) in table {
        let list = lab.get(&format!("{LIST}{query}")).json;
        assert_eq!(emails(&list), expected, "{query}");
        assert_eq!(list.get("next_starting_after").is_some(), more, "{query}");
    }
}

#[test]
fn pages_follow_each_other_without_a_gap() {
    let mut lab = Lab::new(Scenario::Ask);
    for name in ["a", "b", "c", "d", "e", "f", "g"] {
        // All within a millisecond: the address decides.
        lab.connect(KEY, "google", &format!("{name}@x.example"));
    }
    for order in ["asc", "desc"] {
        let mut seen = Vec::new();
        let mut query = format!("sort_order={order}&limit=3");
        loop {
            let list = lab.get(&format!("{LIST}?{query}")).json;
            seen.extend(emails(&list).into_iter().map(str::to_owned));
            let Some(next) = list["next_starting_after"].as_str() else { break };
            let mut form = url::form_urlencoded::Serializer::new(format!("sort_order={order}&limit=3"));
            query = form.append_pair("starting_after", next).finish();
        }
        let mut expected: Vec<String> = "abcdefg".chars().map(|name| format!("{name}@x.example")).collect();
        if order == "desc" {
            expected.reverse();
        }
        assert_eq!(seen, expected);
    }
}

#[test]
fn queries_that_are_refused() {
    let mut lab = Lab::new(Scenario::Ask);
    let table = [
        "limit=0",
        "limit=101",
        "limit=x",
        "limit=-1",
        "provider_code=5",
        "sort_order=up",
        "sort_by=email",
        "search=x",
    ];
    for query in table {
        let got = lab.get(&format!("{LIST}?{query}"));
        assert_eq!((got.status, &got.json["error"]), (400, &json!("Bad Request")), "{query}");
    }
}

#[test]
fn connecting_again_updates_and_another_workspace_is_refused() {
    let mut lab = connected(&["ada@x.example"]);
    let (id, page) = lab.connect("Bearer sandbox-other", "microsoft", "Ada@X.example");
    assert!(page.html.contains("already connected to another workspace"), "{}", page.html);
    let path = format!("/api/v2/oauth/session/status/{id}");
    assert_eq!(lab.get_as("Bearer sandbox-other", &path).json["error"], "account_exists");
    assert_eq!(lab.get_as("Bearer sandbox-other", LIST).json["items"], json!([]));

    // With another provider it is in that one's list, and in no other any more.
    for (provider, code, other) in [("microsoft", 3, 2), ("google", 2, 3)] {
        let (id, _) = lab.connect(KEY, provider, "ada@x.example");
        assert_eq!(lab.status(&id).json["status"], "success");
        assert_eq!(emails(&lab.get(LIST).json), ["ada@x.example"]);
        assert_eq!(emails(&lab.get(&format!("{LIST}?provider_code={code}")).json), ["ada@x.example"]);
        assert_eq!(emails(&lab.get(&format!("{LIST}?provider_code={other}")).json), [""; 0]);
    }
    let account = lab.get(&format!("{LIST}/ada@x.example")).json;
    assert_eq!(account["timestamp_created"], "2026-08-01T12:00:00.000Z");
    assert_eq!(account["timestamp_updated"], "2026-08-01T12:00:01.000Z");
}

#[test]
fn an_account_is_as_old_as_the_act_that_connected_it() {
    let mut lab = Lab::new(Scenario::Success);
    lab.begin("google");
    lab.pass(Duration::from_secs(30));
    assert_eq!(lab.get(LIST).json["items"][0]["timestamp_created"], "2026-08-01T12:00:01.500Z");
}
