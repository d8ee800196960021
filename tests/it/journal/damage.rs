//! A damaged file is set aside under another name, with all that is in it, and a new one takes its place.

use std::fs;
use std::path::{Path, PathBuf};

use rusqlite::Connection;

use super::{Row, acts, rows, state, warnings, works};
use crate::support::run::finish;
use crate::support::{Act, Live, Run, Scripted, Tool, at_once};

/// A journal as this version writes it, with sessions in it that take many pages.
fn healthy(path: &Path) -> Vec<u8> {
    let api = Scripted::new([Act::started()]);
    let directory = path.parent().unwrap().to_str().unwrap();
    Tool::connect(&api.url(), &["--no-wait", "--state-dir", directory]).run().expect(0);
    let filled = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200) \
        INSERT INTO session (name, id, service, workspace, began, started_here, ends, unheard, email) \
        SELECT hex(randomblob(16)), 'id-' || i, 'https://api', 'w', began + i, 0, ends, 0, hex(randomblob(60)) \
        FROM n, session WHERE number = 1";
    Connection::open(path).unwrap().execute_batch(filled).unwrap();
    fs::read(path).unwrap()
}

/// The same file after these changes by somebody else.
fn meddled(sql: &str) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal.db");
    healthy(&path);
    Connection::open(&path).unwrap().execute_batch(sql).unwrap();
    fs::read(path).unwrap()
}

/// The files in this directory that were set aside, without empty helpers.
fn aside(directory: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<_> = fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.to_str().unwrap().contains(".damaged-") && !path.to_str().unwrap().ends_with("-journal"));
    paths
}

/// The pages that differ in a file that was set aside, save those on which limits are kept, and how often the file was
/// written to: whether the sessions in it are damaged shows only after the limits were minded.
fn changed(aside: &Path, damaged: &[u8]) -> Vec<i64> {
    const TABLES: &str = "'start', 'call', 'pace', 'gate', 'clock', 'sqlite_sequence'";
    let roots = || {
        let connection = Connection::open(aside)?;
        let sql = format!("SELECT rootpage FROM sqlite_schema WHERE tbl_name IN ({TABLES})");
        connection.prepare(&sql)?.query_map([], |row| row.get(0))?.collect::<Result<Vec<i64>, _>>()
    };
    let mut before = damaged.to_vec();
    let after = fs::read(aside).unwrap();
    if after.len() == before.len() && before.len() > 100 {
        for counter in [24..28, 92..100] {
            before[counter.clone()].copy_from_slice(&after[counter]);
        }
    }
    let roots = roots().unwrap_or_default();
    let pages = before.chunks(4096).zip(after.chunks(4096)).zip(1_i64..);
    let differ = pages.filter(|((before, after), page)| before != after && !roots.contains(page));
    let is_cut = (after.len() != before.len()).then_some(0);
    differ.map(|(_, page)| page).chain(is_cut).collect()
}

/// Holds that exactly one file was set aside in this directory, with all that was in it, and that this run tells its name.
#[track_caller]
fn is_aside(directory: &Path, damaged: &[u8], run: &Run, case: &str) {
    let aside = aside(directory);
    assert_eq!(aside.len(), 1, "{case}: {aside:?}");
    assert_eq!(changed(&aside[0], damaged), [0; 0], "{case}: pages of it were changed");
    let warnings = warnings(run);
    let told = matches!(&*warnings, [warning] if warning.contains(aside[0].to_str().unwrap()));
    assert!(told, "{case}: {warnings:#?}");
}

/// A `connect` where this is in the journal's place.
fn connect(file: &[u8]) -> (Scripted, tempfile::TempDir, Run) {
    let api = Scripted::new(acts());
    let tool = Tool::connect(&api.url(), &["--interval", "20ms"]);
    let directory = state(tool.home());
    fs::create_dir_all(&directory).unwrap();
    fs::write(directory.join("journal.db"), file).unwrap();
    let (child, home) = tool.start();
    (api, home, finish(child))
}

