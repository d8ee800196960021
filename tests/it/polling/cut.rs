//! A reply that is cut after every one of its bytes.

use super::{head, sized};
use crate::support::{Act, INIT, STATUS, Scripted, Tool, at_once};

const SUCCESS: &[u8] = br#"{"status":"success","email":"ada@acme.com"}"#;

/// Runs to share the positions among: each waits most of the time.
const RUNS: usize = 6;

/// A reply, and how many of its bytes it takes for the object in it to be complete.
struct Reply {
    bytes: Vec<u8>,
    complete: usize,
}

/// The same body in every framing that HTTP/1.1 has.
fn replies() -> [Reply; 3] {
    let (one, two) = SUCCESS.split_at(20);
    let chunk = |part: &[u8]| [format!("{:x}\r\n", part.len()).as_bytes(), part, b"\r\n"].concat();
    let chunked = [head("transfer-encoding: chunked\r\n"), chunk(one), chunk(two), b"0\r\n\r\n".to_vec()].concat();
    let complete = chunked.len() - b"\r\n0\r\n\r\n".len();
    let until_closed = [&head("connection: close\r\n"), SUCCESS].concat();
    [
        Reply { complete: sized(SUCCESS).len(), bytes: sized(SUCCESS) },
        Reply { complete, bytes: chunked },
        Reply { complete: until_closed.len(), bytes: until_closed },
    ]
}

impl Reply {
    fn cut(&self, after: usize) -> Act {
        Act::Raw(self.bytes[..after].into())
    }

    /// Every cut that leaves the object incomplete, a share for each run.
    fn shares(&self) -> impl Iterator<Item = Vec<usize>> {
        (0..RUNS).map(|run| (run..self.complete).step_by(RUNS).collect())
    }
}

#[test]
fn a_wait_survives_a_cut_after_every_byte() {
    at_once(replies(), |reply| {
        at_once(reply.shares(), |cuts| {
            let acts = cuts.iter().flat_map(|&after| [reply.cut(after), Act::pending()]);
            let api = Scripted::new([Act::started()].into_iter().chain(acts).chain([Act::success()]));
            let run = Tool::connect(&api.url(), &["--interval", "20ms"]).run().expect(0);
            assert_eq!(run.stdout, "Connected ada@acme.com (Ada Lovelace)\n");
            assert_eq!(api.lines().len(), 2 + 2 * cuts.len(), "{run:#?}");
            assert_eq!(api.most_in_flight(), 1);
        });
    });
}

#[test]
fn a_session_that_is_gone_after_any_cut_has_lost_its_result() {
    at_once(replies(), |reply| {
        at_once(reply.shares(), |cuts| {
            for after in cuts {
                let api = Scripted::new([reply.cut(after), Act::not_found()]);
                let run = Tool::status(&api.url(), &["s1", "--wait", "--interval", "20ms"]).run();
                let run = run.expect(11).says("its result was lost");
                assert_eq!(run.stdout, "", "{after}");
                assert_eq!(api.lines(), [STATUS, STATUS], "{after}");
            }
        });
    });
}

#[test]
fn an_object_that_is_complete_counts_though_the_connection_breaks_behind_it() {
    let longer = [&head(&format!("content-length: {}\r\n", SUCCESS.len() + 1)), SUCCESS].concat();
    let mut replies = Vec::from(replies());
    replies.push(Reply { complete: longer.len(), bytes: longer });
    for reply in replies {
        for after in reply.complete..=reply.bytes.len() {
            let api = Scripted::new([Act::started(), reply.cut(after), Act::not_found()]);
            let run = Tool::connect(&api.url(), &["--interval", "20ms"]).run().expect(0);
            assert_eq!(run.stdout, "Connected ada@acme.com\n", "{after}");
            assert_eq!(api.lines(), [INIT, STATUS], "{after}");
        }
    }
}

#[test]
fn a_refusal_counts_though_its_body_is_cut() {
    for (status, code) in [(401, 4), (403, 4), (404, 6)] {
        let cut = format!("HTTP/1.1 {status} X\r\ncontent-length: 50\r\n\r\n{{\"statusCode\":{status},");
        let api = Scripted::new([Act::started(), Act::Raw(cut.into())]);
        let run = Tool::connect(&api.url(), &["--interval", "20ms"]).run().expect(code);
        assert_eq!(run.stdout, "");
        assert_eq!(api.lines(), [INIT, STATUS]);
    }
}
