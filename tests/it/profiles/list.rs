//! A list for several workspaces.

use std::fs;

use serde_json::{Value, json};

use super::Desk;
use crate::batch::Office;
use crate::batch::office::{Plan, account, connected};
use crate::support::{Act, Live, Run, Tool};

const LIST: &str = "email,provider,profile\nada@acme.com,google,acme\nbob@globex.com,google,globex\n\
                    cy@acme.com,microsoft,acme\ndi@globex.com,google,globex\n";

/// Two workspaces, each with an API of its own and a key of its own.
fn desk(acme: &Office, globex: &Office) -> Desk {
    let profile = |name: &str, url: &str| {
        format!(
            "[profiles.{name}]\napi_key_env = \"{}_KEY\"\nbase_url = \"{url}\"\ninterval = \"20ms\"\n",
            name.to_uppercase()
        )
    };
    let desk = Desk::new(&(profile("acme", &acme.url()) + &profile("globex", &globex.url())));
    desk.write("list.csv", LIST);
    desk
}

impl Desk {
    fn batch(&self, flags: &[&str]) -> Tool {
        let list = self.path().join("list.csv");
        let tool = self.tool(&["batch", list.to_str().unwrap(), "--no-browser"]).args(flags);
        tool.env("ACME_KEY", "key-of-acme").env("GLOBEX_KEY", "key-of-globex")
    }

    fn results(&self) -> String {
        fs::read_to_string(self.path().join("list.csv.results.csv")).unwrap()
    }
}

fn rows(run: &Run) -> Vec<Value> {
    let rows = run.events().into_iter().filter(|event| event["event"] == "row");
    rows.map(|row| json!([row["email_expected"], row["outcome"], row["profile"]])).collect()
}

fn connecting(emails: &[&str]) -> Vec<Plan> {
    emails.iter().map(|email| Plan::connects(email)).collect()
}

#[test]
fn each_mailbox_goes_to_its_own_workspace() {
    let acme = Office::new(connecting(&["ada@acme.com", "cy@acme.com"]));
    let globex = Office::with(connecting(&["bob@globex.com"]), [account("di@globex.com", 2, 1)]);
    let desk = desk(&acme, &globex);
    let run = desk.batch(&["--dry-run"]).run().expect(0);
    assert!(run.stdout.contains("     1  sessions with Google for acme: started at once"), "{run:#?}");
    assert!(run.stdout.contains("     1  sessions with Google for globex: started"), "{run:#?}");
    assert!(run.stdout.contains("     1  sessions with Microsoft for acme: started"), "{run:#?}");
    assert!(run.stdout.contains("     1  skipped"), "{run:#?}");
    assert_eq!((acme.starts(), globex.starts()), (0, 0));
    let run = desk.batch(&["--json"]).run().expect(0);
    assert_eq!(
        rows(&run),
        [
            json!(["di@globex.com", "skipped", "globex"]),
            json!(["ada@acme.com", "connected", "acme"]),
            json!(["bob@globex.com", "connected", "globex"]),
            json!(["cy@acme.com", "connected", "acme"]),
        ]
    );
    assert_eq!((acme.keys(), globex.keys()), (vec!["key-of-acme".to_owned()], vec!["key-of-globex".to_owned()]));
    assert_eq!((acme.starts(), globex.starts()), (2, 1));
    let sessions = run.events().into_iter().filter(|event| event["event"] == "session");
    let profiles: Vec<_> = sessions.map(|session| session["profile"].clone()).collect();
    assert_eq!(profiles, [json!("acme"), json!("globex"), json!("acme")]);
    for (line, profile) in desk.results().lines().skip(1).zip(["globex", "acme", "globex", "acme"]) {
        assert_eq!(line.matches(&format!(",{profile},")).count(), 2, "the list's own and the results': {line}");
    }
    // What is done is done.
    desk.batch(&[]).run().expect(0);
    assert_eq!((acme.starts(), globex.starts()), (2, 1));
}

