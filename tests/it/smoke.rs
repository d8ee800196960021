use crate::support::{Act, Scripted, Tool};

#[test]
fn a_mailbox_is_connected_with_just_the_requests_that_it_takes() {
    let api = Scripted::new([Act::started(), Act::pending(), Act::success()]);
    let run = Tool::connect(&api.url(), &["--interval", "20ms"]).run().expect(0);
    assert_eq!(run.stdout, "Connected ada@acme.com (Ada Lovelace)\n");
    let status = "GET /api/v2/oauth/session/status/s1";
    assert_eq!(api.lines(), ["POST /api/v2/oauth/google/init", status, status]);
    assert_eq!(api.most_in_flight(), 1);
}
