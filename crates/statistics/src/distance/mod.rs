//! How far a sample is from a law, and from another sample: Kolmogorov-Smirnov and Wasserstein-1 distances.
//!
//! Use [`kolmogorov`] for a test with a p-value, [`wasserstein`] for a distance in units of the variable. Both are exact for a
//! given continuous law. A sample of the law itself is not at distance zero: what to expect of one is
//! [`kolmogorov_floor`] and [`wasserstein_floor`], both of order `N^{-1/2}`.
//!
//! Laws are [`Law`]: a distribution function and its antiderivative, so that any theory can give one.
//!
//! ```
//! use equipoise_statistics::distance::{Law, kolmogorov, wasserstein};
//!
//! let (sample, law) = ([-0.5, 0.1, 0.7], Law::normal(0.0, 1.0));
//! assert!(kolmogorov(&sample, &law.distribution)?.p > 0.5);
//! assert!(wasserstein(&sample, &law)? < 0.5);
//! # Ok::<(), equipoise_statistics::distance::DistanceError>(())
//! ```

mod kolmogorov;
#[cfg(test)]
mod tests;
mod wasserstein;

use std::f64::consts::{PI, SQRT_2};

use thiserror::Error;

pub use kolmogorov::{Kolmogorov, kolmogorov, kolmogorov_floor, kolmogorov_p};
pub use wasserstein::{
    wasserstein, wasserstein_floor, wasserstein_floor_constant, wasserstein_of_samples,
};

/// A continuous law.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Law<F, A> {
    /// `F(z) = P(Z <= z)`.
    pub distribution: F,
    /// `A(z) = E max(z - Z, 0)`, the integral of `F` up to `z`, in units of the variable.
    pub antiderivative: A,
    /// `E Z`.
    pub mean: f64,
    /// Standard deviation of `Z`.
    pub deviation: f64,
}

impl Law<fn(f64) -> f64, fn(f64) -> f64> {
    /// `Normal(mean, variance)`: with `x = (z - mean)/sqrt(variance)`, `F = Phi(x)` and `A = sqrt(variance) (x Phi(x) + phi(x))`,
    /// both to rounding.
    ///
    /// # Panics
    /// If the variance is not positive and finite.
    pub fn normal(
        mean: f64,
        variance: f64,
    ) -> Law<impl Fn(f64) -> f64 + Clone, impl Fn(f64) -> f64 + Clone> {
        assert!(variance > 0.0 && variance.is_finite(), "a variance of {variance}");
        let deviation = variance.sqrt();
        let reduced = move |z: f64| (z - mean) / deviation;
        Law {
            distribution: move |z| below(reduced(z)),
            antiderivative: move |z| {
                let x = reduced(z);
                deviation * (x * below(x) + (-0.5 * x * x).exp() / (2.0 * PI).sqrt())
            },
            mean,
            deviation,
        }
    }
}

/// The standard normal distribution function.
fn below(x: f64) -> f64 {
    0.5 * libm::erfc(-x / SQRT_2)
}

/// Why there is no distance.
#[derive(Debug, Clone, Copy, PartialEq, Error)]
#[non_exhaustive]
pub enum DistanceError {
    /// A sample without values.
    #[error("the sample is empty")]
    Empty,
    /// A value that is infinite or no number.
    #[error("value {index} of the sample is {value}")]
    NotFinite {
        /// Its place, from 0.
        index: usize,
        /// What it is.
        value: f64,
    },
}

/// The sample in rising order.
fn sorted(sample: &[f64]) -> Result<Vec<f64>, DistanceError> {
    if sample.is_empty() {
        return Err(DistanceError::Empty);
    }
    if let Some(index) = sample.iter().position(|value| !value.is_finite()) {
        return Err(DistanceError::NotFinite { index, value: sample[index] });
    }
    let mut sorted = sample.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    Ok(sorted)
}
