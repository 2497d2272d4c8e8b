//! Shared spikes as one writes them who has seen that all neurons of a population jump alike: thinning, one candidate at a time, with what each
//! population has in common kept apart.

use std::array::from_fn;

use equipoise::model::{Network, Transmission};
use rand::{Rng, RngExt, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

use super::Baseline;
use super::populations::{Populations, initial};

/// Decay after which all is written anew.
const LONGEST_DECAY: f64 = 32.0;

/// See the [module](self): `z = tau I + (w + y) exp(-t/tau)`, `t` since the last time that all was written.
#[derive(Debug, Clone)]
pub struct Shared<const P: usize> {
    populations: Populations<P>,
    /// `w`.
    common: [f64; P],
    /// `y`.
    deviations: Vec<f64>,
    time: f64,
    rng: Xoshiro256PlusPlus,
}

impl<const P: usize> Shared<P> {
    fn growth(&self, a: usize) -> f64 {
        (self.time * self.populations.leak[a]).exp()
    }

    /// Writes all anew, with time 0 now.
    fn write_anew(&mut self) {
        for a in 0..P {
            let decay = 1.0 / self.growth(a);
            self.common[a] *= decay;
            for neuron in self.populations.members(a) {
                self.deviations[neuron] *= decay;
            }
        }
        self.time = 0.0;
    }
}

impl<const P: usize> Baseline for Shared<P> {
    fn new(network: &Network, seed: u64) -> Self {
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
        let independent = Network { transmission: Transmission::Independent, ..network.clone() };
        let populations = Populations::of(&independent);
        let mut deviations = initial(network, &mut rng);
        for a in 0..P {
            for neuron in populations.members(a) {
                deviations[neuron] -= populations.rest[a];
            }
        }
        Self { populations, common: [0.0; P], deviations, time: 0.0, rng }
    }

    fn run(&mut self, duration: f64) -> u64 {
        let (mut left, mut spikes) = (duration, 0);
        let fastest = self.populations.leak.iter().copied().fold(0.0, f64::max);
        let count = self.populations.neurons;
        let mean_gap = 1.0 / (count as f64 * self.populations.max_rate);
        loop {
            let gap = -mean_gap * (1.0 - self.rng.random::<f64>()).ln();
            if gap >= left {
                self.time += left;
                return spikes;
            }
            left -= gap;
            self.time += gap;
            if self.time * fastest > LONGEST_DECAY {
                self.write_anew();
            }
            let source = ((u128::from(self.rng.next_u64()) * count as u128) >> 64) as usize;
            let b = self.populations.of_neuron(source);
            let p = &self.populations;
            let z = p.rest[b] + (self.common[b] + self.deviations[source]) / self.growth(b);
            let reduced = (z - p.threshold[b]) / p.slope[b];
            if self.rng.random::<f64>() * p.excess[b] * (1.0 + (-reduced).exp()) < 1.0 {
                let changes: [f64; P] = from_fn(|a| p.jumps[a][b] * self.growth(a));
                for (common, change) in self.common.iter_mut().zip(changes) {
                    *common += change;
                }
                self.deviations[source] -= changes[b];
                spikes += 1;
            }
        }
    }

    fn means(&self) -> Vec<f64> {
        let mean = |a| {
            let members = self.populations.members(a);
            let count = members.len() as f64;
            let sum = self.deviations[members].iter().sum::<f64>();
            self.populations.rest[a] + (self.common[a] + sum / count) / self.growth(a)
        };
        (0..P).map(mean).collect()
    }
}
