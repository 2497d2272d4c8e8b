//! What is compared with the limit, and in which norm over time.

use std::ops::{Index, IndexMut};

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
}

impl Quantity {
    /// All of them, in the order of tables and files.
    pub const ALL: [Self; 5] =
        [Self::Mean, Self::Variance, Self::Spikes, Self::Wasserstein, Self::Kolmogorov];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Mean => "mean",
            Self::Variance => "variance",
            Self::Spikes => "spikes",
            Self::Wasserstein => "wasserstein",
            Self::Kolmogorov => "kolmogorov",
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
        }
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
