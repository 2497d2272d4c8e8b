//! How result files are opened, also one whose writer was killed.
//!
//! A file that is being written is marked so in its first bytes, and `HDF5` refuses to open it
//! unless as a reader of a living file (`SWMR`). Where the writer was killed the mark stays. The
//! last bytes that it wrote may then lie beyond the end of the file as its first bytes state it:
//! a reader of a living file sees them all the same, but for a further write the end must first be
//! set behind them ([`mend`]).
#![allow(unsafe_code)]

use std::ffi::{CString, c_uint};
use std::fs;
use std::io::{self, Read};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::thread;
use std::time::Duration;

use hdf5::File;
use hdf5::file::{FileBuilder, FileCloseDegree};
use hdf5::plist::FileAccess;
use hdf5::plist::group_create::LinkCreationOrder;
use hdf5_sys::h5::{herr_t, hsize_t};
use hdf5_sys::h5f::{H5F_ACC_RDONLY, H5F_ACC_RDWR, H5F_ACC_SWMR_READ, H5Fopen};
use hdf5_sys::h5i::hid_t;
use hdf5_sys::h5p::{H5Pset, H5Pset_metadata_read_attempts};

unsafe extern "C" {
    fn H5Fincrement_filesize(file: hid_t, increment: hsize_t) -> herr_t;
}

/// How every `HDF5` file begins; a byte with the version of the first block follows.
const SIGNATURE: &[u8] = b"\x89HDF\r\n\x1a\n";
/// The version of the first block from which on files are marked while they are written.
const MARKING: u8 = 3;
/// Where the mark is.
const MARK: usize = 11;
/// More attributes than a root or group has: as many are kept where they can be changed in place.
const MOST_ATTRIBUTES: u32 = 64;
/// How often a file that may be growing is looked at before it is said to be damaged.
const ATTEMPTS: usize = 20;
const PAUSE: Duration = Duration::from_millis(2);
/// How often the library looks at a piece of a living file before it is said to be damaged. It waits 1 ns after the first
/// time and each time twice as long: 0.13 s in all. By itself it would look 100 times, for longer than anybody lives.
const LOOKS: c_uint = 27;

/// How result files are opened for writing.
///
/// The locks of the library are left out: `NAME.lock` keeps other writers away, and a reader that
/// looks at the partial file must not stop the run.
pub fn access() -> FileBuilder {
    let mut builder = File::with_options();
    builder.with_fapl(|fapl| {
        fapl.file_locking(false).fclose_degree(FileCloseDegree::Strong).libver_v110()
    });
    builder.with_fcpl(|fcpl| {
        fcpl.link_creation_order(LinkCreationOrder::Indexed).attr_phase_change(MOST_ATTRIBUTES, 0)
    });
    builder
}

/// Opens a file for reading, also one that is being written or whose writer was killed.
///
/// A reader looks at the length of a file before it reads where the file says that it ends. A
/// writer may lengthen it in between, and a file that grows then seems to be cut off; so it is
/// looked at again before it is believed to be.
pub fn open(path: &Path) -> hdf5::Result<File> {
    patiently(is_unfinished(path), || {
        if is_read_while_written(path) {
            open_marked(path, H5F_ACC_RDONLY | H5F_ACC_SWMR_READ)
        } else {
            access().open(path)
        }
    })
}

/// Opens a shard as the library does when it reads the virtual datasets of a file.
pub fn open_shard(shard: &Path, file: &Path) -> hdf5::Result<File> {
    let is_living = is_read_while_written(file);
    let living = if is_living { H5F_ACC_SWMR_READ } else { 0 };
    patiently(is_living, || {
        let properties = File::with_options().access_plist().finish()?;
        open_with(shard, H5F_ACC_RDONLY | living, &properties)
    })
}

/// What an attempt to open a file gives, or the last of many if it may be growing.
fn patiently(may_grow: bool, attempt: impl Fn() -> hdf5::Result<File>) -> hdf5::Result<File> {
    let mut opened = attempt();
    for _ in 1..if may_grow { ATTEMPTS } else { 1 } {
        if opened.is_ok() {
            break;
        }
        thread::sleep(PAUSE);
        opened = attempt();
    }
    opened
}

fn is_unfinished(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "partial")
}

/// Whether a file is opened as one that is being written.
pub fn is_read_while_written(path: &Path) -> bool {
    matches!(mark(path), Ok(Some(mark)) if mark != 0 || is_unfinished(path))
}

/// Whether the writer of a file was killed, or is at work on it.
pub fn is_marked(path: &Path) -> io::Result<bool> {
    Ok(mark(path)?.is_some_and(|mark| mark != 0))
}

/// Takes the mark of a killed writer off a file, so that every program can open it, and sets its
/// end behind all that was written. Only for the holder of its lock.
pub fn mend(path: &Path) -> hdf5::Result<()> {
    let file = open_marked(path, H5F_ACC_RDWR)?;
    let lengthened = hdf5::sync::sync(|| {
        // SAFETY: `file` keeps its identifier open, and `sync` keeps other threads out of the
        // library.
        if unsafe { H5Fincrement_filesize(file.id(), 0) } < 0 {
            Err(hdf5::Error::query()?)
        } else {
            Ok(())
        }
    });
    lengthened.and_then(|()| file.flush()).and_then(|()| file.close())
}

/// The mark in the first bytes of a file; none in a file of a version without.
fn mark(path: &Path) -> io::Result<Option<u8>> {
    let mut first = [0; MARK + 1];
    fs::File::open(path)?.read_exact(&mut first)?;
    Ok((first.starts_with(SIGNATURE) && first[SIGNATURE.len()] >= MARKING).then_some(first[MARK]))
}

/// Opens a file whatever its mark says.
fn open_marked(path: &Path, flags: c_uint) -> hdf5::Result<File> {
    let mut properties = access();
    let properties = properties.access_plist().finish()?;
    let mut clear = true;
    hdf5::sync::sync(|| {
        // SAFETY: the property is one of every list for opening files, and its value a `bool` that
        // is copied; `properties` outlives the call, and `sync` keeps other threads out of the
        // library.
        let status = unsafe {
            let name_of_property = c"clear_status_flags".as_ptr();
            H5Pset(properties.id(), name_of_property, (&raw mut clear).cast())
        };
        if status < 0 { Err(hdf5::Error::query()?) } else { Ok(()) }
    })?;
    open_with(path, flags, &properties)
}

/// Opens a file, and does not look for ever at a damaged one that is said to be living.
fn open_with(path: &Path, flags: c_uint, properties: &FileAccess) -> hdf5::Result<File> {
    let name = CString::new(path.as_os_str().as_bytes())
        .map_err(|_| format!("`{}` contains a zero byte", path.display()))?;
    let is_living = flags & H5F_ACC_SWMR_READ != 0;
    hdf5::sync::sync(|| {
        // SAFETY: the properties are of a list for opening files, and the number is copied;
        // `properties` and `name` outlive the calls, `name` ends with a zero; `from_id` refuses the
        // negative identifier of a failure and otherwise owns a new one. `sync` keeps other threads
        // out of the library.
        unsafe {
            if is_living && H5Pset_metadata_read_attempts(properties.id(), LOOKS) < 0 {
                return Err(hdf5::Error::query()?);
            }
            let id = H5Fopen(name.as_ptr(), flags, properties.id());
            if id < 0 { Err(hdf5::Error::query()?) } else { hdf5::from_id(id) }
        }
    })
}
