//! Random streams: pure functions of seed, purpose and number.

use rand::RngExt as _;
use rand::SeedableRng as _;
use rand_xoshiro::{SplitMix64, Xoshiro256PlusPlus};

/// What a stream is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Fluctuations of a current, by point of a curve.
    Curve = 1,
    /// Initial potentials and constant currents, by cell.
    Begin = 2,
    /// External spikes, by cell.
    External = 3,
    /// Who projects to a cell, by cell.
    Wiring = 4,
}

/// The stream of a purpose and number.
pub fn stream(seed: u64, purpose: Purpose, number: u64) -> Xoshiro256PlusPlus {
    // Each word passes through the generator's own scrambler, so that near seeds and numbers give unlike streams.
    let mut key = 0;
    for word in [seed, purpose as u64, number] {
        key = SplitMix64::seed_from_u64(key ^ word).random();
    }
    Xoshiro256PlusPlus::seed_from_u64(key)
}
