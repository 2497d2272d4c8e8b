//! Balance `K S(m, v) + h = 0`: rank and range of `K`, and the stability of the balanced states.
//!
//! With the singular value decomposition `K = U Sigma V^T` of rank `r`, balance can be had only if
//! `U_perp^T h = 0`, and then reads `V_r^T S = -Sigma_r^{-1} U_r^T h`: `r` equations, which leave a
//! manifold of dimension `P - r` of means at given variances.

use equipoise_model::{GainFunction, Network};
use nalgebra::{Complex, DMatrix, DVector, Schur};

use crate::coefficients::Coefficients;
use crate::error::LimitError;
use crate::rates::Rates;
use crate::svd::{Decomposition, decompose};

/// Singular values below this fraction of the largest count as zero.
const RANK_TOLERANCE: f64 = 1e-10;
/// Part of the external input outside the range of `K`, relative to its size, that counts as zero.
const RANGE_TOLERANCE: f64 = 1e-10;

/// Steps of the Schur decomposition for each row, and how often its tolerance is raised tenfold when they are not enough.
const SCHUR_STEPS: usize = 100;
const SCHUR_TRIALS: i32 = 5;

/// Slopes of all rates below this fraction of their gains' steepest: they respond to nothing any more.
const RESPONSE_FLOOR: f64 = 1e-6;

/// The geometry of `K`.
#[derive(Debug, Clone)]
pub struct Balance {
    /// `U_r`, `P` by `r`: the directions in which the fast dynamics moves the means.
    pub fast_directions: DMatrix<f64>,
    /// `U_perp`, `P` by `P - r`.
    pub slow_directions: DMatrix<f64>,
    /// `V_r`, `P` by `r`: the combinations of rates that are constrained.
    pub constraints: DMatrix<f64>,
    /// `V_perp`, `P` by `P - r`: the directions in which rates can move without disturbing the balance.
    pub free_rates: DMatrix<f64>,
    /// `Sigma_r`, the `r` singular values above zero, falling.
    pub singular_values: DVector<f64>,
}

impl Balance {
    /// Decomposes `K`.
    pub fn new(mean_coupling: &DMatrix<f64>) -> Self {
        let size = mean_coupling.nrows();
        let Decomposition { left, singular_values, right } =
            decompose(mean_coupling, RANK_TOLERANCE);
        let largest = singular_values.max();
        let rank = singular_values
            .iter()
            .filter(|value| **value > RANK_TOLERANCE * largest && largest > 0.0)
            .count();
        Self {
            fast_directions: left.columns(0, rank).into_owned(),
            slow_directions: left.columns(rank, size - rank).into_owned(),
            constraints: right.columns(0, rank).into_owned(),
            free_rates: right.columns(rank, size - rank).into_owned(),
            singular_values: singular_values.rows(0, rank).into_owned(),
        }
    }

    /// `r`, the rank of `K`.
    pub fn rank(&self) -> usize {
        self.singular_values.len()
    }

    /// `-Sigma_r^{-1} U_r^T h`, what the constrained combinations of rates must be.
    pub fn target(&self, external_drive: &DVector<f64>) -> DVector<f64> {
        -(self.fast_directions.transpose() * external_drive).component_div(&self.singular_values)
    }

    /// `Sigma_r V_r^T diag(S_m) U_r`, whose eigenvalues govern deviations from balance on the time
    /// scale `n^{-1/2}`; `slopes` are `S_m = E[lambda']`.
    pub fn fast_matrix(&self, slopes: &DVector<f64>) -> DMatrix<f64> {
        DMatrix::from_diagonal(&self.singular_values) * self.constraint_slopes(slopes)
    }

    /// `V_r^T diag(S_m) U_r`.
    pub(crate) fn constraint_slopes(&self, slopes: &DVector<f64>) -> DMatrix<f64> {
        self.constraints.transpose() * DMatrix::from_diagonal(slopes) * &self.fast_directions
    }

    /// Largest real part of the fast eigenvalues, per time unit and `sqrt(n)`; minus infinity if there are
    /// none (rank 0).
    pub fn fast_eigenvalue(&self, slopes: &DVector<f64>) -> f64 {
        self.fast_eigenvalues(slopes).first().map_or(f64::NEG_INFINITY, |value| value.re)
    }

