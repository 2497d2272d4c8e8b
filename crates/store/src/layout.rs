//! How a dataset lies in the file: chunk shapes and compression.
//!
//! Small arrays are contiguous. Larger ones are cut into chunks of at most [`LARGEST_CHUNK`] bytes
//! and compressed. A growing array is compressed only when each piece fills its chunks exactly: a
//! compressed chunk that is written again changes its size and leaves its old place in the file
//! unused, while a plain one is overwritten where it is.

/// Bytes from which compression pays.
const SMALLEST_COMPRESSED: usize = 512;
/// Bytes below which a chunk of a growing array costs more in book-keeping than it holds.
const SMALLEST_CHUNK: usize = 64 * 1024;
/// Bytes of the largest chunk: the default cache of `HDF5` holds one.
const LARGEST_CHUNK: usize = 1024 * 1024;

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
    /// The layout of a dataset whose shape is final; `size` is the size of a value in bytes.
    pub fn fixed(shape: &[usize], size: usize, compressible: bool) -> Self {
        if !compressible || shape.iter().product::<usize>() * size < SMALLEST_COMPRESSED {
            return Self::Contiguous;
        }
        Self::Chunked { chunk: cut(shape.to_vec(), size), compressed: true }
    }

    /// The layout of a dataset that grows along its first dimension by about `shape[0]` at a time.
    pub fn growing(shape: &[usize], size: usize, compressible: bool) -> Self {
        let mut chunk: Vec<usize> = shape.iter().map(|&length| length.max(1)).collect();
        let row = chunk[1..].iter().product::<usize>() * size;
        chunk[0] = largest_divisor(chunk[0], LARGEST_CHUNK / row);
        let compressed = compressible && chunk[0] * row >= SMALLEST_CHUNK;
        if chunk[0] * row < SMALLEST_CHUNK {
            chunk[0] = SMALLEST_CHUNK.div_ceil(row);
        }
        Self::Chunked { chunk: cut(chunk, size), compressed }
    }
}

/// The largest divisor of `number` that is at most `limit`, or 1.
fn largest_divisor(number: usize, limit: usize) -> usize {
    (1..=limit.min(number)).rev().find(|divisor| number.is_multiple_of(*divisor)).unwrap_or(1)
}

/// Halves the leading lengths, the first that can be halved first, until a chunk is small enough.
fn cut(mut chunk: Vec<usize>, size: usize) -> Vec<usize> {
    while chunk.iter().product::<usize>() * size > LARGEST_CHUNK {
        let Some(length) = chunk.iter_mut().find(|length| **length > 1) else { break };
        *length = length.div_ceil(2);
    }
    chunk
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chunked(chunk: &[usize], compressed: bool) -> Layout {
        Layout::Chunked { chunk: chunk.to_vec(), compressed }
    }

    #[test]
    fn small_arrays_and_texts_are_contiguous() {
        assert_eq!(Layout::fixed(&[], 8, true), Layout::Contiguous);
        assert_eq!(Layout::fixed(&[63], 8, true), Layout::Contiguous);
        assert_eq!(Layout::fixed(&[0, 1000], 8, true), Layout::Contiguous);
        assert_eq!(Layout::fixed(&[1_000_000], 16, false), Layout::Contiguous);
    }

    #[test]
    fn larger_arrays_are_cut_and_compressed() {
        assert_eq!(Layout::fixed(&[64], 8, true), chunked(&[64], true));
        assert_eq!(Layout::fixed(&[1000, 1000], 8, true), chunked(&[125, 1000], true));
        assert_eq!(Layout::fixed(&[1, 300_000], 8, true), chunked(&[1, 75_000], true));
    }

    #[test]
    fn large_pieces_fill_their_chunks() {
        assert_eq!(Layout::growing(&[1, 10_000, 3], 8, true), chunked(&[1, 10_000, 3], true));
        assert_eq!(Layout::growing(&[16, 10_000, 2], 8, true), chunked(&[4, 10_000, 2], true));
        assert_eq!(Layout::growing(&[1, 300_000], 8, true), chunked(&[1, 75_000], true));
    }

    #[test]
    fn small_pieces_share_plain_chunks() {
        assert_eq!(Layout::growing(&[1, 40, 2], 8, true), chunked(&[103, 40, 2], false));
        assert_eq!(Layout::growing(&[1], 8, true), chunked(&[8192], false));
        assert_eq!(Layout::growing(&[0, 0], 8, true), chunked(&[8192, 1], false));
    }

    #[test]
    fn texts_are_never_compressed() {
        assert_eq!(Layout::growing(&[10_000], 16, false), chunked(&[10_000], false));
    }
}
