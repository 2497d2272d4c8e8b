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

/// Means and variances within half a percent, the matrix of covariances of means within 4 % (Frobenius norm), the third cumulant within its
/// standard error times 4.1 (16 comparisons of it at level 0.001 in all); standard errors are below a third of what is allowed.
#[test]
fn a_hundred_neurons_a_population_are_predicted() {
    let times = [0.0, 0.5, 1.0, 2.0, 4.0];
    let network = network(100);
    let observed = observe(&network, &times, 20_000, 20);
    let theory = FiniteN::new(&network, Order::First).solve(&times).unwrap();
    for sample in 1..times.len() {
        for a in 0..2 {
            let at = 2 * sample + a;
            let estimate = |quantity| observed.estimate(quantity, sample, a);
            let relative = |quantity, predicted: f64, allowed: f64| {
                let Estimate { value, standard_error } = estimate(quantity);
                assert!(
                    3.0 * standard_error < allowed * predicted.abs(),
                    "{quantity:?} {at}: {standard_error}"
                );
                let error = (value - predicted).abs() / predicted.abs();
                assert!(error < allowed, "{quantity:?} {at}: {value} {predicted}, off by {error}");
            };
            relative(Quantity::Mean, theory.mean[at], 0.005 * 1.5);
            relative(Quantity::Variance, theory.variance[at], 0.005);
            let Estimate { value, standard_error } = estimate(Quantity::ThirdCumulant);
            let third = theory.third_cumulant[at];
            assert!((value - third).abs() < 4.1 * standard_error, "third {at}: {value} {third}");
        }
        let (mut difference, mut size) = (0.0, 0.0);
        for (a, b) in [(0, 0), (0, 1), (1, 0), (1, 1)] {
            let measured = observed.estimate(Quantity::MeanCovariance { with: b }, sample, a).value;
            let predicted = theory.mean_covariance[4 * sample + 2 * a + b];
            difference += (measured - predicted).powi(2);
            size += predicted.powi(2);
        }
        let error = f64::sqrt(difference / size);
        assert!(error < 0.04, "covariance at {}: off by {error}", times[sample]);
    }
}
