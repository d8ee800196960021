//! What the API's session errors mean.

use super::Case;
use crate::exit::Outcome;
use crate::model::conclusion::Conclusion;
use crate::model::provider::Provider;

/// What a known error means, and what to do about it.
struct Meaning {
    message: &'static str,
    hints: &'static [&'static str],
    retryable: bool,
}

const PERSONAL_GMAIL: Meaning = Meaning {
    message: "Google refused a personal Gmail account: only Google Workspace mailboxes can be connected this way",
    hints: &[
        "Sign in with a Workspace mailbox, one on a domain of your own.",
        "A personal @gmail.com address can be added in the Instantly dashboard by IMAP and an app password.",
    ],
    retryable: false,
};

const ACCOUNT_EXISTS: Meaning = Meaning {
    message: "this mailbox is already connected to another Instantly workspace",
    hints: &["Remove it from that workspace first, or connect another mailbox."],
    retryable: false,
};

const ACCESS_DENIED: Meaning = Meaning {
    message: "permission was refused in the browser",
    hints: &["Start a new session and allow access on the consent page."],
    retryable: false,
};

const SERVER_ERROR: Meaning = Meaning {
    message: "the sign-in failed at Instantly or at the provider",
    hints: &["This usually passes: start a new session."],
    retryable: true,
};

const EXPIRED: Meaning = Meaning {
    message: "the sign-in was finished too late: the session had expired",
    hints: &["Start a new session and finish within about ten minutes."],
    retryable: true,
};

const BLOCKED_BY_ADMIN: Meaning = Meaning {
    message: "an administrator of the mailbox's organisation does not allow Instantly",
    hints: &[],
    retryable: false,
};

const PROHIBITED: Meaning = Meaning {
    message: "Instantly refused the account for prohibited content",
    hints: &["Instantly's support can say more."],
    retryable: false,
};

/// Where an administrator lets an app in.
const fn admin_hint(provider: Option<Provider>) -> &'static str {
    match provider {
        Some(Provider::Google) => {
            "a Workspace administrator can allow it: Admin console > Security > Access and data control > API controls."
        }
        Some(Provider::Microsoft) => {
            "a Microsoft 365 administrator can allow it: Entra admin center > Enterprise applications > Consent."
        }
        None => "an administrator can allow it.",
    }
}

/// The end of a session in `error`. An unknown code is shown as it came.
pub(super) fn words(code: Option<String>, description: Option<String>, case: &Case) -> Conclusion {
    let said = description.as_deref().unwrap_or_default().to_lowercase();
    // The API's codes are an open set, and several causes share one: its sentence decides before its code does.
    let meaning = if said.contains("gsuite") || said.contains("g suite") {
        Some(PERSONAL_GMAIL)
    } else if said.contains("prohibited content") {
        Some(PROHIBITED)
    } else if said.contains("blocked by") && said.contains("admin") || code.as_deref() == Some("admin_policy_enforced")
    {
        Some(BLOCKED_BY_ADMIN)
    } else {
        match code.as_deref() {
            Some("account_exists") => Some(ACCOUNT_EXISTS),
            Some("access_denied") => Some(ACCESS_DENIED),
            Some("server_error") => Some(SERVER_ERROR),
            Some("expired") => Some(EXPIRED),
            _ => None,
        }
    };
    let raw = match (&code, &description) {
        (Some(code), Some(description)) => format!("{code}: {description}"),
        (Some(word), None) | (None, Some(word)) => word.clone(),
        (None, None) => "no reason was given".into(),
    };
    let message = match &meaning {
        Some(meaning) => format!("{} ({raw})", meaning.message),
        None => format!("the session ended in an error: {raw}"),
    };
    let mut end = Conclusion::new(Outcome::SessionError, message, case.finished_at);
    if let Some(meaning) = meaning {
        end.hints.extend(meaning.hints.iter().map(|&hint| hint.to_owned()));
        if meaning.message == BLOCKED_BY_ADMIN.message {
            end.hints.push(format!("There, {}", admin_hint(case.provider)));
        } else if meaning.message == ACCESS_DENIED.message {
            end.hints.push(format!("Where the organisation forbids it, {}", admin_hint(case.provider)));
        }
        end.retryable = meaning.retryable;
        end.next = case.again.clone().filter(|_| meaning.retryable);
    }
    (end.status, end.error, end.error_description) = (Some("error".into()), code, description);
    end
}
