//! Between which deviations neurons are.

#![allow(clippy::inline_always)]

use serde::{Deserialize, Serialize};

use crate::vector::elementary::{larger, smaller};
use crate::vector::{Kernel, WIDTH};

/// An interval that holds the deviations `y` of all neurons of a population.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(super) struct Extremes {
    pub lowest: f64,
    pub highest: f64,
}

impl Extremes {
    /// Of no neuron.
    pub const NONE: Self = Self { lowest: f64::INFINITY, highest: f64::NEG_INFINITY };

    /// Whether it holds this one.
    #[inline(always)]
    pub fn holds(self, value: f64) -> bool {
        self.lowest <= value && value <= self.highest
    }

    /// Widened by this on both sides.
    pub fn widened(self, by: f64) -> Self {
        Self { lowest: self.lowest - by, highest: self.highest + by }
    }

    /// Widens the interval to hold one more.
    #[inline(always)]
    pub fn include(&mut self, deviation: f64) {
        self.lowest = smaller(self.lowest, deviation);
        self.highest = larger(self.highest, deviation);
    }
}

/// Finds the extremes of all deviations.
pub(super) struct Scan<'a>(pub &'a [f64]);

impl Kernel for Scan<'_> {
    type Output = Extremes;

    #[inline(always)]
    fn run(self) -> Extremes {
        let (blocks, rest) = self.0.as_chunks::<WIDTH>();
        let mut lowest = [f64::INFINITY; WIDTH];
        let mut highest = [f64::NEG_INFINITY; WIDTH];
        for block in blocks {
            for i in 0..WIDTH {
                lowest[i] = smaller(lowest[i], block[i]);
                highest[i] = larger(highest[i], block[i]);
            }
        }
        let mut extremes = Extremes::NONE;
        for y in
            lowest.into_iter().chain(highest).filter(|y| y.is_finite()).chain(rest.iter().copied())
        {
            extremes.include(y);
        }
        extremes
    }
}
