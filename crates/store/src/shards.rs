//! The names of shards on disk: which folder they are in, and which of them nobody needs any more.
//!
//! The shards of `NAME` are in the folder `NAME.shards` beside it, or in `NAME.shards-2` and so on
//! where there was one already: a result that is to be replaced keeps its own until the new one has
//! its name. What is removed are only files that a file which is replaced names, in folders of
//! these names, and files in its own folder that a complete result does not name.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::access;
use crate::assembly::{SHARDS, place_of, shards_of};
use crate::destination::{folder_of, with_suffix};
use crate::error::StoreError;
use crate::read::read_header;

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
        let mut part = 1;
        for entry in fs::read_dir(&folder)? {
            let name = entry?.file_name();
            let number =
                name.to_str().and_then(|name| name.strip_prefix("part-")?.split('-').next());
            part =
                part.max(number.and_then(|number| number.parse().ok()).map_or(1, |n: usize| n + 1));
        }
        Ok(Self { folder, part })
    }

    /// Where the shard of one is who shares in it.
    pub fn path(&self, rank: usize) -> PathBuf {
        self.folder.join(self.file_name(rank))
    }

    /// What its tiles name it, if that is a name for them.
    pub fn name(&self, rank: usize) -> Option<String> {
        let folder = self.folder.file_name()?.to_str()?;
        Some(format!("{folder}/{}", self.file_name(rank)))
    }

    fn file_name(&self, rank: usize) -> String {
        format!("part-{}-rank-{rank}.h5", self.part)
    }
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
    let Some(own) = own_folders(destination) else { return BTreeSet::new() };
    let beside = fs::read_dir(folder_of(destination)).into_iter().flatten().flatten();
    let is_own =
        |entry: fs::DirEntry| entry.file_name().to_str().is_some_and(|n| n.starts_with(&own));
    if beside.into_iter().any(is_own) { named(file) } else { BTreeSet::new() }
}

/// How the names of the folders for the shards of a destination begin.
fn own_folders(destination: &Path) -> Option<String> {
    with_suffix(destination, SHARDS).file_name()?.to_str().map(str::to_owned)
}

/// Removes shards that a file of this destination named and that nobody needs, and their folders
/// where nothing else is in them. What stays behind does no harm.
pub fn remove(shards: &BTreeSet<PathBuf>, destination: &Path) {
    let Some(own) = own_folders(destination) else { return };
    let mut folders = BTreeSet::new();
    for shard in shards {
        let folder = folder_of(shard);
        let is_own = folder.file_name().and_then(|name| name.to_str());
        if is_own.is_some_and(|name| name.starts_with(&own)) {
            let _ = fs::remove_file(shard);
            let _ = fs::remove_file(with_suffix(shard, ".lock"));
            folders.insert(folder.to_path_buf());
        }
    }
    for folder in folders {
        // It refuses one that is not empty.
        let _ = fs::remove_dir(folder);
    }
}

/// Removes what is in the folders of some shards and is none of them: what other parts of the run
/// wrote that was written once more.
pub fn sweep(shards: &BTreeSet<PathBuf>, destination: &Path) {
    let folders: BTreeSet<&Path> = shards.iter().map(|shard| folder_of(shard)).collect();
    for folder in folders {
        let entries = fs::read_dir(folder).into_iter().flatten().flatten();
        let others = entries.map(|entry| entry.path()).filter(|path| {
            let is_part = path.file_name().and_then(|name| name.to_str());
            is_part.is_some_and(|name| name.starts_with("part-")) && !shards.contains(path)
        });
        remove(&others.collect(), destination);
    }
}
