//! The mappings of virtual datasets: functions of `HDF5` for which the safe bindings take no blocks.
#![allow(unsafe_code)]

use std::ffi::{CStr, c_char};

use hdf5::plist::DatasetCreate;
use hdf5::{Dataspace, from_id};
use hdf5_sys::h5::hsize_t;
use hdf5_sys::h5i::hid_t;
use hdf5_sys::h5p::{
    H5Pget_virtual_count, H5Pget_virtual_dsetname, H5Pget_virtual_filename,
    H5Pget_virtual_srcspace, H5Pget_virtual_vspace,
};
use hdf5_sys::h5s::H5Sget_select_bounds;

/// More axes than any dataset has.
const MOST_AXES: usize = 32;

/// A block of a dataset: its first place and its lengths.
pub type Block = (Vec<usize>, Vec<usize>);

/// How many mappings the virtual dataset with these properties has.
pub fn count(properties: &DatasetCreate) -> hdf5::Result<usize> {
    let mut count = 0;
    // SAFETY: `properties` keeps its identifier open, `count` outlives the call, and `sync` keeps
    // other threads out of the library.
    hdf5::sync::sync(|| checked(unsafe { H5Pget_virtual_count(properties.id(), &raw mut count) }))?;
    Ok(count)
}

/// The names of the file and of the dataset in it that a mapping has its values from.
pub fn names(properties: &DatasetCreate, mapping: usize) -> hdf5::Result<[String; 2]> {
    let file = name(|text, length| {
        // SAFETY: as in `count`; the library refuses a mapping that is not there, and writes as
        // many bytes as it is told that there is room for.
        unsafe { H5Pget_virtual_filename(properties.id(), mapping, text, length) }
    });
    let dataset = name(|text, length| {
        // SAFETY: as before.
        unsafe { H5Pget_virtual_dsetname(properties.id(), mapping, text, length) }
    });
    Ok([file?, dataset?])
}

/// Where a mapping takes its values from, and where it puts them.
pub fn blocks(properties: &DatasetCreate, mapping: usize) -> hdf5::Result<(Block, Block)> {
    // SAFETY: as in `names`; each returns a new identifier, or a negative one that is refused.
    let source = space(|| unsafe { H5Pget_virtual_srcspace(properties.id(), mapping) })?;
    // SAFETY: as before.
    let target = space(|| unsafe { H5Pget_virtual_vspace(properties.id(), mapping) })?;
    Ok((block(&source)?, block(&target)?))
}

/// A name, of which the library first says how long it is.
fn name(get: impl Fn(*mut c_char, usize) -> isize) -> hdf5::Result<String> {
    hdf5::sync::sync(|| {
        let length = usize::try_from(get(std::ptr::null_mut(), 0)).or_else(|_| failed())?;
        let mut bytes = vec![0_u8; length + 1];
        usize::try_from(get(bytes.as_mut_ptr().cast(), bytes.len())).or_else(|_| failed())?;
        let name = CStr::from_bytes_until_nul(&bytes).map_err(|error| error.to_string())?;
        name.to_str().map(str::to_owned).map_err(|error| error.to_string().into())
    })
}

fn space(get: impl Fn() -> hid_t) -> hdf5::Result<Dataspace> {
    hdf5::sync::sync(|| match get() {
        id if id < 0 => failed(),
        // SAFETY: the identifier is a new one, which nobody else closes.
        id => unsafe { from_id(id) },
    })
}

/// The block that is selected.
fn block(space: &Dataspace) -> hdf5::Result<Block> {
    let axes = space.ndim();
    if axes > MOST_AXES {
        return Err("there are too many axes".into());
    }
    let (mut first, mut last) = ([0 as hsize_t; MOST_AXES], [0 as hsize_t; MOST_AXES]);
    // SAFETY: `space` keeps its identifier open, both lists have an element for each of its axes and
    // outlive the call, and `sync` keeps other threads out of the library.
    hdf5::sync::sync(|| {
        checked(unsafe { H5Sget_select_bounds(space.id(), first.as_mut_ptr(), last.as_mut_ptr()) })
    })?;
    let length = |(first, last): (&hsize_t, &hsize_t)| last.checked_sub(*first)?.checked_add(1);
    let lengths: Option<Vec<hsize_t>> = first[..axes].iter().zip(&last).map(length).collect();
    let lengths = lengths.unwrap_or_default();
    let size = lengths.iter().try_fold(1, |size: hsize_t, length| size.checked_mul(*length));
    // Of one that grows the library tells no size.
    if lengths.len() != axes || size != Some(space.selection_size() as hsize_t) {
        return Err("its values are no block of another file, or grow with what is in it".into());
    }
    let numbers = |numbers: &[hsize_t]| numbers.iter().map(|&number| number as usize).collect();
    Ok((numbers(&first[..axes]), numbers(&lengths)))
}

fn checked(status: i32) -> hdf5::Result<()> {
    if status < 0 { failed() } else { Ok(()) }
}

fn failed<T>() -> hdf5::Result<T> {
    Err(hdf5::Error::query()?)
}
