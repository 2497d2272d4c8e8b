//! The exponent with which an error falls with size, from independent samples at several sizes.
//!
//! The error at size `n_i` is the mean `e_i` of a sample over independent networks. The exponent is the slope of the least-squares line
//! through `(ln n_i, ln |e_i|)`, all sizes with the same weight:
//!
//! ```math
//! \beta = \sum_i c_i \ln |e_i|, \qquad c_i = \frac{x_i - \bar x}{\sum_j (x_j - \bar x)^2}, \qquad x_i = \ln n_i, \quad \bar x \text{ their mean}.
//! ```
//!
//! Use it where each error is known to a third of itself or better: the logarithm of an estimate is low by half the square of its relative
//! error, which moves the slope only as far as relative errors differ between sizes.

use rand::RngExt;
use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::SeedableRng;

use crate::estimate;

/// Samples drawn anew for an interval.
pub const RESAMPLES: usize = 999;

/// An exponent and how well it is known.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Exponent {
    /// `beta`.
    pub value: f64,
    /// By propagation of the standard errors of the `e_i`: `sqrt(sum_i (c_i s_i/e_i)^2)`.
    pub standard_error: f64,
    /// Lower end of the bootstrap interval; infinite where an error may as well be zero.
    pub low: f64,
    /// Its upper end, likewise.
    pub high: f64,
}

/// `c_i`, with which logarithms of errors make the slope.
///
/// ```
/// let weights = equipoise_statistics::power_law::weights(&[1.0, 10.0]);
/// assert!((weights[1] - 1.0 / 10.0_f64.ln()).abs() < 1e-15);
/// ```
pub fn weights(sizes: &[f64]) -> Vec<f64> {
    let places: Vec<f64> = sizes.iter().map(|size| size.ln()).collect();
    let centre = places.iter().sum::<f64>() / places.len() as f64;
    let spread: f64 = places.iter().map(|x| (x - centre).powi(2)).sum();
    places.iter().map(|x| (x - centre) / spread).collect()
}

/// The slope through errors that are known exactly; no number where one of them is zero.
///
/// ```
/// let slope = equipoise_statistics::power_law::slope(&[1.0, 100.0], &[3.0, 0.3]);
/// assert!((slope + 0.5).abs() < 1e-12);
/// ```
pub fn slope(sizes: &[f64], errors: &[f64]) -> f64 {
    let terms = weights(sizes).into_iter().zip(errors);
    let slope: f64 = terms.map(|(weight, error)| weight * error.abs().ln()).sum();
    if slope.is_finite() { slope } else { f64::NAN }
}

/// The exponent of the means of samples, with the percentile interval of `coverage`, `0 < coverage < 1`, over [`RESAMPLES`] bootstrap samples: of each size
/// as many values as there are, drawn with replacement. Nothing for fewer than two sizes, samples of fewer than two values, or a mean that is not positive.
///
/// # Source
/// Efron & Tibshirani (1993), *An Introduction to the Bootstrap*, section 13.3.
pub fn exponent(sizes: &[f64], samples: &[&[f64]], coverage: f64, seed: u64) -> Option<Exponent> {
    let means: Vec<_> = samples.iter().map(|sample| estimate::mean(sample)).collect();
    let is_usable = |sample: &&[f64]| sample.len() > 1;
    if sizes.len() < 2
        || !samples.iter().all(is_usable)
        || !means.iter().all(|mean| mean.value > 0.0)
    {
        return None;
    }
    let weights = weights(sizes);
    let value = weights.iter().zip(&means).map(|(c, mean)| c * mean.value.ln()).sum();
    let relative = means.iter().map(|mean| mean.standard_error / mean.value);
    let variance: f64 = weights.iter().zip(relative).map(|(c, r)| (c * r).powi(2)).sum();
    let mut stream = Xoshiro256PlusPlus::seed_from_u64(seed);
    let mut resampled: Vec<f64> = (0..RESAMPLES)
        .map(|_| {
            let means: Vec<f64> = samples
                .iter()
                .map(|sample| {
                    let drawn =
                        (0..sample.len()).map(|_| sample[stream.random_range(0..sample.len())]);
                    drawn.sum::<f64>() / sample.len() as f64
                })
                .collect();
            let terms = weights.iter().zip(&means);
            let slope: f64 = terms.map(|(c, mean)| c * mean.max(f64::MIN_POSITIVE).ln()).sum();
            // A mean that is not positive is further off than any that is, in the direction in which it turns the line.
            let is_bounded = means.iter().all(|mean| *mean > 0.0);
            if is_bounded { slope } else { f64::INFINITY.copysign(slope) }
        })
        .collect();
    resampled.sort_unstable_by(f64::total_cmp);
    // Of 999 values the 25th and the 975th bound 95 %.
    let place = |probability: f64| {
        let number = (probability * (RESAMPLES + 1) as f64).round() as usize;
        resampled[number.clamp(1, RESAMPLES) - 1]
    };
    let tail = 0.5 * (1.0 - coverage);
    Some(Exponent {
        value,
        standard_error: variance.sqrt(),
        low: place(tail),
        high: place(1.0 - tail),
    })
}

