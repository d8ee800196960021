use super::*;
use crate::model::failure::{NetworkKind, Refusal};
use crate::model::session::Account;

const SECOND: Duration = Duration::from_secs(1);

fn at(seconds: u64) -> Moment {
    Moment::from_origin(SECOND * u32::try_from(seconds).unwrap())
}

fn network(sent: bool) -> Reply {
    Reply::Failed(Failure::Network { kind: NetworkKind::Broken, detail: "reset".into(), sent })
}

fn throttled(throttle: Throttle, after: Option<u64>) -> Reply {
    Reply::Failed(Failure::Throttled { throttle, after: after.map(Duration::from_secs), message: None })
}

fn not_found() -> Reply {
    Reply::Failed(Failure::NotFound { message: None })
}

/// Every kind of reply, with how long it takes to come in.
fn replies() -> Vec<(Reply, Duration)> {
    let error = Reply::Error { code: Some("access_denied".into()), description: None };
    let refused = Failure::Refused { refusal: Refusal::Key, message: None };
    let replies = [
        (Reply::Pending, 0),
        (Reply::Pending, 14),
        (Reply::Success(Account::default()), 0),
        (error, 1),
        (Reply::Expired, 0),
        (Reply::Unknown("processing".into()), 0),
        (not_found(), 0),
        (throttled(Throttle::Limit, Some(7)), 0),
        (throttled(Throttle::Limit, Some(1800)), 0),
        (throttled(Throttle::Limit, None), 0),
        (throttled(Throttle::Outage, None), 0),
        (Reply::Failed(refused), 0),
        (network(false), 0),
        (network(true), 15),
        (Reply::Failed(Failure::Status { status: 502, message: None, own: false }), 0),
        (Reply::Failed(Failure::Status { status: 400, message: None, own: true }), 0),
    ];
    replies.map(|(reply, seconds)| (reply, Duration::from_secs(seconds))).into()
}

/// What a sequence of replies has shown so far.
#[derive(Clone, Copy)]
struct Seen {
    sent: Moment,
    lost: bool,
    last_was_made: bool,
}

struct Walk {
    terms: Terms,
    replies: Vec<(Reply, Duration)>,
    visited: usize,
}

impl Walk {
    /// Tries every reply after this request, and holds what follows against the laws.
    fn from(&mut self, poll: &Poll, seen: Seen, depth: usize) {
        for (reply, latency) in self.replies.clone() {
            self.visited += 1;
            let now = seen.sent + latency.min(poll.patience(seen.sent).left(seen.sent));
            let jitter = if self.visited.is_multiple_of(2) { 0.0 } else { 1.0 };
            let turn = Turn { reply: reply.clone(), sent: seen.sent, now, jitter };
            let lost = match &reply {
                Reply::Pending => false,
                Reply::Unknown(_) => true,
                Reply::Failed(failure) => seen.lost || failure.may_have_cost_a_result(),
                _ => seen.lost,
            };
            let next = poll.clone().next(turn);
            self.holds(&reply, &next, now, Seen { lost, ..seen });
            if let Next::Poll { at, poll, .. } = next
                && depth > 1
            {
                let seen = Seen { sent: at, lost, last_was_made: at >= self.terms.end };
                self.from(&poll, seen, depth - 1);
            }
        }
    }

    fn holds(&self, reply: &Reply, next: &Next, now: Moment, seen: Seen) {
        let Terms { end, give_up, .. } = self.terms;
        let interval = self.terms.interval.min(end.left(at(0)));
        let story = format!("after {reply:?} sent {:?} in at {now:?}: {next:?}", seen.sent);
        let ends = matches!(reply, Reply::Success(_) | Reply::Error { .. } | Reply::Expired)
            || matches!(reply, Reply::Failed(failure) if failure.is_final() || matches!(failure, Failure::NotFound { .. }));
        match next {
            Next::Poll { at, .. } => {
                assert!(!ends, "a verdict ends it: {story}");
                assert!(*at >= now, "never in the past: {story}");
                assert!(*at >= seen.sent + interval, "never faster than the interval: {story}");
                assert!(*at <= end + LAST_POLL_GRACE, "never long after the end: {story}");
                assert!(!seen.last_was_made, "one last poll: {story}");
                assert!(give_up.is_none_or(|give_up| *at <= give_up), "not after giving up: {story}");
                if let Reply::Failed(Failure::Throttled { after: Some(after), .. }) = reply {
                    assert!(*at >= now + *after, "a throttle is kept: {story}");
                }
            }
            Next::Settle(_) => {
                assert_eq!(*reply, not_found(), "{story}");
                assert!(seen.lost, "only a loss is settled: {story}");
            }
            Next::End { at, verdict } => {
                assert!(*at >= now && (*at == now || give_up == Some(*at)), "{story}");
                assert!(now <= (end + LAST_POLL_GRACE).max(seen.sent + LAST_REPLY), "it ends in time: {story}");
                assert_eq!(*verdict == Verdict::NotFound, *reply == not_found(), "{story}");
                assert!(!(seen.lost && *verdict == Verdict::NotFound), "a loss is never not found: {story}");
                let early = *at < end && give_up.is_none_or(|give_up| *at < give_up);
                let named = matches!(reply, Reply::Failed(Failure::Throttled { after: Some(_), .. }));
                assert!(!early || ends || named, "it waits to the end: {story}");
                let asked = seen.last_was_made || ends || named || give_up.is_some();
                assert!(asked, "it asks once more at the end: {story}");
            }
        }
    }
}

