//! Stands between the binary and the C library, and lets the n-th change to its files fail, or be the last thing that
//! it does. `support::faults` builds this and describes what `FAULT_HOW` means; it is no part of the crate.

use std::collections::BTreeMap;
use std::ffi::{CStr, CString, c_char, c_int, c_void};
use std::sync::Mutex;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

unsafe extern "C" {
    fn dlsym(handle: *mut c_void, name: *const c_char) -> *mut c_void;
    fn getenv(name: *const c_char) -> *const c_char;
    fn kill(process: c_int, signal: c_int) -> c_int;
    fn getpid() -> c_int;
    fn lseek(fd: c_int, offset: i64, whence: c_int) -> i64;
    fn __errno_location() -> *mut c_int;
}

const EIO: c_int = 5;
const ENOSPC: c_int = 28;
const EROFS: c_int = 30;
const O_ACCMODE: c_int = 3;
const O_CREAT: c_int = 0o100;
const F_SETLK: c_int = 6;
const F_OFD_SETLK: c_int = 37;

/// What is asked of this, from the environment.
struct Plan {
    folder: Vec<u8>,
    at: usize,
    how: String,
    /// A file that gets the name of the call that failed.
    note: Option<CString>,
    /// A file that gets every change, to be done again by whoever reads it.
    log: Option<CString>,
}

/// What is to be done with a call.
#[derive(PartialEq)]
enum Fate {
    Pass,
    Fail(c_int),
    /// Half of it, and then nothing more.
    Tear,
}

static COUNT: AtomicUsize = AtomicUsize::new(0);
static OPEN: Mutex<BTreeMap<c_int, CString>> = Mutex::new(BTreeMap::new());

fn plan() -> &'static Plan {
    static PLAN: OnceLock<Plan> = OnceLock::new();
    PLAN.get_or_init(|| {
        let var = |name: &CStr| {
            let value = unsafe { getenv(name.as_ptr()) };
            (!value.is_null()).then(|| unsafe { CStr::from_ptr(value) }.to_owned())
        };
        let text = |name| var(name).and_then(|value| value.into_string().ok()).unwrap_or_default();
        Plan {
            folder: var(c"FAULT_FOLDER").map(CString::into_bytes).unwrap_or_else(|| b"\0".into()),
            at: text(c"FAULT_AT").parse().unwrap_or(usize::MAX),
            how: text(c"FAULT_HOW"),
            note: var(c"FAULT_NOTE"),
            log: var(c"FAULT_LOG"),
        }
    })
}

/// Appends to a file of the test's.
fn append(path: &CStr, parts: &[&[u8]]) {
    const APPEND: c_int = 0o2000 | O_CREAT | 1;
    let fd = real_open()(path.as_ptr(), APPEND, 0o600);
    // One write, so that what is there is whole.
    let bytes = parts.concat();
    real_write()(fd, bytes.as_ptr().cast(), bytes.len());
    real_close()(fd);
}

fn is_ours(path: &CStr) -> bool {
    path.to_bytes().starts_with(&plan().folder)
}

/// The path behind a descriptor, if it is in the folder.
fn behind(fd: c_int) -> Option<CString> {
    OPEN.lock().unwrap().get(&fd).cloned()
}

/// Whether this call counts, for what is to be tried.
fn counts(name: &str) -> bool {
    match plan().how.as_str() {
        "torn" => name == "write",
        "full" => ["write", "sync", "create", "mkdir"].contains(&name),
        "readonly" => ["modify", "create", "mkdir", "unlink", "rename", "chmod"].contains(&name),
        "once" | "broken" => name != "modify",
        "kill" => !["modify", "read", "lock"].contains(&name),
        _ => false,
    }
}

fn fate(name: &str, path: &CStr) -> Fate {
    let plan = plan();
    if !counts(name) {
        return Fate::Pass;
    }
    let number = COUNT.fetch_add(1, Ordering::SeqCst) + 1;
    if number < plan.at || (number > plan.at && ["once", "kill", "torn"].contains(&plan.how.as_str())) {
        return Fate::Pass;
    }
    if let Some(note) = plan.note.as_ref().filter(|_| number == plan.at) {
        append(note, &[name.as_bytes(), b" ", path.to_bytes(), b"\n"]);
    }
    match plan.how.as_str() {
        "kill" => die(),
        "torn" => Fate::Tear,
        "full" => Fate::Fail(ENOSPC),
        "readonly" => Fate::Fail(EROFS),
        _ => Fate::Fail(EIO),
    }
}

