//! Groups that grow: their layout in the file, and pieces put in their place.

use std::collections::BTreeMap;
use std::mem::discriminant;
use std::path::Path;

use hdf5::Dataset;
use hdf5::types::{FloatSize, IntSize, TypeDescriptor};

use crate::decode::Member;
use crate::error::StoreError;
use crate::group::{Values, Variable};
use crate::piece::Piece;
use crate::region::{Region, Target};

/// What a file knows of a group that grows.
#[derive(Debug)]
pub struct Growth {
    name: String,
    /// The dimensions, with their lengths and whether they grow.
    dimensions: BTreeMap<String, (usize, bool)>,
    columns: Vec<Column>,
}

/// A dataset that grows.
#[derive(Debug)]
struct Column {
    name: String,
    dimensions: Vec<String>,
    /// No values, of the type of the dataset.
    kind: Option<Values>,
    chunk: Vec<usize>,
    /// Its length on each dimension that does not grow.
    limits: Vec<Option<usize>>,
    compressed: bool,
}

impl Column {
    /// The column that a dataset is, if it grows.
    fn of(member: &Member) -> hdf5::Result<Option<Self>> {
        let dataset = &member.dataset;
        let Some(chunk) = dataset.chunk().filter(|_| dataset.is_resizable()) else {
            return Ok(None);
        };
        let kind = match dataset.dtype()?.to_descriptor()? {
            TypeDescriptor::Float(FloatSize::U8) => Some(Values::Float(Vec::new())),
            TypeDescriptor::Float(FloatSize::U4) => Some(Values::Single(Vec::new())),
            TypeDescriptor::Integer(IntSize::U8) => Some(Values::Integer(Vec::new())),
            TypeDescriptor::Unsigned(IntSize::U8) => Some(Values::Unsigned(Vec::new())),
            _ => None,
        };
        Ok(Some(Self {
            name: member.name.clone(),
            dimensions: member.dimensions.clone(),
            kind,
            chunk,
            limits: dataset.space()?.maxdims(),
            compressed: !dataset.filters().is_empty(),
        }))
    }

    /// Whether a variable is one of this column.
    fn takes(&self, variable: &Variable) -> bool {
        let kind = self.kind.as_ref().map(discriminant);
        self.dimensions == variable.dimensions && kind == Some(discriminant(&variable.values))
    }
}

impl Growth {
    /// What `root` says of a group; none if it does not grow.
    pub fn read(root: &hdf5::Group, name: &str) -> hdf5::Result<Option<Self>> {
        let members = Member::all(&root.group(name)?)?;
        let mut dimensions: BTreeMap<String, (usize, bool)> = BTreeMap::new();
        let mut columns = Vec::new();
        for member in &members {
            let space = member.dataset.space()?;
            let extents = space.shape().into_iter().zip(space.maxdims());
            for (dimension, (length, most)) in member.dimensions.iter().zip(extents) {
                let known = dimensions.entry(dimension.clone()).or_default();
                *known = (known.0.max(length), known.1 || most.is_none());
            }
            columns.extend(Column::of(member)?);
        }
        let growth = Self { name: name.to_owned(), dimensions, columns };
        Ok((!growth.columns.is_empty()).then_some(growth))
    }

    /// How far a growing dimension has grown.
    pub fn length(&self, dimension: &str) -> Option<usize> {
        self.dimensions.get(dimension).and_then(|&(length, grows)| grows.then_some(length))
    }

    /// Checks that a validated piece fits.
    pub fn check(&self, piece: &Piece) -> Result<(), StoreError> {
        let group = || self.name.clone();
        let names = piece.at.iter().map(|(name, _)| name);
        for name in names.chain(piece.group.dimensions.iter().map(|dimension| &dimension.name)) {
            let Some(&(length, grows)) = self.dimensions.get(name) else {
                let (used_by, dimension) = ("a piece".to_owned(), name.clone());
                return Err(StoreError::UnknownDimension { group: group(), used_by, dimension });
            };
            let brought = piece.group.dimension(name).map_or(0, |dimension| dimension.length);
            let end = piece.offset(name) + brought;
            if end > length && !grows {
                let dimension = name.clone();
                return Err(StoreError::Beyond { group: group(), dimension, length, end });
            }
        }
        let unfit = |variable: &&Variable| self.column(variable).is_none();
        match piece.group.variables.iter().find(unfit) {
            Some(variable) => {
                Err(StoreError::Undeclared { group: group(), variable: variable.name.clone() })
            }
            None => Ok(()),
        }
    }

