//! The lock that keeps a second writer away from a destination.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use crate::destination::with_suffix;
use crate::error::StoreError;

/// A lock file, held as long as this lives and removed at the end.
#[derive(Debug)]
pub struct Lock {
    path: PathBuf,
    _file: File,
}

impl Lock {
    /// Locks a destination, or says who stands in the way.
    ///
    /// On a file system without locks the destination is written without one.
    pub fn acquire(destination: &Path) -> Result<Self, StoreError> {
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
