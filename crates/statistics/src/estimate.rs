//! Means and covariances over independent replicates, with their standard errors.

use serde::{Deserialize, Serialize};

/// An estimate and its standard error, in the units of the quantity.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimate {
    /// The estimate.
    pub value: f64,
    /// Its standard error; infinite where the sample is too small to tell.
    pub standard_error: f64,
}

impl Estimate {
    /// Of so many times the quantity.
    #[must_use]
    pub fn times(self, factor: f64) -> Self {
        Self { value: factor * self.value, standard_error: factor.abs() * self.standard_error }
    }
}

/// Sample mean, with standard error `S/sqrt(R)`, `S^2` the sample variance with divisor `R - 1`.
///
/// ```
/// let mean = equipoise_statistics::estimate::mean(&[1.0, 2.0, 3.0]);
/// assert_eq!(mean.value, 2.0);
/// assert!((mean.standard_error - (1.0_f64 / 3.0).sqrt()).abs() < 1e-15);
/// ```
pub fn mean(sample: &[f64]) -> Estimate {
    let count = sample.len() as f64;
    let value = sample.iter().sum::<f64>() / count;
    let squares: f64 = sample.iter().map(|x| (x - value) * (x - value)).sum();
    Estimate { value, standard_error: spread(squares, count) }
}

/// A sample mean and its standard error, value by value, without the values.
///
/// ```
/// use equipoise_statistics::estimate::{Running, mean};
/// let mut running = Running::default();
/// [1.0, 2.0, 4.5].into_iter().for_each(|value| running.push(value));
/// assert!((running.estimate().value - 2.5).abs() < 1e-15);
/// assert!((running.estimate().standard_error - mean(&[1.0, 2.0, 4.5]).standard_error).abs() < 1e-15);
/// ```
///
/// # Source
/// Welford (1962), doi:10.1080/00401706.1962.10490022.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Running {
    count: u64,
    mean: f64,
    /// Sum of the squares of deviations from the mean.
    squares: f64,
}

impl Running {
    /// One more value.
    pub fn push(&mut self, value: f64) {
        self.count += 1;
        let before = value - self.mean;
        self.mean += before / self.count as f64;
        self.squares += before * (value - self.mean);
    }

    /// Number of values.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// Their mean; no number if there are none.
    pub fn estimate(&self) -> Estimate {
        let value = if self.count == 0 { f64::NAN } else { self.mean };
        Estimate { value, standard_error: spread(self.squares, self.count as f64) }
    }
}

/// Sample mean of values that are multiples of `step`, as counts are. The variance of rounding, `step^2/12`, is added to the sample's: a few values of a coarse
/// scale happen to be equal, which says nothing of their spread.
///
/// ```
/// let mean = equipoise_statistics::estimate::mean_of_multiples(&[0.5, 0.5], 0.1);
/// assert_eq!(mean.value, 0.5);
/// assert!((mean.standard_error - 0.1 / 24.0_f64.sqrt()).abs() < 1e-15);
/// ```
pub fn mean_of_multiples(sample: &[f64], step: f64) -> Estimate {
    let Estimate { value, standard_error } = mean(sample);
    let rounding = step * step / (12.0 * sample.len() as f64);
    Estimate { value, standard_error: (standard_error * standard_error + rounding).sqrt() }
}

/// Sample covariance of pairs, divisor `R - 1`, with the standard error of the mean of the products
/// of deviations (so without any assumption on the law).
///
/// # Panics
/// If the samples differ in length.
pub fn covariance(first: &[f64], second: &[f64]) -> Estimate {
    assert_eq!(first.len(), second.len(), "pairs are needed");
    let count = first.len() as f64;
    let (centre_1, centre_2) = (mean(first).value, mean(second).value);
    let products: Vec<f64> =
        first.iter().zip(second).map(|(x, y)| (x - centre_1) * (y - centre_2)).collect();
    let average = mean(&products);
    let unbias = if count > 1.0 { count / (count - 1.0) } else { f64::NAN };
    Estimate { value: average.value * unbias, standard_error: average.standard_error * unbias }
}

fn spread(squares: f64, count: f64) -> f64 {
    if count > 1.0 { (squares / (count - 1.0) / count).sqrt() } else { f64::INFINITY }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn covariance_of_a_sample_with_itself_is_its_variance() {
        let sample = [0.3, -1.2, 2.0, 0.7, 0.1];
        let centre = sample.iter().sum::<f64>() / 5.0;
        let variance = sample.iter().map(|x| (x - centre).powi(2)).sum::<f64>() / 4.0;
        assert!((covariance(&sample, &sample).value - variance).abs() < 1e-15);
    }

    #[test]
    fn one_replicate_tells_nothing_of_the_error() {
        assert_eq!(mean(&[1.0]).value, 1.0);
        assert_eq!(mean(&[1.0]).standard_error, f64::INFINITY);
        assert!(covariance(&[1.0], &[1.0]).value.is_nan());
    }
}
