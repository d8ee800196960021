use jiff::SignedDuration;

use super::*;
use crate::model::record::Record;
use crate::model::session::SessionId;

const PAGE: usize = 4096;
const SESSIONS: usize = 300;

fn opened(path: &Path) -> Connection {
    db::open(path, &Arc::default()).unwrap()
}

fn names(path: &Path) -> Vec<String> {
    let connection = opened(path);
    let mut statement = connection.prepare("SELECT name FROM session ORDER BY number").unwrap();
    statement.query_map([], |row| row.get(0)).unwrap().collect::<Result<_, _>>().unwrap()
}

/// A file with many sessions, one of which is waited for.
fn full(path: &Path) -> Vec<u8> {
    let connection = opened(path);
    let transaction = connection.unchecked_transaction().unwrap();
    for number in 0..SESSIONS {
        let id = SessionId::parse(&format!("s{number}")).unwrap();
        let life = SignedDuration::from_secs(600);
        let record = Record::met(id, "https://api".into(), "w".repeat(150), life, Timestamp::UNIX_EPOCH);
        rows::put(&transaction, &format!("name {number:03}"), &record).unwrap();
    }
    let claim = rows::Claim { name: "c0ffee".into(), process: 7, since: Some(Timestamp::UNIX_EPOCH) };
    rows::set_claim(&transaction, "name 000", &claim).unwrap();
    transaction.commit().unwrap();
    drop(connection);
    fs::read(path).unwrap()
}

#[test]
fn whatever_can_be_read_of_a_damaged_file_is_in_the_new_one() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("journal.db");
    let healthy = full(&path);
    let all = names(&path);
    let mut carried = Vec::new();
    for page in 1..healthy.len() / PAGE {
        let mut damaged = healthy.clone();
        damaged[page * PAGE..][..PAGE].fill(0xa5);
        fs::write(&path, &damaged).unwrap();
        let aside = set_aside(&path, Timestamp::UNIX_EPOCH).unwrap().expect("it is damaged");
        assert!(fs::read(&aside.path).unwrap() == damaged, "page {page}");
        let found = names(&path);
        assert_eq!(found.len(), aside.carried, "page {page}");
        assert!(found.iter().all(|name| all.contains(name)), "page {page}");
        carried.push(aside.carried);
        fs::remove_file(aside.path).unwrap();
    }
    carried.sort_unstable();
    // A page of an index costs none, one of the table some, and only its topmost all.
    let (all, some) = (SESSIONS, SESSIONS - 30);
    assert_eq!((carried[0], *carried.last().unwrap()), (0, all), "{carried:?}");
    assert!(carried.iter().filter(|&&carried| carried >= some).count() + 1 == carried.len(), "{carried:?}");
    assert!(carried.iter().any(|carried| (some..all).contains(carried)), "{carried:?}");
}

#[test]
fn the_secret_and_the_claims_go_along() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("journal.db");
    full(&path);
    let secret = rows::secret(&opened(&path)).unwrap();
    opened(&path).execute_batch("DROP INDEX session_id").unwrap();
    assert_eq!(set_aside(&path, Timestamp::UNIX_EPOCH).unwrap().unwrap().carried, SESSIONS);
    let connection = opened(&path);
    assert_eq!(rows::secret(&connection).unwrap(), secret);
    let found = rows::named(&connection, "name 000").unwrap().unwrap();
    let claim = found.claim.unwrap();
    assert_eq!((claim.name.as_str(), claim.process, claim.since), ("c0ffee", 7, Some(Timestamp::UNIX_EPOCH)));
    assert!(db::is_sound(&path).unwrap());
    assert!(set_aside(&path, Timestamp::UNIX_EPOCH).unwrap().is_none(), "nothing is wrong with the new one");
}

#[test]
fn each_has_a_name_of_its_own() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("journal.db");
    for number in 0..3 {
        fs::write(&path, format!("garbage {number}")).unwrap();
        // What somebody who was stopped left behind is in nobody's way.
        fs::write(with(&path, ".new"), "half a file").unwrap();
        let aside = set_aside(&path, Timestamp::UNIX_EPOCH).unwrap().unwrap().path;
        assert_eq!(fs::read_to_string(&aside).unwrap(), format!("garbage {number}"));
        let ending = if number == 0 { String::new() } else { format!("-{number}") };
        assert_eq!(aside, with(&path, &format!(".damaged-19700101T000000.000Z{ending}")));
    }
    fs::remove_file(&path).unwrap();
    assert!(set_aside(&path, Timestamp::UNIX_EPOCH).unwrap().is_none(), "there is nothing to set aside");
}
