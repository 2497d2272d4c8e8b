//! Thinning in blocks: what an expert writes to make the textbook's program fast.
//!
//! * One decay factor for each population instead of times: a neuron is stored as `y` with
//!   `z = rest + y/growth`, `growth = exp(t/tau)`, so that only jumps change it.
//! * Times and thresholds of a whole block of candidates at once, in vector registers (and the random words, too, if asked): with a logistic
//!   gain, `u < lambda(z)/max` is `z > theta + s logit(u)`, so no candidate needs the `exp` of its source.
//! * What depends on the jumps before is left to a loop of one comparison and one addition for each candidate, without
//!   branches that depend on it.
//!
//! The law is exact: candidates are decided in the order of their times, and those beyond the horizon are forgotten, as
//! a Poisson process allows.

use equipoise::model::Network;
use rand::SeedableRng;
use rand_xoshiro::Xoshiro256PlusPlus;

use super::Baseline;
use super::candidates::{Candidates, Span, Words, rejected};
use super::instructions::Instructions;
use super::lanes::Generators;
use super::populations::{Populations, initial};

/// Shortest time constants after which the numbers are written anew, well before a growth overflows.
const LONGEST_DECAY: f64 = 32.0;

/// See the [module](self).
#[derive(Debug, Clone)]
pub struct Block<const P: usize> {
    populations: Populations<P>,
    instructions: Instructions,
    /// `y` of all neurons.
    deviations: Vec<f64>,
    /// When all growths were 1.
    origin: f64,
    time: f64,
    mean_gap: f64,
    words: Words,
    candidates: Box<Candidates<P>>,
}

impl<const P: usize> Block<P> {
    /// The network at time 0 for certain instructions.
    ///
    /// # Panics
    /// As [`Baseline::new`], and if there are not from 2 to `2^32 - 1` neurons.
    pub fn with(network: &Network, seed: u64, instructions: Instructions) -> Self {
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
        let populations = Populations::of(network);
        let neurons = populations.neurons;
        assert!(neurons > 1 && u32::try_from(neurons).is_ok(), "{neurons} neurons");
        let drawn = |bound| 1.0 - rejected(bound) as f64 / 2.0_f64.powi(32);
        let mut deviations = initial(network, &mut rng);
        for a in 0..P {
            deviations[populations.members(a)].iter_mut().for_each(|y| *y -= populations.rest[a]);
        }
        Self {
            mean_gap: drawn(neurons) * drawn(neurons - 1) / populations.candidate_rate(),
            populations,
            instructions,
            deviations,
            origin: 0.0,
            time: 0.0,
            words: Words::OneByOne(rng),
            candidates: Box::new(Candidates::empty()),
        }
    }

    /// The same with random words in vectors, too: all that can be done for thinning in blocks.
    pub fn in_vectors(mut self) -> Self {
        if let Words::OneByOne(rng) = &mut self.words {
            self.words = Words::Vectors(Generators::seeded(rng));
        }
        self
    }

    /// Writes the numbers anew with growths of 1 at the present.
    fn rewrite(&mut self) {
        for a in 0..P {
            let decay = (-(self.time - self.origin) * self.populations.leak[a]).exp();
            let members = self.populations.members(a);
            self.deviations[members].iter_mut().for_each(|y| *y *= decay);
        }
        self.origin = self.time;
    }

    /// Goes on by one block or to `horizon`, whichever comes first; returns the number of jumps.
    #[inline(always)]
    pub(super) fn advance(&mut self, horizon: f64) -> u64 {
        let candidates = &mut *self.candidates;
        let span = Span { start: self.time, mean_gap: self.mean_gap, origin: self.origin };
        candidates.draw(&self.populations, &mut self.words, span);
        let jumps = candidates.happen(&mut self.deviations, horizon);
        self.time = horizon.min(candidates.last_time());
        jumps
    }
}

impl<const P: usize> Baseline for Block<P> {
    fn new(network: &Network, seed: u64) -> Self {
        Self::with(network, seed, Instructions::best())
    }

    fn run(&mut self, duration: f64) -> u64 {
        let end = self.time + duration;
        let fastest = self.populations.leak.iter().copied().fold(0.0, f64::max);
        let mut jumps = 0;
        while self.time < end {
            if (self.time - self.origin) * fastest > LONGEST_DECAY {
                self.rewrite();
            }
            let horizon = end.min(self.time + LONGEST_DECAY / fastest);
            jumps += self.instructions.advance(self, horizon);
        }
        jumps
    }

    fn means(&self) -> Vec<f64> {
        let mean = |a| {
            let members = self.populations.members(a);
            let count = members.len() as f64;
            let decay = (-(self.time - self.origin) * self.populations.leak[a]).exp();
            self.populations.rest[a] + decay * self.deviations[members].iter().sum::<f64>() / count
        };
        (0..P).map(mean).collect()
    }
}
