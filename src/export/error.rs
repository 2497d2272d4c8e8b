//! What can go wrong when tables are written.

use std::io;
use std::path::PathBuf;

use equipoise_store::StoreError;
use thiserror::Error;

/// Why a table could not be written.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ExportError {
    /// The result file cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// There is such a file already.
    #[error(
        "`{path}` already exists; name another folder, or allow it to be replaced with --force"
    )]
    Exists {
        /// The table.
        path: PathBuf,
    },
    /// Two tables would have the same name.
    #[error("two tables would be written to `{path}`; export one group at a time")]
    SameName {
        /// The table.
        path: PathBuf,
    },
    /// A folder or file cannot be created or written.
    #[error("cannot write `{path}`")]
    Write {
        /// The folder or file.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// A CSV file cannot be written.
    #[error("cannot write `{path}`")]
    Csv {
        /// The table.
        path: PathBuf,
        /// The writer's reason.
        source: csv::Error,
    },
    /// A Parquet file cannot be written.
    #[error("cannot write `{path}`")]
    Parquet {
        /// The table.
        path: PathBuf,
        /// The writer's reason.
        source: parquet::errors::ParquetError,
    },
}
