//! One network over several ranks: each holds some chunks of every population, and no rank steps without the others.
//!
//! All ranks draw the same counts and take the same decisions, as they have the same random stream and the same sums. What chunks sum to is added by a tree (`branches`) that
//! depends on their number alone, so a sum is the same to the last bit on any number of ranks and threads.
//!
//! What all ranks have is brought together along a tree, too, and told along it: in the first round each rank with an odd number tells the one before it, in the second each with a number that
//! is 2 more than a multiple of 4 the one that is 2 before it, and so on, until rank 0 knows. So there and back takes `2 log2(ranks)` messages one after the other, of some hundreds of bytes,
//! whatever the size of the network.

mod branches;

use std::ops::Range;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::deviations::Deviations;
use crate::ranks::{Ranks, Single, packed, unpacked, wait};
use branches::Branches;

/// Neurons of a chunk.
pub const CHUNK: usize = 4096;

/// Neurons from which on ranks share a network by leaps: there a step takes some milliseconds, and messages a small part of that.
pub const TOGETHER_FROM: usize = 1 << 20;

/// The ranks among which the neurons of a network are divided, as seen from one of them.
#[derive(Debug, Clone, Copy)]
pub struct Team<'a>(pub &'a dyn Ranks);

impl Default for Team<'_> {
    /// One rank by itself.
    fn default() -> Self {
        Self(&Single)
    }
}

/// The chunks of a population of so many neurons that one of some ranks has.
fn chunks_of(rank: usize, size: usize, neurons: usize) -> Range<usize> {
    let chunks = neurons.div_ceil(CHUNK);
    chunks * rank / size..chunks * (rank + 1) / size
}

/// The neurons of them.
pub fn neurons_of(rank: usize, size: usize, neurons: usize) -> Range<usize> {
    let chunks = chunks_of(rank, size, neurons);
    chunks.start * CHUNK..neurons.min(chunks.end * CHUNK)
}

