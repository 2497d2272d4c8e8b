//! The names of a result file on disk: the partial file, the lock and the final rename.
//!
//! `NAME.partial` takes the data. `NAME.lock` is held by the writer through the operating system,
//! which frees it even when the process is killed; a lock file left behind is empty and harmless.
//! The partial file itself is not locked, so that it can be looked at while the run goes on.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use crate::error::StoreError;

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
    existing: Existing,
    _lock: Lock,
}

impl Destination {
    /// Takes possession of a destination, without touching a file that is there.
    ///
    /// A symbolic link is followed, so that the file it points to is replaced and not the link.
    pub fn claim(path: &Path, existing: Existing) -> Result<Self, StoreError> {
        let path = if path.is_symlink() {
            fs::canonicalize(path).unwrap_or(path.into())
        } else {
            path.into()
        };
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
                return Err(StoreError::AlreadyExists { path });
            }
            _ => {}
        }
        Ok(Self { partial: with_suffix(&path, ".partial"), path, existing, _lock: lock })
    }

    /// The final name.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The name until the file is finished.
    pub fn partial(&self) -> &Path {
        &self.partial
    }

    /// What to do with files that are already there.
    pub fn existing(&self) -> Existing {
        self.existing
    }

    /// Gives the complete file its name in one step, and returns the name.
    pub fn publish(self) -> Result<PathBuf, StoreError> {
        let renamed = flush_to_disk(&self.partial).and_then(|()| match self.existing {
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

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(suffix);
    name.into()
}

fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    }
}

/// Waits until a file or folder would survive a power cut.
fn flush_to_disk(path: &Path) -> io::Result<()> {
    File::open(path)?.sync_all()
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

/// A lock file, held as long as this lives and removed at the end.
#[derive(Debug)]
struct Lock {
    path: PathBuf,
    _file: File,
}

impl Lock {
    /// Locks a destination, or says who stands in the way.
    ///
    /// On a file system without locks the destination is written without one.
    fn acquire(destination: &Path) -> Result<Self, StoreError> {
        let path = with_suffix(destination, ".lock");
        let cannot_create = |source| StoreError::CannotCreate { path: destination.into(), source };
        loop {
            let file = OpenOptions::new()
                .write(true)
                .create(true)
                .truncate(false)
                .open(&path)
                .map_err(cannot_create)?;
            match file.try_lock() {
                Err(TryLockError::WouldBlock) => {
                    return Err(StoreError::InUse { path: destination.into(), lock: path });
                }
                Err(TryLockError::Error(error)) if error.kind() != io::ErrorKind::Unsupported => {
                    return Err(cannot_create(error));
                }
                _ if is_at(&file, &path).map_err(cannot_create)? => {
                    return Ok(Self { path, _file: file });
                }
                // The previous holder removed the file between our opening and locking it.
                _ => {}
            }
        }
    }
}

/// Whether an open file is still the one at `path`.
fn is_at(file: &File, path: &Path) -> io::Result<bool> {
    let ours = file.metadata()?;
    match fs::metadata(path) {
        Ok(there) => Ok((ours.dev(), ours.ino()) == (there.dev(), there.ino())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // A lock file that stays behind does no harm.
        let _ = fs::remove_file(&self.path);
    }
}
