//! How well the spikes of a network tell its drive: linear Fisher information per unit of time, beside the power that it takes.
//!
//! Whoever counts the fires of all populations in a window of length `T`, `y_a` per neuron and time, knows the drive `I_s` with an error of at least `1/sqrt(J T)`, if he weights the counts as well as can be:
//!
//! ```math
//! J = r^{\mathsf T} S^{-1} r, \qquad r_a = \frac{d\langle y_a \rangle}{dI_s} = \frac{T_{as}(0)}{p}, \qquad S = T\, \mathrm{Cov}(y),
//! ```
//!
//! since with a weight `w` on each count the square of signal over noise is `T (w^T r)^2/(w^T S w)`, and Cauchy's inequality gives `J T` as its maximum, at `w = S^{-1} r`. Both come from the finite-n theory about the stationary state: the response of its moment
//! equations, and the counts of its linear noise, `S = (X + X^T)/T + D` with `X` and `D` as in [`LinearNoise::activity_count_covariance`](equipoise_limit::LinearNoise::activity_count_covariance); as `T` grows `S` tends to the spectral density at frequency 0.
//! Counts of populations leave out what single neurons add, and `J` what the dependence of the covariance on the drive does.
//!
//! Balance suppresses the signal in its own directions, `K r` being of order `n^{-1/2}`, and the noise there, too: `S` is of order `1/n` along the manifold and `1/n^2` (independent transmission) across. What is across takes off the noise along the manifold, so that the best readout
//! needs both and grows for windows of many time constants; the limit's spectrum, singular as it is, would not do. The signal across is small, and with it the theory's relative error, of order `n^{-1/2}` in `J`, is larger than that of rates.
//!
//! # Source
//! Seung & Sompolinsky (1993), doi:10.1073/pnas.90.22.10749 (information of populations of neurons); Averbeck, Latham & Pouget (2006), doi:10.1038/nrn1888 (linear Fisher information, noise correlations).

use equipoise_limit::{FiniteN, LimitError, Order};
use equipoise_model::{Costs, Coupling, Network};
use nalgebra::{DMatrix, DVector};
use thiserror::Error;

use crate::Power;

/// Which drive is read, when, and from counts in which windows.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Reading {
    /// The population that is driven.
    pub driven: usize,
    /// Drives and external rates are as they are at this time.
    pub time: f64,
    /// `T`, in time units.
    pub window: f64,
    /// Of the theory; a lower one says how much it leaves out.
    pub order: Order,
}

/// What the fires of a network tell of a drive, and what they cost.
#[derive(Debug, Clone)]
pub struct Precision {
    /// `S_a`, intensities towards one target, per time unit.
    pub rates: Vec<f64>,
    /// `r_a`, fires per neuron and time by drive.
    pub response: DVector<f64>,
    /// `S`, fires per neuron, squared, per time unit.
    pub covariance: DMatrix<f64>,
    /// `J`, per squared drive and time unit.
    pub information: f64,
    /// What it costs.
    pub power: Power,
}

/// Why there is no precision.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum PrecisionError {
    /// The network does not come to rest.
    #[error(transparent)]
    State(#[from] LimitError),
    /// The linear noise has no covariance that can be inverted.
    #[error(
        "the noise of the counts is not positive in all directions, as n is too small for the theory or a population is silent"
    )]
    Noise,
}

impl Precision {
    /// By the theory of one network.
    ///
    /// # Errors
    /// [`PrecisionError`].
    pub fn new(network: &Network, costs: &Costs, reading: Reading) -> Result<Self, PrecisionError> {
        let Reading { driven, time, window, order } = reading;
        let state = FiniteN::new(network, order).stationary(time)?;
        let release = network.transmission.release_probability();
        let response = state.response(0.0).column(driven).map(|z| z.re / release);
        let mut covariance = state.noise.activity_count_covariance(window) / window;
        for a in 0..network.population_count() {
            covariance[(a, a)] += state.noise.shot_noise(a);
        }
        let information = information(&response, &covariance).ok_or(PrecisionError::Noise)?;
        let power = Power::stationary(network, costs, &state.rates, time);
        Ok(Self { rates: state.rates, response, covariance, information, power })
    }

    /// `J` over power: what an energy buys of it.
    pub fn per_energy(&self) -> f64 {
        self.information / self.power.total()
    }

    /// What `J` would be if populations fluctuated independently of each other.
    pub fn without_correlations(&self) -> f64 {
        let variance = self.covariance.diagonal();
        self.response.iter().zip(variance.iter()).map(|(r, s)| r * r / s).sum()
    }
}

/// `r^T S^{-1} r`; none where `S` is not positive definite.
pub fn information(response: &DVector<f64>, covariance: &DMatrix<f64>) -> Option<f64> {
    // Scaled to correlations first, as activities of small and large populations differ by orders.
    let scale = covariance.diagonal().map(|variance| 1.0 / variance.sqrt());
    let scaled = response.component_mul(&scale);
    let correlation =
        DMatrix::from_fn(scale.len(), scale.len(), |a, b| covariance[(a, b)] * scale[a] * scale[b]);
    let solved = correlation.cholesky()?.solve(&scaled);
    Some(scaled.dot(&solved)).filter(|information| information.is_finite())
}

/// The network with all couplings multiplied by `strength`: rates that balance fixes stay, variances grow with its square.
#[must_use]
pub fn strengthened(network: &Network, strength: f64) -> Network {
    let (targets, sources) = (network.population_count(), network.source_count());
    let row = |a: usize| (0..sources).map(|b| strength * network.coupling.get(a, b)).collect();
    let rows: Vec<Vec<f64>> = (0..targets).map(row).collect();
    Network { coupling: Coupling::from_rows(&rows), ..network.clone() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn information_of_independent_counts_adds_up() {
        let response = DVector::from_vec(vec![2.0, 3.0]);
        let covariance = DMatrix::from_diagonal(&DVector::from_vec(vec![4.0, 1e-6]));
        let found = information(&response, &covariance).unwrap();
        assert!((found / (1.0 + 9e6) - 1.0).abs() < 1e-12);
    }

    /// Two counts with correlation `c` and the same signal: `2/(1 + c)`; with opposite ones `2/(1 - c)`.
    #[test]
    fn correlations_help_where_signals_are_opposite() {
        for c in [-0.5, 0.0, 0.9] {
            let covariance = DMatrix::from_row_slice(2, 2, &[1.0, c, c, 1.0]);
            for (sign, expected) in [(1.0, 2.0 / (1.0 + c)), (-1.0, 2.0 / (1.0 - c))] {
                let found = information(&DVector::from_vec(vec![1.0, sign]), &covariance).unwrap();
                assert!((found / expected - 1.0).abs() < 1e-12, "{c} {sign}");
            }
        }
        let impossible = DMatrix::from_row_slice(2, 2, &[1.0, 2.0, 2.0, 1.0]);
        assert_eq!(information(&DVector::from_vec(vec![1.0, 1.0]), &impossible), None);
    }
}
