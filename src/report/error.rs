//! Why there is no report.

use std::io;
use std::path::PathBuf;

use equipoise_store::StoreError;
use thiserror::Error;

/// Why a report could not be made.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ReportError {
    /// The result file cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A group is not laid out as this program lays it out.
    #[error("cannot report on `{path}`: `{group}/{variable}` should be {expected}, and is {found}")]
    Layout {
        /// The file.
        path: PathBuf,
        /// The group.
        group: String,
        /// The variable.
        variable: String,
        /// What it should be.
        expected: String,
        /// What it is.
        found: String,
    },
    /// The report is there already.
    #[error("{path} already exists; give another name, or --force to replace it")]
    Exists {
        /// The report.
        path: PathBuf,
    },
    /// The report cannot be written.
    #[error("cannot write {path}: {source}")]
    Write {
        /// The report.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}
