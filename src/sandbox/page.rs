//! The pages that the mailbox's owner sees: what there is to say, and the HTML around it. Without script and without
//! anything fetched from elsewhere, so that they work under the strictest policy, and after the sandbox has ended.

use std::time::Duration;

use super::scenario::Scenario;
use super::session::{Decision, Failure};
use crate::model::provider::Provider;

/// In the page and not beside it: `connect --sandbox` ends as soon as it knows the result, when the last page may not
/// have fetched its style yet.
pub(super) const STYLE: &str = include_str!("style.css");

/// Only the style above, no script, forms to this server alone, and no frame around any of it. The hash is the
/// style's, which a test checks.
pub(super) const POLICY: &str = "default-src 'none'; style-src 'sha256-1wFejBnvR6XGFpU60ENFPbL8ViA7Zab4g/AUYaZS03Q='; \
    form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

#[derive(Debug)]
pub(super) enum Page {
    /// The form.
    Ask(Ask),
    /// A simulated person decides, nobody else.
    Played(Play),
    Connected {
        email: String,
        name: String,
        workspace: String,
    },
    Denied {
        workspace: String,
    },
    /// Allowed by the owner, refused by the service.
    Refused {
        failure: Failure,
        provider: Provider,
    },
    /// Decided before.
    Used,
    Expired,
    /// No such `state`.
    Unknown,
    /// The `state` is known, the rest of the link is not as it was issued.
    Altered,
    /// The request is not one that this page makes.
    Foreign,
}

#[derive(Debug)]
pub(super) struct Ask {
    pub(super) provider: Provider,
    pub(super) workspace: String,
    pub(super) state: String,
    /// What was typed before, if anything, or else what is proposed.
    pub(super) mailbox: String,
    pub(super) name: String,
    /// Why it is asked again.
    pub(super) problem: Option<&'static str>,
    /// Until the session expires.
    pub(super) left: Duration,
}

#[derive(Debug)]
pub(super) struct Play {
    pub(super) scenario: Scenario,
    pub(super) provider: Provider,
    /// None where nobody acts.
    pub(super) decision: Option<Decision>,
    pub(super) acted: bool,
}

const CHECK: &str = r#"<svg viewBox="0 0 24 24" aria-hidden="true"><path d="M5 12.5l4.5 4.5L19 7.5"/></svg>"#;
const CROSS: &str = r#"<svg viewBox="0 0 24 24" aria-hidden="true"><path d="M7 7l10 10M17 7L7 17"/></svg>"#;
const CLOCK: &str =
    r#"<svg viewBox="0 0 24 24" aria-hidden="true"><circle cx="12" cy="12" r="8.5"/><path d="M12 7.5V12l3 2"/></svg>"#;
const BREAK: &str = r#"<svg viewBox="0 0 24 24" aria-hidden="true"><path d="M10 14l4-4M8.5 11l-2 2a3.2 3.2 0 0 0 4.5 4.5l2-2M15.5 13l2-2A3.2 3.2 0 0 0 13 6.5l-2 2"/></svg>"#;
const ARROWS: &str =
    r#"<svg viewBox="0 0 24 24" aria-hidden="true"><path d="M4 9h14l-3.5-3.5M20 15H6l3.5 3.5"/></svg>"#;

const CLOSE: &str = r#"<p class="close">You can close this tab.</p>"#;

