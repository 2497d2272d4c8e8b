//! What the finite-n theory promises at small n, held against exact simulation: how close it is at n = 100, and that its error falls as
//! its order says.

use std::sync::atomic::AtomicBool;

use equipoise_engine::Ensemble;
use equipoise_limit::{FiniteN, FiniteNSolution, Order};
use equipoise_model::scenario::overrides::apply;
use equipoise_model::{Method, Network, Recording, Scenario};
use equipoise_statistics::Estimate;
use equipoise_validation::{Observed, Quantity};

const CANONICAL: &str = include_str!("../../scenarios/inhibition-stabilised.toml");

fn network(size: u32) -> Network {
    let text = apply(CANONICAL, &[format!("n={size}")]).unwrap();
    Scenario::parse("inhibition-stabilised.toml", &text).unwrap().network
}

fn observe(network: &Network, times: &[f64], replicates: u64, seed: u64) -> Observed {
    let ensemble = Ensemble {
        network,
        method: Method::Exact,
        seed,
        replicates,
        times: times.to_vec(),
        recording: Recording::default(),
        threads: 0,
    };
    let mut observed = Observed::new(times.len());
    ensemble
        .run::<()>(&AtomicBool::new(false), |trajectory| {
            observed.push(trajectory);
            Ok(())
        })
        .unwrap();
    observed
}

/// Means and variances within half a percent of themselves, the matrix of covariances of means within 4 % (Frobenius norm), the third cumulant within nothing but its
/// standard error; all standard errors are below a third of what is allowed. Each may be off by 2.6 of its standard errors more, so that a theory at the edge of
/// what is allowed is rejected with probability 0.01; the theory of the order before is off by more.
#[test]
fn a_hundred_neurons_a_population_are_predicted() {
    let times = [0.0, 2.0, 4.0];
    let network = network(100);
    let observed = observe(&network, &times, 20_000, 20);
    for (order, is_right) in [(Order::First, true), (Order::Half, false)] {
        let theory = FiniteN::new(&network, order).solve(&times).unwrap();
        let errors = [1, 2].map(|sample| Errors::new(&observed, &theory, sample));
        println!("{order:?}: {errors:?}");
        for error in &errors {
            assert!(error.standard.0 < 0.005 / 3.0 && error.standard.1 < 0.04 / 3.0, "{error:?}");
        }
        let holds = |error: &Errors| {
            error.moments < 0.005 + 2.6 * error.standard.0
                && error.covariance < 0.04 + 2.6 * error.standard.1
                && error.third < 2.6
        };
        assert_eq!(errors.iter().all(holds), is_right, "{order:?}: {errors:?}");
    }
}

/// How far a theory is from an ensemble at one sample time.
#[derive(Debug)]
struct Errors {
    /// Largest of means and variances, relative to themselves.
    moments: f64,
    /// Of the matrix of covariances of means, in the Frobenius norm, relative to itself.
    covariance: f64,
    /// Largest of third cumulants, in standard errors.
    third: f64,
    /// Standard errors of the first two: the largest, and that of the norm for normal means, `|C| sqrt(2/R)` at most.
    standard: (f64, f64),
}

impl Errors {
    fn new(observed: &Observed, theory: &FiniteNSolution, sample: usize) -> Self {
        let (mut moments, mut third, mut standard) = (0.0_f64, 0.0_f64, 0.0_f64);
        let (mut difference, mut size) = (0.0, 0.0);
        for a in 0..2 {
            let at = 2 * sample + a;
            for (quantity, predicted) in
                [(Quantity::Mean, theory.mean[at]), (Quantity::Variance, theory.variance[at])]
            {
                let Estimate { value, standard_error } = observed.estimate(quantity, sample, a);
                moments = moments.max(((value - predicted) / predicted).abs());
                standard = standard.max((standard_error / predicted).abs());
            }
            let Estimate { value, standard_error } =
                observed.estimate(Quantity::ThirdCumulant, sample, a);
            third = third.max(((value - theory.third_cumulant[at]) / standard_error).abs());
            for b in 0..2 {
                let measured = covariance(observed, sample, a, b);
                let predicted = theory.mean_covariance[2 * at + b];
                difference += (measured - predicted).powi(2);
                size += predicted.powi(2);
            }
        }
        let replicates = observed.replicates() as f64;
        Self {
            moments,
            covariance: f64::sqrt(difference / size),
            third,
            standard: (standard, (2.0 / replicates).sqrt()),
        }
    }
}

fn covariance(observed: &Observed, sample: usize, a: usize, b: usize) -> f64 {
    observed.estimate(Quantity::MeanCovariance { with: b }, sample, a).value
}

/// The theory of order `n^{-1/2}` is off by `1/n` in the means, not by `n^{-1/2}`; that of order `1/n` is off by `1/n` in the covariance of means relative to itself, the one before by
/// `n^{-1/2}`. Slopes of errors against n on logarithmic axes, at t = 2, with intervals of level 0.99.
#[test]
fn errors_fall_as_the_orders_say() {
    let times = [0.0, 2.0];
    let mut means = Vec::new();
    let (mut before, mut after) = (Vec::new(), Vec::new());
    for (size, replicates) in [(25, 100_000), (50, 50_000), (100, 20_000), (200, 10_000)] {
        let network = network(size);
        let observed = observe(&network, &times, replicates, 21);
        let log_size = f64::from(size).ln();
        let theory = |order| FiniteN::new(&network, order).solve(&times).unwrap();
        let (half, first) = (theory(Order::Half), theory(Order::First));
        let Estimate { value, standard_error } = observed.estimate(Quantity::Mean, 1, 1);
        means.push((log_size, value - half.mean[3], standard_error));
        let trace = covariance(&observed, 1, 0, 0) + covariance(&observed, 1, 1, 1);
        let relative_error = (2.0 / replicates as f64).sqrt();
        for (theory, errors) in [(&half, &mut before), (&first, &mut after)] {
            let predicted = theory.mean_covariance[4] + theory.mean_covariance[7];
            errors.push((log_size, trace / predicted - 1.0, relative_error));
        }
    }
    let [means, before, after] = [means, before, after].map(|errors| Slope::new(&errors));
    println!("means, half order: {means:?}; covariances, half: {before:?}, first: {after:?}");
    assert!(means.interval().1 < -0.5 && means.interval().0 < -1.0 && means.interval().1 > -1.5);
    assert!(before.interval().0 < -0.5 && before.interval().1 > -0.75, "{before:?}");
    assert!(after.interval().1 < -0.5 && after.interval().0 < -1.0, "{after:?}");
}

/// Slope of the logarithm of errors, by weighted least squares.
#[derive(Debug)]
struct Slope {
    value: f64,
    standard_error: f64,
}

impl Slope {
    /// From logarithms of sizes, errors and their standard errors.
    fn new(errors: &[(f64, f64, f64)]) -> Self {
        let weighted = |of: &dyn Fn(f64, f64) -> f64| -> f64 {
            let term = |(x, error, standard): &(f64, f64, f64)| {
                (error / standard).powi(2) * of(*x, error.abs().ln())
            };
            errors.iter().map(term).sum()
        };
        let weight = weighted(&|_, _| 1.0);
        let (x, y) = (weighted(&|x, _| x) / weight, weighted(&|_, y| y) / weight);
        let spread = weighted(&|at, _| (at - x).powi(2));
        let value = weighted(&|at, of| (at - x) * (of - y)) / spread;
        Self { value, standard_error: spread.sqrt().recip() }
    }

    fn interval(&self) -> (f64, f64) {
        let half = 2.58 * self.standard_error;
        (self.value - half, self.value + half)
    }
}
