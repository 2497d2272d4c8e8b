//! How a dataset lies in the file: chunk shapes and compression.
//!
//! Small arrays are contiguous. Larger ones, and all that grow, are cut into chunks: of at most
//! [`LARGEST_CHUNK`] bytes where all is written at once, of about [`GROWING_CHUNK`] bytes where it
//! comes piece by piece, so that many small pieces share a chunk and a large piece fills several.

/// Bytes from which compression pays.
const SMALLEST_COMPRESSED: usize = 512;
/// Bytes of the largest chunk: the default cache of `HDF5` holds one.
const LARGEST_CHUNK: usize = 1024 * 1024;
/// Bytes of the largest chunk of a growing array. Each piece writes the chunks at its ends again,
/// and only those between them are compressed.
const GROWING_CHUNK: usize = 128 * 1024;

/// A dimension of an array.
#[derive(Debug, Clone, Copy)]
pub struct Axis {
    /// Its length now.
    pub length: usize,
    /// Where it grows, the length that it is expected to reach.
    pub expected: Option<usize>,
}

/// Where the values of a dataset are and whether they are compressed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Layout {
    /// In one block.
    Contiguous,
    /// In blocks of this shape.
    Chunked {
        /// The lengths of a block.
        chunk: Vec<usize>,
        /// Whether each block is compressed.
        compressed: bool,
    },
}

impl Layout {
    /// The layout of a dataset with these dimensions; `size` is the size of a value in bytes.
    pub fn of(axes: &[Axis], size: usize, compressible: bool) -> Self {
        if axes.iter().any(|axis| axis.expected.is_some()) {
            return Self::growing(axes, size, compressible);
        }
        let shape: Vec<usize> = axes.iter().map(|axis| axis.length).collect();
        if !compressible || shape.iter().product::<usize>() * size < SMALLEST_COMPRESSED {
            return Self::Contiguous;
        }
        Self::Chunked { chunk: cut(shape, size, LARGEST_CHUNK), compressed: true }
    }

    /// An expected length of 0 is unknown, and taken for large.
    fn growing(axes: &[Axis], size: usize, compressible: bool) -> Self {
        let expected = |axis: &Axis| match axis.expected {
            Some(0) => GROWING_CHUNK,
            Some(expected) => expected.max(axis.length),
            None => axis.length.max(1),
        };
        let chunk = cut(axes.iter().map(expected).collect(), size, GROWING_CHUNK);
        let compressed = compressible && bytes(&chunk, size) >= SMALLEST_COMPRESSED;
        Self::Chunked { chunk, compressed }
    }
}

/// Halves the leading lengths, the first that can be halved first, until a chunk is small enough.
fn cut(mut chunk: Vec<usize>, size: usize, largest: usize) -> Vec<usize> {
    while bytes(&chunk, size) > largest {
        let Some(length) = chunk.iter_mut().find(|length| **length > 1) else { break };
        *length = length.div_ceil(2);
    }
    chunk
}

fn bytes(chunk: &[usize], size: usize) -> usize {
    chunk.iter().fold(size, |product, &length| product.saturating_mul(length))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chunked(chunk: &[usize], compressed: bool) -> Layout {
        Layout::Chunked { chunk: chunk.to_vec(), compressed }
    }

    fn fixed(shape: &[usize], size: usize, compressible: bool) -> Layout {
        let axes: Vec<Axis> = shape.iter().map(|&length| Axis { length, expected: None }).collect();
        Layout::of(&axes, size, compressible)
    }

    fn growing(expected: usize, rest: &[usize]) -> Layout {
        let mut axes = vec![Axis { length: 0, expected: Some(expected) }];
        axes.extend(rest.iter().map(|&length| Axis { length, expected: None }));
        Layout::of(&axes, 8, true)
    }

    #[test]
    fn small_arrays_and_texts_are_contiguous() {
        assert_eq!(fixed(&[], 8, true), Layout::Contiguous);
        assert_eq!(fixed(&[63], 8, true), Layout::Contiguous);
        assert_eq!(fixed(&[0, 1000], 8, true), Layout::Contiguous);
        assert_eq!(fixed(&[1_000_000], 16, false), Layout::Contiguous);
    }

    #[test]
    fn larger_arrays_are_cut_and_compressed() {
        assert_eq!(fixed(&[64], 8, true), chunked(&[64], true));
        assert_eq!(fixed(&[1000, 1000], 8, true), chunked(&[125, 1000], true));
        assert_eq!(fixed(&[1, 300_000], 8, true), chunked(&[1, 75_000], true));
    }

    #[test]
    fn many_small_rows_share_a_chunk_and_a_long_one_is_cut() {
        assert_eq!(growing(100_000, &[17, 2]), chunked(&[391, 17, 2], true));
        assert_eq!(growing(1, &[1_000_000, 2]), chunked(&[1, 7813, 2], true));
        assert_eq!(growing(1000, &[1000, 2]), chunked(&[8, 1000, 2], true));
        assert_eq!(growing(3, &[1]), chunked(&[3, 1], false));
    }

    #[test]
    fn an_unknown_length_is_large() {
        assert_eq!(growing(0, &[]), chunked(&[16_384], true));
        assert_eq!(growing(usize::MAX, &[0]), chunked(&[16_384, 1], true));
    }
}
