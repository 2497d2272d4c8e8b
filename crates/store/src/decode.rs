//! `HDF5` to groups.

use std::path::Path;
use std::time::Duration;

use hdf5::types::{FloatSize, TypeDescriptor, VarLenArray, VarLenUnicode};
use hdf5::{
    Container, Dataset, H5Type, Hyperslab, IndexType, IterationOrder, LinkType, Location,
    LocationType, ObjectReference1, ReferencedObject,
};
use ndarray::IxDyn;

use crate::assembly::{self, Sources};
use crate::encode::PLACEHOLDER;
use crate::error::StoreError;
use crate::group::{Attribute, Dimension, Group, Sorting, Values, Variable};
use crate::outline::{GroupOutline, ValueType, VariableOutline};
use crate::provenance::{ELAPSED, Header, Provenance};

/// Groups within groups, beyond which a file is not ours: links could make a circle.
const DEEPEST: usize = 8;
/// More axes than any dataset has.
const MOST_AXES: usize = 32;
/// Bytes that are read without asking whether so many can be in the file.
const UNQUESTIONED_BYTES: u64 = 16 * 1024 * 1024;

/// Reads the root attributes and lists the groups.
pub fn decode_header(file: &hdf5::File, path: &Path) -> Result<Header, StoreError> {
    let text = |name| root_attribute(file, path, name, decode_text);
    let provenance = Provenance {
        title: text("title")?,
        source: text("source")?,
        scenario: text("scenario")?,
        seed: root_attribute(file, path, "seed", Container::read_scalar::<u64>)?,
        history: text("history")?,
        // Files of the first versions do not say.
        platform: text("platform").unwrap_or_default(),
    };
    let complete = root_attribute(file, path, "complete", Container::read_scalar::<i64>)? == 1;
    // Files of the first versions do not say, nor do those of a run that was killed.
    let elapsed = root_attribute(file, path, ELAPSED, Container::read_scalar::<f64>).ok();
    let elapsed = elapsed.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    let mut groups = Vec::new();
    list_groups(file, "", 0, &mut groups)
        .map_err(|source| StoreError::reading(path, "/", source))?;
    Ok(Header { provenance, complete, elapsed, groups })
}

fn root_attribute<T>(
    file: &hdf5::File,
    path: &Path,
    name: &str,
    decode: impl Fn(&Container) -> hdf5::Result<T>,
) -> Result<T, StoreError> {
    let Ok(attribute) = file.attr(name) else {
        return Err(StoreError::NotOurs { path: path.to_path_buf(), missing: name.to_owned() });
    };
    decode(&attribute).map_err(|source| StoreError::reading(path, name, source))
}

fn list_groups(
    parent: &hdf5::Group,
    prefix: &str,
    depth: usize,
    found: &mut Vec<String>,
) -> hdf5::Result<()> {
    if depth > DEEPEST {
        return Err("groups lie too deep within each other".into());
    }
    for member in members(parent)? {
        if parent.loc_type_by_name(&member)? != LocationType::Group {
            continue;
        }
        let (group, name) = (parent.group(&member)?, format!("{prefix}{member}"));
        if !datasets(&group)?.is_empty() {
            found.push(name.clone());
        }
        list_groups(&group, &format!("{name}/"), depth + 1, found)?;
    }
    Ok(())
}

/// Reads an existing group.
pub fn decode_group(file: &hdf5::File, path: &Path, name: &str) -> Result<Group, StoreError> {
    let location = open_group(file, path, name)?;
    let outline = decode_outline(&location, path, name)?;
    let value_of = |outline: VariableOutline| {
        let dataset = location.dataset(&outline.name);
        let values =
            dataset.and_then(|dataset| decode_values(&dataset, outline.value_type, &outline.shape));
        let item = format!("{name}/{}", outline.name);
        let values = values.map_err(|source| StoreError::reading(path, &item, source))?;
        let VariableOutline { name, dimensions, units, long_name, .. } = outline;
        Ok(Variable { name, dimensions, units, long_name, values })
    };
    let GroupOutline { name: _, dimensions, variables, attributes } = outline;
    let variables = variables.into_iter().map(value_of).collect::<Result<_, StoreError>>()?;
    Ok(Group { name: name.to_owned(), dimensions, variables, attributes })
}

/// Opens an existing group.
pub fn open_group(file: &hdf5::File, path: &Path, name: &str) -> Result<hdf5::Group, StoreError> {
    file.group(name).map_err(|source| StoreError::reading(path, name, source))
}

/// Reads what a group holds, without the values.
pub fn decode_outline(
    location: &hdf5::Group,
    path: &Path,
    name: &str,
) -> Result<GroupOutline, StoreError> {
    let reading = |item: &str| {
        let item = format!("{name}/{item}");
        move |source| StoreError::reading(path, &item, source)
    };
    let mut outline = GroupOutline {
        name: name.to_owned(),
        dimensions: Vec::new(),
        variables: Vec::new(),
        attributes: Vec::new(),
    };
    for attribute in location.attr_names().map_err(reading(""))? {
        let value = decode_attribute(location, &attribute).map_err(reading(&attribute))?;
        outline.attributes.push((attribute, value));
    }
    let names = datasets(location).map_err(reading(""))?;
    let members = names
        .iter()
        .map(|name| Member::open(location, name).map_err(reading(name)))
        .collect::<Result<Vec<_>, _>>()?;
    for member in &members {
        assembly::check(&member.sources, path, &format!("{name}/{}", member.name))?;
        outline_member(&mut outline, member, &members).map_err(reading(&member.name))?;
    }
    Ok(outline)
}

