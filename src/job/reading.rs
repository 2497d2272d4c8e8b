//! Reading files that may come from anywhere: by a process of its own.
//!
//! Files are read by a library in C, which on damaged ones can crash, ask for all the memory there is, or go round for
//! ever. So a child process reads, with limits, and what fails then is the child.

use std::path::Path;
use std::process::ExitStatus;

use miette::miette;

use super::Failure;

/// Bytes that the child may have: blocks are small, and a damaged file can ask for any number.
#[cfg(target_os = "linux")]
const MOST_BYTES: u64 = 2 << 30;
/// Seconds of computing that the child may take, and more for each megabyte of the file: far more than it needs, and
/// some damage makes the library go round for ever.
#[cfg(target_os = "linux")]
const MOST_SECONDS: (u64, u64) = (5, 60);

/// Gives limits to this process, which is to read a file for another.
#[cfg(target_os = "linux")]
pub fn limit(path: &Path) {
    use rustix::process::{Resource, Rlimit, setrlimit};
    let megabytes = std::fs::metadata(path).map_or(0, |file| file.len() >> 20);
    let seconds = MOST_SECONDS.0 + MOST_SECONDS.1 * megabytes;
    // Where there are no limits it can still be read.
    for (resource, most) in [(Resource::As, MOST_BYTES), (Resource::Cpu, seconds)] {
        let _ = setrlimit(resource, Rlimit { current: Some(most), maximum: Some(most) });
    }
}

/// Gives limits to this process, where the system has them.
#[cfg(not(target_os = "linux"))]
pub fn limit(_: &Path) {}

/// What to say of a file on which a child was ended by a signal.
pub fn crashed(path: &Path, status: ExitStatus) -> Failure {
    Failure::File(miette!(
        help = "it is damaged beyond what can be told; take another copy of it",
        "cannot read `{}`: the HDF5 library failed on it ({status})",
        path.display()
    ))
}
