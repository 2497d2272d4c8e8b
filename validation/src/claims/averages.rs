//! Moments of populations, averaged over networks, or as the theory predicts these averages.

use equipoise_engine::Trajectory;
use equipoise_limit::FiniteNSolution;

/// Moments by place, that is (time, population) row-major.
#[derive(Debug, Clone, PartialEq)]
pub struct Averages {
    /// Of empirical means.
    pub mean: Vec<f64>,
    /// Of their squares.
    pub square: Vec<f64>,
    /// Of empirical variances.
    pub variance: Vec<f64>,
    /// Of empirical third central moments.
    pub third_cumulant: Vec<f64>,
    /// Of fires of the population since time 0.
    pub spikes: Vec<f64>,
}

impl Averages {
    /// Of one network.
    pub fn of_network(trajectory: &Trajectory) -> Self {
        let populations = trajectory.populations;
        let places = 0..trajectory.mean.len();
        Self {
            mean: trajectory.mean.clone(),
            square: trajectory.mean.iter().map(|mean| mean * mean).collect(),
            variance: trajectory.variance.clone(),
            third_cumulant: trajectory.third_cumulant.clone(),
            spikes: places
                .map(|at| trajectory.spikes(at / populations, at % populations))
                .collect(),
        }
    }

    /// Of the theory of networks with so many populations.
    pub fn of_theory(theory: &FiniteNSolution, populations: usize) -> Self {
        // C_aa, from (time, population, population).
        let own = |at: usize| theory.mean_covariance[at * populations + at % populations];
        let squares = theory.mean.iter().enumerate().map(|(at, mean)| mean * mean + own(at));
        Self {
            square: squares.collect(),
            mean: theory.mean.clone(),
            variance: theory.variance.clone(),
            third_cumulant: theory.third_cumulant.clone(),
            spikes: theory.spikes.clone(),
        }
    }

    /// Over networks, of which there must be one.
    pub fn over(networks: &[Self]) -> Self {
        let count = networks.len() as f64;
        let mean = |of: fn(&Self) -> &Vec<f64>| {
            let places = 0..of(&networks[0]).len();
            places.map(|at| networks.iter().map(|n| of(n)[at]).sum::<f64>() / count).collect()
        };
        Self {
            mean: mean(|n| &n.mean),
            square: mean(|n| &n.square),
            variance: mean(|n| &n.variance),
            third_cumulant: mean(|n| &n.third_cumulant),
            spikes: mean(|n| &n.spikes),
        }
    }

    /// These averages over `count` networks without one of them.
    pub fn without(&self, one: &Self, count: usize) -> Self {
        let count = count as f64;
        let leave = |all: &[f64], one: &[f64]| {
            all.iter().zip(one).map(|(all, one)| all + (all - one) / (count - 1.0)).collect()
        };
        Self {
            mean: leave(&self.mean, &one.mean),
            square: leave(&self.square, &one.square),
            variance: leave(&self.variance, &one.variance),
            third_cumulant: leave(&self.third_cumulant, &one.third_cumulant),
            spikes: leave(&self.spikes, &one.spikes),
        }
    }
}
