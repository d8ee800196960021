//! The scenario `mixed`: what happens in a session, drawn from a seed.
//!
//! It follows from the seed, the mailbox and how many sessions there were for that mailbox before, and from nothing else:
//! not from the order in which sessions begin, nor from how many there are at once.

use super::opaque::{Opaque, hash};
use super::people::Person;
use super::session::{Failure, Part};

/// What can happen in a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Act {
    /// The mailbox's owner allows access to it.
    Allow,
    /// They sign in with another mailbox of theirs.
    OtherMailbox,
    /// They do nothing, and the session expires.
    Nothing,
    /// The service fails.
    ServerError,
    Deny,
    /// The mailbox is connected to another workspace.
    Elsewhere,
    /// As `Allow`, but the connection drops instead of answering with the result.
    LostReply,
}

/// In how many of a hundred first sessions it happens, and how many of a hundred people allow access in the session after
/// one in which it did. With the others it happens again. Once allowed, it is allowed ever after.
const SHARES: [(Act, u64, u64); 7] = [
    (Act::Allow, 72, 100),
    (Act::OtherMailbox, 6, 70),
    (Act::Nothing, 6, 70),
    (Act::ServerError, 5, 70),
    (Act::Deny, 5, 0),
    (Act::Elsewhere, 3, 0),
    (Act::LostReply, 3, 100),
];

/// What happens in the session of this person's mailbox before which there were so many others.
pub(super) fn part(person: &Person, seed: u64, before: u64) -> Part {
    let (act, mut chance) = act(seed, &person.mailbox, before);
    match act {
        Act::Allow => person.allows().into(),
        Act::OtherMailbox => person.allows_another(chance.next() >> 32).into(),
        Act::Nothing => Part::NOTHING,
        Act::ServerError => Failure::SERVER.into(),
        Act::Deny => Part::DENIAL,
        Act::Elsewhere => Failure::ELSEWHERE.into(),
        Act::LostReply => Part { loses_reply: true, ..person.allows().into() },
    }
}

/// What happens, and where the chances are from that the session has left.
fn act(seed: u64, mailbox: &str, before: u64) -> (Act, Opaque) {
    let mut chance = chance(seed, mailbox, 0);
    let mut act = first(chance.next() % 100);
    for session in 1..=before {
        let allow =
            SHARES.iter().find_map(|&(earlier, _, allow)| (earlier == act).then_some(allow)).unwrap_or_default();
        // There is no end to the sessions that a mailbox may have had, and from here on all are alike.
        if act == Act::Allow || allow == 0 {
            break;
        }
        chance = self::chance(seed, mailbox, session);
        if chance.next() % 100 < allow {
            act = Act::Allow;
        }
    }
    (act, chance)
}

/// What happens in a first session of this chance in a hundred.
fn first(mut percent: u64) -> Act {
    for (act, share, _) in SHARES {
        match percent.checked_sub(share) {
            Some(rest) => percent = rest,
            None => return act,
        }
    }
    Act::Allow
}

fn chance(seed: u64, mailbox: &str, session: u64) -> Opaque {
    let numbers = [seed, session].into_iter().flat_map(u64::to_le_bytes);
    Opaque::new(hash(mailbox.bytes().chain(numbers)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const MANY: u64 = 10_000;

    fn mailboxes() -> impl Iterator<Item = String> {
        (0..MANY).map(|number| format!("person{number}@acme.example"))
    }

    /// Whether this is the share, in a hundred, of so many: within a percentage point, and half a dozen for the few.
    fn is_share(found: usize, percent: u64, of: usize) -> bool {
        let expected = of * usize::try_from(percent).unwrap() / 100;
        found.abs_diff(expected) <= of / 100 + 6
    }

    #[test]
    fn first_sessions_have_the_shares_of_the_table() {
        assert_eq!(SHARES.iter().map(|(_, share, _)| share).sum::<u64>(), 100);
        for seed in [0, 1, 42, u64::MAX] {
            let acts: Vec<Act> = mailboxes().map(|mailbox| act(seed, &mailbox, 0).0).collect();
            for (wanted, share, _) in SHARES {
                let found = acts.iter().filter(|act| **act == wanted).count();
                assert!(is_share(found, share, acts.len()), "{wanted:?} with seed {seed}: {found}");
            }
        }
    }

    #[test]
    fn later_sessions_follow_from_the_one_before() {
        for before in [0, 1, 2] {
            for (earlier, _, allow) in SHARES {
                let had = |mailbox: &String| act(7, mailbox, before).0 == earlier;
                let later: Vec<Act> = mailboxes().filter(had).map(|mailbox| act(7, &mailbox, before + 1).0).collect();
                let allowed = later.iter().filter(|act| **act == Act::Allow).count();
                assert!(later.iter().all(|act| [earlier, Act::Allow].contains(act)), "{earlier:?}");
                // A hundred and eighty of the rarest that is not certain, and fewer the second time.
                let slack = later.len() / 10 + 6;
                let expected = later.len() * usize::try_from(allow).unwrap() / 100;
                let certain = allow == 0 || allow == 100;
                assert!(allowed.abs_diff(expected) <= if certain { 0 } else { slack }, "{earlier:?}: {allowed}");
            }
        }
    }

    #[test]
    fn one_seed_gives_one_outcome_and_another_another() {
        let person = |mailbox: &String| Person::of_turn(0, "acme").owner_of(mailbox.clone());
        let parts = |seed: u64| mailboxes().map(|mailbox| part(&person(&mailbox), seed, 0)).collect::<Vec<_>>();
        let (one, same, other) = (parts(1), parts(1), parts(2));
        assert_eq!(one, same);
        let changed = one.iter().zip(&other).filter(|(one, other)| one != other).count();
        // Two that are independent differ where not both of them allow, are denied, and so on.
        let alike: u64 = SHARES.iter().map(|(_, share, _)| share * share).sum::<u64>() / 100;
        assert!(
            changed.abs_diff(usize::try_from(100 - alike).unwrap() * one.len() / 100) <= one.len() / 50,
            "{changed}"
        );
    }

    #[test]
    fn however_many_sessions_there_were_it_is_found_at_once() {
        for mailbox in mailboxes().take(100) {
            let far = act(3, &mailbox, u64::MAX).0;
            assert!([Act::Allow, Act::Deny, Act::Elsewhere].contains(&far), "{far:?}");
        }
    }
}
