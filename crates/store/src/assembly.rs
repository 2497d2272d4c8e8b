//! Arrays whose values lie in shards: virtual datasets, which open as one array.
//!
//! `HDF5` looks for shards beside the file that has the array, and takes values as missing where it
//! finds none. So before an array is read here its shards are looked for, and one that is not
//! there, or cannot be opened, is an error.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};

use hdf5::dataset::Layout;
use hdf5::{Dataset, Hyperslab, Selection, SimpleExtents, SliceOrIndex};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use crate::access;
use crate::chunk::Word;
use crate::decode::{Member, members};
use crate::destination::folder_of;
use crate::encode::describe_variable;
use crate::error::StoreError;
use crate::group::{Values, Variable};
use crate::mapping;
use crate::room::with_description;
use crate::scales;
use crate::tile::Tile;

/// What names of folders with shards have in them.
pub const SHARDS: &str = ".shards";
/// Bytes of a tile on each dimension: two selections and what describes them.
const BYTES_OF_AXIS: usize = 128;
/// Files that are open beside shards, at most.
const OTHER_FILES: u64 = 64;

/// An array of a group, whose values are in shards.
#[derive(Debug, Clone, PartialEq)]
pub struct Assembly {
    /// The group, with all dimensions of the array.
    pub group: String,
    /// The array, without values, which say by their type alone of which kind those in the shards
    /// are: [`Values::Float`] or [`Values::Single`].
    pub variable: Variable,
    /// Where the values are. What no tile has is missing.
    pub tiles: Vec<Tile>,
}

impl Assembly {
    /// Writes it into a file, in the place of one that was there.
    pub(crate) fn write(&self, root: &hdf5::Group) -> hdf5::Result<()> {
        let location = root.group(&self.group)?;
        let Variable { name, dimensions, values, .. } = &self.variable;
        let scales = dimensions.iter().map(|dimension| location.dataset(dimension));
        let scales = scales.collect::<hdf5::Result<Vec<Dataset>>>()?;
        if location.link_exists(name) {
            let old = location.dataset(name)?;
            for (axis, scale) in scales.iter().enumerate() {
                scales::detach(&old, scale, axis)?;
            }
            drop(old);
            location.unlink(name)?;
        }
        let shape: Vec<usize> = scales.iter().flat_map(|scale| scale.shape()).collect();
        let dataset = match values {
            Values::Float(_) => self.create::<f64>(&location, &shape)?,
            Values::Single(_) => self.create::<f32>(&location, &shape)?,
            _ => return Err("shards have real numbers alone".into()),
        };
        describe_variable(&dataset, &self.variable)?;
        let attach = |(axis, scale)| scales::attach(&dataset, scale, axis);
        scales.iter().enumerate().try_for_each(attach)
    }

    /// Bytes that it takes in the file, at most: names and places of its tiles.
    pub(crate) fn room(&self) -> usize {
        let bytes = |tile: &Tile| {
            let places = tile.shape.len() * BYTES_OF_AXIS;
            tile.shard.len() + tile.dataset.len() + places
        };
        with_description(self.tiles.iter().map(bytes).sum(), 1)
    }

    fn create<T: Word>(&self, location: &hdf5::Group, shape: &[usize]) -> hdf5::Result<Dataset> {
        let extents = SimpleExtents::from(shape);
        let mut builder = location.new_dataset::<T>().shape(extents).fill_value(T::UNWRITTEN);
        for tile in &self.tiles {
            builder = builder.virtual_map(
                escaped(&tile.shard),
                escaped(&tile.dataset),
                SimpleExtents::from(more_than(tile)),
                selection(&tile.from, &tile.shape),
                SimpleExtents::from(shape),
                selection(&tile.at, &tile.shape),
            );
        }
        builder.create(self.variable.name.as_str())
    }
}

/// A name as `HDF5` takes it, for which `%b` in it would be a number.
fn escaped(name: &str) -> String {
    name.replace('%', "%%")
}

/// The name itself. One with a number to be put in stands for any number of names.
fn unescaped(name: &str) -> hdf5::Result<String> {
    if name.replace("%%", "").contains('%') {
        return Err("its values are in files without names of their own".into());
    }
    Ok(name.replace("%%", "%"))
}

/// Lengths of a dataset of which a tile is a part. The library asks the shard itself in the end, but
/// would take the whole of it where the tile is all that there is.
fn more_than(tile: &Tile) -> Vec<usize> {
    tile.from.iter().zip(&tile.shape).map(|(from, length)| from + length + 1).collect()
}

fn selection(at: &[usize], shape: &[usize]) -> Selection {
    let axis = |(&start, &count)| SliceOrIndex::SliceCount { start, step: 1, count, block: 1 };
    let axes: Vec<SliceOrIndex> = at.iter().zip(shape).map(axis).collect();
    Selection::from(Hyperslab::from(axes))
}

/// The tiles of a dataset; none of one that has its values itself. Looks into no other file, and so
/// refuses tiles that grow with what is in others.
pub fn tiles(dataset: &Dataset) -> hdf5::Result<Vec<Tile>> {
    let properties = dataset.create_plist()?;
    if !properties.get_external()?.is_empty() {
        return Err("its values are in files that are no shards".into());
    }
    if properties.get_layout()? != Layout::Virtual {
        return Ok(Vec::new());
    }
    let tile = |number| {
        let [shard, dataset] = mapping::names(&properties, number)?;
        let ((from, own), (at, shape)) = mapping::blocks(&properties, number)?;
        if own != shape {
            return Err("its values have another shape in the files that they are in".into());
        }
        Ok(Tile { shard: unescaped(&shard)?, dataset: unescaped(&dataset)?, from, at, shape })
    };
    (0..mapping::count(&properties)?).map(tile).collect()
}

