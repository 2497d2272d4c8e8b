//! Groups to `HDF5`, whole.
//!
//! The coordinates and the placeholders of dimensions without coordinate are written first, as
//! dimension scales; then come the variables, each attached to the scales of its dimensions.

use std::path::Path;

use hdf5::plist::group_create::LinkCreationOrder;
use hdf5::types::VarLenUnicode;
use hdf5::{Dataset, Extent, H5Type, Location, SimpleExtents};

use crate::chunk::{EFFORT, Word};
use crate::error::StoreError;
use crate::group::{Attribute, Dimension, Group, Sorting, Values, Variable};
use crate::layout::{Axis, Layout};
use crate::provenance::{CONVENTIONS, ELAPSED, Provenance};
use crate::scales;

/// How netCDF-4 names the scale of a dimension that has no coordinate.
pub const PLACEHOLDER: &str = "This is a netCDF dimension but not a netCDF variable.";

/// What the SONATA format marks its files with, and the version of it that is written.
const SONATA_MAGIC: u32 = 0x0A7A;
const SONATA_VERSION: [u32; 2] = [0, 1];

/// A type that datasets consist of.
pub trait Element: H5Type + Sized {
    /// Whether compressing an array of it makes sense; texts lie elsewhere in the file.
    const COMPRESSIBLE: bool = true;
    /// What stands where nothing was written.
    const MISSING: Option<Self> = None;
}

impl Element for f64 {
    const MISSING: Option<Self> = Some(Self::UNWRITTEN);
}

impl Element for f32 {
    const MISSING: Option<Self> = Some(Self::UNWRITTEN);
}

impl Element for i64 {
    const MISSING: Option<Self> = Some(Self::UNWRITTEN);
}

impl Element for u64 {
    const MISSING: Option<Self> = Some(Self::UNWRITTEN);
}

impl Element for VarLenUnicode {
    const COMPRESSIBLE: bool = false;
}

/// Writes the root attributes of a file whose run has just begun.
pub fn write_provenance(root: &hdf5::Group, provenance: &Provenance) -> hdf5::Result<()> {
    write_text(root, "Conventions", CONVENTIONS)?;
    write_text(root, "title", &provenance.title)?;
    write_text(root, "source", &provenance.source)?;
    write_text(root, "history", &provenance.history)?;
    write_text(root, "platform", &provenance.platform)?;
    write_text(root, "scenario", &provenance.scenario)?;
    root.new_attr::<u64>().create("seed")?.write_scalar(&provenance.seed)?;
    root.new_attr::<f64>().create(ELAPSED)?.write_scalar(&f64::NAN)?;
    root.new_attr::<i64>().create("complete")?.write_scalar(&0_i64)
}

/// Writes a validated group into `root`, ready to grow along the dimensions that are named, each
/// with the length that it is expected to reach.
pub fn write_group(
    root: &hdf5::Group,
    path: &Path,
    group: &Group,
    growing: &[(&str, usize)],
) -> Result<(), StoreError> {
    let writing = |item: &str| {
        let dataset = format!("{}/{item}", group.name);
        move |source| StoreError::writing(path, &dataset, source)
    };
    if group.is_sonata() {
        mark_sonata(root).map_err(writing(""))?;
    }
    let location = create_location(root, &group.name).map_err(writing(""))?;
    for (name, value) in &group.attributes {
        write_attribute(&location, name, value).map_err(writing(name))?;
    }
    let blueprint = Blueprint { location, group, growing };
    for dimension in &group.dimensions {
        blueprint.write_scale(dimension).map_err(writing(&dimension.name))?;
    }
    for variable in group.variables.iter().filter(|variable| !variable.is_coordinate()) {
        blueprint.write_attached(variable).map_err(writing(&variable.name))?;
    }
    Ok(())
}

/// Writes the root attributes by which readers know files in the SONATA format.
fn mark_sonata(root: &hdf5::Group) -> hdf5::Result<()> {
    if root.attr("magic").is_ok() {
        return Ok(());
    }
    root.new_attr::<u32>().create("magic")?.write_scalar(&SONATA_MAGIC)?;
    root.new_attr::<u32>().shape(SONATA_VERSION.len()).create("version")?.write_raw(&SONATA_VERSION)
}

/// Creates a group that remembers the order in which its members were made.
fn create_location(root: &hdf5::Group, name: &str) -> hdf5::Result<hdf5::Group> {
    let ordered = root
        .create_group_builder()
        .with_gcpl(|gcpl| gcpl.link_creation_order(LinkCreationOrder::Indexed));
    ordered.create(name)
}

/// A group being written, and where.
struct Blueprint<'a> {
    location: hdf5::Group,
    group: &'a Group,
    growing: &'a [(&'a str, usize)],
}

