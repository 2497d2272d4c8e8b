//! Thinning of (source, target) pairs: the plain reference method.
//!
//! Use it as the oracle of the other methods, and where the source of each jump is wanted. Pairs are
//! proposed at the rate of a gain that is always at its supremum and accepted with probability
//! `lambda_b(z_b^j)/sup lambda_b`, so low rates waste candidates.
//!
//! # Source
//! Lewis & Shedler (1979), doi:10.1002/nav.3800260304; Ogata (1981), doi:10.1109/TIT.1981.1056305.

use equipoise_model::{GainFunction, Network};
use rand::RngExt;
use rand_distr::{Distribution, Exp1};

use crate::jump::Jump;
use crate::method::JumpMethod;
use crate::state::NetworkState;
use crate::stream::Stream;

/// See the [module](self).
#[derive(Debug, Clone)]
pub struct Thinning {
    time: f64,
    /// Rate of candidates of each source population.
    bounds: Vec<f64>,
}

impl Thinning {
    /// The method for a network all of whose gains are bounded.
    pub fn new(network: &Network) -> Self {
        Self { time: 0.0, bounds: vec![0.0; network.source_count()] }
    }
}

impl JumpMethod for Thinning {
    fn restart(&mut self, network: &Network, _state: &NetworkState, time: f64) {
        let neurons = network.neuron_count() as f64;
        self.time = time;
        self.bounds.clear();
        for source in &network.populations {
            self.bounds.push(source.count as f64 * source.gain.supremum() * (neurons - 1.0));
        }
        for source in &network.externals {
            self.bounds.push(source.count as f64 * source.rate.supremum_from(time) * neurons);
        }
    }

    fn propose(&mut self, _: &Network, _: &NetworkState, rng: &mut Stream) -> f64 {
        let total: f64 = self.bounds.iter().sum();
        let gap: f64 = Exp1.sample(rng);
        self.time += gap / total;
        self.time
    }

    fn decide(
        &mut self,
        network: &Network,
        state: &mut NetworkState,
        rng: &mut Stream,
    ) -> Option<Jump> {
        let source = pick(&self.bounds, rng.random::<f64>() * self.bounds.iter().sum::<f64>());
        let neurons = network.neuron_count();
        let (accepted, source_neuron, target) =
            if let Some(population) = network.populations.get(source) {
                let neuron = rng.random_range(0..population.count as u64) as usize;
                let intensity =
                    population.gain.intensity(state.potentiation(source, neuron, self.time));
                let own_index = first_neuron(network, source) + neuron;
                let other = rng.random_range(0..(neurons - 1) as u64) as usize;
                let target = other + usize::from(other >= own_index);
                (rng.random::<f64>() * population.gain.supremum() < intensity, Some(neuron), target)
            } else {
                let external = &network.externals[source - network.population_count()];
                let level = rng.random::<f64>() * external.rate.supremum_from(self.time);
                let target = rng.random_range(0..neurons as u64) as usize;
                (level < external.rate.value(self.time), None, target)
            };
        if !accepted {
            return None;
        }
        let (target_population, target_neuron) = locate(network, target);
        let jump = network.jump(target_population, source);
        let scale = state.common(target_population, self.time).scale;
        state.kick(target_population, target_neuron, jump / scale);
        let (time, source_population) = (self.time, source);
        Some(Jump { time, source_population, source_neuron, target_population, target_neuron })
    }
}

/// Index of the interval of lengths `weights` in which `level` lies.
fn pick(weights: &[f64], mut level: f64) -> usize {
    for (index, weight) in weights.iter().enumerate() {
        level -= weight;
        if level < 0.0 {
            return index;
        }
    }
    // Rounding of the sum: the last population that can jump at all.
    weights.iter().rposition(|weight| *weight > 0.0).unwrap_or(0)
}

fn first_neuron(network: &Network, population: usize) -> usize {
    network.populations[..population].iter().map(|p| p.count).sum()
}

/// Population and index within it of a neuron numbered through all populations.
pub(crate) fn locate(network: &Network, mut neuron: usize) -> (usize, usize) {
    for (index, population) in network.populations.iter().enumerate() {
        if neuron < population.count {
            return (index, neuron);
        }
        neuron -= population.count;
    }
    unreachable!("neuron index beyond the network")
}
