//! The accounts that were connected, and the calls that list them.

use std::collections::{BTreeMap, HashMap};
use std::ops::Bound;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::mailbox::name_of;
use super::moment::iso;
use super::opaque::hash;
use crate::model::provider::Provider;

/// The most items a page of the list may have, and how many it has where the call does not say. The former is
/// documented; of the latter only that 10 is the document's example.
const LIMITS: (usize, usize) = (100, 10);

#[derive(Debug)]
struct Account {
    workspace: String,
    email: String,
    name: String,
    provider: Provider,
    created: Timestamp,
    updated: Timestamp,
}

/// Where an account stands in the list: by age, as it is written, then by address so that the order is total.
type Rank = (String, String);

/// All accounts of all workspaces. An address is in at most one of them.
#[derive(Default)]
pub(super) struct Accounts {
    all: Vec<Account>,
    /// By address, its place among all of them.
    places: HashMap<String, usize>,
    /// The places of each workspace's accounts with each provider, in the order of the list, so that a page of it costs no
    /// more where there are more accounts.
    lists: HashMap<(String, Provider), BTreeMap<Rank, usize>>,
}

/// The address is connected to another workspace.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Elsewhere;

impl Accounts {
    /// Connects an address, anew or again, and tells the name it is known by: the one given, the one it had, or one
    /// made from the address.
    pub(super) fn connect(
        &mut self,
        workspace: &str,
        (provider, email): (Provider, &str),
        name: Option<String>,
        now: Timestamp,
    ) -> Result<String, Elsewhere> {
        let list = |provider| (workspace.to_owned(), provider);
        if let Some((&place, known)) = self.places.get(email).and_then(|place| Some((place, self.all.get_mut(*place)?)))
        {
            if known.workspace != workspace {
                return Err(Elsewhere);
            }
            known.name = name.unwrap_or_else(|| known.name.clone());
            self.lists.entry(list(known.provider)).or_default().remove(&known.rank());
            known.provider = provider;
            self.lists.entry(list(provider)).or_default().insert(known.rank(), place);
            known.updated = now;
            return Ok(known.name.clone());
        }
        let name = name.unwrap_or_else(|| name_of(email));
        let (list, place) = (list(provider), self.all.len());
        let (workspace, email) = (workspace.to_owned(), email.to_owned());
        self.places.insert(email.clone(), place);
        let account = Account { workspace, email, name: name.clone(), provider, created: now, updated: now };
        self.lists.entry(list).or_default().insert(account.rank(), place);
        self.all.push(account);
        Ok(name)
    }

    /// The account of this address (any case) in this workspace, as the API writes it.
    pub(super) fn get(&self, workspace: &str, email: &str) -> Option<Value> {
        let place = self.places.get(&email.to_ascii_lowercase());
        let account = place.and_then(|&place| self.all.get(place)).filter(|account| account.workspace == workspace);
        account.map(Account::json)
    }

    /// A page of the workspace's list. The error is the message of a 400.
    pub(super) fn list(&self, workspace: &str, query: &str) -> Result<Value, String> {
        let wanted = Listing::read(query)?;
        let is_wanted = |provider: &Provider| wanted.provider_code.is_none_or(|code| code == code_of(*provider));
        let lists = Provider::ALL.into_iter().filter(is_wanted);
        let lists = lists.filter_map(|provider| self.lists.get(&(workspace.to_owned(), provider)));
        // Of each as many as could be wanted of them together, and one by which it is known whether there are more.
        let mut found: Vec<(&Rank, usize)> = lists.flat_map(|list| wanted.of(list)).collect();
        found.sort_unstable();
        if wanted.newest_first {
            found.reverse();
        }
        let more = found.len() > wanted.limit;
        found.truncate(wanted.limit);
        let accounts = found.iter().filter_map(|&(_, place)| self.all.get(place));
        let items: Vec<Value> = accounts.map(Account::json).collect();
        Ok(match found.last().filter(|_| more) {
            // `timestamp_created&email`, the form of cursor that is documented.
            Some(((created, email), _)) => json!({"items": items, "next_starting_after": format!("{created}&{email}")}),
            None => json!({"items": items}),
        })
    }
}

