//! Erasing on request: what is gone is nowhere in the file any more.

use std::collections::HashSet;

use rusqlite::{Connection, params_from_iter};

use super::{Entry, Journal, rows};
use crate::model::session::SessionId;
use crate::store::fault::Fault;

/// Which records are to go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Chosen<'a> {
    /// Every one of these ids, whichever service it is of.
    These(&'a [SessionId]),
    /// Every one there is.
    All,
}

/// What became of records that were to go.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Erased {
    /// How many are gone.
    pub gone: usize,
    /// Those that stay, since a process is waiting for their sessions.
    pub kept: Vec<Entry>,
    /// The ids of which there was none.
    pub missing: Vec<SessionId>,
}

impl Journal {
    /// Erases records, save those whose sessions somebody waits for.
    pub fn erase(&self, chosen: Chosen<'_>) -> Result<Erased, Fault> {
        let erased = self.file.write(|transaction| {
            let Chosen::These(ids) = chosen else {
                let (gone, kept) = self.delete(transaction, None)?;
                return Ok(Erased { gone, kept, missing: Vec::new() });
            };
            let mut erased = Erased::default();
            let mut met = HashSet::new();
            for id in ids.iter().filter(|id| met.insert(*id)) {
                let (gone, kept) = self.delete(transaction, Some(id))?;
                if gone == 0 && kept.is_empty() {
                    erased.missing.push(id.clone());
                }
                erased.gone += gone;
                erased.kept.extend(kept);
            }
            Ok(erased)
        })?;
        if erased.gone > 0 || chosen == Chosen::All {
            self.rewrite()?;
        }
        Ok(erased)
    }

    /// Deletes the records of this id, or all. Gives how many are gone, and those that somebody waits for.
    fn delete(&self, transaction: &Connection, id: Option<&SessionId>) -> Result<(usize, Vec<Entry>), Fault> {
        const CHOSEN: &str = "(?1 IS NULL OR id = ?1)";
        let id = id.map(SessionId::as_str);
        let found = rows::select(transaction, CHOSEN, [id])?.into_iter().map(|found| self.entry(found));
        let kept: Vec<Entry> = found.filter(|entry| entry.waiter.is_some()).collect();
        // Not one by one: what cannot be made sense of goes as well.
        let names = vec!["?"; kept.len()].join(", ");
        let parameters = std::iter::once(id).chain(kept.iter().map(|entry| Some(entry.name.as_str())));
        let sql = format!("DELETE FROM session WHERE {CHOSEN} AND name NOT IN ({names})");
        Ok((transaction.execute(&sql, params_from_iter(parameters))?, kept))
    }

