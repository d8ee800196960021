//! Looking for a lost result again and again, and page by page.

mod slow;

use jiff::SignedDuration;

use super::*;
use crate::model::failure::Throttle;
use crate::model::poll::Unsettled;
use crate::model::provider::Provider;
use crate::model::record::Record;
use crate::model::server_clock::Ahead;
use crate::model::session::SessionId;
use crate::model::settle::{Cursor, Listed, Page};

/// An account list that answers with one page after the other; the last one goes on for ever.
struct Pages {
    list: RefCell<VecDeque<Result<Page, Failure>>>,
    one: Option<Listed>,
    told: Option<Verdict>,
    clock: Option<Ahead>,
    others: RefCell<Vec<Record>>,
    /// Whether anything is learned where another session is asked after.
    answers: Learned,
    /// Whether the journal can be read.
    whole: bool,
    asked: RefCell<Vec<String>>,
}

impl Pages {
    fn new<const N: usize>(pages: [Result<Page, Failure>; N]) -> Self {
        let (list, asked) = (RefCell::new(pages.into()), RefCell::default());
        let clock = Some(Ahead::NONE);
        Self {
            list,
            one: None,
            told: None,
            clock,
            others: RefCell::default(),
            answers: Learned::Something,
            whole: true,
            asked,
        }
    }
}

impl Ledger for Pages {
    async fn page(&self, from: &Cursor) -> Result<Page, Failure> {
        self.asked.borrow_mut().push(match from {
            Cursor::Newest => "first".into(),
            Cursor::After(cursor) => cursor.clone(),
            Cursor::Skipping(accounts) => format!("skip {accounts}"),
        });
        let mut list = self.list.borrow_mut();
        if list.len() > 1 { list.pop_front().unwrap() } else { list[0].clone() }
    }

    async fn account(&self, email: &str) -> Result<Option<Listed>, Failure> {
        self.asked.borrow_mut().push(email.to_owned());
        Ok(self.one.clone().filter(|one| one.email == email))
    }

    fn clock(&self) -> Option<Ahead> {
        self.clock
    }

    fn told(&self) -> Option<Verdict> {
        self.told.clone()
    }

    fn neighbours(&self) -> Option<Vec<Record>> {
        self.whole.then(|| self.others.borrow().clone())
    }

    async fn ask_after(&self, other: &Record) -> Learned {
        self.asked.borrow_mut().push(format!("after {}", other.id));
        let mut others = self.others.borrow_mut();
        let found = others.iter_mut().find(|known| known.id == other.id).unwrap();
        found.heard(&Reply::Pending, found.began);
        found.alive = Timestamp::from_second(16).ok();
        self.answers
    }
}

/// A session that was alive at ten seconds, and lost at twenty.
fn lost() -> Record {
    let time = |seconds| Timestamp::from_second(seconds).unwrap();
    let id = SessionId::parse("s1").unwrap();
    let mut record = Record::met(id, String::new(), String::new(), SignedDuration::from_secs(60), time(10));
    (record.alive, record.lost, record.gone) = (Some(time(10)), Some(time(20)), Some(time(25)));
    record.provider = Some(Provider::Google);
    record
}

fn listed(email: &str, created: i64) -> Listed {
    let created = Timestamp::from_second(created).ok();
    Listed {
        email: email.into(),
        name: None,
        provider: Some(Provider::Google),
        created,
        updated: created,
        broken: false,
    }
}

#[expect(clippy::unnecessary_wraps, reason = "it stands beside failures")]
fn page<const N: usize>(accounts: [Listed; N], next: Option<&str>) -> Result<Page, Failure> {
    Ok(Page { accounts: accounts.into(), next: next.map(Into::into) })
}

struct Run {
    found: Result<Settled, Signal>,
    /// When it was over.
    at: Duration,
}

fn run(record: &Record, pages: &Pages, most: u32, stop: Option<Duration>) -> Run {
    run_until(record, pages, most, stop, None)
}

fn run_until(record: &Record, pages: &Pages, most: u32, stop: Option<Duration>, until: Option<Duration>) -> Run {
    let (clock, notes) = (Fake::default(), Notes::default());
    let mut shell = Shell { clock: &clock, sink: &notes, stop: At(&clock, stop) };
    let looks = Looks { most, every: SECOND * 5, until: until.map(Moment::from_origin) };
    let found = block_on(crate::flow::settle(&mut shell, looks, record, pages));
    Run { found, at: clock.now.get() }
}

fn email(run: Run) -> Option<String> {
    match run.found.unwrap() {
        Settled::Connected(account) => account.email,
        _ => None,
    }
}