#[test]
fn a_file_that_is_no_journal_any_more_is_set_aside() {
    let folder = tempfile::tempdir().unwrap();
    let healthy = healthy(&folder.path().join("journal.db"));
    let over = |at: usize, bytes: &[u8]| {
        let mut file = healthy.clone();
        file[at..at + bytes.len()].copy_from_slice(bytes);
        file
    };
    let cut = [2, 15, 16, 40, 99, 100, 101, 511, 512, 513, 4095, 4096, 4097, 8192, healthy.len() - 4096];
    let mut cases: Vec<(String, Vec<u8>)> =
        cut.iter().map(|&length| (format!("cut to {length}"), healthy[..length].to_vec())).collect();
    cases.extend([
        ("text".into(), b"this is no database, whatever it is\n".repeat(300)),
        ("a short text".into(), b"xy".to_vec()),
        ("nothing but zeros".into(), vec![0; healthy.len()]),
        ("its first page is noise".into(), over(0, &[0xa5; 4096])),
        ("all but its header is noise".into(), over(100, &vec![0xa5; healthy.len() - 100])),
        ("all but its first page is noise".into(), over(4096, &vec![0xa5; healthy.len() - 4096])),
        ("all but its first page is empty".into(), over(4096, &vec![0; healthy.len() - 4096])),
        ("its page size is another".into(), over(16, &[0x20, 0])),
        ("its version is none".into(), over(60, &[0, 0, 0, 0])),
        ("its mark is none".into(), over(68, &[0, 0, 0, 0])),
        ("its secret is gone".into(), meddled("DELETE FROM secret")),
        ("a table is gone".into(), meddled("DROP TABLE secret")),
        ("the other is gone".into(), meddled("DROP TABLE session")),
        ("a column is gone".into(), meddled("ALTER TABLE session DROP COLUMN unheard")),
        ("a column has another name".into(), meddled("ALTER TABLE session RENAME COLUMN lost TO found")),
        (
            "it refuses rows".into(),
            meddled("CREATE TRIGGER no BEFORE INSERT ON session BEGIN SELECT RAISE(ABORT, 'no'); END"),
        ),
    ]);
    for chunk in cases.chunks(4) {
        at_once(chunk, |(case, file)| {
            let (_api, home, run) = connect(file);
            works(&run, 1, case);
            is_aside(&state(home.path()), file, &run, case);
            assert!(rows(&state(home.path())).last().is_some_and(Row::is_connected), "{case}");
        });
    }
}

#[test]
fn noise_on_any_page_costs_no_result() {
    let folder = tempfile::tempdir().unwrap();
    let healthy = healthy(&folder.path().join("journal.db"));
    let pages = healthy.len() / 4096;
    assert!(pages > 15, "{pages}");
    let cases: Vec<_> = (1..pages).flat_map(|page| [(page, 0), (page, 0xa5)]).collect();
    for chunk in cases.chunks(4) {
        at_once(chunk, |&(page, noise)| {
            let mut file = healthy.clone();
            file[page * 4096..][..4096].fill(noise);
            let (api, home, run) = connect(&file);
            let case = format!("page {page} is {noise}");
            // Only what is needed is looked at, and not everything is.
            if warnings(&run).is_empty() {
                works(&run, 0, &case);
            } else {
                works(&run, 1, &case);
                is_aside(&state(home.path()), &file, &run, &case);
            }
            let status = Tool::status(&api.url(), &["s1", "--json"]).env("HOME", home.path()).run().expect(0);
            assert_eq!(status.result()["source"], "journal", "{case}: {status:#?}");
        });
    }
}

#[test]
fn an_empty_file_is_a_new_one() {
    let (_api, home, run) = connect(b"");
    works(&run, 0, "empty");
    assert!(aside(&state(home.path())).is_empty());
    assert!(rows(&state(home.path())).iter().all(Row::is_connected));
}

