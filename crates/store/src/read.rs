//! Files to groups and provenance.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::access;
use crate::decode::{decode_group, decode_header, decode_outline, open_group};
use crate::destination::{Existing, followed, is_one_file, name_of, with_suffix};
use crate::error::StoreError;
use crate::group::Group;
use crate::lock::Lock;
use crate::outline::GroupOutline;
use crate::provenance::Header;

/// Reads where a result file comes from, whether it is complete and which groups it holds.
///
/// # Errors
///
/// [`StoreError::CannotOpen`], [`StoreError::Corrupt`] for a file that is damaged or not `HDF5`,
/// [`StoreError::NotOurs`] for an `HDF5` file without the root attributes of a result file.
pub fn read_header(path: &Path) -> Result<Header, StoreError> {
    decode_header(&open(path)?, path)
}

/// Reads all of a result file but the values: its header, and an outline of each group.
///
/// # Errors
///
/// Those of [`read_header`] and [`read_group`].
pub fn describe(path: &Path) -> Result<(Header, Vec<GroupOutline>), StoreError> {
    let file = open(path)?;
    let header = decode_header(&file, path)?;
    let outline = |name: &String| decode_outline(&open_group(&file, path, name)?, path, name);
    let outlines = header.groups.iter().map(outline).collect::<Result<_, _>>()?;
    Ok((header, outlines))
}

/// Reads a group of a result file.
///
/// # Errors
///
/// [`StoreError::CannotOpen`], [`StoreError::NoSuchGroup`], and [`StoreError::Corrupt`] for a file
/// that is damaged or not `HDF5`, or for a group that is not made of named dimensions, numbers and
/// texts.
pub fn read_group(path: &Path, name: &str) -> Result<Group, StoreError> {
    let file = open(path)?;
    if !file.link_exists(name) {
        return Err(StoreError::NoSuchGroup { path: path.to_path_buf(), group: name.to_owned() });
    }
    decode_group(&file, path, name)
}

/// The header of the unfinished run with a destination, which [`ResultWriter::resume`](crate::ResultWriter::resume) would take up. Changes nothing.
///
/// # Errors
///
/// [`StoreError::NothingToResume`], [`StoreError::AlreadyComplete`], those of [`read_header`]; [`StoreError::BesideResult`] where
/// another file at the destination may not be replaced.
pub fn read_unfinished(path: &Path, existing: Existing) -> Result<Header, StoreError> {
    let path = followed(&name_of(path));
    let partial = with_suffix(&path, ".partial");
    let (has_partial, has_path) = (partial.is_file(), path.is_file());
    if !has_partial && !has_path {
        return Err(StoreError::NothingToResume { path, partial });
    }
    let is_one = is_one_file(&path, &partial);
    if has_partial && has_path && !is_one && existing == Existing::Refuse {
        return Err(StoreError::BesideResult { path, partial });
    }
    let is_partial = has_partial && !is_one;
    let header = read_header(if is_partial { &partial } else { &path })?;
    if header.complete && !is_partial {
        Err(StoreError::AlreadyComplete { path })
    } else {
        Ok(header)
    }
}

/// The file that has the data of the unfinished run with a destination, if there is one.
pub fn unfinished_file(path: &Path) -> PathBuf {
    let path = followed(&name_of(path));
    let partial = with_suffix(&path, ".partial");
    if partial.is_file() { partial } else { path }
}

/// Makes the file of a killed run one that every program opens, and returns whether that was
/// necessary.
///
/// The functions of this crate read such a file as it is; other programs refuse it, since it is
/// still marked as being written.
///
/// # Errors
///
/// [`StoreError::InUse`] for a file that is in fact being written; [`StoreError::CannotOpen`],
/// [`StoreError::Corrupt`].
pub fn mend(path: &Path) -> Result<bool, StoreError> {
    let _lock = Lock::acquire(&name_of(path))?;
    let is_marked = access::is_marked(path)
        .map_err(|source| StoreError::CannotOpen { path: path.to_path_buf(), source })?;
    if is_marked {
        access::mend(path).map_err(|source| StoreError::reading(path, "/", source))?;
    }
    Ok(is_marked)
}

pub(crate) fn open(path: &Path) -> Result<hdf5::File, StoreError> {
    let cannot_open = |source| StoreError::CannotOpen { path: path.to_path_buf(), source };
    let found = fs::File::open(path).and_then(|file| file.metadata()).map_err(cannot_open)?;
    if found.is_dir() {
        return Err(cannot_open(io::ErrorKind::IsADirectory.into()));
    }
    access::open(path).map_err(|source| StoreError::reading(path, "/", source))
}
