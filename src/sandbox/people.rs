//! The people whom the sandbox plays.

use super::mailbox::name_of;
use super::session::Decision;

const PEOPLE: [(&str, &str); 12] = [
    ("Ada", "Lovelace"),
    ("Grace", "Hopper"),
    ("Alan", "Turing"),
    ("Katherine", "Johnson"),
    ("Edsger", "Dijkstra"),
    ("Barbara", "Liskov"),
    ("Donald", "Knuth"),
    ("Radia", "Perlman"),
    ("Tony", "Hoare"),
    ("Frances", "Allen"),
    ("Niklaus", "Wirth"),
    ("Hedy", "Lamarr"),
];

/// How much of an address is kept before what tells another one from it, in characters. It leaves room within the 64 that
/// an address may have there.
const LONGEST_PREFIX: usize = 40;

/// The person of a workspace's session number `turn`, counted from 0. After the twelfth they come round again with a
/// number in the address (`ada2@acme.example`), so that no two sessions of a workspace meet at one mailbox.
pub(super) struct Person {
    name: String,
    /// The mailbox that they own at work.
    pub(super) mailbox: String,
    /// And the one that they have besides, which Google's side of the service refuses.
    personal: String,
}

impl Person {
    /// With a mailbox of the workspace's own, under `.example`, which is reserved for such uses (RFC 2606).
    pub(super) fn of_turn(turn: usize, workspace: &str) -> Self {
        let (given, family) = PEOPLE[turn % PEOPLE.len()];
        let round = turn / PEOPLE.len() + 1;
        let number = if round == 1 { String::new() } else { round.to_string() };
        let local = format!("{}{number}", given.to_ascii_lowercase());
        Self {
            name: format!("{given} {family}"),
            mailbox: format!("{local}@{workspace}.example"),
            personal: format!("{local}.sandbox@gmail.com"),
        }
    }

    /// Another one, who owns this mailbox and has a name to suit it.
    pub(super) fn owner_of(self, mailbox: String) -> Self {
        Self { name: name_of(&mailbox), mailbox, ..self }
    }

    /// Allows access to the mailbox that they own.
    pub(super) fn allows(&self) -> Decision {
        self.allows_to(self.mailbox.clone())
    }

    /// Allows access to their personal mailbox.
    pub(super) fn allows_personal(&self) -> Decision {
        self.allows_to(self.personal.clone())
    }

    /// Allows access to another mailbox in the domain of the one that they own, which nobody else has: its address has
    /// this number in it.
    pub(super) fn allows_another(&self, number: u64) -> Decision {
        let (local, domain) = self.mailbox.rsplit_once('@').unwrap_or((&self.mailbox, "elsewhere.example"));
        let local: String = local.chars().take(LONGEST_PREFIX).collect();
        self.allows_to(format!("{local}.{number:08x}@{domain}"))
    }

    fn allows_to(&self, mailbox: String) -> Decision {
        Decision::Allow { mailbox, name: Some(self.name.clone()) }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn nobody_comes_twice() {
        let people = (0..100).map(|turn| Person::of_turn(turn, "acme"));
        let mailboxes: HashSet<String> = people.map(|person| mailbox(person.allows())).collect();
        assert_eq!(mailboxes.len(), 100);
        assert!(mailboxes.contains("ada@acme.example") && mailboxes.contains("ada2@acme.example"));
    }

    fn mailbox(decision: Decision) -> String {
        match decision {
            Decision::Allow { mailbox, .. } => mailbox,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn another_mailbox_is_a_sound_one_of_the_same_domain() {
        let long = format!("{}@acme.example", "a".repeat(64));
        for (owned, domain) in [("kay@acme.example", "@acme.example"), (&long, "@acme.example"), ("kay", ".example")] {
            let person = Person::of_turn(0, "acme").owner_of(owned.to_owned());
            let (one, other) = (mailbox(person.allows_another(0)), mailbox(person.allows_another(u32::MAX.into())));
            assert_eq!(mailbox(person.allows()), owned);
            for another in [&one, &other] {
                assert!(another != owned && another.ends_with(domain), "{another}");
                assert_eq!(super::super::mailbox::address(another).as_ref(), Some(another));
            }
            assert_ne!(one, other);
        }
    }
}
