//! The processes of an MPI job, as the engine wants them ([`Ranks`]).
//!
//! With the feature `mpi` a program that was started by `mpirun -n 4` is one of four ranks; without it, and without `mpirun`, it is one by itself. Nothing else
//! of the workspace knows of MPI.
//!
//! * `world`: the ranks of MPI, over the crate `mpi` and any MPI library; `alone`: the same without MPI.

#[cfg(not(feature = "mpi"))]
mod alone;
#[cfg(feature = "mpi")]
mod world;

use std::fmt::Debug;

use equipoise_engine::Ranks;
use thiserror::Error;

#[cfg(not(feature = "mpi"))]
use alone as implementation;
#[cfg(feature = "mpi")]
use world as implementation;

/// Why this process is no rank of a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ClusterError {
    /// MPI was started before.
    #[error("MPI was started already in this process, and can be started only once")]
    Started,
    /// The MPI library serves one thread only.
    #[error(
        "the MPI library serves threads at level `{found}`, and level `serialized` is needed; use one that was built with threads"
    )]
    Threads {
        /// The level that it offers.
        found: &'static str,
    },
}

/// All ranks of the job, from when it [starts](World::start) until this value is dropped; then the other ranks must be about to drop theirs. Where a panic drops it, all
/// ranks are ended.
#[derive(Debug)]
pub struct World(implementation::World);

impl World {
    /// Joins the job that this process was started for; called once, on the main thread.
    ///
    /// # Errors
    /// [`ClusterError`] if MPI cannot be used.
    pub fn start() -> Result<Self, ClusterError> {
        implementation::World::start().map(Self)
    }

    /// The ranks, to be used by one thread at a time.
    pub fn ranks(&self) -> &dyn Ranks {
        &self.0
    }

    /// Ends all ranks of the job at once, with this exit status.
    pub fn abort(&self, status: u8) -> ! {
        self.0.abort(i32::from(status))
    }
}

impl Drop for World {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.abort(PANICKED);
        }
    }
}

/// Exit status of a program that panicked.
const PANICKED: u8 = 101;
