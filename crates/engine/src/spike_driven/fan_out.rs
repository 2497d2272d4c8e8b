//! Which targets a spike reaches, and their jumps, where `p` is below 1.
//!
//! Whether a spike reaches a target is one of a sequence of independent trials of probability `p`, in the order of spikes,
//! target populations and targets, without the spiking neuron itself. If `p` is at most 1/2 the targets that are
//! reached are found by the geometric numbers of failures between successes and jump one by one. Otherwise all neurons of the
//! population jump in common, and those that are missed, found in the same way, and the spiking neuron itself jump back.
//! The cost of a spike is `min(p, 1 - p) N`.
//!
//! # Source
//! Devroye (1986), *Non-Uniform Random Variate Generation*, section X.2: `floor(ln u/ln(1 - q))` is geometric.

#![allow(clippy::inline_always)]

use serde::{Deserialize, Serialize};

use crate::state::NetworkState;
use crate::stream::Stream;
use crate::vector::elementary::{negative_ln, smaller, unit_above_zero};
use crate::vector::lanes::{Lanes, Words};
use crate::vector::{InstructionSet, Kernel, WIDTH};

use super::extremes::Extremes;

/// Skips that are drawn at once.
const BATCH: usize = 256;
/// Longest skip, longer than any population.
const LONGEST: f64 = 2_251_799_813_685_248.0; // 2^51
/// Adding it rounds to a whole number, which is then in the mantissa.
const SHIFT: f64 = 4_503_599_627_370_496.0; // 2^52
const MANTISSA: u64 = (1 << 52) - 1;

/// The jump of one population by one spike.
#[derive(Debug, Clone, Copy)]
pub(super) struct Delivery {
    /// Target population.
    pub target: usize,
    /// Source population.
    pub source: usize,
    /// Change of the deviations.
    pub change: f64,
    /// The spiking neuron, if it is in the target population.
    pub own: Option<usize>,
}

/// Draws the targets of spikes.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct FanOut {
    /// Whether all jump in common and those that are missed jump back.
    in_common: bool,
    /// Those that are reached, or missed.
    exceptions: Skips,
}

impl FanOut {
    /// For this release probability, if it is not 1.
    pub fn new(probability: f64, stream: Stream) -> Option<Self> {
        let in_common = probability > 0.5;
        let rare = if in_common { 1.0 - probability } else { probability };
        (rare > 0.0).then(|| Self { in_common, exceptions: Skips::new(rare, stream) })
    }

    /// Lets the targets of one population jump; returns how many neurons were touched one by one.
    pub fn deliver(
        &mut self,
        state: &mut NetworkState,
        delivery: Delivery,
        extremes: &mut Extremes,
        instructions: InstructionSet,
    ) -> usize {
        let Delivery { target, source, change, own } = delivery;
        if self.in_common {
            state.translate(target, change);
        }
        let one_by_one = if self.in_common { -change } else { change };
        let (deviations, tally) = state.parts(target);
        let eligible = deviations.len() - usize::from(own.is_some());
        let mut touched = self.except(deviations, (one_by_one, own), extremes, instructions);
        let reached = if self.in_common { eligible - touched } else { touched };
        tally[source] += reached as u64;
        if self.in_common
            && let Some(own) = own
        {
            deviations[own] += one_by_one;
            extremes.include(deviations[own]);
            touched += 1;
        }
        touched
    }

    /// Lets the exceptions among all but the spiking neuron jump; returns how many there are.
    #[inline]
    fn except(
        &mut self,
        deviations: &mut [f64],
        (change, own): (f64, Option<usize>),
        extremes: &mut Extremes,
        instructions: InstructionSet,
    ) -> usize {
        let skips = &mut self.exceptions;
        let Some(own) = own else { return skips.visit(deviations, change, extremes, instructions) };
        let (before, after) = deviations.split_at_mut(own);
        skips.visit(before, change, extremes, instructions)
            + skips.visit(&mut after[1..], change, extremes, instructions)
    }
}

/// Successes in a sequence of independent trials.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Skips {
    lanes: Lanes,
    #[serde(with = "crate::arrays")]
    words: Box<[Words; BATCH / WIDTH]>,
    /// Failures before each success.
    #[serde(with = "crate::arrays")]
    failures: Box<[u64; BATCH]>,
    next: usize,
    /// Failures that are left until the next success.
    left: usize,
    /// `-1/ln(1 - q)`.
    length: f64,
}

