//! Keys, faults, and calls that are none.

use serde_json::json;

use super::*;

#[test]
fn only_a_key_of_this_form_is_let_in() {
    let table = [
        (None, Some("Missing Authorization header")),
        (Some(""), Some("Invalid Authorization header")),
        (Some("sandbox-acme"), Some("Invalid Authorization header")),
        (Some("Basic sandbox-acme"), Some("Invalid Authorization header")),
        (Some("Bearer "), Some("Invalid Authorization header")),
        (Some("Bearer acme"), Some("Invalid API key")),
        (Some("Bearer sandbox-"), Some("Invalid API key")),
        (Some("Bearer sandbox-Acme"), Some("Invalid API key")),
        (Some("Bearer sandbox-acme x"), Some("Invalid API key")),
        (Some("Bearer sandbox-acme"), None),
        (Some("bearer  sandbox-a-1 "), None),
    ];
    for (authorization, message) in table {
        let mut lab = Lab::new(Scenario::Ask);
        let got = lab.send(&Call { authorization, ..call("GET", "/api/v2/accounts") }).unwrap();
        match message {
            None => assert_eq!(got.status, 200, "{authorization:?}"),
            Some(message) => {
                assert_eq!(got.status, 401);
                let body = json!({"statusCode": 401, "error": "Unauthorized", "message": message});
                assert_eq!(got.json, body, "{authorization:?}");
            }
        }
    }
}

#[test]
fn a_body_must_be_json() {
    let json = Some("application/json");
    let table: [(Option<&str>, &str, u16); 7] = [
        (json, "{}", 200),
        (Some("Application/JSON; charset=utf-8"), "{}", 200),
        (json, "", 400),
        (json, "{", 400),
        (None, "", 415),
        (None, "{}", 415),
        (Some(FORM), "", 415),
    ];
    for (content_type, body, status) in table {
        let mut lab = Lab::new(Scenario::Ask);
        let call = call("POST", "/api/v2/oauth/google/init");
        let call = Call { authorization: Some(KEY), content_type, body: body.as_bytes(), ..call };
        let got = lab.send(&call).unwrap();
        assert_eq!(got.status, status, "{content_type:?} {body:?}");
        if status != 200 {
            assert_eq!(got.json["statusCode"], status);
        }
    }
}

#[test]
fn what_is_no_call_is_404() {
    let table = [
        ("GET", "/"),
        ("GET", "/api/v2"),
        ("GET", "/api/v2/"),
        ("GET", "/api/v1/accounts"),
        ("GET", "/api/v2/accounts/"),
        ("GET", "/api/v2/accounts/a@b.example/x"),
        ("DELETE", "/api/v2/accounts/a@b.example"),
        ("GET", "/api/v2/oauth/google/init"),
        ("POST", "/api/v2/oauth/yahoo/init"),
        ("POST", "/api/v2/oauth/session/status/x"),
        ("GET", "/api/v2/oauth/session/status/"),
        ("GET", "/consent/yahoo"),
    ];
    for (method, path) in table {
        let got = Lab::new(Scenario::Ask).send(&Call { authorization: Some(KEY), ..call(method, path) }).unwrap();
        let message = format!("Route {method}:{path} not found");
        assert_eq!(got.json, json!({"statusCode": 404, "error": "Not Found", "message": message}));
    }
}

/// Each fault: what init, status, the list and the workspace answer.
#[test]
fn faults() {
    type Switch = fn(&mut Faults);
    let table: [(&str, Switch, [u16; 4]); 7] = [
        ("none", |_| {}, [200, 404, 200, 200]),
        ("unauthorized", |faults| faults.unauthorized = true, [401; 4]),
        ("no_plan", |faults| faults.no_plan = true, [402; 4]),
        ("no_create_scope", |faults| faults.no_create_scope = true, [403, 404, 200, 200]),
        ("no_read_scope", |faults| faults.no_read_scope = true, [200, 403, 403, 200]),
        ("throttled", |faults| faults.throttled = true, [200, 429, 429, 429]),
        ("html_errors", |faults| faults.html_errors = true, [502; 4]),
    ];
    for (name, switch, statuses) in table {
        let mut lab = Lab::with(Scenario::Ask, |settings| switch(&mut settings.faults));
        let calls = [
            lab.init_as(KEY, "google"),
            lab.status("nothing"),
            lab.get("/api/v2/accounts"),
            lab.get("/api/v2/workspaces/current"),
        ];
        for (got, status) in calls.into_iter().zip(statuses) {
            assert_eq!(got.status, status, "{name}");
            assert_eq!(got.html.contains("<html"), status == 502, "{name}");
            assert_eq!(got.retry_after, (status == 429).then_some(2), "{name}");
            if status == 403 {
                let scope = if name == "no_create_scope" { "accounts:create" } else { "accounts:read" };
                assert!(text(&got.json["message"]).ends_with(scope), "{got:?}");
            }
        }
    }
}

#[test]
fn a_wrong_key_is_found_before_the_faults_of_a_right_one() {
    let mut lab = Lab::with(Scenario::Ask, |settings| settings.faults.no_plan = true);
    assert_eq!(lab.get_as("Bearer nonsense", "/api/v2/accounts").status, 401);
}

#[test]
fn a_bare_reply_has_what_is_required_and_no_more() {
    for (scenario, status) in [(Scenario::Success, "success"), (Scenario::Denied, "error")] {
        let mut lab = Lab::with(scenario, |settings| settings.faults.bare_replies = true);
        let got = lab.init_as(KEY, "google");
        assert_eq!(got.json.as_object().unwrap().keys().collect::<Vec<_>>(), ["auth_url", "session_id"]);
        lab.pass(DELAY);
        assert_eq!(lab.status(&text(&got.json["session_id"])).json, json!({"status": status}));
    }
}

#[test]
fn a_workspace_is_the_one_of_the_key() {
    let mut lab = Lab::new(Scenario::Ask);
    let [acme, again, other] = ["Bearer sandbox-acme", KEY, "Bearer sandbox-other"]
        .map(|key| lab.get_as(key, "/api/v2/workspaces/current").json);
    assert_eq!(acme["name"], "acme");
    assert_eq!(acme, again);
    assert_ne!(acme["id"], other["id"]);
    assert_eq!(text(&acme["id"]).len(), 36);
}
