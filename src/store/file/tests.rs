use std::fs;

use super::*;

fn rows(file: &JournalFile) -> i64 {
    file.read(|connection| Ok(connection.query_row("SELECT count(*) FROM session", [], |row| row.get(0))?)).unwrap()
}

fn insert(file: &JournalFile, name: &str) -> Result<(), Fault> {
    file.write(|transaction| {
        transaction.execute(
            "INSERT INTO session (name, id, service, workspace, began, started_here, ends, unheard) \
             VALUES (?1, 'i', 's', 'w', 1, 1, 1, 0)",
            [name],
        )?;
        Ok(())
    })
}

fn fresh() -> (tempfile::TempDir, PathBuf, JournalFile) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("state");
    let file = JournalFile::open(&path, true, "journal.db").unwrap();
    (directory, path, file)
}

/// What was set aside here, each with its bytes; an empty helper file is nothing.
fn aside(directory: &Path) -> Vec<Vec<u8>> {
    let paths = fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
    let aside = paths.filter(|path| path.to_str().unwrap().contains(".damaged-"));
    let mut bytes: Vec<_> = aside.map(|path| fs::read(path).unwrap()).collect();
    bytes.retain(|bytes| !bytes.is_empty());
    bytes.sort();
    bytes
}

#[test]
fn an_act_that_fails_changes_nothing() {
    let (_directory, _path, file) = fresh();
    let failed = file.write(|transaction| {
        transaction.execute("DELETE FROM secret", [])?;
        Err::<(), _>(Fault::Unusable("no".into()))
    });
    assert!(failed.unwrap_err().to_string().ends_with("journal.db: no"), "it says where");
    file.read(|connection| super::super::rows::secret(connection).map(drop)).unwrap();
}

#[test]
fn what_is_damaged_while_it_is_open_is_set_aside_and_the_act_is_done() {
    // What is done to it, and how much can still be read of it.
    for (sql, carried) in [("", 0), ("DROP TABLE session", 0), ("DELETE FROM secret", 1), ("DROP INDEX session_id", 1)]
    {
        let (_directory, path, file) = fresh();
        insert(&file, "before").unwrap();
        let journal = path.join("journal.db");
        if sql.is_empty() {
            fs::write(&journal, "garbage".repeat(5000)).unwrap();
        } else {
            Connection::open(&journal).unwrap().execute_batch(sql).unwrap();
        }
        let damaged = fs::read(&journal).unwrap();
        let fault = || file.write::<()>(|_| Err(Fault::Damaged("it seems so".into())));
        // It is looked at before it is believed, and not for ever.
        assert!(fault().unwrap_err().to_string().contains("it seems so"));
        insert(&file, "after").unwrap();
        assert_eq!(rows(&file), 1 + carried, "{sql}");
        assert!(aside(&path) == [damaged], "{sql}");
        let notices = file.notices();
        assert!(matches!(&*notices, [notice] if notice.contains(".damaged-2")), "{sql}: {notices:?}");
        assert_eq!(file.notices(), [""; 0], "it is told once");
        let mut names: Vec<_> = fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        names.retain(|name| !name.to_str().unwrap().contains("damaged"));
        names.sort();
        assert_eq!(names, ["journal.db", "journal.db-journal", "journal.db.lock", "journal.db.queue"], "{sql}");
    }
}

#[test]
fn a_sound_file_stays_where_it_is_whatever_is_said_of_it() {
    let (_directory, path, file) = fresh();
    insert(&file, "before").unwrap();
    let fault = file.write::<()>(|_| Err(Fault::Damaged("it seems so".into()))).unwrap_err();
    assert!(fault.to_string().contains("journal.db: it is damaged (it seems so)"), "{fault}");
    assert_eq!((rows(&file), file.notices(), aside(&path).len()), (1, vec![], 0));
}

#[test]
fn what_belonged_to_a_damaged_file_goes_with_it() {
    let (_directory, path, file) = fresh();
    drop(file);
    fs::write(path.join("journal.db"), "garbage").unwrap();
    // Not one that SQLite would play back into the file first.
    fs::write(path.join("journal.db-journal"), "\0helper").unwrap();
    let file = JournalFile::open(&path, true, "journal.db").unwrap();
    assert_eq!((rows(&file), file.notices().len()), (0, 1));
    let expected: [&[u8]; 2] = [b"\0helper", b"garbage"];
    assert_eq!(aside(&path), expected);
}

