//! Words that help: what an end means and what to do about it, as pure functions of what is known.

pub mod failure;
mod limit;
mod network;
mod session_error;

use std::time::Duration;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::conclusion::Conclusion;
use super::failure::Failure;
use super::poll::{Suspicion, Unsettled, Verdict};
use super::provider::Provider;
use super::record::Source;
use super::session::{Account, SessionId};
use crate::exit::Outcome;

pub use network::{Desk, Route};

/// What is known about the case that words are wanted for.
#[derive(Clone, Debug)]
pub struct Case {
    /// The session, once there is one.
    pub session: Option<SessionId>,
    /// With whom it signs in, where that is known.
    pub provider: Option<Provider>,
    /// The mailbox that must come back.
    pub expect: Option<String>,
    /// When the session was started or first asked for.
    pub started_at: Timestamp,
    /// When it was over.
    pub finished_at: Timestamp,
    /// The person's own time zone.
    pub zone: TimeZone,
    /// The command that goes on with this session; none where nothing can.
    pub resume: Option<String>,
    /// The command that starts anew; none where that is not this command's business.
    pub again: Option<String>,
    /// How the API is reached.
    pub route: Route,
    /// Where the verdict was learned.
    pub source: Source,
    /// Whether it was inferred from the account list, so that the API never had a word for it.
    pub inferred: bool,
}

/// Which call failed, since it decides what a key lacks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Call {
    /// A session's start.
    Init,
    /// A session's state.
    Status,
}

/// What to say of a request whose reply was not heard.
pub const MAY_BE_GONE: &str = "A reply was lost on the way. If it was the result, it is gone: the account list in the \
                               Instantly dashboard shows whether the mailbox is connected.";

/// What this verdict means.
#[must_use]
pub fn conclude(verdict: Verdict, case: &Case) -> Conclusion {
    let mut end = match verdict {
        Verdict::Connected(account) => connected(account, case),
        Verdict::Error { code, description } => session_error::words(code, description, case),
        Verdict::Expired { status } => expired(status, case),
        Verdict::NotFound => not_found(case),
        Verdict::Pending { status, last, lost } => pending(status, last.as_ref(), lost, case),
        Verdict::Unknown { suspicion, unsettled } => unknown(&suspicion, &unsettled, case),
        Verdict::Failed { failure, lost } => {
            let mut end = failure::words(&failure, Call::Status, case);
            end.next.clone_from(&case.resume);
            if lost {
                end.hints.push(MAY_BE_GONE.into());
            } else if case.resume.is_some() && end.outcome != Outcome::Auth {
                end.hints.push("The session may still have a result; nothing of it was read.".into());
            }
            end
        }
    };
    // Where nothing can be started anew, only a session that goes on can still end better.
    let goes_on =
        matches!(end.outcome, Outcome::Pending | Outcome::RateLimited | Outcome::Unavailable | Outcome::Network);
    end.retryable &= goes_on || case.again.is_some();
    place(&mut end, case);
    end.status = end.status.filter(|_| !case.inferred);
    end
}

/// What it means that a session could not be started.
#[must_use]
pub fn not_started(failure: &Failure, case: &Case) -> Conclusion {
    let mut end = failure::words(failure, Call::Init, case);
    end.next = case.again.clone().filter(|_| end.retryable);
    place(&mut end, case);
    end
}

fn place(end: &mut Conclusion, case: &Case) {
    end.session.clone_from(&case.session);
    end.provider = case.provider;
    end.started_at = Some(case.started_at);
    end.source = case.source;
    end.profile.clone_from(&case.route.profile);
}

fn connected(account: Account, case: &Case) -> Conclusion {
    let Account { email, name } = account;
    let mut end = Conclusion::new(Outcome::Connected, "", case.finished_at);
    end.status = Some("success".into());
    end.message = match (&email, &name) {
        (Some(email), Some(name)) => format!("Connected {email} ({name})"),
        (Some(email), None) => format!("Connected {email}"),
        (None, Some(name)) => format!("Connected the mailbox of {name}; the API did not say which"),
        (None, None) => "Connected; the API did not say which mailbox".into(),
    };
    if let Some(expect) = &case.expect {
        let wrong = match &email {
            Some(email) if same_mailbox(email, expect) => None,
            Some(email) => Some(format!("{email} was connected, not {expect}")),
            None => Some(format!("a mailbox was connected, but the API did not say whether it is {expect}")),
        };
        if let Some(message) = wrong {
            end =
                Conclusion { status: end.status, ..Conclusion::new(Outcome::WrongAccount, message, case.finished_at) };
            end.hints.push(format!(
                "To connect {expect}, start a new session and choose that account in the browser; a private window \
                 forgets who is signed in."
            ));
            end.hints.push("If the other mailbox is not wanted, remove it in the Instantly dashboard.".into());
            end.next.clone_from(&case.again);
        }
    }
    (end.email, end.name) = (email, name);
    end
}

/// Whether two addresses name one mailbox. Case does not count; a provider's further rules (dots, plus signs) are
/// not guessed at.
#[must_use]
pub fn same_mailbox(one: &str, other: &str) -> bool {
    one.trim().to_lowercase() == other.trim().to_lowercase()
}

