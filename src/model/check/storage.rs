//! The directory for state and the journal in it.

use super::{Check, Name};
use crate::exit::Outcome;

/// With less room than this the journal may soon not be written any more, in bytes.
const LITTLE: u64 = 16 << 20;

/// The directory for state, as it was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Directory {
    /// Where it is.
    pub path: String,
    /// Why nothing can be written there, if so.
    pub trouble: Option<String>,
    /// The bits of its mode, where there are any.
    pub mode: Option<u32>,
    /// How much room there is on its disk, in bytes, where that can be told.
    pub room: Option<u64>,
}

/// Judges the directory; none where there is no place for one.
#[must_use]
pub fn directory(directory: Option<&Directory>) -> Check {
    let Some(Directory { path, trouble, mode, room }) = directory else {
        return Check::warning(Name::State, "none: HOME is not set, so sessions are recorded nowhere")
            .mend("Name a directory for it with --state-dir or INSTANTLY_OAUTH_STATE_DIR.")
            .mend(
                "Without one a result that is lost on the way stays lost, and each process keeps the limits by itself.",
            );
    };
    let free = room.map(|room| format!(", {} MiB free", room >> 20)).unwrap_or_default();
    let elsewhere = "name another directory with --state-dir or INSTANTLY_OAUTH_STATE_DIR.";
    let check = match (trouble, mode, room) {
        (Some(trouble), ..) => {
            Check::failed(Name::State, Outcome::Internal, format!("nothing can be written to {path}: {trouble}"))
                .mend(format!("Make it a directory that you may write to, with room on its disk, or {elsewhere}"))
                .mend("Until then sessions are recorded nowhere, and each process keeps the limits by itself.")
        }
        (_, _, Some(room)) if *room < LITTLE => {
            Check::warning(Name::State, format!("{path} is on a disk that is nearly full{free}"))
                .mend(format!("Make room, or {elsewhere}"))
        }
        // Where the sticky bit is set, only whoever owns a file can take it away.
        (_, Some(mode), _) if mode & 0o022 != 0 && mode & 0o1000 == 0 => {
            Check::warning(Name::State, format!("others may write to {path} (its mode is {mode:03o})"))
                .mend(format!("Make it yours alone: chmod go-w {path}"))
        }
        _ => Check::ok(Name::State, format!("{path} can be written{free}")),
    };
    check.fact("path", path.as_str()).fact_if("free_bytes", *room)
}

/// The journal, as it was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Journal {
    /// Its file.
    pub path: String,
    /// What is there.
    pub found: Found,
    /// The damaged files that were set aside, by name.
    pub aside: Vec<String>,
}

/// What is where the journal is to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// Nothing yet.
    Nothing,
    /// A sound one of this version of its form, with so many sessions.
    Sound {
        /// The version of its form.
        version: i64,
        /// How many sessions are in it.
        sessions: u64,
    },
    /// One that somebody was stopped in the middle of writing, which the next who opens it undoes.
    Unfinished,
    /// One that is damaged, and how.
    Damaged(String),
    /// Another version's, or another program's: why it is not touched.
    Alien {
        /// In words.
        why: String,
        /// Whether a newer version of this tool would know it.
        newer: bool,
    },
    /// One that another process holds.
    Taken,
    /// One that cannot be read or written, and why.
    Unusable(String),
}

