//! What the results file says, held against what the service did.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::ops::AddAssign;

use instantly_oauth::exit::Outcome;
use jiff::Timestamp;

use super::field::{Field, Recorded};
use super::people::{Came, Session};
use crate::support::Run;

/// What a line says of a mailbox.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    pub email: String,
    pub outcome: String,
    pub connected_email: String,
    pub error: String,
    pub session_id: String,
    pub attempts: usize,
    pub finished_at: Timestamp,
}

impl Line {
    fn is_connected(&self) -> bool {
        ["connected", "skipped"].contains(&self.outcome.as_str())
    }
}

const COLUMNS: &str = "team,Email,provider,note,outcome,connected_email,name,error,error_description,session_id,profile,attempts,\
    started_at,finished_at";

/// What the whole lines of the file say, and what is behind them. They must be lines of this list, one a mailbox; where those
/// that failed are taken again, the last of them counts.
#[track_caller]
pub fn lines(field: &Field) -> (Vec<Line>, String) {
    let text = field.results();
    let (whole, torn) = text.split_at(text.rfind('\n').map_or(0, |end| end + 1));
    let mut reader = csv::ReaderBuilder::new().from_reader(whole.as_bytes());
    let header = reader.headers().unwrap().iter().collect::<Vec<_>>().join(",");
    assert_eq!(header, if whole.is_empty() { "" } else { COLUMNS });
    let mut lines: Vec<Line> = Vec::new();
    for record in reader.records() {
        let record = record.unwrap_or_else(|error| panic!("{error}: {text}"));
        let row = field.rows.iter().position(|row| row.email == record[1]);
        let row = row.unwrap_or_else(|| panic!("{record:?} is of no row: {text}"));
        assert_eq!(record[3], format!("{row}, a \"note\""), "{record:?}");
        let line = Line {
            email: record[1].to_owned(),
            outcome: record[4].to_owned(),
            connected_email: record[5].to_owned(),
            error: record[7].to_owned(),
            session_id: record[9].to_owned(),
            attempts: record[11].parse().unwrap(),
            finished_at: record[13].parse().unwrap(),
        };
        let is_outcome = line.outcome == "skipped" || Outcome::ALL.iter().any(|known| known.name() == line.outcome);
        assert!(is_outcome, "{line:?}");
        let earlier = lines.iter().position(|other| other.email == line.email);
        if let Some(earlier) = earlier.map(|earlier| lines.remove(earlier)) {
            // Only what failed is taken again, or turns out to have been connected by another row's session.
            let is_better = field.retries_failed() || line.is_connected();
            assert!(is_better && !earlier.is_connected(), "two lines of {}: {text}", line.email);
            assert!(earlier.finished_at <= line.finished_at, "{earlier:?} {line:?}");
        }
        lines.push(line);
    }
    (lines, torn.to_owned())
}

/// Holds what is true of a list at any time: what was told of is written down, and what was written down stays.
#[track_caller]
pub fn hold(field: &Field, before: &str, run: &Run) {
    let (lines, torn) = lines(field);
    assert!(torn.is_empty() || run.signal == Some(9), "a torn line stayed: {torn:?}");
    let whole = &before[..before.rfind('\n').map_or(0, |end| end + 1)];
    assert!(field.results().starts_with(whole), "not only appended: {before}\n{}", field.results());
    let events = run.events();
    let told: Vec<_> = events.iter().filter(|event| event["event"] == "row").collect();
    for (number, event) in told.iter().enumerate() {
        if told[number + 1..].iter().any(|later| later["row"] == event["row"]) {
            // It turned out otherwise.
            continue;
        }
        let line = lines.iter().find(|line| event["email_expected"] == *line.email);
        let line = line.unwrap_or_else(|| panic!("told, and not written: {event}"));
        assert_eq!(event["outcome"], *line.outcome, "{event}");
    }
}

/// What came of lists, counted.
#[derive(Clone, Debug, Default)]
pub struct Figures {
    pub lists: usize,
    pub kills: usize,
    pub torn: usize,
    pub runs: usize,
    pub rows: usize,
    pub sessions: usize,
    pub attempts: usize,
    /// How the rows ended.
    pub outcomes: BTreeMap<String, usize>,
    /// Where those that a run told of had it from.
    pub sources: BTreeMap<String, usize>,
    /// Mailboxes that were connected by a session for another one, whose own line does not say so: it was written before, or
    /// nobody could know.
    pub unseen: usize,
}

impl Figures {
    /// Counts what a run told.
    pub fn count(&mut self, run: &Run) {
        self.runs += 1;
        self.kills += usize::from(run.signal == Some(9));
        for event in run.events().iter().filter(|event| event["event"] == "row") {
            let source = if event["outcome"] == "skipped" { "skipped" } else { event["source"].as_str().unwrap() };
            *self.sources.entry(source.to_owned()).or_default() += 1;
        }
    }
}