/// A dataset of a group.
pub struct Member {
    /// The name in the group.
    pub name: String,
    /// The dataset.
    pub dataset: Dataset,
    /// The shards that its values are in.
    pub sources: Sources,
    /// The names of its dimensions, slowest first.
    pub dimensions: Vec<String>,
    /// Whether it is the scale of a dimension.
    pub is_scale: bool,
}

impl Member {
    fn open(location: &hdf5::Group, name: &str) -> hdf5::Result<Self> {
        let dataset = location.dataset(name)?;
        let sources = assembly::sources(&dataset)?;
        let is_scale = dataset.attr("CLASS").is_ok();
        let dimensions = if is_scale { vec![name.to_owned()] } else { dimensions_of(&dataset)? };
        if dimensions.len() != dataset.get_shape()?.len() {
            return Err("the axes do not fit the dimensions".into());
        }
        Ok(Self { name: name.to_owned(), dataset, sources, dimensions, is_scale })
    }

    /// All datasets of a group.
    pub fn all(location: &hdf5::Group) -> hdf5::Result<Vec<Self>> {
        datasets(location)?.iter().map(|name| Self::open(location, name)).collect()
    }

    /// Each of its dimensions, with its length in this dataset.
    fn lengths(&self) -> impl Iterator<Item = (&str, usize)> {
        self.dimensions.iter().map(String::as_str).zip(self.dataset.shape())
    }
}

/// The names of the members, in the order in which they were made where the file remembers it.
///
/// Only what is in the file itself: links by name may lead in a circle, or to other files.
pub fn members(group: &hdf5::Group) -> hdf5::Result<Vec<String>> {
    let visited = |index: IndexType| {
        let mut names = Vec::new();
        group.iter_visit(index, IterationOrder::Increasing, |name, link| {
            if link.link_type == LinkType::Hard {
                names.push(name.to_owned());
            }
            Ok(())
        })?;
        Ok(names)
    };
    visited(IndexType::CreationOrder).or_else(|_: hdf5::Error| visited(IndexType::Name))
}

/// The names of the datasets of a group.
fn datasets(group: &hdf5::Group) -> hdf5::Result<Vec<String>> {
    let mut names = Vec::new();
    for name in members(group)? {
        if group.loc_type_by_name(&name)? == LocationType::Dataset {
            names.push(name);
        }
    }
    Ok(names)
}

/// Adds a dataset to the outline: as a dimension, a coordinate or a variable.
///
/// While a growing group is extended, or where its writer was killed then, some of its datasets are
/// longer than others: what all have is seen.
fn outline_member(outline: &mut GroupOutline, member: &Member, all: &[Member]) -> hdf5::Result<()> {
    let Member { name, dataset, dimensions, is_scale, .. } = member;
    let length_of = |dimension: &str| {
        let lengths = all.iter().flat_map(Member::lengths).filter(|(name, _)| *name == dimension);
        lengths.map(|(_, length)| length).min()
    };
    let shape: Vec<usize> = dimensions.iter().filter_map(|name| length_of(name)).collect();
    if let ([length], true) = (shape.as_slice(), is_scale) {
        outline.dimensions.push(Dimension { name: name.clone(), length: *length });
        if is_placeholder(dataset) {
            return Ok(());
        }
    }
    let optional =
        |attribute: &str| dataset.attr(attribute).ok().map(|found| decode_text(&found)).transpose();
    outline.variables.push(VariableOutline {
        name: name.clone(),
        dimensions: dimensions.clone(),
        shape,
        value_type: value_type(dataset)?,
        units: optional("units")?.filter(|units| units != "1"),
        long_name: optional("long_name")?.unwrap_or_default(),
    });
    Ok(())
}

/// The names of the scales that a variable refers to, one for each of its axes.
fn dimensions_of(dataset: &Dataset) -> hdf5::Result<Vec<String>> {
    if dataset.ndim() == 0 {
        return Ok(Vec::new());
    }
    let list = dataset.attr("DIMENSION_LIST")?;
    if list.size() > MOST_AXES {
        return Err("there are too many axes".into());
    }
    let axes = list.read_raw::<VarLenArray<ObjectReference1>>()?;
    axes.iter().map(|scales| dimension_name(dataset, scales)).collect()
}

fn dimension_name(dataset: &Dataset, scales: &[ObjectReference1]) -> hdf5::Result<String> {
    let Some(scale) = scales.first() else { return Err("an axis has no dimension".into()) };
    match dataset.dereference(scale)? {
        ReferencedObject::Dataset(scale) => {
            Ok(scale.name().rsplit('/').next().unwrap_or_default().to_owned())
        }
        ReferencedObject::Group(_) | ReferencedObject::Datatype(_) => {
            Err("a dimension is not a dataset".into())
        }
    }
}

