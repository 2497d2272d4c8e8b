//! Self-describing result files: `HDF5` that follows the netCDF-4 layout, written so that no
//! computed number is lost.
//!
//! The crate knows nothing of what the numbers mean. A [`Group`] holds named dimensions, variables
//! over them and attributes; a [`ResultWriter`] puts groups into one file, whole or in [`Piece`]s;
//! [`read_group`] brings them back. The files open in h5py and, with named dimensions and
//! coordinates, in xarray (engines `h5netcdf` and `netcdf4`). A new quantity is a new variable or a
//! new group of the caller: nothing changes here.
//!
//! While a run lasts its data are in `NAME.partial`, with the root attribute `complete = 0`. The
//! file is sound at every moment, so that a run that is killed loses nothing that it had written,
//! and [`ResultWriter::resume`] goes on with it, from the state that
//! [`checkpoint`](ResultWriter::checkpoint) kept beside it. Meanwhile others can read it: the
//! functions of this crate, and h5py with `swmr=True`. If the run is killed in the middle of a
//! write the file stays marked as being written, and other programs refuse it until it is
//! [`mend`]ed. Only [`ResultWriter::finish`] gives the file its name, in one step, and never in
//! place of a file that was not to be replaced.
//!
//! * [`group`]: the data in memory: groups, dimensions, variables, attributes
//! * `piece`: a part of a group, and where it belongs
//! * `validate`: what a group must satisfy before it is written
//! * [`provenance`]: the root attributes that say where a file comes from
//! * [`writer`]: the writer, its life from creation to the finished file; `writer/change`: how it
//!   changes the file; `writer/assemble`: shards and what is put together of them
//! * `destination`: names on disk: the partial file and the final rename; `lock`: one writer only
//! * `checkpoint`: what a run needs to go on, in files beside the result
//! * `access`: how files are opened, also one whose writer was killed
//! * `encode`: groups to `HDF5`, whole
//! * `growth`: groups that grow, and pieces put in their place; `region`: which chunks a piece
//!   touches; `chunk`: chunks made and compressed
//! * `layout`: chunk shapes and compression
//! * `tile`: where a part of an array is; `assembly`: arrays that consist of such parts, in other
//!   files; `mapping`: the functions of `HDF5` by which they are read; `shards`: the names of these files
//! * `room`: room on the disk, taken before it is needed
//! * `scales`: the three C functions that give dimensions their names
//! * `decode`: `HDF5` to groups
//! * [`outline`]: groups without their values
//! * `read`: files to groups, outlines and provenance
//! * [`blocks`]: values a block at a time
//! * [`error`]: what can go wrong
//!
//! ```
//! use equipoise_store::{Completion, Existing, Group, Provenance, ResultWriter, Variable};
//!
//! let folder = tempfile::tempdir()?;
//! let path = folder.path().join("result.h5");
//! let group = Group::new("trajectory")
//!     .with_coordinate(Variable::coordinate("time", vec![0.0, 0.5, 1.0]).with_units("s"))
//!     .with_coordinate(Variable::coordinate("population", vec!["E", "I"]))
//!     .with_variable(Variable::new("mean", &["time", "population"], vec![0.5; 6]).with_units("mV"));
//!
//! let mut writer = ResultWriter::create(&path, &Provenance::default(), Existing::Refuse)?;
//! writer.write(&group)?;
//! let written = writer.finish(Completion::Complete)?;
//!
//! assert_eq!(equipoise_store::read_group(&written, "trajectory")?, group);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod access;
mod assembly;
pub mod blocks;
mod checkpoint;
mod chunk;
mod decode;
mod destination;
mod encode;
pub mod error;
pub mod group;
mod growth;
mod layout;
mod lock;
mod mapping;
pub mod outline;
mod piece;
pub mod provenance;
mod read;
mod region;
mod room;
mod scales;
mod shards;
mod tile;
mod validate;
pub mod writer;

pub use assembly::Assembly;
pub use blocks::GroupReader;
pub use checkpoint::read_checkpoint;
pub use destination::Existing;
pub use error::StoreError;
pub use group::{Attribute, Dimension, Group, Sorting, Values, Variable};
pub use outline::{GroupOutline, ValueType, VariableOutline};
pub use piece::Piece;
pub use provenance::{Header, Provenance};
pub use read::{describe, mend, read_group, read_header, read_unfinished, unfinished_file};
pub use shards::{Shards, named as named_shards};
pub use tile::Tile;
pub use writer::{Completion, ResultWriter};