/// Judges the journal.
#[must_use]
pub fn journal(journal: &Journal) -> Check {
    let Journal { path, found, aside } = journal;
    let failed = |detail: String| Check::failed(Name::Journal, Outcome::Internal, detail);
    let elsewhere = "keep another with --state-dir";
    let check = match found {
        Found::Nothing => Check::ok(Name::Journal, "none yet; the first session begins it"),
        Found::Sound { version, sessions } => {
            let sessions_told = if *sessions == 1 { "1 session".to_owned() } else { format!("{sessions} sessions") };
            Check::ok(Name::Journal, format!("{path} is sound, with {sessions_told}"))
                .fact("version", *version)
                .fact("sessions", *sessions)
        }
        Found::Unfinished => {
            Check::ok(Name::Journal, format!("{path}: a process was stopped as it wrote, which the next one undoes"))
        }
        Found::Damaged(why) => failed(format!("{path} is damaged ({why})")).mend(
            format!(
                "Run `instantly-oauth sessions{}` with the same --state-dir, if you gave one: it keeps that file under another \
                 name, and begins a new one with all that can be read.",
                if path.ends_with("sandbox.db") { " --sandbox" } else { "" }
            ),
        ),
        Found::Alien { why, newer } => {
            let what = if *newer { "Update instantly-oauth" } else { "Take it away from there" };
            failed(why.clone()).mend(format!("{what}, or {elsewhere}."))
        }
        Found::Taken => failed(format!("another process has held {path} for seconds, so nothing can be written down"))
            .mend(
                "Try again in a moment; if that goes on, look for a process that has stopped: fuser or lsof name it.",
            ),
        Found::Unusable(why) => failed(format!("{path} cannot be used: {why}"))
            .mend(format!("Make it yours and writable, or {elsewhere} or INSTANTLY_OAUTH_STATE_DIR.")),
    };
    let check = check.fact("path", path.as_str());
    if aside.is_empty() {
        return check;
    }
    let told = match aside.as_slice() {
        [one] => format!("a damaged one was set aside as {one}"),
        [.., last] => format!("{} damaged ones were set aside, the last as {last}", aside.len()),
        [] => String::new(),
    };
    let state = if check.state == super::State::Ok { super::State::Warning } else { check.state };
    let check = Check { detail: format!("{}; {told}", check.detail), state, ..check };
    check
        .mend("What could be read of it is in the journal: delete it once nothing in it is missed.")
        .fact("aside", aside.clone())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::check::State;

    #[test]
    fn a_directory_is_to_be_written_and_ones_own() {
        let of = |trouble: Option<&str>, mode, room| Directory {
            path: "/s".into(),
            trouble: trouble.map(Into::into),
            mode,
            room,
        };
        for (found, state, says) in [
            (Some(of(None, Some(0o700), Some(5 << 30))), State::Ok, "/s can be written, 5120 MiB free"),
            (Some(of(None, Some(0o777), None)), State::Warning, "others may write to /s (its mode is 777)"),
            (Some(of(None, Some(0o1777), None)), State::Ok, "/s can be written"),
            (Some(of(None, None, Some(1 << 20))), State::Warning, "nearly full, 1 MiB free"),
            (
                Some(of(Some("no"), Some(0o700), None)),
                State::Failed(Outcome::Internal),
                "nothing can be written to /s: no",
            ),
            (None, State::Warning, "HOME is not set"),
        ] {
            let check = directory(found.as_ref());
            assert_eq!(check.state, state, "{check:?}");
            assert!(check.detail.contains(says), "{check:?}");
            assert_eq!(check.remedy.is_empty(), state == State::Ok);
        }
    }

    #[test]
    fn a_journal_is_sound_or_it_is_told_what_will_mend_it() {
        let failed = State::Failed(Outcome::Internal);
        let alien = |newer| Found::Alien { why: "of another".into(), newer };
        for (found, state, says, mends) in [
            (Found::Nothing, State::Ok, "none yet", ""),
            (Found::Sound { version: 3, sessions: 1 }, State::Ok, "is sound, with 1 session", ""),
            (Found::Unfinished, State::Ok, "undoes", ""),
            (Found::Damaged("noise".into()), failed, "damaged (noise)", "instantly-oauth sessions"),
            (alien(true), failed, "of another", "Update"),
            (alien(false), failed, "of another", "--state-dir"),
            (Found::Taken, failed, "another process has held", "lsof"),
            (Found::Unusable("no".into()), failed, "cannot be used: no", "--state-dir"),
        ] {
            let check = journal(&Journal { path: "/s/j".into(), found: found.clone(), aside: Vec::new() });
            assert_eq!(check.state, state, "{check:?}");
            assert!(check.detail.contains(says) && check.remedy.join(" ").contains(mends), "{check:?}");
            let aside = vec!["j.damaged-1".to_owned(), "j.damaged-2".to_owned()];
            let check = journal(&Journal { path: "/s/j".into(), found, aside });
            assert_eq!(check.state, if state == State::Ok { State::Warning } else { state }, "{check:?}");
            assert!(check.detail.ends_with("2 damaged ones were set aside, the last as j.damaged-2"), "{check:?}");
        }
    }
}
