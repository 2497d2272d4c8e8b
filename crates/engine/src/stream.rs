//! Random streams: pure functions of (seed, replicate, purpose).

use rand::SeedableRng;
use rand_xoshiro::Xoshiro256PlusPlus;

/// The generator behind every stream.
pub type Stream = Xoshiro256PlusPlus;

/// What a stream is used for; each purpose has its own, so that one never shifts another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Purpose {
    /// Initial potentiations.
    InitialState,
    /// Times, types, sources and targets of jumps of a method that draws them one by one.
    Jumps,
    /// Times, types and targets of the jumps onto a population that need no decision.
    Arrivals {
        /// The population.
        population: usize,
    },
    /// Times, types and targets of the candidates that need one.
    Decisions,
    /// Times, types and targets of the jumps onto some neurons that need no decision.
    Block {
        /// The number of the block, in all populations.
        number: usize,
    },
    /// Candidates of spikes and of external jumps, under shared transmission and release.
    Spikes,
    /// Which jumps are the spikes of a neuron, where they are recorded.
    Senders,
    /// Which targets a spike reaches.
    Releases,
    /// Kicks of some neurons in leaps.
    Chunk {
        /// The number of the chunk, in all populations.
        number: usize,
    },
    /// Initial potentiations of some neurons, in networks that may be spread over ranks.
    InitialChunk {
        /// The number of the chunk, in all populations.
        number: usize,
    },
    /// Of which kind the jumps of a leap are.
    Counts,
}

/// The stream of a purpose in a replicate.
///
/// Each of the four words of the generator's state is a chain of bijections of 64-bit words that
/// absorbs seed, replicate and purpose in turn, from a constant of its own. So two streams of the same
/// seed never begin in the same state, and streams of different seeds do with probability `2^-256`.
pub fn stream(seed: u64, replicate: u64, purpose: Purpose) -> Stream {
    let purpose = match purpose {
        Purpose::InitialState => 0,
        Purpose::Jumps => 1,
        Purpose::Decisions => 2,
        Purpose::Spikes => 3,
        Purpose::Releases => 4,
        Purpose::Senders => 5,
        Purpose::Counts => 6,
        Purpose::Arrivals { population } => (1 << 32) + population as u64,
        Purpose::Block { number } => (2 << 32) + number as u64,
        Purpose::Chunk { number } => (3 << 32) + number as u64,
        Purpose::InitialChunk { number } => (4 << 32) + number as u64,
    };
    let mut state = [0_u8; 32];
    for (index, word) in state.chunks_exact_mut(8).enumerate() {
        let start = mix(index as u64 + 1);
        let key = [seed, replicate, purpose].into_iter().fold(start, |hash, x| mix(hash ^ x));
        word.copy_from_slice(&key.to_le_bytes());
    }
    Stream::from_seed(state)
}

/// The finaliser of `SplitMix64`, a bijection of 64-bit words.
///
/// # Source
/// Steele, Lea & Flood (2014), doi:10.1145/2660193.2660195; constants of Stafford's variant 13.
fn mix(word: u64) -> u64 {
    let word = word.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    word ^ (word >> 31)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use rand::Rng;

    use super::*;

    /// A change of these values is value-breaking: say so in CHANGELOG.md.
    #[test]
    fn first_values_are_stable() {
        let first = |seed, replicate, purpose| stream(seed, replicate, purpose).next_u64();
        assert_eq!(first(1, 0, Purpose::InitialState), 14_835_010_080_781_121_290);
        assert_eq!(first(1, 0, Purpose::Jumps), 17_361_876_041_148_063_968);
        assert_eq!(first(1, 1, Purpose::Jumps), 4_852_688_689_934_908_943);
        assert_eq!(first(u64::MAX, u64::MAX, Purpose::Jumps), 17_404_129_452_477_270_014);
    }

    const PURPOSES: [Purpose; 15] = [
        Purpose::InitialState,
        Purpose::Jumps,
        Purpose::Decisions,
        Purpose::Spikes,
        Purpose::Releases,
        Purpose::Senders,
        Purpose::Arrivals { population: 0 },
        Purpose::Arrivals { population: 1 },
        Purpose::Block { number: 0 },
        Purpose::Block { number: 1 },
        Purpose::Chunk { number: 0 },
        Purpose::Chunk { number: 1 },
        Purpose::InitialChunk { number: 0 },
        Purpose::InitialChunk { number: 1 },
        Purpose::Counts,
    ];

    #[test]
    fn neighbouring_streams_differ() {
        let mut seen = HashSet::new();
        for seed in 0..20 {
            for replicate in 0..20 {
                for purpose in PURPOSES {
                    assert!(seen.insert(stream(seed, replicate, purpose).next_u64()));
                }
            }
        }
    }
}
