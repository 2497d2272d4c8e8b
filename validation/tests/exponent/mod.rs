//! Exponents of `n`, with confidence intervals.

use equipoise_statistics::Estimate;
use statrs::distribution::{ContinuousCDF, StudentsT};

/// The exponent of `n` of a quantity: weighted least squares of logarithms.
#[derive(Debug)]
pub struct Exponent {
    /// The estimate.
    pub value: f64,
    /// Half the width of its confidence interval.
    pub half_width: f64,
    /// Of the logarithms.
    pub weights: Vec<f64>,
}

impl Exponent {
    /// From estimates by size; `critical` is the two-sided point of the level of the interval.
    pub fn of(estimates: &[(f64, Estimate)], critical: f64) -> Self {
        let points = estimates.iter().map(|(size, Estimate { value, standard_error })| {
            (size.ln(), value.abs().ln(), (value / standard_error).powi(2))
        });
        let points: Vec<_> = points.collect();
        let total: f64 = points.iter().map(|point| point.2).sum();
        let centre = points.iter().map(|(x, _, weight)| weight * x).sum::<f64>() / total;
        let spread: f64 = points.iter().map(|(x, _, weight)| weight * (x - centre).powi(2)).sum();
        let weights: Vec<f64> =
            points.iter().map(|(x, _, weight)| weight * (x - centre) / spread).collect();
        let value = weights.iter().zip(&points).map(|(weight, point)| weight * point.1).sum();
        Self { value, half_width: critical / spread.sqrt(), weights }
    }

    /// The exponent of numbers without an error at the same sizes, with the same weights.
    pub fn weigh(&self, values: impl Iterator<Item = f64>) -> f64 {
        self.weights.iter().zip(values).map(|(weight, value)| weight * value.abs().ln()).sum()
    }
}

/// Two-sided point of Student's law for the mean of this many values.
pub fn student(count: usize, level: f64) -> f64 {
    StudentsT::new(0.0, 1.0, count as f64 - 1.0).unwrap().inverse_cdf(1.0 - 0.5 * level)
}
