//! The writer of a result file.

mod assemble;
mod change;

use std::collections::HashMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use self::change::{begin, header_of, holds_data};
use crate::access;
use crate::checkpoint;
use crate::destination::{Destination, Existing, flush_to_disk, folder_of};
use crate::error::StoreError;
use crate::group::Group;
use crate::growth::Growth;
use crate::piece::Piece;
use crate::provenance::Provenance;
use crate::room;
use crate::shards;
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
/// The data go to `NAME.partial`. A process that is killed at any moment, also in the middle of a
/// call, leaves a readable file there with `complete = 0` and all that earlier calls wrote, and so
/// does a writer that is dropped without [`finish`](Self::finish). While the writer lives, no other
/// writer can have the same destination.
///
/// What changes the structure of the file ([`write`](Self::write), [`declare`](Self::declare)) is
/// done on a copy, which then takes the place of the partial file. Values that come piece by piece
/// ([`place`](Self::place)) are written to the file itself, in the order that `HDF5` keeps for
/// readers of a living file: what points to a value is written after it.
///
/// ```
/// use equipoise_store::{Completion, Existing, Group, Piece, Provenance, ResultWriter, Variable};
///
/// let folder = tempfile::tempdir()?;
/// let path = folder.path().join("result.h5");
/// let mut writer = ResultWriter::create(&path, &Provenance::default(), Existing::Refuse)?;
/// let layout = Group::new("trajectory")
///     .with_coordinate(Variable::coordinate("realization", Vec::<i64>::new()))
///     .with_coordinate(Variable::coordinate("time", vec![0.0, 1.0]))
///     .with_variable(Variable::new("spikes", &["realization", "time"], Vec::<i64>::new()));
/// writer.declare(&layout, &[("realization", 3)])?;
/// for realization in 0..3_i64 {
///     let group = Group::new("trajectory")
///         .with_coordinate(Variable::coordinate("realization", vec![realization]))
///         .with_dimension("time", 2)
///         .with_variable(Variable::new("spikes", &["realization", "time"], vec![0, realization]));
///     writer.place(&[Piece::new(group, &[("realization", realization as usize)])])?;
/// }
/// let written = writer.finish(Completion::Complete)?;
/// let group = equipoise_store::read_group(&written, "trajectory")?;
/// assert_eq!(group.variables[2].values, vec![0_i64, 0, 0, 1, 0, 2].into());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct ResultWriter {
    destination: Destination,
    /// The groups in the file, with their growth where they grow.
    groups: HashMap<String, Option<Growth>>,
    damaged: bool,
    /// What the run took before it was taken up, and since when it goes on.
    before: Duration,
    begun: Instant,
}

