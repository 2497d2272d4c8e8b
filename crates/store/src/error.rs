//! What can go wrong when result files are written or read.

mod cause;

use std::error::Error;
use std::io;
use std::path::PathBuf;

use crate::group::Dimension;

/// Why a result file, or a group in it, could not be written or read.
///
/// A message says what happened and to which file or variable; the cause in the system or in `HDF5`
/// is the [`source`](std::error::Error::source).
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The destination exists and may not be replaced.
    #[error(
        "`{path}` already exists; choose another name, or allow it to be replaced with --force"
    )]
    AlreadyExists {
        /// The destination.
        path: PathBuf,
    },
    /// The destination is the file of a run that was interrupted.
    #[error(
        "`{path}` holds the data of a run that was interrupted; go on with it with --resume, choose another name, or discard it with --force"
    )]
    UnfinishedExists {
        /// The destination.
        path: PathBuf,
    },
    /// There is a result beside the unfinished file that is to be gone on with.
    #[error(
        "`{path}` is there beside the unfinished run in `{partial}`; --resume --force goes on with the run and replaces the file in the end"
    )]
    BesideResult {
        /// The destination.
        path: PathBuf,
        /// The unfinished file.
        partial: PathBuf,
    },
    /// An unfinished file of an earlier run holds data and may not be replaced.
    #[error(
        "`{partial}` holds the data of an earlier, unfinished run; go on with it with --resume, discard it with --force, or move it away"
    )]
    PartialExists {
        /// The unfinished file.
        partial: PathBuf,
    },
    /// Another writer is at work on the same destination.
    #[error("`{path}` is being written by another process, which holds the lock `{lock}`")]
    InUse {
        /// The destination.
        path: PathBuf,
        /// The lock file.
        lock: PathBuf,
    },
    /// The folder of the destination does not exist.
    #[error("cannot create `{path}`: there is no folder `{folder}`")]
    NoFolder {
        /// The destination.
        path: PathBuf,
        /// The missing folder.
        folder: PathBuf,
    },
    /// The destination cannot be created, for example for want of permission.
    #[error("cannot create `{path}`")]
    CannotCreate {
        /// The destination.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// The disk, the quota or the limit on file sizes is exhausted.
    #[error("no room left on the disk while writing `{dataset}` to `{path}`")]
    DiskFull {
        /// The file being written.
        path: PathBuf,
        /// The group or dataset being written.
        dataset: String,
        /// The reason of the system or of the `HDF5` library.
        source: Box<dyn Error + Send + Sync>,
    },
    /// A dataset could not be written.
    #[error("cannot write `{dataset}` to `{path}`")]
    Write {
        /// The file being written.
        path: PathBuf,
        /// The group or dataset being written.
        dataset: String,
        /// The reason of the system or of the `HDF5` library.
        source: Box<dyn Error + Send + Sync>,
    },
    /// An earlier write failed, so that the file cannot be continued or called complete.
    #[error("an earlier write to `{partial}` failed; what it holds is incomplete")]
    Damaged {
        /// The unfinished file.
        partial: PathBuf,
    },
    /// A file appeared at the destination during the run; it was kept, and so are the results.
    #[error(
        "`{path}` appeared during the run and was kept; the complete results are in `{partial}`"
    )]
    DestinationAppeared {
        /// The destination.
        path: PathBuf,
        /// Where the results are.
        partial: PathBuf,
    },
    /// The finished file could not be given its name.
    #[error("cannot rename `{partial}` to `{path}`; the results are in `{partial}`")]
    CannotRename {
        /// The destination.
        path: PathBuf,
        /// Where the results are.
        partial: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// A group of this name was written before.
    #[error("the group `{group}` is already in `{path}`")]
    GroupExists {
        /// The file being written.
        path: PathBuf,
        /// The group.
        group: String,
    },
    /// The number of values does not fit the dimensions.
    #[error(
        "group `{group}`: `{variable}` has {found} values, but its dimensions {} hold {expected}",
        shape(dimensions)
    )]
    Shape {
        /// The group.
        group: String,
        /// The variable.
        variable: String,
        /// The dimensions of the variable.
        dimensions: Vec<Dimension>,
        /// The product of their lengths.
        expected: usize,
        /// The number of values given.
        found: usize,
    },
    /// A dimension is used that the group does not have.
    #[error(
        "group `{group}`: {used_by} uses the dimension `{dimension}`, which the group does not have"
    )]
    UnknownDimension {
        /// The group.
        group: String,
        /// Who uses it.
        used_by: String,
        /// The unknown dimension.
        dimension: String,
    },
    /// A variable has the same dimension twice.
    #[error(
        "group `{group}`: `{variable}` has the dimension `{dimension}` twice; give the second a name of its own"
    )]
    RepeatedDimension {
        /// The group.
        group: String,
        /// The variable.
        variable: String,
        /// The repeated dimension.
        dimension: String,
    },
    /// A variable has the name of a dimension without being its coordinate.
    #[error(
        "group `{group}`: `{variable}` has the name of a dimension, so that this must be its only dimension"
    )]
    NotACoordinate {
        /// The group.
        group: String,
        /// The variable.
        variable: String,
    },
    /// Two dimensions, variables or attributes have the same name.
    #[error("group `{group}`: the name `{name}` is used twice")]
    Duplicate {
        /// The group.
        group: String,
        /// The repeated name.
        name: String,
    },
    /// A name that cannot be written.
    #[error(
        "group `{group}`: `{name}` cannot be a name (it is empty, or has a slash, a dot alone or a zero byte)"
    )]
    InvalidName {
        /// The group.
        group: String,
        /// The name.
        name: String,
    },
    /// A text with a zero byte, which a file cannot hold.
    #[error("the text of `{item}` contains a zero byte")]
    ZeroByte {
        /// The variable or attribute.
        item: String,
    },
    /// A piece belongs to a group that was not declared.
    #[error("a piece is for the group `{group}`, which is not declared in `{path}`")]
    NotDeclared {
        /// The file being written.
        path: PathBuf,
        /// The group.
        group: String,
    },
    /// A piece brings a variable that the group does not have, or not so.
    #[error(
        "group `{group}`: no growing variable `{variable}` with these dimensions and values is declared"
    )]
    Undeclared {
        /// The group.
        group: String,
        /// The variable.
        variable: String,
    },
    /// A piece reaches beyond a dimension that does not grow.
    #[error(
        "group `{group}`: a piece reaches to {end} on `{dimension}`, which has the length {length} and does not grow"
    )]
    Beyond {
        /// The group.
        group: String,
        /// The dimension.
        dimension: String,
        /// Its length.
        length: usize,
        /// Where the piece ends.
        end: usize,
    },
    /// Only numbers can grow.
    #[error("group `{group}`: `{variable}` consists of texts, which cannot grow")]
    GrowingText {
        /// The group.
        group: String,
        /// The variable.
        variable: String,
    },
    /// There is no unfinished run.
    #[error("there is no unfinished run to go on with: neither `{partial}` nor `{path}` exists")]
    NothingToResume {
        /// The destination.
        path: PathBuf,
        /// The unfinished file that is missing.
        partial: PathBuf,
    },
    /// The run came to its end.
    #[error("`{path}` is complete: there is nothing to go on with")]
    AlreadyComplete {
        /// The file.
        path: PathBuf,
    },
    /// A run cannot be taken up where it was: there is no checkpoint.
    #[error("there is no checkpoint of `{path}`")]
    NoCheckpoint {
        /// The result file.
        path: PathBuf,
    },
    /// No checkpoint of a run is sound.
    #[error("the checkpoint `{checkpoint}` is damaged, and there is no sound one before it")]
    DamagedCheckpoint {
        /// The newest.
        checkpoint: PathBuf,
    },
    /// A checkpoint was made by another scenario, or by another build of the program.
    #[error("the checkpoint `{checkpoint}` belongs to another run or version (`{found}`)")]
    ForeignCheckpoint {
        /// The checkpoint.
        checkpoint: PathBuf,
        /// What it belongs to.
        found: String,
    },
    /// A file to be read cannot be opened.
    #[error("cannot open `{path}`")]
    CannotOpen {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// A file is not `HDF5`, or is damaged.
    #[error("cannot read `{item}` from `{path}`: not an HDF5 file, or damaged")]
    Corrupt {
        /// The file.
        path: PathBuf,
        /// What was being read.
        item: String,
        /// The message of the `HDF5` library.
        source: hdf5::Error,
    },
    /// A shard is not there, or cannot be read.
    #[error(
        "cannot read the shard `{shard}`, which has values of `{path}`: shards stay in their folder, beside the file"
    )]
    Shard {
        /// The file.
        path: PathBuf,
        /// The shard.
        shard: PathBuf,
        /// The system's reason, or what is wrong with it.
        source: io::Error,
    },
    /// More shards than files may be open.
    #[error("`{path}` has values in {shards} shards, and so many files may not be open at a time")]
    TooManyShards {
        /// The file.
        path: PathBuf,
        /// How many.
        shards: usize,
        /// The system's reason.
        source: io::Error,
    },
    /// No folder for shards can be made.
    #[error("cannot create a folder for the shards of `{path}`")]
    NoShards {
        /// The destination.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// A file is `HDF5` but not a result file.
    #[error("`{path}` is not a result file: `{missing}` is missing")]
    NotOurs {
        /// The file.
        path: PathBuf,
        /// The attribute or group that a result file would have.
        missing: String,
    },
    /// A result file has no such group.
    #[error("`{path}` has no group `{group}`")]
    NoSuchGroup {
        /// The file.
        path: PathBuf,
        /// The group.
        group: String,
    },
}

fn shape(dimensions: &[Dimension]) -> String {
    let lengths: Vec<_> = dimensions.iter().map(|d| format!("{} = {}", d.name, d.length)).collect();
    format!("({})", lengths.join(", "))
}