fn expired(status: Option<String>, case: &Case) -> Conclusion {
    let message = "the session expired: nobody finished signing in";
    let mut end = Conclusion::new(Outcome::Expired, message, case.finished_at);
    match &status {
        Some(word) if word != "expired" => {
            end.message = format!("the session's time is up, and its last state was \"{word}\"");
            end.hints.push("This version does not know that state. The Instantly dashboard shows the account.".into());
        }
        _ => end.hints.push("A sign-in has to be finished within about ten minutes. Start a new session.".into()),
    }
    end.status = status;
    end.next.clone_from(&case.again);
    end
}

fn not_found(case: &Case) -> Conclusion {
    let mut end = Conclusion::new(Outcome::NotFound, "the API does not know this session", case.finished_at);
    end.hints = vec![
        "A result is given out once: someone or something may have read it already.".into(),
        "Otherwise the id is wrong, belongs to another workspace than this key, or is long gone.".into(),
    ];
    end
}

fn pending(status: Option<String>, failure: Option<&Failure>, lost: bool, case: &Case) -> Conclusion {
    let message = match (&status, failure) {
        (_, Some(failure)) => format!("not finished yet; the last request failed ({failure})"),
        (Some(word), None) if word != "pending" => format!("not finished yet: the API says \"{word}\""),
        _ => "not finished yet: nobody has completed the sign-in".into(),
    };
    let mut end = Conclusion::new(Outcome::Pending, message, case.finished_at);
    end.status = status;
    end.hints.extend(lost.then(|| MAY_BE_GONE.to_owned()));
    end.next.clone_from(&case.resume);
    end
}

fn unknown(suspicion: &Suspicion, unsettled: &Unsettled, case: &Case) -> Conclusion {
    let (message, status) = match suspicion {
        Suspicion::LostReply(how) => {
            let message = format!(
                "the session is over, but its result was lost on the way: a reply broke off ({how}), and the API gives a \
                 result out only once"
            );
            (message, None)
        }
        Suspicion::UnknownStatus(word) => {
            let message =
                format!("the session is over: the API called it \"{word}\", which this version does not know");
            (message, Some(word.clone()))
        }
        Suspicion::CutOff => {
            let message = "the session is gone, and its result may be lost: a command that asked for it was cut off before it \
                           had the reply, and the API gives a result out only once";
            (message.to_owned(), None)
        }
    };
    let mut end = Conclusion::new(Outcome::OutcomeUnknown, message, case.finished_at);
    end.status = status;
    end.hints.extend(match unsettled {
        Unsettled::Unread => None,
        Unsettled::OtherKey => Some(
            "This API key is not the one that started the session. Use that one, or name the mailbox with --expect EMAIL \
             to look for it in this key's account list."
                .into(),
        ),
        Unsettled::NoJournal => Some(
            "Without the journal nothing is known of other sessions, so the account list alone does not tell; --expect EMAIL \
             would let this command look for that mailbox."
                .into(),
        ),
        Unsettled::NoClue => {
            Some("--expect EMAIL would let this command look for that mailbox in the account list.".into())
        }
        Unsettled::Unreadable(why) => Some(format!("The account list, which may tell, could not be read: {why}.")),
        Unsettled::Nothing if case.expect.is_none() => Some(
            "The account list has no new mailbox that would be this session's. One that had been there before can be \
             looked for with --expect EMAIL."
                .into(),
        ),
        Unsettled::Nothing => Some("The account list does not show that it was connected meanwhile.".into()),
        Unsettled::Several(emails) => Some(format!(
            "The account list has new mailboxes, but which of them is this session's, if any, cannot be told: {}.",
            emails.join(", ")
        )),
    });
    let mailbox = case.expect.as_deref().unwrap_or("the mailbox");
    end.hints.push(format!(
        "Look for {mailbox} under Email accounts in the Instantly dashboard: if it is there, it is connected."
    ));
    end.hints.push("If it is not there, the sign-in failed or was never finished: start a new session.".into());
    // Another look can end better where this one saw nothing, or where another session will tell what is its.
    end.next = case.resume.clone().filter(|_| {
        !matches!(unsettled, Unsettled::Nothing | Unsettled::NoClue | Unsettled::NoJournal | Unsettled::OtherKey)
    });
    end
}

/// A time of day in the person's zone, with the date where it is not today.
fn time_of_day(time: Timestamp, case: &Case) -> String {
    let (time, now) = (time.to_zoned(case.zone.clone()), case.finished_at.to_zoned(case.zone.clone()));
    let form = if time.date() == now.date() { "%H:%M:%S" } else { "%Y-%m-%d %H:%M" };
    time.strftime(form).to_string()
}

/// A length of time in a few words: `42 s`, `12 min`, `1 h 30 min`.
#[must_use]
pub fn length(wait: Duration) -> String {
    let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
    match (seconds / 3600, seconds % 3600 / 60, seconds % 60) {
        (0, 0, seconds) => format!("{seconds} s"),
        (0, minutes, 0) => format!("{minutes} min"),
        (0, minutes, seconds) => format!("{minutes} min {seconds} s"),
        (hours, 0, _) => format!("{hours} h"),
        (hours, minutes, _) => format!("{hours} h {minutes} min"),
    }
}

#[cfg(test)]
mod tests;
