//! Looking for a lost result again and again, and page by page.

use jiff::SignedDuration;

use super::*;
use crate::model::poll::Unsettled;
use crate::model::provider::Provider;
use crate::model::record::Record;
use crate::model::settle::{Listed, Page};

/// An account list that answers with one page after the other; the last one goes on for ever.
struct Pages {
    list: RefCell<VecDeque<Result<Page, Failure>>>,
    one: Option<Listed>,
    asked: RefCell<Vec<String>>,
}

impl Pages {
    fn new<const N: usize>(pages: [Result<Page, Failure>; N]) -> Self {
        Self { list: RefCell::new(pages.into()), one: None, asked: RefCell::default() }
    }
}

impl Ledger for Pages {
    async fn page(&self, after: Option<&str>) -> Result<Page, Failure> {
        self.asked.borrow_mut().push(after.unwrap_or("first").to_owned());
        let mut list = self.list.borrow_mut();
        if list.len() > 1 { list.pop_front().unwrap() } else { list[0].clone() }
    }

    async fn account(&self, email: &str) -> Result<Page, Failure> {
        self.asked.borrow_mut().push(email.to_owned());
        Ok(Page { accounts: self.one.clone().into_iter().collect(), ..Page::default() })
    }

    fn neighbours(&self) -> Vec<Record> {
        Vec::new()
    }
}

/// A session that was alive at ten seconds, and lost at twenty.
fn lost() -> Record {
    let time = |seconds| Timestamp::from_second(seconds).unwrap();
    let id = SessionId::parse("s1").unwrap();
    let mut record = Record::met(id, String::new(), String::new(), SignedDuration::from_secs(60), time(10));
    (record.alive, record.lost, record.provider) = (Some(time(10)), Some(time(20)), Some(Provider::Google));
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
    Ok(Page { accounts: accounts.into(), next: next.map(Into::into), server_now: None })
}

struct Run {
    found: Result<Result<Account, Unsettled>, Signal>,
    /// When it was over.
    at: Duration,
}

fn run(record: &Record, pages: &Pages, looks: u32, stop: Option<Duration>) -> Run {
    let (clock, notes) = (Fake::default(), Notes::default());
    let mut shell = Shell { clock: &clock, sink: &notes, stop: At(&clock, stop) };
    let found = block_on(crate::flow::settle(&mut shell, looks, SECOND * 5, record, pages));
    Run { found, at: clock.now.get() }
}

fn email(run: Run) -> Option<String> {
    run.found.unwrap().ok()?.email
}

#[test]
fn it_looks_again_after_a_while_where_that_can_help() {
    let broken = || Err(Failure::Network { kind: NetworkKind::Broken, detail: String::new(), sent: true });
    let limited = || Err(Failure::Throttled { throttle: Throttle::Limit, after: None, message: None });
    let refused = || Err(Failure::Status { status: 400, message: None, own: true });
    for (first, looks, finds) in [
        (page([], None), 2, true),
        (page([listed("a", 15), listed("b", 15)], None), 2, true),
        (broken(), 2, true),
        (limited(), 1, false),
        (refused(), 1, false),
    ] {
        let pages = Pages::new([first.clone(), page([listed("a", 15)], None)]);
        let run = run(&lost(), &pages, 3, None);
        assert_eq!((pages.asked.borrow().len(), run.at >= SECOND * 5), (looks, looks > 1), "{first:?}");
        assert_eq!(email(run).is_some(), finds, "{first:?}");
    }
    let pages = Pages::new([page([], None)]);
    let run = run(&lost(), &pages, 3, None);
    assert_eq!(run.found, Ok(Err(Unsettled::Nothing)));
    assert_eq!((pages.asked.borrow().len(), run.at >= SECOND * 10, run.at < SECOND * 12), (3, true, true));
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
    let endless = Pages::new([page([new()], Some("on"))]);
    let found = run(&lost(), &endless, 3, None).found;
    assert!(matches!(&found, Ok(Err(Unsettled::Unreadable(why))) if why.contains("newer accounts")), "{found:?}");
    assert_eq!(endless.asked.borrow().len(), 50);
}

#[test]
fn an_expected_mailbox_that_is_not_on_the_pages_is_asked_for_by_name() {
    let record = Record { expect: Some("a".into()), ..lost() };
    let pages = Pages { one: Some(listed("a", 15)), ..Pages::new([page([listed("b", 15)], None)]) };
    assert_eq!(email(run(&record, &pages, 1, None)).as_deref(), Some("a"));
    assert_eq!(*pages.asked.borrow(), ["first", "a"]);
}

#[test]
fn where_nothing_is_known_of_the_session_nothing_is_asked() {
    let pages = Pages::new([page([listed("a", 15)], None)]);
    let record = Record { alive: None, ..lost() };
    assert_eq!(run(&record, &pages, 3, None).found, Ok(Err(Unsettled::NoClue)));
    assert!(pages.asked.borrow().is_empty());
}

#[test]
fn it_can_be_stopped_between_two_looks() {
    let pages = Pages::new([page([], None)]);
    let run = run(&lost(), &pages, 3, Some(SECOND));
    assert_eq!((run.found, pages.asked.borrow().len()), (Err(Signal::Interrupt), 1));
    assert!(run.at < SECOND * 2, "{:?}", run.at);
}
