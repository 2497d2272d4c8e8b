//! Whether inhibition stabilises the network.
//!
//! With all variances held, deviations of the means of a network of size `n` follow `A = sqrt(n) K S_m - 1/tau`. The network is
//! *inhibition-stabilised* if the excitatory populations alone, `A_EE`, have an eigenvalue with a positive real part, but the
//! whole `A` has none. As `n` grows, `A_EE` is unstable for any excitatory coupling at all, so this is evaluated at the size of the
//! network, with `gamma_b = N_b/n`; how much above zero the eigenvalue is says how trivially it holds.
//!
//! # Source
//! Tsodyks, Skaggs, Sejnowski & McNaughton (1997), doi:10.1523/JNEUROSCI.17-11-04382.1997.

use equipoise_model::{Kind, Network};
use nalgebra::{DMatrix, DVector};

use crate::balance::eigenvalues;
use crate::coefficients::Coefficients;

/// Largest real parts of the eigenvalues of the means' dynamics at size `n`, per time unit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Stabilisation {
    /// Of the excitatory populations alone; none without such populations.
    pub excitatory: Option<f64>,
    /// Of the whole network.
    pub whole: f64,
}

impl Stabilisation {
    /// At a state where rates respond with `slopes`, `S_m` (`P` entries, per time unit).
    pub fn at(network: &Network, slopes: &[f64]) -> Self {
        let coupling = Coefficients::finite(network).mean;
        let mut matrix = coupling * DMatrix::from_diagonal(&DVector::from_column_slice(slopes));
        matrix *= network.size.sqrt();
        for (a, population) in network.populations.iter().enumerate() {
            matrix[(a, a)] -= population.time_constant.recip();
        }
        let populations = network.populations.iter().enumerate();
        let excitatory: Vec<usize> = populations
            .filter(|(_, population)| population.kind == Kind::Excitatory)
            .map(|(a, _)| a)
            .collect();
        let alone = matrix.select_rows(&excitatory).select_columns(&excitatory);
        let largest = |matrix: &DMatrix<f64>| eigenvalues(matrix).first().map(|value| value.re);
        let whole = largest(&matrix).unwrap_or(f64::NEG_INFINITY);
        Self { excitatory: largest(&alone), whole }
    }

    /// Unstable without inhibition, stable with it.
    pub fn by_inhibition(&self) -> bool {
        self.excitatory.is_some_and(|value| value > 0.0) && self.whole < 0.0
    }
}