#[cfg(test)]
mod tests {
    use rand_distr::{Distribution, Normal};

    use super::*;
    use crate::testing::{LEVEL, of_successes, stream};

    const SIZES: [f64; 5] = [100.0, 316.0, 1000.0, 3162.0, 10_000.0];
    /// Values at each size; each has so much noise that their mean is known to a fifth of itself.
    const COUNT: usize = 40;
    const TRIALS: usize = 1000;
    const COVERAGE: f64 = 0.95;

    /// Errors `2 n^power` in networks that vary.
    fn samples(power: f64, random: &mut Xoshiro256PlusPlus) -> Vec<Vec<f64>> {
        let of_size = |size: &f64| {
            let error = 2.0 * size.powf(power);
            let law = Normal::new(error, 0.2 * error * (COUNT as f64).sqrt()).unwrap();
            (0..COUNT).map(|_| law.sample(random)).collect()
        };
        SIZES.iter().map(of_size).collect()
    }

    fn exponents(power: f64, seed: u64) -> Vec<Exponent> {
        let mut random = stream(seed);
        let trial = |number: usize| {
            let samples = samples(power, &mut random);
            let borrowed: Vec<&[f64]> = samples.iter().map(Vec::as_slice).collect();
            exponent(&SIZES, &borrowed, COVERAGE, number as u64).expect("positive errors")
        };
        (0..TRIALS).map(trial).collect()
    }

    /// An error that is no larger than its standard error may be zero: the line may be as steep as one likes, and the interval has no end. Of one that is known to a tenth both ends are known.
    #[test]
    fn an_error_that_may_be_zero_leaves_the_interval_open() {
        let clear: Vec<f64> = (0..40).map(|i| if i % 2 == 0 { 1.6 } else { 0.4 }).collect();
        let doubtful: Vec<f64> = clear.iter().map(|value| value - 0.9).collect();
        let of = |last: &[f64]| exponent(&[100.0, 200.0], &[&clear, last], COVERAGE, 1).unwrap();
        let (known, open) = (of(&clear), of(&doubtful));
        assert!(known.low.is_finite() && known.high.is_finite(), "{known:?}");
        assert_eq!(open.low, f64::NEG_INFINITY, "{open:?}");
        assert!(open.high.is_finite(), "{open:?}");
    }

    fn covered(exponents: &[Exponent], truth: f64) -> usize {
        exponents.iter().filter(|exponent| (exponent.low..=exponent.high).contains(&truth)).count()
    }

    /// At the level [`LEVEL`]; a bootstrap of 40 values loses half a percent of coverage, which 1000 trials do not show.
    #[test]
    fn the_interval_covers_the_exponent_as_often_as_it_says() {
        let p = of_successes(covered(&exponents(-0.5, 1), -0.5), TRIALS, COVERAGE);
        assert!(p > LEVEL, "{p:e}");
    }

    #[test]
    fn the_standard_error_is_the_spread_of_exponents() {
        let exponents = exponents(-0.5, 2);
        let values: Vec<f64> = exponents.iter().map(|exponent| exponent.value).collect();
        let spread = estimate::mean(&values).standard_error * (TRIALS as f64).sqrt();
        let told = exponents.iter().map(|e| e.standard_error).sum::<f64>() / TRIALS as f64;
        // 1000 values know their spread to 2.2 %; four of these, and what is of second order in a fifth.
        assert!((told / spread - 1.0).abs() < 0.09 + 0.04, "{told} {spread}");
    }

    /// The twin: intervals of another power law do not.
    #[test]
    fn another_exponent_is_found_out() {
        let p = of_successes(covered(&exponents(-1.0, 3), -0.5), TRIALS, COVERAGE);
        assert!(p <= LEVEL, "{p:e}");
        assert!(covered(&exponents(-0.6, 4), -0.5) < covered(&exponents(-0.5, 4), -0.5));
    }

    #[test]
    fn what_has_no_logarithm_has_no_exponent() {
        let (good, bad, one) = ([1.0, 2.0], [1.0, -2.0], [1.0]);
        assert!(exponent(&[1.0, 2.0], &[&good, &good], COVERAGE, 1).is_some());
        for samples in [[&good[..], &bad[..]], [&good[..], &one[..]]] {
            assert_eq!(exponent(&[1.0, 2.0], &samples, COVERAGE, 1), None);
        }
        assert_eq!(exponent(&[1.0], &[&good], COVERAGE, 1), None);
        assert!(slope(&[1.0, 2.0], &[1.0, 0.0]).is_nan());
    }
}
