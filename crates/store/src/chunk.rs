//! Chunks of growing arrays, made here and given to the file whole.
//!
//! A chunk that one piece fills is compressed. One that is filled bit by bit stays plain: it is
//! written again where it is, so that what it held before is in the file at every moment, while a
//! compressed one would change its size and leave its old place unused for ever.
#![allow(unsafe_code)]

use std::io::{self, Write};

use flate2::Compression;
use flate2::write::ZlibEncoder;
use hdf5::Dataset;
use hdf5_sys::h5::hsize_t;
use hdf5_sys::h5d::H5Dwrite_chunk;
use hdf5_sys::h5p::H5P_DEFAULT;

use crate::encode::Element;

/// The filters of a compressed array: all are applied, or none (a bit for each that is not).
const ALL_FILTERS: u32 = 0;
const NO_FILTER: u32 = 0b11;
/// How much effort goes into compression, of 9.
pub const EFFORT: u8 = 4;

/// A value of which growing arrays consist.
pub trait Word: Element + Copy + Send + Sync {
    /// What stands where nothing was written.
    const UNWRITTEN: Self;

    /// Its bytes, as they lie in the file.
    fn bytes(self) -> impl AsRef<[u8]>;
}

impl Word for f64 {
    const UNWRITTEN: Self = Self::NAN;

    fn bytes(self) -> impl AsRef<[u8]> {
        self.to_ne_bytes()
    }
}

impl Word for f32 {
    const UNWRITTEN: Self = Self::NAN;

    fn bytes(self) -> impl AsRef<[u8]> {
        self.to_ne_bytes()
    }
}

impl Word for i64 {
    const UNWRITTEN: Self = -1;

    fn bytes(self) -> impl AsRef<[u8]> {
        self.to_ne_bytes()
    }
}

impl Word for u64 {
    const UNWRITTEN: Self = 0;

    fn bytes(self) -> impl AsRef<[u8]> {
        self.to_ne_bytes()
    }
}

/// A chunk as it lies in the file.
pub struct Encoded {
    bytes: Vec<u8>,
    skipped_filters: u32,
}

impl Encoded {
    /// The values as they are.
    pub fn plain<T: Word>(values: &[T]) -> Self {
        let mut bytes = Vec::with_capacity(size_of_val(values));
        for value in values {
            bytes.extend_from_slice(value.bytes().as_ref());
        }
        Self { bytes, skipped_filters: NO_FILTER }
    }

    /// The values compressed, unless that makes them longer.
    pub fn compressed<T: Word>(values: &[T]) -> io::Result<Self> {
        let length = size_of_val(values);
        let mut encoder =
            ZlibEncoder::new(Vec::with_capacity(length / 2), Compression::new(u32::from(EFFORT)));
        encoder.write_all(&shuffled(values))?;
        let bytes = encoder.finish()?;
        Ok(if bytes.len() < length {
            Self { bytes, skipped_filters: ALL_FILTERS }
        } else {
            Self::plain(values)
        })
    }

    /// Gives the chunk to the file; its first value is at `corner` of the array.
    pub fn write(&self, dataset: &Dataset, corner: &[usize]) -> hdf5::Result<()> {
        let corner: Vec<hsize_t> = corner.iter().map(|&place| place as hsize_t).collect();
        if corner.len() != dataset.ndim() {
            return Err(format!("a chunk has {} dimensions", corner.len()).into());
        }
        hdf5::sync::sync(|| {
            // SAFETY: `dataset` keeps its identifier open; `corner` has an element for each of its
            // dimensions, and the library refuses one that is not the corner of a chunk; the bytes
            // are as many as is said; all outlive the call. `sync` keeps other threads out.
            let status = unsafe {
                H5Dwrite_chunk(
                    dataset.id(),
                    H5P_DEFAULT,
                    self.skipped_filters,
                    corner.as_ptr(),
                    self.bytes.len(),
                    self.bytes.as_ptr().cast(),
                )
            };
            if status < 0 { Err(hdf5::Error::query()?) } else { Ok(()) }
        })
    }
}

/// All first bytes, all second bytes, and so on: what the filter `shuffle` makes of the values.
fn shuffled<T: Word>(values: &[T]) -> Vec<u8> {
    let mut bytes = vec![0; size_of_val(values)];
    if values.is_empty() {
        return bytes;
    }
    for (plane, place) in bytes.chunks_exact_mut(values.len()).zip(0..) {
        for (byte, value) in plane.iter_mut().zip(values) {
            *byte = value.bytes().as_ref()[place];
        }
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shuffling_gathers_bytes_of_equal_rank() {
        let values = [0x0102_u64, 0x0304];
        let expected: Vec<u8> = (0..8).flat_map(|b| values.map(|v| v.to_ne_bytes()[b])).collect();
        assert_eq!(shuffled(&values), expected);
        assert!(shuffled::<f64>(&[]).is_empty());
    }

    #[test]
    fn what_does_not_become_shorter_stays_plain() {
        let short = Encoded::compressed(&[1.0]).expect("encoded");
        assert_eq!((short.bytes.len(), short.skipped_filters), (8, NO_FILTER));
        let long = Encoded::compressed(&[1_i64; 1000]).expect("encoded");
        assert!(long.bytes.len() < 200 && long.skipped_filters == ALL_FILTERS);
    }
}