/// The shards of a dataset, by their names, with the datasets of each that have values of it.
pub type Sources = BTreeMap<String, BTreeSet<String>>;

/// Those of a dataset that may be any. To be asked for before anything else of it: lengths of tiles
/// that grow are looked up in other files.
pub fn sources(dataset: &Dataset) -> hdf5::Result<Sources> {
    let mut sources = Sources::new();
    for Tile { shard, dataset, .. } in tiles(dataset)? {
        sources.entry(shard).or_default().insert(dataset);
    }
    Ok(sources)
}

/// The shards of all groups of a file.
pub fn shards_of(file: &hdf5::File, groups: &[String]) -> hdf5::Result<BTreeSet<String>> {
    let mut all = BTreeSet::new();
    for name in groups {
        for member in Member::all(&file.group(name)?)? {
            all.extend(member.sources.into_keys());
        }
    }
    Ok(all)
}

/// Where a shard of a file is. Shards are in a folder beside it, and nowhere else.
pub fn place_of(file: &Path, shard: &str) -> Option<PathBuf> {
    let parts: Vec<Component<'_>> = Path::new(shard).components().collect();
    let [Component::Normal(folder), Component::Normal(_)] = parts.as_slice() else { return None };
    folder.to_str()?.contains(SHARDS).then(|| file.with_file_name(shard))
}

/// Checks that shards can be read, and makes room for so many open files.
pub fn check(sources: &Sources, file: &Path, item: &str) -> Result<(), StoreError> {
    for (shard, datasets) in sources {
        let Some(path) = found(file, shard) else {
            let why = "its values are in a file that is no shard".into();
            return Err(StoreError::reading(file, item, why));
        };
        sound(&path, datasets, file).map_err(|source| StoreError::Shard {
            path: file.into(),
            shard: path,
            source,
        })?;
    }
    let needed = sources.len() as u64 + OTHER_FILES;
    let limits = getrlimit(Resource::Nofile);
    if sources.is_empty() || limits.current.is_none_or(|current| current >= needed) {
        return Ok(());
    }
    let more = Rlimit { current: Some(needed), ..limits };
    setrlimit(Resource::Nofile, more).map_err(|source| StoreError::TooManyShards {
        path: file.into(),
        shards: sources.len(),
        source: source.into(),
    })
}

/// Where a shard is found: where the variable says by which readers are told of other folders, beside
/// the file, or beside the one that a link points to. Where it should be, if it is nowhere.
fn found(file: &Path, shard: &str) -> Option<PathBuf> {
    let beside = place_of(file, shard)?;
    let prefixes = std::env::var("HDF5_VDS_PREFIX").unwrap_or_default();
    let folder = folder_of(file).to_string_lossy();
    let prefixed = prefixes.split(':').filter(|prefix| !prefix.is_empty());
    let prefixed = prefixed.map(|prefix| prefix.replace("${ORIGIN}", &folder));
    let mut places: Vec<PathBuf> = prefixed.map(|prefix| Path::new(&prefix).join(shard)).collect();
    places.push(beside.clone());
    places.extend(fs::canonicalize(file).ok().and_then(|file| place_of(&file, shard)));
    Some(places.into_iter().find(|place| place.exists()).unwrap_or(beside))
}

/// Whether `HDF5` would open a shard, as a part of this file, and finds the values there and in no
/// other file again.
fn sound(shard: &Path, datasets: &BTreeSet<String>, file: &Path) -> io::Result<()> {
    if !fs::metadata(shard)?.is_file() {
        return Err(io::Error::other("it is no file"));
    }
    let has_values = |opened: hdf5::File| {
        for name in datasets {
            let properties = own_dataset(&opened, name)?.create_plist()?;
            let is_elsewhere = properties.get_layout()? == Layout::Virtual;
            if is_elsewhere || !properties.get_external()?.is_empty() {
                return Err("its values are in other files again".into());
            }
        }
        Ok(())
    };
    let opened = access::open_shard(shard, file).and_then(has_values);
    opened.map_err(|error: hdf5::Error| io::Error::other(error.to_string()))
}

/// A dataset of a file that is in this file itself: links by name may lead to other files.
fn own_dataset(file: &hdf5::File, path: &str) -> hdf5::Result<Dataset> {
    let own = |group: &hdf5::Group, name: &str| {
        if members(group)?.iter().any(|own| own == name) {
            Ok(())
        } else {
            Err(hdf5::Error::from(format!("it has no dataset `{path}` of its own")))
        }
    };
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    let Some((name, groups)) = parts.split_last() else { return Err("a name is empty".into()) };
    let mut location = file.group("/")?;
    for group in groups {
        own(&location, group)?;
        location = location.group(group)?;
    }
    own(&location, name)?;
    location.dataset(name)
}

/// Bytes of what a dataset can have its values from.
pub fn stored_bytes(dataset: &Dataset) -> u64 {
    let name = dataset.filename();
    let shards = sources(dataset).unwrap_or_default();
    if shards.is_empty() {
        return dataset.storage_size();
    }
    let places = shards.keys().filter_map(|shard| found(Path::new(&name), shard));
    places.filter_map(|place| fs::metadata(place).ok()).map(|found| found.len()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_stands_for_many_is_refused() {
        for name in ["50%", "%b", "100%b.h5", "%", "%%%b"] {
            assert_eq!(unescaped(&escaped(name)).expect("a name"), name);
        }
        for raw in ["part-%b.h5", "%%%b", "100%", "a%%b%b"] {
            assert!(unescaped(raw).is_err(), "{raw}");
        }
    }
}
