//! Reading files that may come from anywhere: by a process of its own.
//!
//! Files are read by a library in C, which on damaged ones can crash, ask for all the memory there is, or go round for
//! ever. So a child process reads, with limits, and what fails then is the child.

#[cfg(target_os = "linux")]
use std::fs;
use std::path::Path;
use std::process::ExitStatus;

use miette::miette;

use super::Failure;

/// Bytes that the child may have: blocks are small, and a damaged file can ask for any number.
#[cfg(target_os = "linux")]
const MOST_BYTES: u64 = 2 << 30;
/// Seconds of computing that the child may take, and more for each megabyte of the file and its shards: far more than it needs, and
/// some damage makes the library go round for ever.
#[cfg(target_os = "linux")]
const MOST_SECONDS: (u64, u64) = (5, 60);

/// Gives limits to this process, which is to read a file for another.
#[cfg(target_os = "linux")]
pub fn limit(path: &Path) {
    use rustix::process::{Resource, Rlimit, setrlimit};
    let own = fs::metadata(path).map_or(0, |file| file.len());
    let megabytes = (own + in_shards(path)) >> 20;
    let seconds = MOST_SECONDS.0 + MOST_SECONDS.1 * megabytes;
    // Where there are no limits it can still be read.
    for (resource, most) in [(Resource::As, MOST_BYTES), (Resource::Cpu, seconds)] {
        let _ = setrlimit(resource, Rlimit { current: Some(most), maximum: Some(most) });
    }
}

/// Bytes in all shards beside a file: its own are among them, but which these are is not known before it is read.
#[cfg(target_os = "linux")]
fn in_shards(path: &Path) -> u64 {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let beside = fs::read_dir(folder.unwrap_or(Path::new("."))).into_iter().flatten().flatten();
    let folders = beside.filter(|entry| entry.file_name().to_string_lossy().contains(".shards"));
    let shards = folders.flat_map(|folder| fs::read_dir(folder.path())).flatten().flatten();
    shards.filter_map(|shard| shard.metadata().ok()).map(|shard| shard.len()).sum()
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

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn shards_take_time_to_read_too() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("run.h5");
        fs::write(&file, [0; 10]).unwrap();
        assert_eq!(in_shards(&file), 0);
        for (name, bytes) in [("run.h5.shards", 1 << 20), ("other", 1 << 10)] {
            fs::create_dir(folder.path().join(name)).unwrap();
            fs::write(folder.path().join(name).join("part-1-rank-0.h5"), vec![0; bytes]).unwrap();
        }
        assert_eq!(in_shards(&file), 1 << 20);
    }
}
