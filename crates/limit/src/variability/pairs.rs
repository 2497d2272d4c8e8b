//! Correlation of the spike counts of two neurons of one network.

use equipoise_model::Network;
use nalgebra::DMatrix;

use super::{SpikeTrain, Stationary, VariabilityError};
use crate::finite_n::{self, MODES};

/// Expected correlation `rho_ab(T)` of the counts, in a window `T`, of two different neurons of populations `a` and `b`, at the stationary state of a network; `P` by `P`.
///
/// The average over all pairs follows from what the population does together, `V` of
/// [`LinearNoise::activity_count_covariance`](crate::LinearNoise::activity_count_covariance), less what each neuron does alone, `Lambda_a` of
/// [`SpikeTrain::excess_variance`] within the modes that `V` has:
///
/// ```text
/// c_ab = V_ab,      c_aa = (V_aa - Lambda_a/N_a)/(1 - 1/N_a),      rho_ab = c_ab/sqrt(Var_a Var_b),      Var_a = F_a(T) S_a T/p
/// ```
///
/// It is of order `1/n` and off by `n^{-1/2}` of itself. Under independent transmission the counts are those of trains towards one target.
///
/// # Errors
/// [`VariabilityError`] if a population is silent.
///
/// # Source
/// Renart et al. (2010), doi:10.1126/science.1179850 (correlations of order `1/n` by balance); derived here from linear noise.
pub fn count_correlations(
    network: &Network,
    state: &finite_n::Stationary,
    window: f64,
) -> Result<DMatrix<f64>, VariabilityError> {
    let populations = network.population_count();
    let mut covariance = state.noise.activity_count_covariance(window);
    let mut deviations = Vec::with_capacity(populations);
    for a in 0..populations {
        let (mean, variance) = (state.moments.mean[a], state.moments.variance[a]);
        let neuron = Stationary::of_population(network, a, mean, variance);
        let train = SpikeTrain::new(neuron)?;
        let count = network.populations[a].count as f64;
        let alone = train.excess_variance(window, MODES);
        covariance[(a, a)] = (covariance[(a, a)] - alone / count) / (1.0 - 1.0 / count);
        deviations.push((train.fano(window) * train.rate() * window).sqrt());
    }
    Ok(DMatrix::from_fn(populations, populations, |a, b| {
        covariance[(a, b)] / (deviations[a] * deviations[b])
    }))
}
