//! The laws of the limits, over any arrivals: no window overflows as the service sees it, whoever came first goes first,
//! and nobody waits longer than a window asks.

use std::time::Duration;

use proptest::prelude::*;

use super::*;

const LIMITS: Limits = Limits { starts: 3, address_starts: 5, calls: 10 };
/// The service's own windows, in microseconds.
const MINUTE: i64 = 60_000_000;
const SECOND: i64 = 1_000_000;

/// Somebody who wants something.
#[derive(Clone, Copy, Debug)]
struct Comer {
    workspace: u8,
    arrived: At,
    /// How long its reply takes; none where it is killed on the way.
    takes: Option<Duration>,
    /// On which part of its way it arrives, from 0 to 1.
    part: f64,
    sent: Option<At>,
}

/// The longest that a reply is waited for.
const PATIENCE: Duration = Duration::from_secs(15);

impl Comer {
    /// When its reply is in, and until when it may be on its way as others know it at this time.
    fn done(&self, now: At) -> Option<At> {
        let sent = self.sent?;
        let reply = self.takes.map(|takes| sent + takes).filter(|reply| *reply <= now);
        Some(reply.unwrap_or(sent + PATIENCE))
    }

    /// When the service sees it.
    fn seen(&self) -> Option<i64> {
        let travel = self.takes.unwrap_or(PATIENCE).mul_f64(self.part);
        Some((self.sent? + travel).0)
    }
}

fn comers(within: i64, travel: u64) -> impl Strategy<Value = Vec<Comer>> {
    let takes = prop_oneof![9 => (0..travel).prop_map(|millis| Some(Duration::from_millis(millis))), 1 => Just(None)];
    let comer = (0..3_u8, 0..within, takes, 0.0..=1.0).prop_map(|(workspace, arrived, takes, part)| Comer {
        workspace,
        arrived: At(arrived),
        takes,
        part,
        sent: None,
    });
    prop::collection::vec(comer, 1..60).prop_map(|mut comers| {
        comers.sort_by_key(|comer| comer.arrived);
        comers
    })
}

/// The most that any window of this length holds of these.
fn most(mut seen: Vec<i64>, window: i64) -> usize {
    seen.sort_unstable();
    let held = |(index, first): (usize, &i64)| seen[index..].partition_point(|at| *at < first + window);
    seen.iter().enumerate().map(held).max().unwrap_or(0)
}

/// Has everybody wait in line and go in turn. Each looks again when it was told to, and when a reply came in.
fn in_line(comers: &mut [Comer]) {
    let mut now = At(0);
    while comers.iter().any(|comer| comer.sent.is_none()) {
        let mut next = At(i64::MAX);
        for index in 0..comers.len() {
            if comers[index].sent.is_some() || comers[index].arrived > now {
                continue;
            }
            let taken: Vec<_> = comers
                .iter()
                .filter_map(|comer| comer.done(now).map(|done| Taken { workspace: comer.workspace, done }))
                .collect();
            let line: Vec<u8> =
                comers[..=index].iter().filter(|comer| comer.sent.is_none()).map(|comer| comer.workspace).collect();
            let turn = turn(LIMITS, now, &taken, &line);
            if turn.at == now {
                comers[index].sent = Some(now);
            } else {
                next = next.min(turn.at);
            }
        }
        let events = comers.iter().flat_map(|comer| {
            let over =
                [comer.sent.zip(comer.takes).map(|(sent, takes)| sent + takes), comer.sent.map(|s| s + PATIENCE)];
            over.into_iter().flatten().chain([comer.arrived])
        });
        now = events.filter(|at| *at > now).min().unwrap_or(next).min(next);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(60) })]

    #[test]
    fn no_minute_holds_more_starts_than_the_service_allows(comers in comers(3 * MINUTE, 15_000)) {
        let mut comers = comers;
        in_line(&mut comers);
        let seen = |of: Option<u8>| {
            let those = comers.iter().filter(|comer| of.is_none_or(|of| comer.workspace == of));
            those.filter_map(Comer::seen).collect::<Vec<_>>()
        };
        prop_assert!(most(seen(None), MINUTE) <= LIMITS.address_starts);
        for workspace in 0..3 {
            prop_assert!(most(seen(Some(workspace)), MINUTE) <= LIMITS.starts);
            // And in the order in which they came.
            let order: Vec<_> = comers.iter().filter(|comer| comer.workspace == workspace).map(|c| c.sent).collect();
            prop_assert!(order.is_sorted(), "{order:?}");
        }
    }

    #[test]
    fn nobody_waits_longer_for_a_start_than_the_window_asks(comers in comers(3 * MINUTE, 1)) {
        // Where replies take no time, the earliest that is possible can be told: a window after whoever was the limit before.
        let mut comers: Vec<_> =
            comers.into_iter().map(|comer| Comer { workspace: 0, takes: Some(Duration::ZERO), ..comer }).collect();
        in_line(&mut comers);
        for (index, comer) in comers.iter().enumerate() {
            let before = index.checked_sub(LIMITS.starts).and_then(|before| comers[before].sent);
            let soonest = before.map_or(comer.arrived, |before| comer.arrived.max(before + LINE_WINDOW));
            prop_assert_eq!(comer.sent, Some(soonest), "number {}", index);
        }
    }

    #[test]
    fn no_second_and_no_minute_holds_more_calls_than_the_service_allows(
        comers in comers(2 * SECOND, 400),
        first in prop::collection::vec(any::<bool>(), 60),
    ) {
        let mut comers = comers;
        let mut pace = Pace::NEW;
        // When each asks, and as what.
        let mut waiting: Vec<_> = comers.iter().map(|comer| (comer.arrived, Place::New)).collect();
        for (index, first) in first.into_iter().enumerate().take(comers.len()) {
            waiting[index].1 = if first { Place::First } else { Place::New };
        }
        while let Some(index) = (0..comers.len()).filter(|i| comers[*i].sent.is_none()).min_by_key(|i| waiting[*i].0) {
            let (now, place) = waiting[index];
            let mut done: Vec<_> = comers.iter().filter_map(|comer| comer.done(now)).collect();
            done.sort_unstable();
            let (slot, then) = slot(LIMITS, now, pace, &done, place);
            pace = then;
            match slot {
                Slot::Now => comers[index].sent = Some(now),
                Slot::Later { at, turn } => {
                    prop_assert!(at > now);
                    waiting[index] = (at, turn.map_or(place, Place::Given));
                }
            }
        }
        let seen: Vec<_> = comers.iter().filter_map(Comer::seen).collect();
        prop_assert!(most(seen.clone(), SECOND) <= LIMITS.calls);
        prop_assert!(most(seen, MINUTE) <= 60 * LIMITS.calls);
    }
}

