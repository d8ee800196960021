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
        let mut next = At(0);
        // What each waits for: its turn, and whether it has one.
        let mut waiting: Vec<_> = comers.iter().map(|comer| (comer.arrived, false)).collect();
        while let Some(index) = (0..comers.len()).filter(|i| comers[*i].sent.is_none()).min_by_key(|i| waiting[*i].0) {
            let now = waiting[index].0;
            let mut done: Vec<_> = comers.iter().filter_map(|comer| comer.done(now)).collect();
            done.sort_unstable();
            let place = match (first[index], waiting[index].1) {
                (true, _) => Place::First,
                (false, true) => Place::Given,
                (false, false) => Place::New,
            };
            match slot(LIMITS, now, next, &done, place) {
                Slot::Now(then) => (next, comers[index].sent) = (then, Some(now)),
                Slot::Later { at, next: then } => {
                    prop_assert!(at > now);
                    waiting[index] = (at, true);
                    next = then;
                }
            }
        }
        let seen: Vec<_> = comers.iter().filter_map(Comer::seen).collect();
        prop_assert!(most(seen.clone(), SECOND) <= LIMITS.calls);
        prop_assert!(most(seen, MINUTE) <= 60 * LIMITS.calls);
    }

    #[test]
    fn where_nothing_is_in_the_way_calls_leave_in_the_order_in_which_they_came_and_evenly(count in 10..80_usize) {
        let (now, mut next) = (At(0), At(0));
        let mut turns = Vec::new();
        for _ in 0..count {
            let (at, then) = match slot(LIMITS, now, next, &[], Place::New) {
                Slot::Now(then) => (now, then),
                Slot::Later { at, next } => (at, next),
            };
            turns.push(at);
            next = then;
        }
        prop_assert_eq!(turns.iter().filter(|at| **at == now).count(), 5);
        let gaps: Vec<_> = turns[4..].windows(2).map(|pair| pair[1].left(pair[0])).collect();
        prop_assert!(gaps.iter().all(|gap| *gap == gaps[0]), "{:?}", gaps);
        prop_assert!((gaps[0].as_secs_f64() * 9.0 - 1.01).abs() < 0.001);
    }
}
