//! The people whom the sandbox plays.

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

/// The person of a workspace's session number `turn`, counted from 0. After the twelfth they come round again with a
/// number in the address (`ada2@acme.example`), so that no two sessions of a workspace meet at one mailbox.
pub(super) struct Person {
    given: &'static str,
    family: &'static str,
    local: String,
}

impl Person {
    pub(super) fn of_turn(turn: usize) -> Self {
        let (given, family) = PEOPLE[turn % PEOPLE.len()];
        let round = turn / PEOPLE.len() + 1;
        let number = if round == 1 { String::new() } else { round.to_string() };
        Self { given, family, local: format!("{}{number}", given.to_ascii_lowercase()) }
    }

    /// Allows access to a mailbox of the workspace's own, under `.example`, which is reserved for such uses (RFC 2606).
    pub(super) fn allows_business(&self, workspace: &str) -> Decision {
        self.allows(format!("{}@{workspace}.example", self.local))
    }

    /// Allows access to a personal mailbox, which Google's side of the service refuses.
    pub(super) fn allows_personal(&self) -> Decision {
        self.allows(format!("{}.sandbox@gmail.com", self.local))
    }

    fn allows(&self, mailbox: String) -> Decision {
        Decision::Allow { mailbox, name: Some(format!("{} {}", self.given, self.family)) }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn nobody_comes_twice() {
        let decisions = (0..100).map(|turn| Person::of_turn(turn).allows_business("acme"));
        let mailboxes: HashSet<String> = decisions
            .map(|decision| match decision {
                Decision::Allow { mailbox, .. } => mailbox,
                other => panic!("{other:?}"),
            })
            .collect();
        assert_eq!(mailboxes.len(), 100);
        assert!(mailboxes.contains("ada@acme.example") && mailboxes.contains("ada2@acme.example"));
    }
}
