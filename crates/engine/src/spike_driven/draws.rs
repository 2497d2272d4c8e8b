//! Unit-rate Poisson arrivals with random marks, drawn ahead: they depend on nothing but their stream.

#![allow(clippy::inline_always)]

use serde::{Deserialize, Serialize};

use crate::stream::Stream;
use crate::vector::elementary::{negative_ln, unit, unit_above_zero};
use crate::vector::lanes::{Lanes, Words};
use crate::vector::{InstructionSet, Kernel, WIDTH};

/// Most arrivals that can be looked at ahead.
pub(super) const LOOKAHEAD: usize = 128;
/// Arrivals that are drawn at once.
const BATCH: usize = 512;
/// What was left of the batch before, then a batch.
pub(super) const ROOM: usize = LOOKAHEAD + BATCH;
/// Arrivals of each of eight stretches of a batch.
const STRETCH: usize = BATCH / WIDTH;
/// Rows of random words that a batch takes, beside those for neurons.
const ROWS: usize = 2 * BATCH / WIDTH;

/// The arrivals of candidates at unit rate, in units of the integrated rate (its *hazard*).
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Draws {
    lanes: Lanes,
    #[serde(with = "crate::arrays")]
    words: Box<[Words; ROWS]>,
    #[serde(with = "crate::arrays")]
    arrivals: Box<[f64; ROOM]>,
    #[serde(with = "crate::arrays")]
    fractions: Box<[f64; ROOM]>,
    #[serde(with = "crate::arrays")]
    places: Box<[u64; ROOM]>,
    next: usize,
    /// Hazard until now.
    now: f64,
}

impl Draws {
    /// From a stream.
    pub fn new(stream: Stream, instructions: InstructionSet) -> Self {
        let mut draws = Self {
            lanes: Lanes::new(stream),
            words: Box::new([[0; WIDTH]; ROWS]),
            arrivals: Box::new([0.0; ROOM]),
            fractions: Box::new([0.0; ROOM]),
            places: Box::new([0; ROOM]),
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

    /// The number of the next candidate; the ones after it follow, until [`advance`](Self::advance) says that they are numbered anew.
    #[inline]
    pub fn next(&self) -> usize {
        self.next
    }

    /// Hazard at each of the next arrivals, the first of them not before now.
    #[inline]
    pub fn arrivals(&self) -> &[f64; LOOKAHEAD] {
        self.arrivals[self.next..].first_chunk().expect("as many as are looked at")
    }

    /// Of each candidate, by its number: uniform on `[0, 1)`, for the level of the intensity.
    #[inline]
    pub fn fractions(&self) -> &[f64; ROOM] {
        &self.fractions
    }

    /// Of each candidate, by its number: a random word, for its neuron.
    #[inline]
    pub fn words(&self) -> &[u64; ROOM] {
        &self.places
    }

    /// Goes on to this hazard, with `taken` arrivals before it; returns whether candidates are numbered anew.
    #[inline]
    pub fn advance(&mut self, hazard: f64, taken: usize, instructions: InstructionSet) -> bool {
        self.next += taken;
        // Rounding must not bring the next arrival into the past.
        self.now = hazard.min(self.arrivals[self.next]);
        let ends = self.next >= ROOM - LOOKAHEAD;
        if ends {
            self.refill(instructions);
        }
        ends
    }

    /// Moves what is left before the batch, with hazards counted from now, and draws another batch.
    #[cold]
    fn refill(&mut self, instructions: InstructionSet) {
        let next = LOOKAHEAD - (ROOM - self.next);
        self.arrivals.copy_within(self.next.., next);
        self.fractions.copy_within(self.next.., next);
        self.places.copy_within(self.next.., next);
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
        let Draws { lanes, words, arrivals, fractions, places, .. } = self.draws;
        lanes.fill(words.as_mut_slice());
        lanes.fill(places[LOOKAHEAD..].as_chunks_mut().0);
        let (gaps, others) = words.as_flattened().split_at(BATCH);
        for (fraction, word) in fractions[LOOKAHEAD..].iter_mut().zip(others) {
            *fraction = unit(*word);
        }
        // Eight stretches side by side, as each sum would have to wait for the one before it.
        let (left, batch) = arrivals.split_at_mut(LOOKAHEAD);
        let mut sums = [[0.0; WIDTH]; STRETCH];
        let mut last = [0.0; WIDTH];
        for (sums, words) in sums.iter_mut().zip(gaps.as_chunks::<WIDTH>().0) {
            for i in 0..WIDTH {
                last[i] += negative_ln(unit_above_zero(words[i]));
            }
            *sums = last;
        }
        let mut hazard = left[LOOKAHEAD - 1];
        for (lane, stretch) in batch.as_chunks_mut::<STRETCH>().0.iter_mut().enumerate() {
            for (arrival, sums) in stretch.iter_mut().zip(&sums) {
                *arrival = hazard + sums[lane];
            }
            hazard = stretch[STRETCH - 1];
        }
    }
}