#[test]
fn the_laws_hold_over_every_sequence_of_replies() {
    for (interval, life, give_up, depth) in [
        (5, 600, None, 5),
        (5, 20, None, 6),
        (5, 20, Some(11), 6),
        (30, 100, None, 5),
        (60, 2, None, 3),
        (1, 1, None, 3),
    ] {
        let terms = Terms { interval: SECOND * interval, end: at(life), give_up: give_up.map(at) };
        let mut walk = Walk { terms, replies: replies(), visited: 0 };
        let seen = Seen { sent: at(0), lost: false, last_was_made: false };
        walk.from(&Poll::begin(terms, at(0)), seen, depth);
        assert!(walk.visited > walk.replies.len(), "{terms:?} went no further than one reply");
    }
}

/// Replays a sequence, each reply at once; what came last.
fn replay(terms: Terms, replies: impl IntoIterator<Item = Reply>) -> Next {
    let mut poll = Poll::begin(terms, at(0));
    let mut sent = at(0);
    let mut replies = replies.into_iter();
    loop {
        let reply = replies.next().expect("the sequence is long enough");
        match poll.next(Turn { reply, sent, now: sent, jitter: 0.0 }) {
            Next::Poll { at, poll: next, .. } => (sent, poll) = (at, next),
            next => return next,
        }
    }
}

fn ten_minutes() -> Terms {
    Terms { interval: SECOND * 5, end: at(600), give_up: None }
}

#[test]
fn the_same_reply_to_the_end_tells_nobody_from_the_api_from_the_network() {
    let html = Reply::Failed(Failure::Unusable { what: "HTML".into() });
    for (reply, outcome) in [
        (Reply::Pending, None),
        (html, Some(9)),
        (network(false), Some(10)),
        (network(true), Some(10)),
        (throttled(Throttle::Outage, None), Some(9)),
        (throttled(Throttle::Limit, None), Some(7)),
    ] {
        let Next::End { at: ended, verdict } = replay(ten_minutes(), std::iter::repeat(reply.clone())) else {
            panic!("{reply:?} does not end")
        };
        assert!(ended >= at(600) && ended <= at(610), "{reply:?} ended {ended:?}");
        match verdict {
            Verdict::Failed { failure, .. } => assert_eq!(Some(failure.outcome().code()), outcome, "{reply:?}"),
            verdict => assert_eq!((verdict, outcome), (Verdict::Expired { status: None }, None)),
        }
    }
}

#[test]
fn a_404_after_a_lost_reply_is_settled_unless_the_session_was_seen_alive_in_between() {
    let lost = Failure::Unusable { what: "cut short".into() };
    let broken = Reply::Failed(lost.clone());
    let settled = replay(ten_minutes(), [Reply::Pending, broken.clone(), network(false), not_found()]);
    assert!(matches!(settled, Next::Settle(Suspicion::LostReply(failure)) if failure == lost.to_string()));
    let alive = replay(ten_minutes(), [broken, Reply::Pending, not_found()]);
    assert!(matches!(alive, Next::End { verdict: Verdict::NotFound, .. }));
    let never_left = replay(ten_minutes(), [network(false), not_found()]);
    assert!(matches!(never_left, Next::End { verdict: Verdict::NotFound, .. }));
    let unknown = replay(ten_minutes(), [Reply::Unknown("done".into()), not_found()]);
    assert!(matches!(unknown, Next::Settle(Suspicion::UnknownStatus(status)) if status == "done"));
}

#[test]
fn a_machine_that_slept_through_the_end_still_asks_once() {
    for woken in [611, 630, 4000] {
        let poll = Poll::begin(ten_minutes(), at(0));
        let turn = Turn { reply: network(true), sent: at(300), now: at(woken), jitter: 0.0 };
        let Next::Poll { at: then, poll, .. } = poll.next(turn) else { panic!("no last poll at {woken}") };
        assert_eq!(then, at(woken));
        assert_eq!(poll.patience(then).left(then), LAST_REPLY);
        let turn = Turn { reply: Reply::Pending, sent: then, now: then, jitter: 0.0 };
        assert!(matches!(poll.next(turn), Next::End { verdict: Verdict::Expired { status: None }, .. }));
    }
}

#[test]
fn giving_up_is_pending_and_names_the_last_failure() {
    let terms = Terms { give_up: Some(at(12)), ..ten_minutes() };
    let next = replay(terms, [Reply::Pending, Reply::Pending, network(false)]);
    let Next::End { at: ended, verdict: Verdict::Pending { status: None, last: Some(_), lost: false } } = next else {
        panic!("{next:?}")
    };
    assert_eq!(ended, at(12));
    for give_up in [599, 600, 4000] {
        let terms = Terms { give_up: Some(at(give_up)), ..ten_minutes() };
        let next = replay(terms, std::iter::repeat(Reply::Pending));
        assert!(matches!(next, Next::End { verdict: Verdict::Expired { .. }, .. }), "{give_up}: {next:?}");
    }
}