#[test]
fn a_person_is_told_for_which_workspace() {
    let (acme, globex) = (Office::new(connecting(&["ada@acme.com", "cy@acme.com"])), Office::new([]));
    let desk = desk(&acme, &globex);
    desk.write("list.csv", &LIST.replace("globex\n", "acme\n").replace("bob@globex.com,google,acme\n", ""));
    let run = desk.batch(&["--retries", "0"]).run().expect(4);
    let run = run.says("[1/3] Sign in as ada@acme.com (Google, acme):");
    run.says("[2/3] Sign in as cy@acme.com (Microsoft, acme):");
}

#[test]
fn a_key_that_is_refused_stops_its_own_workspace_only() {
    let acme = Office::new([Plan::Refused(Act::error(401, "no"))]);
    let globex = Office::new(connecting(&["bob@globex.com", "di@globex.com"]));
    let desk = desk(&acme, &globex);
    let run = desk.batch(&["--json"]).run().expect(4);
    assert_eq!(
        rows(&run),
        [json!(["bob@globex.com", "connected", "globex"]), json!(["di@globex.com", "connected", "globex"])]
    );
    let result = run.result();
    assert_eq!((&result["counts"], &result["profile"]), (&json!({"connected": 2, "pending": 2}), &json!("acme")));
    assert_eq!(result["message"], "Instantly refused the API key of the profile acme (HTTP 401: no)");
    assert_eq!(acme.starts(), 1);
    // With a key that is taken, the rest is done.
    let again = Office::new(connecting(&["ada@acme.com", "cy@acme.com"]));
    let text = fs::read_to_string(desk.config()).unwrap().replace(&acme.url(), &again.url());
    desk.write("config.toml", &text);
    desk.batch(&[]).run().expect(0);
    assert_eq!((again.starts(), globex.starts()), (2, 2));
}

#[test]
fn nothing_is_sent_anywhere_before_every_key_is_there() {
    let (acme, globex) = (Office::new([]), Office::new([]));
    let desk = desk(&acme, &globex);
    let run = desk.batch(&[]).no_env("GLOBEX_KEY").run().expect(4);
    run.says("no API key in the profile globex's api_key_env, GLOBEX_KEY: it is not set");
    desk.write("list.csv", &LIST.replace("di@globex.com,google,globex", "di@globex.com,google,globx"));
    let run = desk.batch(&[]).run().expect(2);
    run.says("line 5: no profile is called \"globx\": did you mean globex?");
    desk.write("config.toml", "[profiles.acme]\n");
    desk.batch(&[]).run().expect(2).says("the config file");
    assert_eq!((acme.asked(""), globex.asked("")), (vec![], vec![]));
}

#[test]
fn a_row_that_names_no_profile_has_the_one_of_all() {
    let acme = Office::new(connecting(&["ada@acme.com", "cy@acme.com"]));
    let globex = Office::new(connecting(&["bob@globex.com", "di@globex.com"]));
    let desk = desk(&acme, &globex);
    desk.write("list.csv", &LIST.replace(",acme\n", ",\n"));
    let run = desk.batch(&["--profile", "acme", "--json"]).run().expect(0);
    let profiles: Vec<_> = rows(&run).iter().map(|row| row[2].clone()).collect();
    assert_eq!(profiles, [json!("acme"), json!("globex"), json!("acme"), json!("globex")]);
    // The same list in another workspace is another task: what was done in one is not done in the other.
    let other = Office::new(connecting(&["ada@acme.com", "cy@acme.com"]));
    let run = desk.batch(&["--json"]).at(&other.url()).run().expect(0);
    let profiles: Vec<_> = rows(&run).iter().map(|row| row[2].clone()).collect();
    assert_eq!((profiles, other.starts(), globex.starts()), (vec![json!(null), json!(null)], 2, 2));
}

