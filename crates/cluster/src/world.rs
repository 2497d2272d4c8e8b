//! The ranks of MPI.
//!
//! MPI counts the elements of a message in 31 bits, so long messages travel in pieces; a tag says whether another piece follows. Errors of MPI itself end the
//! job with a message of the MPI library, as it does unless it is told otherwise.

use std::fmt;

use equipoise_engine::Ranks;
use mpi::environment::{Universe, initialize_with_threading};
use mpi::point_to_point::{Message, Status};
use mpi::topology::SimpleCommunicator;
use mpi::traits::{Communicator, Destination, MatchedReceiveVec, Source};
use mpi::{Rank, Tag, Threading};

use super::ClusterError;

/// Longest piece of a message, in bytes.
const PIECE: usize = 1 << 30;
/// Of the last piece of a message,
const LAST: Tag = 0;
/// and of all others.
const MORE: Tag = 1;

/// See the [module](self).
pub struct World {
    rank: usize,
    size: usize,
    /// Ends MPI when it is dropped.
    _universe: Universe,
}

impl fmt::Debug for World {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "rank {} of {}", self.rank, self.size)
    }
}

/// All ranks. The handle may not be shared by threads, but each can have one.
fn all() -> SimpleCommunicator {
    SimpleCommunicator::world()
}

impl World {
    pub fn start() -> Result<Self, ClusterError> {
        let wanted = Threading::Serialized;
        let (universe, found) = initialize_with_threading(wanted).ok_or(ClusterError::Started)?;
        if found < wanted {
            return Err(ClusterError::Threads { found: name(found) });
        }
        let (rank, size) = (all().rank() as usize, all().size() as usize);
        Ok(Self { rank, size, _universe: universe })
    }

    #[allow(clippy::unused_self, reason = "MPI runs as long as there is a world")]
    pub fn abort(&self, status: i32) -> ! {
        all().abort(status)
    }
}

fn name(threading: Threading) -> &'static str {
    match threading {
        Threading::Single => "single",
        Threading::Funneled => "funneled",
        Threading::Serialized => "serialized",
        Threading::Multiple => "multiple",
    }
}

/// All pieces of a message whose first has come.
fn whole(first: (Message, Status)) -> (usize, Vec<u8>) {
    let (mut bytes, mut status) = first.matched_receive_vec::<u8>();
    let from = status.source_rank();
    while status.tag() == MORE {
        let piece;
        (piece, status) = all().process_at_rank(from).receive_vec::<u8>();
        bytes.extend(piece);
    }
    (from as usize, bytes)
}

impl Ranks for World {
    fn rank(&self) -> usize {
        self.rank
    }

    fn size(&self) -> usize {
        self.size
    }

    fn send(&self, to: usize, message: &[u8]) {
        let world = all();
        let to = world.process_at_rank(to as Rank);
        let mut rest = message;
        while rest.len() > PIECE {
            let piece;
            (piece, rest) = rest.split_at(PIECE);
            to.send_with_tag(piece, MORE);
        }
        to.send_with_tag(rest, LAST);
    }

    fn receive(&self, from: usize) -> Vec<u8> {
        let first = all().process_at_rank(from as Rank).matched_probe();
        whole(first).1
    }

    fn poll(&self, from: Option<usize>) -> Option<(usize, Vec<u8>)> {
        let world = all();
        let first = match from {
            Some(from) => world.process_at_rank(from as Rank).immediate_matched_probe(),
            None => world.any_process().immediate_matched_probe(),
        };
        first.map(whole)
    }
}
