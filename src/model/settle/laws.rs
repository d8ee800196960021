//! What must hold however sessions overlap, end and are lost: nobody is given what another one connected.

use proptest::prelude::*;

use super::*;
use crate::model::poll::Reply;
use crate::model::record::Source;
use crate::model::session::SessionId;

/// One session as it was, in milliseconds.
#[derive(Clone, Debug)]
struct Life {
    begins: i64,
    /// How long after that its person had finished, and whether that connected a mailbox.
    decided: i64,
    connects: bool,
    every: i64,
    /// How long a request is on its way, and how much longer the last one is.
    travels: i64,
    slower: i64,
    /// How long after it was written down that one left.
    leaves: i64,
    /// How many requests before the one that brings the result is the last.
    spare: i64,
    fate: Fate,
}

#[derive(Clone, Copy, Debug)]
enum Fate {
    /// It told its result.
    Told,
    /// Its process ended, and nobody asked since.
    Dead,
    /// The same, and it was seen so long after.
    Seen(i64),
    /// It is known to be gone, so long after.
    Gone(i64),
}

/// Lives that overlap a little or, with a small `spread`, much.
fn lives_over(spread: i64) -> impl Strategy<Value = Vec<Life>> {
    let fate = prop_oneof![
        Just(Fate::Told),
        Just(Fate::Dead),
        (0..5000_i64).prop_map(Fate::Seen),
        (0..5000_i64).prop_map(Fate::Gone),
        (0..50_i64).prop_map(Fate::Gone),
    ];
    let times = (0..1500 * spread, 0..600 * spread, 20..200 * spread, 1..50_i64, 0..50_i64, 0..100_i64);
    let life = (times, any::<bool>(), -5..3_i64, fate).prop_map(|(times, connects, spare, fate)| {
        let (begins, decided, every, travels, slower, leaves) = times;
        Life { begins, decided, connects, every, travels, slower, leaves, spare: spare.max(0), fate }
    });
    prop::collection::vec(life, 1..8)
}

fn lives() -> impl Strategy<Value = Vec<Life>> {
    prop_oneof![lives_over(1), lives_over(3)]
}

fn at(millis: i64) -> Timestamp {
    Timestamp::from_millisecond(1_800_000_000_000 + millis).unwrap()
}

fn millis(millis: i64) -> SignedDuration {
    SignedDuration::from_millis(millis)
}

impl Life {
    /// What is known of it here.
    fn record(&self, name: usize, service: &str, clock: Ahead) -> Record {
        let id = SessionId::parse(&name.to_string()).unwrap();
        let mut record = Record::met(id, service.into(), "w".into(), SignedDuration::from_mins(10), at(self.begins));
        (record.started_here, record.alive) = (true, Some(at(self.begins)));
        (record.provider, record.clock) = (Some(Provider::Google), Some(clock));
        record.slowest = Some(millis(self.travels));
        let mut asked = self.begins;
        loop {
            record.asking(at(asked));
            let (read, decided) = (asked + self.travels, self.begins + self.decided);
            if read < decided && (decided - read) / (self.travels + self.every) >= self.spare {
                record.heard(&Reply::Pending, at(read));
                asked = read + self.every;
                continue;
            }
            let read = asked + self.leaves + 4 * self.travels + self.slower;
            match self.fate {
                Fate::Told if read >= decided => record.finish(self.verdict(name), Source::Api, at(read)),
                Fate::Told | Fate::Dead => {}
                // Whoever sees that a process has ended does so after its last request was read.
                Fate::Seen(later) => record.give_up_on_reply(at(read + later)),
                Fate::Gone(later) => {
                    record.give_up_on_reply(at(read + later / 2));
                    if read >= decided {
                        record.gone = Some(at(read + later));
                    }
                }
            }
            return record;
        }
    }

    fn verdict(&self, name: usize) -> Verdict {
        if self.connects {
            Verdict::Connected(Account { email: Some(name.to_string()), name: None })
        } else {
            Verdict::Error { code: None, description: None }
        }
    }

    fn account(&self, name: usize, offset: i64) -> Option<Listed> {
        let created = Some(at(self.begins + self.decided + offset));
        self.connects.then(|| Listed {
            email: name.to_string(),
            name: None,
            provider: Some(Provider::Google),
            created,
            updated: created,
            broken: false,
        })
    }
}

/// Settles everything that is known to be gone, and holds what comes out against what was.
fn hold(lives: &[Life], service: &str, offset: i64, clock: Ahead) -> Result<(), TestCaseError> {
    let records: Vec<_> = lives.iter().enumerate().map(|(name, life)| life.record(name, service, clock)).collect();
    let accounts: Vec<_> = lives.iter().enumerate().filter_map(|(name, life)| life.account(name, offset)).collect();
    for (name, record) in records.iter().enumerate().filter(|(_, record)| record.gone.is_some()) {
        let mut others = records.clone();
        others.remove(name);
        // The list is read when the session is gone: what comes later is not on it.
        let gone = record.gone.unwrap() + millis(offset);
        let listed: Vec<_> = accounts.iter().filter(|account| account.created <= Some(gone)).cloned().collect();
        if let Ok(account) = settle(Evidence { record, others: &others, accounts: &listed, clock }) {
            prop_assert_eq!((account.email, lives[name].connects), (Some(name.to_string()), true), "{:#?}", record);
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 2000, ..ProptestConfig::default() })]

    /// Where the server is elsewhere, its clock may be any time off, and is known to a second.
    #[test]
    fn nobody_is_given_what_another_connected(lives in lives(), offset in -5000..5000_i64, cut in 0..1000_i64) {
        let clock = Ahead { least: millis(offset - cut), most: millis(offset - cut + 1000) };
        hold(&lives, "https://api.example", offset, clock)?;
    }

    /// Where it is on this machine, both have one clock.
    #[test]
    fn nor_on_this_machine(lives in lives(), cut in 0..1000_i64) {
        let clock = Ahead { least: millis(-cut), most: millis(1000 - cut) };
        hold(&lives, "http://127.0.0.1:8080/", 0, clock)?;
    }
}

#[test]
fn those_that_were_lost_one_after_the_other_are_told_apart() {
    // Ten milliseconds lie between the last word of one and the first of the next.
    let life = |begins| Life {
        begins,
        decided: 8,
        connects: true,
        every: 20,
        travels: 10,
        slower: 0,
        leaves: 5,
        spare: 0,
        fate: Fate::Gone(50),
    };
    let lives: Vec<_> = (0..5).map(|index| life(index * 80)).collect();
    let [here, elsewhere] = ["http://127.0.0.1:8080/", "https://api.example"].map(|service| {
        let record = |(name, life): (usize, &Life)| life.record(name, service, Ahead::NONE);
        let records: Vec<_> = lives.iter().enumerate().map(record).collect();
        let accounts: Vec<_> = lives.iter().enumerate().filter_map(|(name, life)| life.account(name, 0)).collect();
        let found = (0..lives.len()).map(|name| {
            let mut others = records.clone();
            let record = others.remove(name);
            let evidence = Evidence { record: &record, others: &others, accounts: &accounts, clock: Ahead::NONE };
            settle(evidence).ok().and_then(|account| account.email)
        });
        found.collect::<Vec<_>>()
    });
    assert_eq!(here, ["0", "1", "2", "3", "4"].map(|name| Some(name.to_owned())));
    // The time that an edge may add to its clock is longer than that.
    assert_eq!(elsewhere.iter().flatten().count(), 0);
}
