//! An API that answers late, or never.

use super::*;

#[test]
fn a_look_that_takes_too_long_is_given_up() {
    struct Silent(Pages);
    impl Ledger for Silent {
        async fn page(&self, _: &Cursor) -> Result<Page, Failure> {
            std::future::pending().await
        }
        async fn account(&self, email: &str) -> Result<Option<Listed>, Failure> {
            self.0.account(email).await
        }
        fn clock(&self) -> Option<Ahead> {
            self.0.clock()
        }
        fn neighbours(&self) -> Option<Vec<Record>> {
            self.0.neighbours()
        }
        fn told(&self) -> Option<Verdict> {
            None
        }
        async fn ask_after(&self, other: &Record) -> Learned {
            self.0.ask_after(other).await
        }
    }
    for (until, over) in [(Some(SECOND), 5), (None, 30)] {
        let (clock, notes) = (Fake::default(), Notes::default());
        let mut shell = Shell { clock: &clock, sink: &notes, stop: At(&clock, None) };
        let looks = Looks { most: 3, every: SECOND * 5, until: until.map(Moment::from_origin) };
        let ledger = Silent(Pages::new([page([], None)]));
        let found = block_on(crate::flow::settle(&mut shell, looks, &lost(), &ledger));
        let says = matches!(&found, Ok(Settled::Not(Unsettled::Unreadable(why))) if why.contains("too long"));
        assert!(says && clock.now.get() < SECOND * (over + 1), "{found:?} {:?}", clock.now.get());
    }
}
