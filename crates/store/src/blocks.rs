//! Values of a group a block at a time, for data that are larger than the memory.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use hdf5::types::VarLenUnicode;
use hdf5::{Dataset, H5Type, Hyperslab, SliceOrIndex};
use ndarray::IxDyn;

use crate::decode::{decode_outline, decode_texts, open_group, plausible};
use crate::error::StoreError;
use crate::group::Values;
use crate::outline::{GroupOutline, ValueType};
use crate::read::open;

/// Reads the variables of one group in blocks.
#[derive(Debug)]
pub struct GroupReader {
    path: PathBuf,
    /// The datasets are open as long as it is.
    _file: hdf5::File,
    outline: GroupOutline,
    datasets: HashMap<String, (Dataset, ValueType)>,
}

impl GroupReader {
    /// Opens a group and reads its outline.
    ///
    /// # Errors
    ///
    /// Those of [`read_group`](crate::read_group).
    ///
    /// ```
    /// use equipoise_store::{
    ///     Completion, Existing, Group, GroupReader, Provenance, ResultWriter, Variable,
    /// };
    ///
    /// # let folder = tempfile::tempdir()?;
    /// # let path = folder.path().join("result.h5");
    /// let group = Group::new("trajectory")
    ///     .with_coordinate(Variable::coordinate("time", vec![0.0, 0.5, 1.0]))
    ///     .with_variable(Variable::new("mean", &["time"], vec![4.0, 5.0, 6.0]));
    /// let mut writer = ResultWriter::create(&path, &Provenance::default(), Existing::Refuse)?;
    /// writer.write(&group)?;
    /// let path = writer.finish(Completion::Complete)?;
    ///
    /// let reader = GroupReader::open(&path, "trajectory")?;
    /// assert_eq!(reader.outline().variables[1].shape, [3]);
    /// assert_eq!(reader.read("mean", &[1], &[2])?, vec![5.0, 6.0].into());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn open(path: &Path, name: &str) -> Result<Self, StoreError> {
        let file = open(path)?;
        if !file.link_exists(name) {
            let (path, group) = (path.to_path_buf(), name.to_owned());
            return Err(StoreError::NoSuchGroup { path, group });
        }
        let location = open_group(&file, path, name)?;
        let outline = decode_outline(&location, path, name)?;
        let opened = outline.variables.iter().map(|variable| {
            let item = format!("{name}/{}", variable.name);
            let dataset = location.dataset(&variable.name);
            let dataset = dataset.map_err(|source| StoreError::reading(path, &item, source))?;
            Ok((variable.name.clone(), (dataset, variable.value_type)))
        });
        let datasets = opened.collect::<Result<_, StoreError>>()?;
        Ok(Self { path: path.to_path_buf(), _file: file, outline, datasets })
    }

    /// What the group holds.
    pub fn outline(&self) -> &GroupOutline {
        &self.outline
    }

    /// Whether there can be as many values of a variable in the file. Damaged files claim more, and unfinished ones hold
    /// less than they will.
    ///
    /// # Errors
    ///
    /// [`StoreError::NoSuchGroup`] for a variable that the group does not have, and
    /// [`StoreError::Corrupt`] where there is no room for them.
    pub fn check_room(&self, variable: &str, counts: &[usize]) -> Result<(), StoreError> {
        let (item, (dataset, _)) = self.dataset(variable)?;
        plausible(dataset, counts).map_err(|source| StoreError::reading(&self.path, &item, source))
    }

    /// Reads `counts` values along each dimension of a variable, beginning at `start`, in row-major
    /// order.
    ///
    /// # Errors
    ///
    /// [`StoreError::NoSuchGroup`] for a variable that the group does not have, and
    /// [`StoreError::Corrupt`] for values that cannot be read.
    pub fn read(
        &self,
        variable: &str,
        start: &[usize],
        counts: &[usize],
    ) -> Result<Values, StoreError> {
        let (item, (dataset, value_type)) = self.dataset(variable)?;
        read_block(dataset, *value_type, start, counts)
            .map_err(|source| StoreError::reading(&self.path, &item, source))
    }

    /// A variable, and its name in messages.
    fn dataset(&self, variable: &str) -> Result<(String, &(Dataset, ValueType)), StoreError> {
        let item = format!("{}/{variable}", self.outline.name);
        match self.datasets.get(variable) {
            Some(found) => Ok((item, found)),
            None => Err(StoreError::NoSuchGroup { path: self.path.clone(), group: item }),
        }
    }
}

fn read_block(
    dataset: &Dataset,
    value_type: ValueType,
    start: &[usize],
    counts: &[usize],
) -> hdf5::Result<Values> {
    plausible(dataset, counts)?;
    Ok(match value_type {
        ValueType::Float => Values::Float(slab(dataset, start, counts)?),
        ValueType::Single => Values::Single(slab(dataset, start, counts)?),
        ValueType::Integer => Values::Integer(slab(dataset, start, counts)?),
        ValueType::Unsigned => Values::Unsigned(slab(dataset, start, counts)?),
        ValueType::Text => {
            Values::Text(decode_texts(&slab::<VarLenUnicode>(dataset, start, counts)?)?)
        }
    })
}

fn slab<T: H5Type>(dataset: &Dataset, start: &[usize], counts: &[usize]) -> hdf5::Result<Vec<T>> {
    if counts.is_empty() {
        return dataset.read_raw();
    }
    if counts.contains(&0) {
        return Ok(Vec::new());
    }
    let along = |(&start, &count): (&usize, &usize)| SliceOrIndex::SliceCount {
        start,
        step: 1,
        count,
        block: 1,
    };
    let axes: Vec<SliceOrIndex> = start.iter().zip(counts).map(along).collect();
    let block = dataset.read_slice::<T, _, IxDyn>(Hyperslab::from(axes))?;
    Ok(block.into_raw_vec_and_offset().0)
}
