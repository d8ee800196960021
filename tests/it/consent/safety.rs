//! What the page lets in and out, and who else may decide: nothing, and nobody.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::elsewhere::Elsewhere;
use super::{Desk, STATES, sit_down};

#[test]
fn every_page_is_closed_and_complains_of_nothing() {
    for state in STATES {
        let (tab, desk) = (sit_down!(), Desk::new());
        state.show_at(&tab, &desk);
        let heading = state.heading;
        // Nothing is fetched but the pages themselves, from where they are.
        let requests = tab.events("Network.requestWillBeSent");
        let fetched: Vec<_> = requests.iter().map(|request| request["request"]["url"].as_str().unwrap()).collect();
        assert!(
            fetched.iter().all(|url| url.starts_with(&format!("{}/consent/google", desk.url))),
            "{heading}: {fetched:?}"
        );
        assert!(requests.iter().all(|request| request["type"] == "Document"), "{heading}: {requests:?}");
        assert_eq!(fetched.len(), desk.pages().len(), "{heading}: {fetched:?} {:?}", desk.pages());

        // No complaint but the status of the page itself, where that is one.
        for log in tab.events("Log.entryAdded") {
            let entry = &log["entry"];
            let told = format!("the server responded with a status of {} ", state.status);
            let is_status = entry["source"] == "network" && entry["text"].as_str().unwrap().contains(&told);
            assert!(is_status && state.status != 200, "{heading}: {entry}");
        }
        for event in ["Runtime.consoleAPICalled", "Runtime.exceptionThrown", "Audits.issueAdded"] {
            assert_eq!(tab.events(event), Vec::<Value>::new(), "{heading}");
        }

        let response = tab.events("Network.responseReceived").pop().unwrap()["response"].take();
        assert_eq!(response["status"], state.status, "{heading}");
        let header = |name: &str| {
            let headers = response["headers"].as_object().unwrap();
            let found = headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name));
            found.map(|(_, value)| value.as_str().unwrap().to_owned()).unwrap_or_default()
        };
        let policy = header("content-security-policy");
        let policy: BTreeMap<_, _> = policy.split(';').filter_map(|rule| rule.trim().split_once(' ')).collect();
        let style = policy["style-src"];
        assert!(style.starts_with("'sha256-") && !style.contains(' '), "{heading}: {style}");
        let wanted = [
            ("base-uri", "'none'"),
            ("default-src", "'none'"),
            ("form-action", "'self'"),
            ("frame-ancestors", "'none'"),
            ("style-src", style),
        ];
        assert_eq!(policy, BTreeMap::from(wanted), "{heading}");
        assert_eq!(header("cache-control"), "no-store", "{heading}");
        assert_eq!(header("x-content-type-options"), "nosniff", "{heading}");
        assert_eq!(header("referrer-policy"), "same-origin", "{heading}");
        assert_eq!(header("content-type"), "text/html; charset=utf-8", "{heading}");
        // And it is the style that is named there which is in force.
        assert_eq!(tab.text("getComputedStyle(document.querySelector('.card')).borderTopStyle"), "solid", "{heading}");
    }
}

