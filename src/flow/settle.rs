//! Settling a lost result: reading the account list, and looking again while another look may tell more.

use std::cell::{Cell, RefCell};
use std::pin::pin;
use std::time::Duration;

use jiff::Timestamp;

use super::attend::Shell;
use super::clock::Clock;
use super::signals::{Signal, Stop};
use super::watch::last_words;
use crate::model::event::{Phase, trace};
use crate::model::failure::Failure;
use crate::model::moment::Moment;
use crate::model::poll::{LAST_WORDS, Unsettled, Verdict};
use crate::model::record::Record;
use crate::model::server_clock::Ahead;
use crate::model::session::{Account, SessionId};
use crate::model::settle::{Cursor, Evidence, Listed, PAGE, Page, in_question, oldest_that_matters, settle as judge};
use crate::model::words::same_mailbox;

/// How often a session that is being waited for is looked for in the account list.
pub const LOOKS: u32 = 3;

/// The most pages of the account list that are read in one look. Each has up to a hundred accounts.
const MOST_PAGES: usize = 50;

/// The longest that is waited before another look, where the service said how long to stay away.
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

/// How long it takes other sessions to tell what is theirs, at the least.
const A_WHILE: Duration = Duration::from_secs(1);

/// The most other sessions that are asked after: each is a request.
const MOST_OTHERS: usize = 20;

/// How long one look may take, at the most and at the least.
const LONGEST_LOOK: Duration = Duration::from_secs(30);
const SHORTEST_LOOK: Duration = Duration::from_secs(5);

/// What a lost result is settled with.
pub trait Ledger {
    /// A page of the accounts of the session's provider, newest first.
    fn page(&self, from: &Cursor) -> impl Future<Output = Result<Page, Failure>>;

    /// The account of this address, if it is there.
    fn account(&self, email: &str) -> impl Future<Output = Result<Option<Listed>, Failure>>;

    /// How far the server's clock is from ours, once it has told.
    fn clock(&self) -> Option<Ahead>;

    /// The other sessions that this machine knows of; none where that cannot be told.
    fn neighbours(&self) -> Option<Vec<Record>>;

    /// How it ended, if another process here has read that meanwhile.
    fn told(&self) -> Option<Verdict>;

    /// Asks for the state of one of the other sessions, for which nobody waits any more, and writes down what comes back.
    fn ask_after(&self, other: &Record) -> impl Future<Output = Learned>;
}

/// What came of asking after another session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Learned {
    /// Its state.
    Something,
    /// Nothing: it is not to be asked after.
    Nothing,
    /// Nothing, and no other is to be asked after either: the API fails, or says to stay away.
    Stop,
}

/// What is known of a lost result in the end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Settled {
    /// The account list has this account of its.
    Connected(Account),
    /// Another process here has read it.
    Told(Verdict),
    /// Nothing tells.
    Not(Unsettled),
}

/// When to look again.
#[derive(Clone, Copy, Debug)]
pub struct Looks {
    /// How often at the most.
    pub most: u32,
    /// How long to wait in between.
    pub every: Duration,
    /// When not to look any more, save for the first time.
    pub until: Option<Moment>,
}

/// Looks for the account that a session connected, more than once: the first look can come before the list has it, before
/// a failure has passed, or before another session that is waited for has told its result.
pub async fn settle<C: Clock, S: Stop>(
    shell: &mut Shell<'_, C, S>,
    looks: Looks,
    record: &Record,
    ledger: &impl Ledger,
) -> Result<Settled, Signal> {
    let mut left = looks.most;
    let others = Others::default();
    loop {
        if let Some(verdict) = ledger.told() {
            return Ok(Settled::Told(verdict));
        }
        if record.expect.is_none() && record.alive.is_none() {
            return Ok(Settled::Not(Unsettled::NoClue));
        }
        let now = shell.clock.moment();
        let patience = looks.until.map_or(LONGEST_LOOK, |until| until.left(now).clamp(SHORTEST_LOOK, LONGEST_LOOK));
        let mut looking = pin!(in_time(look(record, ledger, &others), shell.clock, patience, &others));
        let found = match shell.attend(looking.as_mut(), Phase::Settling, now).await {
            Ok(found) => found,
            Err(signal) => {
                others.is_stopped.set(true);
                // Nothing is lost with a page of the list, but another session's state may be its result.
                if others.is_asking.get() {
                    last_words(shell, looking).await;
                }
                return Err(signal);
            }
        };
        left = left.saturating_sub(1);
        let NotYet { unsettled, again } = match found {
            Ok(account) => return Ok(Settled::Connected(account)),
            Err(not_yet) => not_yet,
        };
        let then = shell.clock.moment() + again.unwrap_or_default().max(looks.every);
        let is_late = looks.until.is_some_and(|until| then > until);
        if left == 0 || again.is_none() || is_late || shell.sink.deserted() {
            trace(shell.sink, 1, || format!("* the account list does not settle it ({unsettled:?})"));
            return Ok(Settled::Not(unsettled));
        }
        trace(shell.sink, 1, || format!("* the account list does not settle it yet ({unsettled:?})"));
        shell.rest(then, Phase::Settling, then).await?;
    }
}

/// The other sessions that are asked after.
#[derive(Default)]
struct Others {
    asked: RefCell<Vec<SessionId>>,
    is_asking: Cell<bool>,
    is_stopped: Cell<bool>,
}

