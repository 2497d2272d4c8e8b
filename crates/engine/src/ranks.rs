//! Processes that share one job, each with its own memory: *ranks*, as MPI calls them.
//!
//! The engine says here what it needs of them, and no more: numbers, and messages that come whole and, between two ranks, in the order in which they were
//! sent. Whoever starts the processes implements it; a process by itself is [`Single`]. No result depends on how many there are.

use std::fmt::Debug;
use std::thread::sleep;
use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;

/// How long a rank that waits for a message sleeps before it looks again.
const NAP: Duration = Duration::from_micros(200);

/// The ranks of a job, as seen from one of them.
///
/// Its methods are called by one thread at a time, though not always by the same.
pub trait Ranks: Debug + Sync {
    /// Number of this rank, from 0 on. Rank 0 leads: it alone reads scenarios, writes files and prints.
    fn rank(&self) -> usize;

    /// How many there are.
    fn size(&self) -> usize;

    /// Sends a message to another rank; may wait until it is received.
    fn send(&self, to: usize, message: &[u8]);

    /// The next message of a rank. Waits for it, without letting go of the core: for what comes at once.
    fn receive(&self, from: usize) -> Vec<u8>;

    /// A message that has come, of this rank or of any, and which it is of; none if there is none.
    fn poll(&self, from: Option<usize>) -> Option<(usize, Vec<u8>)>;
}

/// A process by itself.
#[derive(Debug, Clone, Copy, Default)]
pub struct Single;

impl Ranks for Single {
    fn rank(&self) -> usize {
        0
    }

    fn size(&self) -> usize {
        1
    }

    fn send(&self, to: usize, _: &[u8]) {
        unreachable!("there is no rank {to}")
    }

    fn receive(&self, from: usize) -> Vec<u8> {
        unreachable!("there is no rank {from}")
    }

    fn poll(&self, _: Option<usize>) -> Option<(usize, Vec<u8>)> {
        None
    }
}

/// The next message of a rank. Sleeps until it comes: for what may take a while. Others may have sent something before, which is for later.
pub fn wait(ranks: &dyn Ranks, from: usize) -> Vec<u8> {
    loop {
        match ranks.poll(Some(from)) {
            Some((_, message)) => return message,
            None => sleep(NAP),
        }
    }
}

/// A message as bytes.
pub(crate) fn packed(message: &impl Serialize) -> Vec<u8> {
    postcard::to_stdvec(message).expect("memory takes all that is written")
}

/// A message from its bytes.
pub(crate) fn unpacked<T: DeserializeOwned>(bytes: &[u8]) -> T {
    postcard::from_bytes(bytes).expect("all ranks run the same program")
}
