//! Estimates from an ensemble.

use std::ops::Range;

use equipoise_energy::Item;
use equipoise_engine::Trajectory;
use equipoise_engine::record::Records;
use equipoise_model::Network;
use equipoise_statistics::{Estimate, estimate};
use serde::{Deserialize, Serialize};

use crate::prediction::Quantity;

/// The trajectories of an ensemble, as far as they are complete.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Observed {
    samples: usize,
    trajectories: Vec<Trajectory>,
}

impl Observed {
    /// Empty, for trajectories of this many samples.
    pub fn new(samples: usize) -> Self {
        Self { samples, trajectories: Vec::new() }
    }

    /// Takes in a trajectory; one that was interrupted says nothing of its later times and is left out.
    pub fn push(&mut self, trajectory: Trajectory) {
        if trajectory.samples() == self.samples {
            self.trajectories.push(trajectory);
        }
    }

    /// Number of complete networks.
    pub fn replicates(&self) -> usize {
        self.trajectories.len()
    }

    /// The complete networks.
    pub fn networks(&self) -> &[Trajectory] {
        &self.trajectories
    }

    /// What else was recorded of each network.
    pub(crate) fn records(&self) -> impl Iterator<Item = &Records> {
        self.trajectories.iter().map(|trajectory| &trajectory.records)
    }

    /// The quantity in each network (for a covariance: the mean), at a sample time.
    fn values(&self, quantity: Quantity, sample: usize, population: usize) -> Vec<f64> {
        let value = |trajectory: &Trajectory| {
            let at = sample * trajectory.populations + population;
            match quantity {
                Quantity::Mean | Quantity::MeanCovariance { .. } => trajectory.mean[at],
                Quantity::Variance => trajectory.variance[at],
                Quantity::ThirdCumulant => trajectory.third_cumulant[at],
                Quantity::Spikes => trajectory.spikes(sample, population),
                Quantity::Energy(item) | Quantity::EnergyVariance(item) => {
                    counted(trajectory, item, sample, population)
                }
            }
        };
        self.trajectories.iter().map(value).collect()
    }

    /// Estimate over the networks, with a standard error that assumes no law.
    pub fn estimate(&self, quantity: Quantity, sample: usize, population: usize) -> Estimate {
        let values = self.values(quantity, sample, population);
        match quantity {
            Quantity::MeanCovariance { with } => {
                estimate::covariance(&values, &self.values(Quantity::Mean, sample, with))
            }
            Quantity::EnergyVariance(_) => estimate::covariance(&values, &values),
            _ => estimate::mean(&values),
        }
    }
}

/// What an item of the energy account counts, before it is priced.
fn counted(trajectory: &Trajectory, item: Item, sample: usize, population: usize) -> f64 {
    let at = sample * trajectory.populations + population;
    match item {
        Item::Spike => trajectory.spikes(sample, population),
        Item::Synapse => trajectory.received(sample, population) as f64,
        Item::Activity => trajectory.records.activity_energy.get(at).copied().unwrap_or(f64::NAN),
        Item::Rest => unreachable!("it is known and not compared"),
    }
}

/// Where the neurons of each population stand among all neurons.
pub(crate) fn neurons(network: &Network) -> Vec<Range<usize>> {
    let ranges = network.populations.iter().scan(0, |first, population| {
        let own = *first..*first + population.count;
        *first = own.end;
        Some(own)
    });
    ranges.collect()
}
