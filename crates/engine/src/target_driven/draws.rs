//! Unit-rate Poisson arrivals with their targets, drawn ahead: they depend on nothing but their stream.

#![allow(clippy::inline_always)]

use serde::{Deserialize, Serialize};

use crate::stream::Stream;
use crate::vector::elementary::{negative_ln, unit, unit_above_zero};
use crate::vector::lanes::{Lanes, Words};
use crate::vector::{InstructionSet, Kernel, WIDTH};

/// Arrivals that are drawn at once.
const BATCH: usize = 512;
const PAIRS: usize = BATCH / 2;
/// Rows of random words that a batch takes.
const ROWS: usize = (3 * PAIRS + BATCH) / WIDTH;
/// Pairs are added up in this many chains at once.
const CHAINS: usize = 4;

/// Most arrivals that can be looked at ahead.
pub(crate) const LOOKAHEAD: usize = 128;
/// What was left of the batch before, then a batch.
const ROOM: usize = LOOKAHEAD + BATCH;

/// The arrivals onto one population: at unit rate in units of its integrated intensity (its *hazard*).
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Draws {
    lanes: Lanes,
    /// What a batch is made from.
    #[serde(with = "crate::arrays")]
    words: Box<[Words; ROWS]>,
    /// Neurons of the population.
    count: u32,
    /// Hazard at each arrival.
    #[serde(with = "crate::arrays")]
    arrivals: Box<[f64; ROOM]>,
    /// Target neuron, uniform.
    #[serde(with = "crate::arrays")]
    targets: Box<[u32; ROOM]>,
    /// Uniform on `[0, 1)`, for the type.
    #[serde(with = "crate::arrays")]
    fractions: Box<[f64; ROOM]>,
    next: usize,
    /// Hazard until now.
    now: f64,
}

/// What lies ahead.
pub(super) struct Ahead<'a> {
    pub arrivals: &'a [f64; LOOKAHEAD],
    pub targets: &'a [u32; LOOKAHEAD],
    pub fractions: &'a [f64; LOOKAHEAD],
}

#[inline(always)]
fn lookahead<T>(values: &[T]) -> &[T; LOOKAHEAD] {
    values.first_chunk().expect("as many as are looked at")
}

impl Draws {
    /// Onto a population of `count` neurons.
    pub fn new(count: u32, stream: Stream, instructions: InstructionSet) -> Self {
        let mut draws = Self {
            lanes: Lanes::new(stream),
            words: Box::new([[0; WIDTH]; ROWS]),
            count,
            arrivals: Box::new([0.0; ROOM]),
            targets: Box::new([0; ROOM]),
            fractions: Box::new([0.0; ROOM]),
            next: ROOM,
            now: 0.0,
        };
        draws.refill(instructions);
        draws
    }

    /// The hazard until now.
    pub fn now(&self) -> f64 {
        self.now
    }

    /// The next arrivals, the first of them not before now.
    #[inline]
    pub fn ahead(&self) -> Ahead<'_> {
        let next = self.next;
        Ahead {
            arrivals: lookahead(&self.arrivals[next..]),
            targets: lookahead(&self.targets[next..]),
            fractions: lookahead(&self.fractions[next..]),
        }
    }

    /// Goes on to this hazard, with `taken` arrivals before it.
    #[inline]
    pub fn advance(&mut self, hazard: f64, taken: usize, instructions: InstructionSet) {
        self.next += taken;
        // Rounding must not bring the next arrival into the past.
        self.now = hazard.min(self.arrivals[self.next]);
        if self.next >= ROOM - LOOKAHEAD {
            self.refill(instructions);
        }
    }

    /// Moves what is left before the batch, with hazards counted from now, and draws another batch.
    #[cold]
    fn refill(&mut self, instructions: InstructionSet) {
        let left = ROOM - self.next;
        let next = LOOKAHEAD - left;
        self.arrivals.copy_within(self.next.., next);
        self.targets.copy_within(self.next.., next);
        self.fractions.copy_within(self.next.., next);
        for arrival in &mut self.arrivals[next..LOOKAHEAD] {
            *arrival -= self.now;
        }
        (self.next, self.now) = (next, 0.0);
        instructions.run(Fill { draws: self });
    }
}

/// Draws a batch.
struct Fill<'a> {
    draws: &'a mut Draws,
}

impl Kernel for Fill<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let Draws { lanes, words, count, arrivals, targets, fractions, .. } = self.draws;
        lanes.fill(words.as_mut_slice());
        let words = words.as_flattened();
        let (left, batch) = arrivals.split_at_mut(LOOKAHEAD);
        fill_arrivals::<PAIRS>(words, left[LOOKAHEAD - 1], batch);
        let words = &words[3 * PAIRS..];
        fill_targets(words, *count, &mut targets[LOOKAHEAD..], &mut fractions[LOOKAHEAD..]);
    }
}

/// Two gaps from one logarithm: the sum of two unit exponentials is `-ln(u_1 u_2)`, and given the sum the first is
/// uniform below it.
#[inline(always)]
pub(crate) fn fill_arrivals<const PAIRS: usize>(words: &[u64], start: f64, arrivals: &mut [f64]) {
    let (mut sums, mut firsts) = ([0.0; PAIRS], [0.0; PAIRS]);
    for i in 0..PAIRS {
        let (first, second) = (words[i], words[PAIRS + i]);
        sums[i] = negative_ln(unit_above_zero(first) * unit_above_zero(second));
        firsts[i] = unit(words[2 * PAIRS + i]) * sums[i];
    }
    let before = add_up(start, &mut sums);
    for (pair, arrivals) in arrivals.as_chunks_mut::<2>().0.iter_mut().enumerate() {
        *arrivals = [before[pair] + firsts[pair], sums[pair]];
    }
}

/// Replaces each number by the sum up to it; returns the sums up to the one before.
#[inline(always)]
fn add_up<const PAIRS: usize>(start: f64, sums: &mut [f64; PAIRS]) -> [f64; PAIRS] {
    let length = PAIRS / CHAINS;
    let mut chains = [0.0; CHAINS];
    for step in 0..length {
        for (chain, sum) in chains.iter_mut().enumerate() {
            let at = chain * length + step;
            *sum += sums[at];
            sums[at] = *sum;
        }
    }
    let mut before = [0.0; PAIRS];
    let mut offset = start;
    for (chain, total) in chains.iter().enumerate() {
        let at = chain * length;
        before[at] = offset;
        for sum in &mut sums[at..at + length] {
            *sum += offset;
        }
        before[at + 1..at + length].copy_from_slice(&sums[at..at + length - 1]);
        offset += total;
    }
    before
}

/// The product of a random word and the count: its upper word is the target, uniform to `count/2^64`, its
/// lower word, independent of the target to the same accuracy, is the fraction.
///
/// # Source
/// Lemire (2019), doi:10.1145/3230636, without the rejection, which would occur once in `2^64/count` words.
#[inline(always)]
pub(crate) fn fill_targets(words: &[u64], count: u32, targets: &mut [u32], fractions: &mut [f64]) {
    let count = u64::from(count);
    let outcomes = targets.iter_mut().zip(fractions);
    for (word, (target, fraction)) in words.iter().zip(outcomes) {
        let low = (word & 0xffff_ffff) * count;
        let high = (word >> 32) * count + (low >> 32);
        *target = (high >> 32) as u32;
        *fraction = unit((high << 32) | (low & 0xffff_ffff));
    }
}
