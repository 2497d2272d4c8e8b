//! Room on the disk, taken before it is needed.
//!
//! `HDF5` cannot undo a write that fails half-way: a file whose disk became full may be unreadable,
//! with all that was in it. So the room is taken first, behind the end of the file. Where there is
//! none, the file is as before; where there is, `HDF5` writes over it, and the rest is given back.
//! Readers of a file that is being written do not look at its length.

use std::fs::{File, OpenOptions};
use std::io::{self, Read};
use std::path::Path;

use rustix::fs::{FallocateFlags, fallocate};
use rustix::io::Errno;

use crate::group::{Group, Values};

/// Bytes that a dataset may take beyond its values: its description, and where its chunks are.
const BYTES_BESIDE_VALUES: usize = 128 * 1024;
/// Bytes that a text may take beyond its characters.
const BYTES_BESIDE_TEXT: usize = 48;

/// Bytes that writing a group takes at most.
pub fn needed(group: &Group) -> usize {
    let values = group.variables.iter().map(|variable| bytes(&variable.values)).sum();
    with_description(values, group.dimensions.len() + group.variables.len())
}

/// Bytes that the values of some datasets take at most, with what describes them.
pub fn with_description(values: usize, datasets: usize) -> usize {
    values + values / 16 + (1 + datasets) * BYTES_BESIDE_VALUES
}

fn bytes(values: &Values) -> usize {
    match values {
        Values::Float(values) => size_of_val(values.as_slice()),
        Values::Single(values) => size_of_val(values.as_slice()),
        Values::Integer(values) => size_of_val(values.as_slice()),
        Values::Unsigned(values) => size_of_val(values.as_slice()),
        Values::Text(texts) => texts.iter().map(|text| text.len() + BYTES_BESIDE_TEXT).sum(),
    }
}

/// Cuts off what was reserved and not needed.
pub fn give_back(path: &Path, length: u64) -> io::Result<()> {
    let file = OpenOptions::new().write(true).open(path)?;
    if file.metadata()?.len() > length { file.set_len(length) } else { Ok(()) }
}

/// Lengthens a file by `bytes` zeros, or leaves it as it is and says why.
pub fn reserve(path: &Path, bytes: usize) -> io::Result<()> {
    if bytes == 0 {
        return Ok(());
    }
    let mut file = OpenOptions::new().append(true).open(path)?;
    let length = file.metadata()?.len();
    lengthen(&mut file, length, bytes as u64).or_else(|error| file.set_len(length).and(Err(error)))
}

/// Has the system set the room aside, or writes zeros where it cannot.
fn lengthen(file: &mut File, length: u64, bytes: u64) -> io::Result<()> {
    match fallocate(&*file, FallocateFlags::empty(), length, bytes) {
        Err(Errno::OPNOTSUPP | Errno::NOSYS) => {
            io::copy(&mut io::repeat(0).take(bytes), file).map(|_| ())
        }
        set_aside => Ok(set_aside?),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::group::Variable;

    #[test]
    fn the_room_exceeds_the_values() {
        let group = Group::new("g").with_dimension("x", 1_000_000);
        let group = group.with_variable(Variable::new("y", &["x"], vec![0.0; 1_000_000]));
        let room = needed(&group);
        assert!((8_000_000..10_000_000).contains(&room), "{room}");
    }

    #[test]
    fn room_is_zeros_behind_the_end() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("file");
        fs::write(&path, "data").expect("written");
        reserve(&path, 3).expect("room");
        assert_eq!(fs::read(&path).expect("read"), b"data\0\0\0");
        give_back(&path, 5).expect("given back");
        give_back(&path, 7).expect("nothing to give back");
        assert_eq!(fs::read(&path).expect("read"), b"data\0");
    }
}