impl Team<'_> {
    /// Whether this rank holds all neurons.
    pub fn is_single(self) -> bool {
        self.0.size() == 1
    }

    /// The chunks of a population of so many neurons that are on this rank.
    pub fn chunks(self, neurons: usize) -> Range<usize> {
        self.chunks_of(self.0.rank(), neurons)
    }

    /// The same of any rank.
    pub fn chunks_of(self, rank: usize, neurons: usize) -> Range<usize> {
        chunks_of(rank, self.0.size(), neurons)
    }

    /// The neurons that are on this rank.
    pub fn neurons(self, neurons: usize) -> Range<usize> {
        self.neurons_of(self.0.rank(), neurons)
    }

    /// The same of any rank.
    pub fn neurons_of(self, rank: usize, neurons: usize) -> Range<usize> {
        neurons_of(rank, self.0.size(), neurons)
    }

    /// Adds up what chunks have, for some populations at once: of each its neurons, and what the chunks on this rank have in their order. All ranks have the sums.
    pub fn sums<T: Serialize + DeserializeOwned>(
        self,
        populations: Vec<(usize, Vec<T>)>,
        and: impl Fn(T, T) -> T,
    ) -> Vec<T> {
        let own = populations
            .into_iter()
            .map(|(neurons, parts)| Branches::from_first(self.chunks(neurons).start, parts, &and));
        let all = self.bring(own.collect(), |before: Vec<Branches<T>>, after: Vec<_>| {
            let pairs = before.into_iter().zip(after);
            pairs.map(|(before, after)| before.followed_by(after, &and)).collect()
        });
        let sum = |branches: Branches<T>| branches.sum(&and).expect("a population has neurons");
        self.tell(all.map(|all| all.into_iter().map(sum).collect()))
    }

    /// The same for one population.
    pub fn sum<T: Serialize + DeserializeOwned>(
        self,
        neurons: usize,
        parts: Vec<T>,
        and: impl Fn(T, T) -> T,
    ) -> T {
        self.sums(vec![(neurons, parts)], and).pop().expect("one population")
    }

    /// Puts together what all ranks have, neighbours first, into what rank 0 then has.
    pub fn bring<T: Serialize + DeserializeOwned>(
        self,
        own: T,
        mut and: impl FnMut(T, T) -> T,
    ) -> Option<T> {
        let (rank, size) = (self.0.rank(), self.0.size());
        let (mut all, mut reach) = (own, 1);
        while reach < size {
            if rank & reach != 0 {
                self.0.send(rank - reach, &packed(&all));
                return None;
            }
            if rank + reach < size {
                all = and(all, unpacked(&self.0.receive(rank + reach)));
            }
            reach *= 2;
        }
        Some(all)
    }

    /// Lets rank 0 wait until all ranks have come here.
    pub fn wait_for_all(self) {
        let _ = self.bring((), |(), ()| ());
    }

    /// What rank 0 tells all ranks.
    pub fn tell<T: Serialize + DeserializeOwned>(self, word: Option<T>) -> T {
        if self.is_single()
            && let Some(word) = word
        {
            return word;
        }
        let bytes = word.as_ref().map_or_else(|| self.0.receive(self.before()), packed);
        self.pass_on(&bytes);
        word.unwrap_or_else(|| unpacked(&bytes))
    }

    /// The same, which the others are not waiting for and need not be told at once.
    pub fn listen<T: DeserializeOwned>(self) -> T {
        let bytes = wait(self.0, self.before());
        self.pass_on(&bytes);
        unpacked(&bytes)
    }

    /// The rank of which this one hears what rank 0 says.
    fn before(self) -> usize {
        let rank = self.0.rank();
        rank & (rank - 1)
    }

    /// Passes on what rank 0 says, to the rank that has most others to tell first.
    fn pass_on(self, bytes: &[u8]) {
        let (rank, size) = (self.0.rank(), self.0.size());
        let reaches = (0..usize::BITS).map(|bit| 1 << bit);
        let reaches = reaches.take_while(|reach| *reach < size && rank & *reach == 0);
        let after: Vec<usize> = reaches.map(|reach| rank + reach).collect();
        for after in after.into_iter().rev().filter(|after| *after < size) {
            self.0.send(after, bytes);
        }
    }

    /// Brings what all ranks have to rank 0, in their order; nothing on the others.
    pub fn gather<T: Serialize + DeserializeOwned>(self, own: T) -> Option<Vec<T>> {
        if self.0.rank() > 0 {
            self.0.send(0, &packed(&own));
            return None;
        }
        let others = (1..self.0.size()).map(|rank| unpacked(&self.0.receive(rank)));
        Some(std::iter::once(own).chain(others).collect())
    }

    /// The deviations of a whole population on rank 0, and none on the others.
    pub fn population(self, part: &Deviations) -> Option<Deviations> {
        if self.0.rank() > 0 {
            self.0.send(0, &packed(part));
            return None;
        }
        let mut whole = part.clone();
        for rank in 1..self.0.size() {
            whole.append(unpacked(&self.0.receive(rank)));
        }
        Some(whole)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A rank that neither sends nor receives.
    #[derive(Debug)]
    struct Silent(usize, usize);

    impl Ranks for Silent {
        fn rank(&self) -> usize {
            self.0
        }

        fn size(&self) -> usize {
            self.1
        }

        fn send(&self, _: usize, _: &[u8]) {}

        fn receive(&self, _: usize) -> Vec<u8> {
            Vec::new()
        }

        fn poll(&self, _: Option<usize>) -> Option<(usize, Vec<u8>)> {
            None
        }
    }

    #[test]
    fn each_neuron_is_on_one_rank() {
        for (neurons, size) in [(1, 3), (CHUNK, 2), (5 * CHUNK + 7, 4), (100 * CHUNK - 1, 7)] {
            let parts = (0..size).map(|rank| Team(&Silent(rank, size)).neurons(neurons));
            let mut next = 0;
            for part in parts.filter(|part| !part.is_empty()) {
                assert_eq!(part.start, next, "{neurons} neurons on {size} ranks");
                next = part.end;
            }
            assert_eq!(next, neurons);
        }
    }
}
