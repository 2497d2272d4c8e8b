//! One network over several ranks: each holds some chunks of every population, and no rank steps without the others.
//!
//! All ranks draw the same counts and take the same decisions, as they have the same random stream and the same sums. A sum over neurons is handed on from rank to rank, each
//! of which adds its chunks in their order; so it is the sum that one rank would have, to the last bit. A few numbers travel for each sum, whatever the size of the network.

use std::ops::Range;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::chunks::CHUNK;
use crate::deviations::Deviations;
use crate::ranks::{Ranks, Single, packed, unpacked};

/// See the [module](self).
#[derive(Debug, Clone, Copy)]
pub struct Team<'a>(pub &'a dyn Ranks);

impl Default for Team<'_> {
    /// One rank by itself.
    fn default() -> Self {
        Self(&Single)
    }
}

impl Team<'_> {
    /// Whether this rank holds all neurons.
    pub fn is_single(self) -> bool {
        self.0.size() == 1
    }

    /// The chunks of a population of so many neurons that are on this rank.
    pub fn chunks(self, neurons: usize) -> Range<usize> {
        let (chunks, rank, size) = (neurons.div_ceil(CHUNK), self.0.rank(), self.0.size());
        chunks * rank / size..chunks * (rank + 1) / size
    }

    /// The neurons in them.
    pub fn neurons(self, neurons: usize) -> Range<usize> {
        let chunks = self.chunks(neurons);
        chunks.start * CHUNK..neurons.min(chunks.end * CHUNK)
    }

    /// Adds what the chunks of all ranks have, in their order, to `nothing`; the sum is the same on all ranks.
    pub fn sum<T: Serialize + DeserializeOwned>(
        self,
        parts: Vec<T>,
        nothing: T,
        and: impl Fn(T, T) -> T,
    ) -> T {
        let (ranks, rank, last) = (self.0, self.0.rank(), self.0.size() - 1);
        let before = if rank == 0 { nothing } else { unpacked(&ranks.receive(rank - 1)) };
        let sum = parts.into_iter().fold(before, and);
        if rank < last {
            ranks.send(rank + 1, &packed(&sum));
            return unpacked(&ranks.receive(last));
        }
        if last > 0 {
            let sum = packed(&sum);
            (0..last).for_each(|rank| ranks.send(rank, &sum));
        }
        sum
    }

    /// Brings what all ranks have to rank 0, in their order; nothing on the others.
    pub fn gather<T: Serialize + DeserializeOwned + Clone>(self, part: &T) -> Option<Vec<T>> {
        if self.0.rank() > 0 {
            self.0.send(0, &packed(part));
            return None;
        }
        let others = (1..self.0.size()).map(|rank| unpacked(&self.0.receive(rank)));
        Some(std::iter::once(part.clone()).chain(others).collect())
    }

    /// The deviations of a whole population on rank 0, and none on the others.
    pub fn population(self, part: &Deviations) -> Option<Deviations> {
        let mut parts = self.gather(part)?.into_iter();
        let first = parts.next()?;
        Some(parts.fold(first, Deviations::and))
    }
}
