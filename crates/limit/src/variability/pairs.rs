//! Spike counts of the neurons of one network: how irregular, and how correlated.

use equipoise_model::Network;
use nalgebra::DMatrix;

use super::{SpikeTrain, Stationary, VariabilityError};
use crate::finite_n::{self, MODES};
use crate::gaussian::averages;

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
    /// & \Lambda_a = \sum_l 2 \left(\frac{h_l}{p}\right)^2 \int_0^T (T - s)\, e^{-l s/\tau}\, ds - \frac{2 c S_a g_{a1} J_{aa}}{p^2 \sqrt n} \int_0^T (T - s)\, e^{-s/\tau}\, ds
    /// \end{aligned}
    /// ```
    ///
    /// where the first part is [`SpikeTrain::excess_variance`], and the second says that a spike moves all neurons that it may reach but its own: `c = p`, and 0
    /// under independent transmission, where it moves one. Correlations are of order `1/n`; they, and what the Fano
    /// factor has above 1, are off by `n^{-1/2}` of themselves (the size of jumps, and the synapse that a neuron lacks of itself, whose leading terms
    /// [`FiniteNSolution::counts`](crate::FiniteNSolution::counts) has for one neuron).
    ///
    /// # Errors
    /// [`VariabilityError`] if a population is silent.
    ///
    /// # Source
    /// Renart et al. (2010), doi:10.1126/science.1179850 (correlations of order `1/n` by balance); derived here from linear noise.
    pub fn new(
        network: &Network,
        state: &finite_n::Stationary,
        window: f64,
    ) -> Result<Self, VariabilityError> {
        let populations = network.population_count();
        let share = network.transmission.input_correlation();
        let release = network.transmission.release_probability();
        let mut covariance = state.noise.activity_count_covariance(window);
        let (mut means, mut variances) = (Vec::new(), Vec::new());
        for a in 0..populations {
            let (mean, variance) = (state.moments.mean[a], state.moments.variance[a]);
            let neuron = Stationary::of_population(network, a, mean, variance);
            let train = SpikeTrain::new(neuron)?;
            let mut g = [0.0; 2];
            averages(neuron.gain, mean, variance, &mut g);
            let (rate, own_jump) = (state.rates[a], share * network.jump(a, a));
            let memory = 2.0 * window * neuron.remembered_by_mode(1.0, window);
            let missed = rate * g[1] * own_jump / release.powi(2) * memory;
            let count = network.populations[a].count as f64;
            let alone = train.excess_variance(window, MODES) - missed;
            covariance[(a, a)] -= alone / count;
            means.push(rate * window / release);
            let excess = (train.fano(window) - 1.0) * train.rate() * window - missed;
            variances.push(means[a] + excess + covariance[(a, a)]);
        }
        let correlation = DMatrix::from_fn(populations, populations, |a, b| {
            covariance[(a, b)] / (variances[a] * variances[b]).sqrt()
        });
        let fano = variances.iter().zip(&means).map(|(variance, mean)| variance / mean).collect();
        Ok(Self { mean: means, fano, correlation })
    }
}
