//! What one neuron pays: for a spike, for all that the spike does at synapses, and for being there.
//!
//! The account charges jumps to the neurons that receive them; here the neuron that sends them pays, since a neuron's rate is what it can economise:
//!
//! ```math
//! \text{synapses}_a = \sum_b e_{\text{syn},b}\, d_{ab}, \qquad d_{ab} = p N_b \quad (p (N_a - 1) \text{ for } b = a), \qquad p = 1 \text{ but under release}
//! ```
//!
//! with `d_ab` the jumps that one fire of a neuron of `a` causes in `b`.

use equipoise_model::{Costs, Network, Transmission};

/// Of one neuron of a population, in the units of the costs.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Expenses {
    /// Of a spike.
    pub spike: f64,
    /// Of all the jumps that it causes.
    pub synapses: f64,
    /// Of a time unit at rest.
    pub rest: f64,
}

impl Expenses {
    /// Of the neurons of each population.
    pub fn new(network: &Network, costs: &Costs) -> Vec<Self> {
        let synapses = |a: usize| -> f64 {
            let targets = network.populations.iter().enumerate();
            targets.map(|(b, _)| costs.synapse[b] * deliveries(network, a, b)).sum()
        };
        let each =
            |a: usize| Self { spike: costs.spike[a], synapses: synapses(a), rest: costs.rest[a] };
        (0..network.population_count()).map(each).collect()
    }

    /// Of a spike and what it causes.
    pub fn whole_spike(&self) -> f64 {
        self.spike + self.synapses
    }

    /// Per time unit of a neuron with so many fires per time unit.
    pub fn power(&self, rate: f64) -> f64 {
        self.rest + rate * self.whole_spike()
    }
}

/// Jumps that a fire of a neuron of `source` causes in `target`, on average.
fn deliveries(network: &Network, source: usize, target: usize) -> f64 {
    let neurons = network.populations[target].count - usize::from(source == target);
    reached(network) * neurons as f64
}

/// The part of its targets that a fire reaches.
fn reached(network: &Network) -> f64 {
    match network.transmission {
        Transmission::Release { probability } => probability,
        // A fire of independent transmission is a jump on each target, by definition.
        _ => 1.0,
    }
}

/// Jumps that a fire causes in all, on average.
pub fn fan_out(network: &Network) -> f64 {
    reached(network) * (network.neuron_count() as f64 - 1.0)
}

/// Fires per neuron and time unit where intensities towards one target are `rate`.
pub fn fires(network: &Network, rate: f64) -> f64 {
    rate / network.transmission.release_probability()
}
