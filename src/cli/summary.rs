//! What `simulate` tells of an ensemble: means over networks at the last sample time.

use equipoise::engine::Trajectory;
use equipoise::statistics::Estimate;
use equipoise::statistics::estimate::Running;
use equipoise::validation::Quantity;
use serde::{Deserialize, Serialize};

use super::ensemble::Watch;

/// What is told of each population.
pub const QUANTITIES: [Quantity; 4] =
    [Quantity::Mean, Quantity::Variance, Quantity::ThirdCumulant, Quantity::Spikes];

/// See the [module](self). It takes the same room for any number of networks.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Summary {
    /// The last sample.
    last: usize,
    /// By quantity and population.
    estimates: [Vec<Running>; QUANTITIES.len()],
    /// The values of the network that is not complete yet, population by population.
    pending: Vec<[f64; QUANTITIES.len()]>,
}

impl Summary {
    /// Of no network, with so many populations and samples.
    pub fn new(populations: usize, samples: usize) -> Self {
        let estimates = QUANTITIES.map(|_| vec![Running::default(); populations]);
        Self { last: samples - 1, estimates, pending: Vec::new() }
    }

    /// Networks that came to their end.
    pub fn replicates(&self) -> usize {
        self.estimates[0].first().map_or(0, |running| running.count() as usize)
    }

    /// Of a quantity, by its place in [`QUANTITIES`].
    pub fn estimate(&self, quantity: usize, population: usize) -> Estimate {
        self.estimates[quantity][population].estimate()
    }
}

impl Watch for Summary {
    const COMMAND: &str = "simulate";
    const PART: usize = 1 << 22;

    fn watch(&mut self, part: &Trajectory, is_last: bool) {
        let last = self.last.checked_sub(part.before.samples);
        if let Some(last) = last.filter(|last| *last < part.samples()) {
            let values = |population| {
                let at = last * part.populations + population;
                let spikes = part.spikes(last, population);
                [part.mean[at], part.variance[at], part.third_cumulant[at], spikes]
            };
            self.pending = (0..part.populations).map(values).collect();
        }
        if !is_last {
            return;
        }
        for (population, values) in self.pending.drain(..).enumerate() {
            for (estimates, value) in self.estimates.iter_mut().zip(values) {
                estimates[population].push(value);
            }
        }
    }
}