impl AddAssign for Figures {
    fn add_assign(&mut self, other: Self) {
        self.lists += other.lists;
        self.kills += other.kills;
        self.torn += other.torn;
        self.runs += other.runs;
        self.rows += other.rows;
        self.sessions += other.sessions;
        self.attempts += other.attempts;
        self.unseen += other.unseen;
        for (mine, theirs) in [(&mut self.outcomes, other.outcomes), (&mut self.sources, other.sources)] {
            for (name, count) in theirs {
                *mine.entry(name).or_default() += count;
            }
        }
    }
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { lists, kills, torn, runs, rows, sessions, attempts, outcomes, sources, unseen } = self;
        write!(
            f,
            "{lists} lists, {rows} rows, {kills} kills ({torn} tore a line), {runs} runs, {sessions} sessions with people, \
             {attempts} attempts; {outcomes:?}; told by {sources:?}; {unseen} connected by another's session unseen"
        )
    }
}

/// What is true of a list that is over.
pub struct End<'a> {
    pub field: &'a Field,
    pub sessions: &'a BTreeMap<String, Session>,
    /// Mailboxes that were in the workspace before.
    pub before: &'a [String],
    pub retries: usize,
}

impl End<'_> {
    /// Holds each line against what the service did.
    #[track_caller]
    pub fn hold(&self, figures: &mut Figures) {
        let (lines, torn) = lines(self.field);
        assert_eq!(torn, "");
        assert_eq!(lines.len(), self.field.rows.len());
        for line in &lines {
            figures.unseen += usize::from(self.is_right(line));
            figures.attempts += line.attempts;
            *figures.outcomes.entry(line.outcome.clone()).or_default() += 1;
        }
        figures.lists += 1;
        figures.rows += lines.len();
        figures.sessions += self.sessions.len();
        self.journal_agrees();
        let connected = self.sessions.values().filter_map(|session| match &session.came {
            Came::Connected(email) => Some(email.clone()),
            _ => None,
        });
        let connected: BTreeSet<String> = connected.chain(self.before.iter().cloned()).collect();
        assert_eq!(self.field.accounts(), connected);
    }

    /// Holds a line. Whether the mailbox is connected all the same, and nobody who wrote it could know.
    #[track_caller]
    fn is_right(&self, line: &Line) -> bool {
        let mailbox = line.email.to_lowercase();
        let is_it = |session: &&Session| matches!(&session.came, Came::Connected(email) if *email == mailbox);
        let own: Vec<_> = self.sessions.values().filter(|session| session.email == line.email).collect();
        let own_connects = own.iter().filter(|session| is_it(session)).count();
        let strays: Vec<_> = self.sessions.values().filter(is_it).filter(|it| it.email != line.email).collect();
        let what = format!("{line:#?}, own sessions {own:#?}, connected by others {strays:#?}");
        assert!(own_connects <= 1, "connected twice: {what}");
        if let Some(last) = own.iter().find(|session| is_it(session)) {
            assert!(own.iter().all(|other| other.began <= last.began), "a session after the one that did it: {what}");
        }
        // A session is given out no later than it counts; one that was never given out may count as well.
        assert!(line.attempts >= own.len(), "{what}");
        let came = self.sessions.get(&line.session_id).map(|session| &session.came);
        let was_there = self.before.contains(&mailbox);
        if line.is_connected() {
            if line.outcome == "skipped" {
                assert!(own.is_empty() && (was_there || !strays.is_empty()), "{what}");
            } else {
                assert_eq!(line.connected_email, mailbox, "{what}");
                assert!(came == Some(&Came::Connected(mailbox)) || !strays.is_empty(), "{came:?}, {what}");
            }
            return false;
        }
        assert!(own_connects == 0 && !was_there, "it is connected: {came:?}, {what}");
        let is_last = line.attempts == self.retries + 1;
        match (line.outcome.as_str(), came) {
            ("session_error", Some(Came::Failed(error))) => assert_eq!(line.error, *error, "{what}"),
            ("expired", Some(Came::Nothing)) => assert!(is_last, "{what}"),
            ("wrong_account", Some(Came::Connected(other))) => {
                assert!(is_last && line.connected_email == *other, "{what}");
            }
            // Its end was read by a process that was killed, every time.
            ("outcome_unknown" | "not_found", _) => assert!(is_last || !strays.is_empty(), "{what}"),
            (_, came) => panic!("{came:?}, {what}"),
        }
        // Another row's session may have connected it: since this line was written, or by a reply that nobody could keep.
        let knew = |recorded: &Recorded| {
            recorded.email.as_ref() == Some(&mailbox) && recorded.ended.is_some_and(|ended| ended <= line.finished_at)
        };
        assert!(!self.field.journal().iter().any(knew), "it is known to be connected: {what}");
        !strays.is_empty()
    }

    /// Holds that no session followed one whose end was known, and that nothing is owed any more.
    #[track_caller]
    fn journal_agrees(&self) {
        let recorded = self.field.journal();
        for (number, session) in recorded.iter().enumerate() {
            assert!(!session.is_owed, "{session:?}");
            let is_over = match session.verdict.as_deref() {
                Some("connected") => session.email.as_ref() == Some(&session.expect.to_lowercase()),
                Some("error") => !self.field.retries_failed(),
                _ => false,
            };
            let next = recorded[number + 1..].iter().find(|other| is_over && other.expect == session.expect);
            assert!(next.is_none(), "{session:?} was over, and then came {next:?}");
        }
    }
}
