//! The names of shards on disk: which folder they are in, and which of them nobody needs any more.
//!
//! The shards of `NAME` are in the folder `NAME.shards` beside it, or in `NAME.shards-2` and so on
//! where there was one already: a result that is to be replaced keeps its own until the new one has
//! its name. What is removed are only shards that a file which is replaced names, in folders of
//! these names, and shards in its own folder that a complete result does not name.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::access;
use crate::assembly::{SHARDS, place_of, shards_of};
use crate::destination::{folder_of, with_suffix};
use crate::error::StoreError;
use crate::read::read_header;

/// How the names of files end that a writer which was killed left beside a shard.
const LEFT: [&str; 2] = [".lock", ".partial.new"];

/// The shards that are written in one part of a run, from its beginning or from where it was taken
/// up: one by each of those who share in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shards {
    /// The folder they are in.
    pub folder: PathBuf,
    /// Number of the part, from 1 on.
    pub part: usize,
}

impl Shards {
    /// Of a part that comes after all those in a folder.
    pub(crate) fn next(folder: PathBuf) -> io::Result<Self> {
        let mut last = 0;
        for entry in fs::read_dir(&folder)? {
            last = last.max(entry?.file_name().to_str().and_then(part_of).unwrap_or(0));
        }
        let part = last.checked_add(1).ok_or_else(|| io::Error::other("no number is left"))?;
        Ok(Self { folder, part })
    }

    /// Where the shard of one is who shares in it.
    pub fn path(&self, rank: usize) -> PathBuf {
        self.folder.join(file_name(self.part, rank))
    }

    /// What its tiles name it, if that is a name for them.
    pub fn name(&self, rank: usize) -> Option<String> {
        let folder = self.folder.file_name()?.to_str()?;
        Some(format!("{folder}/{}", file_name(self.part, rank)))
    }
}

fn file_name(part: usize, rank: usize) -> String {
    format!("part-{part}-rank-{rank}.h5")
}

/// The part that a file is of, by its name, if it is a shard or what a writer left beside one.
fn part_of(name: &str) -> Option<usize> {
    let shard = LEFT.iter().find_map(|end| name.strip_suffix(end)).unwrap_or(name);
    let numbers = shard.strip_prefix("part-")?.strip_suffix(".h5")?;
    let (part, rank) = numbers.split_once("-rank-")?;
    let part = part.parse().ok()?;
    (file_name(part, rank.parse().ok()?) == shard).then_some(part)
}

/// Makes a folder for the shards of a destination: the first that is not there, or empty.
pub fn new_folder(destination: &Path) -> Result<PathBuf, StoreError> {
    let cannot_create = |source| StoreError::NoShards { path: destination.into(), source };
    if destination.to_str().is_none() {
        return Err(cannot_create(io::ErrorKind::InvalidFilename.into()));
    }
    let first = with_suffix(destination, SHARDS);
    let numbered = (2_usize..).map(|number| with_suffix(&first, &format!("-{number}")));
    for folder in std::iter::once(first.clone()).chain(numbered) {
        match fs::create_dir(&folder) {
            Ok(()) => return Ok(folder),
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
                return Err(cannot_create(error));
            }
            Err(_) if fs::read_dir(&folder).is_ok_and(|mut files| files.next().is_none()) => {
                return Ok(folder);
            }
            Err(_) => {}
        }
    }
    Err(cannot_create(io::ErrorKind::AlreadyExists.into()))
}

/// The shards in which a result file has values, whether they are there or not; none of one that cannot be read.
pub fn named(file: &Path) -> BTreeSet<PathBuf> {
    let Ok(header) = read_header(file) else { return BTreeSet::new() };
    let names = access::open(file).and_then(|opened| shards_of(&opened, &header.groups));
    names.unwrap_or_default().iter().filter_map(|name| place_of(file, name)).collect()
}

/// The same of a file that may be any: looked at only where this destination has a folder of shards.
pub fn named_by_any(file: &Path, destination: &Path) -> BTreeSet<PathBuf> {
    let mut beside = fs::read_dir(folder_of(destination)).into_iter().flatten().flatten();
    let has_own = beside.any(|entry| is_folder_of(&entry.path(), destination));
    if has_own { named(file) } else { BTreeSet::new() }
}

/// Whether shards of a destination are written into a folder, and not elsewhere by a link.
fn is_folder_of(folder: &Path, destination: &Path) -> bool {
    let first = with_suffix(destination, SHARDS);
    let [name, first] = [folder, &first].map(|path| path.file_name().and_then(OsStr::to_str));
    let rest = name.zip(first).and_then(|(name, first)| name.strip_prefix(first));
    let number = |rest: &str| rest.strip_prefix('-')?.parse::<usize>().ok();
    let is_named = rest.is_some_and(|rest| {
        rest.is_empty() || number(rest).is_some_and(|number| rest == format!("-{number}"))
    });
    is_named && fs::symlink_metadata(folder).is_ok_and(|found| found.is_dir())
}

fn is_shard(path: &Path) -> bool {
    path.file_name().and_then(OsStr::to_str).and_then(part_of).is_some()
}

/// Removes shards that a file of this destination named and that nobody needs, and their folders
/// where nothing else is in them. What stays behind does no harm.
pub fn remove(shards: &BTreeSet<PathBuf>, destination: &Path) {
    let is_own = |shard: &&PathBuf| is_shard(shard) && is_folder_of(folder_of(shard), destination);
    let shards: Vec<&PathBuf> = shards.iter().filter(is_own).collect();
    for shard in &shards {
        let _ = fs::remove_file(shard);
        for end in LEFT {
            let _ = fs::remove_file(with_suffix(shard, end));
        }
    }
    for folder in shards.iter().map(|shard| folder_of(shard)).collect::<BTreeSet<_>>() {
        // It refuses one that is not empty.
        let _ = fs::remove_dir(folder);
    }
}

/// Removes shards in the folders of some that are none of them: what other parts of the run wrote
/// that was written once more.
pub fn sweep(shards: &BTreeSet<PathBuf>, destination: &Path) {
    let folders: BTreeSet<&Path> = shards.iter().map(|shard| folder_of(shard)).collect();
    for folder in folders {
        let entries = fs::read_dir(folder).into_iter().flatten().flatten();
        let others = entries.map(|entry| entry.path());
        remove(&others.filter(|path| !shards.contains(path)).collect(), destination);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_shards_are_told_from_others() {
        for (part, rank) in [(1, 0), (12, 345), (usize::MAX, 0)] {
            let name = file_name(part, rank);
            assert_eq!(part_of(&name), Some(part));
            for end in LEFT {
                assert_eq!(part_of(&format!("{name}{end}")), Some(part));
            }
        }
        for name in [
            "part-1.h5",
            "part-one-rank-0.h5",
            "part-01-rank-0.h5",
            "part-+1-rank-0.h5",
            "part-1-rank-0.h5.old",
            "part-1-rank-0.h5.lock.lock",
            "part-99999999999999999999-rank-0.h5",
        ] {
            assert_eq!(part_of(name), None, "{name}");
        }
    }
}
