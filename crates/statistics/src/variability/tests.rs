//! Against exact answers: Poisson and gamma processes, and counts with a common source.

use rand::RngExt;
use rand_distr::{Distribution, Exp1, Gamma, Poisson};

use super::*;
use crate::testing::{accept, of_estimate, of_mean, reject, stream};

/// Fano factors of this many windows have standard errors of about 0.7 %, other statistics less.
const SAMPLE: usize = 40_000;

fn poisson_counts(mean: f64, windows: usize, random: &mut impl rand::Rng) -> Vec<f64> {
    let law = Poisson::new(mean).unwrap();
    (0..windows).map(|_| law.sample(random)).collect()
}

fn gamma_intervals(shape: f64, random: &mut impl rand::Rng) -> Vec<f64> {
    let law = Gamma::new(shape, 1.3).unwrap();
    (0..SAMPLE).map(|_| law.sample(random)).collect()
}

#[test]
fn counts_of_a_poisson_process_have_fano_factor_one() {
    let mut random = stream(201);
    let (mut right, mut wrong) = (Vec::new(), Vec::new());
    for mean in [0.3, 4.0, 60.0] {
        let measured = fano(&poisson_counts(mean, SAMPLE, &mut random));
        right.push(of_estimate(measured, 1.0));
        wrong.push(of_estimate(measured, 1.05));
    }
    accept(&right);
    reject(&wrong);
}

/// Every second point of a Poisson process of `2 mu` points a window, seen from a random time:
/// `F = 1/2 + (1 - exp(-2 m))/(4 m)` with `m` points of that process a window.
#[test]
fn counts_of_a_gamma_process_have_the_fano_factor_of_their_window() {
    let mut random = stream(202);
    let (mut right, mut wrong) = (Vec::new(), Vec::new());
    for stages in [0.5, 3.0, 30.0] {
        let count = |stage: f64, begun: bool| (0.5 * (stage + f64::from(u8::from(begun)))).floor();
        let counts: Vec<f64> = poisson_counts(stages, SAMPLE, &mut random)
            .into_iter()
            .map(|stage| count(stage, random.random()))
            .collect();
        let exact = 0.5 + (1.0 - (-2.0 * stages).exp()) / (4.0 * stages);
        right.push(of_estimate(fano(&counts), exact));
        wrong.push(of_estimate(fano(&counts), 1.05 * exact));
    }
    accept(&right);
    reject(&wrong);
}

#[test]
fn intervals_of_gamma_processes_vary_as_they_should() {
    let mut random = stream(203);
    let (mut right, mut wrong) = (Vec::new(), Vec::new());
    for shape in [0.5_f64, 1.0, 2.0, 5.0] {
        let beta = 2.0 * libm::lgamma(shape) - libm::lgamma(2.0 * shape);
        let exact = [
            shape.sqrt().recip(),
            4.0_f64.powf(1.0 - shape) / shape * (-beta).exp(),
            3.0 / (2.0 * shape + 1.0),
        ];
        let intervals = gamma_intervals(shape, &mut random);
        let measured =
            [coefficient_of_variation(&intervals), cv2(&intervals), local_variation(&intervals)];
        for (measured, exact) in measured.into_iter().zip(exact) {
            right.push(of_estimate(measured, exact));
            wrong.push(of_estimate(measured, 1.05 * exact));
        }
    }
    accept(&right);
    for p in wrong {
        reject(&[p]);
    }
}

/// Standard errors are as large as estimates scatter: scores have variance 1. Without the covariance of neighbours those of `LV` would not.
#[test]
fn standard_errors_are_the_scatter_of_estimates() {
    const REPLICATES: usize = 2000;
    let mut random = stream(204);
    let shape_9 = Gamma::new(9.0, 1.0).unwrap();
    let mut scores = vec![Vec::new(); 4];
    let mut naive = Vec::new();
    for _ in 0..REPLICATES {
        let intervals: Vec<f64> = (0..400).map(|_| Exp1.sample(&mut random)).collect();
        let counts = poisson_counts(3.0, 400, &mut random);
        let regular: Vec<f64> = (0..400).map(|_| shape_9.sample(&mut random)).collect();
        let all = [
            (fano(&counts), 1.0),
            (coefficient_of_variation(&regular), 1.0 / 3.0),
            (cv2(&intervals), 1.0),
            (local_variation(&intervals), 1.0),
        ];
        for (scores, (measured, exact)) in scores.iter_mut().zip(all) {
            scores.push(((measured.value - exact) / measured.standard_error).powi(2));
        }
        let terms: Vec<f64> = intervals
            .windows(2)
            .map(|pair| 3.0 * ((pair[1] - pair[0]) / (pair[1] + pair[0])).powi(2))
            .collect();
        let alone = estimate::mean(&terms);
        naive.push(((alone.value - 1.0) / alone.standard_error).powi(2));
    }
    // Of 400 values, errors of order 1/400 in the scores remain: 3 % on the variance is a wide allowance.
    let deviation = |scores: &[f64]| (estimate::mean(scores).value - 1.0).abs();
    let error = |scores: &[f64]| estimate::mean(scores).standard_error;
    for scores in &scores {
        let allowed = 0.03 + 4.0 * error(scores);
        assert!(deviation(scores) < allowed, "{} {allowed}", deviation(scores));
    }
    assert!(deviation(&naive) > 0.03 + 4.0 * error(&naive), "{}", deviation(&naive));
}

