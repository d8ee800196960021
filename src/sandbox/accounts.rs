//! The accounts that were connected, and the calls that list them.

use std::collections::HashMap;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::mailbox::name_of;
use super::moment::iso;
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

/// All accounts of all workspaces. An address is in at most one of them.
#[derive(Default)]
pub(super) struct Accounts {
    all: Vec<Account>,
    /// By address, its place among all of them.
    places: HashMap<String, usize>,
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
        if let Some(known) = self.places.get(email).and_then(|&place| self.all.get_mut(place)) {
            if known.workspace != workspace {
                return Err(Elsewhere);
            }
            known.name = name.unwrap_or_else(|| known.name.clone());
            known.provider = provider;
            known.updated = now;
            return Ok(known.name.clone());
        }
        let name = name.unwrap_or_else(|| name_of(email));
        let (workspace, email) = (workspace.to_owned(), email.to_owned());
        self.places.insert(email.clone(), self.all.len());
        self.all.push(Account { workspace, email, name: name.clone(), provider, created: now, updated: now });
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
        let mut found: Vec<&Account> = self.all.iter().filter(|account| account.workspace == workspace).collect();
        found.retain(|account| wanted.provider_code.is_none_or(|code| code == code_of(account.provider)));
        found.sort_by_cached_key(|account| account.place());
        if wanted.newest_first {
            found.reverse();
        }
        if let Some(after) = &wanted.starting_after {
            found.retain(|account| wanted.is_past(account, after));
        }
        let more = found.len() > wanted.limit;
        found.truncate(wanted.limit);
        let items: Vec<Value> = found.iter().map(|account| account.json()).collect();
        Ok(match found.last().filter(|_| more) {
            Some(last) => json!({"items": items, "next_starting_after": last.cursor()}),
            None => json!({"items": items}),
        })
    }
}

impl Account {
    /// Its place in the list: by age, then by address so that the order is total.
    fn place(&self) -> (String, String) {
        (iso(self.created), self.email.clone())
    }

    /// `timestamp_created&email`, the form of cursor that is documented.
    fn cursor(&self) -> String {
        let (created, email) = self.place();
        format!("{created}&{email}")
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
/// (FNV-1a) and nothing more.
pub(super) fn organization(workspace: &str) -> String {
    let mix = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
    let hash = workspace.bytes().fold(0xcbf2_9ce4_8422_2325, mix);
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

    /// Whether an account comes after this cursor: `timestamp_created&email`, or the older form, a time alone.
    fn is_past(&self, account: &Account, cursor: &str) -> bool {
        let (created, email) = account.place();
        let order = match cursor.split_once('&') {
            Some((time, address)) => (created.as_str(), email.as_str()).cmp(&(time, address)),
            None => created.as_str().cmp(cursor),
        };
        if self.newest_first { order.is_lt() } else { order.is_gt() }
    }
}