#[test]
fn what_a_run_left_in_each_workspace_is_taken_up_there() {
    let acme = Office::new([Plan::open(), Plan::open()]);
    let globex = Office::new([Plan::open(), Plan::open()]);
    let desk = desk(&acme, &globex);
    let mut live = Live::start(desk.batch(&["--parallel", "4"]));
    // What is told is written down.
    (0..4).for_each(|_| drop(live.stderr.until("Sign in as")));
    live.signal("KILL");
    live.end();
    let recorded = desk.tool(&["sessions", "--json"]).run().expect(0);
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    for record in recorded.events().iter().filter(|event| event["event"] == "record") {
        let office = if record["profile"] == "acme" { &acme } else { &globex };
        office.tell(&text(&record["session_id"]), connected(&text(&record["expect"])));
    }
    let run = desk.batch(&["--parallel", "4", "--retries", "0"]).run().expect(0);
    assert_eq!((acme.starts(), globex.starts()), (2, 2), "{run:#?}");
}

#[test]
fn on_the_sandbox_all_are_of_one_workspace_and_need_no_key() {
    let (acme, globex) = (Office::new([]), Office::new([]));
    let desk = desk(&acme, &globex);
    let run = desk.batch(&["--sandbox=success", "--json"]).no_env("ACME_KEY").no_env("GLOBEX_KEY").run().expect(0);
    let mut profiles: Vec<_> = rows(&run).iter().map(|row| row[2].to_string()).collect();
    profiles.sort();
    assert_eq!(profiles, ["\"acme\"", "\"acme\"", "\"globex\"", "\"globex\""]);
    assert_eq!((acme.asked(""), globex.asked("")), (vec![], vec![]));
}

#[test]
fn a_workspace_whose_accounts_cannot_be_read_is_left_and_the_others_go_on() {
    let acme = Office::new([]).lists([Act::error(401, "no")]);
    let globex = Office::new(connecting(&["bob@globex.com", "di@globex.com"]));
    let desk = desk(&acme, &globex);
    let run = desk.batch(&["--json"]).run().expect(4);
    assert_eq!(
        rows(&run),
        [json!(["bob@globex.com", "connected", "globex"]), json!(["di@globex.com", "connected", "globex"])]
    );
    assert_eq!((&run.result()["counts"]["pending"], acme.starts()), (&json!(2), 0));
    assert!(run.result()["message"].as_str().unwrap().contains("of the profile acme"), "{run:#?}");
}

#[test]
fn the_same_key_under_two_names_is_told() {
    let acme = Office::new(connecting(&["ada@acme.com", "bob@globex.com", "cy@acme.com", "di@globex.com"]));
    let desk = desk(&acme, &acme);
    let run = desk.batch(&["--no-skip-connected"]).env("GLOBEX_KEY", "key-of-acme").run().expect(0);
    run.says("warning: acme and globex have the same key: their mailboxes go to one workspace");
}

#[test]
fn the_command_that_goes_on_names_the_workspace_whatever_did_before() {
    let acme = Office::new([Plan::fails("access_denied"), Plan::open()]);
    let desk = desk(&acme, &acme);
    desk.write("list.csv", "email,provider\nada@acme.com,google\n");
    let run = desk.batch(&["--json"]).env("INSTANTLY_PROFILE", "acme").run().expect(13);
    assert!(run.result()["next"].as_str().unwrap().ends_with("--retry-failed --profile acme"), "{run:#?}");
    assert_eq!(run.result()["profile"], "acme");
    // In another workspace it is told that what is there is of another.
    let run = desk.batch(&["--dry-run"]).env("INSTANTLY_PROFILE", "globex").run().expect(0);
    run.says("list.csv.results.csv has 1 line of other workspaces or of mailboxes that are not in this list.");
    let run = desk.tool(&["connect", "google", "--no-browser", "--no-wait", "--json"]).env("ACME_KEY", "k");
    let run = run.env("INSTANTLY_PROFILE", "acme").run().expect(0);
    assert!(run.result()["next"].as_str().unwrap().ends_with("--wait --profile acme"), "{run:#?}");
}