#[test]
fn it_looks_again_after_a_while_where_that_can_help() {
    let broken = || Err(Failure::Network { kind: NetworkKind::Broken, detail: String::new(), sent: true });
    let limited = |seconds| {
        let after = Some(SECOND * seconds);
        Err(Failure::Throttled { throttle: Throttle::Outage, after, message: None })
    };
    let refused = || Err(Failure::Status { status: 400, message: None, own: true });
    for (first, looks, finds) in [
        (page([], None), 2, true),
        (page([listed("a", 15), listed("b", 15)], None), 2, true),
        (broken(), 2, true),
        (limited(8), 2, true),
        (limited(60), 1, false),
        (refused(), 1, false),
    ] {
        let pages = Pages::new([first.clone(), page([listed("a", 15)], None)]);
        let run = run(&lost(), &pages, 3, None);
        assert_eq!((pages.asked.borrow().len(), run.at >= SECOND * 5), (looks, looks > 1), "{first:?}");
        assert_eq!(email(run).is_some(), finds, "{first:?}");
    }
    let pages = Pages::new([page([], None)]);
    let run = run(&lost(), &pages, 3, None);
    assert_eq!(run.found, Ok(Settled::Not(Unsettled::Nothing)));
    assert_eq!((pages.asked.borrow().len(), run.at >= SECOND * 10, run.at < SECOND * 12), (3, true, true));
    // Whoever gives up then gets one look, and another only before that.
    for (until, looks) in [(0, 1), (4, 1), (6, 2), (60, 3)] {
        let pages = Pages::new([page([], None)]);
        run_until(&lost(), &pages, 3, None, Some(SECOND * until));
        assert_eq!(pages.asked.borrow().len(), looks, "{until}");
    }
}

#[test]
fn what_another_process_has_read_needs_no_look() {
    let verdict = Verdict::Error { code: None, description: None };
    let pages = Pages { told: Some(verdict.clone()), ..Pages::new([page([], None)]) };
    assert_eq!(run(&lost(), &pages, 3, None).found, Ok(Settled::Told(verdict)));
    assert!(pages.asked.borrow().is_empty());
}

#[test]
fn it_reads_as_far_back_as_the_session_began() {
    let (new, old) = (|| listed("new", 500), || listed("old", 1));
    for (pages, asked) in [
        ([page([new()], Some("2")), page([listed("a", 15)], None), page([], None)], &["first", "2"][..]),
        ([page([new(), listed("a", 15), old()], Some("2")), page([], None), page([], None)], &["first"]),
        (
            [page([new()], Some("2")), page([listed("a", 15)], Some("3")), page([old()], Some("4"))],
            &["first", "2", "3"],
        ),
        // The list has moved on in between.
        ([page([listed("a", 15)], Some("2")), page([listed("A", 15)], None), page([], None)], &["first", "2"]),
    ] {
        let pages = Pages::new(pages);
        assert_eq!(email(run(&lost(), &pages, 1, None)).as_deref(), Some("a"), "{asked:?}");
        assert_eq!(*pages.asked.borrow(), asked);
    }
    let unreadable = |pages: &Pages, says: &str| {
        let found = run(&lost(), pages, 3, None).found;
        assert!(matches!(&found, Ok(Settled::Not(Unsettled::Unreadable(why))) if why.contains(says)), "{found:?}");
    };
    // Whoever gives the same again and again, or nothing, is asked for no more.
    for again in [page([new()], Some("on")), page([], Some("on"))] {
        let endless = Pages::new([page([new()], Some("on")), again]);
        unreadable(&endless, "does not come to an end");
        assert_eq!(endless.asked.borrow().len(), 2);
    }
    let many = |page: i64| (0..100).map(|number| listed(&format!("{page} {number}"), 1000 - page)).collect();
    let full = |page: i64, next: Option<&str>| Ok(Page { accounts: many(page), next: next.map(Into::into) });
    let pages = Pages::new(std::array::from_fn::<_, 60, _>(|page| full(i64::try_from(page).unwrap(), Some("on"))));
    unreadable(&pages, "more than 5000 newer accounts");
    // A full page that does not say how to go on is not the end.
    let pages = Pages::new([full(0, None), full(1, None), page([listed("a", 15)], None)]);
    assert_eq!(email(run(&lost(), &pages, 1, None)).as_deref(), Some("a"));
    assert_eq!(*pages.asked.borrow(), ["first", "skip 100", "skip 200"]);
    unreadable(&Pages::new([full(0, None), full(0, None)]), "does not come to an end");
    unreadable(&Pages { clock: None, ..Pages::new([page([listed("a", 15)], None)]) }, "does not tell the time");
}

#[test]
fn a_list_that_is_in_another_order_is_read_to_its_end() {
    let undated = Listed { created: None, ..listed("undated", 0) };
    for first in [[listed("new", 500), listed("newer", 600)], [listed("new", 500), undated]] {
        let old = page([listed("old", 1)], Some("3"));
        let pages = Pages::new([page(first, Some("2")), old, page([listed("a", 15)], None)]);
        assert_eq!(email(run(&lost(), &pages, 1, None)).as_deref(), Some("a"));
        assert_eq!(*pages.asked.borrow(), ["first", "2", "3"]);
    }
}

