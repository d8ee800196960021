//! The consent page: who may open it, what it says, what is decided on it.

use serde_json::json;

use super::super::page::{POLICY, STYLE};
use super::*;

#[test]
fn the_page_asks_plainly() {
    for (provider, name) in [("google", "Google"), ("microsoft", "Microsoft")] {
        let mut lab = Lab::new(Scenario::Ask);
        let (id, link) = lab.begin(provider);
        let got = lab.open(&link);
        assert_eq!(got.status, 200);
        let parts = [
            "<html lang=\"en\">",
            "<strong>Sandbox</strong>",
            &format!("Connect a {name} mailbox"),
            "<strong>acme</strong>",
            "<label for=\"mailbox\">",
            "type=\"email\"",
            "required autofocus",
            "value=\"allow\"",
            "value=\"deny\" formnovalidate",
            &format!("name=\"state\" value=\"{}\"", state(&link)),
            "about 10 more minutes",
        ];
        for part in parts {
            assert!(got.html.contains(part), "{part}");
        }
        for foreign in ["<script", "https:", "style=", "src="] {
            assert!(!got.html.contains(foreign), "{foreign}");
        }
        assert_eq!(lab.status(&id).json["status"], "pending", "looking decides nothing");
    }
}

#[test]
fn what_is_decided_is_what_the_api_answers() {
    let connected = |email: &str, name: &str| json!({"status": "success", "email": email, "name": name});
    let error = |error: &str, text: &str| json!({"status": "error", "error": error, "error_description": text});
    let personal = error("non_gsuite_account", "Non GSuite accounts are not allowed");
    let denied = error("access_denied", "The user denied access");
    let table = [
        ("google", "ada@acme.example", "", "allow", "Mailbox connected", connected("ada@acme.example", "Ada")),
        (
            "google",
            " Ada.L@Acme.Example ",
            " A  K ",
            "allow",
            "Mailbox connected",
            connected("ada.l@acme.example", "A K"),
        ),
        ("google", "ada@gmail.com", "", "allow", "Mailbox refused", personal.clone()),
        ("google", "Ada@GoogleMail.com", "", "allow", "Mailbox refused", personal),
        ("microsoft", "ada@gmail.com", "", "allow", "Mailbox connected", connected("ada@gmail.com", "Ada")),
        ("google", "", "", "deny", "Access denied", denied.clone()),
        ("google", "nonsense", "", "deny", "Access denied", denied),
    ];
    for (provider, mailbox, name, decision, title, answer) in table {
        let mut lab = Lab::new(Scenario::Ask);
        let (id, link) = lab.begin(provider);
        let got = lab.decide(&link, &[("mailbox", mailbox), ("name", name), ("decision", decision)]);
        assert_eq!(got.status, 200);
        assert!(got.html.contains(&format!("<h1>{title}</h1>")), "{mailbox}: {}", got.html);
        assert!(got.html.contains("You can close this tab"));
        assert_eq!(lab.status(&id).json, answer, "{mailbox}");
    }
}

#[test]
fn a_slip_decides_nothing_and_loses_nothing() {
    let table = [
        ("ada@acme", "allow", "Enter a whole address"),
        ("\"><script>", "allow", "Enter a whole address"),
        (" ", "allow", "Enter the mailbox"),
        ("ada@acme.example", "", "Choose Allow or Deny"),
        ("ada@acme.example", "ALLOW", "Choose Allow or Deny"),
    ];
    for (mailbox, decision, problem) in table {
        let mut lab = Lab::new(Scenario::Ask);
        let (id, link) = lab.begin("google");
        let got = lab.decide(&link, &[("mailbox", mailbox), ("name", "A<b>&'\""), ("decision", decision)]);
        assert_eq!(got.status, 422);
        assert!(got.html.contains(problem) && got.html.contains("role=\"alert\""), "{}", got.html);
        assert!(got.html.contains("value=\"A&lt;b&gt;&amp;&#39;&quot;\""), "{}", got.html);
        assert!(!got.html.contains("<script") && !got.html.contains("<b>"));
        assert_eq!(lab.status(&id).json["status"], "pending");
        lab.decide(&link, &[("mailbox", "ada@acme.example"), ("decision", "allow")]);
        assert_eq!(lab.status(&id).json["status"], "success");
    }
}