fn die() -> ! {
    loop {
        unsafe { kill(getpid(), 9) };
    }
}

fn log(name: &str, path: &[u8], offset: i64, bytes: &[u8]) {
    if let Some(log) = &plan().log {
        let head = format!("{name} {offset} {} {}\n", bytes.len(), String::from_utf8_lossy(path));
        append(log, &[head.as_bytes(), bytes]);
    }
}

/// Lets a call pass, or fails it; what passed and did something is logged.
fn judged(name: &str, path: &CStr, act: impl FnOnce() -> c_int) -> c_int {
    match fate(name, path) {
        Fate::Fail(error) => {
            unsafe { *__errno_location() = error };
            -1
        }
        _ => {
            let done = act();
            if done >= 0 && !["modify", "read", "lock"].contains(&name) {
                log(name, path.to_bytes(), 0, &[]);
            }
            done
        }
    }
}

macro_rules! real {
    ($function:ident, $name:literal, fn($($type:ty),*) -> $result:ty) => {
        fn $function() -> extern "C" fn($($type),*) -> $result {
            static REAL: OnceLock<usize> = OnceLock::new();
            let address = *REAL.get_or_init(|| unsafe { dlsym(-1isize as *mut c_void, $name.as_ptr()) } as usize);
            unsafe { std::mem::transmute::<usize, extern "C" fn($($type),*) -> $result>(address) }
        }
    };
}

type Path = *const c_char;
type Bytes = *const c_void;
real!(real_open, c"open64", fn(Path, c_int, c_int) -> c_int);
real!(real_close, c"close", fn(c_int) -> c_int);
real!(real_write, c"write", fn(c_int, Bytes, usize) -> isize);
real!(real_pwrite, c"pwrite64", fn(c_int, Bytes, usize, i64) -> isize);
real!(real_pread, c"pread64", fn(c_int, *mut c_void, usize, i64) -> isize);
real!(real_fsync, c"fsync", fn(c_int) -> c_int);
real!(real_fdatasync, c"fdatasync", fn(c_int) -> c_int);
real!(real_ftruncate, c"ftruncate64", fn(c_int, i64) -> c_int);
real!(real_flock, c"flock", fn(c_int, c_int) -> c_int);
real!(real_fcntl, c"fcntl64", fn(c_int, c_int, usize) -> c_int);
real!(real_fchmod, c"fchmod", fn(c_int, c_int) -> c_int);
real!(real_chmod, c"chmod", fn(Path, c_int) -> c_int);
real!(real_epoll_wait, c"epoll_wait", fn(c_int, *mut c_void, c_int, c_int) -> c_int);
real!(real_mkdir, c"mkdir", fn(Path, c_int) -> c_int);
real!(real_unlink, c"unlink", fn(Path) -> c_int);
real!(real_rename, c"rename", fn(Path, Path) -> c_int);

fn opening(path: Path, flags: c_int, mode: c_int) -> c_int {
    let name = unsafe { CStr::from_ptr(path) };
    if !is_ours(name) {
        return real_open()(path, flags, mode);
    }
    let fd = if flags & O_CREAT != 0 {
        judged("create", name, || real_open()(path, flags, mode))
    } else if flags & O_ACCMODE != 0 {
        judged("modify", name, || real_open()(path, flags, mode))
    } else {
        real_open()(path, flags, mode)
    };
    if fd >= 0 {
        OPEN.lock().unwrap().insert(fd, name.to_owned());
    }
    fd
}

fn writing(fd: c_int, bytes: Bytes, length: usize, offset: Option<i64>) -> isize {
    let put = |length| match offset {
        Some(offset) => real_pwrite()(fd, bytes, length, offset),
        None => real_write()(fd, bytes, length),
    };
    let path = match behind(fd) {
        None if fd == 1 => c"stdout".to_owned(),
        None => return put(length),
        Some(path) => path,
    };
    let at = offset.unwrap_or_else(|| unsafe { lseek(fd, 0, 1) });
    match if fd == 1 { Fate::Pass } else { fate("write", &path) } {
        Fate::Fail(error) => {
            unsafe { *__errno_location() = error };
            -1
        }
        Fate::Tear => {
            put(length / 2);
            die()
        }
        Fate::Pass => {
            let put = put(length);
            let bytes = unsafe { std::slice::from_raw_parts(bytes.cast::<u8>(), usize::try_from(put).unwrap_or(0)) };
            log("write", path.to_bytes(), at, bytes);
            put
        }
    }
}