#[test]
fn an_expected_mailbox_that_is_not_on_the_pages_is_asked_for_by_name() {
    for (expect, asked) in [("a", &["first", "a"][..]), ("A", &["first", "A", "a"])] {
        let record = Record { expect: Some(expect.into()), ..lost() };
        let pages = Pages { one: Some(listed("a", 15)), ..Pages::new([page([listed("b", 15)], None)]) };
        assert_eq!(email(run(&record, &pages, 1, None)).as_deref(), Some("a"));
        assert_eq!(*pages.asked.borrow(), asked);
    }
}

#[test]
fn a_full_page_can_be_the_last_one_where_the_mailbox_is_named() {
    let full = || {
        let accounts = (0..100).map(|number| listed(&format!("new {number}"), 1000)).collect();
        Ok(Page { accounts, next: None })
    };
    let refusal = || Failure::Status { status: 400, own: true, message: None };
    // It does not know how to leave some out, or does not listen.
    for second in [Err(refusal()), full()] {
        let record = Record { expect: Some("a".into()), ..lost() };
        let pages = Pages { one: Some(listed("a", 15)), ..Pages::new([full(), second.clone()]) };
        assert_eq!(email(run(&record, &pages, 1, None)).as_deref(), Some("a"), "{second:?}");
        assert_eq!(*pages.asked.borrow(), ["first", "skip 100", "a"]);
        // Where it could be any, all of them have to be known.
        let found = run(&lost(), &Pages::new([full(), second]), 1, None).found;
        assert!(matches!(found, Ok(Settled::Not(Unsettled::Unreadable(_)))), "{found:?}");
    }
}

#[test]
fn where_nothing_is_known_of_the_session_nothing_is_asked() {
    let pages = Pages::new([page([listed("a", 15)], None)]);
    let record = Record { alive: None, ..lost() };
    assert_eq!(run(&record, &pages, 3, None).found, Ok(Settled::Not(Unsettled::NoClue)));
    assert!(pages.asked.borrow().is_empty());
}

#[test]
fn it_can_be_stopped_between_two_looks() {
    let pages = Pages::new([page([], None)]);
    let run = run(&lost(), &pages, 3, Some(SECOND));
    assert_eq!((run.found, pages.asked.borrow().len()), (Err(Signal::Interrupt), 1));
    assert!(run.at < SECOND * 2, "{:?}", run.at);
}

#[test]
fn those_that_nobody_waits_for_any_more_are_asked_whether_it_is_theirs() {
    // Both were alive at ten seconds, and the account is five seconds younger.
    let id = SessionId::parse("other").unwrap();
    let cut_off = Record { id, started_here: true, unheard: true, gone: None, ..lost() };
    let pages = || Pages::new([page([listed("a", 15)], None)]);
    let alone = Pages { others: RefCell::new(vec![cut_off.clone()]), ..pages() };
    assert_eq!(email(run(&lost(), &alone, 1, None)).as_deref(), Some("a"));
    assert_eq!(*alone.asked.borrow(), ["first", "after other"]);
    let silent = Pages { others: RefCell::new(vec![cut_off.clone()]), answers: Learned::Nothing, ..pages() };
    assert_eq!(run(&lost(), &silent, 1, None).found, Ok(Settled::Not(Unsettled::Several(vec!["a".into()]))));
    // Who was not cut off here, or is of another workspace, is left alone.
    for other in [
        Record { unheard: false, ..cut_off.clone() },
        Record { started_here: false, ..cut_off.clone() },
        Record { workspace: "other".into(), ..cut_off },
    ] {
        let pages = Pages { others: RefCell::new(vec![other]), ..pages() };
        run(&lost(), &pages, 1, None);
        assert_eq!(*pages.asked.borrow(), ["first"]);
    }
}

#[test]
fn a_failure_ends_the_asking_after_others_for_good() {
    let id = |name| SessionId::parse(name).unwrap();
    let cut_off = |name| Record { id: id(name), started_here: true, unheard: true, gone: None, ..lost() };
    let pages = Pages { answers: Learned::Stop, ..Pages::new([page([listed("a", 15)], None)]) };
    *pages.others.borrow_mut() = vec![cut_off("one"), cut_off("two")];
    run(&lost(), &pages, 3, None);
    assert_eq!(*pages.asked.borrow(), ["first", "after one", "first", "first"]);
}

#[test]
fn without_the_journal_only_a_mailbox_that_was_named_is_believed() {
    let pages = || Pages { whole: false, ..Pages::new([page([listed("a", 15)], None)]) };
    assert_eq!(run(&lost(), &pages(), 3, None).found, Ok(Settled::Not(Unsettled::NoJournal)));
    let record = Record { expect: Some("a".into()), ..lost() };
    assert_eq!(email(run(&record, &pages(), 3, None)).as_deref(), Some("a"));
}