    fn column(&self, variable: &Variable) -> Option<&Column> {
        self.columns.iter().find(|column| column.name == variable.name && column.takes(variable))
    }

    /// Bytes of the chunks that a checked piece touches, at most, and how many datasets may be extended.
    pub fn room(&self, piece: &Piece) -> (usize, usize) {
        let bytes = |variable: &Variable| {
            self.column(variable).map_or(0, |column| {
                let chunk = column.chunk.iter().product::<usize>() * size_of::<u64>();
                region(piece, variable).chunk_count(&column.chunk) * chunk
            })
        };
        (piece.group.variables.iter().map(bytes).sum(), self.columns.len())
    }

    /// Extends the group where a checked piece needs it, and writes the piece.
    pub fn place(
        &mut self,
        root: &hdf5::Group,
        path: &Path,
        piece: &Piece,
    ) -> Result<(), StoreError> {
        for dimension in &piece.group.dimensions {
            let end = piece.offset(&dimension.name) + dimension.length;
            if let Some((length, _)) = self.dimensions.get_mut(&dimension.name) {
                *length = (*length).max(end);
            }
        }
        let writing = |item: &str| {
            let dataset = format!("{}/{item}", self.name);
            move |source| StoreError::writing(path, &dataset, source)
        };
        let location = root.group(&self.name).map_err(writing(""))?;
        for column in &self.columns {
            let extended = location.dataset(&column.name).and_then(|dataset| {
                let before = dataset.shape();
                self.extend(&dataset, column, &before)?;
                let brought = piece.group.variable(&column.name);
                brought.map_or(Ok(()), |brought| column.place(&dataset, &before, piece, brought))
            });
            extended.map_err(writing(&column.name))?;
        }
        Ok(())
    }

    /// Gives all datasets the same lengths, after a writer was killed while it extended them.
    pub fn level(&self, root: &hdf5::Group) -> hdf5::Result<()> {
        let location = root.group(&self.name)?;
        self.columns.iter().try_for_each(|column| {
            let dataset = location.dataset(&column.name)?;
            self.extend(&dataset, column, &dataset.shape())
        })
    }

    fn extend(&self, dataset: &Dataset, column: &Column, before: &[usize]) -> hdf5::Result<()> {
        let length = |(name, before): (&String, &usize)| {
            self.dimensions.get(name).map_or(*before, |&(length, _)| length.max(*before))
        };
        let shape: Vec<usize> = column.dimensions.iter().zip(before).map(length).collect();
        if shape == before { Ok(()) } else { dataset.resize(shape) }
    }
}

impl Column {
    fn place(
        &self,
        dataset: &Dataset,
        before: &[usize],
        piece: &Piece,
        variable: &Variable,
    ) -> hdf5::Result<()> {
        let target = Target {
            dataset,
            chunk: &self.chunk,
            before,
            shape: &dataset.shape(),
            limits: &self.limits,
            compressed: self.compressed,
        };
        let region = region(piece, variable);
        match &variable.values {
            Values::Float(values) => target.place(&region, values),
            Values::Single(values) => target.place(&region, values),
            Values::Integer(values) => target.place(&region, values),
            Values::Unsigned(values) => target.place(&region, values),
            Values::Text(_) => Err("texts cannot grow".into()),
        }
    }
}

/// Where a variable of a validated piece lies.
fn region(piece: &Piece, variable: &Variable) -> Region {
    let at = variable.dimensions.iter().map(|name| piece.offset(name)).collect();
    Region { at, shape: piece.group.shape(variable) }
}
