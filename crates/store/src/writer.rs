//! The writer of a result file.

use std::collections::HashMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use hdf5::file::{FileBuilder, FileCloseDegree};
use hdf5::plist::group_create::LinkCreationOrder;

use crate::destination::{Destination, Existing};
use crate::encode::{write_group, write_provenance};
use crate::error::StoreError;
use crate::group::Group;
use crate::growth::Growth;
use crate::provenance::Provenance;
use crate::room;
use crate::validate::without_zero_byte;

/// Whether a run came to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Completion {
    /// All that was asked for is in the file.
    Complete,
    /// The run was interrupted; the file holds what was computed until then.
    Incomplete,
}

/// Writes one result file.
///
/// The data go to `NAME.partial`, which is closed after every call: a process that is killed
/// between two calls leaves a readable file with `complete = 0`, and so does a writer that is
/// dropped without [`finish`](Self::finish). While the writer lives, no other writer can have the
/// same destination.
#[derive(Debug)]
pub struct ResultWriter {
    destination: Destination,
    /// The groups in the file, with their growth where they grow.
    groups: HashMap<String, Option<Growth>>,
    damaged: bool,
}

impl ResultWriter {
    /// Claims a destination and begins its partial file.
    ///
    /// Everything that can be known to fail later is found out here, before any computing. An
    /// existing file is not touched, also where it is to be replaced: that happens in
    /// [`finish`](Self::finish).
    ///
    /// # Errors
    ///
    /// [`StoreError::AlreadyExists`] and [`StoreError::PartialExists`] unless `existing` is
    /// [`Existing::Replace`]; [`StoreError::InUse`] while another writer is at work on it;
    /// [`StoreError::NoFolder`] and [`StoreError::CannotCreate`] where nothing can be written;
    /// [`StoreError::ZeroByte`] for such a provenance.
    pub fn create(
        path: &Path,
        provenance: &Provenance,
        existing: Existing,
    ) -> Result<Self, StoreError> {
        let Provenance { title, source, scenario, history, .. } = provenance;
        for (item, text) in
            [("title", title), ("source", source), ("scenario", scenario), ("history", history)]
        {
            without_zero_byte(item, text)?;
        }
        let destination = Destination::claim(path, existing)?;
        let partial = destination.partial();
        if destination.existing() == Existing::Refuse && holds_data(partial) {
            return Err(StoreError::PartialExists { partial: partial.to_path_buf() });
        }
        begin(partial, provenance).map_err(|error| {
            // It holds nothing, and half a file would stand in the way of the next run.
            let _ = fs::remove_file(partial);
            let source = io::Error::other(error);
            StoreError::CannotCreate { path: destination.path().to_path_buf(), source }
        })?;
        Ok(Self { destination, groups: HashMap::new(), damaged: false })
    }

    /// The file that takes the data until the writer is finished.
    pub fn partial(&self) -> &Path {
        self.destination.partial()
    }

    /// Writes a whole group.
    ///
    /// # Errors
    ///
    /// Those of [`Group::validate`]; [`StoreError::GroupExists`]; [`StoreError::DiskFull`] and
    /// [`StoreError::Write`]. Room on the disk is taken before it is needed, so that a full disk
    /// leaves the file as it was. Should a write fail half-way all the same,
    /// [`StoreError::Damaged`] is all that further calls return.
    pub fn write(&mut self, group: &Group) -> Result<(), StoreError> {
        group.validate()?;
        self.begin_group(group, None)
    }

