//! Rates of all populations at given means and variances, and how they respond.

use equipoise_model::Network;
use nalgebra::DVector;

use crate::gaussian::averages;

/// Averages over the normal laws of the populations, one entry each.
#[derive(Debug, Clone)]
pub struct Rates {
    /// `S_a(m_a, v_a)`, per time unit.
    pub rates: DVector<f64>,
    /// `S_m = E[lambda_a']`.
    pub slopes: DVector<f64>,
    /// `S_mm = E[lambda_a'']`.
    pub curvatures: DVector<f64>,
}

impl Rates {
    /// At means `m_a` and variances `v_a`; a variance below zero, as a step of an integrator may try, counts as zero.
    pub fn at(network: &Network, mean: &[f64], variance: &[f64]) -> Self {
        let size = network.population_count();
        let zeros = || DVector::zeros(size);
        let mut at = Self { rates: zeros(), slopes: zeros(), curvatures: zeros() };
        for (a, population) in network.populations.iter().enumerate() {
            let mut g = [0.0; 3];
            averages(&population.gain, mean[a], variance[a].max(0.0), &mut g);
            (at.rates[a], at.slopes[a], at.curvatures[a]) = (g[0], g[1], g[2]);
        }
        at
    }
}
