//! How the writer changes its file: structure on a copy, values as for readers of a living file.

use std::collections::HashMap;
use std::fs;
use std::path::Path;
use std::time::Duration;

use super::ResultWriter;
use crate::access::{self, access};
use crate::decode::decode_header;
use crate::encode::{write_group, write_provenance};
use crate::error::StoreError;
use crate::group::{Group, Values, Variable};
use crate::growth::Growth;
use crate::provenance::{ELAPSED, Header, Provenance};
use crate::room;

impl ResultWriter {
    /// Adds groups, each with the dimensions along which it grows.
    pub(super) fn add(&mut self, groups: &[(&Group, &[(&str, usize)])]) -> Result<(), StoreError> {
        let mut names: Vec<&str> = self.groups.keys().map(String::as_str).collect();
        for (group, growing) in groups {
            group.validate()?;
            check_growing(group, growing)?;
            if names.contains(&group.name.as_str()) {
                let (path, group) = (self.partial().to_path_buf(), group.name.clone());
                return Err(StoreError::GroupExists { path, group });
            }
            names.push(&group.name);
        }
        let Some((first, _)) = groups.first() else { return Ok(()) };
        let room = groups.iter().map(|(group, _)| room::needed(group)).sum();
        let added = self.restructure(&first.name, room, |root, path| {
            let add = |(group, growing): &(&Group, &[(&str, usize)])| {
                write_group(root, path, group, growing)?;
                let growth = Growth::read(root, &group.name)
                    .map_err(|source| StoreError::reading(path, &group.name, source))?;
                Ok((group.name.clone(), growth))
            };
            groups.iter().map(add).collect::<Result<Vec<_>, StoreError>>()
        })?;
        self.groups.extend(added);
        Ok(())
    }

    /// Changes a copy of the partial file and puts it in its place. Where that fails, all is as
    /// before.
    pub(super) fn restructure<T>(
        &self,
        item: &str,
        room: usize,
        change: impl FnOnce(&hdf5::Group, &Path) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let (partial, building) = (self.sound()?, self.destination.building());
        let out_of_room = |source| StoreError::reserving(partial, item, source);
        let copied = fs::copy(partial, building).and_then(|_| room::reserve(building, room));
        let changed = copied.map_err(out_of_room).and_then(|()| {
            let whole_file = |source| StoreError::writing(partial, "/", source);
            let file = access().open_rw(building).map_err(whole_file)?;
            let result = change(&file, partial)?;
            file.flush().and_then(|()| file.close()).map_err(whole_file)?;
            self.destination.renew().map_err(out_of_room)?;
            Ok(result)
        });
        changed.inspect_err(|_| {
            // It is no data, and may take room that others need.
            let _ = fs::remove_file(building);
        })
    }

    /// Changes values in the partial file itself, so that it is sound at every moment. Where there
    /// is no room for `item`, nothing is changed.
    pub(super) fn stream(
        &mut self,
        item: &str,
        room: usize,
        change: impl FnOnce(
            &mut HashMap<String, Option<Growth>>,
            &hdf5::Group,
            &Path,
        ) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        self.sound()?;
        let partial = self.destination.partial();
        // What fails from here on may leave a file that is sound, but not one to build on.
        self.damaged = true;
        let whole_file = |source| StoreError::writing(partial, "/", source);
        let file = access().open_rw(partial).map_err(whole_file)?;
        // This cuts off what lies behind the end of the data, so that room is taken after it.
        file.start_swmr().map_err(whole_file)?;
        let length = file.size();
        let reserved = room::reserve(partial, room);
        if reserved.is_ok() {
            change(&mut self.groups, &file, partial)?;
        }
        file.flush().map_err(whole_file)?;
        let length = file.size().max(length);
        file.close().map_err(whole_file)?;
        let trimmed = reserved.and_then(|()| room::give_back(partial, length));
        self.damaged = false;
        trimmed.map_err(|source| StoreError::reserving(partial, item, source))
    }

    /// Writes whether the run came to its end.
    pub(super) fn set_complete(&mut self, complete: bool) -> Result<(), StoreError> {
        self.stream("complete", 0, |_, root, path| {
            let written = root
                .attr("complete")
                .and_then(|attribute| attribute.write_scalar(&i64::from(complete)));
            written.map_err(|source| StoreError::writing(path, "complete", source))
        })
    }

    /// Writes how long the run has taken. A file of a version that has no place for it stays without.
    pub(super) fn set_elapsed(&mut self, elapsed: Duration) -> Result<(), StoreError> {
        self.stream(ELAPSED, 0, |_, root, path| {
            let Ok(attribute) = root.attr(ELAPSED) else { return Ok(()) };
            let written = attribute.write_scalar(&elapsed.as_secs_f64());
            written.map_err(|source| StoreError::writing(path, ELAPSED, source))
        })
    }

    /// Gives all datasets of each growing group the same lengths.
    pub(super) fn level(&mut self) -> Result<(), StoreError> {
        self.stream("/", 0, |groups, root, path| {
            groups.values().flatten().try_for_each(|growth| {
                growth.level(root).map_err(|source| StoreError::writing(path, "/", source))
            })
        })
    }
}

/// Checks that a validated group can grow so.
fn check_growing(group: &Group, growing: &[(&str, usize)]) -> Result<(), StoreError> {
    for (dimension, _) in growing {
        if group.dimension(dimension).is_none() {
            return Err(StoreError::UnknownDimension {
                group: group.name.clone(),
                used_by: "the growth of the group".to_owned(),
                dimension: (*dimension).to_owned(),
            });
        }
    }
    let grows = |variable: &&Variable| {
        let dimensions = variable.dimensions.iter();
        dimensions.into_iter().any(|name| growing.iter().any(|(growing, _)| growing == name))
    };
    let is_text = |variable: &&Variable| matches!(variable.values, Values::Text(_));
    match group.variables.iter().filter(grows).find(is_text) {
        Some(text) => {
            Err(StoreError::GrowingText { group: group.name.clone(), variable: text.name.clone() })
        }
        None => Ok(()),
    }
}

/// Begins a file with its root attributes.
pub(super) fn begin(building: &Path, provenance: &Provenance) -> hdf5::Result<()> {
    let file = access().create(building)?;
    write_provenance(&file, provenance)?;
    file.flush()?;
    file.close()
}

/// Whether something would be lost if this file were overwritten: a group in it, or contents that
/// cannot be understood.
pub(super) fn holds_data(partial: &Path) -> bool {
    match fs::symlink_metadata(partial) {
        Err(_) => false,
        Ok(found) if found.is_file() && found.len() == 0 => false,
        Ok(_) => access::open(partial).map_or(true, |file| !file.is_empty()),
    }
}

/// The header of a file with which a run may go on.
pub(super) fn header_of(path: &Path) -> Result<Header, StoreError> {
    let file = access::open(path).map_err(|source| StoreError::reading(path, "/", source))?;
    decode_header(&file, path)
}
