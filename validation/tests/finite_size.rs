//! What the finite-n theory promises at small n, held against exact simulation.

use std::sync::atomic::AtomicBool;

use equipoise_engine::{Ensemble, Single};
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
        ranks: &Single,
        shelf: None,
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