impl Page {
    /// The whole document.
    pub(super) fn html(&self) -> String {
        let (title, body) = match self {
            Self::Ask(ask) => ask.parts(),
            Self::Played(play) => play.parts(),
            Self::Connected { email, name, workspace } => connected(email, name, workspace),
            Self::Denied { workspace } => {
                let text =
                    format!("<p>Nothing was connected to the workspace <strong>{}</strong>.</p>", escape(workspace));
                result("calm", CROSS, "Access denied", &text)
            }
            Self::Refused { failure, provider } => refused(*failure, *provider),
            Self::Used => {
                let text = "<p>A decision was already taken on this page, and a link works once.</p>";
                result("calm", CHECK, "This link has been used", text)
            }
            Self::Expired => {
                let text = "<p>Nobody decided in time. Start again in the terminal to get a new link.</p>";
                result("calm", CLOCK, "This link has expired", text)
            }
            Self::Unknown => {
                let text = "<p>This sandbox did not issue it, or has forgotten it. A sandbox knows only the sessions \
                    that were started since it runs itself.</p>";
                result("bad", BREAK, "Unknown link", text)
            }
            Self::Altered => {
                let text = "<p>It did not arrive as it was issued: something between the API and this page edited or \
                    re-encoded the address. The real service breaks on such a link, so it is refused here. Nothing \
                    was decided.</p>";
                result("bad", BREAK, "This link was altered", text)
            }
            Self::Foreign => {
                let text = "<p>It did not come from the sandbox’s own page. Open the link that the terminal printed. \
                    Nothing was decided.</p>";
                result("bad", CROSS, "Request refused", text)
            }
        };
        document(&title, &body)
    }
}

fn document(title: &str, body: &str) -> String {
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"robots\" content=\"noindex\">\n<title>{title} · Sandbox</title>\n<style>{STYLE}</style>\n</head>\n\
         <body>\n<div class=\"note\" role=\"note\"><strong>Sandbox</strong> A simulation on this computer. No real \
         account is touched.</div>\n<main>\n<div class=\"card\">\n{body}\n</div>\n</main>\n</body>\n</html>\n"
    )
}

/// A page that tells how it ended. `text` is HTML.
fn result(tone: &str, sign: &str, title: &str, text: &str) -> (String, String) {
    let body = format!("<div class=\"seal {tone}\">{sign}</div>\n<h1>{title}</h1>\n{text}\n{CLOSE}");
    (title.to_owned(), body)
}

fn connected(email: &str, name: &str, workspace: &str) -> (String, String) {
    let row = |term: &str, value: &str| format!("<div><dt>{term}</dt><dd>{value}</dd></div>");
    // Where an address needs two lines, the second begins with its domain.
    let email = escape(email).replace('@', "@<wbr>");
    let rows = [row("Mailbox", &email), row("Name", &escape(name)), row("Workspace", &escape(workspace))].concat();
    result("good", CHECK, "Mailbox connected", &format!("<dl>{rows}</dl>"))
}

fn refused(failure: Failure, provider: Provider) -> (String, String) {
    let advice = match failure {
        Failure::PERSONAL => {
            "Google mailboxes must belong to Google Workspace; a personal Gmail address cannot be connected."
        }
        Failure::ELSEWHERE => "Remove it from the other workspace first, or connect another mailbox.",
        Failure::ADMIN => "An administrator of the organisation has to allow the app first.",
        Failure::SERVER => "Start again in the terminal.",
        _ => "Connect another mailbox.",
    };
    let text = format!(
        "<p>Access was allowed at {}, but the service refused the mailbox:</p>\n<dl><div><dt>Reason</dt><dd>{}</dd></div>\
         <div><dt>Code</dt><dd><code>{}</code></dd></div></dl>\n<p class=\"soft\">{advice}</p>",
        provider.name(),
        escape(failure.description),
        escape(failure.error),
    );
    result("bad", CROSS, "Mailbox refused", &text)
}