fn behind_or_pass(name: &str, fd: c_int, act: impl FnOnce() -> c_int) -> c_int {
    match behind(fd) {
        Some(path) => judged(name, &path, act),
        None => act(),
    }
}

fn path_or_pass(name: &str, path: Path, act: impl FnOnce() -> c_int) -> c_int {
    let path = unsafe { CStr::from_ptr(path) };
    if is_ours(path) { judged(name, path, act) } else { act() }
}

/// Puts a function in front of the C library's, under each of its names.
macro_rules! hook {
    ([$($name:ident)+] $arguments:tt -> $result:ty $body:block) => {
        $(#[unsafe(no_mangle)]
        extern "C" fn $name $arguments -> $result $body)+
    };
}

hook!([open open64](path: Path, flags: c_int, mode: c_int) -> c_int { opening(path, flags, mode) });
hook!([close](fd: c_int) -> c_int {
    OPEN.lock().unwrap().remove(&fd);
    real_close()(fd)
});
hook!([write](fd: c_int, bytes: Bytes, length: usize) -> isize { writing(fd, bytes, length, None) });
hook!([pwrite pwrite64](fd: c_int, bytes: Bytes, length: usize, offset: i64) -> isize {
    writing(fd, bytes, length, Some(offset))
});
hook!([pread pread64](fd: c_int, bytes: *mut c_void, length: usize, offset: i64) -> isize {
    let mut got = -1;
    behind_or_pass("read", fd, || {
        got = real_pread()(fd, bytes, length, offset);
        0
    });
    got
});
hook!([fsync](fd: c_int) -> c_int { behind_or_pass("sync", fd, || real_fsync()(fd)) });
hook!([fdatasync](fd: c_int) -> c_int { behind_or_pass("sync", fd, || real_fdatasync()(fd)) });
hook!([ftruncate ftruncate64](fd: c_int, length: i64) -> c_int {
    let Some(path) = behind(fd) else { return real_ftruncate()(fd, length) };
    let name = format!("truncate-{length}");
    judged(&name, &path, || real_ftruncate()(fd, length))
});
hook!([flock](fd: c_int, how: c_int) -> c_int { behind_or_pass("lock", fd, || real_flock()(fd, how)) });
hook!([fcntl fcntl64](fd: c_int, what: c_int, value: usize) -> c_int {
    let act = || real_fcntl()(fd, what, value);
    if [F_SETLK, F_OFD_SETLK].contains(&what) { behind_or_pass("lock", fd, act) } else { act() }
});
hook!([epoll_wait](fd: c_int, events: *mut c_void, most: c_int, wait: c_int) -> c_int {
    // Once, as soon as there is the file that others note their faults in. What waits here takes that for a bug.
    static FAILED: AtomicUsize = AtomicUsize::new(0);
    let wanted = plan().how == "poll" && plan().note.as_ref().is_some_and(|note| {
        let fd = real_open()(note.as_ptr(), 0, 0);
        fd >= 0 && real_close()(fd) == 0
    });
    if wanted && FAILED.fetch_add(1, Ordering::SeqCst) == 0 {
        unsafe { *__errno_location() = EIO };
        return -1;
    }
    real_epoll_wait()(fd, events, most, wait)
});
hook!([fchmod](fd: c_int, mode: c_int) -> c_int { behind_or_pass("chmod", fd, || real_fchmod()(fd, mode)) });
hook!([chmod](path: Path, mode: c_int) -> c_int { path_or_pass("chmod", path, || real_chmod()(path, mode)) });
hook!([mkdir](path: Path, mode: c_int) -> c_int { path_or_pass("mkdir", path, || real_mkdir()(path, mode)) });
hook!([unlink](path: Path) -> c_int { path_or_pass("unlink", path, || real_unlink()(path)) });
hook!([rename](from: Path, to: Path) -> c_int { path_or_pass("rename", from, || real_rename()(from, to)) });
