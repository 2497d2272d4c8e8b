//! The errors of simulated networks.

use equipoise_energy::{Account, Item};
use equipoise_engine::Trajectory;
use equipoise_statistics::{Estimate, estimate};
use serde::{Deserialize, Serialize};

use super::expected::Expected;
use super::grid;
use super::quantity::{PerQuantity, Quantity};

/// What one network shows: (time, population) row-major, at all sample times.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Sample {
    /// Empirical mean.
    pub mean: Vec<f64>,
    /// Empirical variance, divisor `N_a`.
    pub variance: Vec<f64>,
    /// Fires since time 0, summed over the population.
    pub spikes: Vec<f64>,
    /// Neurons below each edge of the [`grid`], (time, population, edge).
    pub below: Vec<u32>,
    /// Energies of the population, in the order of [`Item::RANDOM`]; empty where nothing is priced.
    pub energies: [Vec<f64>; 3],
}

impl Sample {
    /// Of a network whose histograms have the bins of the [`grid`], and whose activity energy is recorded where there is an account.
    pub fn of(trajectory: &Trajectory, account: Option<&Account>) -> Self {
        let populations = trajectory.populations;
        let places = || (0..trajectory.mean.len()).map(|at| (at / populations, at % populations));
        let spikes: Vec<f64> = places().map(|(s, a)| trajectory.spikes(s, a)).collect();
        let energies = account.map(|account| {
            let received: Vec<f64> =
                places().map(|(s, a)| trajectory.received(s, a) as f64).collect();
            Item::RANDOM.map(|item| match item {
                Item::Spike => account.spikes(&spikes),
                Item::Synapse => account.synapses(&received),
                Item::Rest | Item::Activity => trajectory.records.activity_energy.clone(),
            })
        });
        // What is above all bins is below no edge.
        let rows = trajectory.records.histograms.chunks(grid::BINS + 2);
        Self {
            mean: trajectory.mean.clone(),
            variance: trajectory.variance.clone(),
            spikes,
            below: rows.flat_map(|row| below_edges(&row[..=grid::BINS])).collect(),
            energies: energies.unwrap_or_default(),
        }
    }
}

/// Neurons below each edge, from those below all bins and in each bin.
pub fn below_edges(counts: &[u64]) -> impl Iterator<Item = u32> {
    let sum = |sum: &mut u64, count: &u64| {
        *sum += count;
        Some(u32::try_from(*sum).unwrap_or(u32::MAX))
    };
    counts.iter().scan(0, sum)
}

/// The networks of one size.
#[derive(Debug, Clone)]
pub struct Measured {
    /// Error of each network, by place and network, in the direction that is expected: its mean is the measured error.
    errors: PerQuantity<Vec<Vec<f64>>>,
    /// Sums over networks of the distribution functions, by place and edge.
    distribution: Vec<f64>,
    networks: usize,
}

impl Measured {
    /// Of no network yet.
    pub fn new(expected: &Expected) -> Self {
        let places = expected.error[Quantity::Mean].len();
        Self {
            errors: PerQuantity::of(|_| vec![Vec::new(); places]),
            distribution: vec![0.0; places * (grid::BINS + 1)],
            networks: 0,
        }
    }

    /// Takes in a network. One whose arrays are shorter than the theory's is none of this size and tells nothing.
    pub fn push(&mut self, expected: &Expected, sample: &Sample) {
        let places = self.errors[Quantity::Mean].len();
        let edges = grid::BINS + 1;
        let [spike, synapse, activity] = &sample.energies;
        let mut counted = vec![
            (Quantity::Mean, &sample.mean),
            (Quantity::Variance, &sample.variance),
            (Quantity::Spikes, &sample.spikes),
        ];
        if expected.energy.is_some() {
            counted.extend([
                (Quantity::SpikeEnergy, spike),
                (Quantity::SynapseEnergy, synapse),
                (Quantity::ActivityEnergy, activity),
            ]);
        }
        let is_short = |(_, values): &(Quantity, &Vec<f64>)| values.len() < places;
        if counted.iter().any(is_short) || sample.below.len() < places * edges {
            return;
        }
        self.networks += 1;
        for (quantity, values) in counted {
            for (at, value) in values.iter().enumerate().take(places) {
                self.errors[quantity][at].push(expected.of_network(quantity, at, *value));
            }
        }
        for at in 0..places {
            let Some((functionals, count)) = expected.law(at) else { continue };
            let own = at * edges..(at + 1) * edges;
            let parts = sample.below[own.clone()].iter().map(|below| f64::from(*below) / count);
            let [wasserstein, kolmogorov] = functionals.of(parts.clone());
            self.errors[Quantity::Wasserstein][at].push(wasserstein);
            self.errors[Quantity::Kolmogorov][at].push(kolmogorov);
            self.distribution[own].iter_mut().zip(parts).for_each(|(sum, part)| *sum += part);
        }
    }

    /// Number of networks.
    pub fn networks(&self) -> usize {
        self.networks
    }

    /// The error of each network.
    pub fn errors(&self, quantity: Quantity, at: usize) -> &[f64] {
        &self.errors[quantity][at]
    }

    /// The measured error.
    pub fn estimate(&self, quantity: Quantity, at: usize) -> Estimate {
        estimate::mean(self.errors(quantity, at))
    }

    /// The error without regard to what is expected: the absolute value of a moment's, the distance of all neurons of all networks together. Noise makes it larger.
    pub fn plain(&self, expected: &Expected, quantity: Quantity, at: usize) -> f64 {
        if !quantity.is_of_law() {
            return self.estimate(quantity, at).value.abs();
        }
        let Some((functionals, _)) = expected.law(at) else { return f64::NAN };
        let edges = grid::BINS + 1;
        let sums = &self.distribution[at * edges..(at + 1) * edges];
        let pooled = sums.iter().map(|sum| sum / self.networks as f64);
        functionals.distances(pooled)[usize::from(quantity == Quantity::Kolmogorov)]
    }
}
