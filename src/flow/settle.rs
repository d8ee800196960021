//! Settling a lost result: reading the account list, and looking again while another look may tell more.

use std::pin::pin;
use std::time::Duration;

use jiff::Timestamp;

use super::attend::Shell;
use super::clock::Clock;
use super::signals::{Signal, Stop};
use crate::model::event::{Phase, trace};
use crate::model::failure::Failure;
use crate::model::poll::Unsettled;
use crate::model::record::Record;
use crate::model::session::Account;
use crate::model::settle::{Evidence, Listed, Page, oldest_that_matters, settle as judge};
use crate::model::words::same_mailbox;

/// How often a session that is being waited for is looked for in the account list.
pub const LOOKS: u32 = 3;

/// The most pages of the account list that are read in one look. Each has up to a hundred accounts.
const MOST_PAGES: usize = 50;

/// What a lost result is settled with.
pub trait Ledger {
    /// The accounts of the session's provider, newest first, a page at a time.
    fn page(&self, after: Option<&str>) -> impl Future<Output = Result<Page, Failure>>;

    /// The account of this address, if it is there.
    fn account(&self, email: &str) -> impl Future<Output = Result<Page, Failure>>;

    /// The other sessions of the workspace that this machine knows of.
    fn neighbours(&self) -> Vec<Record>;
}

/// Looks up to this often, with this much time in between, for the account that a session connected. A first look can come
/// before the list has it, before a failure has passed, or before another session that is waited for has told its result.
pub async fn settle<C: Clock, S: Stop>(
    shell: &mut Shell<'_, C, S>,
    looks: u32,
    every: Duration,
    record: &Record,
    ledger: &impl Ledger,
) -> Result<Result<Account, Unsettled>, Signal> {
    if record.expect.is_none() && record.alive.is_none() {
        return Ok(Err(Unsettled::NoClue));
    }
    let mut left = looks;
    loop {
        let now = shell.clock.moment();
        let time = shell.clock.time();
        // Nothing is lost with these replies, so a stop need not wait for them.
        let found = shell.attend(pin!(look(record, ledger, time)), Phase::Settling, now).await?;
        left = left.saturating_sub(1);
        let unsettled = match found {
            Ok(account) => return Ok(Ok(account)),
            Err(NotYet { unsettled, again }) if left == 0 || !again || shell.sink.deserted() => {
                trace(shell.sink, 1, || format!("* the account list does not settle it ({unsettled:?})"));
                return Ok(Err(unsettled));
            }
            Err(NotYet { unsettled, .. }) => unsettled,
        };
        trace(shell.sink, 1, || {
            format!("* the account list does not settle it yet ({unsettled:?}); again in {every:?}")
        });
        let until = shell.clock.moment() + every;
        shell.rest(until, Phase::Settling, until).await?;
    }
}

/// What a look did not tell, and whether another one can.
struct NotYet {
    unsettled: Unsettled,
    again: bool,
}

impl From<Failure> for NotYet {
    fn from(failure: Failure) -> Self {
        // A refusal would be repeated, and whoever is told to wait does not come back in a few seconds.
        let again = !failure.is_final() && !matches!(failure, Failure::Throttled { .. });
        Self { unsettled: Unsettled::Unreadable(failure.to_string()), again }
    }
}

/// Looks once.
async fn look(record: &Record, ledger: &impl Ledger, now: Timestamp) -> Result<Account, NotYet> {
    let mut accounts: Vec<Listed> = Vec::new();
    let mut clock_ahead = None;
    let mut after: Option<String> = None;
    let mut pages = 0;
    loop {
        let page = ledger.page(after.as_deref()).await?;
        pages += 1;
        clock_ahead = clock_ahead.or(page.server_now.map(|server| server.duration_since(now)));
        let oldest = oldest_that_matters(record, clock_ahead);
        let is_past = |account: &Listed| account.created.is_some_and(|created| created < oldest);
        let enough = page.accounts.last().is_some_and(is_past);
        for account in page.accounts {
            // The list can move on between two pages.
            if !accounts.iter().any(|known| same_mailbox(&known.email, &account.email)) {
                accounts.push(account);
            }
        }
        after = page.next.filter(|_| !enough);
        if after.is_none() {
            break;
        }
        if pages == MOST_PAGES {
            let why = format!("it has more than {} newer accounts", accounts.len());
            return Err(NotYet { unsettled: Unsettled::Unreadable(why), again: false });
        }
    }
    if let Some(expect) = &record.expect {
        // An account that was there before is further down than was looked.
        if !accounts.iter().any(|account| same_mailbox(expect, &account.email)) {
            accounts.extend(ledger.account(expect).await?.accounts);
        }
    }
    judge(Evidence { record, others: &ledger.neighbours(), accounts: &accounts, clock_ahead })
        .map_err(|unsettled| NotYet { unsettled, again: true })
}
