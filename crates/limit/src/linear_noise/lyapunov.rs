//! Stationary covariances.

use nalgebra::DMatrix;

use crate::balance::eigenvalues;

/// Doublings after which the iteration has converged or never will: rates may differ by `2^60`.
const DOUBLINGS: usize = 100;

/// Solves `A P + P A^T + B = 0` for a stable `A`, by the doubling of Smith's iteration: with a shift `q > 0` and the Cayley transform
/// `U = (q - A)^{-1} (q + A)`, `P = sum_k U^k V U^kT`, `V = 2 q (q - A)^{-1} B (q - A)^{-T}`.
///
/// # Source
/// Smith (1968), doi:10.1137/0116017.
pub(super) fn stationary_covariance(drift: &DMatrix<f64>, noise: &DMatrix<f64>) -> DMatrix<f64> {
    let size = drift.nrows();
    let shift = shift(drift);
    let identity = DMatrix::identity(size, size);
    let inverse = (&identity * shift - drift).try_inverse().expect("the drift is stable");
    let mut step = &inverse * (&identity * shift + drift);
    let mut sum = &inverse * noise * inverse.transpose() * (2.0 * shift);
    for _ in 0..DOUBLINGS {
        let change = &step * &sum * step.transpose();
        let done = change.amax() <= 1e-16 * sum.amax();
        sum += change;
        if done {
            break;
        }
        step = &step * &step;
    }
    (&sum + sum.transpose()) * 0.5
}

/// The geometric mean of the fastest and slowest rates, for which the slowest convergence is best.
fn shift(drift: &DMatrix<f64>) -> f64 {
    let rates: Vec<f64> = eigenvalues(drift).iter().map(|value| value.norm()).collect();
    let fastest = rates.iter().copied().fold(0.0, f64::max);
    let slowest = rates.iter().copied().fold(f64::INFINITY, f64::min);
    (fastest * slowest).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_equation_is_solved_however_stiff_it_is() {
        for fast in [1.0, 1e3, 1e6] {
            let drift = DMatrix::from_row_slice(
                3,
                3,
                &[-1.0, 0.3, 0.0, 0.2 * fast, -2.0 * fast, 0.5, 0.0, -0.4, -0.1],
            );
            let noise =
                DMatrix::from_row_slice(3, 3, &[1.0, 0.2, 0.0, 0.2, 2.0, 0.1, 0.0, 0.1, 0.5]);
            let covariance = stationary_covariance(&drift, &noise);
            let residual = &drift * &covariance + &covariance * drift.transpose() + &noise;
            assert!(
                residual.amax() < 1e-9 * (1.0 + fast * covariance.amax()),
                "{fast}: {residual}"
            );
            assert!(covariance.clone().cholesky().is_some(), "{covariance}");
        }
    }

    #[test]
    fn one_dimension_is_an_ornstein_uhlenbeck_process() {
        let [drift, noise] = [-0.7, 0.3].map(|x| DMatrix::from_element(1, 1, x));
        let covariance = stationary_covariance(&drift, &noise);
        assert!((covariance[(0, 0)] - 0.3 / 1.4).abs() < 1e-15);
    }
}