#[test]
fn what_is_deleted_or_moved_while_it_is_open_is_made_again() {
    let (directory, path, file) = fresh();
    for (number, harm) in [
        (|path| fs::remove_dir_all(path).unwrap()) as fn(&Path),
        |path| fs::remove_file(path.join("journal.db")).unwrap(),
        |path| fs::rename(path.join("journal.db"), path.join("elsewhere")).unwrap(),
        |path| fs::write(path.join("journal.db"), "").unwrap(),
    ]
    .into_iter()
    .enumerate()
    {
        insert(&file, "before").unwrap();
        harm(&path);
        insert(&file, "after").unwrap();
        assert_eq!((rows(&file), file.notices()), (1, vec![]), "{number}");
        insert(&file, "further").unwrap();
        assert_eq!(rows(&JournalFile::open(&path, true, "journal.db").unwrap()), 2, "{number}");
        fs::remove_dir_all(directory.path().join("state")).unwrap();
        insert(&file, "again").unwrap();
        fs::remove_file(path.join("journal.db")).unwrap();
    }
}

#[test]
fn what_cannot_be_made_again_is_a_fault_that_says_where() {
    let (_directory, path, file) = fresh();
    fs::remove_dir_all(&path).unwrap();
    fs::write(&path, "").unwrap();
    let fault = insert(&file, "after").unwrap_err().to_string();
    assert!(fault.contains("state/journal.db: its directory") && fault.contains("something else"), "{fault}");
    // And as soon as it can be, it is.
    fs::remove_file(&path).unwrap();
    insert(&file, "after").unwrap();
    assert_eq!(rows(&file), 1);
}

#[test]
fn a_directory_is_found_whatever_its_name_looks_like() {
    let directory = tempfile::tempdir().unwrap();
    for name in ["file:x?mode=memory", "a?b#c%41", "ünï \"q'"] {
        let path = directory.path().join(name);
        insert(&JournalFile::open(&path, false, "journal.db").unwrap(), "one").unwrap();
        assert_eq!(rows(&JournalFile::open(&path, false, "journal.db").unwrap()), 1, "{name}");
        assert!(path.join("journal.db").is_file(), "{name}");
    }
    let fault = JournalFile::open(Path::new(""), false, "journal.db").err().unwrap();
    assert!(fault.to_string().contains("the directory \"\""), "{fault}");
}

#[test]
fn a_file_that_another_process_never_lets_go_of_is_given_up_until_it_does() {
    let (_directory, path, file) = fresh();
    insert(&file, "before").unwrap();
    drop(file);
    let holder = Connection::open(path.join("journal.db")).unwrap();
    let impatient = || Arc::new(Patience::of(Duration::ZERO));
    let open = || JournalFile::open_with(&path, true, "journal.db", impatient());
    let file = open().unwrap();
    holder.execute_batch("BEGIN EXCLUSIVE").unwrap();
    let taken = |fault: Fault| matches!(fault, Fault::Taken { path: told } if told == path.join("journal.db"));
    assert!(taken(insert(&file, "meanwhile").unwrap_err()));
    assert!(taken(open().err().unwrap()), "it cannot even be looked at");
    assert!(file.notices().is_empty(), "nothing is wrong with it");
    holder.execute_batch("COMMIT").unwrap();
    insert(&file, "after").unwrap();
    assert_eq!(rows(&file), 2);
}

#[test]
fn acts_together_are_all_done_or_none_and_see_each_other() {
    let (_directory, path, file) = fresh();
    let seen = file.together(|| {
        insert(&file, "one").unwrap();
        insert(&file, "two").unwrap();
        rows(&file)
    });
    assert_eq!((seen.unwrap(), rows(&file)), (2, 2));
    // Whoever fails is told, and so is whoever did them all; those that succeeded were not done either.
    let failed = file.together(|| {
        insert(&file, "three").unwrap();
        assert!(insert(&file, "two").is_err(), "the name is taken");
        insert(&file, "four").unwrap();
    });
    assert!(failed.is_err() && rows(&file) == 2);
    // Nor is anything of a group that panics.
    let panic = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        file.together(|| {
            insert(&file, "five").unwrap();
            panic!("a bug");
        })
    }));
    assert!(panic.is_err() && rows(&file) == 2);
    // Afterwards each is done by itself again, and the disk has it.
    insert(&file, "six").unwrap();
    assert_eq!(rows(&JournalFile::open(&path, true, "journal.db").unwrap()), 3);
    // What needs to be done once is done once in a group, and each time without one.
    assert!(!file.is_tidy());
    file.set_tidy();
    assert!(!file.is_tidy());
    let tidy = file.together(|| {
        let before = file.is_tidy();
        file.set_tidy();
        (before, file.is_tidy())
    });
    assert_eq!((tidy.unwrap(), file.is_tidy()), ((false, true), false));
}