    /// The `r` fast eigenvalues, of [`fast_matrix`](Self::fast_matrix), per time unit and `sqrt(n)`, by falling real part.
    pub fn fast_eigenvalues(&self, slopes: &DVector<f64>) -> Vec<Complex<f64>> {
        eigenvalues(&self.fast_matrix(slopes))
    }

    /// How far the balance is from losing its stability: minus the fast eigenvalue, in units of the largest one that the
    /// gains allow, or what the most responsive rate has left above silence and saturation, whichever is less.
    /// Positive while stable; 1 at rank 0.
    pub fn stability(&self, network: &Network, at: &Rates) -> f64 {
        if self.rank() == 0 {
            return 1.0;
        }
        let scale = self.singular_values.max() * steepest_gain(network);
        (-self.fast_eigenvalue(&at.slopes) / scale)
            .min(responsiveness(network, at) - RESPONSE_FLOOR)
    }

    /// Whether a rate responds enough for balance to be a matter of fast eigenvalues; otherwise all are all but silent or
    /// saturated.
    pub(crate) fn is_responsive(network: &Network, at: &Rates) -> bool {
        responsiveness(network, at) > 1e3 * RESPONSE_FLOOR
    }

    /// Why the balance at these rates is no longer stable.
    pub(crate) fn lost(&self, network: &Network, time: f64, at: &Rates) -> LimitError {
        if Self::is_responsive(network, at) {
            return LimitError::Unstable { time, eigenvalue: self.fast_eigenvalue(&at.slopes) };
        }
        let words = network.populations.iter().zip(at.rates.iter());
        let words = words.map(|(p, rate)| match p.gain.supremum() {
            f64::INFINITY => format!("`{}` {rate:.3e}", p.name),
            supremum => format!("`{}` {rate:.3e} of {supremum}", p.name),
        });
        LimitError::Unresponsive { time, rates: words.collect::<Vec<_>>().join(", ") }
    }

    /// `sigma_min sqrt(n) tau`, with the largest time constant: below about 1 a network of this size cannot tell the smallest
    /// singular value of `K` from zero, and the rank is a matter of `n`. Infinite at rank 0.
    pub fn resolution(&self, network: &Network) -> f64 {
        let slowest = network
            .populations
            .iter()
            .map(|population| population.time_constant)
            .fold(0.0, f64::max);
        let smallest = self.singular_values.iter().copied().fold(f64::INFINITY, f64::min);
        smallest * network.size.sqrt() * slowest
    }

    /// Refuses an external input that no activity can cancel, now or later on the present piece of the rates, and rates
    /// that no gain can give.
    ///
    /// # Errors
    /// [`LimitError::OutsideRange`]; for `K` of full rank also [`LimitError::RateOutOfRange`].
    pub fn check(
        &self,
        network: &Network,
        coefficients: &Coefficients,
        time: f64,
    ) -> Result<(), LimitError> {
        for part in coefficients.external_parts(network, time) {
            if let Some(outside) = self.outside(&part) {
                let growth = describe_growth(network, &outside);
                return Err(LimitError::OutsideRange { time, growth });
            }
        }
        if self.rank() < network.population_count() {
            return Ok(());
        }
        let rates = self.fixed_rates(network, coefficients, time);
        for (a, rate) in rates.iter().copied().enumerate() {
            let (infimum, supremum) = Self::range(&network.populations[a].gain);
            if rate <= infimum || rate >= supremum {
                return Err(self.out_of_range(network, (a, rate), time));
            }
        }
        Ok(())
    }

    /// At rank `P`: `-K^{-1} h(t)`, the rates of any balanced state at `time`.
    pub(crate) fn fixed_rates(
        &self,
        network: &Network,
        coefficients: &Coefficients,
        time: f64,
    ) -> DVector<f64> {
        &self.constraints * self.target(&coefficients.external_drive(network, time))
    }

    /// The open range of a gain; a rate of zero up to rounding is still no rate that it gives.
    pub(crate) fn range(gain: &impl GainFunction) -> (f64, f64) {
        let (infimum, supremum) = (gain.infimum(), gain.supremum());
        (infimum + RANGE_TOLERANCE * supremum.min(1.0), supremum)
    }

