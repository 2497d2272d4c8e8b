//! The account: what counts of events cost, for each population.
//!
//! Three things are paid for, all cumulative from time 0, in the units of the costs:
//!
//! ```text
//! energy_spike   = e_spike * fires                a neuron fires where it spikes; under independent transmission its
//!                                                 fires are its transmitted jumps divided by its fan-out N - 1
//! energy_rest    = e_rest * N_a * t
//! energy_synapse = e_syn * jumps received         from all sources, external ones too
//! ```
//!
//! Jumps are charged to the population that receives them: there the ions flow that have to be pumped out again, and the jumps from external
//! sources, which have no account of their own, are paid for too. With release a spike costs `e_spike` whether it is released or not
//! (a neuron spikes at `lambda/p`), and `e_syn` is paid for each delivery.
//!
//! Beside them stands the *activity energy*, the sum over neurons of `(lambda_a(z) - theta_a)^2`: a functional of the state, not a count. It
//! is already a quantity per time; its integral over time is by the trapezoidal rule over the sample times ([`integral`]), for what is
//! simulated and what is predicted alike.

use equipoise_model::{Costs, Energy, Network, Prices};

use crate::Budget;

/// An item of the account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Item {
    /// Spikes since time 0.
    Spike,
    /// Rest since time 0, which is known.
    Rest,
    /// Jumps received since time 0.
    Synapse,
    /// The activity energy at a time, which stands beside the others.
    Activity,
}

impl Item {
    /// All, in the order of files.
    pub const ALL: [Self; 4] = [Self::Spike, Self::Rest, Self::Synapse, Self::Activity];
    /// Those that differ from network to network.
    pub const RANDOM: [Self; 3] = [Self::Spike, Self::Synapse, Self::Activity];

    /// Its name in files and tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::Spike => "energy_spike",
            Self::Rest => "energy_rest",
            Self::Synapse => "energy_synapse",
            Self::Activity => "activity_energy",
        }
    }
}

/// What events cost in a network, ready to be applied to counts.
#[derive(Debug, Clone, PartialEq)]
pub struct Account {
    costs: Costs,
    /// `N_a`.
    counts: Vec<f64>,
}

impl Account {
    /// The account of a network whose scenario has a table `[energy]`.
    pub fn new(network: &Network, energy: &Energy) -> Self {
        let costs = match (&energy.prices, Budget::of(&energy.prices)) {
            (Prices::Given(costs), _) => costs.clone(),
            (_, Some(budget)) => {
                let seconds = energy.time_unit_seconds.expect("a scenario with a budget says it");
                budget.costs(network, seconds)
            }
            (prices, None) => unreachable!("scenarios with other budgets are refused: {prices:?}"),
        };
        let counts = network.populations.iter().map(|population| population.count as f64);
        Self { costs, counts: counts.collect() }
    }

    /// What each event costs.
    pub fn costs(&self) -> &Costs {
        &self.costs
    }

    /// What one of the things counted for an item costs: a spike, a neuron's time at rest, a jump; an activity energy is what it is.
    pub fn cost(&self, item: Item, population: usize) -> f64 {
        match item {
            Item::Spike => self.costs.spike[population],
            Item::Rest => self.costs.rest[population],
            Item::Synapse => self.costs.synapse[population],
            Item::Activity => 1.0,
        }
    }

    /// Energy of so many spikes of a population.
    pub fn spike(&self, population: usize, spikes: f64) -> f64 {
        self.costs.spike[population] * spikes
    }

    /// Energy that a population has dissipated at rest until a time.
    pub fn rest(&self, population: usize, time: f64) -> f64 {
        self.costs.rest[population] * self.counts[population] * time
    }

    /// Energy of so many jumps that a population has received.
    pub fn synapse(&self, population: usize, jumps: f64) -> f64 {
        self.costs.synapse[population] * jumps
    }
}