impl Skips {
    /// With this probability of success, above 0 and at most 1/2.
    fn new(probability: f64, stream: Stream) -> Self {
        let mut skips = Self {
            lanes: Lanes::new(stream),
            words: Box::new([[0; WIDTH]; BATCH / WIDTH]),
            failures: Box::new([0; BATCH]),
            next: BATCH,
            left: 0,
            length: -1.0 / (-probability).ln_1p(),
        };
        skips.left = skips.skip(InstructionSet::BASELINE);
        skips
    }

    #[inline]
    fn skip(&mut self, instructions: InstructionSet) -> usize {
        if self.next == BATCH {
            self.refill(instructions);
        }
        let skip = self.failures[self.next];
        self.next += 1;
        skip as usize
    }

    #[cold]
    fn refill(&mut self, instructions: InstructionSet) {
        instructions.run(Fill { skips: self });
        self.next = 0;
    }

    /// Changes the deviations that succeed; returns how many.
    #[inline]
    fn visit(
        &mut self,
        deviations: &mut [f64],
        change: f64,
        extremes: &mut Extremes,
        instructions: InstructionSet,
    ) -> usize {
        let (mut at, mut count) = (self.left, 0);
        let mut changed = *extremes;
        while at < deviations.len() {
            if self.next == BATCH {
                self.refill(instructions);
            }
            let before = self.next;
            for skip in &self.failures[before..] {
                let Some(deviation) = deviations.get_mut(at) else { break };
                *deviation += change;
                changed.include(*deviation);
                at += 1 + *skip as usize;
                self.next += 1;
            }
            count += self.next - before;
        }
        *extremes = changed;
        self.left = at - deviations.len();
        count
    }
}

/// Draws a batch.
struct Fill<'a> {
    skips: &'a mut Skips,
}

impl Kernel for Fill<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let Skips { lanes, words, failures, length, .. } = self.skips;
        lanes.fill(words.as_mut_slice());
        for (failures, word) in failures.iter_mut().zip(words.as_flattened()) {
            let skip = negative_ln(unit_above_zero(*word)) * *length;
            *failures = whole(smaller(skip, LONGEST));
        }
    }
}

/// The whole part of a number of `[0, 2^51]`, in vector instructions.
#[inline(always)]
fn whole(x: f64) -> u64 {
    let nearest = (x + SHIFT) - SHIFT;
    let floor = if nearest > x { nearest - 1.0 } else { nearest };
    (floor + SHIFT).to_bits() & MANTISSA
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stream::{Purpose, stream};

    #[test]
    fn whole_parts_are_floors() {
        for x in [0.0, 0.3, 0.5, 0.999_999, 1.0, 1.5, 2.5, 1e9 + 0.75, LONGEST - 0.5, LONGEST] {
            assert_eq!(whole(x), x as u64);
        }
    }

    /// Mean and variance of the successes in lists of 10, and of those in the first place, within 5 standard deviations (level
    /// `6e-7` each).
    #[test]
    fn successes_are_independent_trials() {
        const LISTS: u32 = 100_000;
        for probability in [1e-3, 0.1, 0.3, 0.5] {
            let mut skips = Skips::new(probability, stream(5, 0, Purpose::Releases));
            let (mut sum, mut squares, mut first) = (0.0, 0.0, 0.0);
            for _ in 0..LISTS {
                let (mut list, mut extremes) = ([0.0; 10], Extremes::NONE);
                let set = InstructionSet::best();
                let count = skips.visit(&mut list, 1.0, &mut extremes, set) as f64;
                assert_eq!(count, list.iter().sum::<f64>());
                let centred = count - 10.0 * probability;
                sum += centred;
                squares += centred * centred;
                first += list[0] - probability;
            }
            let lists = f64::from(LISTS);
            let one = probability * (1.0 - probability);
            // Variance of the square of a centred binomial variate.
            let fourth = 10.0 * one * (1.0 + (3.0 * 10.0 - 6.0) * one);
            let spread = (fourth - 100.0 * one * one).sqrt();
            assert!(sum.abs() < 5.0 * (10.0 * one * lists).sqrt());
            assert!((squares - 10.0 * one * lists).abs() < 5.0 * spread * lists.sqrt());
            assert!(first.abs() < 5.0 * (one * lists).sqrt());
        }
    }
}