/// What becomes of sessions that are polled for a minute.
struct Polls {
    /// When each poll left, for each session.
    sent: Vec<Vec<At>>,
    pace: Pace,
}

/// Polls so many sessions an interval after each reply, which takes as long at a time.
fn poll(sessions: usize, interval: Duration, takes: impl Fn(At) -> Duration) -> Polls {
    let mut polls = Polls { sent: vec![Vec::new(); sessions], pace: Pace::NEW };
    let mut waiting = vec![(At(0), Place::New); sessions];
    let mut done: Vec<At> = Vec::new();
    loop {
        let index = (0..sessions).min_by_key(|index| waiting[*index].0).unwrap();
        let (now, place) = waiting[index];
        if now >= At(MINUTE) {
            return polls;
        }
        done.retain(|done| *done + CALL_WINDOW > now);
        done.sort_unstable();
        let (told, then) = slot(Limits::DOCUMENTED, now, polls.pace, &done, place);
        polls.pace = then;
        waiting[index] = match told {
            Slot::Now => {
                polls.sent[index].push(now);
                let reply = now + takes(now);
                done.push(reply);
                (reply + interval, Place::New)
            }
            Slot::Later { at, turn } => (at, turn.map_or(Place::New, Place::Given)),
        };
    }
}

#[test]
fn nobody_waits_longer_for_a_poll_than_the_second_asks_and_all_wait_alike() {
    for (sessions, interval, takes) in
        [(300, 1, 0), (300, 1, 100), (300, 1, 500), (300, 1, 1000), (300, 5, 1000), (60, 1, 200), (1000, 5, 50)]
    {
        let (interval, takes) = (Duration::from_secs(interval), Duration::from_millis(takes));
        let polls = poll(sessions, interval, |_| takes);
        // What the pace, the second, and the sessions themselves allow.
        let second = 95.0 / (CALL_WINDOW + takes).as_secs_f64();
        let wanted = f64::from(u32::try_from(sessions).unwrap()) / (interval + takes).as_secs_f64();
        let allowed = second.min(90.0).min(wanted);
        let late = polls.sent.iter().flatten().filter(|at| **at >= At(MINUTE / 3)).count();
        let often = f64::from(u32::try_from(late).unwrap()) / 40.0;
        assert!(often >= 0.95 * allowed, "{sessions} {interval:?} {takes:?}: {often} of {allowed}");
        for sent in &polls.sent {
            let late: Vec<_> = sent.iter().filter(|at| **at >= At(MINUTE / 3)).collect();
            let gaps: Vec<_> = late.windows(2).map(|pair| pair[1].left(*pair[0]).as_secs_f64()).collect();
            let (least, most) =
                gaps.iter().fold((f64::MAX, 0_f64), |(least, most), gap| (least.min(*gap), most.max(*gap)));
            assert!(gaps.len() < 2 || most <= 1.2 * least, "{sessions} {interval:?} {takes:?}: {gaps:?}");
        }
    }
}

#[test]
fn slow_replies_hold_nobody_up_once_they_are_fast_again() {
    let slow = |now: At| if now < At(20 * SECOND) { Duration::from_secs(2) } else { Duration::from_millis(10) };
    let polls = poll(300, Duration::from_secs(1), slow);
    let late = polls.sent.iter().flatten().filter(|at| **at >= At(30 * SECOND)).count();
    assert!(late > 30 * 85, "{late}");
    // And where they all have gone, whoever comes then waits no longer than for those that are not known to have.
    let (told, _) = slot(Limits::DOCUMENTED, At(MINUTE), polls.pace, &[], Place::New);
    let wait = match told {
        Slot::Now => Duration::ZERO,
        Slot::Later { at, .. } => at.left(At(MINUTE)),
    };
    assert!(wait < Duration::from_secs(4), "{wait:?}");
}