#[test]
fn the_policy_holds() {
    let (tab, desk, elsewhere) = (sit_down!(), Desk::new(), Elsewhere::new(""));
    let connect = desk.connect("google");
    tab.open(&connect.link);
    tab.value("window.refused = []; document.addEventListener('securitypolicyviolation', e => refused.push(e.effectiveDirective)); 1");
    let other = elsewhere.url("127.0.0.1");
    // As if somebody had found a way to put this into the page.
    for (inserted, directive) in [
        ("e('script').textContent = 'window.ran = true'".to_owned(), "script-src-elem"),
        (format!("e('script').src = '{other}'"), "script-src-elem"),
        ("e('style').textContent = 'body { display: none }'".to_owned(), "style-src-elem"),
        ("e('p').setAttribute('style', 'color: red')".to_owned(), "style-src-attr"),
        ("e('p').setAttribute('onclick', 'window.ran = true')".to_owned(), "script-src-attr"),
        (format!("e('link', l => {{ l.rel = 'stylesheet'; l.href = '{other}' }})"), "style-src-elem"),
        (format!("e('img').src = '{other}'"), "img-src"),
        (format!("e('iframe').src = '{other}'"), "frame-src"),
        (format!("e('base').href = '{other}'"), "base-uri"),
        (format!("fetch('{other}').catch(() => 0)"), "connect-src"),
        (format!("e('form', f => {{ f.action = '{other}'; f.method = 'post' }}).submit()"), "form-action"),
    ] {
        let insert = format!(
            "(e => {{ window.refused = []; {inserted}; return 1 }})((name, before) => {{ \
             const made = document.createElement(name); before?.(made); document.body.append(made); return made }})"
        );
        tab.value(&insert);
        tab.until(&format!("refused.includes('{directive}')"));
    }
    assert_eq!(tab.value("window.ran === undefined"), json!(true));
    assert_eq!(elsewhere.asked(), 0);
    drop(connect);
}

#[test]
fn another_site_cannot_decide() {
    // It has even got hold of the link, and of a person who clicks wherever they are told to.
    let wordings = [
        "enctype='application/x-www-form-urlencoded'",
        "enctype='application/x-www-form-urlencoded' rel=noreferrer",
        "enctype='text/plain'",
        "enctype='multipart/form-data'",
    ];
    for name in ["127.0.0.1", "localhost"] {
        for wording in wordings {
            let (tab, desk) = (sit_down!(), Desk::new());
            let connect = desk.connect("google");
            let state = state(&connect.link);
            let elsewhere = Elsewhere::new(&format!(
                "<form {wording} method=post action='{}/consent/google'><input name=state value='{state}'>\
                 <input name=mailbox value='eve@evil.example'><button name=decision value=allow>Free cake</button></form>",
                desk.url
            ));
            tab.open(&elsewhere.url(name));
            tab.click("button");
            tab.shows("Request refused");
            assert_eq!(desk.pages(), ["POST /consent/google 403"], "{name} {wording}");
            // A script of its own cannot either, and cannot read what comes back.
            tab.open(&elsewhere.url(name));
            let body = format!("new URLSearchParams({{state: '{state}', decision: 'deny'}})");
            for mode in ["no-cors", "cors"] {
                let sent =
                    format!("fetch('{}/consent/google', {{method: 'POST', mode: '{mode}', body: {body}}})", desk.url);
                let read = tab.text(&format!("{sent}.then(r => r.text(), e => 'refused')"));
                assert!(read.is_empty() || read == "refused", "{name} {mode}: {read}");
            }
            let pages = desk.pages();
            assert!(pages.len() >= 2 && pages.iter().all(|page| page.ends_with(" 403")), "{pages:?}");
            // And the person is still there to say what they want.
            tab.open(&connect.link);
            tab.fill("ada@acme.example");
            tab.click("button.allow");
            tab.shows("Mailbox connected");
            connect.ends(0, "Connected ada@acme.example (Ada)");
        }
    }
}

/// What the form of this page sends along: the `state` as it stands in the link.
fn state(link: &str) -> &str {
    link.split(['?', '&']).find_map(|pair| pair.strip_prefix("state=")).unwrap()
}

#[test]
fn no_frame_shows_it() {
    let (tab, desk) = (sit_down!(), Desk::new());
    let connect = desk.connect("google");
    let elsewhere = Elsewhere::new(&format!("<iframe src='{}'></iframe>", connect.link.replace('\'', "&#39;")));
    tab.open(&elsewhere.url("127.0.0.1"));
    let blocked = tab.until_told("Log.entryAdded", |log| {
        log["entry"]["text"].as_str().is_some_and(|text| text.contains("frame-ancestors"))
    });
    assert_eq!(blocked["entry"]["level"], "error");
    drop(connect);
}