impl ResultWriter {
    /// Claims a destination and begins its partial file.
    ///
    /// Everything that can be known to fail later is found out here, before any computing. An
    /// existing file is not touched, also where it is to be replaced: that happens in
    /// [`finish`](Self::finish). Checkpoints of an earlier run are removed.
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
        Self::begin(Destination::claim(path, existing)?, provenance)
    }

    fn begin(destination: Destination, provenance: &Provenance) -> Result<Self, StoreError> {
        let Provenance { title, source, scenario, history, platform, .. } = provenance;
        for (item, text) in [
            ("title", title),
            ("source", source),
            ("scenario", scenario),
            ("history", history),
            ("platform", platform),
        ] {
            without_zero_byte(item, text)?;
        }
        let (partial, building) = (destination.partial(), destination.building());
        if destination.existing() == Existing::Refuse && holds_data(partial) {
            return Err(StoreError::PartialExists { partial: partial.to_path_buf() });
        }
        let begun = begin(building, provenance).map_err(io::Error::other);
        let discarded = shards::named_by_any(partial, destination.path());
        // Before: a new partial file must never lie beside the checkpoint of another run.
        let begun = begun.and_then(|()| checkpoint::remove(destination.path()));
        begun.and_then(|()| destination.renew()).map_err(|source| {
            // It holds nothing.
            let _ = fs::remove_file(building);
            StoreError::CannotCreate { path: destination.path().to_path_buf(), source }
        })?;
        shards::remove(&discarded, destination.path());
        let (before, begun) = (Duration::ZERO, Instant::now());
        Ok(Self { destination, groups: HashMap::new(), damaged: false, before, begun })
    }

    /// Takes up the file of a run that did not come to its end, to go on with it.
    ///
    /// That is `NAME.partial`, or else `NAME` itself if it is incomplete, which then becomes
    /// `NAME.partial` again.
    ///
    /// # Errors
    ///
    /// [`StoreError::NothingToResume`]; [`StoreError::AlreadyComplete`]; [`StoreError::InUse`]
    /// while another writer is at work on it; those of [`read_header`](crate::read_header) for a
    /// file that is none of ours.
    pub fn resume(path: &Path) -> Result<Self, StoreError> {
        let destination = Destination::reclaim(path)?;
        let has_partial = destination.partial().is_file();
        let found = if has_partial { destination.partial() } else { destination.path() };
        let header = header_of(found)?;
        if header.complete && !has_partial {
            return Err(StoreError::AlreadyComplete { path: path.to_path_buf() });
        }
        if !has_partial {
            destination.reopen()?;
        }
        let partial = destination.partial();
        let broken = |source| StoreError::reading(partial, "/", source);
        if access::is_marked(partial)
            .map_err(|source| StoreError::CannotOpen { path: partial.to_path_buf(), source })?
        {
            access::mend(partial).map_err(broken)?;
        }
        let file = access::open(partial).map_err(broken)?;
        let groups = header.groups.into_iter();
        let groups = groups.map(|name| Ok((name.clone(), Growth::read(&file, &name)?)));
        let groups = groups.collect::<hdf5::Result<_>>().map_err(broken)?;
        drop(file);
        let (before, begun) = (header.elapsed.unwrap_or_default(), Instant::now());
        let mut writer = Self { destination, groups, damaged: false, before, begun };
        writer.level()?;
        // It was ended before it got its name.
        if header.complete {
            writer.set_complete(false)?;
        }
        Ok(writer)
    }

    /// The same, and at the end a file at the destination is refused or replaced, as said here: a
    /// run that is [taken up](Self::resume) refuses it unless told otherwise.
    #[must_use]
    pub fn with_existing(mut self, existing: Existing) -> Self {
        self.destination.set_existing(existing);
        self
    }

    /// The same for a run that has taken so long before, and whose data are only written now.
    #[must_use]
    pub fn with_elapsed(mut self, before: Duration) -> Self {
        self.before = before;
        self
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
    /// [`StoreError::Write`], after which the file is as it was before.
    pub fn write(&mut self, group: &Group) -> Result<(), StoreError> {
        self.write_all(std::slice::from_ref(group))
    }

    /// Writes whole groups in one step: all or, where there is an error, none.
    ///
    /// The file is copied once for all of them.
    ///
    /// # Errors
    ///
    /// Those of [`write`](Self::write).
    pub fn write_all(&mut self, groups: &[Group]) -> Result<(), StoreError> {
        let growing: &[(&str, usize)] = &[];
        self.add(&groups.iter().map(|group| (group, growing)).collect::<Vec<_>>())
    }

    /// Writes those of some groups that are not there yet, in one step: for a run that goes on, and would write the others as they are.
    ///
    /// # Errors
    ///
    /// Those of [`write`](Self::write).
    pub fn write_missing(&mut self, groups: &[Group]) -> Result<(), StoreError> {
        let missing = groups.iter().filter(|group| !self.holds(&group.name));
        let growing: &[(&str, usize)] = &[];
        self.add(&missing.map(|group| (group, growing)).collect::<Vec<_>>())
    }

    /// Declares a group whose values come in pieces.
    ///
    /// `growing` names the dimensions that grow, each with the length that it is expected to reach
    /// (0 if that is not known), which only decides how the values lie in the file. Their lengths in
    /// `group` are 0. Variables without a growing dimension are written now; of the others only the
    /// layout, which can consist of numbers only.
    ///
    /// # Errors
    ///
    /// Those of [`write`](Self::write); [`StoreError::UnknownDimension`] for a growing dimension
    /// that the group does not have; [`StoreError::GrowingText`].
    pub fn declare(&mut self, group: &Group, growing: &[(&str, usize)]) -> Result<(), StoreError> {
        self.add(&[(group, growing)])
    }

    /// Writes pieces where they belong, and extends growing dimensions where they need it.
    ///
    /// What was not written is missing: `NaN`, or -1 or 0 in variables of signed and unsigned
    /// integers. Writing the same values again changes nothing; nothing ever becomes shorter. When
    /// this returns, the values are out of this process, and on the disk after the next
    /// [`checkpoint`](Self::checkpoint).
    ///
    /// A chunk (of at most 128 KiB) that a piece fills is compressed; others stay as they are. So
    /// pieces of several hundred kilobytes a variable take the least room and time.
    ///
    /// # Errors
    ///
    /// Those of [`Group::validate`]; [`StoreError::NotDeclared`], [`StoreError::Undeclared`],
    /// [`StoreError::UnknownDimension`] and [`StoreError::Beyond`] for a piece that does not fit,
    /// in which case nothing is written of any; [`StoreError::DiskFull`], after which the file is
    /// as before; [`StoreError::Write`], after which further calls return [`StoreError::Damaged`].
    pub fn place(&mut self, pieces: &[Piece]) -> Result<(), StoreError> {
        let partial = self.sound()?;
        let mut room = 0;
        for piece in pieces {
            piece.group.validate()?;
            let Some(Some(growth)) = self.groups.get(&piece.group.name) else {
                let (path, group) = (partial.to_path_buf(), piece.group.name.clone());
                return Err(StoreError::NotDeclared { path, group });
            };
            growth.check(piece)?;
            let (bytes, datasets) = growth.room(piece);
            room += room::with_description(bytes, datasets);
        }
        let Some(first) = pieces.first() else { return Ok(()) };
        self.stream(&first.group.name, room, |groups, root, path| {
            pieces.iter().try_for_each(|piece| match groups.get_mut(&piece.group.name) {
                Some(Some(growth)) => growth.place(root, path, piece),
                _ => Ok(()),
            })
        })
    }

    /// Waits until all that was written would survive a power cut, and the name of the file as well.
    ///
    /// # Errors
    ///
    /// [`StoreError::Damaged`], and those of a failed write.
    pub fn settle(&self) -> Result<(), StoreError> {
        let partial = self.sound()?;
        flush_to_disk(partial)
            .and_then(|()| flush_to_disk(folder_of(partial)))
            .map_err(|source| StoreError::reserving(partial, "/", source))
    }

    /// Whether there is such a group.
    pub fn holds(&self, group: &str) -> bool {
        self.groups.contains_key(group)
    }

    /// How far a growing dimension has grown.
    pub fn length(&self, group: &str, dimension: &str) -> Option<usize> {
        self.groups.get(group)?.as_ref()?.length(dimension)
    }

    /// Keeps what the run needs to go on, beside the result; the values that were written before
    /// are on the disk then, too.
    ///
    /// `identity` says what may go on with it: scenario and build. Two checkpoints are kept, for
    /// the case that the newest is damaged; [`read_checkpoint`](crate::read_checkpoint) reads them.
    ///
    /// # Errors
    ///
    /// [`StoreError::Damaged`]; [`StoreError::DiskFull`] and [`StoreError::Write`], after which the
    /// checkpoints before are still there.
    pub fn checkpoint(&self, identity: &str, state: &[u8]) -> Result<(), StoreError> {
        let partial = self.sound()?;
        let written = flush_to_disk(partial)
            .and_then(|()| checkpoint::write(self.destination.path(), identity, state));
        written
            .map_err(|source| StoreError::reserving(self.destination.path(), "checkpoint", source))
    }

    /// Ends the file, with the time that the run took, and returns where the data are.
    ///
    /// A complete file gets its name in one step; with [`Existing::Refuse`] never in place of a
    /// file that appeared there meanwhile; its checkpoints are removed. An incomplete file gets it
    /// only where no file is, and otherwise stays beside it as `NAME.partial`, as does a file to
    /// which a write failed; its checkpoints stay.
    ///
    /// # Errors
    ///
    /// [`StoreError::Damaged`] for a complete end after a failed write,
    /// [`StoreError::DestinationAppeared`], [`StoreError::CannotRename`], and those of a failed
    /// write. The data stay in the partial file.
    pub fn finish(mut self, completion: Completion) -> Result<PathBuf, StoreError> {
        let timed = self.set_elapsed(self.before + self.begun.elapsed());
        match completion {
            Completion::Complete => {
                timed?;
                self.set_complete(true)?;
                let name = self.destination.path().to_path_buf();
                let replaced = shards::named_by_any(&name, &name);
                let written = self.destination.publish()?;
                let own = shards::named(&written);
                shards::remove(&replaced.difference(&own).cloned().collect(), &name);
                shards::sweep(&own, &name);
                // One that stays behind does no harm: no unfinished file belongs to it.
                let _ = checkpoint::remove(&name);
                Ok(written)
            }
            Completion::Incomplete if self.damaged => Ok(self.partial().to_path_buf()),
            Completion::Incomplete => self.destination.keep(),
        }
    }

    /// The partial file, unless a write to it failed half-way.
    fn sound(&self) -> Result<&Path, StoreError> {
        let partial = self.destination.partial();
        if self.damaged {
            return Err(StoreError::Damaged { partial: partial.to_path_buf() });
        }
        Ok(partial)
    }
}
