//! Shards, and the arrays that are put together of them.

use std::path::Path;

use super::ResultWriter;
use crate::access;
use crate::assembly::{Assembly, tiles};
use crate::destination::{Destination, folder_of};
use crate::error::StoreError;
use crate::provenance::Provenance;
use crate::read::mend;
use crate::shards::{self, Shards};
use crate::tile::Tile;

impl ResultWriter {
    /// Claims a shard and begins it: a file that has its name from the beginning, because others
    /// name it.
    ///
    /// # Errors
    ///
    /// Those of [`create`](Self::create); a file that is there is refused.
    pub fn create_shard(path: &Path, provenance: &Provenance) -> Result<Self, StoreError> {
        Self::begin(Destination::in_place(path)?, provenance)
    }

    /// Puts arrays whose values lie in shards into groups that are there, or others in their place,
    /// in one step.
    ///
    /// A shard need not be there yet. Readers that find none take its values as missing; those of
    /// this crate say so.
    ///
    /// # Errors
    ///
    /// Those of [`write`](Self::write).
    pub fn assemble(&mut self, arrays: &[Assembly]) -> Result<(), StoreError> {
        let Some(first) = arrays.first() else { return Ok(()) };
        let room = arrays.iter().map(Assembly::room).sum();
        self.restructure(&first.group, room, |root, path| {
            arrays.iter().try_for_each(|array| {
                let item = format!("{}/{}", array.group, array.variable.name);
                array.write(root).map_err(|source| StoreError::writing(path, &item, source))
            })
        })
    }

    /// The tiles of an array; none of one that is not there, or not in shards.
    ///
    /// # Errors
    ///
    /// [`StoreError::Corrupt`].
    pub fn tiles(&self, group: &str, variable: &str) -> Result<Vec<Tile>, StoreError> {
        let (partial, item) = (self.sound()?, format!("{group}/{variable}"));
        let reading = |source| StoreError::reading(partial, &item, source);
        let file = access::open(partial).map_err(reading)?;
        if !self.holds(group) || !file.link_exists(&item) {
            return Ok(Vec::new());
        }
        file.dataset(&item).and_then(|dataset| tiles(&dataset)).map_err(reading)
    }

    /// Shards for a part of the run: in the folder that those of earlier parts have, or in a new
    /// one. Where writers of earlier ones were killed, their marks are taken off.
    ///
    /// # Errors
    ///
    /// [`StoreError::NoShards`]; [`StoreError::Damaged`]; those of [`mend`].
    pub fn shards(&self) -> Result<Shards, StoreError> {
        let (partial, destination) = (self.sound()?, self.destination.path());
        let earlier = shards::named(partial);
        earlier
            .iter()
            .filter(|shard| shard.is_file())
            .try_for_each(|shard| mend(shard).map(drop))?;
        let folder = match earlier.first() {
            Some(shard) => folder_of(shard).to_path_buf(),
            None => shards::new_folder(destination)?,
        };
        Shards::next(folder)
            .map_err(|source| StoreError::NoShards { path: destination.into(), source })
    }
}
