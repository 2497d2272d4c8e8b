//! The network: populations, coupling, transmission.

use std::fmt;

use crate::{Gain, Schedule};

/// Sign of a population's synapses (Dale's law).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// All jumps it causes are upwards, `J_ab >= 0`.
    Excitatory,
    /// All jumps it causes are downwards, `J_ab <= 0`.
    Inhibitory,
}

/// Law of the independent initial potentiations of a population.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum InitialLaw {
    /// `Normal(mean, variance)`; `variance = 0` starts all neurons at the mean.
    Normal {
        /// `m_a(0)`.
        mean: f64,
        /// `v_a(0) >= 0`.
        variance: f64,
    },
    /// One given value for each neuron of the population.
    Values(Vec<f64>),
}

impl InitialLaw {
    /// Mean `m_a(0)` of the law; for a list, of its values.
    pub fn mean(&self) -> f64 {
        match self {
            Self::Normal { mean, .. } => *mean,
            Self::Values(values) => values.iter().sum::<f64>() / values.len() as f64,
        }
    }

    /// Central moment of order 2 or 3 of the law; for a list, over its values (divisor `N`).
    pub fn central_moment(&self, order: u8) -> f64 {
        match self {
            Self::Normal { variance, .. } => {
                if order == 2 {
                    *variance
                } else {
                    0.0
                }
            }
            Self::Values(values) => {
                let mean = self.mean();
                let power = i32::from(order);
                values.iter().map(|z| (z - mean).powi(power)).sum::<f64>() / values.len() as f64
            }
        }
    }

    /// Whether the initial states are random (and so fluctuate from network to network).
    pub fn is_random(&self) -> bool {
        matches!(self, Self::Normal { variance, .. } if *variance > 0.0)
    }
}

/// A population of neurons.
#[derive(Debug, Clone, PartialEq)]
pub struct NeuronPopulation {
    /// Its name, unique in the network.
    pub name: String,
    /// Excitatory or inhibitory.
    pub kind: Kind,
    /// `gamma_a > 0`; the population has `round(gamma_a n)` neurons.
    pub fraction: f64,
    /// `N_a >= 1`, the number of neurons.
    pub count: usize,
    /// `tau_a > 0`, in time units.
    pub time_constant: f64,
    /// `I_a(t)`, potentiation per time unit.
    pub drive: Schedule,
    /// `lambda_a`, the intensity towards one target; the intensity of spikes is `lambda_a/p`, see [`Transmission::release_probability`].
    pub gain: Gain,
    /// Law of `z_a^k(0)`.
    pub initial: InitialLaw,
}

/// A population of independent Poisson sources outside the network.
#[derive(Debug, Clone, PartialEq)]
pub struct ExternalPopulation {
    /// Its name, unique in the network.
    pub name: String,
    /// `gamma_x > 0`; there are `round(gamma_x n)` sources.
    pub fraction: f64,
    /// `N_x >= 1`, the number of sources.
    pub count: usize,
    /// `nu_x(t) >= 0`, intensity of one source towards one neuron, per time unit.
    pub rate: Schedule,
}

/// How the spikes of a neuron reach its targets.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum Transmission {
    /// Each ordered pair of neurons has its own Poisson process.
    Independent,
    /// A spike reaches every other neuron at once.
    Shared,
    /// A spike of intensity `lambda/p` reaches each target independently with probability `p`.
    Release {
        /// `p` in `(0, 1]`.
        probability: f64,
    },
}

impl Transmission {
    /// `p`: a neuron spikes with `1/p` times the intensity towards one target. With independent transmission its spikes are
    /// its jumps onto one target, and `p = 1`.
    pub fn release_probability(self) -> f64 {
        match self {
            Self::Independent | Self::Shared => 1.0,
            Self::Release { probability } => probability,
        }
    }

    /// The correlation of the inputs that two neurons of a population receive from one neuron: 0 with independent transmission, 1 with
    /// shared spikes, `p` with release.
    pub fn input_correlation(self) -> f64 {
        match self {
            Self::Independent => 0.0,
            Self::Shared => 1.0,
            Self::Release { probability } => probability,
        }
    }
}

impl fmt::Display for Transmission {
    /// As a scenario has it.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Independent => formatter.write_str("independent"),
            Self::Shared => formatter.write_str("shared"),
            Self::Release { probability } => {
                write!(formatter, "release_probability = {probability}")
            }
        }
    }
}