/// Of all populations at several times, (time, population), row-major.
impl Account {
    /// Energies of spikes.
    pub fn spikes(&self, spikes: &[f64]) -> Vec<f64> {
        priced(&self.costs.spike, spikes)
    }

    /// Energies of jumps received.
    pub fn synapses(&self, jumps: &[f64]) -> Vec<f64> {
        priced(&self.costs.synapse, jumps)
    }

    /// Energies dissipated at rest until each of the times.
    pub fn rests(&self, times: &[f64]) -> Vec<f64> {
        let cells = times.iter().flat_map(|time| (0..self.counts.len()).map(move |a| (a, *time)));
        cells.map(|(a, time)| self.rest(a, time)).collect()
    }
}

/// Each number times the cost in its population.
fn priced(costs: &[f64], numbers: &[f64]) -> Vec<f64> {
    numbers.iter().zip(costs.iter().cycle()).map(|(number, cost)| cost * number).collect()
}

/// Mean power between neighbouring times of a cumulative energy; one value fewer than there are times.
pub fn power(times: &[f64], energies: &[f64]) -> Vec<f64> {
    let spans = times.windows(2).map(|pair| pair[1] - pair[0]);
    let spent = energies.windows(2).map(|pair| pair[1] - pair[0]);
    spent.zip(spans).map(|(energy, time)| energy / time).collect()
}

/// Integral from the first time to each, by the trapezoidal rule over the times.
pub fn integral(times: &[f64], values: &[f64]) -> Vec<f64> {
    let mut sum = 0.0;
    let mut integrals = vec![0.0; times.len().min(1)];
    for (time, value) in times.windows(2).zip(values.windows(2)) {
        sum += 0.5 * (value[0] + value[1]) * (time[1] - time[0]);
        integrals.push(sum);
    }
    integrals
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn power_is_of_the_interval() {
        assert_eq!(power(&[0.0, 0.5, 2.0], &[0.0, 1.0, 4.0]), [2.0, 2.0]);
        assert!(power(&[0.0], &[0.0]).is_empty());
    }

    #[test]
    fn a_line_is_integrated_without_error() {
        assert_eq!(integral(&[0.0, 0.5, 2.0], &[1.0, 1.5, 3.0]), [0.0, 0.625, 4.0]);
        assert_eq!(integral(&[0.0], &[7.0]), [0.0]);
        assert!(integral(&[], &[]).is_empty());
    }

    #[test]
    fn each_population_pays_its_own_prices() {
        let network = equipoise_model::Scenario::parse("pair", PAIR).unwrap();
        let energy = network.energy.as_ref().expect("it has a table");
        let account = Account::new(&network.network, energy);
        assert_eq!(account.spike(0, 3.0), 6.0);
        assert_eq!(account.spike(1, 3.0), 1.5);
        assert_eq!(account.rest(1, 2.0), 0.25 * 50.0 * 2.0);
        assert_eq!(account.synapse(0, 10.0), 0.1);
        assert_eq!(energy.threshold, [0.5, 0.5]);
    }

    const PAIR: &str = r#"
        n = 100
        duration = 1.0
        [populations.E]
        kind = "excitatory"
        time_constant = 1.0
        gain = { logistic = { max_rate = 1.0, threshold = 0.0, slope = 0.5 } }
        initial = { normal = { mean = 0.0, variance = 0.25 } }
        [populations.I]
        kind = "inhibitory"
        fraction = 0.5
        time_constant = 1.0
        gain = { logistic = { max_rate = 1.0, threshold = 0.0, slope = 0.5 } }
        initial = { normal = { mean = 0.0, variance = 0.25 } }
        [coupling]
        E = { E = 1.0, I = -1.0 }
        I = { E = 2.0, I = -2.0 }
        [energy]
        spike = { I = 0.5, E = 2.0 }
        rest = 0.25
        synapse = 0.01
        threshold = 0.5
    "#;
}