impl Ask {
    fn parts(&self) -> (String, String) {
        let (name, id) = (self.provider.name(), self.provider.id());
        let title = format!("Connect a {name} mailbox");
        let (alert, invalid) = match self.problem {
            Some(problem) => (
                format!("<p class=\"problem\" id=\"problem\" role=\"alert\">{}</p>\n", escape(problem)),
                " aria-invalid=\"true\" aria-describedby=\"problem mailbox-hint\"",
            ),
            None => (String::new(), " aria-describedby=\"mailbox-hint\""),
        };
        let permissions = [
            "See its address and your name",
            "Read, organise and delete its mail",
            "Send mail from it as you",
            "Keep this access until you remove it",
        ];
        let permissions = permissions.map(|text| format!("<li>{CHECK}{text}</li>\n")).concat();
        let hint = match self.provider {
            Provider::Google => "Any made-up address will do. One at gmail.com is refused, as by the real service.",
            Provider::Microsoft => "Any made-up address will do, a business or a personal one.",
        };
        let (workspace, state) = (escape(&self.workspace), escape(&self.state));
        let (mailbox, person, left) = (escape(&self.mailbox), escape(&self.name), left(self.left));
        let body = format!(
            "<div class=\"marks\" aria-hidden=\"true\"><span class=\"mark\">{initial}</span>{ARROWS}\
             <span class=\"mark app\">I</span></div>\n\
             <h1>{title}</h1>\n<p>The Instantly workspace <strong>{workspace}</strong> asks for access to a mailbox \
             of yours at {name}.</p>\n<h2 id=\"asks\">With it, the workspace can</h2>\n\
             <ul aria-labelledby=\"asks\">\n{permissions}</ul>\n\
             <form method=\"post\" action=\"/consent/{id}\">\n<input type=\"hidden\" name=\"state\" value=\"{state}\">\n\
             {alert}<label for=\"mailbox\">Mailbox</label>\n\
             <input id=\"mailbox\" name=\"mailbox\" type=\"email\" value=\"{mailbox}\" required autofocus \
             maxlength=\"254\" autocomplete=\"email\" autocapitalize=\"none\" spellcheck=\"false\"{invalid}>\n\
             <p class=\"soft hint\" id=\"mailbox-hint\">{hint}</p>\n\
             <label for=\"name\">Name <span>(optional)</span></label>\n\
             <input id=\"name\" name=\"name\" type=\"text\" value=\"{person}\" maxlength=\"100\" autocomplete=\"name\">\n\
             <div class=\"buttons\">\n<button class=\"allow\" name=\"decision\" value=\"allow\">Allow</button>\n\
             <button name=\"decision\" value=\"deny\" formnovalidate>Deny</button>\n</div>\n</form>\n\
             <p class=\"soft\">This link works once, for {left}.</p>",
            initial = &name[..1],
        );
        (if self.problem.is_some() { format!("Error: {title}") } else { title }, body)
    }
}

impl Play {
    fn parts(&self) -> (String, String) {
        let (acted, about) = (self.acted, self.scenario.about());
        let act = match &self.decision {
            None => "Nobody will act: the session is left to expire.".to_owned(),
            Some(Decision::Deny) if acted => "The simulated person denied access.".to_owned(),
            Some(Decision::Deny) => "The simulated person is about to deny access.".to_owned(),
            Some(Decision::Fail(failure)) => {
                let ends = if acted { "ended" } else { "is about to end" };
                format!("The session {ends} with <code>{}</code>: {}.", failure.error, escape(failure.description))
            }
            Some(Decision::Allow { mailbox, name }) => {
                let person = escape(name.as_deref().unwrap_or("The simulated person"));
                let allows = if acted { "allowed" } else { "is about to allow" };
                format!("{person} {allows} access to <strong>{}</strong>.", escape(mailbox))
            }
        };
        let text = format!(
            "<p>{act}</p>\n<dl><div><dt>Provider</dt><dd>{}</dd></div><div><dt>Scenario</dt><dd><code>{}</code></dd></div>\
             </dl>\n<p class=\"soft\">{}. There is nothing for you to do here; to decide yourself, use the scenario \
             <code>ask</code>.</p>",
            self.provider.name(),
            self.scenario,
            capitalised(about),
        );
        result("calm", CLOCK, "The sandbox plays the person here", &text)
    }
}

fn capitalised(text: &str) -> String {
    let mut signs = text.chars();
    signs.next().map(|first| first.to_uppercase().chain(signs).collect()).unwrap_or_default()
}

/// Time left, in the coarse words that stay true while a page is looked at.
fn left(left: Duration) -> String {
    match left.as_secs().div_ceil(60) {
        0 | 1 => "less than a minute".to_owned(),
        minutes @ 2..=120 => format!("about {minutes} more minutes"),
        minutes => format!("about {} more hours", minutes / 60),
    }
}

/// Text for the content of an element or of a quoted attribute.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for sign in text.chars() {
        match sign {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            sign => escaped.push(sign),
        }
    }
    escaped
}
