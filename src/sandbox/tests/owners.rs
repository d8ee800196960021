//! Whose mailbox a session is about, where whoever runs the sandbox says so, and outcomes mixed by a seed.

use std::collections::BTreeMap;

use super::*;

impl Lab {
    fn owns(&mut self, id: &str, mailbox: &str) {
        self.service.owns(id, mailbox, self.now);
    }

    /// Begins a session of this mailbox's owner.
    fn begin_of(&mut self, mailbox: &str) -> String {
        let (id, _) = self.begin("google");
        self.owns(&id, mailbox);
        id
    }

    /// What the status call says of a session, in a word or two; a dropped connection says nothing.
    fn outcome(&mut self, id: &str) -> String {
        let path = format!("/api/v2/oauth/session/status/{id}");
        let Some(got) = self.send(&Call { authorization: Some(KEY), ..super::call("GET", &path) }) else {
            return "no reply".to_owned();
        };
        let word = |key: &str| got.json[key].as_str().map(str::to_owned);
        word("email").or(word("error")).or(word("status")).unwrap_or_default()
    }
}

fn mixed(seed: u64) -> Lab {
    Lab::with(Scenario::Mixed, |settings| {
        (settings.seed, settings.init_limit, settings.call_limit) = (seed, 1_000_000, 1_000_000);
    })
}

/// What became of a session for each of these mailboxes, in the order in which they are given.
fn outcomes(lab: &mut Lab, mailboxes: &[String]) -> Vec<String> {
    let ids: Vec<String> = mailboxes.iter().map(|mailbox| lab.begin_of(mailbox)).collect();
    // Those who never act are told from the others before their end, too.
    lab.pass(DELAY);
    ids.iter().map(|id| lab.outcome(id)).collect()
}

fn mailboxes(many: usize) -> Vec<String> {
    (0..many).map(|number| format!("person{number}@acme.example")).collect()
}

#[test]
fn the_owner_of_a_mailbox_does_in_each_scenario_what_it_says() {
    let kay = "kay.m@other.example";
    for scenario in Scenario::ALL {
        let expected = match scenario {
            Scenario::Success | Scenario::RateLimited | Scenario::IpBlocked | Scenario::Unavailable => kay,
            Scenario::LostReply => "no reply",
            Scenario::PersonalGmail => "non_gsuite_account",
            Scenario::Denied => "access_denied",
            Scenario::AccountExists => "account_exists",
            Scenario::ServerError => "server_error",
            Scenario::Ask | Scenario::Expire => "pending",
            // See below.
            Scenario::Mixed => continue,
        };
        let mut lab = Lab::new(scenario);
        // Until the scenarios that begin with refusals let a session through.
        while lab.init_as(KEY, "google").status != 200 {
            lab.pass(Duration::from_secs(60));
        }
        let id = lab.begin_of(" Kay.M@Other.Example ");
        assert_eq!(lab.outcome(&id), "pending", "{scenario}");
        lab.pass(DELAY);
        assert_eq!(lab.outcome(&id), expected, "{scenario}");
        let there = lab.get("/api/v2/accounts/kay.m@other.example");
        let connected = [kay, "no reply"].contains(&expected);
        assert_eq!(there.status, if connected { 200 } else { 404 }, "{scenario}");
        assert!(!connected || there.json["last_name"] == "M", "{scenario}: {there:?}");
    }
}

#[test]
fn personal_mailboxes_stay_personal() {
    let mut lab = Lab::new(Scenario::PersonalGmail);
    let (id, _) = lab.begin("microsoft");
    lab.owns(&id, "kay@other.example");
    lab.pass(DELAY);
    assert_eq!(lab.outcome(&id), "ada.sandbox@gmail.com");
}

#[test]
fn the_page_proposes_the_mailbox_and_insists_on_nothing() {
    let mut lab = Lab::new(Scenario::Ask);
    let (id, link) = lab.begin("google");
    lab.owns(&id, "Kay@Other.example");
    assert!(lab.open(&link).html.contains("type=\"email\" value=\"kay@other.example\""));
    let slip = lab.decide(&link, &[("mailbox", "eve"), ("decision", "allow")]);
    assert!(slip.html.contains("type=\"email\" value=\"eve\""), "what was typed is kept: {}", slip.html);
    lab.decide(&link, &[("mailbox", "eve@other.example"), ("decision", "allow")]);
    lab.owns(&id, "kay@other.example");
    assert_eq!(lab.outcome(&id), "eve@other.example");
}

#[test]
fn what_is_decided_or_over_or_unknown_is_left_alone() {
    let mut lab = Lab::new(Scenario::Success);
    let (decided, link) = lab.begin("google");
    lab.pass(DELAY);
    // Nobody has called since it was due, and it is ada's all the same.
    lab.owns(&decided, "kay@other.example");
    lab.owns("no such session", "kay@other.example");
    assert!(lab.open(&link).html.contains("ada@acme.example"));
    assert_eq!(lab.outcome(&decided), "ada@acme.example");
    lab.owns(&decided, "kay@other.example");
    assert_eq!(lab.get("/api/v2/accounts/kay@other.example").status, 404);

    let mut lab = Lab::with(Scenario::Success, |settings| settings.delay = TTL);
    let id = lab.begin_of("kay@other.example");
    lab.pass(TTL);
    lab.owns(&id, "eve@other.example");
    assert_eq!(lab.outcome(&id), "expired");
}