/// Counts `a_i + b`, Poisson with means 2 and 1: correlation 1/3, covariance 1.
fn common_source(neurons: usize, windows: usize, random: &mut impl rand::Rng) -> Vec<f64> {
    let mut counts = Vec::new();
    for common in poisson_counts(1.0, windows, random) {
        let own = poisson_counts(2.0, neurons, random);
        counts.extend(own.into_iter().map(|own| own + common));
    }
    counts
}

#[test]
fn a_common_source_correlates_counts_as_it_should() {
    let mut random = stream(205);
    let counts = common_source(30, 10_000, &mut random);
    let PairwiseCorrelation { covariance, correlation, varying } =
        PairwiseCorrelation::of_counts(&counts, 30);
    assert_eq!(varying, 30);
    accept(&[of_estimate(covariance, 1.0), of_estimate(correlation, 1.0 / 3.0)]);
    reject(&[of_estimate(covariance, 1.1)]);
    reject(&[of_estimate(correlation, 1.1 / 3.0)]);
    let independent = poisson_counts(2.0, 300_000, &mut random);
    let none = PairwiseCorrelation::of_counts(&independent, 30);
    accept(&[of_estimate(none.covariance, 0.0), of_estimate(none.correlation, 0.0)]);
    reject(&[of_estimate(none.correlation, 0.01)]);
}

#[test]
fn errors_of_correlations_are_their_scatter() {
    let mut random = stream(206);
    let mut squares = Vec::new();
    for _ in 0..1000 {
        let counts = common_source(8, 500, &mut random);
        let measured = PairwiseCorrelation::of_counts(&counts, 8).correlation;
        squares.push(((measured.value - 1.0 / 3.0) / measured.standard_error).powi(2));
    }
    let (mean, error) = (estimate::mean(&squares).value, estimate::mean(&squares).standard_error);
    assert!((mean - 1.0).abs() < 0.03 + 4.0 * error, "{mean} {error}");
    // Half the error would have been seen.
    reject(&[of_mean(&squares, 0.25)]);
}

/// The means over pairs are those of all pairs one by one, silent neurons left out.
#[test]
fn means_over_pairs_are_what_they_say() {
    let mut random = stream(207);
    let (neurons, windows) = (5, 40);
    let mut counts = common_source(neurons, windows, &mut random);
    counts.iter_mut().skip(3).step_by(neurons).for_each(|count| *count = 7.0);
    let column = |i: usize| counts.iter().skip(i).step_by(neurons).copied().collect::<Vec<f64>>();
    let (mut covariances, mut correlations) = (Vec::new(), Vec::new());
    for i in 0..neurons {
        for j in 0..i {
            let covariance = |i, j| estimate::covariance(&column(i), &column(j)).value;
            let both = covariance(i, j);
            covariances.push(both);
            if i != 3 && j != 3 {
                correlations.push(both / (covariance(i, i) * covariance(j, j)).sqrt());
            }
        }
    }
    let ours = PairwiseCorrelation::of_counts(&counts, neurons);
    assert_eq!(ours.varying, 4);
    assert!((ours.covariance.value - estimate::mean(&covariances).value).abs() < 1e-13);
    assert!((ours.correlation.value - estimate::mean(&correlations).value).abs() < 1e-13);
}

#[test]
fn small_samples_tell_nothing() {
    for estimate in [fano(&[]), fano(&[2.0]), coefficient_of_variation(&[1.0]), cv2(&[1.0])] {
        assert!(estimate.value.is_nan(), "{estimate:?}");
        assert_eq!(estimate.standard_error, f64::INFINITY);
    }
    assert_eq!(cv2(&[1.0, 3.0]).value, 1.0);
    assert_eq!(cv2(&[1.0, 3.0]).standard_error, f64::INFINITY);
    assert!(fano(&[0.0, 0.0]).value.is_nan());
    assert!(PairwiseCorrelation::of_counts(&[1.0, 2.0], 1).correlation.value.is_nan());
}
