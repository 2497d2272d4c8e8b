//! The rate of all candidates, put together from parts: the neurons of one group, and the processes of one channel that belong to them.
//!
//! A candidate falls into a part in proportion to the number of neurons times the ceiling of their intensities, then on a neuron uniform in the
//! part and a level uniform below the ceiling.
//!
//! # Source
//! Composition and rejection: Devroye (1986), *Non-Uniform Random Variate Generation*, section II.4.3; the part by a guide
//! table, section III.2.4 (Chen & Asau 1974); groups of about the same rate: Slepoy, Thompson & Plimpton (2008), doi:10.1063/1.2919546.

use serde::{Deserialize, Serialize};

use crate::vector::elementary::smaller;

use super::groups::{Bounds, Group};

/// Most entries of the guide table.
const GUIDES: usize = 512;
/// Entries for each part.
const GUIDES_FOR_A_PART: usize = 2;

/// See the [module](self).
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(super) struct Part {
    /// Where it begins and ends in the rate of all candidates; the last one has no end.
    begin: f64,
    end: f64,
    /// No intensity is below this.
    pub floor: f64,
    inverse_count: f64,
    /// Its neurons are at `first..first + count` in the order of their groups.
    first: u32,
    count: u32,
    pub channel: u32,
    pub group: u32,
}

impl Part {
    /// Place in the order of groups of a candidate with this random word.
    #[inline]
    pub fn place(&self, word: u64) -> u32 {
        let within = u128::from(word) * u128::from(self.count);
        self.first + (within >> 64) as u32
    }
}

/// All parts.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Composition {
    parts: Vec<Part>,
    /// The part in which each equal piece of the rate begins.
    #[serde(with = "crate::arrays")]
    guide: Box<[u32; GUIDES]>,
    /// Logarithm of the number of pieces.
    pieces: u32,
    /// Rate of all candidates.
    pub rate: f64,
}

impl Composition {
    /// Of nothing.
    pub fn new() -> Self {
        Self { parts: Vec::new(), guide: Box::new([0; GUIDES]), pieces: 0, rate: 0.0 }
    }

    /// Part and level of a candidate with this random number.
    #[inline]
    pub fn part(&self, fraction: f64) -> (&Part, f64) {
        let position = smaller(fraction * self.rate, f64::MAX);
        // The piece is in the upper bits of the mantissa.
        let piece = (fraction + 1.0).to_bits() >> (52 - self.pieces);
        let mut number = self.guide[piece as usize % (1 << self.pieces) % GUIDES] as usize;
        // Mostly one of two, and nobody can guess which.
        number += usize::from(self.parts[number].end <= position);
        while self.parts[number].end <= position {
            number += 1;
        }
        let part = &self.parts[number];
        (part, (position - part.begin) * part.inverse_count)
    }

    /// Forgets all parts.
    pub fn clear(&mut self) {
        self.parts.clear();
        self.rate = 0.0;
    }

    /// Adds the groups of a channel.
    pub fn add<'a>(&mut self, channel: usize, groups: impl Iterator<Item = (Group, &'a Bounds)>) {
        for (number, (group, bounds)) in groups.enumerate() {
            let count = f64::from(group.count);
            let begin = self.rate;
            self.rate += count * bounds.ceiling;
            self.parts.push(Part {
                begin,
                end: self.rate,
                floor: bounds.floor,
                inverse_count: 1.0 / count,
                first: group.first,
                count: group.count,
                channel: channel as u32,
                group: number as u32,
            });
        }
    }

    /// Channel, places and bounds of each part.
    #[cfg(test)]
    pub fn parts(&self) -> impl Iterator<Item = (usize, std::ops::Range<usize>, Bounds)> {
        self.parts.iter().filter(|part| part.count > 0).map(|part| {
            let places = part.first as usize..(part.first + part.count) as usize;
            let ceiling = (part.end.min(self.rate) - part.begin) * part.inverse_count;
            (part.channel as usize, places, Bounds { floor: part.floor, ceiling })
        })
    }

    /// Makes the guide table, when all channels are there.
    pub fn finish(&mut self) {
        // So that a position which is rounded to the rate is in it, too.
        if let Some(last) = self.parts.last_mut() {
            last.end = f64::INFINITY;
        }
        self.pieces = (GUIDES_FOR_A_PART * self.parts.len()).clamp(1, GUIDES).ilog2();
        let pieces = 1 << self.pieces;
        let piece = self.rate / pieces as f64;
        let mut next = 0;
        for (number, part) in self.parts.iter().enumerate() {
            while next < pieces && piece * (next as f64) < part.end {
                self.guide[next] = number as u32;
                next += 1;
            }
        }
    }
}
