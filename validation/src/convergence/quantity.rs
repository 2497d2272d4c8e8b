//! What is compared with the limit, and in which norm over time.

use std::ops::{Index, IndexMut};

use equipoise_energy::Item;

/// A quantity whose error is measured and expected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quantity {
    /// Empirical mean of a population.
    Mean,
    /// Empirical variance of a population, divisor `N_a`.
    Variance,
    /// Fires of a neuron since time 0.
    Spikes,
    /// Wasserstein-1 distance of the law of a neuron to the limit, in units of potentiation.
    Wasserstein,
    /// Kolmogorov-Smirnov distance of the law of a neuron to the limit.
    Kolmogorov,
    /// Energy of the spikes of a neuron since time 0.
    SpikeEnergy,
    /// Energy of the jumps that a neuron has received since time 0; per `n`, with which their number grows, where a jump has a price of its own.
    SynapseEnergy,
    /// Activity energy of a neuron at the time, the mean of `(lambda_a(z) - theta_a)^2` over the population.
    ActivityEnergy,
}

impl Quantity {
    /// All of them, in the order of tables and files.
    pub const ALL: [Self; 8] = [
        Self::Mean,
        Self::Variance,
        Self::Spikes,
        Self::Wasserstein,
        Self::Kolmogorov,
        Self::SpikeEnergy,
        Self::SynapseEnergy,
        Self::ActivityEnergy,
    ];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Mean => "mean",
            Self::Variance => "variance",
            Self::Spikes => "spikes",
            Self::Wasserstein => "wasserstein",
            Self::Kolmogorov => "kolmogorov",
            Self::SpikeEnergy => Item::Spike.name(),
            Self::SynapseEnergy => Item::Synapse.name(),
            Self::ActivityEnergy => Item::Activity.name(),
        }
    }

    /// In words.
    pub fn describe(self) -> &'static str {
        match self {
            Self::Mean => "mean potentiation",
            Self::Variance => "variance of the potentiation",
            Self::Spikes => "fires of a neuron since time 0",
            Self::Wasserstein => "law of the potentiation, Wasserstein-1 distance",
            Self::Kolmogorov => "law of the potentiation, Kolmogorov-Smirnov distance",
            Self::SpikeEnergy => "energy of a neuron's spikes since time 0",
            Self::SynapseEnergy => "energy of jumps received by a neuron since time 0",
            Self::ActivityEnergy => "activity energy of a neuron",
        }
    }

    /// The item of the account that it is, if it is one.
    pub fn item(self) -> Option<Item> {
        match self {
            Self::SpikeEnergy => Some(Item::Spike),
            Self::SynapseEnergy => Some(Item::Synapse),
            Self::ActivityEnergy => Some(Item::Activity),
            _ => None,
        }
    }

    /// Whether it is another one times a price, with the same relative errors and the same exponent: spikes that are paid for.
    pub fn is_multiple(self) -> bool {
        self == Self::SpikeEnergy
    }

    /// Whether it is a distance between laws.
    pub fn is_of_law(self) -> bool {
        matches!(self, Self::Wasserstein | Self::Kolmogorov)
    }
}

/// How an error over time becomes one number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Norm {
    /// The largest error over time: where it is expected to be largest.
    Sup,
    /// The error at the last sample.
    End,
}

impl Norm {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Sup, Self::End];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sup => "sup",
            Self::End => "end",
        }
    }
}

/// Something for each quantity.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PerQuantity<T>([T; Quantity::ALL.len()]);

impl<T> PerQuantity<T> {
    /// Made one by one.
    pub fn of(mut make: impl FnMut(Quantity) -> T) -> Self {
        Self(Quantity::ALL.map(&mut make))
    }
}

impl<T> Index<Quantity> for PerQuantity<T> {
    type Output = T;

    fn index(&self, quantity: Quantity) -> &T {
        &self.0[quantity as usize]
    }
}

impl<T> IndexMut<Quantity> for PerQuantity<T> {
    fn index_mut(&mut self, quantity: Quantity) -> &mut T {
        &mut self.0[quantity as usize]
    }
}
