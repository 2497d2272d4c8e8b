//! What is predicted, and how far the prediction may be off by its next order.

use equipoise_limit::{FiniteN, FiniteNSolution, Limit, LimitError, LimitSolution, Terms};
use equipoise_model::Network;

/// A quantity that is both observed and predicted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quantity {
    /// Empirical mean of a population.
    Mean,
    /// Empirical variance of a population, divisor `N_a`.
    Variance,
    /// Empirical third central moment of a population, divisor `N_a`.
    ThirdCumulant,
    /// Fires of a population since time 0.
    Spikes,
    /// Covariance, over networks, of the mean of a population with that of population `with`.
    MeanCovariance {
        /// The other population.
        with: usize,
    },
}

impl Quantity {
    /// All quantities of a network with this many populations.
    pub fn all(populations: usize) -> Vec<Self> {
        let covariances = (0..populations).map(|with| Self::MeanCovariance { with });
        [Self::Mean, Self::Variance, Self::ThirdCumulant, Self::Spikes]
            .into_iter()
            .chain(covariances)
            .collect()
    }

    /// Its name; the other population of a covariance by its name in `populations`.
    pub fn name(self, populations: &[String]) -> String {
        match self {
            Self::Mean => "mean".to_owned(),
            Self::Variance => "variance".to_owned(),
            Self::ThirdCumulant => "third_cumulant".to_owned(),
            Self::Spikes => "spikes".to_owned(),
            Self::MeanCovariance { with } => format!("mean_covariance_{}", populations[with]),
        }
    }
}

/// Bound of the integration's error, relative to quantities of order 1; covariances are products of two such.
const NUMERICAL: f64 = 1e-7;

/// The theory of a network at its sample times.
#[derive(Debug, Clone)]
pub struct Prediction {
    /// The limit, `n -> infinity`.
    pub limit: LimitSolution,
    /// One network of size `n`.
    pub finite_n: FiniteNSolution,
    without_curvature: FiniteNSolution,
    with_self_variance: FiniteNSolution,
    leading: FiniteNSolution,
    counts: Vec<f64>,
    populations: usize,
}

impl Prediction {
    /// Integrates limit and finite-n theory through `times`, which rise from 0 on.
    ///
    /// # Errors
    /// [`LimitError`] if the network has no limit.
    pub fn new(network: &Network, times: &[f64]) -> Result<Self, LimitError> {
        let theory = |terms| FiniteN::new(network, terms)?.solve(times);
        Ok(Self {
            limit: Limit::new(network)?.solve(times)?,
            finite_n: theory(Terms::STANDARD)?,
            without_curvature: theory(Terms { curvature: false, ..Terms::STANDARD })?,
            with_self_variance: theory(Terms { self_variance: true, ..Terms::STANDARD })?,
            leading: theory(Terms::LEADING)?,
            counts: network.populations.iter().map(|population| population.count as f64).collect(),
            populations: network.population_count(),
        })
    }

    /// What the finite-n theory predicts.
    pub fn finite_n(&self, quantity: Quantity, sample: usize, population: usize) -> f64 {
        self.value(&self.finite_n, quantity, sample, population)
    }

    /// What the limit predicts for a network of this size; none for what vanishes in the limit.
    pub fn limit(
        &self,
        quantity: Quantity,
        sample: usize,
        population: usize,
        size: f64,
    ) -> Option<f64> {
        let at = sample * self.populations + population;
        match quantity {
            Quantity::Mean => Some(self.limit.mean[at]),
            Quantity::Variance => Some(self.limit.variance[at]),
            Quantity::Spikes => Some(self.limit.spikes[at] * size),
            Quantity::ThirdCumulant | Quantity::MeanCovariance { .. } => None,
        }
    }

    /// The margin `b_n`: an estimate of the theory's next order.
    ///
    /// For moments and spikes, whose corrections of order `n^{-1/2}` are all there, the two terms of order `1/n` that are
    /// known: the difference that the curvature makes, and that which the variance of the missing self-jumps makes. The
    /// covariance of means is known to leading order, so its next order is `n^{-1/2}` relative to it: the difference
    /// that the corrections of the moments make to it, and the relative `1/(N - 1)` of the divisors. Each as the largest
    /// until then, so that a difference that happens to change sign leaves no gap; and to all the error of the
    /// integration, which is what is left where nothing is random.
    pub fn margin(&self, quantity: Quantity, sample: usize, population: usize) -> f64 {
        let largest = |other: &FiniteNSolution| {
            let difference = |sample| {
                self.value(other, quantity, sample, population)
                    - self.finite_n(quantity, sample, population)
            };
            (0..=sample).map(|sample| f64::abs(difference(sample))).fold(0.0, f64::max)
        };
        let predicted = self.finite_n(quantity, sample, population).abs();
        if let Quantity::MeanCovariance { with } = quantity {
            let divisor = self.counts[population].min(self.counts[with]) - 1.0;
            largest(&self.leading) + predicted / divisor.max(0.5) + NUMERICAL * NUMERICAL
        } else {
            let known = largest(&self.without_curvature) + largest(&self.with_self_variance);
            known + NUMERICAL * (1.0 + predicted)
        }
    }

    fn value(
        &self,
        theory: &FiniteNSolution,
        quantity: Quantity,
        sample: usize,
        population: usize,
    ) -> f64 {
        let at = sample * self.populations + population;
        match quantity {
            Quantity::Mean => theory.mean[at],
            Quantity::Variance => theory.variance[at],
            Quantity::ThirdCumulant => theory.third_cumulant[at],
            Quantity::Spikes => theory.spikes[at],
            Quantity::MeanCovariance { with } => {
                theory.mean_covariance[at * self.populations + with]
            }
        }
    }
}