/// The matrix `J_ab`: rows are targets (neuron populations), columns sources (neuron populations,
/// then external ones). A jump of `b` moves a target in `a` by `J_ab / sqrt(n)`.
#[derive(Debug, Clone, PartialEq)]
pub struct Coupling {
    sources: usize,
    values: Vec<f64>,
}

impl Coupling {
    /// From rows by target.
    ///
    /// # Panics
    /// If the rows differ in length.
    pub fn from_rows(rows: &[Vec<f64>]) -> Self {
        let sources = rows.first().map_or(0, Vec::len);
        assert!(rows.iter().all(|row| row.len() == sources), "rows of unequal length");
        Self { sources, values: rows.concat() }
    }

    /// `J_ab`.
    #[inline]
    pub fn get(&self, target: usize, source: usize) -> f64 {
        self.values[target * self.sources + source]
    }
}

/// A network of a given size. Index convention: targets `a = 0..P`; sources `b = 0..P` are the
/// neuron populations and `b = P..P + X` the external ones.
#[derive(Debug, Clone, PartialEq)]
pub struct Network {
    /// `n`, the size parameter; jumps are `J_ab / sqrt(n)`.
    pub size: f64,
    /// How spikes reach targets.
    pub transmission: Transmission,
    /// The `P` neuron populations.
    pub populations: Vec<NeuronPopulation>,
    /// The `X` external populations.
    pub externals: Vec<ExternalPopulation>,
    /// `J_ab`, `P` rows by `P + X` columns.
    pub coupling: Coupling,
}

impl Network {
    /// `P`, the number of neuron populations.
    pub fn population_count(&self) -> usize {
        self.populations.len()
    }

    /// `P + X`, the number of source populations.
    pub fn source_count(&self) -> usize {
        self.populations.len() + self.externals.len()
    }

    /// The number of neurons in all populations.
    pub fn neuron_count(&self) -> usize {
        self.populations.iter().map(|population| population.count).sum()
    }

    /// Names of the neuron populations.
    pub fn population_names(&self) -> Vec<String> {
        self.populations.iter().map(|population| population.name.clone()).collect()
    }

    /// Names of the sources: neuron populations, then external ones.
    pub fn source_names(&self) -> Vec<String> {
        let externals = self.externals.iter().map(|external| external.name.clone());
        self.population_names().into_iter().chain(externals).collect()
    }

    /// `J_ab / sqrt(n)`, the jump of a target in `a` caused by source population `b`.
    #[inline]
    pub fn jump(&self, target: usize, source: usize) -> f64 {
        self.coupling.get(target, source) / self.size.sqrt()
    }

    /// The first time after `time` at which a drive or an external rate jumps.
    pub fn next_step(&self, time: f64) -> Option<f64> {
        let drives = self.populations.iter().map(|population| &population.drive);
        let rates = self.externals.iter().map(|external| &external.rate);
        drives.chain(rates).filter_map(|schedule| schedule.next_step(time)).reduce(f64::min)
    }

    /// The network with drives and external rates that stay as they are at `time`.
    #[must_use]
    pub fn held_at(&self, time: f64) -> Self {
        let mut held = self.clone();
        for population in &mut held.populations {
            population.drive = Schedule::Constant(population.drive.value(time));
        }
        for external in &mut held.externals {
            external.rate = Schedule::Constant(external.rate.value(time));
        }
        held
    }

    /// Rates of the external sources at `time`, one for each external population.
    pub fn external_rates(&self, time: f64) -> impl Iterator<Item = f64> + '_ {
        self.externals.iter().map(move |external| external.rate.value(time))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_of_a_list_are_over_its_values() {
        let law = InitialLaw::Values(vec![0.0, 0.0, 3.0]);
        assert_eq!(law.mean(), 1.0);
        assert_eq!(law.central_moment(2), 2.0);
        assert_eq!(law.central_moment(3), 2.0);
        assert!(!law.is_random());
    }

    #[test]
    fn coupling_is_read_by_target_then_source() {
        let coupling = Coupling::from_rows(&[vec![1.0, -1.0, 0.5], vec![2.0, -2.0, 0.25]]);
        assert_eq!(coupling.get(0, 2), 0.5);
        assert_eq!(coupling.get(1, 0), 2.0);
    }
}
