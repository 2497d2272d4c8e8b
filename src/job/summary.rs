//! What `simulate` tells of an ensemble: means over networks at the last sample time.

use equipoise_energy::{Account, Item};
use equipoise_engine::Trajectory;
use equipoise_model::Scenario;
use equipoise_statistics::Estimate;
use equipoise_statistics::estimate::Running;
use equipoise_validation::Quantity;
use serde::{Deserialize, Serialize};

/// What is told of each population, with an account of energy or not.
pub fn quantities(has_energy: bool) -> Vec<Quantity> {
    let moments = [Quantity::Mean, Quantity::Variance, Quantity::ThirdCumulant, Quantity::Spikes];
    let energies = Item::ALL.map(Quantity::Energy).into_iter().filter(|_| has_energy);
    moments.into_iter().chain(energies).collect()
}

/// See the [module](self). It takes the same room for any number of networks.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Summary {
    /// The last sample.
    last: usize,
    /// By what is seen of a network (moments, spikes; jumps received and activity energy where there is an account) and population.
    estimates: Vec<Vec<Running>>,
    /// The values of the network that is not complete yet, population by population.
    pending: Vec<Vec<f64>>,
}

impl Summary {
    /// Of no network of a scenario, with so many samples.
    pub fn new(scenario: &Scenario, samples: usize) -> Self {
        let seen = if scenario.energy.is_some() { 6 } else { 4 };
        let estimates = vec![vec![Running::default(); scenario.network.population_count()]; seen];
        Self { last: samples - 1, estimates, pending: Vec::new() }
    }

    /// Networks that came to their end.
    pub fn replicates(&self) -> usize {
        self.estimates[0].first().map_or(0, |running| running.count() as usize)
    }

    /// Of one of the [`quantities`] of the scenario, whose last sample is at this time.
    pub fn estimate(
        &self,
        scenario: &Scenario,
        quantity: Quantity,
        (population, time): (usize, f64),
    ) -> Estimate {
        let seen = |place: usize| self.estimates[place][population].estimate();
        let account = scenario.energy.as_ref().map(|e| Account::new(&scenario.network, e));
        let priced = |item, place| {
            let cost = account.as_ref().map_or(f64::NAN, |account| account.cost(item, population));
            seen(place).times(cost)
        };
        match quantity {
            Quantity::Mean => seen(0),
            Quantity::Variance => seen(1),
            Quantity::ThirdCumulant => seen(2),
            Quantity::Spikes => seen(3),
            Quantity::Energy(Item::Spike) => priced(Item::Spike, 3),
            Quantity::Energy(Item::Synapse) => priced(Item::Synapse, 4),
            Quantity::Energy(Item::Activity) => priced(Item::Activity, 5),
            Quantity::Energy(Item::Rest) => {
                let value = account.map_or(f64::NAN, |account| account.rest(population, time));
                Estimate { value, standard_error: 0.0 }
            }
            Quantity::MeanCovariance { .. } | Quantity::EnergyVariance(_) => {
                unreachable!("not told of an ensemble")
            }
        }
    }

    /// Looks at a part of a network, and whether it is complete with it.
    pub fn look(&mut self, part: &Trajectory, is_last: bool) {
        let last = self.last.checked_sub(part.before.samples);
        if let Some(last) = last.filter(|last| *last < part.samples()) {
            let values = |population| {
                let at = last * part.populations + population;
                let spikes = part.spikes(last, population);
                let mut seen =
                    vec![part.mean[at], part.variance[at], part.third_cumulant[at], spikes];
                if let Some(activity) = part.records.activity_energy.get(at) {
                    seen.extend([part.received(last, population) as f64, *activity]);
                }
                seen
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