impl Blueprint<'_> {
    fn write_scale(&self, dimension: &Dimension) -> hdf5::Result<()> {
        let (name, length) = (&dimension.name, dimension.length);
        if let Some(coordinate) = self.group.variable(name) {
            return scales::declare(&self.write_variable(coordinate)?, name);
        }
        let placeholder = self.create::<f32>(name, std::slice::from_ref(name))?;
        scales::declare(&placeholder, &format!("{PLACEHOLDER}{length:10}"))
    }

    fn write_attached(&self, variable: &Variable) -> hdf5::Result<()> {
        let dataset = self.write_variable(variable)?;
        for (axis, dimension) in variable.dimensions.iter().enumerate() {
            scales::attach(&dataset, &self.location.dataset(dimension)?, axis)?;
        }
        Ok(())
    }

    fn write_variable(&self, variable: &Variable) -> hdf5::Result<Dataset> {
        let dataset = match &variable.values {
            Values::Float(values) => self.write_values(variable, values),
            Values::Single(values) => self.write_values(variable, values),
            Values::Integer(values) => self.write_values(variable, values),
            Values::Unsigned(values) => self.write_values(variable, values),
            Values::Text(values) => self.write_values(variable, &encode_texts(values)?),
        }?;
        describe_variable(&dataset, variable)?;
        Ok(dataset)
    }

    fn write_values<T: Element>(&self, variable: &Variable, values: &[T]) -> hdf5::Result<Dataset> {
        let dataset = self.create::<T>(&variable.name, &variable.dimensions)?;
        if !values.is_empty() {
            dataset.write_raw(values)?;
        }
        Ok(dataset)
    }

    fn create<T: Element>(&self, name: &str, dimensions: &[String]) -> hdf5::Result<Dataset> {
        let axes: Vec<Axis> = dimensions.iter().map(|dimension| self.axis(dimension)).collect();
        // Readers of the SONATA format come without the filter.
        let compressible = T::COMPRESSIBLE && !self.group.is_sonata();
        let layout = Layout::of(&axes, size_of::<T>(), compressible);
        let extents = axes.iter().map(|axis| match axis.expected {
            Some(_) => Extent::resizable(axis.length),
            None => Extent::fixed(axis.length),
        });
        let extents = SimpleExtents::from_vec(extents.collect());
        let mut builder = self.location.new_dataset::<T>().shape(extents);
        if let Some(missing) = T::MISSING {
            builder = builder.fill_value(missing);
        }
        if let Layout::Chunked { chunk, compressed } = layout {
            builder = builder.chunk(chunk);
            builder = if compressed { builder.shuffle().deflate(EFFORT) } else { builder };
        }
        builder.create(name)
    }

    fn axis(&self, dimension: &str) -> Axis {
        let length = self.group.dimension(dimension).map_or(0, |dimension| dimension.length);
        let growing = self.growing.iter().find(|(name, _)| *name == dimension);
        Axis { length, expected: growing.map(|(_, expected)| *expected) }
    }
}

/// Writes what a variable is beside its values: what stands where there is none, long name and unit.
pub fn describe_variable(dataset: &Dataset, variable: &Variable) -> hdf5::Result<()> {
    match variable.values {
        Values::Float(_) if !variable.is_coordinate() => write_fill(dataset, &f64::NAN)?,
        Values::Single(_) if !variable.is_coordinate() => write_fill(dataset, &f32::NAN)?,
        _ => {}
    }
    if !variable.long_name.is_empty() {
        write_text(dataset, "long_name", &variable.long_name)?;
    }
    let default = (!matches!(variable.values, Values::Text(_))).then_some("1");
    variable
        .units
        .as_deref()
        .or(default)
        .map_or(Ok(()), |units| write_text(dataset, "units", units))
}

/// Texts as `HDF5` stores them.
pub fn encode_texts(texts: &[String]) -> hdf5::Result<Vec<VarLenUnicode>> {
    texts.iter().map(|text| encode_text(text)).collect()
}

fn encode_text(text: &str) -> hdf5::Result<VarLenUnicode> {
    text.parse().map_err(|error| format!("`{text}` cannot be written: {error}").into())
}

fn write_text(location: &Location, name: &str, text: &str) -> hdf5::Result<()> {
    location.new_attr::<VarLenUnicode>().create(name)?.write_scalar(&encode_text(text)?)
}

/// Says what stands where nothing was written.
fn write_fill<T: H5Type>(dataset: &Dataset, missing: &T) -> hdf5::Result<()> {
    dataset.new_attr::<T>().create("_FillValue")?.write_scalar(missing)
}

fn write_attribute(location: &Location, name: &str, value: &Attribute) -> hdf5::Result<()> {
    match value {
        Attribute::Text(text) => write_text(location, name, text),
        Attribute::Integer(value) => location.new_attr::<i64>().create(name)?.write_scalar(value),
        Attribute::Float(value) => location.new_attr::<f64>().create(name)?.write_scalar(value),
        Attribute::Sorting(value) => {
            location.new_attr::<Sorting>().create(name)?.write_scalar(value)
        }
    }
}
