//! The names of dimensions: the three functions of `HDF5`'s high-level library that the safe bindings
//! do not have.
//!
//! A dimension is a dataset marked as a *scale*; a variable refers to one scale for each of its
//! dimensions.
#![allow(unsafe_code)]

use std::ffi::{CStr, CString, c_char, c_int, c_uint};

use hdf5::Dataset;
use hdf5_sys::h5i::hid_t;

unsafe extern "C" {
    fn H5DSset_scale(dataset: hid_t, name: *const c_char) -> c_int;
    fn H5DSattach_scale(dataset: hid_t, scale: hid_t, axis: c_uint) -> c_int;
    fn H5DSdetach_scale(dataset: hid_t, scale: hid_t, axis: c_uint) -> c_int;
}

/// Marks a dataset as the scale of the dimension `name`.
pub fn declare(scale: &Dataset, name: &str) -> hdf5::Result<()> {
    let name = CString::new(name).map_err(|_| format!("`{name}` contains a zero byte"))?;
    let name: &CStr = &name;
    // SAFETY: `scale` keeps its identifier open, `name` is terminated by a zero and outlives the
    // call, and `sync` keeps other threads out of the library.
    check(|| unsafe { H5DSset_scale(scale.id(), name.as_ptr()) })
}

/// Gives axis number `axis` of a variable the dimension of a scale.
pub fn attach(variable: &Dataset, scale: &Dataset, axis: usize) -> hdf5::Result<()> {
    let axis = c_uint::try_from(axis).map_err(|_| format!("axis {axis} is out of range"))?;
    // SAFETY: both datasets keep their identifiers open, the library refuses an axis that does not
    // exist, and `sync` keeps other threads out of it.
    check(|| unsafe { H5DSattach_scale(variable.id(), scale.id(), axis) })
}

/// Takes it away again.
pub fn detach(variable: &Dataset, scale: &Dataset, axis: usize) -> hdf5::Result<()> {
    let axis = c_uint::try_from(axis).map_err(|_| format!("axis {axis} is out of range"))?;
    // SAFETY: as in `attach`.
    check(|| unsafe { H5DSdetach_scale(variable.id(), scale.id(), axis) })
}

/// Calls the library alone, and takes its reason for a failure before another call can overwrite
/// it.
fn check(call: impl FnOnce() -> c_int) -> hdf5::Result<()> {
    hdf5::sync::sync(|| if call() < 0 { Err(hdf5::Error::query()?) } else { Ok(()) })
}
