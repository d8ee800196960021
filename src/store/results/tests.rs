use super::*;

fn fresh() -> (tempfile::TempDir, PathBuf) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("list.csv.results.csv");
    (directory, path)
}

fn refused(path: &Path) -> String {
    Results::open(path).unwrap_err().to_string()
}

#[test]
fn what_is_appended_is_there_and_goes_on_the_next_time() {
    let (_directory, path) = fresh();
    let mut results = Results::open(&path).unwrap();
    assert_eq!(results.bytes().unwrap(), b"");
    results.append("one\n").unwrap();
    results.append("two\n").unwrap();
    assert_eq!(results.bytes().unwrap(), b"one\ntwo\n");
    results.append("three\n").unwrap();
    drop(results);
    assert_eq!(fs::read(&path).unwrap(), b"one\ntwo\nthree\n");
    let mut results = Results::open(&path).unwrap();
    results.cut(8).unwrap();
    results.append("3\n").unwrap();
    assert_eq!(fs::read(&path).unwrap(), b"one\ntwo\n3\n");
}

#[test]
fn a_file_is_one_batchs_at_a_time() {
    let (_directory, path) = fresh();
    let results = Results::open(&path).unwrap();
    assert!(matches!(Results::open(&path), Err(Unopened::Taken)));
    assert_eq!(refused(&path), "another batch is using it");
    drop(results);
    Results::open(&path).unwrap();
}

#[cfg(unix)]
#[test]
fn a_new_file_is_its_owners_and_an_old_one_stays_as_it_is() {
    use std::os::unix::fs::PermissionsExt;
    let (_directory, path) = fresh();
    let mode = || fs::metadata(&path).unwrap().permissions().mode() & 0o777;
    drop(Results::open(&path).unwrap());
    assert_eq!(mode(), 0o600);
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
    drop(Results::open(&path).unwrap());
    assert_eq!(mode(), 0o644);
}

#[test]
fn what_is_no_file_is_refused() {
    let (directory, path) = fresh();
    assert_eq!(refused(directory.path()), "it is a directory and not a file");
    let nowhere = directory.path().join("nowhere");
    assert_eq!(refused(&nowhere.join("r.csv")), format!("there is no directory {}", nowhere.display()));
    fs::write(&path, "").unwrap();
    let below = refused(&path.join("r.csv"));
    assert!(below.starts_with("it cannot be opened: "), "{below}");
    assert!(!nowhere.exists());
}

#[cfg(unix)]
#[test]
fn nor_is_a_pipe_waited_for() {
    let (directory, _path) = fresh();
    let pipe = directory.path().join("pipe");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    assert_eq!(refused(&pipe), "it is a pipe and not a file");
    assert_eq!(refused(Path::new("/dev/null")), "it is a device and not a file");
}

#[cfg(unix)]
#[test]
fn a_link_is_followed_and_a_file_that_is_not_there_any_more_is_noticed() {
    let (directory, path) = fresh();
    let link = directory.path().join("link");
    std::os::unix::fs::symlink(&path, &link).unwrap();
    let mut results = Results::open(&link).unwrap();
    results.append("one\n").unwrap();
    assert_eq!(fs::read(&path).unwrap(), b"one\n");
    assert!(link.is_symlink());
    assert!(matches!(Results::open(&path), Err(Unopened::Taken)), "it is the same file");

    let away = directory.path().join("away");
    fs::rename(&path, &away).unwrap();
    assert_eq!(results.append("two\n").unwrap_err().to_string(), MOVED);
    fs::write(&path, "one\n").unwrap();
    assert_eq!(results.append("two\n").unwrap_err().to_string(), MOVED, "another one in its place is not it");
    assert_eq!(results.cut(0).unwrap_err().to_string(), MOVED);
    fs::rename(&away, &path).unwrap();
    results.append("two\n").unwrap();
    assert_eq!(fs::read(&path).unwrap(), b"one\ntwo\n");
}

#[test]
fn what_another_program_wrote_is_not_written_behind() {
    let (_directory, path) = fresh();
    let mut results = Results::open(&path).unwrap();
    results.append("one\n").unwrap();
    for (other, read) in [("one\nt", true), ("o", true), ("one\n", false)] {
        fs::write(&path, other).unwrap();
        if read {
            assert_eq!(results.append("two\n").unwrap_err().to_string(), CHANGED);
            assert_eq!(fs::read_to_string(&path).unwrap(), other);
        }
    }
    results.append("two\n").unwrap();
    // Whoever has read it again knows what is in it.
    fs::write(&path, "1\n").unwrap();
    results.bytes().unwrap();
    results.append("2\n").unwrap();
    assert_eq!(fs::read(&path).unwrap(), b"1\n2\n");
}

/// A disk that has room for this many bytes, and can be kept from cutting.
#[derive(Debug)]
struct Full {
    bytes: Vec<u8>,
    room: usize,
    cuts: bool,
}

impl Disk for Full {
    fn length(&self) -> io::Result<u64> {
        Ok(self.bytes.len() as u64)
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        let fits = bytes.len().min(self.room - self.bytes.len());
        self.bytes.extend_from_slice(&bytes[..fits]);
        if fits == bytes.len() { Ok(()) } else { Err(io::ErrorKind::StorageFull.into()) }
    }

    fn cut(&mut self, length: u64) -> io::Result<()> {
        if !self.cuts {
            return Err(io::ErrorKind::ReadOnlyFilesystem.into());
        }
        self.bytes.truncate(usize::try_from(length).unwrap());
        Ok(())
    }
}

#[test]
fn what_was_written_of_a_line_is_taken_out_again() {
    let full = Full { bytes: Vec::new(), room: 6, cuts: true };
    let mut tail = Tail { disk: full, length: 0, is_torn: false };
    tail.append(b"one\n").unwrap();
    assert_eq!(tail.append(b"two\n").unwrap_err().kind(), io::ErrorKind::StorageFull);
    assert_eq!(tail.disk.bytes, b"one\n");
    // Where even that fails, it is made up for before anything else is written.
    tail.disk.cuts = false;
    assert_eq!(tail.append(b"two\n").unwrap_err().kind(), io::ErrorKind::StorageFull);
    assert_eq!(tail.disk.bytes, b"one\ntw");
    tail.disk.room = 100;
    assert_eq!(tail.append(b"two\n").unwrap_err().kind(), io::ErrorKind::ReadOnlyFilesystem);
    assert_eq!(tail.disk.bytes, b"one\ntw");
    tail.disk.cuts = true;
    tail.append(b"two\n").unwrap();
    assert_eq!(tail.disk.bytes, b"one\ntwo\n");
    // Nothing is lost that was once whole.
    tail.disk.bytes.truncate(3);
    assert_eq!(tail.append(b"three\n").unwrap_err().to_string(), CHANGED);
}
