//! A part of an array, and how it is put into the chunks of a dataset.

use std::io;
use std::num::NonZero;
use std::ops::Range;
use std::panic::resume_unwind;
use std::thread::{self, ScopedJoinHandle};

use hdf5::{Dataset, Hyperslab};
use ndarray::{ArrayD, ArrayViewD, IxDyn, Slice};

use crate::chunk::{Encoded, Word};

/// Chunks that are encoded before the first of them is written.
const CHUNKS_AT_ONCE: usize = 64;
/// Chunks for which a thread is worth its beginning.
const CHUNKS_A_THREAD: usize = 2;

/// Where a part of an array lies.
#[derive(Debug, Clone)]
pub struct Region {
    /// Its first place on each dimension.
    pub at: Vec<usize>,
    /// Its length on each dimension.
    pub shape: Vec<usize>,
}

impl Region {
    /// The corners of the chunks that it touches.
    pub fn corners(&self, chunk: &[usize]) -> Vec<Vec<usize>> {
        let mut corners = vec![Vec::new()];
        for (axis, length) in chunk.iter().enumerate() {
            let (first, end) = (self.at[axis] / length, self.end(axis).div_ceil(*length));
            let extended = corners.iter().flat_map(|corner: &Vec<usize>| {
                (first..end).map(|number| [corner.as_slice(), &[number * length]].concat())
            });
            corners = extended.collect();
        }
        corners
    }

    /// How many chunks it touches.
    pub fn chunk_count(&self, chunk: &[usize]) -> usize {
        let touched = |axis: usize| {
            let first = self.at[axis] / chunk[axis];
            self.end(axis).div_ceil(chunk[axis]).saturating_sub(first)
        };
        (0..chunk.len()).map(touched).product()
    }

    fn end(&self, axis: usize) -> usize {
        self.at[axis] + self.shape[axis]
    }

    /// The part of an axis that it has in common with a chunk.
    fn common(&self, axis: usize, corner: usize, length: usize) -> Range<usize> {
        corner.max(self.at[axis])..(corner + length).min(self.end(axis))
    }
}

/// A dataset into which a part is written.
pub struct Target<'a> {
    /// The dataset, long enough for the part.
    pub dataset: &'a Dataset,
    /// The lengths of its chunks.
    pub chunk: &'a [usize],
    /// Its lengths before it was extended: nothing was written beyond them.
    pub before: &'a [usize],
    /// Its lengths now.
    pub shape: &'a [usize],
    /// Where it can never be longer, its length.
    pub limits: &'a [Option<usize>],
    /// Whether its chunks may be compressed.
    pub compressed: bool,
}

/// A chunk about to be written.
struct Block<T> {
    corner: Vec<usize>,
    values: ArrayD<T>,
    whole: bool,
}

impl Target<'_> {
    /// Writes the values of a part where they belong. A chunk in which nothing changes is left
    /// alone.
    pub fn place<T: Word>(&self, region: &Region, values: &[T]) -> hdf5::Result<()> {
        let values = ArrayViewD::from_shape(region.shape.as_slice(), values)?;
        for corners in region.corners(self.chunk).chunks(CHUNKS_AT_ONCE) {
            let blocks = corners
                .iter()
                .filter_map(|corner| self.block(region, &values, corner).transpose())
                .collect::<hdf5::Result<Vec<Block<T>>>>()?;
            for (block, encoded) in blocks.iter().zip(self.encode_all(&blocks)) {
                let encoded = encoded.map_err(|error| error.to_string())?;
                encoded.write(self.dataset, &block.corner)?;
            }
        }
        Ok(())
    }

    /// The chunk at `corner` with the new values in it; none if they are there already.
    fn block<T: Word>(
        &self,
        region: &Region,
        values: &ArrayViewD<'_, T>,
        corner: &[usize],
    ) -> hdf5::Result<Option<Block<T>>> {
        let common: Vec<Range<usize>> = (0..corner.len())
            .map(|axis| region.common(axis, corner[axis], self.chunk[axis]))
            .collect();
        let relative = |axis: usize, origin: &[usize]| {
            let Range { start, end } = common[axis];
            Slice::from(start - origin[axis]..end - origin[axis])
        };
        let whole = (0..corner.len()).all(|axis| {
            let rest = self.limits[axis].map_or(usize::MAX, |end| end - corner[axis]);
            common[axis].len() == self.chunk[axis].min(rest)
        });
        let old = if (0..corner.len()).any(|axis| corner[axis] >= self.before[axis]) {
            None
        } else {
            Some(self.read(corner)?)
        };
        let missing = || ArrayD::from_elem(IxDyn(self.chunk), T::UNWRITTEN);
        let mut new = old.clone().unwrap_or_else(missing);
        new.slice_each_axis_mut(|axis| relative(axis.axis.index(), corner))
            .assign(&values.slice_each_axis(|axis| relative(axis.axis.index(), &region.at)));
        let is_same = |old: ArrayD<T>| {
            old.iter().zip(&new).all(|(a, b)| a.bytes().as_ref() == b.bytes().as_ref())
        };
        if old.is_some_and(is_same) {
            return Ok(None);
        }
        Ok(Some(Block { corner: corner.to_vec(), values: new, whole }))
    }

    /// What a chunk holds.
    fn read<T: Word>(&self, corner: &[usize]) -> hdf5::Result<ArrayD<T>> {
        let end = |axis: usize| (corner[axis] + self.chunk[axis]).min(self.shape[axis]);
        let part: Vec<Range<usize>> =
            (0..corner.len()).map(|axis| corner[axis]..end(axis)).collect();
        let selection = part.iter().cloned().map(Into::into).collect::<Vec<_>>();
        let found = self.dataset.read_slice::<T, _, IxDyn>(Hyperslab::from(selection))?;
        let mut chunk = ArrayD::from_elem(IxDyn(self.chunk), T::UNWRITTEN);
        chunk.slice_each_axis_mut(|axis| (0..part[axis.axis.index()].len()).into()).assign(&found);
        Ok(chunk)
    }

    /// Encodes many chunks in threads of their own: those of a simulation may be busy for long.
    fn encode_all<T: Word>(&self, blocks: &[Block<T>]) -> Vec<io::Result<Encoded>> {
        let threads = thread::available_parallelism().map_or(1, NonZero::get);
        let share = blocks.len().div_ceil(threads).max(CHUNKS_A_THREAD);
        let encode = |blocks: &[Block<T>]| blocks.iter().map(|block| self.encode(block)).collect();
        if blocks.len() <= share {
            return encode(blocks);
        }
        thread::scope(|scope| {
            let shares = blocks.chunks(share).map(|share| scope.spawn(move || encode(share)));
            let threads: Vec<ScopedJoinHandle<'_, Vec<_>>> = shares.collect();
            let encoded = threads.into_iter().map(ScopedJoinHandle::join);
            encoded
                .flat_map(|encoded| encoded.unwrap_or_else(|panic| resume_unwind(panic)))
                .collect()
        })
    }

    fn encode<T: Word>(&self, block: &Block<T>) -> io::Result<Encoded> {
        let values = block.values.as_slice().unwrap_or_default();
        if block.whole && self.compressed {
            Encoded::compressed(values)
        } else {
            Ok(Encoded::plain(values))
        }
    }
}
