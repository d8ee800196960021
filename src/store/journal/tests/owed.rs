use super::*;

fn owed(journal: &Journal, batch: &str) -> Vec<String> {
    journal.owed(batch).unwrap().into_iter().map(|entry| entry.record.id.to_string()).collect()
}

fn begin_for(journal: &Journal, id: &str, second: i64, batch: &str) -> String {
    let name = Journal::name().unwrap();
    journal.begin(&name, &begun(id, second), true, Some(batch), at(second)).unwrap();
    name
}

#[test]
fn a_session_of_a_list_is_owed_until_its_results_tell_of_it() {
    let (directory, journal) = fresh();
    let names = [("b", 2), ("a", 1), ("c", 3)].map(|(id, second)| begin_for(&journal, id, second, "/list.results"));
    begin_for(&journal, "d", 4, "/other.results");
    begin(&journal, &begun("e", 5), true, at(5));
    assert_eq!(owed(&journal, "/list.results"), ["a", "b", "c"], "the oldest first");
    // Whatever is written of it later, it stays so.
    let record = ended(begun("b", 2), connected("ada@acme.com"), Source::Api);
    journal.put(&names[0], &record, true).unwrap();
    let another = open(&directory);
    assert_eq!(owed(&another, "/list.results"), ["a", "b", "c"]);
    journal.paid(&names[..2]).unwrap();
    assert_eq!(owed(&another, "/list.results"), ["c"]);
    assert_eq!(found(&another, &record).record.outcome(), crate::exit::Outcome::Connected, "only the mark is gone");
    assert_eq!(owed(&another, "/other.results"), ["d"]);
}
