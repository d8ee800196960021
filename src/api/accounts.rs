//! The calls that tell which accounts a workspace has.

use std::time::Duration;

use reqwest::{Method, StatusCode};

use super::client::Client;
use super::wire::{self, Object};
use crate::model::failure::Failure;
use crate::model::provider::Provider;
use crate::model::settle::{Cursor, Listed, PAGE, Page};

/// The largest page that is read, in bytes. An account comes with its signature, which can have pictures in it.
const LARGEST_PAGE: usize = 64 << 20;

impl Client {
    /// `GET /api/v2/accounts`: a page of the workspace's accounts, newest first, of one provider where one is given. Reading
    /// it changes nothing.
    pub async fn accounts(&self, provider: Option<Provider>, from: &Cursor) -> Result<Page, Failure> {
        let mut url = self.base().accounts();
        {
            let mut query = url.query_pairs_mut();
            if let Some(provider) = provider {
                query.append_pair("provider_code", code(provider));
            }
            query.extend_pairs([("sort_by", "timestamp_created"), ("sort_order", "desc")]);
            query.append_pair("limit", &PAGE.to_string());
            match from {
                Cursor::Newest => {}
                Cursor::After(cursor) => {
                    query.append_pair("starting_after", cursor);
                }
                Cursor::Skipping(accounts) => {
                    query.append_pair("skip", &accounts.to_string());
                }
            }
        }
        let answer = self.exchange(self.request(Method::GET, url), Duration::MAX, LARGEST_PAGE).await?;
        if !answer.status.is_success() {
            return Err(self.refused(&answer, wire::is_foreign));
        }
        let mut page = self.usable(page(&answer.body), answer.cut)?;
        page.accounts.iter_mut().for_each(|account| self.redact_account(account));
        Ok(page)
    }

    /// `GET /api/v2/accounts/{email}`: one account of the workspace, if it is there. Reading it changes nothing.
    pub async fn account(&self, email: &str) -> Result<Option<Listed>, Failure> {
        let request = self.request(Method::GET, self.base().account(email));
        let answer = self.exchange(request, Duration::MAX, LARGEST_PAGE).await?;
        if answer.status == StatusCode::NOT_FOUND && !wire::is_foreign(&answer.body) {
            return Ok(None);
        }
        if !answer.status.is_success() {
            return Err(self.refused(&answer, wire::is_foreign));
        }
        let account = Object::read(&answer.body).and_then(|object| listed(&object));
        let mut account = self.usable(account.ok_or_else(|| "it is no account".to_owned()), answer.cut)?;
        self.redact_account(&mut account);
        Ok(Some(account))
    }

    fn redact_account(&self, account: &mut Listed) {
        account.email = self.field(&account.email);
        account.name = account.name.as_deref().map(|name| self.field(name));
    }
}

/// `provider_code`: 2 Google, 3 Microsoft.
const fn code(provider: Provider) -> &'static str {
    match provider {
        Provider::Google => "2",
        Provider::Microsoft => "3",
    }
}

/// Reads a page of the list. An item that is no account is left out.
fn page(body: &str) -> Result<Page, String> {
    let object = Object::read(body).ok_or("it is not a complete JSON object")?;
    let items = object.items("items").ok_or("it has no items")?;
    let accounts = items.iter().filter_map(listed).collect();
    Ok(Page { accounts, next: object.words("next_starting_after") })
}

fn listed(object: &Object<'_>) -> Option<Listed> {
    let time = |name| object.text(name).and_then(|text| text.trim().parse().ok());
    let names = [object.words("first_name"), object.words("last_name")];
    let name = names.iter().flatten().map(|part| part.trim()).collect::<Vec<_>>().join(" ");
    let provider_code = object.number("provider_code").map(|code| code.to_string());
    Some(Listed {
        email: object.words("email")?.trim().to_owned(),
        name: (!name.is_empty()).then_some(name),
        provider: Provider::ALL.into_iter().find(|&provider| provider_code.as_deref() == Some(code(provider))),
        created: time("timestamp_created"),
        updated: time("timestamp_updated"),
        broken: object.number("status") == Some(-1),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_read_whatever_else_is_on_it() {
        let body = r#"{"items":[
            {"email":"ada@acme.com","first_name":"Ada","last_name":"Lovelace","provider_code":2,"status":1,
             "timestamp_created":"2026-08-01T12:00:00.250Z","timestamp_updated":"2026-08-01T12:00:01Z","tags":[{}]},
            {"email":"bob@acme.com","first_name":"Bob","last_name":"","provider_code":3.0,"status":-1},
            {"email":"carl@acme.com","provider_code":1,"timestamp_created":7,"first_name":null},
            {"first_name":"Nobody"}, null, 5
        ],"next_starting_after":"2026-08-01T12:00:00.000Z&ada@acme.com"}"#;
        let page = page(body).unwrap();
        let time = |text: &str| Some(text.parse().unwrap());
        let [ada, bob, carl] = page.accounts.as_slice() else { panic!("{page:?}") };
        assert_eq!((ada.email.as_str(), ada.name.as_deref()), ("ada@acme.com", Some("Ada Lovelace")));
        assert_eq!((ada.provider, ada.broken), (Some(Provider::Google), false));
        assert_eq!((ada.created, ada.updated), (time("2026-08-01T12:00:00.250Z"), time("2026-08-01T12:00:01Z")));
        assert_eq!((bob.name.as_deref(), bob.provider, bob.broken), (Some("Bob"), Some(Provider::Microsoft), true));
        assert_eq!((carl.name.as_deref(), carl.provider, carl.created), (None, None, None));
        assert_eq!(page.next.as_deref(), Some("2026-08-01T12:00:00.000Z&ada@acme.com"));
        for body in ["", "{}", r#"{"items":7}"#, r#"{"items":[{"email":"a"}]"#] {
            assert!(super::page(body).is_err(), "{body}");
        }
    }
}