/// Whether a scale stands for a dimension without coordinate.
fn is_placeholder(scale: &Dataset) -> bool {
    let name = scale
        .attr("NAME")
        .and_then(|name| name.as_reader().read_scalar::<hdf5::types::FixedAscii<64>>());
    name.is_ok_and(|name| name.starts_with(PLACEHOLDER))
}

fn value_type(dataset: &Dataset) -> hdf5::Result<ValueType> {
    match dataset.dtype()?.to_descriptor()? {
        TypeDescriptor::Float(FloatSize::U4) => Ok(ValueType::Single),
        TypeDescriptor::Float(_) => Ok(ValueType::Float),
        TypeDescriptor::Integer(_) => Ok(ValueType::Integer),
        TypeDescriptor::Unsigned(_) => Ok(ValueType::Unsigned),
        TypeDescriptor::VarLenUnicode => Ok(ValueType::Text),
        other => Err(format!("values of type {other} are not supported").into()),
    }
}

/// The values of the first places on each dimension, as many as `shape` says, where there can be as many in the file.
fn decode_values(
    dataset: &Dataset,
    value_type: ValueType,
    shape: &[usize],
) -> hdf5::Result<Values> {
    plausible(dataset, &dataset.get_shape()?)?;
    match value_type {
        ValueType::Float => Ok(Values::Float(read_part(dataset, shape)?)),
        ValueType::Single => Ok(Values::Single(read_part(dataset, shape)?)),
        ValueType::Integer => Ok(Values::Integer(read_part(dataset, shape)?)),
        ValueType::Unsigned => Ok(Values::Unsigned(read_part(dataset, shape)?)),
        ValueType::Text => {
            decode_texts(&read_part::<VarLenUnicode>(dataset, shape)?).map(Values::Text)
        }
    }
}

fn read_part<T: H5Type + Clone>(dataset: &Dataset, shape: &[usize]) -> hdf5::Result<Vec<T>> {
    if dataset.shape() == shape {
        return dataset.read_raw();
    }
    if shape.contains(&0) {
        return Ok(Vec::new());
    }
    let part = Hyperslab::from(shape.iter().map(|&end| (0..end).into()).collect::<Vec<_>>());
    Ok(dataset.read_slice::<T, _, IxDyn>(part)?.iter().cloned().collect())
}

/// Texts from the form in which `HDF5` hands them over.
pub fn decode_texts<'a>(
    texts: impl IntoIterator<Item = &'a VarLenUnicode>,
) -> hdf5::Result<Vec<String>> {
    texts.into_iter().map(checked_text).collect()
}

/// Refuses lengths by which a damaged file asks for more memory than its data can fill.
///
/// Deflate makes 1032 bytes of one at most.
pub fn plausible(dataset: &Dataset, lengths: &[usize]) -> hdf5::Result<()> {
    let values = lengths.iter().try_fold(1_usize, |product, length| product.checked_mul(*length));
    let bytes = values.and_then(|values| values.checked_mul(size_of::<f64>()));
    let most = || assembly::stored_bytes(dataset).saturating_mul(1032);
    match bytes {
        Some(bytes) if bytes as u64 <= UNQUESTIONED_BYTES || bytes as u64 <= most() => Ok(()),
        _ => Err("it claims to hold more values than the file has room for".into()),
    }
}

fn decode_attribute(location: &Location, name: &str) -> hdf5::Result<Attribute> {
    let attribute = location.attr(name)?;
    match attribute.dtype()?.to_descriptor()? {
        TypeDescriptor::Float(_) => Ok(Attribute::Float(attribute.read_scalar()?)),
        TypeDescriptor::Integer(_) | TypeDescriptor::Unsigned(_) => {
            Ok(Attribute::Integer(attribute.read_scalar()?))
        }
        TypeDescriptor::VarLenUnicode => Ok(Attribute::Text(decode_text(&attribute)?)),
        TypeDescriptor::Enum(_) => decode_sorting(attribute.read_scalar()?),
        other => Err(format!("attributes of type {other} are not supported").into()),
    }
}

/// The number is read as such: one that names no order, in a damaged file, is none of ours.
fn decode_sorting(number: u8) -> hdf5::Result<Attribute> {
    let known = [Sorting::none, Sorting::by_id, Sorting::by_time];
    let sorting = known.into_iter().find(|sorting| *sorting as u8 == number);
    sorting.map(Attribute::Sorting).ok_or_else(|| "the order of events is unknown".into())
}

fn decode_text(attribute: &Container) -> hdf5::Result<String> {
    checked_text(&attribute.read_scalar::<VarLenUnicode>()?)
}

fn checked_text(text: &VarLenUnicode) -> hdf5::Result<String> {
    String::from_utf8(text.as_bytes().to_vec()).map_err(|_| "a text is not UTF-8".into())
}