impl Account {
    fn rank(&self) -> Rank {
        (iso(self.created), self.email.clone())
    }

    /// Every field that the schema requires, and `status`.
    fn json(&self) -> Value {
        let (first, last) = self.name.split_once(' ').unwrap_or((&self.name, ""));
        json!({
            "email": self.email,
            "timestamp_created": iso(self.created),
            "timestamp_updated": iso(self.updated),
            "first_name": first,
            "last_name": last,
            "organization": organization(&self.workspace),
            "status": 1,
            "warmup_status": 0,
            "provider_code": code_of(self.provider),
            "setup_pending": false,
            "is_managed_account": false,
        })
    }
}

/// An identifier in the form of the real ones (a UUID) for a workspace, the same at every call. It is the name's hash
/// and nothing more.
pub(super) fn organization(workspace: &str) -> String {
    let hash = hash(workspace.bytes());
    let (high, middle, low) = (hash >> 32, (hash >> 16) & 0xffff, hash & 0xfff);
    format!("{high:08x}-{middle:04x}-4{low:03x}-8000-{:012x}", hash & 0xffff_ffff_ffff)
}

/// `provider_code`: 2 Google, 3 Microsoft.
fn code_of(provider: Provider) -> u8 {
    match provider {
        Provider::Google => 2,
        Provider::Microsoft => 3,
    }
}

/// The query of a list call.
struct Listing {
    provider_code: Option<u8>,
    limit: usize,
    newest_first: bool,
    starting_after: Option<String>,
}

impl Listing {
    /// Reads the query. What the sandbox does not simulate is refused: silently ignoring a filter would lie.
    fn read(query: &str) -> Result<Self, String> {
        let mut listing = Self { provider_code: None, limit: LIMITS.1, newest_first: true, starting_after: None };
        for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
            match (&*name, &*value) {
                ("limit", value) => {
                    let limit = value.parse().map_err(|_| "querystring/limit must be integer")?;
                    if !(1..=LIMITS.0).contains(&limit) {
                        return Err(format!("querystring/limit must be >= 1 and <= {}", LIMITS.0));
                    }
                    listing.limit = limit;
                }
                // All codes that are documented, of which only Google's and Microsoft's can be connected here.
                ("provider_code", "1" | "2" | "3" | "4" | "8" | "11") => listing.provider_code = value.parse().ok(),
                ("sort_by", "timestamp_created") => {}
                ("sort_order", "asc" | "desc") => listing.newest_first = value == "desc",
                ("starting_after", value) => listing.starting_after = Some(value.to_owned()),
                ("provider_code" | "sort_order", _) => {
                    return Err(format!("querystring/{name} must be equal to one of the allowed values"));
                }
                _ => return Err(format!("the sandbox does not simulate {name}={value} here")),
            }
        }
        Ok(listing)
    }

    /// The first of this list that come after the cursor, one more than are wanted.
    fn of<'a>(&self, list: &'a BTreeMap<Rank, usize>) -> Vec<(&'a Rank, usize)> {
        let range = list.range(self.bounds()).map(|(rank, &place)| (rank, place));
        let most = self.limit + 1;
        if self.newest_first { range.rev().take(most).collect() } else { range.take(most).collect() }
    }

    /// What comes after the cursor: `timestamp_created&email`, or the older form, a time alone, with all that is of that
    /// time before it.
    fn bounds(&self) -> (Bound<Rank>, Bound<Rank>) {
        let Some(cursor) = &self.starting_after else { return (Bound::Unbounded, Bound::Unbounded) };
        match (cursor.split_once('&'), self.newest_first) {
            (Some((time, email)), true) => (Bound::Unbounded, Bound::Excluded((time.to_owned(), email.to_owned()))),
            (Some((time, email)), false) => (Bound::Excluded((time.to_owned(), email.to_owned())), Bound::Unbounded),
            (None, true) => (Bound::Unbounded, Bound::Excluded((cursor.clone(), String::new()))),
            // The least text that is greater.
            (None, false) => (Bound::Included((format!("{cursor}\0"), String::new())), Bound::Unbounded),
        }
    }
}
