//! Families of tests with one level for the whole family.

use equipoise_model::Network;
use equipoise_statistics::{Estimate, estimate, holm};
use statrs::distribution::Exp;
use statrs::function::erf::erfc;
use statrs::stats_tests::NaNPolicy;
use statrs::stats_tests::chisquare::chisquare;
use statrs::stats_tests::ks_test::{KSOneSampleAlternativeMethod, ks_onesample};

/// Probability that a whole family rejects a right simulator.
pub const FAMILY_LEVEL: f64 = 1e-3;

/// Fewest expected observations in a cell of a chi-square test; sparser cells are pooled.
const LEAST_EXPECTED: f64 = 10.0;

/// Tests of one simulator on one model.
pub struct Family {
    title: String,
    labels: Vec<String>,
    p_values: Vec<f64>,
}

impl Family {
    /// A family without tests.
    pub fn new(title: impl Into<String>) -> Self {
        Self { title: title.into(), labels: Vec::new(), p_values: Vec::new() }
    }

    /// Takes in a test by its p-value; a value that is no number supports nothing.
    pub fn add(&mut self, label: impl Into<String>, p: f64) {
        self.labels.push(label.into());
        self.p_values.push(if p.is_nan() { 0.0 } else { p.clamp(0.0, 1.0) });
    }

    /// Takes in a two-sided test of a variate that is standard normal if the simulator is right.
    pub fn normal(&mut self, label: impl Into<String>, z: f64) {
        self.add(label, erfc(z.abs() / std::f64::consts::SQRT_2));
    }

    /// The sample mean against its exact value and the exact standard deviation of one observation.
    pub fn score(&mut self, label: impl Into<String>, sample: &[f64], exact: f64, deviation: f64) {
        let root = (sample.len() as f64).sqrt();
        self.normal(label, root * (estimate::mean(sample).value - exact) / deviation);
    }

    /// An estimate against an exact value, by the standard error of the estimate.
    pub fn estimate(&mut self, label: impl Into<String>, measured: Estimate, exact: f64) {
        self.normal(label, ratio(measured.value - exact, measured.standard_error));
    }

    /// The means of two independent samples, and their variances.
    pub fn two_samples(&mut self, label: &str, first: &[f64], second: &[f64]) {
        let mut compare = |what: &str, x: &[f64], y: &[f64]| {
            let (x, y) = (estimate::mean(x), estimate::mean(y));
            let error = x.standard_error.hypot(y.standard_error);
            self.normal(format!("{what} of {label}"), ratio(x.value - y.value, error));
        };
        compare("mean", first, second);
        compare("variance", &squares(first), &squares(second));
    }

    /// Jump counts against the mean and variance of a Poisson law (`Z` and `Y` of the stochastic
    /// test suite of SBML, with the exact variance of `(X - mean)^2`).
    pub fn poisson(&mut self, label: &str, sample: &[f64], mean: f64) {
        if mean == 0.0 {
            let silent = sample.iter().all(|count| *count == 0.0);
            self.add(format!("silence of {label}"), f64::from(u8::from(silent)));
            return;
        }
        self.score(format!("mean of {label}"), sample, mean, mean.sqrt());
        let squares: Vec<f64> = sample.iter().map(|x| (x - mean) * (x - mean)).collect();
        let deviation = (mean + 2.0 * mean * mean).sqrt();
        self.score(format!("variance of {label}"), &squares, mean, deviation);
    }

    /// Gaps against `Exp(1)` by the Kolmogorov-Smirnov test.
    pub fn exponential(&mut self, label: impl Into<String>, gaps: Vec<f64>) {
        let law = Exp::new(1.0).expect("a valid rate");
        let method = KSOneSampleAlternativeMethod::TwoSidedAsymptotic;
        let (_, p) = ks_onesample(gaps, &law, method, NaNPolicy::Error).expect("a valid sample");
        self.add(label, p);
    }

    /// Counts against expected counts of the same sum, sparse cells pooled.
    pub fn cells(&mut self, label: impl Into<String>, cells: &[(usize, f64)]) {
        let (mut observed, mut expected) = (vec![0], vec![0.0]);
        for (count, expectation) in cells {
            if *expectation < LEAST_EXPECTED {
                observed[0] += count;
                expected[0] += expectation;
            } else {
                observed.push(*count);
                expected.push(*expectation);
            }
        }
        if expected[0] < LEAST_EXPECTED && expected.len() > 1 {
            let (count, expectation) = (observed.swap_remove(0), expected.swap_remove(0));
            observed[0] += count;
            expected[0] += expectation;
        }
        let total = observed.iter().sum::<usize>() as f64;
        let scale = total / expected.iter().sum::<f64>();
        assert!((scale - 1.0).abs() < 1e-6, "expectations sum to the sample size");
        for expectation in &mut expected {
            *expectation *= scale;
        }
        let (_, p) = chisquare(&observed, Some(&expected), None).expect("valid cells");
        self.add(label, p);
    }

    /// The smallest adjusted p-value and its test.
    fn worst(&self) -> (f64, &str) {
        let adjusted = holm(&self.p_values);
        let least =
            (0..adjusted.len()).min_by(|i, j| self.p_values[*i].total_cmp(&self.p_values[*j]));
        let least = least.expect("a family has tests");
        (adjusted[least], &self.labels[least])
    }

    /// The simulator under test is right: nothing is rejected.
    pub fn accept(&self) {
        let (p, label) = self.worst();
        println!("right: {}: p = {p:.2e} of {} ({label})", self.title, self.p_values.len());
        assert!(p > FAMILY_LEVEL, "{}: {label}: adjusted p = {p:e}", self.title);
    }

    /// The simulator under test is wrong: something is rejected.
    pub fn reject(&self) {
        let (p, label) = self.worst();
        println!("wrong: {}: p = {p:.2e} of {} ({label})", self.title, self.p_values.len());
        assert!(p <= FAMILY_LEVEL, "{}: not found out, adjusted p = {p:e}", self.title);
    }
}

/// `difference / error`, which is 0 where both are.
fn ratio(difference: f64, error: f64) -> f64 {
    if difference == 0.0 { 0.0 } else { difference / error }
}

fn squares(sample: &[f64]) -> Vec<f64> {
    let centre = estimate::mean(sample).value;
    sample.iter().map(|x| (x - centre) * (x - centre)).collect()
}

/// Label of the channel from `source` onto `target`.
pub fn channel(network: &Network, target: usize, source: usize) -> String {
    format!("{} -> {}", network.source_names()[source], network.populations[target].name)
}
