//! Checkpoints: what a run needs to go on, in files beside the result.
//!
//! `NAME.checkpoint` is the newest, `NAME.checkpoint.previous` the one before; a new one is written
//! to `NAME.checkpoint.new` and takes its name only once it is whole and on the disk. Each says who
//! may go on with it (its *identity*), and ends with a checksum.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::destination::{flush_to_disk, folder_of, followed, name_of, with_suffix};
use crate::error::StoreError;

/// How a checkpoint begins.
const MAGIC: &[u8; 8] = b"EQPOISE\n";
/// The version of its format.
const VERSION: u32 = 1;

/// The names of the checkpoints of one result.
struct Names {
    newest: PathBuf,
    previous: PathBuf,
    new: PathBuf,
}

impl Names {
    fn of(path: &Path) -> Self {
        let newest = with_suffix(path, ".checkpoint");
        Self {
            previous: with_suffix(&newest, ".previous"),
            new: with_suffix(&newest, ".new"),
            newest,
        }
    }
}

/// Reads the newest sound checkpoint of an unfinished file.
///
/// `path` is the name of the result, also where the data are in `NAME.partial`.
///
/// # Errors
///
/// [`StoreError::NoCheckpoint`] where there is none; [`StoreError::DamagedCheckpoint`] where none
/// is sound; [`StoreError::ForeignCheckpoint`] where it has another identity.
pub fn read_checkpoint(path: &Path, identity: &str) -> Result<Vec<u8>, StoreError> {
    let names = Names::of(&followed(&name_of(path)));
    let mut damaged = None;
    for checkpoint in [names.newest, names.previous] {
        match fs::read(&checkpoint).map(|bytes| decode(&bytes)) {
            Ok(Some((found, state))) if found == identity => return Ok(state),
            Ok(Some((found, _))) => {
                return Err(StoreError::ForeignCheckpoint { checkpoint, found });
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Ok(None) | Err(_) => damaged = damaged.or(Some(checkpoint)),
        }
    }
    Err(match damaged {
        Some(checkpoint) => StoreError::DamagedCheckpoint { checkpoint },
        None => StoreError::NoCheckpoint { path: path.to_path_buf() },
    })
}

/// Writes a checkpoint and puts it in the place of the newest, which becomes the previous one.
pub fn write(path: &Path, identity: &str, state: &[u8]) -> io::Result<()> {
    let names = Names::of(path);
    let written = File::create(&names.new).and_then(|mut file| {
        file.write_all(&encode(identity, state))?;
        file.sync_all()
    });
    written.inspect_err(|_| {
        // It is no data, and may take room that others need.
        let _ = fs::remove_file(&names.new);
    })?;
    // A damaged one must not take the place of the one before it.
    if fs::read(&names.newest).is_ok_and(|newest| decode(&newest).is_some()) {
        fs::rename(&names.newest, &names.previous)?;
    }
    fs::rename(&names.new, &names.newest)?;
    flush_to_disk(folder_of(path))
}

/// Removes the checkpoints of a result.
pub fn remove(path: &Path) -> io::Result<()> {
    let Names { newest, previous, new } = Names::of(path);
    [newest, previous, new].into_iter().try_for_each(|file| match fs::remove_file(file) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    })
}

fn encode(identity: &str, state: &[u8]) -> Vec<u8> {
    let mut bytes = [MAGIC.as_slice(), &VERSION.to_le_bytes()].concat();
    for part in [identity.as_bytes(), state] {
        bytes.extend((part.len() as u64).to_le_bytes());
        bytes.extend(part);
    }
    bytes.extend(crc32fast::hash(&bytes).to_le_bytes());
    bytes
}

/// The identity and the state, if the checkpoint is sound.
fn decode(bytes: &[u8]) -> Option<(String, Vec<u8>)> {
    let (content, checksum) = bytes.split_last_chunk()?;
    if crc32fast::hash(content) != u32::from_le_bytes(*checksum) {
        return None;
    }
    let rest = content.strip_prefix(MAGIC)?.strip_prefix(&VERSION.to_le_bytes())?;
    let (identity, rest) = split_part(rest)?;
    let (state, rest) = split_part(rest)?;
    let identity = String::from_utf8(identity.to_vec()).ok()?;
    rest.is_empty().then(|| (identity, state.to_vec()))
}

fn split_part(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = bytes.split_first_chunk()?;
    rest.split_at_checked(usize::try_from(u64::from_le_bytes(*length)).ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_checkpoint_comes_back_and_damage_is_noticed() {
        let bytes = encode("scenario", b"state");
        assert_eq!(decode(&bytes), Some(("scenario".to_owned(), b"state".to_vec())));
        for place in 0..bytes.len() {
            let mut damaged = bytes.clone();
            damaged[place] ^= 4;
            assert_eq!(decode(&damaged), None, "byte {place}");
            assert_eq!(decode(&bytes[..place]), None, "cut at {place}");
        }
    }
}
