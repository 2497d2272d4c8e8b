//! What a failure of `HDF5` or of the system means.

use std::error::Error;
use std::io;
use std::path::Path;

use super::StoreError;

impl StoreError {
    /// The error of a failed write of `dataset` to `path`.
    pub(crate) fn writing(path: &Path, dataset: &str, source: hdf5::Error) -> Self {
        Self::unwritten(path, dataset, is_out_of_room(&source), source.into())
    }

    /// The error when there is no room for `dataset` in `path`.
    pub(crate) fn reserving(path: &Path, dataset: &str, source: io::Error) -> Self {
        use io::ErrorKind::{FileTooLarge, QuotaExceeded, StorageFull};
        let out_of_room = matches!(source.kind(), StorageFull | QuotaExceeded | FileTooLarge);
        Self::unwritten(path, dataset, out_of_room, source.into())
    }

    fn unwritten(
        path: &Path,
        dataset: &str,
        out_of_room: bool,
        source: Box<dyn Error + Send + Sync>,
    ) -> Self {
        let (path, dataset) = (path.to_path_buf(), dataset.to_owned());
        if out_of_room {
            Self::DiskFull { path, dataset, source }
        } else {
            Self::Write { path, dataset, source }
        }
    }

    /// The error of a failed read of `item` from `path`.
    pub(crate) fn reading(path: &Path, item: &str, source: hdf5::Error) -> Self {
        Self::Corrupt { path: path.to_path_buf(), item: item.to_owned(), source }
    }
}

/// Whether the system refused to enlarge a file; `HDF5` passes the reason on as text only.
fn is_out_of_room(error: &hdf5::Error) -> bool {
    const REASONS: [&str; 3] = ["No space left", "quota exceeded", "File too large"];
    let frames = error.stack();
    frames
        .iter()
        .flat_map(|frames| frames.iter())
        .any(|frame| REASONS.iter().any(|r| frame.desc().contains(r)))
}