    /// Writes a piece of a group that grows along a dimension.
    ///
    /// The first piece creates the group. Each further piece extends the variables whose first
    /// dimension is `along` by the rows it brings; everything else must be as in the first piece
    /// and is not written again.
    ///
    /// Pieces of at least 64 KiB a variable are compressed; smaller ones are gathered in chunks of
    /// that size.
    ///
    /// # Errors
    ///
    /// Those of [`write`](Self::write); [`StoreError::UnknownDimension`] and
    /// [`StoreError::NotFirst`] where the group cannot grow so; [`StoreError::Changed`] where the
    /// piece does not continue the first.
    ///
    /// ```
    /// use equipoise_store::{
    ///     Completion, Existing, Group, Provenance, ResultWriter, Variable, read_group,
    /// };
    ///
    /// let folder = tempfile::tempdir()?;
    /// let path = folder.path().join("result.h5");
    /// let mut writer = ResultWriter::create(&path, &Provenance::default(), Existing::Refuse)?;
    /// for realization in 0..3_i64 {
    ///     let piece = Group::new("trajectory")
    ///         .with_coordinate(Variable::coordinate("realization", vec![realization]))
    ///         .with_coordinate(Variable::coordinate("time", vec![0.0, 1.0]))
    ///         .with_variable(Variable::new("spikes", &["realization", "time"], vec![0, realization]));
    ///     writer.append(&piece, "realization")?;
    /// }
    /// let group = read_group(&writer.finish(Completion::Complete)?, "trajectory")?;
    /// assert_eq!(group.variables[2].values, vec![0_i64, 0, 0, 1, 0, 2].into());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn append(&mut self, piece: &Group, along: &str) -> Result<(), StoreError> {
        piece.validate()?;
        let Some(Some(mut growth)) = self.groups.get_mut(&piece.name).map(Option::take) else {
            return self.begin_group(piece, Some(along));
        };
        let checked = growth.check(piece, along).and_then(|()| self.reserve(piece));
        let extended =
            checked.and_then(|()| self.edit(|root, path| growth.extend(root, path, piece)));
        self.groups.insert(piece.name.clone(), Some(growth));
        extended
    }

    /// Ends the file and returns where the data are.
    ///
    /// A complete file gets its name in one step; with [`Existing::Refuse`] never in place of a
    /// file that appeared there meanwhile. An incomplete file gets it only where no file is, and
    /// otherwise stays beside it as `NAME.partial`, as does a file to which a write failed.
    ///
    /// # Errors
    ///
    /// [`StoreError::Damaged`] for a complete end after a failed write,
    /// [`StoreError::DestinationAppeared`], [`StoreError::CannotRename`], and those of a failed
    /// write. The data stay in the partial file.
    pub fn finish(mut self, completion: Completion) -> Result<PathBuf, StoreError> {
        match completion {
            Completion::Complete => {
                self.edit(|root, path| {
                    let complete =
                        root.attr("complete").and_then(|complete| complete.write_scalar(&1_i64));
                    complete.map_err(|source| StoreError::writing(path, "complete", source))
                })?;
                self.destination.publish()
            }
            Completion::Incomplete if self.damaged => Ok(self.partial().to_path_buf()),
            Completion::Incomplete => self.destination.keep(),
        }
    }

    fn begin_group(&mut self, group: &Group, along: Option<&str>) -> Result<(), StoreError> {
        if self.groups.contains_key(&group.name) {
            return Err(StoreError::GroupExists {
                path: self.partial().to_path_buf(),
                group: group.name.clone(),
            });
        }
        let growth = along.map(|along| Growth::begin(group, along)).transpose()?;
        self.reserve(group)?;
        self.edit(|root, path| write_group(root, path, group, along))?;
        self.groups.insert(group.name.clone(), growth);
        Ok(())
    }

    /// The partial file, unless a write to it failed half-way.
    fn sound(&self) -> Result<&Path, StoreError> {
        let partial = self.destination.partial();
        if self.damaged {
            return Err(StoreError::Damaged { partial: partial.to_path_buf() });
        }
        Ok(partial)
    }

    /// Makes sure that there is room for a group; where there is none, the file stays sound.
    fn reserve(&self, group: &Group) -> Result<(), StoreError> {
        let partial = self.sound()?;
        let no_room = |source| StoreError::reserving(partial, &group.name, source);
        room::reserve(partial, room::needed(group)).map_err(no_room)
    }

    /// Opens the partial file, changes it and closes it, so that the change is out of this process.
    fn edit(
        &mut self,
        change: impl FnOnce(&hdf5::Group, &Path) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let partial = self.sound()?;
        let whole_file = |source| StoreError::writing(partial, "/", source);
        let edited = access().open_rw(partial).map_err(whole_file).and_then(|file| {
            change(&file, partial)?;
            file.flush().and_then(|()| file.close()).map_err(whole_file)
        });
        self.damaged = edited.is_err();
        edited
    }
}

/// How result files are opened.
///
/// The locks of the library are left out: `NAME.lock` keeps other writers away, and a reader that
/// looks at the partial file must not stop the run.
pub fn access() -> FileBuilder {
    let mut builder = hdf5::File::with_options();
    builder.with_fapl(|fapl| fapl.file_locking(false).fclose_degree(FileCloseDegree::Strong));
    builder.with_fcpl(|fcpl| fcpl.link_creation_order(LinkCreationOrder::Indexed));
    builder
}

fn begin(partial: &Path, provenance: &Provenance) -> hdf5::Result<()> {
    let file = access().create(partial)?;
    write_provenance(&file, provenance)?;
    file.flush()?;
    file.close()
}

/// Whether something would be lost if this file were overwritten: a group in it, or contents that
/// cannot be understood.
fn holds_data(partial: &Path) -> bool {
    match fs::symlink_metadata(partial) {
        Err(_) => false,
        Ok(found) if found.is_file() && found.len() == 0 => false,
        Ok(_) => access().open(partial).map_or(true, |file| !file.is_empty()),
    }
}
