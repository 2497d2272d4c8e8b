//! Files that appear whole or not at all: written as `NAME.partial` and renamed at the end.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use super::ExportError;

/// A file to be, removed again unless it is published.
#[derive(Debug)]
pub struct Destination {
    path: PathBuf,
    partial: PathBuf,
    file: File,
}

impl Destination {
    /// Begins the file under its temporary name.
    pub fn create(path: PathBuf) -> Result<Self, ExportError> {
        let mut partial = OsString::from(&path);
        partial.push(".partial");
        let partial = PathBuf::from(partial);
        match File::create(&partial) {
            Ok(file) => Ok(Self { path, partial, file }),
            Err(source) => Err(ExportError::Write { path: partial, source }),
        }
    }

    /// Its final name.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What the table is written to.
    pub fn file(&self) -> Result<File, ExportError> {
        self.file.try_clone().map_err(|source| self.error(source))
    }

    /// Gives the file its name, and returns it.
    pub fn publish(self) -> Result<PathBuf, ExportError> {
        let renamed = self.file.sync_all().and_then(|()| fs::rename(&self.partial, &self.path));
        renamed.map_err(|source| self.error(source))?;
        Ok(self.path.clone())
    }

    fn error(&self, source: io::Error) -> ExportError {
        ExportError::Write { path: self.path.clone(), source }
    }
}

impl Drop for Destination {
    fn drop(&mut self) {
        // After publishing there is nothing of this name.
        let _ = fs::remove_file(&self.partial);
    }
}

/// Makes the folder where there is none.
pub fn make_folder(folder: &Path) -> Result<(), ExportError> {
    let made = fs::create_dir_all(folder);
    made.map_err(|source| ExportError::Write { path: folder.to_path_buf(), source })
}
