//! The documented failures of the service that can be switched on, beside any scenario.

/// A switch per documented fault. Where several would refuse a call, the first in this order does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "independent switches, each a flag of the command")]
pub struct Faults {
    /// Every call answers 502 with an HTML page, as an edge in front of the service can.
    pub html_errors: bool,
    /// Every call answers 401: the key was revoked.
    pub unauthorized: bool,
    /// Every call answers 402: the workspace has no active paid plan.
    pub no_plan: bool,
    /// Init answers 403: the key lacks `accounts:create`.
    pub no_create_scope: bool,
    /// Status and accounts answer 403: the key lacks `accounts:read`.
    pub no_read_scope: bool,
    /// Every call but init answers 429 with `Retry-After` of 2 seconds: the workspace's limit on calls of any kind is used up.
    pub throttled: bool,
    /// Replies carry only what the schema requires of them: no `expires_at`, `email`, `name`, `error` or
    /// `error_description`.
    pub bare_replies: bool,
    /// Whoever allows access is told that an admin blocks it, and the session ends in `error`.
    pub admin_blocked: bool,
    /// Whoever allows access is told that the account contains prohibited content, and the session ends in `error`.
    pub prohibited_content: bool,
}
