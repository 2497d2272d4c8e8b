//! The names of a result file on disk: the partial file, the lock and the final rename.
//!
//! `NAME.partial` takes the data. A change of its structure is made on a copy, `NAME.partial.new`,
//! which takes its place in one step; one that is left behind is no data. `NAME.lock` is held by the writer through the operating system,
//! which frees it even when the process is killed; a lock file left behind is empty and harmless.
//! The partial file itself is not locked, so that it can be looked at while the run goes on.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use crate::error::StoreError;
use crate::lock::Lock;
use crate::read::read_header;

/// What to do with a file that is already there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Existing {
    /// Keep it and refuse to write.
    Refuse,
    /// Replace it, once the new file is complete.
    Replace,
}

/// A destination that this writer alone may write.
#[derive(Debug)]
pub struct Destination {
    path: PathBuf,
    partial: PathBuf,
    building: PathBuf,
    existing: Existing,
    _lock: Lock,
}

impl Destination {
    /// Takes possession of a destination, without touching a file that is there.
    ///
    /// A symbolic link is followed, so that the file it points to is replaced and not the link.
    pub fn claim(path: &Path, existing: Existing) -> Result<Self, StoreError> {
        let path = followed(path);
        let cannot_create = |kind: io::ErrorKind| StoreError::CannotCreate {
            path: path.clone(),
            source: kind.into(),
        };
        if path.file_name().is_none() {
            return Err(cannot_create(io::ErrorKind::InvalidFilename));
        }
        if !folder_of(&path).exists() {
            return Err(StoreError::NoFolder { folder: folder_of(&path).into(), path });
        }
        let lock = Lock::acquire(&path)?;
        match fs::symlink_metadata(&path) {
            Ok(found) if found.is_dir() => return Err(cannot_create(io::ErrorKind::IsADirectory)),
            Ok(found) if !found.is_file() => {
                return Err(cannot_create(io::ErrorKind::AlreadyExists));
            }
            Ok(_) if existing == Existing::Refuse => {
                let is_unfinished = read_header(&path).is_ok_and(|header| !header.complete);
                return Err(if is_unfinished {
                    StoreError::UnfinishedExists { path }
                } else {
                    StoreError::AlreadyExists { path }
                });
            }
            _ => {}
        }
        Ok(Self::held(path, existing, lock))
    }

    /// Takes possession of a file that has its name from the beginning: one that others name, such
    /// as a shard.
    pub fn in_place(path: &Path) -> Result<Self, StoreError> {
        let claimed = Self::claim(path, Existing::Refuse)?;
        Ok(Self { partial: claimed.path.clone(), ..claimed })
    }

    /// Takes possession of the destination of a run that did not come to its end: there is a
    /// partial file, or else the file under the final name is for the caller to judge.
    pub fn reclaim(path: &Path) -> Result<Self, StoreError> {
        let path = followed(&name_of(path));
        let partial = with_suffix(&path, ".partial");
        if ![&partial, &path].iter().any(|file| file.is_file()) {
            return Err(StoreError::NothingToResume { path, partial });
        }
        let lock = Lock::acquire(&path)?;
        // It was ended while it was given its name.
        if is_one_file(&path, &partial) {
            fs::remove_file(&partial).map_err(|source| StoreError::CannotRename {
                path: path.clone(),
                partial: partial.clone(),
                source,
            })?;
        }
        Ok(Self::held(path, Existing::Refuse, lock))
    }

    fn held(path: PathBuf, existing: Existing, lock: Lock) -> Self {
        let partial = with_suffix(&path, ".partial");
        Self { building: with_suffix(&partial, ".new"), partial, path, existing, _lock: lock }
    }

    /// Makes an unfinished file under the final name a partial file again.
    pub fn reopen(&self) -> Result<(), StoreError> {
        fs::rename(&self.path, &self.partial).map_err(|source| StoreError::CannotRename {
            path: self.partial.clone(),
            partial: self.path.clone(),
            source,
        })
    }

    /// Puts the file under construction in the place of the partial file.
    pub fn renew(&self) -> io::Result<()> {
        flush_to_disk(&self.building)?;
        fs::rename(&self.building, &self.partial)
    }

    /// The final name.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The name until the file is finished.
    pub fn partial(&self) -> &Path {
        &self.partial
    }

    /// The name of a file under construction.
    pub fn building(&self) -> &Path {
        &self.building
    }

    /// What to do with files that are already there.
    pub fn existing(&self) -> Existing {
        self.existing
    }

    /// Decides anew what to do with a file at the final name.
    pub fn set_existing(&mut self, existing: Existing) {
        self.existing = existing;
    }

    /// Gives the complete file its name in one step, and returns the name.
    pub fn publish(self) -> Result<PathBuf, StoreError> {
        let renamed = flush_to_disk(&self.partial).and_then(|()| match self.existing {
            _ if self.partial == self.path => Ok(()),
            Existing::Replace => fs::rename(&self.partial, &self.path),
            Existing::Refuse => rename_beside(&self.partial, &self.path),
        });
        self.settle(renamed)
    }

    /// Gives an incomplete file its name unless that would replace another file, and returns where
    /// it is.
    pub fn keep(self) -> Result<PathBuf, StoreError> {
        let renamed =
            flush_to_disk(&self.partial).and_then(|()| rename_beside(&self.partial, &self.path));
        match self.settle(renamed) {
            Err(StoreError::DestinationAppeared { partial, .. }) => Ok(partial),
            other => other,
        }
    }

    fn settle(self, renamed: io::Result<()>) -> Result<PathBuf, StoreError> {
        let (path, partial) = (self.path, self.partial);
        match renamed.and_then(|()| flush_to_disk(folder_of(&path))) {
            Ok(()) => Ok(path),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                Err(StoreError::DestinationAppeared { path, partial })
            }
            Err(source) => Err(StoreError::CannotRename { path, partial, source }),
        }
    }
}

/// The path, with a symbolic link followed.
pub fn followed(path: &Path) -> PathBuf {
    if path.is_symlink() { fs::canonicalize(path).unwrap_or(path.into()) } else { path.into() }
}

/// The final name of a file that may be given by the name of its partial file.
pub fn name_of(path: &Path) -> PathBuf {
    match path.extension() {
        Some(extension) if extension == "partial" => path.with_extension(""),
        _ => path.to_path_buf(),
    }
}

/// The path with something behind its name.
pub fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(suffix);
    name.into()
}

/// The folder in which a file is.
pub fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    }
}

/// Waits until a file or folder would survive a power cut.
pub fn flush_to_disk(path: &Path) -> io::Result<()> {
    File::open(path)?.sync_all()
}

/// Whether two names are of the same file.
pub fn is_one_file(first: &Path, second: &Path) -> bool {
    match (fs::metadata(first), fs::metadata(second)) {
        (Ok(a), Ok(b)) => (a.dev(), a.ino()) == (b.dev(), b.ino()),
        _ => false,
    }
}

/// Renames a file, failing with [`io::ErrorKind::AlreadyExists`] rather than replacing another.
///
/// A hard link does this in one step. On the few file systems without hard links there is a short
/// time between the look and the rename.
fn rename_beside(from: &Path, to: &Path) -> io::Result<()> {
    match fs::hard_link(from, to) {
        Ok(()) => fs::remove_file(from),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Err(error),
        Err(_) if fs::symlink_metadata(to).is_ok() => Err(io::ErrorKind::AlreadyExists.into()),
        Err(_) => fs::rename(from, to),
    }
}
