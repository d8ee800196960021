//! The sessions that the service remembers: found by id and by link, and kept in the order in which something is due,
//! so that no call has to look at all of them.

use std::collections::{BTreeSet, HashMap};

use jiff::Timestamp;

use super::session::{Decision, Part, Session};

/// A session's number, counted up as they begin.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Number(u64);

#[derive(Default)]
pub(super) struct Sessions {
    kept: HashMap<Number, Session>,
    ids: HashMap<String, Number>,
    /// By the `state` of the link.
    states: HashMap<String, Number>,
    /// When the simulated people act that have not acted yet.
    acts: BTreeSet<(Timestamp, Number)>,
    /// When which session is forgotten.
    ends: BTreeSet<(Timestamp, Number)>,
    begun: u64,
}

impl Sessions {
    /// Adds a session, of which nothing is known any more from this time on.
    pub(super) fn add(&mut self, session: Session, forgotten: Timestamp) -> &Session {
        let number = Number(self.begun);
        self.begun += 1;
        self.ids.insert(session.id.clone(), number);
        self.states.insert(session.link.state.clone(), number);
        self.acts.extend(session.played.as_ref().map(|played| (played.at, number)));
        self.ends.insert((forgotten, number));
        self.kept.entry(number).or_insert(session)
    }

    pub(super) fn get_mut(&mut self, number: Number) -> Option<&mut Session> {
        self.kept.get_mut(&number)
    }

    pub(super) fn of_id(&mut self, id: &str) -> Option<&mut Session> {
        self.kept.get_mut(self.ids.get(id)?)
    }

    /// The session whose link has this `state`.
    pub(super) fn of_link(&self, state: &str) -> Option<(Number, &Session)> {
        let number = *self.states.get(state)?;
        Some((number, self.kept.get(&number)?))
    }

    /// Has the person whom the sandbox plays in a session do something else than what they were to do. Whoever would have
    /// come by now, and did nothing, comes now.
    pub(super) fn recast(&mut self, id: &str, part: Part, now: Timestamp) {
        let Some(&number) = self.ids.get(id) else { return };
        if let Some(played) = self.kept.get_mut(&number).and_then(|session| session.played.as_mut()) {
            played.part = part;
            played.at = played.at.max(now);
            self.acts.insert((played.at, number));
        }
    }

    /// The next simulated person whose time has come and finds the session open, and what they do then: the first whose
    /// time it was, and of several at one time the one whose session began first. Nobody comes twice.
    pub(super) fn next_act(&mut self, now: Timestamp) -> Option<(Number, Decision, Timestamp)> {
        while let Some(&(at, number)) = self.acts.first().filter(|(at, _)| *at <= now) {
            self.acts.pop_first();
            let session = self.kept.get(&number).filter(|session| session.is_open(at));
            let played = session.and_then(|session| session.played.as_ref());
            if let Some(decision) = played.and_then(|played| played.part.decision.clone()) {
                return Some((number, decision, at));
            }
        }
        None
    }

    /// Forgets the sessions whose time that is.
    pub(super) fn forget(&mut self, now: Timestamp) {
        while let Some(&(_, number)) = self.ends.first().filter(|(at, _)| *at <= now) {
            self.ends.pop_first();
            if let Some(session) = self.kept.remove(&number) {
                self.ids.remove(&session.id);
                self.states.remove(&session.link.state);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::super::moment::later;
    use super::super::session::{Link, Played, Status};
    use super::*;
    use crate::model::provider::Provider;

    fn at(seconds: u64) -> Timestamp {
        later(Timestamp::UNIX_EPOCH, Duration::from_secs(seconds))
    }

    /// A session that expires after 10 seconds, with a person who acts at this second.
    fn session(name: &str, acts: u64) -> Session {
        let link = Link { state: format!("state of {name}"), query: String::new() };
        let mut session = Session::new(name.to_owned(), "acme", Provider::Google, link, at(10));
        session.played = Some(Played { at: at(acts), part: Part::DENIAL });
        session
    }

    fn acting(sessions: &mut Sessions, now: u64) -> Vec<Number> {
        std::iter::from_fn(|| sessions.next_act(at(now)).map(|(number, ..)| number)).collect()
    }

    #[test]
    fn people_act_once_in_the_order_of_their_times_and_never_too_late() {
        let mut sessions = Sessions::default();
        // The clock was set back before the last of them, and the one before that is too slow for its session.
        for (name, acts) in [("a", 5), ("b", 5), ("c", 6), ("d", 10), ("e", 1)] {
            sessions.add(session(name, acts), at(20));
        }
        let numbers = |numbers: &[u64]| numbers.iter().copied().map(Number).collect::<Vec<_>>();
        for (now, due) in [(0, &[][..]), (1, &[4]), (5, &[0, 1]), (5, &[]), (19, &[2]), (19, &[])] {
            assert_eq!(acting(&mut sessions, now), numbers(due), "at {now} s");
        }
    }

    #[test]
    fn what_is_forgotten_leaves_nothing_behind() {
        let mut sessions = Sessions::default();
        sessions.add(session("a", 5), at(20));
        sessions.add(session("b", 30), at(21));
        assert!(
            sessions.of_link("state of a").is_some_and(|(number, session)| number == Number(0) && session.id == "a")
        );
        sessions.forget(at(19));
        assert_eq!(sessions.of_id("a").and_then(|session| session.retrieve(at(10))), Some(Status::Expired));
        sessions.forget(at(20));
        assert!(sessions.of_id("a").is_none() && sessions.of_link("state of a").is_none());
        assert!(sessions.get_mut(Number(0)).is_none() && sessions.of_id("b").is_some());
        sessions.forget(at(21));
        assert!(sessions.kept.is_empty() && sessions.ids.is_empty() && sessions.states.is_empty());
        assert_eq!(acting(&mut sessions, 30), [], "whoever is yet to come finds nothing");
        assert!(sessions.ends.is_empty() && sessions.acts.is_empty());
    }
}