#[test]
fn what_happens_to_the_file_while_a_session_is_waited_for_costs_no_result() {
    type Harm = fn(&Path);
    let cases: [(&str, Harm, bool); 6] = [
        ("overwritten", |path| fs::write(path, b"garbage ".repeat(4000)).unwrap(), true),
        ("meddled with", |path| Connection::open(path).unwrap().execute_batch("DROP TABLE session").unwrap(), true),
        ("emptied", |path| fs::write(path, "").unwrap(), false),
        ("deleted", |path| fs::remove_file(path).unwrap(), false),
        ("deleted with its directory", |path| fs::remove_dir_all(path.parent().unwrap()).unwrap(), false),
        ("moved", |path| fs::rename(path, path.with_extension("moved")).unwrap(), false),
    ];
    for (case, harm, damages) in cases {
        let folder = tempfile::tempdir().unwrap();
        let directory = folder.path().join("state");
        let api = Scripted::new([Act::started(), Act::pending(), Act::Hold(Box::new(Act::success()))]);
        let tool = Tool::connect(&api.url(), &["--interval", "20ms"]);
        let live = Live::start(tool.env("INSTANTLY_OAUTH_STATE_DIR", &directory));
        api.wait_for(3);
        let path = directory.join("journal.db");
        harm(&path);
        let damaged = if damages { fs::read(&path).unwrap() } else { Vec::new() };
        api.release();
        let run = live.end();
        works(&run, damages.into(), case);
        if damages {
            is_aside(&directory, &damaged, &run, case);
        }
        let rows = rows(&directory);
        assert!(matches!(&*rows, [row] if row.is_connected()), "{case}: {rows:#?}");
    }
}

#[test]
fn many_who_find_it_damaged_at_once_set_it_aside_once() {
    let folder = tempfile::tempdir().unwrap();
    let directory = folder.path().join("state");
    fs::create_dir(&directory).unwrap();
    for damage in ["no database", "and again something else"] {
        fs::write(directory.join("journal.db"), damage).unwrap();
        let servers: Vec<_> = (0..10).map(|_| Scripted::new(acts())).collect();
        let tools = servers.iter().map(|api| Tool::connect(&api.url(), &["--interval", "20ms"]));
        let started: Vec<_> = tools.map(|tool| tool.env("INSTANTLY_OAUTH_STATE_DIR", &directory).start()).collect();
        let runs: Vec<_> = started.into_iter().map(|(child, _home)| finish(child)).collect();
        let told = runs.iter().map(|run| warnings(run).len()).sum::<usize>();
        assert_eq!(told, 1, "{runs:#?}");
        for run in &runs {
            works(run, warnings(run).len(), damage);
        }
        let rows = rows(&directory);
        assert_eq!((rows.len(), rows.iter().all(Row::is_connected)), (10, true), "{rows:#?}");
    }
    let mut kept: Vec<_> = aside(&directory).into_iter().map(|path| fs::read(path).unwrap()).collect();
    kept.sort();
    assert_eq!(kept, [&b"and again something else"[..], b"no database"]);
}

#[test]
fn a_file_that_is_not_ours_to_change_is_refused_and_not_touched() {
    let foreign = tempfile::tempdir().unwrap();
    let path = foreign.path().join("x.db");
    Connection::open(&path).unwrap().execute_batch("CREATE TABLE session (id); PRAGMA user_version = 1").unwrap();
    for (file, words) in [
        (meddled("PRAGMA user_version = 99"), "written by a newer version of instantly-oauth"),
        (fs::read(&path).unwrap(), "a database of some other program"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal.db");
        fs::write(&path, &file).unwrap();
        let api = Scripted::new(acts());
        for tool in [Tool::connect(&api.url(), &[]), Tool::status(&api.url(), &["s1"])] {
            let run = tool.env("INSTANTLY_OAUTH_STATE_DIR", folder.path()).run().expect(1);
            let run = run.says(words).says(path.to_str().unwrap()).says("--state-dir");
            assert_eq!((run.stdout.as_str(), warnings(&run)), ("", vec![]), "{run:#?}");
        }
        assert_eq!(api.lines(), [""; 0], "nothing was asked for");
        assert!(fs::read(&path).unwrap() == file, "{words}");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "{words}");
    }
}