    /// The part of an external input that no activity can cancel, if there is any.
    pub(crate) fn outside(&self, input: &DVector<f64>) -> Option<DVector<f64>> {
        let outside = &self.slow_directions * (self.slow_directions.transpose() * input);
        (outside.norm() > RANGE_TOLERANCE * input.norm()).then_some(outside)
    }

    /// That balance asks population `a` for a rate that its gain cannot give.
    pub(crate) fn out_of_range(
        &self,
        network: &Network,
        (a, rate): (usize, f64),
        time: f64,
    ) -> LimitError {
        let population = &network.populations[a];
        LimitError::RateOutOfRange {
            time,
            population: population.name.clone(),
            rate,
            range: (population.gain.infimum(), population.gain.supremum()),
            condition: self.singular_values.min() / self.singular_values.max(),
        }
    }
}

/// The eigenvalues of a square matrix, by falling real part, of a pair the one with the positive imaginary part first;
/// not a number if the matrix is not finite.
pub(crate) fn eigenvalues(matrix: &DMatrix<f64>) -> Vec<Complex<f64>> {
    if matrix.is_empty() || matrix.iter().any(|entry| !entry.is_finite()) {
        return vec![Complex::new(f64::NAN, f64::NAN); matrix.nrows()];
    }
    // The library's iteration can stall at the last digit, and would then go on for ever.
    let schur = (0..SCHUR_TRIALS).find_map(|trial| {
        let tolerance = f64::EPSILON * 10.0_f64.powi(trial);
        Schur::try_new(matrix.clone(), tolerance, SCHUR_STEPS * matrix.nrows())
    });
    let values = schur.map(|schur| schur.complex_eigenvalues());
    let Some(values) = values else {
        return vec![Complex::new(f64::NAN, f64::NAN); matrix.nrows()];
    };
    let mut values: Vec<_> = values.iter().copied().collect();
    values.sort_by(|a, b| b.re.total_cmp(&a.re).then(b.im.total_cmp(&a.im)));
    values
}

/// The steepest slope of any gain.
pub(crate) fn steepest_gain(network: &Network) -> f64 {
    network
        .populations
        .iter()
        .map(|population| population.gain.derivative_bound())
        .fold(0.0, f64::max)
}

/// The largest slope of a rate, as a fraction of what its gain allows.
fn responsiveness(network: &Network, at: &Rates) -> f64 {
    let bounds = network.populations.iter().map(|population| population.gain.derivative_bound());
    at.slopes.iter().zip(bounds).map(|(slope, bound)| slope / bound).fold(0.0, f64::max)
}

/// "`E` +0.5 sqrt(n), `I` -0.2 sqrt(n)" for the populations that take part.
pub(crate) fn describe_growth(network: &Network, velocity: &DVector<f64>) -> String {
    let largest = velocity.amax();
    let names = network.populations.iter().map(|population| &population.name);
    let parts = names.zip(velocity.iter()).filter(|(_, v)| v.abs() > 1e-3 * largest);
    let words = parts.map(|(name, v)| format!("d mean(`{name}`)/dt = {v:+.4} sqrt(n)"));
    words.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_weight_pair_has_rank_one() {
        let balance = Balance::new(&DMatrix::from_row_slice(2, 2, &[1.0, -1.0, 2.0, -2.0]));
        assert_eq!(balance.rank(), 1);
        // Sigma V^T S_m U is then the trace of K diag(S_m).
        let slopes = DVector::from_row_slice(&[0.3, 0.2]);
        assert!((balance.fast_eigenvalue(&slopes) - (0.3 - 0.4)).abs() < 1e-14);
    }

    #[test]
    fn full_rank_fixes_the_rates() {
        let coupling = DMatrix::from_row_slice(2, 2, &[1.0, -2.0, 1.0, -1.5]);
        let balance = Balance::new(&coupling);
        let drive = DVector::from_row_slice(&[0.3, 0.1]);
        let rates = &balance.constraints * balance.target(&drive);
        assert!((coupling * rates + drive).norm() < 1e-14);
    }

    #[test]
    fn no_coupling_has_rank_zero() {
        let balance = Balance::new(&DMatrix::zeros(2, 2));
        assert_eq!(balance.rank(), 0);
        assert_eq!(balance.fast_eigenvalue(&DVector::zeros(2)), f64::NEG_INFINITY);
    }
}