    /// Writes the file anew. What is deleted is overwritten where it stood, but pages that were filled or emptied before
    /// can hold a copy of it, between what is theirs. Nothing of that goes anywhere else: the new file is made in memory.
    fn rewrite(&self) -> Result<(), Fault> {
        let done = self.file.read(|connection| Ok(connection.execute_batch("PRAGMA temp_store = MEMORY; VACUUM")?));
        done.map_err(|fault| {
            Fault::Unusable(format!(
                "the records are gone, but what they left in the file could not be overwritten: {fault}"
            ))
        })
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use jiff::{SignedDuration, Timestamp};

    use super::*;
    use crate::model::poll::Verdict;
    use crate::model::record::{Record, Source};
    use crate::model::session::Account;
    use crate::store::Kind;

    fn record(number: usize) -> Record {
        let (id, now) = (SessionId::parse(&format!("id-{number}-of-it")).unwrap(), Timestamp::now());
        let life = SignedDuration::from_secs(600);
        let mut record = Record::met(id, "https://api".into(), "w".into(), life, now);
        record.expect = Some(format!("expected{number}@{}.example", "long".repeat(number % 40)));
        record.auth_url = Some(format!("https://accounts.google.com/state-{number}-{}", "x".repeat(number * 37 % 700)));
        record
    }

    /// What the files here hold, as far as it is text.
    fn contents(directory: &Path) -> String {
        let files = fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
        files
            .filter(|path| path.is_file())
            .map(|path| String::from_utf8_lossy(&fs::read(path).unwrap()).into_owned())
            .collect()
    }

    #[test]
    fn what_is_erased_is_nowhere_in_the_files_whatever_lay_around_it() {
        const MANY: usize = 300;
        let directory = tempfile::tempdir().unwrap();
        let journal = Journal::open(directory.path(), false, Kind::Real).unwrap();
        journal.file.read(|connection| Ok(connection.execute_batch("PRAGMA synchronous = OFF")?)).unwrap();
        for number in 0..MANY {
            let mut record = record(number);
            let name = Journal::name().unwrap();
            journal.begin(&name, &record, false, None, record.began).unwrap();
            // Each row changes its size, as a session's does, and is moved about for that.
            let account = Account { email: Some(format!("came{number}@back.example")), name: None };
            record.finish(Verdict::Connected(account), Source::Api, record.began);
            if number % 3 > 0 {
                journal.put(&name, &record, true).unwrap();
            }
        }
        // Not in the order in which they stand, so that the file is rearranged all the time.
        let mut order: Vec<usize> = (0..MANY).collect();
        order.sort_by_key(|number| number * 7919 % 10007);
        for numbers in order.chunks(5) {
            let ids: Vec<SessionId> = numbers.iter().map(|number| record(*number).id).collect();
            let texts = |number: &usize| {
                [
                    format!("id-{number}-of"),
                    format!("expected{number}@"),
                    format!("state-{number}-"),
                    format!("came{number}@"),
                ]
            };
            let texts: Vec<String> = numbers.iter().flat_map(texts).collect();
            let before = contents(directory.path());
            let there = texts.iter().filter(|text| before.contains(*text)).count();
            assert!(there >= 3 * ids.len(), "{texts:?}");
            let erased = journal.erase(Chosen::These(&ids)).unwrap();
            assert_eq!(erased, Erased { gone: 5, ..Erased::default() });
            let after = contents(directory.path());
            let left: Vec<_> = texts.iter().filter(|text| after.contains(*text)).collect();
            assert!(left.is_empty(), "{left:?}");
        }
        assert_eq!(journal.all(Timestamp::now()).unwrap(), []);
    }

    #[test]
    fn what_is_waited_for_stays_and_what_makes_no_sense_goes() {
        let directory = tempfile::tempdir().unwrap();
        let [journal, other] = [0, 1].map(|_| Journal::open(directory.path(), false, Kind::Real).unwrap());
        let put = |journal: &Journal, number, service: &str, waiting| {
            let record = Record { service: service.into(), ..record(number) };
            let name = Journal::name().unwrap();
            journal.begin(&name, &record, waiting, None, record.began).unwrap();
            name
        };
        let waited = put(&other, 1, "https://one", true);
        put(&other, 1, "https://two", false);
        put(&journal, 2, "https://one", false);
        let id = |number| record(number).id;

        // Each id of which there is none is told once.
        let erased = journal.erase(Chosen::These(&[id(1), id(9), id(1), id(9)])).unwrap();
        assert_eq!((erased.gone, &erased.missing[..]), (1, &[id(9)][..]));
        let [kept] = &erased.kept[..] else { panic!("{erased:?}") };
        assert_eq!((&kept.name, kept.waiter.map(|waiter| waiter.process)), (&waited, Some(std::process::id())));

        let nonsense = "UPDATE session SET began = -9000000000000000000, expect = 'nonsense' WHERE id = 'id-2-of-it'";
        journal.file.read(|connection| Ok(connection.execute_batch(nonsense)?)).unwrap();
        let erased = journal.erase(Chosen::All).unwrap();
        assert_eq!((erased.gone, erased.kept.len()), (1, 1), "the claim of the living counts");
        assert!(!contents(directory.path()).contains("nonsense"));
        drop(other);
        assert_eq!(journal.erase(Chosen::All).unwrap(), Erased { gone: 1, ..Erased::default() });
        assert_eq!(journal.erase(Chosen::All).unwrap(), Erased::default());
        // It is still a journal.
        put(&journal, 3, "https://one", true);
        assert_eq!(journal.all(Timestamp::now()).unwrap().len(), 1);
    }
}
