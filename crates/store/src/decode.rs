//! `HDF5` to groups.

use std::path::Path;

use hdf5::types::{TypeDescriptor, VarLenArray, VarLenUnicode};
use hdf5::{
    Container, Dataset, IndexType, IterationOrder, Location, LocationType, ObjectReference1,
    ReferencedObject,
};

use crate::encode::PLACEHOLDER;
use crate::error::StoreError;
use crate::group::{Attribute, Dimension, Group, Values, Variable};
use crate::provenance::{Header, Provenance};

/// Reads the root attributes and lists the groups.
pub fn decode_header(file: &hdf5::File, path: &Path) -> Result<Header, StoreError> {
    let text = |name| root_attribute(file, path, name, decode_text);
    let provenance = Provenance {
        title: text("title")?,
        source: text("source")?,
        scenario: text("scenario")?,
        seed: root_attribute(file, path, "seed", Container::read_scalar::<u64>)?,
        history: text("history")?,
    };
    let complete = root_attribute(file, path, "complete", Container::read_scalar::<i64>)? == 1;
    let mut groups = Vec::new();
    list_groups(file, "", &mut groups).map_err(|source| StoreError::reading(path, "/", source))?;
    Ok(Header { provenance, complete, groups })
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

fn list_groups(parent: &hdf5::Group, prefix: &str, found: &mut Vec<String>) -> hdf5::Result<()> {
    for member in members(parent)? {
        if parent.loc_type_by_name(&member)? != LocationType::Group {
            continue;
        }
        let (group, name) = (parent.group(&member)?, format!("{prefix}{member}"));
        if !datasets(&group)?.is_empty() {
            found.push(name.clone());
        }
        list_groups(&group, &format!("{name}/"), found)?;
    }
    Ok(())
}

/// Reads an existing group.
pub fn decode_group(file: &hdf5::File, path: &Path, name: &str) -> Result<Group, StoreError> {
    let reading = |item: &str| {
        let item = format!("{name}/{item}");
        move |source| StoreError::reading(path, &item, source)
    };
    let location = file.group(name).map_err(reading(""))?;
    let mut group = Group::new(name);
    for attribute in location.attr_names().map_err(reading(""))? {
        let value = decode_attribute(&location, &attribute).map_err(reading(&attribute))?;
        group.attributes.push((attribute, value));
    }
    for member in datasets(&location).map_err(reading(""))? {
        let dataset = location.dataset(&member);
        dataset
            .and_then(|dataset| decode_dataset(&mut group, &dataset, &member))
            .map_err(reading(&member))?;
    }
    Ok(group)
}

/// The names of the members, in the order in which they were made where the file remembers it.
fn members(group: &hdf5::Group) -> hdf5::Result<Vec<String>> {
    let made = group.member_names_by(IndexType::CreationOrder, IterationOrder::Increasing);
    made.or_else(|_| group.member_names())
}

fn datasets(group: &hdf5::Group) -> hdf5::Result<Vec<String>> {
    let mut names = Vec::new();
    for name in members(group)? {
        if group.loc_type_by_name(&name)? == LocationType::Dataset {
            names.push(name);
        }
    }
    Ok(names)
}

/// Adds a dataset to the group: as a dimension, a coordinate or a variable.
fn decode_dataset(group: &mut Group, dataset: &Dataset, name: &str) -> hdf5::Result<()> {
    let is_scale = dataset.attr("CLASS").is_ok();
    if let ([length], true) = (dataset.get_shape()?.as_slice(), is_scale) {
        group.dimensions.push(Dimension { name: name.to_owned(), length: *length });
        if is_placeholder(dataset) {
            return Ok(());
        }
    }
    let dimensions = if is_scale { vec![name.to_owned()] } else { dimensions_of(dataset)? };
    let optional =
        |attribute: &str| dataset.attr(attribute).ok().map(|found| decode_text(&found)).transpose();
    group.variables.push(Variable {
        name: name.to_owned(),
        dimensions,
        units: optional("units")?.filter(|units| units != "1"),
        long_name: optional("long_name")?.unwrap_or_default(),
        values: decode_values(dataset)?,
    });
    Ok(())
}

/// The names of the scales that a variable refers to, one for each of its axes.
fn dimensions_of(dataset: &Dataset) -> hdf5::Result<Vec<String>> {
    if dataset.ndim() == 0 {
        return Ok(Vec::new());
    }
    let axes = dataset.attr("DIMENSION_LIST")?.read_raw::<VarLenArray<ObjectReference1>>()?;
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

fn decode_values(dataset: &Dataset) -> hdf5::Result<Values> {
    match dataset.dtype()?.to_descriptor()? {
        TypeDescriptor::Float(_) => Ok(Values::Float(dataset.read_raw()?)),
        TypeDescriptor::Integer(_) => Ok(Values::Integer(dataset.read_raw()?)),
        TypeDescriptor::Unsigned(_) => Ok(Values::Unsigned(dataset.read_raw()?)),
        TypeDescriptor::VarLenUnicode => {
            let texts = dataset.read_raw::<VarLenUnicode>()?;
            Ok(Values::Text(texts.iter().map(checked_text).collect::<hdf5::Result<_>>()?))
        }
        other => Err(format!("values of type {other} are not supported").into()),
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
        TypeDescriptor::Enum(_) => Ok(Attribute::Sorting(attribute.read_scalar()?)),
        other => Err(format!("attributes of type {other} are not supported").into()),
    }
}

fn decode_text(attribute: &Container) -> hdf5::Result<String> {
    checked_text(&attribute.read_scalar::<VarLenUnicode>()?)
}

fn checked_text(text: &VarLenUnicode) -> hdf5::Result<String> {
    String::from_utf8(text.as_bytes().to_vec()).map_err(|_| "a text is not UTF-8".into())
}