#[test]
fn faults_that_the_owner_meets() {
    type Switch = fn(&mut Faults);
    let table: [(Switch, &str); 2] = [
        (|faults| faults.admin_blocked = true, "admin_policy_enforced"),
        (|faults| faults.prohibited_content = true, "prohibited_content"),
    ];
    for (switch, error) in table {
        let mut lab = Lab::with(Scenario::Ask, |settings| switch(&mut settings.faults));
        let (id, page) = lab.connect(KEY, "google", "ada@acme.example");
        assert!(page.html.contains(error));
        assert_eq!(lab.status(&id).json["error"], error);
        let (id, link) = lab.begin("google");
        lab.decide(&link, &[("decision", "deny")]);
        assert_eq!(lab.status(&id).json["error"], "access_denied");
    }
}

#[test]
fn a_link_must_arrive_byte_for_byte() {
    type Edit = fn(&str) -> String;
    let table: [(Edit, u16); 10] = [
        (str::to_owned, 200),
        (|link| link.replace("%2B", "+"), 404),
        (|link| link.replace("%3d", "%3D"), 404),
        (|link| link.replace('+', "%20"), 400),
        (|link| link.replace("%20", "+"), 400),
        (|link| link.replace("%2f", "%2F"), 400),
        (|link| format!("{link}&login_hint=ada%40acme.example"), 400),
        (|link| link.replace("/google?", "/microsoft?"), 400),
        (|link| link.split('?').next().unwrap_or_default().to_owned(), 404),
        (
            |link| {
                let mut url = url::Url::parse(link).unwrap();
                let pairs: Vec<_> = url.query_pairs().into_owned().collect();
                url.query_pairs_mut().clear().extend_pairs(pairs);
                url.into()
            },
            404,
        ),
    ];
    for (edit, status) in table {
        let mut lab = Lab::new(Scenario::Ask);
        let link = edit(&lab.begin("google").1);
        assert_eq!(lab.open(&link).status, status, "{link}");
    }
    let mut lab = Lab::new(Scenario::Ask);
    let link = lab.begin("google").1;
    assert_eq!(url::Url::parse(&link).unwrap().as_str(), link, "what only reads it changes nothing");
}

#[test]
fn a_link_works_once_and_not_for_ever() {
    let mut lab = Lab::new(Scenario::Ask);
    let (id, link) = lab.begin("google");
    lab.decide(&link, &[("decision", "deny")]);
    let used = |lab: &mut Lab| {
        let pages = [lab.open(&link), lab.decide(&link, &[("mailbox", "a@b.example"), ("decision", "allow")])];
        for got in pages {
            assert_eq!(got.status, 410);
            assert!(got.html.contains("This link has been used"));
        }
    };
    used(&mut lab);
    assert_eq!(lab.status(&id).json["error"], "access_denied", "the first decision stands");
    used(&mut lab);

    let (_, link) = lab.begin("google");
    lab.pass(TTL);
    for got in [lab.open(&link), lab.decide(&link, &[("decision", "deny")])] {
        assert_eq!(got.status, 410);
        assert!(got.html.contains("This link has expired"));
    }
    lab.pass(TTL);
    assert_eq!(lab.open(&link).status, 404);
}

#[test]
fn the_same_decision_once_more_is_answered_the_same() {
    let allow = [("mailbox", "ada@acme.example"), ("name", "Ada"), ("decision", "allow")];
    let refused = [("mailbox", "ada@gmail.com"), ("decision", "allow")];
    let cases: [(&[_], _); 3] =
        [(&allow, "Mailbox connected"), (&refused, "Mailbox refused"), (&[("decision", "deny")], "Access denied")];
    for (form, title) in cases {
        let mut lab = Lab::new(Scenario::Ask);
        let (id, link) = lab.begin("google");
        let first = lab.decide(&link, form);
        let again = lab.decide(&link, form);
        assert!(first.html.contains(title) && again.html == first.html && again.status == 200, "{}", again.html);
        assert!(lab.status(&id).json["status"] != "pending");
        // Also when the result was read in between, and when its time is over; anything else finds the link used.
        lab.pass(TTL);
        assert_eq!(lab.decide(&link, form).html, first.html);
        let other = [("mailbox", "ada@acme.example"), ("name", "Eve"), ("decision", "allow")];
        assert_eq!(lab.decide(&link, &other).status, 410);
        assert_eq!(lab.open(&link).status, 410);
        assert_eq!(lab.status(&id).status, 404, "a result is given out once");
    }
    let mut lab = Lab::new(Scenario::Ask);
    let (_, link) = lab.begin("google");
    let _ = lab.decide(&link, &[("mailbox", "x@y"), ("decision", "allow")]);
    assert_eq!(lab.decide(&link, &[("mailbox", "x@y"), ("decision", "allow")]).status, 422, "a slip is no decision");
}

