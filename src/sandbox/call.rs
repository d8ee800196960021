//! What comes in and what goes out, free of any HTTP library.

use std::net::IpAddr;

use serde_json::{Value, json};

use super::page::Page;

/// A request, as far as the rules look at it. Header values that are not text count as absent.
#[derive(Clone, Copy)]
pub(super) struct Call<'a> {
    pub(super) method: &'a str,
    /// As it stands in the request line, still percent-encoded.
    pub(super) path: &'a str,
    /// As it stands in the request line, without the `?`.
    pub(super) query: Option<&'a str>,
    pub(super) authorization: Option<&'a str>,
    pub(super) content_type: Option<&'a str>,
    pub(super) host: Option<&'a str>,
    pub(super) origin: Option<&'a str>,
    /// `Sec-Fetch-Site`, by which a browser says where a request comes from.
    pub(super) fetch_site: Option<&'a str>,
    pub(super) address: IpAddr,
    pub(super) body: &'a [u8],
}

impl Call<'_> {
    /// Whether the body is of this media type, whatever parameters follow it.
    pub(super) fn has_content_type(&self, wanted: &str) -> bool {
        let essence = self.content_type.and_then(|value| value.split(';').next());
        essence.is_some_and(|essence| essence.trim().eq_ignore_ascii_case(wanted))
    }
}

/// What becomes of a call.
#[derive(Debug)]
pub(super) enum Reply {
    /// It is answered.
    Answer(Answer),
    /// The connection is dropped without a byte of reply.
    HangUp,
}

#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) content: Content,
    /// Seconds, for the `Retry-After` header.
    pub(super) retry_after: Option<u64>,
    /// The methods for the `Allow` header of a 405.
    pub(super) allow: Option<&'static str>,
    /// Why it is refused, for the log and nobody else.
    pub(super) reason: Option<&'static str>,
}

#[derive(Debug)]
pub(super) enum Content {
    Json(Value),
    /// What an edge in front of the service says.
    EdgeHtml(&'static str),
    /// A page for the mailbox's owner.
    Page(Box<Page>),
}

impl Answer {
    fn new(status: u16, content: Content) -> Self {
        Self { status, content, retry_after: None, allow: None, reason: None }
    }

    pub(super) fn ok(body: Value) -> Self {
        Self::new(200, Content::Json(body))
    }

    /// An error in the shape that the service documents for all of them.
    pub(super) fn problem(status: u16, message: impl Into<String>) -> Self {
        let body = json!({"statusCode": status, "error": reason(status), "message": message.into()});
        Self::new(status, Content::Json(body))
    }

    pub(super) fn page(status: u16, page: Page) -> Self {
        Self::new(status, Content::Page(Box::new(page)))
    }

    pub(super) fn bad_gateway() -> Self {
        Self::new(502, Content::EdgeHtml(EDGE))
    }

    pub(super) fn retry_after(mut self, seconds: u64) -> Self {
        self.retry_after = Some(seconds);
        self
    }

    pub(super) fn because(mut self, reason: &'static str) -> Self {
        self.reason = Some(reason);
        self
    }

    pub(super) fn allow(mut self, methods: &'static str) -> Self {
        self.allow = Some(methods);
        self
    }
}

/// What a status is called (RFC 9110, section 15).
fn reason(status: u16) -> &'static str {
    match status {
        400 => "Bad Request",
        401 => "Unauthorized",
        402 => "Payment Required",
        403 => "Forbidden",
        404 => "Not Found",
        408 => "Request Timeout",
        413 => "Payload Too Large",
        415 => "Unsupported Media Type",
        429 => "Too Many Requests",
        503 => "Service Unavailable",
        _ => "Error",
    }
}

/// In the manner of a content delivery network's own page: long enough that a client which prints it is found out.
const EDGE: &str = "<!DOCTYPE html>\n<html lang=\"en\">\n<head><title>502 Bad Gateway</title></head>\n<body>\n\
    <center><h1>502 Bad Gateway</h1></center>\n<hr><center>edge</center>\n\
    <p>The web server reported a bad gateway error. Please try again in a few minutes.</p>\n</body>\n</html>\n";
