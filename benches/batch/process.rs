//! What the kernel tells of a process while it runs. Only Linux does; elsewhere all is nothing.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The most that a process was seen to have.
#[derive(Default)]
pub(crate) struct Usage {
    /// Resident, in bytes. The kernel keeps this one itself, so that no peak is missed.
    pub(crate) memory: u64,
    pub(crate) descriptors: usize,
    pub(crate) threads: usize,
}

/// A process that is looked at.
pub(crate) struct Observed {
    directory: PathBuf,
    /// The time on the processor of each thread that there has been, in nanoseconds.
    threads: HashMap<String, u64>,
    pub(crate) usage: Usage,
}

impl Observed {
    pub(crate) fn new(id: u32) -> Self {
        Self { directory: format!("/proc/{id}").into(), threads: HashMap::new(), usage: Usage::default() }
    }

    /// Looks at it once more. Of one that has ended nothing more is learned.
    pub(crate) fn look(&mut self) {
        let status = fs::read_to_string(self.directory.join("status")).unwrap_or_default();
        let field =
            |name| status.lines().find_map(|line| line.strip_prefix(name)?.split_whitespace().next()?.parse().ok());
        self.usage.memory = self.usage.memory.max(field("VmHWM:").unwrap_or(0) * 1024);
        let count = |name| names(&self.directory.join(name)).len();
        self.usage.descriptors = self.usage.descriptors.max(count("fd"));
        self.usage.threads = self.usage.threads.max(count("task"));
        self.processor();
    }

    /// The time on the processor so far, in seconds. The kernel counts it in nanoseconds by thread, and in hundredths of a
    /// second, which are too coarse for few sessions, by process. What a thread did after it was last looked at, and
    /// before it ended, is not in it.
    pub(crate) fn processor(&mut self) -> f64 {
        let tasks = self.directory.join("task");
        for name in names(&tasks) {
            let schedstat = fs::read_to_string(tasks.join(&name).join("schedstat")).unwrap_or_default();
            if let Some(time) = schedstat.split_whitespace().next().and_then(|time| time.parse().ok()) {
                self.threads.insert(name, time);
            }
        }
        self.processed()
    }

    /// The same as when it was last looked at.
    pub(crate) fn processed(&self) -> f64 {
        Duration::from_nanos(self.threads.values().sum()).as_secs_f64()
    }
}

fn names(directory: &Path) -> Vec<String> {
    let entries = fs::read_dir(directory).into_iter().flatten().flatten();
    entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
}
