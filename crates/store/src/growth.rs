//! Groups to `HDF5`, piece by piece along one dimension.

use std::path::Path;

use hdf5::{Dataset, Hyperslab, SliceOrIndex};
use ndarray::ArrayViewD;

use crate::encode::{Element, encode_texts};
use crate::error::StoreError;
use crate::group::{Group, Values, Variable};

/// A group that grows: what stays the same from piece to piece, and how much has been written.
#[derive(Debug)]
pub struct Growth {
    along: String,
    rows: usize,
    /// The first piece, without the values that grow.
    fixed: Group,
}

impl Growth {
    /// The growth that begins with this validated piece.
    pub fn begin(piece: &Group, along: &str) -> Result<Self, StoreError> {
        let Some(dimension) = piece.dimension(along) else {
            let (used_by, dimension) = ("the growth of the group".to_owned(), along.to_owned());
            return Err(StoreError::UnknownDimension {
                group: piece.name.clone(),
                used_by,
                dimension,
            });
        };
        let inner =
            |variable: &&Variable| variable.dimensions.iter().skip(1).any(|name| name == along);
        if let Some(variable) = piece.variables.iter().find(inner) {
            let (group, variable) = (piece.name.clone(), variable.name.clone());
            return Err(StoreError::NotFirst { group, variable, along: along.to_owned() });
        }
        Ok(Self {
            along: along.to_owned(),
            rows: dimension.length,
            fixed: without_growing(piece, along),
        })
    }

    /// Checks that a further validated piece differs from the first in nothing but what grows.
    pub fn check(&self, piece: &Group, along: &str) -> Result<(), StoreError> {
        let changed = |item: String| {
            Err(StoreError::Changed {
                group: self.fixed.name.clone(),
                along: self.along.clone(),
                item,
            })
        };
        if along != self.along {
            return changed(format!("the dimension to grow along (`{along}`)"));
        }
        let piece = without_growing(piece, along);
        if let Some(name) = first_difference(&self.fixed.variables, &piece.variables, |variable| {
            variable.name.as_str()
        }) {
            return changed(format!("`{name}`"));
        }
        if let Some(name) =
            first_difference(&self.fixed.dimensions, &piece.dimensions, |dimension| {
                dimension.name.as_str()
            })
        {
            return changed(format!("the dimension `{name}`"));
        }
        match first_difference(&self.fixed.attributes, &piece.attributes, |(name, _)| name.as_str())
        {
            Some(name) => changed(format!("the attribute `{name}`")),
            None => Ok(()),
        }
    }

    /// Writes the rows of a checked piece behind those already in the file.
    pub fn extend(
        &mut self,
        root: &hdf5::Group,
        path: &Path,
        piece: &Group,
    ) -> Result<(), StoreError> {
        let writing = |item: &str| {
            let dataset = format!("{}/{item}", piece.name);
            move |source| StoreError::writing(path, &dataset, source)
        };
        let location = root.group(&piece.name).map_err(writing(""))?;
        for variable in piece.variables.iter().filter(|variable| grows(variable, &self.along)) {
            self.extend_variable(&location, piece, variable).map_err(writing(&variable.name))?;
        }
        let rows = self.rows + piece.dimension(&self.along).map_or(0, |dimension| dimension.length);
        if piece.variable(&self.along).is_none() {
            let placeholder = location.dataset(&self.along);
            placeholder
                .and_then(|placeholder| placeholder.resize(rows))
                .map_err(writing(&self.along))?;
        }
        self.rows = rows;
        Ok(())
    }

    fn extend_variable(
        &self,
        location: &hdf5::Group,
        piece: &Group,
        variable: &Variable,
    ) -> hdf5::Result<()> {
        let dataset = location.dataset(&variable.name)?;
        let shape = piece.shape(variable);
        let mut extended = shape.clone();
        extended[0] += self.rows;
        dataset.resize(extended)?;
        match &variable.values {
            Values::Float(values) => self.write_rows(&dataset, &shape, values),
            Values::Integer(values) => self.write_rows(&dataset, &shape, values),
            Values::Unsigned(values) => self.write_rows(&dataset, &shape, values),
            Values::Text(values) => self.write_rows(&dataset, &shape, &encode_texts(values)?),
        }
    }

    fn write_rows<T: Element>(
        &self,
        dataset: &Dataset,
        shape: &[usize],
        values: &[T],
    ) -> hdf5::Result<()> {
        if values.is_empty() {
            return Ok(());
        }
        let part = |(axis, &count): (usize, &usize)| {
            let start = if axis == 0 { self.rows } else { 0 };
            SliceOrIndex::SliceTo { start, step: 1, end: start + count, block: 1 }
        };
        let rows = Hyperslab::from(shape.iter().enumerate().map(part).collect::<Vec<_>>());
        dataset.write_slice(ArrayViewD::from_shape(shape, values)?, rows)
    }
}

fn grows(variable: &Variable, along: &str) -> bool {
    variable.dimensions.first().is_some_and(|first| first == along)
}

/// The group without the values and the length that grow.
fn without_growing(group: &Group, along: &str) -> Group {
    let mut fixed = Group { attributes: group.attributes.clone(), ..Group::new(&group.name) };
    for dimension in &group.dimensions {
        let length = if dimension.name == along { 0 } else { dimension.length };
        fixed = fixed.with_dimension(&dimension.name, length);
    }
    for variable in &group.variables {
        let values = if grows(variable, along) {
            variable.values.emptied()
        } else {
            variable.values.clone()
        };
        let (dimensions, units) = (variable.dimensions.clone(), variable.units.clone());
        let (name, long_name) = (variable.name.clone(), variable.long_name.clone());
        fixed = fixed.with_variable(Variable { name, dimensions, units, long_name, values });
    }
    fixed
}

/// The name of the first item in which two lists differ.
fn first_difference<T: PartialEq>(
    old: &[T],
    new: &[T],
    name: impl Fn(&T) -> &str,
) -> Option<String> {
    let place = (0..old.len().max(new.len())).find(|&place| old.get(place) != new.get(place))?;
    old.get(place).or(new.get(place)).map(|item| name(item).to_owned())
}
