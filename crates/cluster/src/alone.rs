//! A process by itself.

use equipoise_engine::{Ranks, Single};

use super::ClusterError;

/// See the [module](self).
#[derive(Debug)]
pub struct World(Single);

impl World {
    #[allow(clippy::unnecessary_wraps, reason = "with MPI it may fail")]
    pub fn start() -> Result<Self, ClusterError> {
        Ok(Self(Single))
    }

    #[allow(clippy::unused_self, reason = "with MPI it is needed")]
    pub fn abort(&self, status: i32) -> ! {
        std::process::exit(status)
    }
}

impl Ranks for World {
    fn rank(&self) -> usize {
        self.0.rank()
    }

    fn size(&self) -> usize {
        self.0.size()
    }

    fn send(&self, to: usize, message: &[u8]) {
        self.0.send(to, message);
    }

    fn receive(&self, from: usize) -> Vec<u8> {
        self.0.receive(from)
    }

    fn poll(&self, from: Option<usize>) -> Option<(usize, Vec<u8>)> {
        self.0.poll(from)
    }
}