impl Others {
    /// Asks after these, each once. Whether anything was learned.
    async fn ask(&self, ledger: &impl Ledger, records: Vec<&Record>) -> bool {
        let mut learned = false;
        for record in records {
            if self.is_stopped.get() || self.asked.borrow().len() >= MOST_OTHERS {
                break;
            }
            if self.asked.borrow().contains(&record.id) {
                continue;
            }
            self.asked.borrow_mut().push(record.id.clone());
            self.is_asking.set(true);
            let came = ledger.ask_after(record).await;
            self.is_asking.set(false);
            learned |= came == Learned::Something;
            if came == Learned::Stop {
                self.is_stopped.set(true);
            }
        }
        learned
    }
}

/// What a look did not tell, and after how long another one may, if it can.
struct NotYet {
    unsettled: Unsettled,
    again: Option<Duration>,
}

impl NotYet {
    fn never(why: &str) -> Self {
        Self { unsettled: Unsettled::Unreadable(why.into()), again: None }
    }
}

impl From<Failure> for NotYet {
    fn from(failure: Failure) -> Self {
        let again = match failure {
            // It is told to stay away.
            Failure::Throttled { after: Some(after), .. } => Some(after).filter(|after| *after <= LONGEST_PAUSE),
            Failure::Throttled { .. } => Some(LONGEST_PAUSE),
            // It would be told the same.
            _ if failure.is_final() => None,
            _ => Some(Duration::ZERO),
        };
        Self { unsettled: Unsettled::Unreadable(failure.to_string()), again }
    }
}

/// A look that is given up after this long. A request whose reply may be another session's result is heard out.
async fn in_time<C: Clock>(
    look: impl Future<Output = Result<Account, NotYet>>,
    clock: &C,
    patience: Duration,
    others: &Others,
) -> Result<Account, NotYet> {
    let mut look = pin!(look);
    tokio::select! {
        biased;
        found = look.as_mut() => return found,
        () = clock.sleep(patience) => {}
    }
    others.is_stopped.set(true);
    if others.is_asking.get() {
        tokio::select! {
            biased;
            found = look => return found,
            () = clock.sleep(LAST_WORDS) => {}
        }
    }
    Err(NotYet::never("it took too long"))
}

/// Looks once.
async fn look(record: &Record, ledger: &impl Ledger, others: &Others) -> Result<Account, NotYet> {
    let mut accounts = list(record, ledger).await?;
    if let Some(expect) = &record.expect {
        // An account that was there before is further down than was looked. Addresses are written in small letters, and
        // typed in any.
        let is_it = |account: &Listed| same_mailbox(expect, &account.email);
        let lower = expect.to_lowercase();
        for email in [expect, &lower] {
            if !accounts.iter().any(is_it) {
                accounts.extend(ledger.account(email).await?);
            }
            if *expect == lower {
                break;
            }
        }
    }
    let clock = ledger.clock().ok_or_else(|| NotYet::never("its server does not tell the time"))?;
    loop {
        let neighbours = match (ledger.neighbours(), &record.expect) {
            (Some(neighbours), _) => neighbours,
            // A mailbox that was named is hardly another session's.
            (None, Some(_)) => Vec::new(),
            (None, None) => return Err(NotYet { unsettled: Unsettled::NoJournal, again: None }),
        };
        let evidence = Evidence { record, others: &neighbours, accounts: &accounts, clock };
        let unsettled = match judge(evidence) {
            Ok(account) => return Ok(account),
            Err(unsettled) => unsettled,
        };
        if !others.ask(ledger, in_question(evidence)).await {
            // Those that are waited for take a while to tell what is theirs.
            let again = if unsettled == Unsettled::Nothing { Duration::ZERO } else { A_WHILE };
            return Err(NotYet { unsettled, again: Some(again) });
        }
    }
}

/// The accounts that appeared since the session began, and some that did before.
async fn list(record: &Record, ledger: &impl Ledger) -> Result<Vec<Listed>, NotYet> {
    let mut accounts: Vec<Listed> = Vec::new();
    let mut from = Cursor::Newest;
    // Whether what was read so far comes newest first, so that nothing new can follow what is old.
    let mut last = Some(Timestamp::MAX);
    for _ in 0..MOST_PAGES {
        // That a full page did not say how to go on can mean that it was the last. A mailbox that is expected is asked for by
        // its name anyway, if it is on none of them.
        let was_all = matches!(from, Cursor::Skipping(_)) && record.expect.is_some();
        let page = match ledger.page(&from).await {
            Err(failure) if was_all && failure.is_final() => return Ok(accounts),
            page => page?,
        };
        let (read, known) = (page.accounts.len(), accounts.len());
        for account in page.accounts {
            last = last.filter(|last| account.created.is_some_and(|created| created <= *last)).and(account.created);
            // The list can move on between two pages.
            if !accounts.iter().any(|known| same_mailbox(&known.email, &account.email)) {
                accounts.push(account);
            }
        }
        let oldest = ledger.clock().map(|clock| oldest_that_matters(record, clock));
        if last.zip(oldest).is_some_and(|(last, oldest)| last < oldest) {
            return Ok(accounts);
        }
        from = match page.next {
            None if read < PAGE => return Ok(accounts),
            None if was_all && accounts.len() == known => return Ok(accounts),
            Some(_) | None if accounts.len() == known => return Err(NotYet::never("it does not come to an end")),
            Some(cursor) => Cursor::After(cursor),
            None => Cursor::Skipping(accounts.len()),
        };
    }
    Err(NotYet::never(&format!("it has more than {} newer accounts", accounts.len())))
}
