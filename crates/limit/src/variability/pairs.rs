//! Spike counts of the neurons of one network: how irregular, and how correlated.

use equipoise_model::Network;
use nalgebra::DMatrix;

use super::VariabilityError;
#[cfg(doc)]
use crate::finite_n::Order;
use crate::finite_n::Stationary;

/// Counts in a window `T` at the stationary state of a network of size `n`. Under independent transmission they are of trains towards one target.
#[derive(Debug, Clone, PartialEq)]
pub struct CountStatistics {
    /// Expected counts `S_a T/p`.
    pub mean: Vec<f64>,
    /// Fano factors of one neuron, over time.
    pub fano: Vec<f64>,
    /// `rho_ab(T)`, expected correlation of the counts of two different neurons of populations `a` and `b`.
    pub correlation: DMatrix<f64>,
}

impl CountStatistics {
    /// The average covariance `c` of pairs follows from what populations do together, `V` of
    /// [`LinearNoise::activity_count_covariance`](crate::LinearNoise::activity_count_covariance), less what each neuron does alone:
    ///
    /// ```math
    /// \begin{aligned}
    /// & c_{ab} = V_{ab}, \qquad c_{aa} = V_{aa} - \frac{\Lambda_a}{N_a}, \qquad \mathrm{Var}_a = \frac{S_a T}{p} + \Lambda_a + c_{aa}, \qquad \rho_{ab} = \frac{c_{ab}}{\sqrt{\mathrm{Var}_a \mathrm{Var}_b}} \\
    /// & \Lambda_a = \sum_l \frac{2 g_{al}^2 (v_a - C_{aa})^l}{l!\, p^2} \int_0^T (T - s)\, e^{-l s/\tau}\, ds + O(n^{-1/2})
    /// \end{aligned}
    /// ```
    ///
    /// where the first part of `Lambda` is Mehler's formula for what the neuron alone remembers, and the second, from [`Order::Half`] on, what the size of jumps and the synapse that a neuron lacks
    /// of itself change in it, as in [`FiniteNSolution::counts`](crate::FiniteNSolution::counts). So what the Fano factor has above 1 is off by `1/n`. Correlations are of order `1/n`, and off by `1/n` of
    /// themselves with independent transmission at [`Order::First`]; where the covariances of modes are known to leading order, by `n^{-1/2}`.
    ///
    /// # Errors
    /// [`VariabilityError`] if a population is silent.
    ///
    /// # Source
    /// Renart et al. (2010), doi:10.1126/science.1179850 (correlations of order `1/n` by balance); derived here from linear noise.
    pub fn new(
        network: &Network,
        state: &Stationary,
        window: f64,
    ) -> Result<Self, VariabilityError> {
        let populations = network.population_count();
        let release = network.transmission.release_probability();
        let mut covariance = state.noise.activity_count_covariance(window);
        let (mut means, mut variances) = (Vec::new(), Vec::new());
        for a in 0..populations {
            let rate = state.rates[a];
            if rate <= 0.0 {
                return Err(VariabilityError::Silent { rate });
            }
            let excess = state.moments.excess_at_rest(network, a, state.order, window)?;
            covariance[(a, a)] -= excess.of_modes / network.populations[a].count as f64;
            means.push(rate * window / release);
            variances.push(means[a] + excess.all + covariance[(a, a)]);
        }
        let correlation = DMatrix::from_fn(populations, populations, |a, b| {
            covariance[(a, b)] / (variances[a] * variances[b]).sqrt()
        });
        let fano = variances.iter().zip(&means).map(|(variance, mean)| variance / mean).collect();
        Ok(Self { mean: means, fano, correlation })
    }
}