#[test]
fn a_simulated_person_is_not_talked_over() {
    let table = [
        (Scenario::Success, "is about to allow access to <strong>ada@acme.example", "allowed access"),
        (Scenario::Denied, "is about to deny", "denied access"),
        (Scenario::AccountExists, "is about to end with <code>account_exists", "ended with"),
        (Scenario::Expire, "Nobody will act", "Nobody will act"),
    ];
    for (scenario, before, after) in table {
        let mut lab = Lab::new(scenario);
        let (id, link) = lab.begin("google");
        let got = lab.open(&link);
        assert!(got.html.contains("The sandbox plays the person") && got.html.contains(before), "{}", got.html);
        let page = lab.decide(&link, &[("mailbox", "eve@acme.example"), ("decision", "allow")]);
        assert!(page.html.contains("The sandbox plays the person"), "{scenario}");
        assert_eq!(lab.status(&id).json["status"], "pending", "{scenario}");
        lab.pass(DELAY);
        assert!(lab.open(&link).html.contains(after), "{scenario}");
    }
}

#[test]
fn only_a_browser_on_this_page_may_decide() {
    let own = Some("http://127.0.0.1:7070");
    let at = |host| Call { host, ..call("POST", "/consent/google") };
    let here = at(Some("127.0.0.1:7070"));
    let table = [
        (here, 200),
        (Call { origin: own, fetch_site: Some("same-origin"), ..here }, 200),
        (Call { origin: Some("http://localhost:99"), ..at(Some("LOCALHOST:99")) }, 200),
        (at(Some("localhost")), 200),
        (Call { origin: Some("null"), ..here }, 403),
        (Call { origin: Some("http://127.0.0.1:1"), ..here }, 403),
        (Call { origin: Some("https://evil.example"), ..here }, 403),
        (Call { origin: own, fetch_site: Some("cross-site"), ..here }, 403),
        (Call { fetch_site: Some("none"), ..here }, 403),
        (at(None), 421),
        (at(Some("evil.example")), 421),
        (at(Some("evil.example:7070")), 421),
        (at(Some("127.0.0.1.evil.example:7070")), 421),
        (at(Some("127.0.0.1:7070@evil.example")), 421),
        (at(Some("127.0.0.1:")), 421),
        (Call { content_type: Some("text/plain"), ..here }, 415),
        (Call { method: "PUT", ..here }, 405),
    ];
    for (call, status) in table {
        let mut lab = Lab::new(Scenario::Ask);
        let (id, link) = lab.begin("google");
        let body = form(&link, &[("decision", "deny")]);
        let content_type = call.content_type.or(Some(FORM));
        let got = lab.send(&Call { content_type, body: body.as_bytes(), ..call }).unwrap();
        assert_eq!(got.status, status, "{:?} {:?} {:?}", call.host, call.origin, call.fetch_site);
        let decided = lab.status(&id).json["status"] == "error";
        assert_eq!(decided, status == 200);
    }
    let mut lab = Lab::new(Scenario::Ask);
    let link = lab.begin("google").1;
    let page = Call { host: Some("evil.example"), ..call("GET", link.strip_prefix(BASE).unwrap()) };
    assert_eq!(lab.send(&page).unwrap().status, 421);
}

#[test]
fn the_policy_names_the_style() {
    let suite = rustls::crypto::ring::cipher_suite::TLS13_AES_128_GCM_SHA256.tls13().unwrap();
    let hash = suite.common.hash_provider.hash(STYLE.as_bytes());
    let source = format!("style-src 'sha256-{}'", base64(hash.as_ref()));
    assert!(POLICY.contains(&source), "the style has changed; the policy must say {source}");
}

fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let group = (0..3).fold(0_u32, |group, at| group << 8 | chunk.get(at).copied().map_or(0, u32::from));
        for digit in 0..4 {
            let index = (group >> (18 - 6 * digit)) as usize % 64;
            text.push(if digit <= chunk.len() { char::from(DIGITS[index]) } else { '=' });
        }
    }
    text
}
