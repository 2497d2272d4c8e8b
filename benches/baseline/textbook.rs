//! Thinning as a textbook has it: one candidate at a time, each neuron with the time of its last jump.
//!
//! # Source
//! Lewis & Shedler (1979), doi:10.1002/nav.3800260304; Ogata (1981), doi:10.1109/TIT.1981.1056305.

use equipoise::model::Network;
use rand::{Rng, RngExt, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

use super::Baseline;
use super::populations::{Populations, initial};

/// A neuron: its potentiation at the time of its last jump.
#[derive(Debug, Clone, Copy)]
struct Neuron {
    potentiation: f64,
    time: f64,
}

/// See the [module](self).
#[derive(Debug, Clone)]
pub struct Textbook<const P: usize> {
    populations: Populations<P>,
    neurons: Vec<Neuron>,
    time: f64,
    rng: Xoshiro256PlusPlus,
}

impl<const P: usize> Textbook<P> {
    /// `z` of a neuron of population `a` at `time`.
    #[inline(always)]
    fn potentiation(&self, neuron: usize, a: usize, time: f64) -> f64 {
        let Neuron { potentiation, time: last } = self.neurons[neuron];
        let rest = self.populations.rest[a];
        rest + (potentiation - rest) * (-(time - last) * self.populations.leak[a]).exp()
    }

    /// Whether a candidate of this source at this time is a jump.
    #[inline(always)]
    fn accepts(&mut self, source: usize, b: usize, time: f64) -> bool {
        let p = &self.populations;
        let (threshold, slope, excess) = (p.threshold[b], p.slope[b], p.excess[b]);
        let reduced = (self.potentiation(source, b, time) - threshold) / slope;
        self.rng.random::<f64>() * excess * (1.0 + (-reduced).exp()) < 1.0
    }

    /// A number below `bound`, all alike.
    #[inline(always)]
    fn below(&mut self, bound: usize) -> usize {
        ((u128::from(self.rng.next_u64()) * bound as u128) >> 64) as usize
    }
}

impl<const P: usize> Baseline for Textbook<P> {
    fn new(network: &Network, seed: u64) -> Self {
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
        let potentiations = initial(network, &mut rng).into_iter();
        let neurons =
            potentiations.map(|potentiation| Neuron { potentiation, time: 0.0 }).collect();
        Self { populations: Populations::of(network), neurons, time: 0.0, rng }
    }

    fn run(&mut self, duration: f64) -> u64 {
        let end = self.time + duration;
        let mean_gap = 1.0 / self.populations.candidate_rate();
        let count = self.neurons.len();
        let (mut time, mut jumps) = (self.time, 0);
        loop {
            time -= mean_gap * (1.0 - self.rng.random::<f64>()).ln();
            if time >= end {
                self.time = end;
                return jumps;
            }
            let source = self.below(count);
            let b = self.populations.of_neuron(source);
            let other = self.below(count - 1);
            if self.accepts(source, b, time) {
                let target = other + usize::from(other >= source);
                let a = self.populations.of_neuron(target);
                let potentiation =
                    self.potentiation(target, a, time) + self.populations.jumps[a][b];
                self.neurons[target] = Neuron { potentiation, time };
                jumps += 1;
            }
        }
    }

    fn means(&self) -> Vec<f64> {
        let mean = |a| {
            let members = self.populations.members(a);
            let count = members.len() as f64;
            members.map(|k| self.potentiation(k, a, self.time)).sum::<f64>() / count
        };
        (0..P).map(mean).collect()
    }
}
