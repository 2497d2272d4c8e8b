//! How irregular spike trains are: Fano factors of counts, variation of intervals, correlation of counts between neurons.
//!
//! All come with standard errors by the delta method (influence functions), which need no assumption on the law beyond the
//! independence that each function names. What a statistic is for a sample too small to tell is no number, with an infinite standard error.
//!
//! | statistic | Poisson process | gamma renewal process of shape `k` |
//! | --- | --- | --- |
//! | [`fano`] | 1 | `1/k` in long windows |
//! | [`coefficient_of_variation`] | 1 | `k^{-1/2}` |
//! | [`cv2`] | 1 | `4^{1-k}/(k B(k, k))` |
//! | [`local_variation`] | 1 | `3/(2 k + 1)` |
//! | [`PairwiseCorrelation`] of independent neurons | 0 | 0 |
//!
//! The Fano factor and the coefficient of variation see rates that change within a train, the other two little of it.

mod pairs;
#[cfg(test)]
mod tests;

pub use pairs::PairwiseCorrelation;

use crate::{Estimate, estimate};

/// Fano factor `S^2/mean` of counts of independent windows (divisor `R - 1`), without a unit.
///
/// ```
/// let fano = equipoise_statistics::variability::fano(&[1.0, 2.0, 3.0]);
/// assert_eq!(fano.value, 0.5);
/// ```
///
/// # Source
/// Fano (1947), doi:10.1103/PhysRev.72.26.
pub fn fano(counts: &[f64]) -> Estimate {
    let Moments { mean, variance, .. } = Moments::of(counts);
    let value = variance / mean;
    let influence = |x: &f64| ((x - mean).powi(2) - variance - value * (x - mean)) / mean;
    from_influences(value, counts.iter().map(influence))
}

/// Coefficient of variation `S/mean` of independent intervals (divisor `R - 1`), without a unit. Intervals that follow one another may be
/// correlated: the value stands, its standard error does not.
pub fn coefficient_of_variation(intervals: &[f64]) -> Estimate {
    let Moments { mean, variance, .. } = Moments::of(intervals);
    let value = variance.sqrt() / mean;
    let influence = |x: &f64| {
        let deviation = x - mean;
        value * (0.5 * (deviation * deviation / variance - 1.0) - deviation / mean)
    };
    from_influences(value, intervals.iter().map(influence))
}

/// `CV2`: the mean of `2 |I_{i+1} - I_i|/(I_{i+1} + I_i)` over neighbouring intervals of one train, in their order, without a unit. The
/// standard error is that of intervals that are independent, where neighbouring terms have one interval in common.
///
/// # Source
/// Holt, Softky, Koch & Douglas (1996), doi:10.1152/jn.1996.75.5.1806.
pub fn cv2(intervals: &[f64]) -> Estimate {
    of_neighbours(intervals, |contrast| 2.0 * contrast.abs())
}

/// `LV`: the mean of `3 ((I_{i+1} - I_i)/(I_{i+1} + I_i))^2` over neighbouring intervals of one train, in their order, without a
/// unit. Standard error as that of [`cv2`].
///
/// # Source
/// Shinomoto, Shima & Tanji (2003), doi:10.1162/089976603322518759.
pub fn local_variation(intervals: &[f64]) -> Estimate {
    of_neighbours(intervals, |contrast| 3.0 * contrast * contrast)
}

/// Mean of a function of the contrasts `(I_{i+1} - I_i)/(I_{i+1} + I_i)`; `R Var(mean)` is the variance of a term plus twice the
/// covariance of neighbours.
fn of_neighbours(intervals: &[f64], term: impl Fn(f64) -> f64) -> Estimate {
    let contrast = |pair: &[f64]| (pair[1] - pair[0]) / (pair[1] + pair[0]);
    let terms: Vec<f64> = intervals.windows(2).map(|pair| term(contrast(pair))).collect();
    let independent = estimate::mean(&terms);
    let neighbours = if terms.len() > 1 {
        estimate::covariance(&terms[1..], &terms[..terms.len() - 1]).value
    } else {
        f64::NAN
    };
    let variance = independent.standard_error.powi(2) + 2.0 * neighbours / terms.len() as f64;
    let standard_error = if variance.is_nan() { f64::INFINITY } else { variance.max(0.0).sqrt() };
    Estimate { value: independent.value, standard_error }
}

/// Sample mean and variance (divisor `R - 1`).
struct Moments {
    mean: f64,
    variance: f64,
}

impl Moments {
    fn of(sample: &[f64]) -> Self {
        let mean = estimate::mean(sample).value;
        let squares: f64 = sample.iter().map(|x| (x - mean).powi(2)).sum();
        let divisor = if sample.len() > 1 { sample.len() as f64 - 1.0 } else { f64::NAN };
        Self { mean, variance: squares / divisor }
    }
}

/// An estimate whose standard error is that of the mean of its influence function over the sample.
fn from_influences(value: f64, influences: impl Iterator<Item = f64>) -> Estimate {
    let standard_error = estimate::mean(&influences.collect::<Vec<_>>()).standard_error;
    let standard_error = if standard_error.is_nan() { f64::INFINITY } else { standard_error };
    Estimate { value, standard_error }
}
