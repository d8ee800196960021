//! 4 and 7: the key is refused, or has to wait.

use crate::support::{Act, INIT, STATUS, Scripted, Tool};

#[test]
fn a_key_that_is_refused_is_told_at_once_and_by_what_it_lacks() {
    for (status, init, poll) in [
        (401, "error: Instantly refused the API key (HTTP 401: as said)", "HTTP 401: as said"),
        (402, "no active paid plan (HTTP 402: as said)", "paid plan"),
        (403, "it lacks the scope accounts:create (HTTP 403: as said)", "it lacks the scope accounts:read (HTTP 403"),
    ] {
        let refused = || Act::error(status, "as said");
        let api = Scripted::new([refused()]);
        let run = Tool::connect(&api.url(), &[]).run().expect(4).says(init);
        assert_eq!(run.stdout, "");
        assert_eq!(api.lines(), [INIT]);

        let api = Scripted::new([Act::started(), refused()]);
        let run = Tool::connect(&api.url(), &["--interval", "20ms"]).run().expect(4).says("error: ").says(poll);
        assert_eq!(run.stdout, "");
        assert_eq!(api.lines(), [INIT, STATUS]);

        let api = Scripted::new([refused()]);
        let run = Tool::status(&api.url(), &["s1", "--wait", "--interval", "20ms"]).run().expect(4).says(poll);
        assert_eq!(run.stdout, "");
        assert_eq!(api.lines(), [STATUS]);
    }
}

#[test]
fn a_page_in_front_of_the_api_says_nothing_about_the_key() {
    let page = |status| {
        let body = "<html><title>Sign in to the network</title>".to_owned();
        Act::Reply { status, headers: "content-type: text/html\r\n".into(), body }
    };
    for status in [401, 402, 403, 404] {
        let api = Scripted::new([page(status)]);
        let run = Tool::connect(&api.url(), &[]).run().expect(9).says("an HTML page, \"Sign in to the network\"");
        assert_eq!(run.stdout, "");
        assert_eq!(api.lines(), [INIT]);

        let api = Scripted::new([Act::started(), page(status), Act::success()]);
        let run = Tool::connect(&api.url(), &["--interval", "20ms"]).run().expect(0);
        assert_eq!(run.stdout, "Connected ada@acme.com (Ada Lovelace)\n");
        assert_eq!(api.lines(), [INIT, STATUS, STATUS]);
    }
}

#[test]
fn a_limit_that_outlasts_our_patience_ends_at_once_and_says_until_when() {
    let date = "date: Sat, 01 Aug 2026 12:00:00 GMT";
    for (header, flags, says) in [
        ("retry-after: 1800", &[][..], "(30 min)"),
        ("retry-after: Sat, 01 Aug 2026 12:30:00 GMT", &[], "(30 min)"),
        ("retry-after: 86400", &[], "(24 h)"),
        ("retry-after: 121", &[], "(2 min 1 s)"),
        ("retry-after: 2", &["--max-wait", "1s"], "(2 s)"),
        ("retry-after: 1", &["--max-wait", "0"], "(1 s)"),
    ] {
        let api = Scripted::new([Act::error(429, "slow down").header(date).header(header)]);
        let run = Tool::connect(&api.url(), flags).run().expect(7).says(says).says("(HTTP 429: slow down)");
        let words = if says == "(30 min)" || says == "(24 h)" {
            ["error: Instantly has blocked this IP address for Google sessions until ", "it 2 hours, then 24"]
        } else {
            ["error: rate limited by Instantly until ", "30 minutes, then 2 hours"]
        };
        let run = run.says(words[0]).says(words[1]);
        assert_eq!(run.stdout, "");
        assert_eq!(api.lines(), [INIT], "{header}");
    }
    let api = Scripted::new([Act::error(429, "slow down")]);
    let run = Tool::connect(&api.url(), &["--max-wait", "0"]).run().expect(7).says("did not say for how long");
    assert_eq!(run.stdout, "");
    assert_eq!(api.lines(), [INIT]);
}

#[test]
fn a_limit_beyond_the_sessions_end_ends_the_wait_at_once() {
    for header in ["retry-after: 1800", "retry-after: Sat, 01 Aug 2026 12:30:00 GMT"] {
        let act = Act::error(429, "slow down").header("date: Sat, 01 Aug 2026 12:00:00 GMT").header(header);
        let api = Scripted::new([Act::started(), Act::pending(), act.clone()]);
        let run = Tool::connect(&api.url(), &["--interval", "20ms"]).run().expect(7).says("(30 min)");
        let run =
            run.says("nothing of it was read").says("Next (not before ").says("): instantly-oauth status s1 --wait");
        assert_eq!(run.stdout, "");
        assert_eq!(api.lines(), [INIT, STATUS, STATUS]);

        let api = Scripted::new([act]);
        let run =
            Tool::status(&api.url(), &["s1"]).run().expect(7).says("error: Instantly has blocked this IP address");
        assert_eq!(run.stdout, "");
        assert_eq!(api.lines(), [STATUS]);
    }
}

#[test]
fn a_limit_to_the_end_is_no_expiry() {
    let api = Scripted::new([Act::started_briefly(), Act::error(429, "slow down")]);
    let run = Tool::connect(&api.url(), &["--interval", "20ms"]).run().expect(7).says("rate limited");
    assert_eq!(run.stdout, "");
}