#[test]
fn a_mailbox_that_could_not_receive_mail_is_connected_as_it_is() {
    for (given, connected) in [("Kay", "kay"), ("Käy@Acme", "käy@acme"), ("A B@x.example", "a b@x.example"), ("", "")]
    {
        let mut lab = Lab::new(Scenario::Success);
        let id = lab.begin_of(given);
        lab.pass(DELAY);
        assert_eq!(lab.outcome(&id), connected);
    }
}

#[test]
fn the_last_word_counts_and_those_before_it_leave_no_trace() {
    let mailboxes = mailboxes(200);
    let expected = outcomes(&mut mixed(5), &mailboxes);
    let mut lab = mixed(5);
    let mut told = |mailbox: &String, next: &String| {
        let id = lab.begin_of(next);
        lab.owns(&id, mailbox);
        lab.owns(&id, mailbox);
        id
    };
    let ids: Vec<String> =
        mailboxes.iter().zip(mailboxes.iter().cycle().skip(1)).map(|(mailbox, next)| told(mailbox, next)).collect();
    lab.pass(DELAY);
    let got: Vec<String> = ids.iter().map(|id| lab.outcome(id)).collect();
    assert_eq!(got, expected);
}

#[test]
fn mixed_outcomes_do_not_depend_on_the_order_of_sessions() {
    let mailboxes = mailboxes(300);
    let (mut lab, mut reversed) = (mixed(5), mixed(5));
    let backwards: Vec<String> = mailboxes.iter().rev().cloned().collect();
    for turn in 0..3 {
        let there = outcomes(&mut lab, &mailboxes);
        // There are sessions of others beside them.
        reversed.begin("google");
        let mut back = outcomes(&mut reversed, &backwards);
        back.reverse();
        assert_eq!(there, back, "in turn {turn}");
        assert_ne!(there, outcomes(&mut mixed(6), &mailboxes), "in turn {turn}");
    }
}

#[test]
fn mixed_outcomes_are_what_the_api_tells() {
    let (mailboxes, mut lab) = (mailboxes(2000), mixed(0));
    let mut turns = Vec::new();
    for _ in 0..2 {
        let mut found: BTreeMap<&str, u32> = BTreeMap::new();
        for (outcome, mailbox) in outcomes(&mut lab, &mailboxes).iter().zip(&mailboxes) {
            let of_another = outcome.ends_with("@acme.example") && outcome != mailbox;
            assert!(!of_another || !mailboxes.contains(outcome), "{outcome} is another row's");
            let word = match outcome.as_str() {
                _ if outcome == mailbox => "allowed",
                _ if of_another => "another",
                other => other,
            };
            let word = ["allowed", "another", "pending", "server_error", "access_denied", "account_exists", "no reply"]
                .into_iter()
                .find(|known| *known == word);
            *found.entry(word.unwrap_or_else(|| panic!("{outcome}"))).or_default() += 1;
            if outcome == "no reply" {
                assert_eq!(lab.get(&format!("/api/v2/accounts/{mailbox}")).status, 200, "it is connected all the same");
            }
        }
        turns.push(found);
    }
    let [first, second] = turns.as_slice() else { panic!("two turns") };
    let expected = [
        ("allowed", 72, 87),
        ("another", 6, 2),
        ("pending", 6, 2),
        ("server_error", 5, 1),
        ("access_denied", 5, 5),
        ("account_exists", 3, 3),
        ("no reply", 3, 0),
    ];
    for (word, once, twice) in expected {
        for (turn, share) in [(first, once), (second, twice)] {
            let found = turn.get(word).copied().unwrap_or_default();
            assert!(found.abs_diff(share * 20) <= 40, "{word}: {found} of 2000");
        }
    }
    assert_eq!(first["access_denied"], second["access_denied"]);
}

#[test]
fn nobody_who_was_told_late_is_missed() {
    let (mailboxes, mut lab) = (mailboxes(100), mixed(0));
    let of_turn: Vec<String> = mailboxes.iter().map(|_| lab.begin("google").0).collect();
    lab.pass(DELAY);
    let idle: Vec<&String> = of_turn.iter().filter(|id| lab.outcome(id) == "pending").collect();
    assert!(!idle.is_empty(), "somebody never acts");
    let allows =
        mailboxes.iter().find(|mailbox| outcomes(&mut mixed(0), &[(*mailbox).clone()]) == [(*mailbox).clone()]);
    lab.owns(idle[0], allows.unwrap());
    assert_eq!(lab.outcome(idle[0]), *allows.unwrap());
}
