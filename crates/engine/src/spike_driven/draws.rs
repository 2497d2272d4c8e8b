//! Unit-rate Poisson arrivals with random marks, drawn ahead: they depend on nothing but their stream.

#![allow(clippy::inline_always)]

use crate::stream::Stream;
use crate::vector::elementary::{negative_ln, unit, unit_above_zero};
use crate::vector::lanes::{Lanes, Words};
use crate::vector::{InstructionSet, Kernel, WIDTH};

/// Most arrivals that can be looked at ahead.
pub(super) const LOOKAHEAD: usize = 256;
/// Arrivals that are drawn at once.
const BATCH: usize = 512;
/// What was left of the batch before, then a batch.
const ROOM: usize = LOOKAHEAD + BATCH;
/// Rows of random words that a batch takes.
const ROWS: usize = 3 * BATCH / WIDTH;

/// The arrivals of candidates at unit rate, in units of the integrated rate (its *hazard*).
#[derive(Debug, Clone)]
pub(super) struct Draws {
    lanes: Lanes,
    words: Box<[Words; ROWS]>,
    arrivals: Box<[f64; ROOM]>,
    fractions: Box<[f64; ROOM]>,
    places: Box<[u64; ROOM]>,
    next: usize,
    /// Hazard until now.
    now: f64,
}

/// What lies ahead.
pub(super) struct Ahead<'a> {
    /// Hazard at each arrival.
    pub arrivals: &'a [f64; LOOKAHEAD],
    /// Uniform on `[0, 1)`, for the channel and the level of the intensity.
    pub fractions: &'a [f64; LOOKAHEAD],
    /// A random word, for the neuron.
    pub places: &'a [u64; LOOKAHEAD],
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

    /// The next arrivals, the first of them not before now.
    #[inline]
    pub fn ahead(&self) -> Ahead<'_> {
        fn array<T>(values: &[T]) -> &[T; LOOKAHEAD] {
            values.as_array().expect("as many as are looked at")
        }
        let window = self.next..self.next + LOOKAHEAD;
        Ahead {
            arrivals: array(&self.arrivals[window.clone()]),
            fractions: array(&self.fractions[window.clone()]),
            places: array(&self.places[window]),
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
        let words = words.as_flattened();
        let (left, batch) = arrivals.split_at_mut(LOOKAHEAD);
        for (gap, word) in batch.iter_mut().zip(words) {
            *gap = negative_ln(unit_above_zero(*word));
        }
        for (fraction, word) in fractions[LOOKAHEAD..].iter_mut().zip(&words[BATCH..]) {
            *fraction = unit(*word);
        }
        places[LOOKAHEAD..].copy_from_slice(&words[2 * BATCH..]);
        let mut hazard = left[LOOKAHEAD - 1];
        for arrival in batch {
            hazard += *arrival;
            *arrival = hazard;
        }
    }
}
